"""FHIR resources in outline: decoded only as far as is needed to see which of them are alike.

What a resource comes to hangs on its code, its status and the like (`Outline.key`). Those stay undecoded bytes: equal
bytes mean the same. Dates, quantities and references to a medicine are decoded, since they differ from one to the next.
A file or a Bundle is decoded as a whole; its resources of all types come out at once.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Union

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Raw

from deqi.people.fhir import types as fhir
from deqi.people.fhir.documents import UNDECODABLE
from deqi.people.fhir.names import R4_TYPES

Texts = tuple[str | None, ...]
Getter = Callable[[Any], Any]


@dataclasses.dataclass(frozen=True)
class Timing:
    """Where the dates of a fact stand: places among the texts that ``texts`` takes from a resource in outline.

    The first that can be read counts. ``names`` are the same texts as names of elements, of which the first that is
    there counts. Every pattern is checked against a fact that was read in full.
    """

    names: tuple[tuple[str, ...], ...]
    texts: Callable[[Any], Texts]
    start: tuple[int, ...]
    end: tuple[int, ...]
    recorded: tuple[int, ...]


def _begun(period: fhir.Period | None) -> str | None:
    return None if period is None else period.start


def _ended(period: fhir.Period | None) -> str | None:
    return None if period is None else period.end


TIMINGS: Mapping[str, Timing] = {
    "Condition": Timing(
        (("onsetDateTime",), ("onsetPeriod.start",), ("abatementDateTime",), ("recordedDate",)),
        lambda one: (one.onsetDateTime, _begun(one.onsetPeriod), one.abatementDateTime, one.recordedDate),
        start=(0, 1), end=(2,), recorded=(3,),
    ),
    "AllergyIntolerance": Timing(
        (("onsetDateTime",), ("onsetPeriod.start",), ("recordedDate",)),
        lambda one: (one.onsetDateTime, _begun(one.onsetPeriod), one.recordedDate),
        start=(0, 1), end=(), recorded=(2,),
    ),
    "MedicationRequest": Timing(
        (("authoredOn",),),
        lambda one: (one.authoredOn,), start=(0,), end=(), recorded=(0,)),
    "MedicationStatement": Timing(
        (("effectiveDateTime",), ("effectivePeriod.start",), ("effectivePeriod.end",), ("dateAsserted",)),
        lambda one: (
            one.effectiveDateTime, _begun(one.effectivePeriod), _ended(one.effectivePeriod), one.dateAsserted
        ),
        start=(0, 1), end=(2,), recorded=(3, 0, 1),
    ),
    "MedicationAdministration": Timing(
        (("effectiveDateTime",), ("effectivePeriod.start",), ("effectivePeriod.end",)),
        lambda one: (one.effectiveDateTime, _begun(one.effectivePeriod), _ended(one.effectivePeriod)),
        start=(0, 1), end=(0, 2), recorded=(0, 1),
    ),
    "Observation": Timing(
        (("effectiveDateTime", "effectiveInstant"), ("issued",)),
        lambda one: (one.effectiveDateTime or one.effectiveInstant, one.issued),
        start=(0, 1), end=(), recorded=(1,),
    ),
    "Procedure": Timing(
        (("performedDateTime",), ("performedPeriod.start",), ("performedPeriod.end",)),
        lambda one: (one.performedDateTime, _begun(one.performedPeriod), _ended(one.performedPeriod)),
        start=(0, 1), end=(0, 2), recorded=(),
    ),
}  # fmt: skip

QUICK = tuple(TIMINGS)
"""The resources that stand for themselves. All others may be referred to, or refer to more than a medicine."""
OTHER_VERSION = re.compile(rb"hl7\.org/fhir/(1\.0|DSTU2|3\.0|STU3|5\.0|R5)")
"""Where there is none of this, no ``meta`` names another version."""
HEAD = 65536
"""Bytes at the beginning of a file or a block in which that is looked for: a file is refused for its version only when
most of it is of that version."""
PASSED_OVER = R4_TYPES - fhir.TYPES.keys() - {"Bundle"}
"""Resource types of which nothing is looked at."""


class Pointer(msgspec.Struct, frozen=True, gc=False):
    """A reference of which only the target is looked at."""

    reference: str | None = None


class Component(msgspec.Struct, gc=False):
    """A part of a result, in outline."""

    code: Raw = Raw()
    valueQuantity: fhir.Quantity | None = None  # noqa: N815
    valueCodeableConcept: Raw = Raw()  # noqa: N815
    valueString: str | None = None  # noqa: N815
    valueBoolean: bool | None = None  # noqa: N815
    valueInteger: int | None = None  # noqa: N815
    dataAbsentReason: Raw = Raw()  # noqa: N815

    def is_odd(self) -> bool:
        """Whether it is out of the ordinary."""
        return bool(self.dataAbsentReason) or irregular(self.valueQuantity)

    def is_unclear(self) -> bool:
        """Whether it must be read in full if it is in a code set."""
        return not (self.valueString is None and self.valueBoolean is None and self.valueInteger is None)

    def key(self) -> tuple[bytes, bytes, bool]:
        """What decides about it."""
        return bytes(self.code), bytes(self.valueCodeableConcept), self.valueQuantity is None


pointer_of: Callable[[str], Pointer] = msgspec.json.Decoder(Pointer).decode
_NOWHERE = Pointer()
_DECODED = (str | None, bool | None, int | None, fhir.Period | None, fhir.Quantity | None)
_OUTLINED: Mapping[str, Any] = {"medicationReference": fhir.Reference | None, "component": list[Component] | None}
_VARYING = frozenset(
    {
        "id", "subject", "valueQuantity", "medicationReference", "recordedDate", "authoredOn", "dateAsserted",
        "issued", "effectiveInstant", "component",
        *(f"{what}DateTime" for what in ("onset", "abatement", "effective", "performed")),
        *(f"{what}Period" for what in ("onset", "performed")),
    }
)  # fmt: skip
"""Elements that say nothing about what a resource is."""
COMMON = frozenset(
    {
        "clinicalStatus", "verificationStatus", "status", "intent", "code", "medicationCodeableConcept",
        "valueCodeableConcept",
    }
)  # fmt: skip
"""Elements that decide what a resource is, and that many have."""
_UNCLEAR: Mapping[str, tuple[str, ...]] = {
    "Condition": ("abatementPeriod",),
    "Observation": ("valueString", "valueBoolean", "valueInteger", "effectivePeriod"),
}
"""Elements that matter only to a fact in a code set; one that has them is then read in full."""


@dataclasses.dataclass(frozen=True, eq=False)
class Outline:
    """How resources of one type are seen. ``rare`` gives elements that put a resource out of the ordinary."""

    kind: str
    type: type
    decode: Callable[[Any], Any]
    owner: Getter
    decided: tuple[tuple[Getter, bool], ...]
    """The deciding elements, each with whether it is kept undecoded."""
    rare: Callable[[Any], tuple[Any, ...]]
    unclear: Callable[[Any], tuple[Any, ...]] | None
    unclear_names: tuple[str, ...]
    clear: tuple[Any, ...]
    plain: tuple[Any, ...]
    """What ``unclear`` and ``rare`` give for a resource that has none of these elements."""
    timing: Timing
    measured: bool
    abates: bool
    refers: bool
    has_parts: bool

    def oddities(self, resources: list[Any]) -> npt.NDArray[np.bool_]:
        """Which of some resources are out of the ordinary."""
        size = len(resources)
        found = np.fromiter(map(operator.ne, map(self.rare, resources), itertools.repeat(self.plain)), bool, size)
        if self.measured:
            found |= np.fromiter(map(irregular, map(_QUANTITY, resources)), bool, size)
        for at in np.flatnonzero(found).tolist():
            one = resources[at]
            # An empty list or a plain no changes nothing.
            found[at] = any(self.rare(one)) or (self.measured and irregular(one.valueQuantity))
        for at in self.with_parts(resources):
            found[at] |= any(part.is_odd() for part in resources[at].component)
        return found

    def with_parts(self, resources: list[Any]) -> list[int]:
        """The places of those that have parts with values of their own."""
        if not self.has_parts or not any(map(_COMPONENT, resources)):
            return []
        return [at for at, one in enumerate(map(_COMPONENT, resources)) if one]

    def parts(self, resource: Any) -> list[Any]:
        """The resource and its parts, each with a value."""
        return [resource, *resource.component] if self.has_parts and resource.component else [resource]

    def is_unclear(self, resource: Any) -> bool:
        """Whether a resource, if it is in a code set, must be read in full."""
        if self.unclear is None:
            return False
        return self.unclear(resource) != self.clear or any(part.is_unclear() for part in self.parts(resource)[1:])

    def keys(self, resources: list[Any], bases: list[str] | None) -> list[tuple[Any, ...]]:
        """What decides about each of some resources of servers; equal keys mean the same."""
        columns: list[Iterable[Any]] = [_column(resources, get, raw) for get, raw in self.decided]
        if self.measured:
            columns.append([one.valueQuantity is None for one in resources])
        if self.abates:
            columns.append([one.abatementDateTime is None for one in resources])
        if parts := self.with_parts(resources):
            told: list[Any] = [None] * len(resources)
            for at in parts:
                told[at] = tuple(part.key() for part in resources[at].component)
            columns.append(told)
        elif self.has_parts:
            columns.append(itertools.repeat(None, len(resources)))
        if self.refers:
            columns.append([_pointed(one.medicationReference) for one in resources])
            columns.append(itertools.repeat("", len(resources)) if bases is None else bases)
        return list(zip(*columns, strict=True))


def _column(resources: list[Any], get: Getter, raw: bool) -> Iterable[Any]:
    if not any(map(get, resources)):
        return itertools.repeat(b"" if raw else None, len(resources))
    return map(bytes, map(get, resources)) if raw else map(get, resources)


def _pointed(reference: fhir.Reference | None) -> tuple[str, str] | None:
    return None if reference is None else (reference.reference or "", reference.display or "")


def irregular(quantity: fhir.Quantity | None) -> bool:
    """Whether a quantity is there and no plain number."""
    return quantity is not None and (
        quantity.value is None or bool(quantity.comparator) or not math.isfinite(quantity.value)
    )


_QUANTITY = operator.attrgetter("valueQuantity")
_COMPONENT = operator.attrgetter("component")


def _several(names: Iterable[str]) -> Callable[[Any], tuple[Any, ...]]:
    """A getter of elements; twice the same where there is one only, so that it gives a tuple."""
    found = tuple(names)
    return operator.attrgetter(*found, *(found if len(found) == 1 else ()))


def _outline(kind: str) -> Outline:
    fields: list[tuple[str, Any, Any]] = []
    raw: set[str] = set()
    for field in msgspec.structs.fields(fhir.TYPES[kind]):
        if field.name in ("resourceType", "meta"):
            continue
        if field.type in _DECODED:
            fields.append((field.name, field.type, None))
        elif field.name in _OUTLINED:
            fields.append((field.name, _OUTLINED[field.name], None))
        else:
            fields.append((field.name, Raw, Raw()))
            raw.add(field.name)
    names = [name for name, *_ in fields]
    unclear = _UNCLEAR.get(kind, ())
    varying = {*_VARYING, *unclear, *({"patient"} if kind == "AllergyIntolerance" else ())}
    if kind in ("MedicationStatement", "MedicationAdministration", "Procedure"):
        varying.add("effectivePeriod")
    owner = "patient" if kind == "AllergyIntolerance" else "subject"
    fields = [(name, Pointer, _NOWHERE) if name == owner else (name, *rest) for name, *rest in fields]
    struct = msgspec.defstruct(
        f"Outline{kind}", fields, gc=False, kw_only=True, tag_field="resourceType", tag=kind, module=__name__
    )
    rare = _several(name for name in names if name not in COMMON and name not in varying)
    seldom = _several(unclear) if unclear else None
    return Outline(
        kind=kind,
        type=struct,
        decode=msgspec.json.Decoder(struct).decode,
        owner=operator.attrgetter(f"{owner}.reference"),
        decided=tuple((operator.attrgetter(name), name in raw) for name in names if name in COMMON),
        rare=rare,
        plain=rare(struct()),
        unclear=seldom,
        unclear_names=unclear,
        clear=() if seldom is None else seldom(struct()),
        timing=TIMINGS[kind],
        measured="valueQuantity" in names,
        abates="abatementDateTime" in names,
        refers="medicationReference" in names,
        has_parts="component" in names,
    )


OUTLINES: Mapping[str, Outline] = {kind: _outline(kind) for kind in QUICK}
BY_TYPE: Mapping[type, Outline] = {outline.type: outline for outline in OUTLINES.values()}

_UNSEEN = {
    kind: msgspec.defstruct(f"Unseen{kind}", [], gc=False, tag_field="resourceType", tag=kind, module=__name__)
    for kind in sorted((R4_TYPES | fhir.TYPES.keys() | {"Bundle"}) - set(QUICK))
}
"""Resources of which the outline sees only their type."""
KIND_OF_UNSEEN: Mapping[type, str] = {struct: kind for kind, struct in _UNSEEN.items()}
_Any: Any = Union[(*BY_TYPE, *KIND_OF_UNSEEN)]


class _Entry(msgspec.Struct, gc=False):
    resource: _Any | None = None


class _Entries(msgspec.Struct, kw_only=True, tag_field="resourceType", tag="Bundle"):
    entry: list[_Entry] | None = None


lines_in_outline: Callable[[bytes], list[Any]] = msgspec.json.Decoder(_Any).decode_lines
"""All resources of NDJSON."""
_entries = msgspec.json.Decoder(_Entries).decode


def entries_in_outline(data: bytes) -> list[Any] | None:
    """The resources of a Bundle, one an entry; None where anything in it is not what it should be."""
    try:
        entries = _entries(data).entry or []
    except UNDECODABLE:
        return None
    return [one.resource for one in entries]
