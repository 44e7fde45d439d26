"""Large NDJSON files of one resource type, read by DuckDB.

Every element is read as the JSON text it is: nothing can turn into a null unseen. The texts that decide what a
resource comes to are few; one line for each of them is read by the reader of charts. Lines that are out of the
ordinary, or about which anything is not plain, are read as lines. A file with a line that is no JSON is left whole.
What DuckDB takes for JSON beyond the standard (a comma too many, NaN) is let pass where nothing looks at it.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from deqi.people.fhir import types as fhir
from deqi.people.fhir.documents import kind_of
from deqi.people.fhir.elements import UCUM
from deqi.people.files.source import sql_path
from deqi.screening.ingest.block import IN_FULL, Block, Known
from deqi.screening.ingest.fhir.outline import COMMON, HEAD, OTHER_VERSION, OUTLINES, Outline
from deqi.screening.ingest.fhir.quick import QuickReader
from deqi.screening.ingest.rows import NOWHERE, Ints, Places, rows_in_columns
from deqi.screening.ingest.staging import Staging, numbered

LARGE = 16 * 2**20
"""Bytes from which DuckDB is quicker."""
MOST_ODD = 0.25
"""Share of lines out of the ordinary up to which this pays."""
_NEWLINE = 10
_STEP = 2**20
_AHEAD = 2
"""Files being read or looked through at a time."""
ROWS = 250_000
"""Facts put into rows at a time."""
_STRING = r'"[^"\\]*"'
_NUMBER = r"-?[0-9]{1,15}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?"
_FORMS = {
    # Each name once, since of two that are the same every reader takes another; in the orders that are usual.
    fhir.Quantity | None: rf'\{{"value":{_NUMBER}(,"unit":{_STRING})?'
    rf'((,"system":{_STRING})?(,"code":{_STRING})?|,"code":{_STRING},"system":{_STRING})\}}',
    fhir.Period | None: rf'\{{("start":{_STRING}(,"end":{_STRING})?|"end":{_STRING}(,"start":{_STRING})?)\}}',
    bool | None: "true|false",
    int | None: "-?[0-9]{1,15}",
}
"""What the text of a decoded element looks like when nothing is unusual about it."""


class Sink(Protocol):
    """Where what was read is put."""

    staging: Staging

    def take(self, block: Block, reader: int) -> None:
        """Take in what was read line by line."""

    def person(self, key: str) -> int:
        """The number of a person's key."""

    def count(self, file: str, kind: str, known: Iterable[tuple[Known, int]]) -> list[int]:
        """Count resources of a type by what they come to; gives the numbers of their ways of coding."""

    def patterns(self, reader: int) -> Sequence[int]:
        """The numbers, for all, of the patterns of a reader."""


def read_large(
    paths: Iterable[Path], connection: duckdb.DuckDBPyConnection, quick: QuickReader, reader: int, sink: Sink
) -> Iterator[tuple[Path, bool]]:
    """Read files, and say of each whether it was read: the others are left as they were, for another way of reading.

    While one is looked through, DuckDB reads the next. ``reader`` is the number of ``quick``.
    """
    connection.execute("SET preserve_insertion_order = true")
    waiting: deque[tuple[Path, duckdb.DuckDBPyConnection, Future[_Loaded | None]]] = deque()
    try:
        with ThreadPoolExecutor(1) as pool:
            try:
                for number, path in enumerate(paths):
                    cursor = connection.cursor()
                    waiting.append((path, cursor, pool.submit(_load, path, cursor, f"n_raw_{number}")))
                    if len(waiting) == _AHEAD:
                        yield _next(waiting, connection, quick, reader, sink)
                while waiting:
                    yield _next(waiting, connection, quick, reader, sink)
            except BaseException:
                # Nobody waits for what is still being read.
                for _, cursor, loading in reversed(waiting):
                    if not loading.cancel():
                        cursor.interrupt()
                raise
    finally:
        connection.execute("SET preserve_insertion_order = false")


def _next(
    waiting: deque[tuple[Path, duckdb.DuckDBPyConnection, Future[_Loaded | None]]],
    connection: duckdb.DuckDBPyConnection,
    quick: QuickReader,
    reader: int,
    sink: Sink,
) -> tuple[Path, bool]:
    path, _, loading = waiting[0]
    loaded = loading.result()
    waiting.popleft()
    return path, _read(loaded, connection, quick, reader, sink)


def _read(
    loaded: _Loaded | None, connection: duckdb.DuckDBPyConnection, quick: QuickReader, reader: int, sink: Sink
) -> bool:
    if loaded is None:
        return False
    try:
        return _Reading(loaded, connection, quick, reader, sink).read()
    finally:
        connection.execute(f"DROP TABLE {loaded.table}")


@dataclasses.dataclass(frozen=True)
class _Loaded:
    """A file in a table, a row for each of its lines."""

    path: Path
    outline: Outline
    table: str
    lines: _Lines


def _load(path: Path, connection: duckdb.DuckDBPyConnection, table: str) -> _Loaded | None:
    """All lines of a file in their order; None where that is not the way to read it."""
    if not path.is_file() or path.stat().st_size < LARGE:
        return None
    with path.open("rb") as file:
        head = file.read(HEAD)
    kind = kind_of(memoryview(head.partition(b"\n")[0])) if head[:1] == b"{" else ""
    outline = OUTLINES.get(kind)
    if outline is None or OTHER_VERSION.search(head):
        return None
    columns = _Columns(outline)
    with connection:
        try:
            # No other options: a larger size of objects takes three times as long.
            connection.execute(f"""CREATE OR REPLACE TABLE {table} AS SELECT {columns.select()} FROM read_json(
                '{sql_path(path)}', format = 'newline_delimited', columns = {columns.read()})""")
        except duckdb.Error:
            # A line that is no JSON, among others.
            return None
        rows = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
        lines = _Lines(path)
        if rows != lines.count:
            # An empty line, or an object over several: then rows are not lines.
            connection.execute(f"DROP TABLE {table}")
            return None
    return _Loaded(path, outline, table, lines)


class _Columns:
    """The SQL in which a resource type is read."""

    def __init__(self, outline: Outline) -> None:
        self._outline, self._kind = outline, outline.kind
        self._types = {field.name: field.type for field in msgspec.structs.fields(outline.type)}
        self._owner = "patient" if self._kind == "AllergyIntolerance" else "subject"
        self._unclear = [name for name in outline.unclear_names if name in self._types]
        self._told = list(dict.fromkeys(name.partition(".")[0] for names in outline.timing.names for name in names))
        self._told += ["valueQuantity"] if outline.measured else []

    def read(self) -> dict[str, str]:
        """The elements, each as the JSON text it is."""
        return {"resourceType": "JSON", **dict.fromkeys(self._types, "JSON")}

    def select(self) -> str:
        """The columns of the table: ``key odd unclear owner id`` and what facts differ by."""
        told = "".join(f', "{name}"' for name in self._told)
        unclear = _any(f'"{name}" IS NOT NULL' for name in self._unclear)
        return f"""hash({", ".join(self._deciding())}) AS key, {_any(self._odd())} AS odd, {unclear} AS unclear,
            "{self._owner}" AS owner, id{told}"""

    def _deciding(self) -> list[str]:
        """SQL of what `Outline.keys` gives. That two keys of a file have the same 64 bits is not to be expected."""
        found = [f'"{name}"' for name in self._types if name in COMMON]
        found += ['"valueQuantity" IS NULL'] if self._outline.measured else []
        found += ['"abatementDateTime" IS NULL'] if self._outline.abates else []
        found += ['"medicationReference"'] if self._outline.refers else []
        return found

    def _odd(self) -> Iterator[str]:
        """SQL: what puts a line out of the ordinary."""
        decided = {"id", self._owner, "medicationReference", *COMMON, *self._told, *self._unclear}
        yield f'coalesce("resourceType" <> \'"{self._kind}"\', true)'
        yield f'"{self._owner}" IS NULL'
        for name, type_ in self._types.items():
            if name not in decided:
                # A plain no changes nothing where yes or no is meant.
                no = f""" AND "{name}" <> 'false'""" if type_ == bool | None else ""
                yield f'"{name}" IS NOT NULL{no}'
            elif form := _FORMS.get(type_):
                yield f'"{name}" IS NOT NULL AND NOT regexp_full_match("{name}", \'{form}\')'
            elif type_ == str | None and name not in COMMON:
                # A string without an escape; regular expressions would take longer than the reading.
                yield f"""\"{name}" IS NOT NULL AND (NOT starts_with("{name}", '"') OR contains("{name}", '\\'))"""


class _Reading:
    """One file in its table."""

    def __init__(
        self, loaded: _Loaded, connection: duckdb.DuckDBPyConnection, quick: QuickReader, reader: int, sink: Sink
    ) -> None:
        self._outline, self._kind, self._table = loaded.outline, loaded.outline.kind, loaded.table
        self._file, self._lines = str(loaded.path), loaded.lines
        self._connection, self._quick, self._reader, self._sink = connection, quick, reader, sink

    def read(self) -> bool:
        """Read it; False when too much of it is out of the ordinary."""
        try:
            known = self._learn()
            self._find_owners()
            self._join()
            left = [line for (line,) in self._rows("SELECT line FROM n_plain WHERE person IS NULL ORDER BY line")]
            if len(left) > MOST_ODD * self._lines.count:
                return False
            # This also tells what was learnt, so it comes before any row that follows it.
            self._sink.take(self._quick.some_lines(self._file, self._lines.some(left)), self._reader)
            self._stage(known)
            return True
        finally:
            for name in ("n_keys", "n_owners", "n_plain"):
                self._run(f"DROP TABLE IF EXISTS {name}")

    def _learn(self) -> list[Known]:
        """What is known of each key; makes ``n_keys``, with places in the list."""
        examples = self._rows(
            f"""SELECT key, coalesce(min(rowid) FILTER (NOT unclear), min(rowid)) + 1 AS line FROM {self._table}
            WHERE NOT odd GROUP BY key ORDER BY line"""
        )
        raws = [raw for _, raw in self._lines.some([line for _, line in examples])]
        known: list[Known] = []
        numbers: list[int] = []
        for found in self._quick.learn(self._outline, raws, self._file):
            numbers.append(NOWHERE if found is None else len(known))
            known += [] if found is None else [found]
        patterns = [IN_FULL if number == NOWHERE else known[number].pattern for number in numbers]
        keys = pa.array([key for key, _ in examples], pa.uint64())
        self._keep("n_keys", pa.table({"key": keys, "number": _ints(numbers), "pattern": _ints(patterns)}))
        return known

    def _find_owners(self) -> None:
        owners = [owner for (owner,) in self._rows(f"SELECT DISTINCT owner FROM {self._table} WHERE NOT odd")]
        keys = [self._quick.owner_key(owner) for owner in owners]
        persons = [None if key is None else self._sink.person(key) for key in keys]
        self._keep(
            "n_owners", pa.table({"owner": pa.array(owners, pa.string()), "person": pa.array(persons, pa.int64())})
        )

    def _join(self) -> None:
        """Lines with what they come to; ``person`` is null for those that are left."""
        left = f"n.odd OR k.pattern = {IN_FULL} OR (k.pattern >= 0 AND n.unclear)"
        self._run(f"""CREATE OR REPLACE TABLE n_plain AS SELECT n.rowid + 1 AS line, k.number, k.pattern,
            CASE WHEN n.id <> '""' THEN hash('{self._kind}/' || n.id[2:-2]) END AS seen,
            CASE WHEN NOT ({left}) THEN o.person END AS person
            FROM {self._table} n LEFT JOIN n_keys k USING (key) LEFT JOIN n_owners o USING (owner)""")

    def _stage(self, known: Sequence[Known]) -> None:
        counts: dict[int, int] = dict(
            self._rows("SELECT number, count(*) FROM n_plain WHERE person IS NOT NULL GROUP BY 1")
        )
        found = [(known[number], count) for number, count in sorted(counts.items())]
        codings = self._sink.count(self._file, self._kind, found)
        told = {
            "number": _ints(sorted(counts)),
            "coding": _ints(codings),
            "kind": pa.array([one.kind for one, _ in found], pa.string()),
            "shape": pa.array(["".join(one.shapes[:1]) for one, _ in found], pa.string()),
        }
        self._keep("n_told", pa.table(told))
        file = self._sink.staging.file(self._file)
        self._sink.staging.add_shapes_from(
            "SELECT DISTINCT p.person, t.kind, t.shape FROM n_plain p JOIN n_told t USING (number) "
            "WHERE p.person IS NOT NULL AND t.shape <> ''",
        )
        self._sink.staging.add_seen_from(
            f"""SELECT p.seen AS key, p.person, t.coding, {file}::BIGINT AS file, p.line, -1::BIGINT AS entry
            FROM n_plain p JOIN n_told t USING (number) WHERE p.person IS NOT NULL AND p.seen IS NOT NULL""",
        )
        self._run("DROP TABLE n_told")
        self._stage_rows(file)

    def _stage_rows(self, file: int) -> None:
        """Facts that follow a pattern, some at a time."""
        names = self._outline.timing.names
        dates = "".join(f", {_first_of(some)} AS text_{number}" for number, some in enumerate(names))
        measure = ""
        if self._outline.measured:
            code, system, words, value = (f"json_extract_string(n.\"valueQuantity\", '$.{one}')" for one in _QUANTITY)
            measure = f""", CAST({value} AS DOUBLE) AS value, CASE WHEN {code} <> '' AND coalesce({system}, '{UCUM}') =
                '{UCUM}' THEN {code} ELSE trim(coalesce({words}, '')) END AS unit"""
        # A cursor of its own: what is staged meanwhile must not end this query.
        batches = (
            self._connection.cursor()
            .sql(
                f"""SELECT p.pattern, p.person, p.line, coalesce(n.id[2:-2], '') AS id{dates}{measure}
                FROM n_plain p JOIN {self._table} n ON n.rowid + 1 = p.line
                WHERE p.person IS NOT NULL AND p.pattern >= 0 ORDER BY p.line"""
            )
            .to_arrow_reader(ROWS)
        )
        patterns = self._sink.patterns(self._reader)
        for batch in batches:
            size = batch.num_rows
            places = Places(np.full(size, file), batch["line"].to_numpy(), np.full(size, NOWHERE))
            texts = [batch[f"text_{number}"] for number in range(len(names))]
            self._sink.staging.add_rows(
                rows_in_columns(
                    numbered(batch["pattern"].to_numpy(), patterns),
                    batch["person"].to_numpy(),
                    places,
                    batch["id"],
                    self._outline.timing,
                    [None if one.null_count == size else one for one in texts],
                    batch["value"] if measure else None,
                    batch["unit"] if measure else None,
                )
            )

    def _run(self, sql: str) -> None:
        self._connection.execute(sql)

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def _keep(self, name: str, table: pa.Table) -> None:
        self._connection.register("incoming", table)
        self._run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self._connection.unregister("incoming")


_QUANTITY = ("code", "system", "unit", "value")


def _any(conditions: Iterable[str]) -> str:
    return " OR ".join(f"({one})" for one in conditions) or "false"


def _first_of(names: tuple[str, ...]) -> str:
    """SQL: the first of some texts, without its quotation marks."""
    written = []
    for name in names:
        element, _, part = name.partition(".")
        text = f"json_extract_string(n.\"{element}\", '$.{part}')" if part else f'n."{element}"[2:-2]'
        written.append(f"nullif({text}, '')")
    return f"coalesce({', '.join(written)})" if len(written) > 1 else written[0]


def _ints(values: Iterable[int]) -> pa.Array:
    return pa.array(list(values), pa.int64())


class _Lines:
    """The lines of a file, by number; only where each of its blocks begins is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before = [0]
        last = b"\n"
        with path.open("rb") as file:
            while block := file.read(_STEP):
                ends = int(np.count_nonzero(np.frombuffer(block, np.uint8) == _NEWLINE))
                self._before.append(self._before[-1] + ends)
                last = block[-1:]
        self.count = self._before[-1] + (last != b"\n")

    def some(self, wanted: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Some lines, given in ascending order, with their numbers."""
        lines = np.array(wanted, np.int64)
        # The block in which the line before ends, and so this one begins.
        blocks = np.maximum(np.searchsorted(self._before, lines - 1, side="left") - 1, 0)
        with self._path.open("rb") as file:
            for block in np.unique(blocks).tolist():
                file.seek(block * _STEP)
                data = file.read(_STEP)
                ends = _ends(data).tolist()
                for line in lines[blocks == block].tolist():
                    place = line - 1 - self._before[block]
                    start = ends[place - 1] + 1 if place else 0
                    if place < len(ends):
                        yield line, data[start : ends[place]]
                    else:
                        file.seek(block * _STEP + start)
                        yield line, file.readline().removesuffix(b"\n")


def _ends(data: bytes) -> Ints:
    found: Ints = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)
    return found
