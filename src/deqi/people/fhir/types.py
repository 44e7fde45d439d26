"""The parts of FHIR R4 that deqi reads, as typed structs.

Fields deqi does not use are skipped by the decoder; a field it uses with another type makes the resource malformed.
``Raw`` fields are looked at only for being there: elements of other FHIR versions, and things that no reading can
turn into a fact. Field names are FHIR's.
"""

# ruff: noqa: N815

from __future__ import annotations

import msgspec
from msgspec import Raw


class Coding(msgspec.Struct, gc=False):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class Concept(msgspec.Struct, gc=False):
    coding: list[Coding] | None = None
    text: str | None = None


class Reference(msgspec.Struct, gc=False):
    reference: str | None = None
    display: str | None = None


class Quantity(msgspec.Struct, gc=False):
    value: float | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Period(msgspec.Struct, gc=False):
    start: str | None = None
    end: str | None = None


class Range(msgspec.Struct, gc=False):
    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(msgspec.Struct, gc=False):
    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Resource(msgspec.Struct, gc=False, kw_only=True):
    """What all resources share. ``modifierExtension`` and ``implicitRules`` change what a resource means."""

    resourceType: str
    meta: Raw = Raw()
    id: str | None = None
    contained: list[Raw] | None = None
    modifierExtension: Raw = Raw()
    implicitRules: Raw = Raw()


class Extension(msgspec.Struct, gc=False):
    url: str = ""
    valueCode: str | None = None


class Patient(Resource, gc=False, kw_only=True):
    gender: str | None = None
    birthDate: str | None = None
    deceasedBoolean: bool | None = None
    deceasedDateTime: str | None = None
    extension: list[Extension] | None = None


class Condition(Resource, gc=False, kw_only=True):
    clinicalStatus: Concept | None = None
    verificationStatus: Concept | None = None
    code: Concept | None = None
    bodySite: list[Concept] | None = None
    subject: Reference | None = None
    onsetDateTime: str | None = None
    onsetPeriod: Period | None = None
    abatementDateTime: str | None = None
    abatementPeriod: Period | None = None
    abatementAge: Raw = Raw()
    abatementRange: Raw = Raw()
    abatementString: Raw = Raw()
    recordedDate: str | None = None
    assertedDate: Raw = Raw()
    patient: Raw = Raw()
    participant: Raw = Raw()


class Allergy(Resource, gc=False, kw_only=True):
    clinicalStatus: Concept | None = None
    verificationStatus: Concept | None = None
    code: Concept | None = None
    patient: Reference | None = None
    onsetDateTime: str | None = None
    onsetPeriod: Period | None = None
    recordedDate: str | None = None
    assertedDate: Raw = Raw()
    substance: Raw = Raw()
    participant: Raw = Raw()


class DispenseRequest(msgspec.Struct, gc=False):
    expectedSupplyDuration: Quantity | None = None
    numberOfRepeatsAllowed: int | None = None


class MedicationRequest(Resource, gc=False, kw_only=True):
    status: str | None = None
    intent: str | None = None
    doNotPerform: bool | None = None
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    subject: Reference | None = None
    authoredOn: str | None = None
    dispenseRequest: DispenseRequest | None = None
    medication: Raw = Raw()
    context: Raw = Raw()


class MedicationStatement(Resource, gc=False, kw_only=True):
    status: str | None = None
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    subject: Reference | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    dateAsserted: str | None = None
    medication: Raw = Raw()
    taken: Raw = Raw()
    wasNotTaken: Raw = Raw()


class Dosage(msgspec.Struct, gc=False):
    site: Concept | None = None


class MedicationAdministration(Resource, gc=False, kw_only=True):
    status: str | None = None
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    subject: Reference | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    dosage: Dosage | None = None
    medication: Raw = Raw()
    notGiven: Raw = Raw()


class MedicationDispense(Resource, gc=False, kw_only=True):
    status: str | None = None
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    subject: Reference | None = None
    whenHandedOver: str | None = None
    whenPrepared: str | None = None
    daysSupply: Quantity | None = None
    medication: Raw = Raw()
    notDone: Raw = Raw()


class Ingredient(msgspec.Struct, gc=False):
    itemCodeableConcept: Concept | None = None


class Medication(Resource, gc=False, kw_only=True):
    status: str | None = None
    code: Concept | None = None
    ingredient: list[Ingredient] | None = None


class Result(msgspec.Struct, gc=False, kw_only=True):
    """What an observation and its components share: a code and a value."""

    code: Concept | None = None
    valueQuantity: Quantity | None = None
    valueCodeableConcept: Concept | None = None
    valueString: str | None = None
    valueBoolean: bool | None = None
    valueInteger: int | None = None
    valueRange: Range | None = None
    valueRatio: Ratio | None = None
    valueDateTime: str | None = None
    interpretation: list[Concept] | Concept | None = None
    dataAbsentReason: Concept | None = None


class Observation(Resource, gc=False, kw_only=True):
    status: str | None = None
    code: Concept | None = None
    valueQuantity: Quantity | None = None
    valueCodeableConcept: Concept | None = None
    valueString: str | None = None
    valueBoolean: bool | None = None
    valueInteger: int | None = None
    valueRange: Range | None = None
    valueRatio: Ratio | None = None
    valueDateTime: str | None = None
    interpretation: list[Concept] | Concept | None = None
    dataAbsentReason: Concept | None = None
    subject: Reference | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    effectiveInstant: str | None = None
    issued: str | None = None
    bodySite: Concept | None = None
    component: list[Result] | None = None
    context: Raw = Raw()
    related: Raw = Raw()
    triggeredBy: Raw = Raw()
    instantiatesCanonical: Raw = Raw()


class Procedure(Resource, gc=False, kw_only=True):
    status: str | None = None
    code: Concept | None = None
    subject: Reference | None = None
    performedDateTime: str | None = None
    performedPeriod: Period | None = None
    bodySite: list[Concept] | None = None
    notDone: Raw = Raw()
    context: Raw = Raw()
    notPerformed: Raw = Raw()
    occurrenceDateTime: Raw = Raw()
    occurrencePeriod: Raw = Raw()


class DeviceName(msgspec.Struct, gc=False):
    name: str | None = None


class Device(Resource, gc=False, kw_only=True):
    status: str | None = None
    type: Concept | None = None
    deviceName: list[DeviceName] | None = None
    patient: Reference | None = None
    udi: Raw = Raw()
    displayName: Raw = Raw()


class DeviceUse(Resource, gc=False, kw_only=True):
    status: str | None = None
    subject: Reference | None = None
    device: Reference | None = None
    timingDateTime: str | None = None
    timingPeriod: Period | None = None
    recordedOn: str | None = None
    bodySite: Concept | None = None
    whenUsed: Raw = Raw()


class ItemAnswer(msgspec.Struct, kw_only=True):
    valueBoolean: bool | None = None
    valueDecimal: float | None = None
    valueInteger: int | None = None
    valueDate: str | None = None
    valueDateTime: str | None = None
    valueString: str | None = None
    valueCoding: Coding | None = None
    valueQuantity: Quantity | None = None
    item: list[Item] | None = None


class Item(msgspec.Struct, kw_only=True):
    linkId: str | None = None
    answer: list[ItemAnswer] | None = None
    item: list[Item] | None = None


class QuestionnaireResponse(Resource, kw_only=True):
    status: str | None = None
    subject: Reference | None = None
    authored: str | None = None
    item: list[Item] | None = None


TYPES: dict[str, type[Resource]] = {
    "Patient": Patient,
    "Condition": Condition,
    "AllergyIntolerance": Allergy,
    "MedicationRequest": MedicationRequest,
    "MedicationStatement": MedicationStatement,
    "MedicationAdministration": MedicationAdministration,
    "MedicationDispense": MedicationDispense,
    "Medication": Medication,
    "Observation": Observation,
    "Procedure": Procedure,
    "Device": Device,
    "DeviceUseStatement": DeviceUse,
    "QuestionnaireResponse": QuestionnaireResponse,
}
"""The resources deqi reads, by their FHIR name."""
