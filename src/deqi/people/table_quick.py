"""Reading many FHIR resources quickly: most are about nothing a rule looks at, and are only counted.

What decides whether a resource matters (its code, status, site, coded value) is seldom new: the first of each kind is
read in full, by the same code that reads a single chart, and what came of it is remembered under those very bytes.
Whatever is out of the ordinary (another resource referred to, a modifier, a wrong type, a broken line) is left to that
code altogether.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import operator
import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

import msgspec
import pyarrow as pa
from msgspec import Raw

from deqi.people.coverage import NO_CODE
from deqi.people.facts import Coding, Fact, Kind, Origin, Person
from deqi.people.fhir import types as fhir
from deqi.people.fhir.chart import ChartReader
from deqi.people.fhir.documents import UNDECODABLE, Cutter, Piece, is_json, kind_of
from deqi.people.fhir.elements import MalformedError, unit_of
from deqi.people.fhir.names import R4_TYPES
from deqi.people.fhir.references import base_of, key_of, own_keys, type_of
from deqi.people.fhir.versions import version_of_meta
from deqi.people.sites import SiteFinder
from deqi.people.table import NOTHING, Reader, TableMaker, Tables, shape
from deqi.people.table_rows import DATES, Patterns, Row

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
_period = msgspec.json.Decoder(fhir.Period).decode
_quantity = msgspec.json.Decoder(fhir.Quantity).decode
_reference = msgspec.json.Decoder(fhir.Reference).decode

SEEN = pa.schema(
    [
        ("key", pa.int64()),
        ("content", pa.int64()),
        ("owner", pa.int64()),
        ("kind", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("path", pa.string()),
    ]
)
"""Every resource that was read quickly: by it, one that stands twice is found out."""


@dataclasses.dataclass(frozen=True)
class Slow:
    """A resource left to the reader of charts."""

    kind: str
    raw: bytes | None
    origin: Origin
    full_url: str
    document: int | None
    reason: str


@dataclasses.dataclass
class Block:
    """What came of one part of a file. Persons are places in ``owners``, which are keys as references spell them.

    ``documents`` are the owners in each Bundle, ``partial`` the Bundles with further pages.
    """

    file: str
    owners: list[str] = dataclasses.field(default_factory=list)
    tables: Tables | None = None
    shapes: list[tuple[int, Kind, str]] = dataclasses.field(default_factory=list)
    seen: pa.Table | None = None
    records: Counter[str] = dataclasses.field(default_factory=Counter)
    codings: Counter[tuple[Kind, str]] = dataclasses.field(default_factory=Counter)
    matched: Counter[tuple[Kind, str]] = dataclasses.field(default_factory=Counter)
    slow: list[Slow] = dataclasses.field(default_factory=list)
    documents: dict[int, set[str]] = dataclasses.field(default_factory=dict)
    partial: set[int] = dataclasses.field(default_factory=set)
    skipped: int = 0
    pieces: int = 0


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class _Known:
    """What a resource comes to: how its facts are coded, and the pattern that its fact follows.

    ``pattern`` None: no rule looks at it. Negative: it is read in full each time.
    """

    kind: Kind
    shape: str
    systems: tuple[str, ...]
    pattern: int | None


_IN_FULL = -1


@dataclasses.dataclass(frozen=True, eq=False)
class _Slim:
    """How resources of one type are decoded in outline, and which elements decide what they are."""

    decode: Callable[[Any], Any]
    lines: Callable[[Any], list[Any]]
    deciding: Callable[[Any], tuple[Any, ...]]
    rare: Callable[[Any], tuple[Any, ...]]
    periods: Callable[[Any], tuple[Any, ...]]
    owner: str
    quantity: bool


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
    made = msgspec.defstruct(f"Slim{kind}", fields, gc=False, kw_only=True)
    decoder = msgspec.json.Decoder(made)
    periods = [name for name, *_ in fields if name.endswith("Period")]
    getter = operator.attrgetter(*periods) if periods else None
    return _Slim(
        decode=decoder.decode,
        lines=decoder.decode_lines,
        deciding=operator.attrgetter(*(name for name in names if name in _COMMON)),
        rare=operator.attrgetter(*(name for name in names if name not in _COMMON)),
        periods=(lambda one: ()) if getter is None else getter if len(periods) > 1 else lambda one: (getter(one),),
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
        self._known: dict[tuple[Any, ...], _Known | Literal[False]] = {}
        self._patterns = Patterns(reader)
        self._people: dict[tuple[bytes, str], str] = {}

    def lines(self, data: bytes, file: str, first_line: int) -> Block:
        """A part of an NDJSON file, whole lines only."""
        part = _Part(self._reader, self._patterns, file)
        lines = data.split(b"\n")
        kind = kind_of(memoryview(lines[0])) if lines and lines[0].strip() else ""
        decoded = self._all(kind, data, lines)
        if decoded is None:
            for place, line in enumerate(lines):
                if line and not line.isspace():
                    part.block.pieces += 1
                    self._line(part, line, first_line + place)
        else:
            part.block.pieces += len(decoded)
            self._alike(part, kind, decoded, lines, first_line)
        return part.done()

    def _alike(self, part: _Part, kind: str, decoded: list[Any], lines: list[bytes], first_line: int) -> None:
        """Lines of one kind. Here most of the time goes, so what is known is looked up with as little ado as can be."""
        slim, known_of, dates = self._slims[kind], self._known, DATES.get(kind)
        condition, result, file, rows = kind == "Condition", kind == "Observation", part.block.file, part.rows
        owner_of = operator.attrgetter(slim.owner)
        numbers: dict[bytes, int] = {}
        seen_ids, seen_lines, seen_owners, seen_at = [], [], [], []
        for place, resource in enumerate(decoded):
            subject = bytes(owner_of(resource))
            number = numbers.get(subject)
            quantity = self._quantity(resource) if result and resource.valueQuantity else None
            known = known_of.get(
                (
                    slim,
                    quantity is None,
                    condition and resource.abatementDateTime is None,
                    *map(_content, slim.deciding(resource)),
                )
            )
            if (
                number is None
                or not known
                or quantity is _IRREGULAR
                or known.pattern == _IN_FULL
                or resource.resourceType != kind
                or any(slim.rare(resource))
                or any(slim.periods(resource))
                or (resource.meta and version_of_meta(memoryview(resource.meta)))
            ):
                if resource.resourceType == kind:
                    self._one(part, kind, resource, lines[place], Origin(file, first_line + place), "", None)
                    key = self._owner(owner_of(resource), "")
                    if key is not None:
                        numbers[subject] = part.owner(key, None)
                else:
                    self._line(part, lines[place], first_line + place)
                continue
            if known.pattern is not None:
                if result and _worded(kind, resource):
                    self._one(part, kind, resource, lines[place], Origin(file, first_line + place), "", None)
                    continue
                assert dates is not None
                value, unit = (None, "") if quantity is None else (quantity.value, unit_of(quantity))
                row = (known.pattern, number, *dates(resource), value, unit, first_line + place, "", resource.id or "")
                rows.append(row)
            part.count(number, known)
            if resource.id:
                seen_ids.append(resource.id)
                seen_lines.append(lines[place])
                seen_owners.append(number)
                seen_at.append(first_line + place)
            else:
                part.block.records[kind] += 1
        part.saw_many(kind, seen_ids, seen_lines, seen_owners, seen_at)

    def _all(self, kind: str, data: bytes, lines: list[bytes]) -> list[Any] | None:
        """All lines decoded at once; None where they are not all of one kind and in order."""
        slim = self._slims.get(kind)
        if slim is None:
            return None
        try:
            decoded = slim.lines(data)
        except UNDECODABLE:
            return None
        return decoded if len(decoded) in (len(lines), len(lines) - (not lines[-1])) else None

    def _line(self, part: _Part, line: bytes, at: int) -> None:
        kind = kind_of(memoryview(line))
        if kind in PASSED_OVER and is_json(line):
            part.block.skipped += 1
            return
        if kind == "Bundle":
            part.add_slow(Slow(kind, line, Origin(part.block.file, at), "", None, ""))
            return
        self._raw(part, kind, line, Origin(part.block.file, at), "", None)

    def document(self, data: bytes, file: str, cutter: Cutter) -> Block:
        """A file that is one Bundle or one resource, or NDJSON under another name."""
        part = _Part(self._reader, self._patterns, file)
        before = cutter.skipped
        for piece in cutter.pieces(data, file):
            part.block.pieces += 1
            if piece.raw is None:
                part.add_slow(Slow(piece.kind, None, piece.origin, piece.full_url, piece.document, piece.reason))
            else:
                self._raw(part, piece.kind, piece.raw, piece.origin, piece.full_url, piece.document)
        part.block.skipped += cutter.skipped - before
        part.block.partial = set(cutter.partial)
        return part.done()

    def _raw(
        self, part: _Part, kind: str, raw: bytes | memoryview, origin: Origin, full_url: str, document: int | None
    ) -> None:
        slim = self._slims.get(kind)
        if slim is not None:
            try:
                self._one(part, kind, slim.decode(raw), raw, origin, full_url, document)
                return
            except UNDECODABLE:
                pass
        part.add_slow(Slow(kind, bytes(raw), origin, full_url, document, ""))

    def _one(
        self,
        part: _Part,
        kind: str,
        resource: Any,
        raw: bytes | memoryview,
        origin: Origin,
        full_url: str,
        document: int | None,
    ) -> None:
        slim = self._slims[kind]
        owner = self._owner(getattr(resource, slim.owner), full_url)
        quantity = self._quantity(resource) if slim.quantity and resource.valueQuantity else None
        if owner is None or quantity is _IRREGULAR or not self._regular(slim, resource):
            part.add_slow(Slow(kind, bytes(raw), origin, full_url, document, ""))
            return
        key: tuple[Any, ...] = (
            slim,
            quantity is None,
            kind == "Condition" and resource.abatementDateTime is None,
            *map(_content, slim.deciding(resource)),
        )
        rare = slim.rare(resource)
        if any(rare):
            key += tuple(map(_content, rare))
        known = self._known.get(key)
        facts: list[Fact] | None = None
        if known is None or (known is not False and known.pattern == _IN_FULL):
            facts = self._whole.facts(Piece(kind, memoryview(raw), origin, full_url, document))
            if facts is None:
                known = False
            elif known is None:
                known = self._learn(kind, resource, facts, quantity)
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            if known is False or not (kind == "Observation" and resource.component):
                self._known.setdefault(key, known)
        if known is False:
            part.add_slow(Slow(kind, bytes(raw), origin, full_url, document, ""))
            return
        number = part.owner(owner, document)
        part.saw(kind, resource.id, full_url, raw, number, origin)
        if known.pattern == _IN_FULL:
            part.keep(number, facts or [])
        elif known.pattern is None or not (_worded(kind, resource) or any(slim.periods(resource))):
            part.count(number, known)
            if known.pattern is not None:
                value, unit = (None, "") if quantity is None else (quantity.value, unit_of(quantity))
                row = (known.pattern, number, *DATES[kind](resource), value, unit)
                part.rows.append((*row, origin.line, origin.path, resource.id or ""))
        else:
            facts = self._whole.facts(Piece(kind, memoryview(raw), origin, full_url, document))
            part.keep(number, facts or [])

    def _learn(self, kind: str, resource: Any, facts: list[Fact], quantity: fhir.Quantity | None) -> _Known:
        """What other resources of these very codes will come to."""
        fact = facts[0]
        systems = tuple({coding.system for coding in fact.codes}) or (NO_CODE,)
        pattern: int | None = None
        if len(facts) > 1 or (
            fact.sets and (kind not in DATES or _worded(kind, resource) or any(self._slims[kind].periods(resource)))
        ):
            pattern = _IN_FULL
        elif fact.sets:
            pattern = self._patterns.add(fact, DATES[kind](resource), quantity)
            pattern = _IN_FULL if pattern is None else pattern
        return _Known(fact.kind, _shape_of(fact), systems, pattern)

    def _quantity(self, resource: Any) -> Any:
        """The quantity of a result; `_IRREGULAR` for one out of the ordinary."""
        try:
            quantity = _quantity(resource.valueQuantity)
        except UNDECODABLE:
            return _IRREGULAR
        if quantity.value is None or quantity.comparator or not math.isfinite(quantity.value):
            return _IRREGULAR
        return quantity

    def _regular(self, slim: _Slim, resource: Any) -> bool:
        """Whether the elements that vary are of their types and plain."""
        if resource.meta and version_of_meta(memoryview(resource.meta)):
            return False
        try:
            for period in slim.periods(resource):
                if period:
                    _period(period)
        except UNDECODABLE:
            return False
        return True

    def _owner(self, subject: Raw, full_url: str) -> str | None:
        """The key of the person; None for anything but a plain reference to one."""
        key = (bytes(subject), base_of(full_url) if full_url else "")
        found = self._people.get(key)
        if found is None and subject:
            try:
                reference = (_reference(subject).reference or "") if subject else ""
            except UNDECODABLE:
                return None
            named = key_of(reference, key[1]) if reference and not reference.startswith("#") else None
            if named is None or type_of(named) not in ("", "Patient"):
                return None
            if len(self._people) >= _MOST_REMEMBERED:
                self._people.clear()
            found = self._people[key] = named
        return found


PASSED_OVER = R4_TYPES - fhir.TYPES.keys() - {"Bundle"}


def _content(one: Any) -> Any:
    return bytes(one) if type(one) is Raw else one


def _worded(kind: str, resource: Any) -> bool:
    """Whether a result has a value that is no quantity and no code."""
    return kind == "Observation" and not (
        resource.valueString is None and resource.valueBoolean is None and resource.valueInteger is None
    )


def _shape_of(fact: Fact) -> str:
    return _shape_of_codes(fact.codes, bool(fact.text or fact.display))


@functools.lru_cache(maxsize=65536)
def _shape_of_codes(codes: tuple[Coding, ...], worded: bool) -> str:
    return shape((one.system for one in codes), worded) or NOTHING


class _Part:
    """One block while it is filled."""

    def __init__(self, reader: Reader, patterns: Patterns, file: str) -> None:
        self.block = Block(file)
        self.rows: list[Row] = []
        self._patterns = patterns
        self._maker = TableMaker(reader)
        self._places: dict[str, int] = {}
        self._shapes: set[tuple[int, Kind, str]] = set()
        self._counts: dict[_Known, int] = {}
        self._facts: dict[int, list[Fact]] = {}
        self._coded: set[tuple[int, _Known]] = set()
        self._seen: list[tuple[list[Any], ...]] = []

    def owner(self, key: str, document: int | None) -> int:
        if document is not None:
            self.block.documents.setdefault(document, set()).add(key)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self._places)
        return place

    def add_slow(self, one: Slow) -> None:
        self.block.slow.append(one)

    def saw(
        self, kind: str, resource_id: str | None, full_url: str, raw: bytes | memoryview, owner: int, origin: Origin
    ) -> None:
        self.block.records[kind] += 1
        if resource_id:
            key = own_keys(kind, resource_id, full_url)[-1] if full_url else f"{kind}/{resource_id}"
            self._seen.append(([hash(key)], [zlib.crc32(raw)], [owner], [kind], [origin.line], [origin.path]))

    def saw_many(self, kind: str, ids: list[str], lines: list[bytes], owners: list[int], at: list[int]) -> None:
        """The same for resources that are alike."""
        self.block.records[kind] += len(ids)
        keys = [hash(f"{kind}/{one}") for one in ids]
        self._seen.append((keys, list(map(zlib.crc32, lines)), owners, [kind] * len(ids), at, [""] * len(ids)))

    def count(self, owner: int, what: _Known) -> None:
        self._counts[what] = self._counts.get(what, 0) + 1
        self._coded.add((owner, what))

    def keep(self, owner: int, facts: list[Fact]) -> None:
        for fact in facts:
            self._shapes.add((owner, fact.kind, _shape_of(fact)))
        self._facts.setdefault(owner, []).extend(facts)

    def done(self) -> Block:
        block, maker = self.block, self._maker
        for place in range(len(self._places)):
            maker.add(Person(token="", facts=tuple(self._facts.get(place, ()))))
        block.owners = list(self._places)
        full = maker.take()
        facts, details = self._patterns.columns(self.rows, block.file, full.rows)
        block.tables = Tables(
            full.persons,
            pa.concat_tables([full.facts, facts]),
            pa.concat_tables([full.details, details]),
            full.answers,
            full.rows + len(self.rows),
        )
        self._shapes.update((owner, what.kind, what.shape) for owner, what in self._coded)
        block.shapes = list(self._shapes)
        block.codings, block.matched = maker.codings, maker.matched
        for what, count in self._counts.items():
            for system in what.systems:
                block.codings[what.kind, system] += count
                block.matched[what.kind, system] += 0 if what.pattern is None else count
        key, content, owner, kind, line, path = (
            list(itertools.chain.from_iterable(one[place] for one in self._seen)) for place in range(6)
        )
        names = [block.file] * len(key)
        block.seen = pa.table([key, content, owner, kind, names, line, path], schema=SEEN)
        return block
