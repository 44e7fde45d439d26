"""The people in FHIR files, as columns in DuckDB; files of any size, in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from deqi.errors import InputError
from deqi.people.facts import Answer, Fact, Kind, Origin
from deqi.people.fhir.chart import NO_FACT, POINTS_NOWHERE, TWICE, ChartReader, NotJsonError
from deqi.people.fhir.documents import Piece, WrongVersionError, refusal
from deqi.people.fhir.elements import MalformedError
from deqi.people.fhir.faults import KIND_OF_TYPE, Fault
from deqi.people.reading import Reading, Unreadable
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.sites import SiteFinder
from deqi.screening import collector
from deqi.screening.ingest.block import Block, Codings, Known, Patterns, Pending, Slow, codings_of, resource_of
from deqi.screening.ingest.fhir.contents import contents
from deqi.screening.ingest.fhir.files import fhir_files, is_ndjson, shares_of, size_of
from deqi.screening.ingest.fhir.ndjson import read_large
from deqi.screening.ingest.fhir.quick import QuickReader
from deqi.screening.ingest.fhir.workers import blocks_of
from deqi.screening.ingest.rows import NOWHERE, path_of, pattern_of
from deqi.screening.ingest.staging import Spot, Staging, counted
from deqi.screening.ingest.tables import Intake, Reader, TableMaker, Tables

PART = 5_000
_FIRST_DOCUMENT = 10**9
_HERE = -1
"""The number of the quick reader beside those of `blocks_of`."""

Counting = Callable[[tuple[Answer, ...]], Iterable[Answer]]
Progress = Callable[[float], None]


def read_fhir(
    path: Path,
    connection: duckdb.DuckDBPyConnection,
    reader: Reader,
    sites: SiteFinder,
    *,
    complete: frozenset[Kind] = frozenset(),
    counting: Counting = lambda answers: answers,
    progress: Progress = lambda share: None,
) -> Intake:
    """Make the tables ``persons facts details answers`` of a FHIR file or a folder of them.

    ``complete`` are the lists complete for everybody; ``counting`` gives the answers of a person that count.

    Raises:
        InputError: a file cannot be read, is of another FHIR version, or nothing in them is about a person.
    """
    files = fhir_files(path)
    together = _Together(connection, reader, sites)
    total = max(1, sum(map(size_of, files)))
    before = {file: _stamp(file) for file in files}
    try:
        with collector.paused():
            _read_all(files, total, connection, reader.index, sites, together, progress)
            found = together.finish_all(path, complete, counting)
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: went away while it was read; copy the export first") from None
    for file, stamp in before.items():
        if _stamp(file) != stamp:
            raise InputError(f"{file}: changed while it was read; copy the export first")
    return found


def _stamp(file: Path) -> tuple[int, int] | None:
    """What changes when a file does; None for one that is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _read_all(
    files: list[Path],
    total: int,
    connection: duckdb.DuckDBPyConnection,
    index: CodeIndex,
    sites: SiteFinder,
    together: _Together,
    progress: Progress,
) -> None:
    others = [file for file in files if not is_ndjson(file)]
    quick = QuickReader(index, sites)
    for file, was_read in read_large(filter(is_ndjson, files), connection, quick, _HERE, together):
        if was_read:
            together.bytes += size_of(file)
            progress(together.bytes / total)
        else:
            others.append(file)
    for number, block in blocks_of(shares_of(others), index, sites, sum(map(size_of, others))):
        together.take(block, number)
        progress(together.bytes / total)


class _Together(ChartReader):
    """Puts blocks together: reads what they left, finds whose everything is, and what stands twice."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, reader: Reader, sites: SiteFinder) -> None:
        super().__init__(reader.index, sites)
        self._connection = connection
        self._reader = reader
        self.staging = Staging(connection)
        self._persons: dict[str, int] = {}
        self._patterns = Patterns()
        self._all_patterns: list[Fact | Pending] = []
        self._numbers_of: dict[int, list[int]] = {}
        self._coding: dict[Codings, int] = {}
        self._coded: Counter[int] = Counter()
        self._good: Counter[str] = Counter()
        self._broken: Counter[str] = Counter()
        self._pieces: Counter[str] = Counter()
        self._other: dict[str, Counter[str]] = {}
        self._documents = _FIRST_DOCUMENT
        self._where: dict[str, tuple[Origin, int | None]] = {}
        self.bytes = 0

    def take(self, block: Block, reader: int) -> None:
        """Take in one block of the reader of a number."""
        self.bytes += block.bytes
        self._good.update(block.pieces)
        self._resources.update(block.resources)
        self._cutter.skipped += block.skipped
        persons = np.array([self.person(key) for key in block.owners], np.int64)
        patterns = self._numbers_of.setdefault(reader, [])
        patterns += [self._patterns.number(one) for one in block.learnt]
        self._all_patterns += self._patterns.take()
        codings = [self._coding.setdefault(one, len(self._coding)) for one in block.codings]
        for own, count in block.coded.items():
            self._coded[codings[own]] += count
        base, self._documents = self._documents, self._documents + block.size + 1
        for document, place in block.documents:
            self._owners[base + document].add(block.owners[place])
        self._cutter.partial.update(base + document for document in block.partial)
        lines = {file: self.staging.lines_before(file) for file in {slow.origin.file for slow in block.slow}}
        self.staging.add(block, persons, self.patterns(reader), np.array(codings, np.int64))
        for slow in block.slow:
            self._take_slow(slow, base, lines[slow.origin.file])

    def person(self, key: str) -> int:
        """The number of a person's key."""
        return self._persons.setdefault(key, len(self._persons))

    def patterns(self, reader: int) -> Sequence[int]:
        """The numbers, for all, of the patterns of a reader."""
        return self._numbers_of[reader]

    def count(self, file: str, kind: str, known: Iterable[tuple[Known, int]]) -> list[int]:
        """Count resources of a type by what they come to; gives the numbers of their ways of coding."""
        found = []
        for one, count in known:
            coding = self._coding.setdefault(one.codings, len(self._coding))
            self._coded[coding] += count
            self._good[file] += count
            self._resources[kind] += count
            found.append(coding)
        return found

    def _take_slow(self, slow: Slow, base: int, lines_before: int) -> None:
        at = slow.origin
        if at.line is not None:
            at = Origin(at.file, at.line + lines_before, at.path, at.resource_id)
        document = None if slow.document is None else base + slow.document
        raw = None if slow.raw is None else memoryview(slow.raw)
        if slow.kind == "Bundle" and raw is not None and at.line is not None:
            pieces: Iterable[Piece] = self._cutter.line(raw, at)
        else:
            pieces = [Piece(slow.kind, raw, at, slow.full_url, document, slow.reason)]
        for piece in pieces:
            self._each(piece, at.file)

    def _each(self, piece: Piece, file: str) -> None:
        self._others.clear()
        try:
            resource = self._decode(piece)
        except MalformedError as error:
            self._broken[file] += isinstance(error, NotJsonError)
            self._pieces[file] += 1
            self._refuse(piece, str(error))
        else:
            self._good[file] += not self._others
            try:
                self._take(piece, resource)
            except MalformedError as error:
                self._refuse(piece, str(error))
        if self._others:
            self._other.setdefault(file, Counter()).update(self._others)

    def _check_versions(self) -> None:
        """A file of which most is of another FHIR version is refused."""
        for file, others in self._other.items():
            if others.total() > self._good[file]:
                raise WrongVersionError(refusal(file, others.most_common(1)[0][0]))
        for file, broken in self._broken.items():
            if broken and broken == self._pieces[file] and not self._good[file]:
                raise InputError(f"{file}: no line of it is JSON; give FHIR R4 as JSON or NDJSON")

    # The end

    def finish_all(self, path: Path, complete: frozenset[Kind], counting: Counting) -> Intake:
        """Make the tables.

        Raises:
            InputError: another FHIR version, or nothing about a person.
        """
        self._check_versions()
        keys = list(self._persons)
        self._find_twice(keys)
        patterns = self._settle(keys)
        # One of whom there are no facts after all is nobody.
        persons = {number: self._person_of(keys[number]).number for number in self.staging.persons()}
        reading = self.finish(self._reader.as_of)
        if not reading.persons:
            raise InputError(f"{path}: nothing about a person; give a Patient and the records about them")
        maker = self._load(reading, complete, counting)
        self.staging.finish(self._reader, patterns, persons, maker.facts)
        ways = list(self._coding)
        facts, matched = counted((ways[number], count) for number, count in self._coded.items())
        facts.update(maker.codings)
        matched.update(maker.matched)
        codings = {key: (count, matched[key]) for key, count in facts.items() if count}
        return Intake(reading.resources, reading.left_out, reading.unreadable, codings)

    def _again(self, piece: Piece, key: str) -> bool:
        if super()._again(piece, key):
            return True
        self._where[key] = piece.origin, piece.document
        return False

    def _find_twice(self, keys: list[str]) -> None:
        """Records that stand twice: the same once only; with other contents, malformed."""
        meant, seen = self.staging.twice(list(self._where))
        quick = {self._spot(one): one for one in seen}
        slow = {_spot_of(self._where[name][0]): number for number, name in meant.items()}
        documents = {_spot_of(self._where[name][0]): self._where[name][1] for name in meant.values()}
        before: dict[int, int] = {}
        dropped = []
        for spot, piece in contents([*quick, *slow]):
            content = hash(bytes(piece.raw or b""))
            one = quick.get(spot)
            key = slow[spot] if one is None else one.key
            if one is not None and before.get(key) == content:
                self._left_out["the same record again"] += 1
                self._resources[piece.kind] -= 1
                self._coded[one.coding] -= 1
                dropped.append(one)
            elif key in before and one is not None:
                self._refuse_row(piece.kind, one, keys[one.person], TWICE)
            elif key in before:
                # Documents were numbered anew for this.
                self._refuse(msgspec.structs.replace(piece, document=documents[spot]), TWICE)
            before[key] = content
        self.staging.drop(dropped)

    def _spot(self, one: Spot) -> tuple[str, int | None, str]:
        return self.staging.files[one.file], None if one.line == NOWHERE else one.line, path_of(one.entry)

    def _settle(self, keys: list[str]) -> list[Fact | None]:
        """The patterns as facts, now that the medicines they point to are known; None for what is no fact."""
        pending = {number: one for number, one in enumerate(self._all_patterns) if isinstance(one, Pending)}
        following = self.staging.following(pending)
        settled: list[Fact | None] = [None if isinstance(one, Pending) else one for one in self._all_patterns]
        facts: dict[int, Fact] = {}
        for number, one in pending.items():
            try:
                fact = self._fact_of(one)
            except MalformedError as error:
                for spot in self.staging.remove(number):
                    self._refuse_row(one.kind, spot, keys[spot.person], str(error))
                continue
            if fact is None:
                self._left_out[NO_FACT] += following[number]
                continue
            settled[number] = facts[number] = pattern_of(fact)
            self._coded[self._coding.setdefault(codings_of((fact,)), len(self._coding))] += following[number]
        self.staging.add_shapes(facts)
        return settled

    def _fact_of(self, pending: Pending) -> Fact | None:
        code = self._medications.find(pending.key) if pending.key else None
        if code is None and not pending.words:
            raise MalformedError(POINTS_NOWHERE)
        return self._point(resource_of(pending), code or ((), pending.words), Origin())

    def _refuse_row(self, kind: str, spot: Spot, owner: str, reason: str) -> None:
        origin = Origin(*self._spot(spot))
        self._faults.append(Fault(Unreadable(origin, kind, reason), frozenset({KIND_OF_TYPE[kind]}), owner, None))

    def _load(self, reading: Reading, complete: frozenset[Kind], counting: Counting) -> TableMaker:
        """The people, with what was read in full."""
        maker = TableMaker(self._reader)
        names = ("persons", "facts", "details", "answers")
        verb = "CREATE OR REPLACE TABLE {} AS"

        def put(tables: Tables) -> None:
            for name in names:
                self._connection.register("incoming", getattr(tables, name))
                self._connection.execute(f"{verb.format(name)} SELECT * FROM incoming")
                self._connection.unregister("incoming")

        for person in reading.persons:
            person = msgspec.structs.replace(person, complete=person.complete | complete)
            maker.add(person, counting(person.answers))
            if len(maker) >= PART:
                put(maker.take())
                verb = "INSERT INTO {}"
        put(maker.take())
        return maker


def _spot_of(origin: Origin) -> tuple[str, int | None, str]:
    return origin.file, origin.line, origin.path
