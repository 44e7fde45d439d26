"""Whose chart is partly unreadable when something cannot be read, and what no message may quote."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deqi.errors import InputError
from deqi.people.read import read_chart
from tests.support.resources import SUBJECT, bundle, condition, observation, order, patient, read, resource
from tests.support.terminology import INDEX, SITES

PLANTED = "Zebulon-4711"


def unreadable(reading):
    return [sorted(person.unreadable) for person in reading.persons]


def test_a_malformed_record_concerns_its_own_person_only():
    reading = read([patient(), patient(id="two"), condition(code=5)])
    assert unreadable(reading) == [["condition"], []]


def test_one_that_names_nobody_concerns_everybody_in_its_bundle():
    nobody = condition() | {"subject": 5}
    assert unreadable(read([bundle(patient(), nobody), bundle(patient(id="two"))])) == [["condition"], []]
    assert unreadable(read([patient(), patient(id="two"), nobody])) == [["condition"], ["condition"]]


def test_a_cut_line_still_tells_its_kind_and_person():
    cut = json.dumps(condition(note=[{"text": "x"}]))[:-8].encode()
    data = b"\n".join([json.dumps(patient()).encode(), cut, json.dumps(patient(id="two")).encode()])
    assert unreadable(read_chart([data], index=INDEX)) == [["condition"], []]


def test_a_line_that_tells_nothing_may_have_been_anything():
    data = json.dumps(patient()).encode() + b"\n%%%\n"
    assert len(read_chart([data], index=INDEX).persons[0].unreadable) == 6


def test_a_misspelt_type_may_have_been_anything():
    assert len(read(bundle(patient(), resource("Conditoin", subject=SUBJECT))).persons[0].unreadable) == 6


def test_a_broken_record_of_another_kind_leaves_the_chart_readable():
    data = json.dumps(patient()).encode() + b'\n{"resourceType":"Encounter","id":\n'
    reading = read_chart([data], index=INDEX)
    assert (len(reading.unreadable), unreadable(reading)) == (1, [[]])


def test_an_entry_of_a_wrong_type_does_not_take_the_others_with_it():
    document = bundle(patient(), condition())
    document["entry"].insert(1, {"fullUrl": 5, "resource": condition()})
    reading = read(document)
    assert len(reading.persons[0].facts) == 1
    assert reading.unreadable[0].origin.path == "Bundle.entry[1]"


def spoilt():
    """Documents with the planted word in every place that a message might quote."""
    yield resource(PLANTED)
    yield bundle(patient(), resource(PLANTED.replace("-", "")))
    yield bundle(patient(id=PLANTED), condition(clinical=PLANTED))
    yield bundle(patient(), condition(id=PLANTED) | {"code": PLANTED})
    yield bundle(patient(), condition() | {"subject": {"reference": PLANTED}})
    yield bundle(patient(), order(status=PLANTED))
    yield bundle(patient(), order(medicationReference={"reference": f"Medication/{PLANTED}"}))
    yield bundle(patient(), observation(PLANTED))
    yield bundle(patient(), observation(None, valueQuantity={"value": 1, "comparator": PLANTED}))
    yield bundle(kind=PLANTED)
    yield bundle(fhirVersion=PLANTED)
    yield bundle(patient(birthDate=PLANTED, gender=PLANTED))
    yield {"resourceType": "Bundle", "entry": PLANTED}
    yield [PLANTED]


@pytest.mark.parametrize("document", list(spoilt()))
def test_no_message_quotes_the_record(document):
    try:
        reading = read(document) if isinstance(document, dict) else read({"sex": document})
        said = " ".join(map(str, reading.unreadable)) + repr(reading.left_out) + repr(reading.resources)
    except InputError as error:
        said = str(error)
    assert "Zebulon" not in said


GOOD = json.dumps(
    bundle(
        patient(name=[{"family": PLANTED}]),
        condition(id="c", onsetDateTime="2019"),
        order(contained=[resource("Medication", id="m", code={"text": "warfarin"})], note=[{"text": PLANTED}]),
        observation(210, "10*3/uL"),
    )
).encode()


def survives(data):
    """Persons or one sentence for the user; nothing planted in either case's words."""
    try:
        reading = read_chart([data], index=INDEX, sites=SITES)
        said = " ".join(map(str, reading.unreadable))
        assert reading.persons
    except InputError as error:
        said = str(error)
    assert "Zebulon" not in said
    assert "\n" not in said


@given(st.integers(0, len(GOOD)))
@settings(max_examples=150, deadline=None)
def test_a_file_cut_anywhere_is_survived(at):
    survives(GOOD[:at])


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=6)), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_bytes_changed_anywhere_are_survived(changes):
    data = bytearray(GOOD)
    for at, new in changes:
        data[at : at + len(new)] = new
    survives(bytes(data))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.just(PLANTED),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ["id", "status", "code", "subject", "clinicalStatus", "bodySite", "contained", "onsetDateTime", "intent"]
FIELDS += [
    "medicationReference",
    "medicationCodeableConcept",
    "valueQuantity",
    "component",
    "birthDate",
    "meta",
    "item",
]
KINDS = ["Patient", "Condition", "MedicationRequest", "Observation", "Device", "QuestionnaireResponse", "Procedure"]


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6), st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_wrong_types_anywhere_are_survived(kind, fields, with_subject):
    made = resource(kind, **(({"subject": SUBJECT} if with_subject else {}) | fields))
    survives(json.dumps(bundle(patient(), made)).encode())
    survives(json.dumps(patient()).encode() + b"\n" + json.dumps(made).encode())


@given(
    st.dictionaries(st.sampled_from(["fullUrl", "resource", "search", "request"]), JSON, max_size=3),
    st.dictionaries(st.sampled_from(["type", "link", "meta", "fhirVersion", "total"]), JSON, max_size=3),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_wrong_types_around_a_resource_are_survived(entry, fields):
    document = bundle(patient(), condition()) | fields
    document["entry"].append(entry)
    document["entry"].append(entry | {"resource": condition(id="c")})
    survives(json.dumps(document).encode())


def test_an_empty_id_is_no_id():
    reading = read(bundle(patient(), condition(id=""), condition("I89.0", id="")))
    assert (len(reading.persons[0].facts), reading.unreadable) == (2, ())


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_survived(data):
    survives(data)
