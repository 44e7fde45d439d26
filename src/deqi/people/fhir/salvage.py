"""What a broken resource still tells: its type and whom it is about, so that nobody else's chart is called partial."""

from __future__ import annotations

import re

import msgspec

from deqi.people.fhir import types as fhir
from deqi.people.fhir.documents import UNDECODABLE, kind_of

_SUBJECT = re.compile(rb'"(?:subject|patient)"\s*:\s*\{[^{}]{0,400}?"reference"\s*:\s*"([^"\\]{1,300})"')
_KIND = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]{1,40})"')


class _About(msgspec.Struct):
    subject: fhir.Reference | None = None
    patient: fhir.Reference | None = None


class _Identity(msgspec.Struct):
    id: str | None = None


_about = msgspec.json.Decoder(_About).decode
_identity = msgspec.json.Decoder(_Identity).decode


def salvaged_kind(raw: memoryview) -> str:
    """The resource type, or nothing."""
    kind = kind_of(raw)
    if kind:
        return kind
    found = _KIND.search(raw)
    return found[1].decode("ascii") if found else ""


def salvaged_subject(raw: memoryview) -> str:
    """The reference of the subject or patient, or nothing."""
    try:
        about = _about(raw)
    except UNDECODABLE:
        found = _SUBJECT.search(raw)
        return found[1].decode("utf-8", "replace") if found else ""
    reference = about.subject or about.patient
    return (reference.reference or "") if reference else ""


def salvaged_id(raw: memoryview) -> str:
    """The id of the resource, or nothing."""
    try:
        return _identity(raw).id or ""
    except UNDECODABLE:
        return ""
