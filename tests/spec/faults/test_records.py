"""Past members, codes nobody lists, records of tomorrow, statuses in other words, stale orders."""

from __future__ import annotations

import pytest

from tests.properties.doubt import engines

PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1990-05-01"}
SUBJECT = {"reference": "Patient/p"}
ALL = ("conditions", "medications", "procedures", "devices", "allergies", "observations")
CM, SNOMED = "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct"


def _condition(system: str, code: str, display: str = "", **more: object) -> dict[str, object]:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    active = {"coding": [{"code": "active"}]}
    shared = {"resourceType": "Condition", "id": code, "subject": SUBJECT, "clinicalStatus": active}
    return {**shared, "code": {"coding": [coding]}, **more}


def _past(system: str, code: str) -> dict[str, object]:
    ended = {"onsetDateTime": "2012-03-01", "abatementDateTime": "2012-03-19"}
    return _condition(system, code, clinicalStatus={"coding": [{"code": "resolved"}]}, **ended)


def _state(rule: str, *records: dict[str, object], complete: tuple[str, ...] = ()) -> str:
    return engines.judge(engines.person_of_chart([PATIENT, *records], complete=complete)).states[rule]


@pytest.mark.parametrize(
    ("record", "rule", "state"),
    [
        (_past(CM, "J93.11"), "lung-hyperinflation", "yes"),
        (_past(CM, "Z94.0"), "immunosuppressed", "yes"),
        (_past(CM, "C73"), "active-cancer-liaison", "unknown"),
        (_past(SNOMED, "283371005"), "skin-infection-at-site", "unknown"),
        (_past(CM, "Z95.0"), "pacemaker-ea", "unknown"),
        (_past(SNOMED, "72892002"), "pregnancy-any", "unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["id"],
)
def test_a_past_member_does_not_empty_its_set(record: dict[str, object], rule: str, state: str) -> None:
    assert _state(rule, record) == state


def test_a_past_cancer_beside_an_active_one() -> None:
    assert _state("active-cancer-liaison", _past(CM, "C73"), _condition(CM, "C91.10")) == "yes"


@pytest.mark.parametrize("code", ["9999991000000104", "A1"])
@pytest.mark.parametrize("system", [SNOMED, "urn:oid:2.16.840.1.113883.19.5"])
@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Metastatic malignant neoplasm", "active-cancer-liaison"),
        ("Cardiac pacemaker in situ", "pacemaker-ea"),
        ("Diabetes mellitus type 2", "diabetes-bleed"),
        ("Grand mal epilepsy", "epilepsy-controlled"),
        ("", "diabetes-bleed"),
    ],
)
def test_a_code_of_no_list_is_no_silence(system: str, code: str, words: str, rule: str) -> None:
    assert _state(rule, _condition(system, code, words), complete=ALL) in {"yes", "unknown"}


@pytest.mark.parametrize(
    "name",
    ["Adcetris", "Myleran", "idarubicin", "emicizumab", "Falithrom", "Sintrom", "Previscan", "Fraxiparine", "Orfarin"],
)
def test_a_brand_in_complete_lists_leaves_its_kind_open(name: str) -> None:
    rules = {
        "Adcetris": "chemo-nadir-no-count",
        "Myleran": "chemo-nadir-no-count",
        "idarubicin": "chemo-nadir-no-count",
        "emicizumab": "haemophilia-mild",
    }
    document = {"sex": "male", "born": 1980, "medications": [f"{name} 3 mg"], "complete": list(ALL)}
    found = engines.judge(engines.person_of_file(document))
    assert found.states[rules.get(name, "anticoagulant-any")] in {"yes", "unknown"}


@pytest.mark.parametrize("onset", ["2027-03", "2027", "2026-11-25"])
def test_a_record_of_a_later_day_is_not_absent(onset: str) -> None:
    assert _state("pacemaker-ea", _condition(CM, "Z95.0", onsetDateTime=onset), complete=ALL) == "unknown"


@pytest.mark.parametrize("instant", ["2026-11-25T07:30:00+13:00", "2026-11-25T00:30:00+05:00"])
def test_an_instant_of_today_written_in_the_east_counts(instant: str) -> None:
    unit = {"system": "http://unitsofmeasure.org", "code": "10*3/uL"}
    code = {"coding": [{"system": "http://loinc.org", "code": "777-3"}]}
    count = {"resourceType": "Observation", "id": "o", "status": "final", "subject": SUBJECT, "code": code}
    count |= {"effectiveDateTime": instant, "valueQuantity": {"value": 8, **unit}}
    assert _state("platelets-under-20", count) == "yes"


@pytest.mark.parametrize(
    "status",
    [
        {"coding": [{"system": SNOMED, "code": "55561003"}, {"code": "active"}]},
        {"coding": [{"code": "active"}, {"system": SNOMED, "code": "55561003"}]},
        {"coding": [{"code": "Active"}]},
        {"text": "Active"},
    ],
    ids=str,
)
def test_a_status_in_other_words_is_read(status: dict[str, object]) -> None:
    assert _state("diabetes-bleed", _condition(SNOMED, "44054006", clinicalStatus=status)) == "yes"


@pytest.mark.parametrize("status", [{"text": "as before"}, {"coding": [{"code": "9"}]}, {"coding": []}, 7], ids=str)
def test_a_status_that_cannot_be_read_keeps_the_record(status: object) -> None:
    record = _condition(SNOMED, "44054006", clinicalStatus=status)
    assert _state("diabetes-bleed", record, complete=ALL) in {"yes", "unknown"}


@pytest.mark.parametrize("authored", ["2025-10-01", "2019-01-01", "2024"])
def test_a_stale_order_is_listed_as_possible(authored: str) -> None:
    medicine = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "855332"}]}
    order = {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "subject": SUBJECT}
    order |= {"medicationCodeableConcept": medicine, "authoredOn": authored}
    person = engines.person_of_chart([PATIENT, order], complete=ALL)
    assert engines.judge(person).states["anticoagulant-any"] == "unknown"
    assert "anticoagulant" in engines.possible(person)
