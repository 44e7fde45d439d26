"""Short FHIR resources for the tests of this folder."""

import json

from deqi.people.read import read_chart
from tests.support.terminology import AS_OF, INDEX, SITES

SNOMED, ICD = "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM, LOINC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://loinc.org"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
SUBJECT = {"reference": "Patient/one"}


def concept(system, code, display=None):
    coding = {"system": system, "code": code}
    return {"coding": [coding | ({"display": display} if display else {})]}


def resource(kind, **fields):
    return {"resourceType": kind, **fields}


def patient(**fields):
    return resource("Patient", **{"id": "one", "gender": "female", "birthDate": "1961-04", **fields})


def condition(code="E11.42", clinical="active", **fields):
    status = {"clinicalStatus": concept(CLINICAL, clinical)} if clinical else {}
    return resource("Condition", subject=SUBJECT, code=concept(ICD, code), **status, **fields)


def order(code="11289", **fields):
    base = {"status": "active", "intent": "order", "subject": SUBJECT, "authoredOn": "2026-10-01"}
    if "medicationReference" not in fields:
        base["medicationCodeableConcept"] = concept(RXNORM, code)
    return resource("MedicationRequest", **(base | fields))


def observation(value=210, unit="10*3/uL", code="777-3", **fields):
    base = {"status": "final", "code": concept(LOINC, code), "subject": SUBJECT, "effectiveDateTime": "2026-11-01"}
    if value is not None:
        base["valueQuantity"] = {"value": value, "system": "http://unitsofmeasure.org", "code": unit}
    return resource("Observation", **(base | fields))


def bundle(*resources, kind="collection", **fields):
    return resource("Bundle", type=kind, entry=[{"resource": one} for one in resources], **fields)


def read(document, as_of=AS_OF):
    """The reading of one JSON document, or of NDJSON when given a list."""
    if isinstance(document, list):
        data = "\n".join(json.dumps(one) for one in document).encode()
    else:
        data = json.dumps(document).encode()
    return read_chart([data], index=INDEX, sites=SITES, as_of=as_of)


def only(*resources, as_of=AS_OF):
    """The one fact that a patient with these resources has."""
    (person,) = read(bundle(patient(), *resources), as_of).persons
    (fact,) = person.facts
    return fact


def nothing(*resources):
    """Whether these resources leave neither a fact nor a complaint."""
    reading = read(bundle(patient(), *resources))
    return not reading.persons[0].facts and not reading.unreadable


def complaint(*resources):
    """The one complaint about these resources, and the kinds that are now unreadable."""
    reading = read(bundle(patient(), *resources))
    (fault,) = reading.unreadable
    return fault, reading.persons[0].unreadable
