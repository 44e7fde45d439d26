"""Malformed resources: what each may have been, and whose chart is partly unreadable because of it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from deqi.people.facts import KINDS, Kind
from deqi.people.fhir.documents import Piece
from deqi.people.fhir.names import R4_TYPES
from deqi.people.fhir.references import base_of, key_of, type_of
from deqi.people.fhir.salvage import salvaged_id, salvaged_kind, salvaged_subject
from deqi.people.fhir.versions import TYPES_ELSEWHERE
from deqi.people.reading import Unreadable

ALL_KINDS: frozenset[Kind] = frozenset(KINDS)

KIND_OF_TYPE: Mapping[str, Kind] = {
    "Condition": "condition",
    "AllergyIntolerance": "allergy",
    "MedicationRequest": "medication",
    "MedicationStatement": "medication",
    "MedicationAdministration": "medication",
    "MedicationDispense": "medication",
    "Medication": "medication",
    "Observation": "observation",
    "Procedure": "procedure",
    "Device": "device",
    "DeviceUseStatement": "device",
}
"""The kind of fact that each resource type would have become."""

_FORM = "QuestionnaireResponse"
_HOLDING_OTHERS = frozenset({"Bundle", "Parameters"})


class Fault(msgspec.Struct, frozen=True, gc=False):
    """A malformed resource, the kinds it may have been, and the key of its person or the number of its document.

    With neither, it may be about anyone.
    """

    record: Unreadable
    kinds: frozenset[Kind]
    owner: str | None
    document: int | None


def fault_of(piece: Piece, reason: str, kinds: frozenset[Kind] | None = None) -> Fault:
    """The fault of a piece; ``kinds`` when they do not follow from its type.

    A type that is known and no fact of ours (an Encounter) makes nothing unreadable; an unknown one may have been any.
    """
    kind = piece.kind or (salvaged_kind(piece.raw) if piece.raw is not None else "")
    if kinds is None:
        if kind in KIND_OF_TYPE:
            kinds = frozenset({KIND_OF_TYPE[kind]})
        elif kind == _FORM:
            # Its answers may have been about anything: no list proves absence beside it.
            kinds = ALL_KINDS
        elif kind in R4_TYPES and kind not in _HOLDING_OTHERS:
            kinds = frozenset()
        else:
            kinds = ALL_KINDS
    shown = kind if kind in R4_TYPES or kind in TYPES_ELSEWHERE else ""
    return Fault(Unreadable(piece.origin, shown, reason), kinds, _owner(piece, kind), piece.document)


def _owner(piece: Piece, kind: str) -> str | None:
    """The key of the person, as far as the broken resource still tells it."""
    if piece.raw is None:
        return None
    own = salvaged_id(piece.raw) if kind == "Patient" else ""
    subject = f"Patient/{own}" if own else salvaged_subject(piece.raw)
    key = key_of(subject, base_of(piece.full_url)) if subject else None
    return key if key is not None and type_of(key) in ("", "Patient") else None
