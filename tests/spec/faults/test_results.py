"""Ties go to the more hazardous; an unread result is never silence."""

from __future__ import annotations

import itertools

import pytest

from tests.properties.doubt import engines

UNIT = "10*3/uL"
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-05-01"}
UCUM = {"system": "http://unitsofmeasure.org", "code": UNIT}


def _count(number: int, day: str, **value: object) -> dict[str, object]:
    code = {"coding": [{"system": "http://loinc.org", "code": "777-3"}]}
    shared = {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "subject": {"reference": "Patient/p"},
    }
    return {**shared, "code": code, "effectiveDateTime": day, **value}


@pytest.mark.parametrize("order", tuple(itertools.permutations((10, 38, 25))), ids=str)
def test_weeks_of_one_day_meet_both_rules(order: tuple[int, ...]) -> None:
    weeks = [{"name": "gestational age", "value": value, "unit": "wk", "date": "2026-11-20"} for value in order]
    document = {"sex": "female", "born": 1996, "conditions": ["pregnancy"], "observations": weeks}
    states = engines.judge(engines.person_of_file(document)).states
    assert (states["pregnancy-t1-abdomen-sacrum"], states["pregnancy-t2t3-abdomen"]) == ("yes", "yes")


@pytest.mark.parametrize("order", tuple(itertools.permutations((12, 60, 250))), ids=str)
def test_counts_of_one_day_go_to_the_lowest(order: tuple[int, ...]) -> None:
    counts = [{"name": "platelet count", "value": value, "unit": UNIT, "date": "2026-11-20"} for value in order]
    document = {"sex": "female", "born": 1996, "observations": counts}
    assert engines.judge(engines.person_of_file(document)).states["platelets-under-20"] == "yes"


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": {"value": 12, "unit": "bench units"}},
        {"valueQuantity": {"value": 12}},
        {"valueString": "<20"},
        {"valueString": "low"},
        {"valueRange": {"low": {"value": 5, **UCUM}, "high": {"value": 15, **UCUM}}},
        {"interpretation": [{"coding": [{"code": "LL"}]}]},
        {"dataAbsentReason": {"text": "clotted"}},
        {"valueCodeableConcept": {"text": "decreased"}},
        {},
    ],
    ids=str,
)
def test_an_unread_count_silences_the_older_one_and_the_answer(value: dict[str, object]) -> None:
    old = _count(1, "2026-11-18", valueQuantity={"value": 250, "unit": UNIT, **UCUM})
    person = engines.person_of_chart(
        [PATIENT, old, _count(2, "2026-11-23", **value)], answers={"bleeding-problem": "no", "low-platelets": "no"}
    )
    assert engines.judge(person).states["platelets-under-20"] in {"yes", "unknown"}


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_a_result_that_was_withdrawn_does_not_count(status: str) -> None:
    old = _count(1, "2026-11-18", valueQuantity={"value": 250, "unit": UNIT, **UCUM})
    new = {**_count(2, "2026-11-23", valueQuantity={"value": 12, "unit": "bench units"}), "status": status}
    assert engines.judge(engines.person_of_chart([PATIENT, old, new])).states["platelets-under-20"] == "no"
