"""Bundles, NDJSON, references between resources, several persons, pages, ids that stand twice."""

import gzip
import json

import pytest

from deqi.errors import InputError
from deqi.people.read import read_chart
from tests.support.resources import SUBJECT, bundle, condition, observation, order, patient, read, resource
from tests.support.terminology import INDEX


@pytest.mark.parametrize("kind", ["transaction", "batch", "collection", "searchset", "document"])
def test_every_kind_of_bundle(kind):
    assert len(read(bundle(patient(), condition(), kind=kind)).persons[0].facts) == 1


def test_one_resource_alone():
    (person,) = read(patient()).persons
    assert (person.sex, person.facts) == ("female", ())
    (person,) = read(condition()).persons
    assert (person.sex, len(person.facts)) == (None, 1)


def test_ndjson_of_resources_says_the_line():
    (person,) = read([patient(), condition(id="c"), observation()]).persons
    assert [fact.origin.line for fact in person.facts] == [2, 3]


def test_ndjson_of_bundles_with_several_persons():
    other = {"reference": "Patient/two"}
    lines = [bundle(patient(), condition()), bundle(patient(id="two"), condition() | {"subject": other})]
    reading = read(lines)
    assert [person.token for person in reading.persons] == ["p1", "p2"]
    assert [person.facts[0].origin.line for person in reading.persons] == [1, 2]


def test_a_bundle_inside_a_bundle():
    assert len(read(bundle(bundle(patient(), condition()))).persons[0].facts) == 1


def test_files_of_one_export_belong_together(tmp_path):
    (tmp_path / "Condition.ndjson").write_text(json.dumps(condition()) + "\n")
    (tmp_path / "Patient.ndjson").write_text(json.dumps(patient()) + "\n")
    (tmp_path / "notes.txt").write_text("not read")
    (person,) = read_chart([tmp_path], index=INDEX).persons
    assert (person.sex, len(person.facts)) == ("female", 1)


def test_gzip_is_unpacked_and_a_byte_order_mark_left_out(tmp_path):
    data = b"\xef\xbb\xbf" + json.dumps(bundle(patient(), condition())).encode()
    path = tmp_path / "chart.json.gz"
    path.write_bytes(gzip.compress(data[:100]) + gzip.compress(data[100:]))
    assert len(read_chart([path], index=INDEX).persons[0].facts) == 1


def entry(url, one):
    return {"fullUrl": url, "resource": one}


@pytest.mark.parametrize(
    ("url", "reference"),
    [
        ("urn:uuid:6f5d", "urn:uuid:6f5d"),
        ("urn:uuid:6f5d", "Patient/one"),
        ("http://a.example/fhir/Patient/one", "http://a.example/fhir/Patient/one"),
        ("http://a.example/fhir/Patient/one", "Patient/one"),
        ("http://a.example/fhir/Patient/one/_history/3", "http://a.example/fhir/Patient/one/_history/2"),
        (None, "Patient/one/_history/4"),
        (None, "http://a.example/fhir/Patient/one"),
    ],
)
def test_references_find_their_patient(url, reference):
    document = bundle()
    document["entry"] = [
        entry(url, patient()) if url else {"resource": patient()},
        {"resource": condition() | {"subject": {"reference": reference}}},
    ]
    (person,) = read(document).persons
    assert len(person.facts) == 1


def test_a_relative_reference_is_read_from_its_own_server():
    document = bundle()
    document["entry"] = [
        entry(f"http://{server}.example/fhir/{kind}/one", made)
        for server in ("a", "b")
        for kind, made in (("Patient", patient()), ("Condition", condition(id="one")))
    ]
    assert [len(person.facts) for person in read(document).persons] == [1, 1]


def test_a_patient_of_another_server_is_another_person():
    document = bundle()
    document["entry"] = [
        entry("http://a.example/fhir/Patient/one", patient()),
        {"resource": condition() | {"subject": {"reference": "http://b.example/fhir/Patient/one"}}},
    ]
    assert [len(person.facts) for person in read(document).persons] == [0, 1]


def test_a_contained_patient_is_a_person():
    made = condition(contained=[patient()]) | {"subject": {"reference": "#one"}}
    (person,) = read(made).persons
    assert (person.sex, len(person.facts)) == ("female", 1)


def test_the_same_record_twice_counts_once():
    reading = read(bundle(patient(), condition(id="c"), condition(id="c")))
    assert len(reading.persons[0].facts) == 1
    assert reading.left_out == {"the same record again": 1}


def test_another_record_under_the_same_id_is_kept_and_listed():
    reading = read(bundle(patient(), condition(id="c"), condition("I89.0", id="c")))
    assert len(reading.persons[0].facts) == 2
    assert "stands twice" in reading.unreadable[0].reason
    assert reading.persons[0].unreadable == {"condition"}


def test_two_patients_under_one_id_are_told_apart_no_more():
    (person,) = read(bundle(patient(), patient(birthDate="1990", gender="male"))).persons
    assert (person.sex, person.birth) == (None, None)
    assert len(person.unreadable) == 6


def test_a_patient_sent_twice_with_a_new_address_stays_the_same():
    (person,) = read(bundle(patient(), patient(address=[{}]))).persons
    assert (person.sex, person.unreadable) == ("female", frozenset())


def test_a_search_result_with_further_pages_is_partly_unreadable():
    more = bundle(patient(), condition(), kind="searchset", link=[{"relation": "next", "url": "http://a.example"}])
    reading = read([more, bundle(patient(id="two"))])
    assert [len(person.unreadable) for person in reading.persons] == [6, 0]


def test_what_deqi_does_not_look_at_is_counted():
    reading = read(
        bundle(patient(), resource("Encounter", subject=SUBJECT), resource("Claim"), order(doNotPerform=True))
    )
    assert reading.left_out == {
        "a kind of record deqi does not look at": 2,
        "entered in error, cancelled, or an order not to give": 1,
    }
    assert reading.resources == {"Patient": 1, "MedicationRequest": 1}


def refused(data, **more):
    with pytest.raises(InputError) as caught:
        read_chart([data if isinstance(data, bytes) else json.dumps(data).encode()], index=INDEX, **more)
    return str(caught.value)


def test_a_history_bundle_is_refused():
    assert "history" in refused(bundle(patient(), kind="history"))


def test_nothing_about_a_person_is_refused():
    assert "nothing about a person" in refused(resource("Questionnaire"))
    assert "nothing about a person" in refused(bundle())


def test_a_gzip_bomb_and_a_broken_gzip_are_refused():
    assert "unpacks to more" in refused(gzip.compress(b" " * 50_000_000))
    assert "ends too early" in refused(gzip.compress(json.dumps(patient()).encode())[:-12])
    assert "broken gzip" in refused(b"\x1f\x8b" + b"x" * 40)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"resourceType":"Bundle","entry":[', "ends too early"),
        (b'{"resourceType":"Bundle","entry":[}', "not JSON at byte"),
        (b'{"resourceType":"Bundle","entry":7}', "entry must be a list"),
        (b'{"resourceType":5}', "no FHIR resource"),
        (b'{"resourceType":"Patient","x":' + b"[" * 100_000, "nested too deeply"),
        ('{"resourceType":"Patient"}'.encode("utf-16"), "UTF-16"),
        (b'{"resourceType":"Patient"}\n{"resourceType', "no line"),
    ],
)
def test_a_file_that_is_no_fhir_is_refused_with_its_place(data, words):
    if words == "no line":
        reading = read_chart([data + b'\n{"resourceType":"Patient"}'], index=INDEX)
        assert [fault.origin.line for fault in reading.unreadable] == [2]
    else:
        assert words in refused(data, name="chart.json")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_chart([tmp_path / "nobody.json"], index=INDEX)
    with pytest.raises(InputError, match=r"without FHIR in \.json"):
        read_chart([tmp_path], index=INDEX)
