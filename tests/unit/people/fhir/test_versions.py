"""Other FHIR versions are refused by name; one odd resource in an R4 file is malformed, not the whole file."""

import json

import pytest

from deqi.errors import InputError
from deqi.people.read import read_chart
from tests.support.resources import SUBJECT, bundle, concept, condition, observation, order, patient, read, resource
from tests.support.terminology import INDEX

R5_ORDER = {key: value for key, value in order().items() if key != "medicationCodeableConcept"} | {
    "medication": {"concept": {"text": "warfarin"}}
}
PROFILE = {"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/Patient"]}


@pytest.mark.parametrize(
    ("document", "version"),
    [
        (R5_ORDER, "R5"),
        (bundle(patient(), R5_ORDER, R5_ORDER), "R5"),
        (resource("DeviceUsage", status="active"), "R5"),
        (bundle(fhirVersion="5.0.0"), "R5"),
        (bundle(fhirVersion="3.0.1"), "STU3"),
        (condition() | {"clinicalStatus": "active"}, "STU3"),
        (resource("Procedure", status="completed", subject=SUBJECT, code={"text": "x"}, notDone=True), "STU3"),
        (resource("MedicationStatement", status="active", subject=SUBJECT, taken="n"), "STU3"),
        (patient(meta=PROFILE), "STU3"),
        (bundle(meta=PROFILE), "STU3"),
        (resource("MedicationOrder", status="active"), "DSTU2"),
        (resource("Condition", patient=SUBJECT, code=concept("urn:x", "1")), "DSTU2"),
    ],
)
def test_another_version_is_refused_by_name(document, version):
    with pytest.raises(InputError, match=f"this is FHIR {version}; deqi reads FHIR R4"):
        read_chart([json.dumps(document).encode()], index=INDEX)


def test_one_resource_of_another_version_is_malformed():
    reading = read(bundle(patient(), observation(), condition() | {"clinicalStatus": "active"}))
    assert "STU3" in reading.unreadable[0].reason
    assert reading.persons[0].unreadable == {"condition"}


def test_an_odd_element_that_changes_nothing_is_overlooked():
    reading = read(bundle(patient(), observation(), order(context={"reference": "Encounter/e"})))
    assert (len(reading.persons[0].facts), reading.unreadable) == (2, ())


def test_a_file_of_mostly_odd_elements_is_of_that_version():
    odd = order(context={"reference": "Encounter/e"})
    with pytest.raises(InputError, match="STU3"):
        read(bundle(patient(), odd, odd))


@pytest.mark.parametrize("number", ["4.0.1", "4.3.0"])
def test_r4_by_number_is_read(number):
    assert read(bundle(patient(), fhirVersion=number)).persons
