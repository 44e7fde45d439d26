"""What comes of a part of a file: facts in rows, how people's facts are coded, what is left to be read in full."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from deqi.people.facts import Coding, Fact, Kind, Origin
from deqi.people.fhir import types as fhir
from deqi.people.fhir.documents import Piece
from deqi.people.terminology.coverage import NO_CODE
from deqi.screening.ingest.fhir.outline import Outline
from deqi.screening.ingest.rows import NOWHERE, ROWS, Ints, Places, path_of, pattern_of, rows_in_outline, rows_of_facts
from deqi.screening.ingest.tables import NOTHING, shape

Codings = tuple[tuple[Kind, str, bool], ...]
"""How the facts of a resource are coded: kind and system, and whether the fact is in a code set."""

IDLE, IN_FULL, IN_PARTS = -1, -2, -3
_WIDE = 2**24
_FIRST_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]")
SEEN = pa.schema(
    [
        ("prefix", pa.string()),
        ("id", pa.string()),
        ("person", pa.int64()),
        ("coding", pa.int64()),
        ("file", pa.int64()),
        ("line", pa.int64()),
        ("entry", pa.int64()),
    ]
)
"""Every resource that was read quickly: by it, one that stands twice is found out. ``prefix`` and ``id`` make its key,
``coding`` is a place in the block's list."""

SHAPES = pa.schema([("person", pa.int64()), ("kind", pa.string()), ("shape", pa.string())])
"""How the facts of a person are coded."""


class Slow(msgspec.Struct, frozen=True, gc=False):
    """A resource left to the reader of charts. ``document`` is the number of its Bundle within the block."""

    kind: str
    raw: bytes | None
    origin: Origin
    full_url: str = ""
    document: int | None = None
    reason: str = ""


class Pending(msgspec.Struct, frozen=True, gc=False):
    """A medicine whose code stands elsewhere, under ``key``; ``words`` are what the reference says of it.

    Facts follow it like any other pattern; which fact it is shows only when everything has been read.
    """

    kind: str
    status: str | None
    intent: str | None
    key: str
    words: str


Pattern = Fact | Pending


@dataclasses.dataclass
class Block:
    """What came of one part of the files.

    Persons are places in ``owners``, which are keys as references spell them; files are places in ``files``; patterns
    are numbers that ``learnt`` goes on with from where the block before left off. ``documents`` are pairs of a Bundle
    and a person in it, ``partial`` the Bundles with further pages. ``lines`` are those of the spans that end with the
    block, by file: line numbers count from the beginning of a span. ``size`` is the highest number of a Bundle,
    ``bytes`` how much was read.
    """

    files: list[str] = dataclasses.field(default_factory=list)
    owners: list[str] = dataclasses.field(default_factory=list)
    learnt: list[Pattern] = dataclasses.field(default_factory=list)
    rows: pa.Table | None = None
    shapes: pa.Table | None = None
    seen: pa.Table | None = None
    resources: Counter[str] = dataclasses.field(default_factory=Counter)
    pieces: Counter[str] = dataclasses.field(default_factory=Counter)
    codings: list[Codings] = dataclasses.field(default_factory=list)
    coded: Counter[int] = dataclasses.field(default_factory=Counter)
    slow: list[Slow] = dataclasses.field(default_factory=list)
    documents: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    partial: set[int] = dataclasses.field(default_factory=set)
    skipped: int = 0
    lines: dict[str, int] = dataclasses.field(default_factory=dict)
    size: int = 0
    bytes: int = 0


class Known(msgspec.Struct, frozen=True, gc=False):
    """What a resource comes to: how its facts are coded, and the patterns that they follow.

    ``pattern``: the number of its one fact's; `IDLE`: no rule looks at it; `IN_PARTS`: ``parts`` has the places of
    facts among the resource and its components, each with the number of its pattern; `IN_FULL`: it is read in full
    each time. ``shapes`` and ``codings`` are empty while they hang on another resource.
    """

    kind: Kind
    shapes: tuple[str, ...]
    codings: Codings
    pattern: int
    parts: tuple[tuple[int, int], ...] = ()


@dataclasses.dataclass
class Batch:
    """Resources of one type in outline, side by side with where they stand.

    ``raws`` gives the bytes of one of them; ``suspect`` if another FHIR version is named somewhere;
    ``bases`` are the servers in their addresses, None where none has any;
    ``documents`` are None in NDJSON.
    """

    outline: Outline
    resources: list[Any]
    raws: Sequence[Any]
    places: Places
    suspect: bool = False
    bases: list[str] | None = None
    urls: list[str | None] | None = None
    documents: Ints | None = None

    def base(self, at: int) -> str:
        """The server of one of them."""
        return "" if self.bases is None else self.bases[at]

    def piece(self, at: int, files: Sequence[str]) -> Piece:
        """One of them by itself; ``files`` are the files' names."""
        line, entry = int(self.places.line[at]), int(self.places.entry[at])
        origin = Origin(
            files[int(self.places.file[at])],
            None if line == NOWHERE else line,
            path_of(entry),
        )
        url = None if self.urls is None else self.urls[at]
        document = NOWHERE if self.documents is None else int(self.documents[at])
        raw = memoryview(self.raws[at])
        return Piece(self.outline.kind, raw, origin, url or "", None if document == NOWHERE else document)


def shape_of(fact: Fact) -> str:
    """How a fact is coded, in words."""
    return _shape_of_codes(fact.codes, bool(fact.text or fact.display))


@functools.lru_cache(maxsize=65536)
def _shape_of_codes(codes: tuple[Coding, ...], worded: bool) -> str:
    return shape((one.system for one in codes), worded) or NOTHING


def codings_of(facts: Iterable[Fact]) -> Codings:
    """How the facts of a resource are coded."""
    return tuple(
        (fact.kind, system, bool(fact.sets))
        for fact in facts
        for system in sorted({coding.system for coding in fact.codes} or {NO_CODE})
    )


class Patterns:
    """The patterns met so far, each with its number."""

    def __init__(self) -> None:
        self._numbers: dict[Pattern, int] = {}
        self._new: list[Pattern] = []

    def number(self, pattern: Pattern) -> int:
        """The number of a pattern, new if need be."""
        found = self._numbers.get(pattern)
        if found is None:
            found = self._numbers[pattern] = len(self._numbers)
            self._new.append(pattern)
        return found

    def take(self) -> list[Pattern]:
        """Those that are new since the last call."""
        new, self._new = self._new, []
        return new


class Part:
    """One block while it is filled."""

    def __init__(self, patterns: Patterns) -> None:
        self.block = Block()
        self._patterns = patterns
        self._persons: dict[str, int] = {}
        self._file_numbers: dict[str, int] = {}
        self.files: list[str] = []
        self._shapes: set[tuple[int, Kind, str]] = set()
        self._codings: dict[Codings, int] = {}
        self._rows: list[pa.Table] = []
        self._seen: list[pa.Table] = []
        self._full: list[tuple[int, int, int, int, int, Fact]] = []
        self._seen_full: list[tuple[str, str, int, int, int, int, int]] = []

    def person(self, key: str) -> int:
        """The place of a person."""
        return self._persons.setdefault(key, len(self._persons))

    def file(self, name: str) -> int:
        """The place of a file in ``files``."""
        number = self._file_numbers.setdefault(name, len(self.files))
        if number == len(self.files):
            self.files.append(name)
        return number

    def coding(self, codings: Codings) -> int:
        """The place of a way of coding."""
        return self._codings.setdefault(codings, len(self._codings))

    def count(self, persons: Ints, known: Ints, meanings: Sequence[Known]) -> Ints:
        """Count resources of which all is known, by person and number in ``meanings``; gives their ways of coding."""
        counts = np.bincount(known)
        numbers = np.flatnonzero(counts)
        shapes: dict[tuple[Kind, str], int] = {}
        shape_of, coding_of = np.full(len(counts), NOWHERE), np.full(len(counts), NOWHERE)
        for number in numbers.tolist():
            what = meanings[number]
            coding_of[number] = self.coding(what.codings)
            self.block.coded[int(coding_of[number])] += int(counts[number])
            for more in what.shapes[1:]:
                self._shapes.update((person, what.kind, more) for person in set(persons[known == number].tolist()))
            if what.shapes:
                shape_of[number] = shapes.setdefault((what.kind, what.shapes[0]), len(shapes))
        shape = shape_of[known]
        told = shape != NOWHERE
        written = list(shapes)
        for pair in np.unique(persons[told] * _WIDE + shape[told]).tolist():
            self._shapes.add((pair // _WIDE, *written[pair % _WIDE]))
        found: Ints = coding_of[known]
        return found

    def saw(self, batch: Batch, chosen: Ints, persons: Ints, codings: Ints) -> None:
        """Resources that were read quickly, at the places ``chosen``."""
        kind = batch.outline.kind
        self.block.resources[kind] += len(chosen)
        resources, listed = batch.resources, chosen.tolist()
        ids = pa.array([resources[at].id for at in listed], pa.string())
        if batch.bases is None:
            prefix: pa.Array = pa.repeat(f"{kind}/", len(listed))
        else:
            prefix = pa.array([f"{batch.bases[at]}{kind}/" for at in listed], pa.string())
        places = batch.places.some(chosen)
        columns = (persons, codings, places.file, places.line, places.entry)
        self._seen.append(pa.table([prefix, ids, *map(pa.array, columns)], schema=SEEN))

    def follow(self, batch: Batch, chosen: Ints, persons: Ints, patterns: Ints) -> None:
        """Facts that follow patterns, of the resources at the places ``chosen``."""
        resources = [batch.resources[at] for at in chosen.tolist()]
        quantities = [one.valueQuantity for one in resources] if batch.outline.measured else None
        places, timing = batch.places.some(chosen), batch.outline.timing
        self._rows.append(rows_in_outline(patterns, persons, places, resources, timing, quantities))

    def follow_in_parts(self, batch: Batch, chosen: Ints, persons: Ints, known: Sequence[Known]) -> None:
        """Facts that follow patterns, of the resources at the places ``chosen`` and of their components."""
        of: list[int] = []
        patterns: list[int] = []
        quantities: list[Any] = []
        for at, place in enumerate(chosen.tolist()):
            values = batch.outline.parts(batch.resources[place])
            for part, pattern in known[at].parts:
                of.append(at)
                patterns.append(pattern)
                quantities.append(values[part].valueQuantity)
        which = np.array(of, np.int64)
        resources = [batch.resources[at] for at in chosen[which].tolist()]
        places, timing = batch.places.some(chosen[which]), batch.outline.timing
        self._rows.append(
            rows_in_outline(np.array(patterns, np.int64), persons[which], places, resources, timing, quantities)
        )

    def keep(self, batch: Batch, at: int, person: int, facts: list[Fact]) -> None:
        """The facts of one resource that was read in full."""
        kind, named = batch.outline.kind, batch.resources[at].id
        places = batch.places
        file, line, entry = int(places.file[at]), int(places.line[at]), int(places.entry[at])
        coding = self.coding(codings_of(facts))
        self.block.resources[kind] += 1
        self.block.coded[coding] += 1
        if named:
            self._seen_full.append((f"{batch.base(at)}{kind}/", named, person, coding, file, line, entry))
        for fact in facts:
            self._shapes.add((person, fact.kind, shape_of(fact)))
            if fact.sets:
                self._full.append((self._patterns.number(pattern_of(fact)), person, file, line, entry, fact))

    def leave(self, piece: Piece) -> None:
        """A resource that is not for quick reading."""
        raw = None if piece.raw is None else bytes(piece.raw)
        self.block.slow.append(Slow(piece.kind, raw, piece.origin, piece.full_url, piece.document, piece.reason))

    def documents(self, documents: Ints, persons: Ints) -> None:
        """Who is in which Bundle."""
        pairs = np.unique(documents * _WIDE + persons).tolist()
        self.block.documents.extend((pair // _WIDE, pair % _WIDE) for pair in pairs)

    def done(self) -> Block:
        """The block."""
        block = self.block
        if self._full:
            *numbers, facts = zip(*self._full, strict=True)
            pattern, person, file, line, entry = (np.array(one, np.int64) for one in numbers)
            self._rows.append(rows_of_facts(pattern, person, Places(file, line, entry), facts))
        if self._seen_full:
            self._seen.append(pa.table(list(zip(*self._seen_full, strict=True)), schema=SEEN))
        block.slow.sort(key=_in_order)
        block.owners, block.files, block.codings = list(self._persons), self.files, list(self._codings)
        block.learnt = self._patterns.take()
        block.rows = pa.concat_tables(self._rows) if self._rows else ROWS.empty_table()
        block.seen = pa.concat_tables(self._seen) if self._seen else SEEN.empty_table()
        persons, kinds, shapes = ([one[place] for one in self._shapes] for place in range(3))
        block.shapes = pa.table([persons, kinds, shapes], schema=SHAPES)
        return block


def _in_order(slow: Slow) -> tuple[str, int, int]:
    """Where a resource stands, so that they can be taken in their order. Those of one entry are in order already."""
    found = _FIRST_ENTRY.match(slow.origin.path)
    return slow.origin.file, slow.origin.line or 0, int(found[1]) if found else 0


def resource_of(pending: Pending) -> fhir.MedicationRequest | fhir.MedicationStatement | fhir.MedicationAdministration:
    """The resource that a pending pattern stands for, as far as the pattern goes."""
    kind = pending.kind
    if kind == "MedicationRequest":
        return fhir.MedicationRequest(resourceType=kind, status=pending.status, intent=pending.intent)
    if kind == "MedicationStatement":
        return fhir.MedicationStatement(resourceType=kind, status=pending.status)
    return fhir.MedicationAdministration(resourceType=kind, status=pending.status)
