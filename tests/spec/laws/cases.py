"""The cases of the laws, read from the files that ship."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import importlib.resources
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import deqi
from tests.properties.doubt import engines

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "src" / "deqi" / "safety" / "cases"
# Where no is the worrying answer; as the format of cases says.
REASSURED_BY_YES = frozenset(
    {
        "consent-given",
        "capacity-confirmed",
        "stimulator-charge-balanced",
        "pregnancy-weeks-known",
        "vasculitis-stable",
        "cidp-or-mmn-treated",
        "b12-treatment-started",
    }
)


def read() -> Iterator[dict[str, Any]]:
    for path in sorted((*FOLDER.glob("laws-*.yaml"), *FOLDER.glob("laws/*.yaml"))):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]


@functools.cache
def yes_no_questions() -> tuple[str, ...]:
    table = importlib.resources.files("deqi.knowledge") / "data" / "questions.csv"
    with table.open(encoding="utf-8") as lines:
        return tuple(row["question"] for row in csv.DictReader(lines) if row["type"] == "yes-no")


def answers_of(case: dict[str, Any]) -> dict[str, Any]:
    """The answers as a person file has them."""
    told: dict[str, Any] = {}
    if "answers_else" in case:
        told = {name: "yes" if name in REASSURED_BY_YES else "no" for name in yes_no_questions()}
    for name, answer in case.get("answers", {}).items():
        written = dict(answer) if isinstance(answer, dict) else {"value": answer}
        if "given" in written:
            written["date"] = written.pop("given")
        told[name] = written
    return told


def person_of(case: dict[str, Any], as_of: dt.date) -> deqi.Person:
    read_on = dt.date.fromisoformat(case.get("read_on", case["as_of"]))
    if "fhir" in case:
        complete = case["person"].get("complete", ())
        return engines.person_of_chart(case["fhir"], read_on, complete, answers_of(case))
    written = {"date": as_of.isoformat(), **case["person"], "answers": answers_of(case)}
    return engines.person_of_file(written, read_on)
