"""Resources from bytes, those that are contained in others among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from deqi.people.fhir import types as fhir
from deqi.people.fhir.documents import UNDECODABLE
from deqi.people.fhir.elements import MalformedError
from deqi.people.fhir.salvage import salvaged_kind

DECODERS = {kind: msgspec.json.Decoder(type_).decode for kind, type_ in fhir.TYPES.items()}
READ = {kind: frozenset(field.name for field in msgspec.structs.fields(type_)) for kind, type_ in fhir.TYPES.items()}
"""The elements of each type that are looked at."""


def contained_in(contained: Iterable[msgspec.Raw] | None, wanted: str) -> Iterator[fhir.Resource]:
    """The contained resources of an id.

    Raises:
        MalformedError: one of them, of a type that is read, cannot be read.
    """
    for raw in contained or ():
        inner = _read(memoryview(raw))
        if inner is not None and (inner.id or "").removeprefix("#") == wanted:
            yield inner


def _read(raw: memoryview) -> fhir.Resource | None:
    decode = DECODERS.get(salvaged_kind(raw))
    if decode is None:
        return None
    try:
        return decode(raw)
    except UNDECODABLE:
        raise MalformedError("a contained resource that cannot be read") from None
