"""Telling FHIR R4 from the versions deqi does not read, by name and by structure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from deqi.knowledge.words import say
from deqi.people.fhir import types as fhir

_R4 = re.compile(r"4\.[0-3](\.|$)")
_PROFILE = re.compile(rb"hl7\.org/fhir/(1\.0|DSTU2|3\.0|STU3|5\.0|R5)(\.\d+)?/")
_PROFILE_VERSIONS = {b"1.0": "DSTU2", b"DSTU2": "DSTU2", b"3.0": "STU3", b"STU3": "STU3", b"5.0": "R5", b"R5": "R5"}
_NUMBERS = {"1": "DSTU2", "3": "STU3", "5": "R5", "6": "R6"}

TYPES_ELSEWHERE: Mapping[str, str] = {
    "MedicationOrder": "DSTU2",
    "DeviceUseRequest": "DSTU2",
    "DiagnosticOrder": "DSTU2",
    "ProcedureRequest": "STU3",
    "DeviceUsage": "R5",
}
"""Resource types that R4 does not have."""

_FIELDS: Mapping[str, Mapping[str, str]] = {
    "Condition": {"assertedDate": "STU3", "patient": "DSTU2", "participant": "R5"},
    "AllergyIntolerance": {"assertedDate": "STU3", "substance": "DSTU2", "participant": "R5"},
    "MedicationRequest": {"medication": "R5", "context": "STU3"},
    "MedicationStatement": {"medication": "R5", "taken": "STU3", "wasNotTaken": "DSTU2"},
    "MedicationAdministration": {"medication": "R5", "notGiven": "STU3"},
    "MedicationDispense": {"medication": "R5", "notDone": "STU3"},
    "Procedure": {
        "notDone": "STU3",
        "context": "STU3",
        "notPerformed": "DSTU2",
        "occurrenceDateTime": "R5",
        "occurrencePeriod": "R5",
    },
    "Observation": {"context": "STU3", "related": "STU3", "triggeredBy": "R5", "instantiatesCanonical": "R5"},
    "Device": {"udi": "STU3", "displayName": "R5"},
    "DeviceUseStatement": {"whenUsed": "STU3"},
}
"""Elements that the named version has and R4 does not."""

_CHANGES_MEANING = frozenset(
    {"medication", "taken", "wasNotTaken", "notGiven", "notDone", "notPerformed", "substance", "patient"}
)
"""With these elements a resource cannot be read as R4; the others merely tell where it came from."""

_CODES_IN_STU3 = frozenset({"Condition", "AllergyIntolerance"})
"""Their ``clinicalStatus`` was a bare code before R4."""

TELLING: Mapping[str, tuple[tuple[str, str], ...]] = {kind: tuple(names.items()) for kind, names in _FIELDS.items()}
"""The same by resource type, as pairs of element and version; the structs hold these elements undecoded."""

_fields_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def version_of_number(number: str) -> str | None:
    """The name of the FHIR version a ``fhirVersion`` states, or None for R4."""
    return None if _R4.match(number) else _NUMBERS.get(number[:1]) or say("record.another-version")


def version_of_meta(meta: bytes | memoryview) -> str | None:
    """The other version that a profile address in a ``meta`` element names."""
    found = _PROFILE.search(meta)
    return _PROFILE_VERSIONS[found[1]] if found else None


def version_tell(kind: str, raw: bytes | memoryview) -> str | None:
    """The other FHIR version that a resource which does not fit R4's types betrays by its elements, or None."""
    try:
        fields = _fields_of(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    telling = _FIELDS.get(kind)
    if telling:
        for name in telling.keys() & fields.keys():
            return telling[name]
    if kind in _CODES_IN_STU3 and bytes(fields.get("clinicalStatus", b"")).startswith(b'"'):
        return "STU3"
    return version_of_meta(memoryview(fields["meta"])) if "meta" in fields else None


def version_of(kind: str, resource: fhir.Resource) -> tuple[str | None, bool]:
    """The same for a resource that does fit, and whether it may still be read as R4."""
    told: str | None = None
    for name, version in TELLING.get(kind, ()):
        if getattr(resource, name):
            if name in _CHANGES_MEANING:
                return version, False
            told = version
    if told is None and resource.meta:
        told = version_of_meta(memoryview(resource.meta))
    return told, True
