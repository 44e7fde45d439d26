"""Charts as hospitals hold them, drawn as FHIR resources of one person."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.properties.doubt import vocabulary as v

Resource = dict[str, Any]

SUBJECT = {"reference": "Patient/p"}
_CLINICAL = ("active", "active", "active", "resolved", "inactive", "remission", "recurrence", "")
_VERIFIED = ("confirmed", "confirmed", "", "refuted", "provisional", "entered-in-error")
_ORDERS = ("active", "active", "active", "completed", "stopped", "on-hold", "unknown", "draft")
_FINAL = ("final", "final", "amended", "preliminary", "cancelled", "unknown")


def _status(system: str, code: str) -> Resource:
    return {"coding": [{"system": v.SYSTEMS[system], "code": code}]}


@st.composite
def patients(draw: st.DrawFn) -> Resource:
    birth = draw(st.sampled_from(("1980-05-01", "1990", "1985-07")))
    return {
        "resourceType": "Patient",
        "id": "p",
        "gender": draw(st.sampled_from(("female", "female", "male", "unknown"))),
        "birthDate": birth,
    }


@st.composite
def conditions(draw: st.DrawFn) -> Resource:
    found: Resource = {"resourceType": "Condition", "subject": SUBJECT}
    found["code"] = v.concept(*draw(st.sampled_from(v.CONDITIONS)))
    if draw(st.integers(0, 5)) == 0 and "coding" in found["code"]:
        found["code"]["coding"].insert(0, {"system": v.SYSTEMS["local"], "code": "L-1"})
    if clinical := draw(st.sampled_from(_CLINICAL)):
        found["clinicalStatus"] = _status("clinical", clinical)
    if verified := draw(st.sampled_from(_VERIFIED)):
        found["verificationStatus"] = _status("verified", verified)
    where = draw(st.sampled_from(("onsetDateTime", "recordedDate", "recordedDate", "both", "period", "age")))
    when = draw(st.sampled_from(v.WHENS))
    if where == "age":
        found["onsetAge"] = {"value": 35, "unit": "a", "system": v.SYSTEMS["ucum"], "code": "a"}
    elif where == "period" and when:
        found["onsetPeriod"] = {"start": when}
    elif when:
        found["onsetDateTime" if where == "both" else where] = when
        if where == "both":
            found["recordedDate"] = when
    return found


@st.composite
def orders(draw: st.DrawFn) -> Resource:
    kind = draw(st.sampled_from(("MedicationRequest", "MedicationRequest", "MedicationStatement")))
    found: Resource = {"resourceType": kind, "subject": SUBJECT, "status": draw(st.sampled_from(_ORDERS))}
    found["medicationCodeableConcept"] = v.concept(*draw(st.sampled_from(v.MEDICATIONS)))
    when = draw(st.sampled_from(v.WHENS))
    if kind == "MedicationRequest":
        found["intent"] = "order"
        if when:
            found["authoredOn"] = when
    else:
        if found["status"] in {"draft"}:
            found["status"] = "not-taken"
        if when:
            found["effectivePeriod"] = {"start": when}
    return found


@st.composite
def doses(draw: st.DrawFn) -> Resource:
    """A dose that was given, or a supply that was handed over."""
    kind, when = draw(
        st.sampled_from((("MedicationAdministration", "effectiveDateTime"), ("MedicationDispense", "whenHandedOver")))
    )
    found: Resource = {"resourceType": kind, "subject": SUBJECT}
    found["status"] = draw(
        st.sampled_from(("completed", "completed", "completed", "in-progress", "stopped", "unknown"))
    )
    found["medicationCodeableConcept"] = v.concept(*draw(st.sampled_from(v.MEDICATIONS)))
    if day := draw(st.sampled_from(v.WHENS)):
        found[when] = day
    if kind == "MedicationDispense" and draw(st.booleans()):
        found["daysSupply"] = {"value": draw(st.sampled_from((7, 30, 90))), "unit": "days"}
    return found


@st.composite
def results(draw: st.DrawFn) -> Resource:
    code, unit, hazardous, safe = draw(st.sampled_from(v.RESULTS))
    found: Resource = {
        "resourceType": "Observation",
        "subject": SUBJECT,
        "status": draw(st.sampled_from(_FINAL)),
        "code": v.concept("loinc", code, ""),
    }
    if when := draw(st.sampled_from(v.WHENS[:14] + v.WHENS[26:])):
        found["effectiveDateTime"] = when
    shape = draw(st.sampled_from(("safe", "safe", "safe", "hazardous", "hazardous", "unit", "text", "absent", "bound")))
    if shape == "text":
        found["valueString"] = "clumped, repeat"
    elif shape == "absent":
        found["dataAbsentReason"] = {"text": "error"}
    else:
        value = safe if shape == "safe" else hazardous
        written = draw(st.sampled_from(v.UNREAD_UNITS)) if shape == "unit" else unit
        found["valueQuantity"] = {"value": value, "unit": written}
        if shape != "unit":
            found["valueQuantity"] |= {"system": v.SYSTEMS["ucum"], "code": unit}
        if shape == "bound":
            found["valueQuantity"]["comparator"] = draw(st.sampled_from(("<", ">")))
    return found


@st.composite
def procedures(draw: st.DrawFn) -> Resource:
    found: Resource = {
        "resourceType": "Procedure",
        "subject": SUBJECT,
        "status": draw(
            st.sampled_from(("completed", "completed", "not-done", "in-progress", "preparation", "unknown"))
        ),
        "code": v.concept(*draw(st.sampled_from(v.PROCEDURES))),
    }
    if when := draw(st.sampled_from(v.WHENS)):
        found["performedDateTime"] = when
    return found


@st.composite
def devices(draw: st.DrawFn) -> Resource:
    return {
        "resourceType": "Device",
        "patient": SUBJECT,
        "status": draw(st.sampled_from(("active", "active", "inactive", "unknown"))),
        "type": v.concept(*draw(st.sampled_from(v.DEVICES))),
    }


@st.composite
def forms(draw: st.DrawFn) -> Resource:
    if draw(st.integers(0, 2)) == 0:
        items = [(name, False) for name in v.QUESTIONS]
    else:
        names = draw(st.lists(st.sampled_from(v.QUESTIONS), min_size=1, max_size=8, unique=True))
        items = [(name, draw(st.sampled_from((False, False, False, True)))) for name in names]
    if draw(st.integers(0, 3)) == 0:
        items.append((draw(st.sampled_from(v.CLEARANCES)), True))
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "subject": SUBJECT,
        "authored": draw(st.sampled_from(v.DAYS)),
        "item": [{"linkId": name, "answer": [{"valueBoolean": value}]} for name, value in items],
    }


@st.composite
def charts(draw: st.DrawFn) -> list[Resource]:
    """A patient and some records; none of them is dated after the day of assessment."""
    records = draw(
        st.lists(
            st.one_of(
                conditions(), conditions(), orders(), doses(), results(), results(), procedures(), devices(), forms()
            ),
            min_size=1,
            max_size=8,
        )
    )
    patient = draw(patients())
    if patient["gender"] == "male":
        # No man says that he could be pregnant.
        for item in (item for one in records for item in one.get("item", ()) if item["linkId"] == "could-be-pregnant"):
            item["answer"] = [{"valueBoolean": False}]
    return [patient, *({**one, "id": f"r{number}"} for number, one in enumerate(records))]


COMPLETE = st.sampled_from(
    (
        (),
        (),
        ("medications", "conditions"),
        ("conditions", "procedures", "devices"),
        ("conditions", "medications", "procedures", "devices", "allergies", "observations"),
    )
)
