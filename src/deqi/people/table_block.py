"""What comes of a part of a file: facts in columns, how people's facts are coded, what is left to be read in full."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import zlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from deqi.people.facts import Coding, Fact, Kind, Origin, Person
from deqi.people.fhir.documents import Piece
from deqi.people.fhir.references import base_of
from deqi.people.table import NOTHING, Reader, TableMaker, Tables, shape
from deqi.people.table_rows import COLUMNS, Patterns

IDLE, IN_FULL = -1, -2
_WIDE = 2**24
SEEN = pa.schema(
    [
        ("key", pa.string()),
        ("content", pa.int64()),
        ("owner", pa.int64()),
        ("kind", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("path", pa.string()),
    ]
)
"""Every resource that was read quickly: by it, one that stands twice is found out."""

SHAPES = pa.schema([("person", pa.int64()), ("kind", pa.string()), ("shape", pa.string())])
"""How the facts of a person are coded."""


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
    shapes: pa.Table | None = None
    seen: pa.Table | None = None
    records: Counter[str] = dataclasses.field(default_factory=Counter)
    codings: Counter[tuple[Kind, str]] = dataclasses.field(default_factory=Counter)
    matched: Counter[tuple[Kind, str]] = dataclasses.field(default_factory=Counter)
    slow: list[Slow] = dataclasses.field(default_factory=list)
    documents: dict[int, set[str]] = dataclasses.field(default_factory=dict)
    partial: set[int] = dataclasses.field(default_factory=set)
    skipped: int = 0
    pieces: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """What a resource comes to: how its facts are coded, and the pattern that its fact follows.

    ``pattern``: that of its one fact; `IDLE`: no rule looks at it; `IN_FULL`: it is read in full each time.
    """

    kind: Kind
    shape: str
    systems: tuple[str, ...]
    pattern: int


@dataclasses.dataclass
class Batch:
    """Resources of one type, decoded in outline, side by side with where they stand."""

    kind: str
    resources: list[Any] = dataclasses.field(default_factory=list)
    raws: list[Any] = dataclasses.field(default_factory=list)
    lines: list[int | None] = dataclasses.field(default_factory=list)
    paths: list[str] = dataclasses.field(default_factory=list)
    urls: list[str] = dataclasses.field(default_factory=list)
    documents: list[int | None] = dataclasses.field(default_factory=list)

    def piece(self, place: int, file: str) -> Piece:
        """One of them by itself."""
        origin = Origin(file, self.lines[place], self.paths[place])
        return Piece(self.kind, memoryview(self.raws[place]), origin, self.urls[place], self.documents[place])


def shape_of(fact: Fact) -> str:
    return _shape_of_codes(fact.codes, bool(fact.text or fact.display))


@functools.lru_cache(maxsize=65536)
def _shape_of_codes(codes: tuple[Coding, ...], worded: bool) -> str:
    return shape((one.system for one in codes), worded) or NOTHING


class Part:
    """One block while it is filled."""

    def __init__(self, reader: Reader, patterns: Patterns, file: str) -> None:
        self.block = Block(file)
        self._patterns = patterns
        self._maker = TableMaker(reader)
        self._places: dict[str, int] = {}
        self._shapes: set[tuple[int, Kind, str]] = set()
        self._facts: dict[int, list[Fact]] = {}
        self._rows: list[list[Any]] = [[] for _ in range(COLUMNS)]
        self._seen: list[tuple[Iterable[Any], ...]] = []

    def owner(self, key: str) -> int:
        return self._places.setdefault(key, len(self._places))

    def in_document(self, document: int, keys: Iterable[str | None]) -> None:
        self.block.documents.setdefault(document, set()).update(key for key in keys if key is not None)

    def leave(self, piece: Piece) -> None:
        raw = None if piece.raw is None else bytes(piece.raw)
        self.block.slow.append(Slow(piece.kind, raw, piece.origin, piece.full_url, piece.document, piece.reason))

    def saw(self, batch: Batch, place: int, owner: int) -> None:
        kind, named, url = batch.kind, batch.resources[place].id, batch.urls[place]
        self.block.records[kind] += 1
        if named:
            key = f"{base_of(url) if url else ''}{kind}/{named}"
            content = zlib.crc32(batch.raws[place])
            self._seen.append(((key,), (content,), (owner,), (kind,), (batch.lines[place],), (batch.paths[place],)))

    def saw_many(self, batch: Batch, owners: Any, which: Any) -> None:
        kind, chosen = batch.kind, which.tolist()
        self.block.records[kind] += int(which.sum())
        ids = [one.id for one in itertools.compress(batch.resources, chosen)]
        named = [bool(one) for one in ids]
        if not any(named):
            return
        urls = itertools.compress(batch.urls, chosen)
        keys = [f"{base_of(url) if url else ''}{kind}/{one}" for one, url in zip(ids, urls, strict=True)]
        columns: list[Iterable[Any]] = [
            keys,
            map(zlib.crc32, itertools.compress(batch.raws, chosen)),
            owners[which].tolist(),
            itertools.repeat(kind, len(ids)),
            itertools.compress(batch.lines, chosen),
            itertools.compress(batch.paths, chosen),
        ]
        self._seen.append(tuple(list(itertools.compress(column, named)) for column in columns))

    def count_many(self, owners: Any, known: Any, meanings: list[Known]) -> None:
        """Resources of which all is known, by person."""
        numbers, counts = np.unique(known, return_counts=True)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            what = meanings[number]
            for system in what.systems:
                self.block.codings[what.kind, system] += count
                self.block.matched[what.kind, system] += 0 if what.pattern == IDLE else count
        for pair in np.unique(owners * _WIDE + known).tolist():
            what = meanings[pair % _WIDE]
            self._shapes.add((pair // _WIDE, what.kind, what.shape))

    def follow(self, columns: list[list[Any]]) -> None:
        """Facts that follow a pattern."""
        for mine, more in zip(self._rows, columns, strict=True):
            mine.extend(more)

    def keep(self, owner: int, facts: list[Fact]) -> None:
        for fact in facts:
            self._shapes.add((owner, fact.kind, shape_of(fact)))
        self._facts.setdefault(owner, []).extend(facts)

    def done(self) -> Block:
        block, maker = self.block, self._maker
        for place in range(len(self._places)):
            maker.add(Person(token="", facts=tuple(self._facts.get(place, ()))))
        block.owners = list(self._places)
        full = maker.take()
        facts, details = self._patterns.columns(self._rows, block.file, full.rows)
        block.tables = Tables(
            full.persons,
            pa.concat_tables([full.facts, facts]),
            pa.concat_tables([full.details, details]),
            full.answers,
            full.rows + len(self._rows[0]),
        )
        block.codings.update(maker.codings)
        block.matched.update(maker.matched)
        owner, kind, shape_ = ([one[place] for one in self._shapes] for place in range(3))
        block.shapes = pa.table([owner, kind, shape_], schema=SHAPES)
        key, content, of, kinds, line, path = (
            list(itertools.chain.from_iterable(one[place] for one in self._seen)) for place in range(6)
        )
        block.seen = pa.table([key, content, of, kinds, [block.file] * len(key), line, path], schema=SEEN)
        return block
