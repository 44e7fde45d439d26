"""A sign newer than a clearance reopens it; a vague date is never "not newer"; an answer has a shelf life."""

from __future__ import annotations

import pytest

from tests.properties.doubt import engines

WOMAN = {"sex": "female", "born": 1961}
SIGNS = {
    "cauda-equina-or-cord": ("cauda-equina-signs", "cleared-cauda-equina", {}),
    "rapid-progression-gbs": ("fast-spreading-weakness", "cleared-rapid-progression", {}),
    "cancer-new-neuro-deficit": ("cancer-new-signs", "cleared-cancer-signs", {"cancer-now": "yes"}),
}


@pytest.mark.parametrize("rule", SIGNS)
@pytest.mark.parametrize(("sign", "cleared"), [("2026-11-23", "2026-11-01"), ("2026-11-24", "2026-11-23")])
def test_new_signs_reopen_a_clearance(rule: str, sign: str, cleared: str) -> None:
    question, clearance, also = SIGNS[rule]
    answers = {question: {"value": "yes", "date": sign}, clearance: {"value": "yes", "date": cleared}, **also}
    found = engines.judge(engines.person_of_file({**WOMAN, "date": "2026-11-24", "answers": answers}))
    assert (found.states[rule], found.candidacy) == ("yes", "not-a-candidate")


ULCER = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E10.621"}]}
FOOT = [
    {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1961-05-01"},
    {
        "resourceType": "QuestionnaireResponse",
        "id": "q",
        "status": "completed",
        "subject": {"reference": "Patient/p"},
        "authored": "2026-11-01",
        "item": [{"linkId": "cleared-foot", "answer": [{"valueBoolean": True}]}],
    },
]


@pytest.mark.parametrize(
    "when",
    [
        {"recordedDate": "2026-11-20"},
        {"recordedDate": "2026-11"},
        {"onsetDateTime": "2026"},
        {"onsetDateTime": "2026-11"},
        {"onsetString": "last week"},
        {"onsetAge": {"value": 65, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}},
        {"onsetPeriod": {"start": "2026"}},
        {},
    ],
    ids=str,
)
def test_a_vague_date_is_not_covered(when: dict[str, object]) -> None:
    ulcer = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "code": ULCER, **when}
    ulcer["clinicalStatus"] = {"coding": [{"code": "active"}]}
    assert engines.judge(engines.person_of_chart([*FOOT, ulcer])).states["foot-ulcer-or-ischaemia"] == "yes"


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("could-be-pregnant", "pregnancy-any"),
        ("blood-thinning-medicine", "anticoagulant-any"),
        ("electronic-implant", "pacemaker-ea"),
        ("cancer-now", "active-cancer-liaison"),
        ("foot-problem", "foot-ulcer-or-ischaemia"),
    ],
)
def test_a_no_of_2019_is_asked_again(question: str, rule: str) -> None:
    answers = {question: {"value": "no", "date": "2019-01-01"}}
    found = engines.judge(engines.person_of_file({"sex": "female", "born": 1996, "answers": answers}))
    assert found.states[rule] == "unknown"
    assert question in found.questions


@pytest.mark.parametrize("since", ["2026-06", "2026-06-01", "2024", ""])
@pytest.mark.parametrize("name", ["paclitaxel", "cisplatin"])
def test_a_missing_end_is_not_the_start(name: str, since: str) -> None:
    medicine = {"name": name, "status": "past"} | ({"since": since} if since else {})
    document = {**WOMAN, "complete": ["medications", "procedures"], "medications": [medicine]}
    assert engines.judge(engines.person_of_file(document)).states["chemo-nadir-no-count"] == "unknown"
