"""Reading many FHIR resources quickly: most are about nothing a rule looks at, and are only counted.

What decides whether a resource matters (its code, status, site, coded value) is seldom new: the first of each kind is
read in full, by the same code that reads a single chart, and what came of it is remembered under those very bytes.
Whatever is out of the ordinary (another resource referred to, a modifier, a wrong type, a broken line) is left to that
code altogether.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import numpy as np
from msgspec import Raw

from deqi.people.coverage import NO_CODE
from deqi.people.facts import Fact, Origin
from deqi.people.fhir import types as fhir
from deqi.people.fhir.chart import ChartReader
from deqi.people.fhir.documents import UNDECODABLE, Cutter, Piece, is_json, kind_of
from deqi.people.fhir.elements import MalformedError, unit_of
from deqi.people.fhir.names import R4_TYPES
from deqi.people.fhir.references import base_of, key_of, type_of
from deqi.people.fhir.versions import version_of_meta
from deqi.people.sites import SiteFinder
from deqi.people.table import Reader
from deqi.people.table_block import IDLE, IN_FULL, Batch, Block, Known, Part, Slow, shape_of
from deqi.people.table_rows import DATES, Patterns

QUICK = ("Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "MedicationAdministration",
         "Observation", "Procedure")  # fmt: skip
"""The resources that stand for themselves. All others may be referred to, or refer."""

_VARYING = frozenset(
    {
        "resourceType", "id", "meta", "subject", "patient", "valueQuantity", "valueString", "valueInteger",
        "valueBoolean", "recordedDate", "authoredOn", "dateAsserted", "issued", "effectiveInstant",
        *(f"{what}DateTime" for what in ("onset", "abatement", "effective", "performed")),
        *(f"{what}Period" for what in ("onset", "abatement", "effective", "performed")),
    }
)  # fmt: skip
"""Elements that say nothing about whether a resource matters."""
_COMMON = frozenset(
    {
        "clinicalStatus", "verificationStatus", "status", "intent", "code", "medicationCodeableConcept",
        "valueCodeableConcept",
    }
)  # fmt: skip
"""Elements that decide, and that many resources have."""
_MOST_REMEMBERED = 200_000
_IRREGULAR = object()
_quantity = msgspec.json.Decoder(fhir.Quantity).decode
_reference = msgspec.json.Decoder(fhir.Reference).decode

_NEW, _SLOW, _DONE = -1, -2, -3
"""Instead of the number of something known: not seen yet; left to the reader of charts; just read."""
_META, _VALUE = operator.attrgetter("meta"), operator.attrgetter("valueQuantity")


@dataclasses.dataclass(frozen=True, eq=False)
class _Slim:
    """How resources of one type are decoded in outline, and which elements decide what they are."""

    decode: Callable[[Any], Any]
    lines: Callable[[Any], list[Any]]
    common: tuple[tuple[str, bool], ...]
    """The deciding elements that many have, each with whether it is kept undecoded."""
    rare: Callable[[Any], tuple[Any, ...]]
    periods: Callable[[Any], tuple[Any, ...]] | None
    owner: str
    quantity: bool

    def key(self, kind: str, resource: Any, quantity: object) -> tuple[Any, ...]:
        """What decides about one resource."""
        common = (bytes(getattr(resource, name)) if raw else getattr(resource, name) for name, raw in self.common)
        return (kind, quantity is None, kind != "Condition" or resource.abatementDateTime is None, *common)


def _slim(kind: str) -> _Slim:
    fields: list[tuple[str, Any, Any]] = []
    names: list[str] = []
    for field in msgspec.structs.fields(fhir.TYPES[kind]):
        plain = field.type in (str | None, bool | None, int | None)
        if field.name == "resourceType":
            fields.append((field.name, str, ""))
        else:
            fields.append((field.name, field.type, None) if plain else (field.name, Raw, Raw()))
        if field.name not in _VARYING:
            names.append(field.name)
    decoder = msgspec.json.Decoder(msgspec.defstruct(f"Slim{kind}", fields, gc=False, kw_only=True))
    raw = {name for name, type_, _ in fields if type_ is Raw}
    periods = [name for name, *_ in fields if name.endswith("Period")]
    return _Slim(
        decode=decoder.decode,
        lines=decoder.decode_lines,
        common=tuple((name, name in raw) for name in names if name in _COMMON),
        rare=operator.attrgetter(*(name for name in names if name not in _COMMON)),
        # Two names, so that a tuple comes back even where there is one period only.
        periods=operator.attrgetter(*periods, *periods) if periods else None,
        owner="patient" if kind == "AllergyIntolerance" else "subject",
        quantity=any(name == "valueQuantity" for name, *_ in fields),
    )


class _Whole(ChartReader):
    """The reader of charts, for one resource at a time."""

    def facts(self, piece: Piece) -> list[Fact] | None:
        """The facts of a resource that stands for itself; None when it is out of the ordinary."""
        try:
            resource = self._decode(piece)
            if self._others or resource.modifierExtension or resource.implicitRules or resource.contained:
                self._others.clear()
                return None
            origin, convert = _origin_of(piece, resource), self._convert
            match resource:
                case fhir.Observation():
                    found: list[Fact | None] = list(convert.observation(resource, origin))
                case fhir.Condition():
                    found = [convert.condition(resource, origin)]
                case fhir.Procedure():
                    found = [convert.procedure(resource, origin)]
                case fhir.Allergy():
                    found = [convert.allergy(resource, origin)]
                case fhir.MedicationRequest() | fhir.MedicationStatement() | fhir.MedicationAdministration():
                    if resource.medicationCodeableConcept is None:
                        return None
                    code = convert.codes_of(resource.medicationCodeableConcept)
                    found = [self._point(resource, code, origin)]
                case _:
                    return None
        except MalformedError:
            self._others.clear()
            return None
        facts = [fact for fact in found if fact is not None]
        return facts if facts and len(facts) == len(found) else None


def _origin_of(piece: Piece, resource: fhir.Resource) -> Origin:
    return Origin(piece.origin.file, piece.origin.line, piece.origin.path, resource.id or "")


class QuickReader:
    """Reads parts of files, one after another; remembers what it has learnt of codes."""

    def __init__(self, reader: Reader, sites: SiteFinder) -> None:
        self._reader = reader
        self._whole = _Whole(reader.index, sites)
        self._slims = {kind: _slim(kind) for kind in QUICK}
        self.patterns = self._patterns = Patterns(reader)
        self._numbers: dict[tuple[Any, ...], int] = {}
        self._known: list[Known] = []
        self._people: dict[tuple[bytes, str], str | None] = {}

    def lines(self, data: bytes, file: str, first_line: int) -> Block:
        """A part of an NDJSON file, whole lines only."""
        part = Part(self._reader, self._patterns, file)
        lines = data.split(b"\n")
        kind = kind_of(memoryview(lines[0])) if lines and lines[0].strip() else ""
        decoded = self._all(kind, data, lines)
        if decoded is None:
            self._each_line(part, lines, first_line)
        else:
            size = len(decoded)
            part.block.pieces += size
            numbers: list[int | None] = list(range(first_line, first_line + size))
            self._alike(part, Batch(kind, decoded, lines[:size], numbers, [""] * size, [""] * size, [None] * size))
        return part.done()

    def _all(self, kind: str, data: bytes, lines: list[bytes]) -> list[Any] | None:
        """All lines decoded at once; None where they are not all of one kind, one beneath the other."""
        slim = self._slims.get(kind)
        if slim is None:
            return None
        try:
            decoded = slim.lines(data)
        except UNDECODABLE:
            return None
        if len(decoded) not in (len(lines), len(lines) - (not lines[-1])):
            return None
        return decoded if all(one.resourceType == kind for one in decoded) else None

    def some_lines(self, file: str, lines: Iterable[tuple[int, bytes]]) -> Block:
        """Lines picked out of an NDJSON file, with their numbers."""
        part = Part(self._reader, self._patterns, file)
        batches: dict[str, Batch] = {}
        for at, line in lines:
            self._sort_line(part, batches, line, at)
        for batch in batches.values():
            self._alike(part, batch)
        return part.done()

    def slim(self, kind: str) -> _Slim:
        """How a resource type is decoded in outline."""
        return self._slims[kind]

    def known(self, number: int) -> Known:
        """What was learnt under a number."""
        return self._known[number]

    def owner_key(self, subject: bytes) -> str | None:
        """The key of the person that a reference outside a Bundle means."""
        return self._owner((subject, ""))

    def learn(self, kind: str, raw: bytes, file: str, line: int) -> int | None:
        """The number of what a resource comes to; None when it is out of the ordinary."""
        slim = self._slims[kind]
        try:
            resource = slim.decode(raw)
        except UNDECODABLE:
            return None
        quantity = self._quantity(resource.valueQuantity) if slim.quantity and resource.valueQuantity else None
        facts = self._whole.facts(Piece(kind, memoryview(raw), Origin(file, line)))
        if facts is None or quantity is _IRREGULAR:
            return None
        key = slim.key(kind, resource, quantity)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._known)
            self._known.append(self._learn(kind, resource, facts, quantity))
        return number

    def _each_line(self, part: Part, lines: list[bytes], first_line: int) -> None:
        batches: dict[str, Batch] = {}
        for at, line in enumerate(lines, first_line):
            self._sort_line(part, batches, line, at)
        for batch in batches.values():
            self._alike(part, batch)

    def _sort_line(self, part: Part, batches: dict[str, Batch], line: bytes, at: int) -> None:
        if not line or line.isspace():
            return
        part.block.pieces += 1
        kind = kind_of(memoryview(line))
        if kind in PASSED_OVER and is_json(line):
            part.block.skipped += 1
        elif kind == "Bundle":
            part.block.slow.append(Slow(kind, line, Origin(part.block.file, at), "", None, ""))
        else:
            self._sort(part, batches, Piece(kind, memoryview(line), Origin(part.block.file, at)))

    def document(self, data: bytes, file: str, cutter: Cutter) -> Block:
        """A file that is one Bundle or one resource, or NDJSON under another name."""
        part = Part(self._reader, self._patterns, file)
        batches: dict[str, Batch] = {}
        before = cutter.skipped
        for piece in cutter.pieces(data, file):
            part.block.pieces += 1
            self._sort(part, batches, piece)
        part.block.skipped += cutter.skipped - before
        part.block.partial = set(cutter.partial)
        for batch in batches.values():
            self._alike(part, batch)
        return part.done()

    def _sort(self, part: Part, batches: dict[str, Batch], piece: Piece) -> None:
        """Put a resource with others of its type, or leave it to the reader of charts."""
        slim = self._slims.get(piece.kind)
        if slim is None or piece.raw is None:
            part.leave(piece)
            return
        try:
            resource = slim.decode(piece.raw)
        except UNDECODABLE:
            part.leave(piece)
            return
        batch = batches.get(piece.kind)
        if batch is None:
            batch = batches[piece.kind] = Batch(piece.kind)
        batch.resources.append(resource)
        batch.raws.append(piece.raw)
        batch.lines.append(piece.origin.line)
        batch.paths.append(piece.origin.path)
        batch.urls.append(piece.full_url)
        batch.documents.append(piece.document)

    # Here most of the time goes: whole columns at once, so that little is done in Python for each resource.

    def _alike(self, part: Part, batch: Batch) -> None:
        kind, resources, size = batch.kind, batch.resources, len(batch.resources)
        slim = self._slims[kind]
        if len(self._numbers) >= _MOST_REMEMBERED:
            self._numbers.clear()
            self._known.clear()
        owners = self._owners(part, batch)
        odd = owners < 0
        odd |= np.fromiter(map(any, map(slim.rare, resources)), bool, size)
        if slim.periods is not None:
            odd |= np.fromiter(map(any, map(slim.periods, resources)), bool, size)
        quantities: list[Any] = [None] * size
        if slim.quantity:
            quantities = [self._quantity(one) if one else None for one in map(_VALUE, resources)]
            odd |= np.fromiter((one is _IRREGULAR for one in quantities), bool, size)
        metas = list(map(_META, resources))
        if any(metas):
            odd |= np.fromiter(
                (bool(one) and version_of_meta(memoryview(one)) is not None for one in metas), bool, size
            )
        keys = list(
            zip(
                itertools.repeat(kind),
                [one is None for one in quantities],
                [one.abatementDateTime is None for one in resources] if kind == "Condition" else itertools.repeat(True),
                *(self._column(resources, name, raw) for name, raw in slim.common),
                strict=False,
            )
        )
        known = np.fromiter(map(self._numbers.get, keys, itertools.repeat(_NEW)), np.int64, size)
        for place in {keys[at]: at for at in reversed(np.flatnonzero((known == _NEW) & ~odd).tolist())}.values():
            self._one(part, batch, place, quantities[place])
            odd[place] = True
            known[place] = _DONE
        new = np.flatnonzero(known == _NEW)
        known[new] = [self._numbers.get(keys[at], _SLOW) for at in new.tolist()]
        # The three at the end are for what is not known.
        patterns = np.array([*(one.pattern for one in self._known), IDLE, IDLE, IDLE])[known]
        odd |= (known < 0) | (patterns == IN_FULL)
        if kind == "Observation":
            odd |= np.fromiter(map(_worded, resources), bool, size) & (patterns >= 0)
        for place in np.flatnonzero(odd & (known != _DONE)).tolist():
            self._one(part, batch, place, quantities[place])
        plain = ~odd
        part.count_many(owners[plain], known[plain], self._known)
        part.saw_many(batch, owners, plain)
        following = plain & (patterns >= 0)
        if following.any():
            chosen = following.tolist()
            dates = zip(*map(DATES[kind], itertools.compress(resources, chosen)), strict=True)
            measured = list(itertools.compress(quantities, chosen))
            part.follow(
                [
                    patterns[following].tolist(),
                    owners[following].tolist(),
                    *map(list, dates),
                    [None if one is None else one.value for one in measured],
                    ["" if one is None else unit_of(one) for one in measured],
                    list(itertools.compress(batch.lines, chosen)),
                    list(itertools.compress(batch.paths, chosen)),
                    [one.id or "" for one in itertools.compress(resources, chosen)],
                ]
            )

    def _column(self, resources: list[Any], name: str, raw: bool) -> Iterable[Any]:
        column = map(operator.attrgetter(name), resources)
        return map(bytes, column) if raw else column

    def _owners(self, part: Part, batch: Batch) -> Any:
        """The places of the persons; -1 for anything but a plain reference to one."""
        subjects = list(map(bytes, map(operator.attrgetter(self._slims[batch.kind].owner), batch.resources)))
        bases = [base_of(one) if one else "" for one in batch.urls]
        pairs = list(zip(subjects, bases, strict=True))
        places: dict[tuple[bytes, str], int] = {}
        for pair in set(pairs):
            key = self._owner(pair)
            places[pair] = -1 if key is None else part.owner(key)
        for document in set(batch.documents):
            if document is not None:
                mine = {pair for pair, of in zip(pairs, batch.documents, strict=True) if of == document}
                part.in_document(document, (self._owner(pair) for pair in mine))
        return np.fromiter(map(places.__getitem__, pairs), np.int64, len(pairs))

    def _one(self, part: Part, batch: Batch, place: int, quantity: Any) -> None:
        """A resource by itself: read in full, or left to the reader of charts."""
        piece, resource = batch.piece(place, part.block.file), batch.resources[place]
        slim = self._slims[batch.kind]
        owner = self._owner((bytes(getattr(resource, slim.owner)), base_of(piece.full_url) if piece.full_url else ""))
        facts = self._whole.facts(piece) if owner is not None else None
        if owner is None or facts is None:
            part.leave(piece)
            return
        if quantity is not _IRREGULAR and not any(slim.rare(resource)):
            key = slim.key(batch.kind, resource, quantity)
            if key not in self._numbers:
                self._numbers[key] = len(self._known)
                self._known.append(self._learn(batch.kind, resource, facts, quantity))
        part.saw(batch, place, part.owner(owner))
        part.keep(part.owner(owner), facts)

    def _learn(self, kind: str, resource: Any, facts: list[Fact], quantity: fhir.Quantity | None) -> Known:
        """What other resources of these very codes will come to."""
        fact = facts[0]
        systems = tuple({coding.system for coding in fact.codes}) or (NO_CODE,)
        pattern = IDLE
        periods = self._slims[kind].periods
        vague = kind not in DATES or (kind == "Observation" and _worded(resource))
        vague = vague or (periods is not None and any(periods(resource)))
        if len(facts) > 1 or (fact.sets and vague):
            pattern = IN_FULL
        elif fact.sets:
            found = self._patterns.add(fact, DATES[kind](resource), quantity)
            pattern = IN_FULL if found is None else found
        return Known(fact.kind, shape_of(fact), systems, pattern)

    def _quantity(self, raw: Raw) -> Any:
        """The quantity of a result; `_IRREGULAR` for one out of the ordinary."""
        try:
            quantity = _quantity(raw)
        except UNDECODABLE:
            return _IRREGULAR
        if quantity.value is None or quantity.comparator or not math.isfinite(quantity.value):
            return _IRREGULAR
        return quantity

    def _owner(self, pair: tuple[bytes, str]) -> str | None:
        """The key of the person; None for anything but a plain reference to one."""
        if pair not in self._people:
            if len(self._people) >= _MOST_REMEMBERED:
                self._people.clear()
            self._people[pair] = _key_of(*pair)
        return self._people[pair]


def _key_of(subject: bytes, base: str) -> str | None:
    if not subject:
        return None
    try:
        reference = _reference(subject).reference or ""
    except UNDECODABLE:
        return None
    key = key_of(reference, base) if reference and not reference.startswith("#") else None
    return key if key is not None and type_of(key) in ("", "Patient") else None


PASSED_OVER = R4_TYPES - fhir.TYPES.keys() - {"Bundle"}


def _worded(resource: Any) -> bool:
    """Whether a result has a value that is no quantity and no code."""
    return not (resource.valueString is None and resource.valueBoolean is None and resource.valueInteger is None)
