"""MedicationRequest, MedicationStatement, MedicationAdministration, and where their code stands."""

import pytest

from tests.support.resources import (
    RXNORM,
    SUBJECT,
    bundle,
    complaint,
    concept,
    nothing,
    only,
    order,
    patient,
    read,
    resource,
)

DRUG = {"medicationCodeableConcept": concept(RXNORM, "855332")}


def statement(status="active", **fields):
    return resource("MedicationStatement", status=status, subject=SUBJECT, **(DRUG | fields))


def administration(status="completed", **fields):
    return resource("MedicationAdministration", status=status, subject=SUBJECT, **(DRUG | fields))


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (order(), "present"),
        (order(status="stopped"), "past"),
        (order(status="completed"), "past"),
        (order(status="on-hold"), "unknown"),
        (order(status="draft"), "planned"),
        (order(intent="proposal"), "planned"),
        (order(intent="plan"), "planned"),
        (statement(), "present"),
        (statement("not-taken"), "refuted"),
        (statement("intended"), "planned"),
        (administration(), "unknown"),
        (administration(effectiveDateTime="2026-11-20"), "present"),
        (administration("stopped", effectiveDateTime="2026-11-20"), "present"),
        (administration("in-progress"), "present"),
        (administration("not-done"), "refuted"),
    ],
)
def test_the_state_of_a_medicine(made, state):
    assert only(made).state == state


def test_an_order_not_to_give_and_an_error_leave_nothing():
    assert nothing(order(doNotPerform=True))
    assert nothing(order(status="entered-in-error"))


def test_what_was_called_off_before_anything_was_given_leaves_nothing():
    assert nothing(order(status="cancelled"))
    assert nothing(dispense(status="cancelled"))
    assert nothing(dispense(status="declined"))


def test_a_product_is_in_the_set_of_its_ingredient():
    assert only(statement()).match("anticoagulant").how == "product"


@pytest.mark.parametrize(
    ("made", "stale"),
    [
        (order(authoredOn="2025-11-24"), False),
        (order(authoredOn="2025-11-23"), True),
        (order(authoredOn="2024"), True),
        (order(authoredOn="2025"), False),
        (order(authoredOn=None), False),
        (order(authoredOn="2020", status="stopped"), False),
        (statement(effectivePeriod={"start": "2015"}, dateAsserted="2026-11-01"), False),
        (statement(effectivePeriod={"start": "2015"}), True),
    ],
)
def test_an_active_medicine_last_written_over_a_year_ago_is_stale(made, stale):
    made = {key: value for key, value in made.items() if value is not None}
    assert only(made).stale_active is stale
    assert only(made, as_of=None).stale_active is False


def test_a_dose_given_has_its_time():
    fact = only(administration(effectivePeriod={"start": "2026-11-01T09:00:00Z", "end": "2026-11-01T11:00:00Z"}))
    assert fact.start.instant.hour == 9
    assert fact.end.instant.hour == 11


MEDICATION = resource("Medication", id="m", code=concept(RXNORM, "1736776"))


def test_the_code_may_be_contained():
    made = order(contained=[MEDICATION], medicationReference={"reference": "#m"})
    assert only(made).match("platinum")


@pytest.mark.parametrize("first", [True, False])
def test_the_code_may_stand_before_or_after(first):
    made = order(medicationReference={"reference": "Medication/m"})
    pair = (MEDICATION, made) if first else (made, MEDICATION)
    assert only(*pair).match("platinum")


def test_the_code_may_be_an_ingredient():
    made = order(medicationReference={"reference": "Medication/m"})
    drug = resource(
        "Medication", id="m", code={"text": "bag"}, ingredient=[{"itemCodeableConcept": {"text": "warfarin"}}]
    )
    assert only(made, drug).match("anticoagulant").how == "name"


def test_the_code_is_found_by_urn_uuid():
    document = bundle(patient())
    document["entry"] += [
        {"resource": order(medicationReference={"reference": "urn:uuid:0f2f"})},
        {"fullUrl": "urn:uuid:0f2f", "resource": {**MEDICATION, "id": "other"}},
    ]
    assert read(document).persons[0].facts[0].match("platinum")


def test_a_reference_that_leads_nowhere_counts_by_its_words_or_is_malformed():
    named = order(medicationReference={"reference": "Medication/x", "display": "Warfarin 5 mg"})
    assert only(named).match("anticoagulant").how == "name"
    fault, kinds = complaint(order(medicationReference={"reference": "Medication/x"}))
    assert (fault.type, kinds) == ("MedicationRequest", {"medication"})


@pytest.mark.parametrize(
    "broken",
    [
        order(medicationReference={"reference": "#nobody"}),
        order(medicationReference={}),
        administration(effectivePeriod="today"),
    ],
)
def test_a_medicine_that_cannot_be_read_is_listed(broken):
    assert complaint(broken)[1] == {"medication"}


@pytest.mark.parametrize("made", [order(status="odd"), order(status=None), order(intent="odd"), statement("taken")])
def test_a_status_that_says_nothing_leaves_it_open(made):
    fact = only(made)
    assert (fact.state, bool(fact.sets)) == ("unknown", True)


def test_a_status_in_capitals_is_read():
    assert only(order(status="ACTIVE")).state == "present"


def dispense(status="completed", **fields):
    return resource("MedicationDispense", status=status, subject=SUBJECT, **(DRUG | fields))


def test_what_was_handed_over_is_taken_as_long_as_the_supply_lasts():
    fact = only(dispense(whenHandedOver="2026-11-01", daysSupply={"value": 30, "code": "d"}))
    assert (fact.state, fact.start.latest.isoformat(), fact.end.latest.isoformat()) == (
        "present",
        "2026-11-01",
        "2026-12-01",
    )
    assert fact.sets


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "unknown"),
        ({"whenHandedOver": "2026-11-01", "daysSupply": {"value": 30, "code": "furlong"}}, "unknown"),
        ({"whenHandedOver": "2026-11-01", "daysSupply": {"value": -3}}, "unknown"),
        ({"status": "preparation"}, "planned"),
        ({"status": "odd"}, "unknown"),
    ],
)
def test_a_supply_that_does_not_say_how_long_it_lasts_may_still_be_taken(fields, state):
    fact = only(dispense(**fields))
    assert (fact.state, fact.end) == (state, None)


def test_a_completed_order_lasts_as_long_as_its_supply():
    supply = {"expectedSupplyDuration": {"value": 1, "unit": "month"}, "numberOfRepeatsAllowed": 2}
    fact = only(order(status="completed", authoredOn="2026-09-01", dispenseRequest=supply))
    assert (fact.state, fact.end.latest.isoformat()) == ("present", "2026-12-02")
