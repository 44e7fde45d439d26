"""Read the code tables as they are shipped."""

import csv
import functools
from collections import defaultdict
from importlib.resources import files

DATA = files("deqi.knowledge") / "data"


@functools.cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``data/<name>.csv``."""
    text = (DATA / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@functools.cache
def codes_of(name: str) -> dict[str, frozenset[str]]:
    """The codes of a set, by code system."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in table("codes"):
        if row["set"] == name:
            found[row["system"]].add(row["code"])
    return {system: frozenset(codes) for system, codes in found.items()}


def kinds() -> dict[str, str]:
    """Each set and its kind."""
    return {row["set"]: row["kind"] for row in table("code_sets")}
