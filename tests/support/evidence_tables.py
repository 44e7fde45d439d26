"""Read the evidence tables as they are shipped."""

import csv
from importlib.resources import files
from typing import NamedTuple

DATA = files("deqi.knowledge") / "data"


def table(name: str) -> list[dict[str, str]]:
    """The rows of ``data/<name>.csv``."""
    text = (DATA / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def keyed(name: str, key: str) -> dict[str, dict[str, str]]:
    """The rows of a table by their key column."""
    return {row[key]: row for row in table(name)}


class Counts(NamedTuple):
    """A two by two table: events and people with acupuncture, events and people without."""

    a: int
    n1: int
    c: int
    n2: int


def counts(acupuncture: str, control: str) -> Counts:
    """The two by two table of two rows of ``outcome_values``."""
    rows = keyed("outcome_values", "value")
    first, second = rows[acupuncture], rows[control]
    assert first["outcome"] == second["outcome"]
    assert (first["arm"], second["arm"]) == ("acupuncture", "control")
    return Counts(int(first["events"]), int(first["total"]), int(second["events"]), int(second["total"]))
