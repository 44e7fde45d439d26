"""Observation, QuestionnaireResponse, Procedure, Device and DeviceUseStatement."""

import json

import pytest

from deqi.knowledge.store import load
from deqi.people.read import read_chart
from deqi.safety.evaluate.standing import standing_answers
from deqi.safety.rules.catalog import build_index
from tests.support.engines import AS_OF, engine
from tests.support.resources import (
    LOINC,
    SNOMED,
    SUBJECT,
    bundle,
    complaint,
    concept,
    nothing,
    observation,
    only,
    patient,
    read,
    resource,
)


def test_a_result_keeps_its_value_and_unit_as_recorded():
    fact = only(observation(210, "10*3/uL"))
    assert (fact.value, fact.unit, fact.comparator, fact.value_missing) == (210.0, "10*3/uL", "", False)
    assert fact.match("platelet-count")


def test_a_unit_of_another_system_stays_as_written():
    quantity = {"value": 210, "unit": "G/L", "system": "urn:local", "code": "gl"}
    assert only(observation(None, valueQuantity=quantity)).unit == "G/L"


def test_a_comparator_is_kept():
    quantity = {"value": 5, "comparator": "<", "code": "10*9/L"}
    assert only(observation(None, valueQuantity=quantity)).comparator == "<"


@pytest.mark.parametrize("extra", [{}, {"dataAbsentReason": concept("urn:x", "unknown")}, {"valueRange": {}}])
def test_a_result_without_a_value_says_so(extra):
    fact = only(observation(None, **extra))
    assert (fact.value, fact.value_missing) == (None, True)


def test_a_coded_result_is_in_its_value_set():
    fact = only(observation(None, code="82810-3", valueCodeableConcept=concept(SNOMED, "77386006", "Pregnant")))
    assert [one.set for one in fact.value_sets] == ["positive-pregnancy"]


def test_components_are_results_of_their_own():
    part = {"code": concept(LOINC, "777-3"), "valueQuantity": {"value": 90, "code": "10*9/L"}}
    made = observation(None, code="85354-9", component=[part])
    whole, component = read(bundle(patient(), made)).persons[0].facts
    assert whole.value_missing
    assert (component.value, component.start) == (90.0, whole.start)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_result_that_never_was_leaves_nothing(status):
    assert nothing(observation(status=status))


def test_a_result_over_a_period_lies_somewhere_in_it():
    made = observation(effectivePeriod={"start": "2026-10-01", "end": "2026-10-03"})
    del made["effectiveDateTime"]
    fact = only(made)
    assert (fact.start.earliest.day, fact.start.latest.day) == (1, 3)


@pytest.mark.parametrize(
    "broken",
    [
        observation("5.1"),
        observation(component=[{"valueQuantity": {"value": 1}}]),
        observation(component={"code": {}}),
    ],
)
def test_a_result_that_cannot_be_read_is_listed(broken):
    assert complaint(broken)[1] == {"observation"}


def test_a_group_has_results_that_are_nobodys():
    reading = read(bundle(patient(), observation(subject={"reference": "Group/g"})))
    assert reading.left_out == {"not about a person": 1}
    assert not reading.persons[0].facts


@pytest.mark.parametrize(
    ("status", "state"), [("completed", "present"), ("not-done", "refuted"), ("preparation", "planned")]
)
def test_the_state_of_a_procedure(status, state):
    made = resource(
        "Procedure",
        status=status,
        subject=SUBJECT,
        code={"text": "Insertion of pacemaker"},
        performedDateTime="2020-05",
    )
    fact = only(made)
    assert (fact.kind, fact.state, fact.start) == ("procedure", state, fact.end)


DEVICE = resource("Device", id="d", type=concept(SNOMED, "14106009", "Pacemaker"))


def use(status="active", reference="Device/d"):
    return resource("DeviceUseStatement", status=status, subject=SUBJECT, device={"reference": reference})


def test_a_device_of_a_patient_is_in_place():
    assert only({**DEVICE, "patient": SUBJECT}).match("pacemaker").how == "code"


def test_a_device_of_nobody_is_nobodys_until_it_is_used():
    assert nothing(DEVICE)
    assert only(DEVICE, use()).state == "present"


def test_the_end_of_its_use_says_more_than_the_device():
    assert only({**DEVICE, "patient": SUBJECT}, use("completed")).state == "past"


def test_a_device_without_a_type_is_named():
    assert only(resource("Device", patient=SUBJECT, deviceName=[{"name": "pacemaker"}])).sets[0].how == "name"


def test_answers_come_from_a_questionnaire_response():
    items = [
        {"linkId": "takes-blood-thinner", "answer": [{"valueBoolean": False}]},
        {"linkId": "group", "item": [{"linkId": "last-inr", "answer": [{"valueDecimal": 2.5}]}]},
        {"linkId": "device-kind", "answer": [{"valueCoding": {"code": "pacemaker"}, "item": [{"linkId": "deep"}]}]},
        {"linkId": "coded-no", "answer": [{"valueCoding": {"system": SNOMED, "code": "373067005"}}]},
        {"linkId": "empty"},
    ]
    made = resource("QuestionnaireResponse", status="completed", subject=SUBJECT, authored="2026-11-20", item=items)
    person = read(bundle(patient(), made)).persons[0]
    assert {one.question: one.value for one in person.answers} == {
        "takes-blood-thinner": "no",
        "last-inr": 2.5,
        "device-kind": "pacemaker",
        "coded-no": "no",
    }


def test_the_latest_answer_counts_and_then_the_last_listed():
    made = [
        resource(
            "QuestionnaireResponse",
            status="completed",
            subject=SUBJECT,
            authored=on,
            item=[{"linkId": "fever-today", "answer": [{"valueBoolean": value}]}],
        )
        for on, value in (("2026-11-20", True), ("2026-11-24", False), ("2026-11-01", True))
    ]
    person = read(bundle(patient(), *made)).persons[0]
    standing = standing_answers(person.answers, engine().catalog, AS_OF)
    assert standing["fever-today"].value == "no"


@pytest.mark.parametrize(
    ("value", "unread"),
    [
        ({"valueQuantity": {"value": 5, "unit": "K/uL", "comparator": "~"}}, "~ 5 K/uL"),
        ({"valueRange": {"low": {"value": 10}, "high": {"value": 60, "unit": "K/uL"}}}, "10 - 60 K/uL"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1 / 128"),
        ({"interpretation": [concept(None, "LL")]}, "LL"),
        ({"dataAbsentReason": concept(None, "error")}, "error"),
    ],
)
def test_what_is_neither_a_number_nor_a_code_is_shown(value, unread):
    fact = only(observation(None, **value))
    assert (fact.value, fact.unread) == (None, unread)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("<20 K/uL", (20, "K/uL", "<")),
        ("210 10*3/uL", (210, "10*3/uL", "")),
        ("≥ 13.5 %", (13.5, "%", ">=")),
        ("45 /nl", (45, "/nl", "")),
        ("<20", (None, "", "")),
        ("10-60 K/uL", (None, "", "")),
        ("1,234 /uL", (None, "", "")),
        ("about 20 K/uL", (None, "", "")),
        ("12/1", (None, "", "")),
    ],
)
def test_words_are_a_number_only_with_a_unit(text, number):
    fact = only(observation(None, valueString=text))
    assert (fact.value, fact.unit, fact.comparator, fact.value_text) == (*number, text)


def test_a_status_that_says_nothing_leaves_a_result_open():
    assert only(observation(status="odd")).state == "unknown"


def test_an_expected_date_of_delivery_tells_of_a_pregnancy_that_began_forty_weeks_before():
    made = observation(None, valueDateTime="2027-03-01")
    made["code"] = concept("http://loinc.org", "11778-8", "Delivery date Estimated")
    data = json.dumps(bundle(patient(), made)).encode()
    facts = read_chart([data], index=build_index(load())).persons[0].facts
    told = next(fact for fact in facts if fact.kind == "condition")
    assert [match.set for match in told.sets] == ["pregnancy"]
    assert (told.state, told.start.latest.isoformat()) == ("present", "2026-05-25")
