"""Every way in which laboratories write a cell count, an INR, HbA1c or creatinine is read.

A count of the table is put so that only the right factor gives the right rule: platelets of 150 thousand, in whatever
words, are neither under 20 nor under 100.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.properties.doubt import engines
from tests.spec.hearing.test_hearing import rows

UNITS = rows("units.csv")
COUNTS = [row for row in UNITS if row["quantity"] in {"platelet-count", "neutrophil-count"}]
# Rules that a safe value leaves at no, and the fact that the rule needs a leaf of its own to fire.
_RULES = {
    "platelet-count": ("platelets-under-20", "platelets-20-50", "platelets-50-100"),
    "neutrophil-count": ("anc-under-0-5", "anc-0-5-to-1"),
    "inr": ("anticoagulant-over-range",),
}


def _name(row: dict[str, str]) -> str:
    return f"{row['quantity']}-{row['text'].replace('/', ' per ')}-{row['input']}"


def _person(row: dict[str, str], value: float) -> Any:
    result = {"code": f"loinc {row['loinc']}", "value": value, "unit": row["text"], "date": "2026-11-24"}
    answers = {"blood-thinning-medicine": "no"} if row["quantity"] == "inr" else {}
    return engines.person_of_file({"sex": "male", "born": 1970, "observations": [result], "answers": answers})


@pytest.mark.parametrize("row", [row for row in UNITS if row["quantity"] in _RULES], ids=_name)
def test_a_safe_value_is_read(row: dict[str, str]) -> None:
    states = engines.judge(_person(row, float(row["input"]))).states
    assert {rule: states[rule] for rule in _RULES[row["quantity"]]} == dict.fromkeys(_RULES[row["quantity"]], "no")


@pytest.mark.parametrize("row", COUNTS, ids=_name)
def test_a_tenth_of_it_is_read_as_low(row: dict[str, str]) -> None:
    """15 thousand platelets, 0.32 thousand neutrophils: the absolute rule, and so no factor of ten too many."""
    states = engines.judge(_person(row, float(row["input"]) / 10)).states
    assert states[_RULES[row["quantity"]][0]] == "yes"


@pytest.mark.parametrize("row", UNITS, ids=_name)
def test_the_number_in_its_canonical_unit(row: dict[str, str]) -> None:
    read = engines.converted(float(row["input"]), row["text"], row["unit"], row["quantity"])
    assert read == pytest.approx(float(row["value"]), rel=0.02)
