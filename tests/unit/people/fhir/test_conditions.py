"""Patient, Condition and AllergyIntolerance."""

import pytest

from tests.support.resources import (
    SNOMED,
    VERIFICATION,
    bundle,
    complaint,
    concept,
    condition,
    nothing,
    only,
    patient,
    read,
    resource,
)


def person(**fields):
    return read(bundle(patient(**fields))).persons[0]


def test_a_patient_is_sex_birth_and_death_only():
    one = person(name=[{"family": "Doe"}], deceasedDateTime="2026-01-05")
    assert (one.token, one.sex, one.deceased) == ("p1", "female", True)
    assert one.birth.earliest.isoformat() == "1961-04-01"
    assert "Doe" not in repr(one)


@pytest.mark.parametrize(("gender", "sex"), [("male", "male"), ("other", None), ("unknown", None), (None, None)])
def test_a_sex_other_than_female_or_male_is_unknown(gender, sex):
    assert person(gender=gender).sex == sex


def test_a_sex_at_birth_that_differs_leaves_the_sex_unknown():
    url = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
    assert person(gender="male", extension=[{"url": url, "valueCode": "F"}]).sex is None
    assert person(gender="female", extension=[{"url": url, "valueCode": "F"}]).sex == "female"


@pytest.mark.parametrize(
    ("clinical", "verification", "extra", "state"),
    [
        ("active", None, {}, "present"),
        ("recurrence", "confirmed", {}, "present"),
        ("remission", "confirmed", {}, "inactive"),
        ("inactive", None, {}, "inactive"),
        ("resolved", None, {}, "past"),
        (None, None, {}, "present"),
        (None, None, {"abatementDateTime": "2020"}, "past"),
        (None, None, {"abatementString": "long ago"}, "past"),
        ("active", None, {"abatementDateTime": "2020"}, "unknown"),
        ("active", "refuted", {}, "refuted"),
        (None, "refuted", {}, "refuted"),
        ("active", "provisional", {}, "present"),
    ],
)
def test_the_state_of_a_condition(clinical, verification, extra, state):
    if verification:
        extra = extra | {"verificationStatus": concept(VERIFICATION, verification)}
    fact = only(condition(clinical=clinical, **extra))
    assert (fact.state, fact.verification) == (state, verification or "")


def test_entered_in_error_leaves_nothing():
    assert nothing(condition(verificationStatus=concept(VERIFICATION, "entered-in-error")))


def test_a_condition_carries_code_set_dates_and_origin():
    fact = only(condition(id="c1", onsetDateTime="2019", abatementDateTime="2021-03", clinical="resolved"))
    assert (fact.kind, fact.system, fact.code) == ("condition", "icd10cm", "E11.42")
    assert fact.match("diabetes").how == "code"
    assert (fact.start.latest.isoformat(), fact.end.earliest.isoformat()) == ("2019-12-31", "2021-03-01")
    assert (fact.origin.path, fact.origin.resource_id) == ("Bundle.entry[1].resource", "c1")


def test_the_coding_that_is_in_a_set_is_the_one_shown():
    code = {"coding": [{"system": "urn:local", "code": "77"}, {"system": SNOMED, "code": "44054006"}], "text": "DM"}
    fact = only(condition() | {"code": code})
    assert (fact.system, fact.code, len(fact.codes), fact.text) == ("snomed", "44054006", 2, "DM")


@pytest.mark.parametrize(
    ("sites", "site", "side"),
    [
        ([concept(SNOMED, "1", "Hand structure"), concept(SNOMED, "7771000", "Left")], "hand", "left"),
        ([{"text": "right knee"}], "knee", "right"),
        ([{"text": "left foot"}, {"text": "right foot"}], "foot", "both"),
        ([{"text": "neck of femur"}], None, None),
        ([concept(SNOMED, "72696002:272741003=24028007")], None, "right"),
        ([], None, None),
    ],
)
def test_site_and_side_come_from_the_body_site(sites, site, side):
    fact = only(condition(bodySite=sites))
    assert (fact.site, fact.side) == (site, side)


def test_without_a_body_site_the_words_of_the_code_tell_the_limb_and_the_side():
    fact = only(condition() | {"code": concept(SNOMED, "5", "Lymphedema of left upper limb")})
    assert (fact.site, fact.side) == ("arm", "left")


@pytest.mark.parametrize(
    "broken",
    [
        condition() | {"code": {"coding": []}},
        {key: value for key, value in condition().items() if key != "code"},
        condition() | {"subject": {}},
        condition() | {"subject": {"display": "somebody"}},
        condition() | {"subject": {"reference": "Patient?identifier=1"}},
        condition() | {"code": 5},
        condition(onsetDateTime=2019),
        condition(modifierExtension=[{"url": "x", "valueBoolean": True}]),
    ],
)
def test_a_condition_that_cannot_be_read_is_listed_and_leaves_the_chart_partly_unreadable(broken):
    fault, kinds = complaint(broken)
    assert (fault.type, kinds) == ("Condition", {"condition"})
    assert fault.origin.path == "Bundle.entry[1].resource"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"coding": [{"system": SNOMED, "code": "55561003"}, {"code": "active"}]}, "present"),
        ({"coding": [{"system": SNOMED, "code": "413322009", "display": "Resolved"}]}, "past"),
        ({"coding": [{"code": "resolved"}, {"code": "active"}]}, "present"),
        ({"text": "Active"}, "present"),
        ({"coding": [{"code": "ACTIVE"}]}, "present"),
        ({"coding": [{"code": "gone"}]}, "unknown"),
        ({"coding": [{}]}, "unknown"),
        ({"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}]}, "unknown"),
    ],
)
def test_a_status_is_read_from_any_coding_or_text_and_one_unread_leaves_a_match(status, state):
    fact = only(condition() | {"clinicalStatus": status})
    assert (fact.state, bool(fact.sets)) == (state, True)


def test_an_unread_verification_proves_nothing_absent():
    fact = only(condition(clinical="resolved", verificationStatus=concept(VERIFICATION, "perhaps")))
    assert fact.state == "unknown"
    assert only(condition(verificationStatus=concept(VERIFICATION, "perhaps"))).state == "present"


def test_an_allergy_is_read_from_its_patient():
    fact = only(resource("AllergyIntolerance", patient={"reference": "Patient/one"}, code={"text": "Latex"}))
    assert (fact.kind, fact.state, fact.sets[0].how) == ("allergy", "present", "name")
