"""FHIR files of any size to columns, in DuckDB: parts of files read at once, people put together at the end."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from deqi.errors import InputError
from deqi.people.facts import KINDS, Answer, Kind, Origin
from deqi.people.fhir.chart import ChartReader
from deqi.people.fhir.documents import Cutter, Piece, WrongVersionError, refusal
from deqi.people.fhir.elements import MalformedError
from deqi.people.fhir.faults import KIND_OF_TYPE, Fault
from deqi.people.reading import Reading, Unreadable
from deqi.people.sites import SiteFinder
from deqi.people.table import DETAILS, FACTS, PERSONS, Intake, Reader, TableMaker, Tables
from deqi.people.table_block import Block, Slow
from deqi.people.table_files import FilePart, fhir_files, is_ndjson, parts_of
from deqi.people.table_ndjson import lines_of, read_large
from deqi.people.table_quick import PASSED_OVER, QuickReader

PART = 5_000
_FIRST_DOCUMENT = 10**9

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
    total = max(1, sum(file.stat().st_size for file in files if file.exists()))
    done = 0
    quick = QuickReader(reader, sites)
    for file in files:
        if not (is_ndjson(file) and read_large(file, connection, quick, together)):
            for part in parts_of(file):
                together.add(_read(quick, part))
        done += file.stat().st_size
        progress(done / total)
    return together.finish(path, complete, counting)


def _read(quick: QuickReader, part: FilePart) -> Block:
    if part.line:
        return quick.lines(part.data, part.file, part.line)
    return quick.document(part.data, part.file, Cutter(PASSED_OVER))


class _Together(ChartReader):
    """Puts blocks together: reads what they left, finds whose everything is, and what stands twice."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, reader: Reader, sites: SiteFinder) -> None:
        super().__init__(reader.index, sites)
        self._connection = connection
        self._reader = reader
        self._numbers: dict[str, int] = {}
        self._next_row = 0
        self._next_seen = 0
        self._good: Counter[str] = Counter()
        self._bad: Counter[str] = Counter()
        self._other: dict[str, Counter[str]] = {}
        self._documents = _FIRST_DOCUMENT
        self._codings: Counter[tuple[Kind, str]] = Counter()
        self._matched: Counter[tuple[Kind, str]] = Counter()
        self._staged: set[str] = set()

    def add(self, block: Block) -> None:  # type: ignore[override]
        """Take in one block."""
        self._good[block.file] += block.pieces - len(block.slow)
        self._resources.update(block.records)
        self._codings.update(block.codings)
        self._matched.update(block.matched)
        self._cutter.skipped += block.skipped
        places = pa.array([self._numbers.setdefault(key, len(self._numbers)) for key in block.owners], pa.int64())
        base, self._documents = self._documents, self._documents + max(block.documents, default=0) + 1
        for document, owners in block.documents.items():
            self._owners[base + document].update(owners)
        self._cutter.partial.update(base + document for document in block.partial)
        self._stage(block, places)
        for slow in block.slow:
            self._take_slow(slow, base)

    def _stage(self, block: Block, places: pa.Array) -> None:
        assert block.tables is not None
        assert block.seen is not None
        facts, details = block.tables.facts, block.tables.details
        facts = _moved(facts, "row", self._next_row)
        facts = facts.set_column(1, "person", pc.take(places, facts["person"]))
        self._put("s_facts", facts)
        self._put("s_details", _moved(details, "row", self._next_row))
        self._next_row += block.tables.rows
        assert block.shapes is not None
        self._put("s_shapes", block.shapes.set_column(0, "person", pc.take(places, block.shapes["person"])))
        seen = block.seen.set_column(2, "owner", pc.take(places, block.seen["owner"]))
        self._connection.register("incoming_seen", seen)
        self.stage_from("s_seen", "SELECT * FROM incoming_seen")
        self._connection.unregister("incoming_seen")

    def place_of(self, key: str) -> int:
        """The number of a person's key."""
        return self._numbers.setdefault(key, len(self._numbers))

    def add_counts(self, file: str, kind: str, number: int, codings: list[tuple[Kind, str, int, bool]]) -> None:
        """Records of a type; facts of a kind in a system, and whether they are in a set."""
        self._good[file] += number
        self._resources[kind] += number
        for of, system, count, matched in codings:
            self._codings[of, system] += count
            self._matched[of, system] += count * matched

    def stage_facts(self, facts: pa.Table, details: pa.Table, number: int) -> None:
        """Facts of numbered persons."""
        self._put("s_facts", _moved(facts, "row", self._next_row))
        self._put("s_details", _moved(details, "row", self._next_row))
        self._next_row += number

    def stage_from(self, name: str, query: str) -> None:
        """More rows of a staging table, from a query."""
        if name == "s_seen":
            # The text of a key is long, and only ever compared.
            query = f"SELECT * REPLACE (hash(key) AS key), {self._next_seen} AS turn FROM ({query})"
            self._next_seen += 1
        verb = f"INSERT INTO {name}" if name in self._staged else f"CREATE OR REPLACE TABLE {name} AS"
        self._staged.add(name)
        self._connection.execute(f"{verb} {query}")

    def _put(self, name: str, table: pa.Table) -> None:
        verb = f"INSERT INTO {name}" if name in self._staged else f"CREATE OR REPLACE TABLE {name} AS"
        self._staged.add(name)
        self._connection.register("incoming", table)
        self._connection.execute(f"{verb} SELECT * FROM incoming")
        self._connection.unregister("incoming")

    def _take_slow(self, slow: Slow, base: int) -> None:
        document = None if slow.document is None else base + slow.document
        raw = None if slow.raw is None else memoryview(slow.raw)
        if slow.kind == "Bundle" and raw is not None and slow.origin.line is not None:
            pieces: Iterable[Piece] = self._cutter._line(raw, slow.origin)
        else:
            pieces = [Piece(slow.kind, raw, slow.origin, slow.full_url, document, slow.reason)]
        for piece in pieces:
            self._each(piece, slow.origin.file)

    def _each(self, piece: Piece, file: str) -> None:
        self._others.clear()
        try:
            resource = self._decode(piece)
        except MalformedError as error:
            self._bad[file] += not self._others
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
        for file, bad in self._bad.items():
            if bad and not self._good[file] and file not in self._other:
                raise InputError(f"{file}: nothing in it can be read; give FHIR R4 as JSON or NDJSON")

    # The end

    def finish(self, path: Path, complete: frozenset[Kind], counting: Counting) -> Intake:  # type: ignore[override]
        """Make the tables.

        Raises:
            InputError: another FHIR version, or nothing about a person.
        """
        self._check_versions()
        for key in self._numbers:
            self._person_of(key)
        keys = list(self._numbers)
        self._find_twice(keys)
        reading = super().finish(self._reader.as_of)
        if not reading.persons:
            raise InputError(f"{path}: nothing about a person; give a Patient and the records about them")
        owners = pa.table(
            {
                "gid": pa.array(range(len(keys)), pa.int64()),
                "person": pa.array([self._person_of(key).number for key in keys], pa.int64()),
            }
        )
        self._put("s_owners", owners)
        self._load(reading, complete, counting)
        codings = {key: (count, self._matched[key]) for key, count in self._codings.items()}
        for name in self._staged:
            self._connection.execute(f"DROP TABLE {name}")
        return Intake(reading.resources, reading.left_out, reading.unreadable, codings)

    def _find_twice(self, keys: list[str]) -> None:
        """Records that stand twice: the same once only; with other contents, malformed."""
        if "s_seen" not in self._staged:
            return
        rows = self._connection.execute(
            """SELECT key, content, owner, kind, file, line, path FROM s_seen
            WHERE key IN (SELECT key FROM s_seen GROUP BY key HAVING count(*) > 1) ORDER BY turn, line"""
        ).fetchall()
        rows = _with_contents(rows)
        before: dict[int, int] = {}
        dropped = []
        for key, content, owner, kind, file, line, path in rows:
            if before.get(key) == content:
                self._left_out["the same record again"] += 1
                self._resources[kind] -= 1
                dropped.append({"file": file, "line": line, "path": path})
                continue
            if key in before:
                record = Unreadable(Origin(file, line, path), kind, "an id that stands twice, with different contents")
                self._faults.append(Fault(record, frozenset({KIND_OF_TYPE[kind]}), keys[owner], None))
            before[key] = content
        if dropped:
            where = pa.schema([("file", pa.string()), ("line", pa.int64()), ("path", pa.string())])
            self._put("s_dropped", pa.Table.from_pylist(dropped, where))
            self._connection.execute(
                """DELETE FROM s_facts WHERE row IN (SELECT row FROM s_details d JOIN s_dropped o ON d.file = o.file
                AND d.line IS NOT DISTINCT FROM o.line AND d.path = o.path)"""
            )

    def _load(self, reading: Reading, complete: frozenset[Kind], counting: Counting) -> None:
        """The people, with what was read quickly and what was read in full."""
        maker = TableMaker(self._reader)
        staged: set[str] = set()

        def put(tables: Tables) -> None:
            for name in ("persons", "facts", "details", "answers"):
                self._connection.register("incoming", getattr(tables, name))
                verb = f"INSERT INTO {name}" if staged else f"CREATE OR REPLACE TABLE {name} AS"
                self._connection.execute(f"{verb} SELECT * FROM incoming")
                self._connection.unregister("incoming")
            staged.add("all")

        for person in reading.persons:
            person = msgspec.structs.replace(person, complete=person.complete | complete)
            maker.add(person, counting(person.answers))
            if len(maker) >= PART:
                put(maker.take())
        put(maker.take())
        self._codings.update(maker.codings)
        self._matched.update(maker.matched)
        if "s_facts" not in self._staged:
            return
        moved = maker.facts
        facts = ", ".join(f'"{name}"' for name in FACTS.names if name not in ("row", "person"))
        details = ", ".join(name for name in DETAILS.names if name != "row")
        self._connection.execute(f"""INSERT INTO facts BY NAME SELECT row + {moved} AS row, o.person, {facts}
            FROM s_facts s JOIN s_owners o ON o.gid = s.person""")
        self._connection.execute(f"INSERT INTO details BY NAME SELECT row + {moved} AS row, {details} FROM s_details")
        self._merge_shapes()

    def _merge_shapes(self) -> None:
        """How the facts of each person are coded: those read quickly beside those read in full."""
        shown = " UNION ALL ".join(
            f"SELECT person, '{kind}' AS kind, unnest(string_split(shapes_{kind}, '|')) AS shape FROM persons"
            for kind in KINDS
        )
        pivot = ", ".join(
            f"string_agg(DISTINCT shape, '|' ORDER BY shape) FILTER (kind = '{kind}') AS shapes_{kind}"
            for kind in KINDS
        )
        self._connection.execute(f"""CREATE OR REPLACE TABLE s_merged AS SELECT person, {pivot} FROM (
            SELECT DISTINCT o.person, s.kind, s.shape FROM s_shapes s JOIN s_owners o ON o.gid = s.person
            UNION ALL ({shown})) GROUP BY 1""")
        kept = ", ".join(f"p.{name}" for name in PERSONS.names if not name.startswith("shapes_"))
        self._connection.execute(f"""CREATE OR REPLACE TABLE persons AS SELECT {kept}, m.* EXCLUDE (person)
            FROM persons p LEFT JOIN s_merged m USING (person)""")
        self._connection.execute("DROP TABLE s_merged")


def _with_contents(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The same rows; contents that were not looked at are read from the files."""
    wanted: dict[str, list[int]] = {}
    for _, content, _, _, file, line, _ in rows:
        if content is None:
            wanted.setdefault(file, []).append(line)
    lines = {file: lines_of(Path(file), numbers) for file, numbers in wanted.items()}
    return [
        (key, zlib.crc32(lines[file][line]) if content is None else content, owner, kind, file, line, path)
        for key, content, owner, kind, file, line, path in rows
    ]


def _moved(table: pa.Table, column: str, by: int) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, pc.add(table[column], by))
