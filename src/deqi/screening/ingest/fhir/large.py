"""Large NDJSON files of one resource type, looked through by DuckDB.

Most lines of an export are about nothing a rule looks at. What a line comes to hangs on its code, status and the like;
lines that are equal in these are equal in that, so one of each is read by the reader of charts. Where it comes to facts
that no rule looks at, all of them are counted. Every other line is left to the reader of charts, and so is every line
in which anything is out of the ordinary. A file with a line that is no JSON is left to it as a whole.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from deqi.people.facts import Fact
from deqi.people.fhir import types as fhir
from deqi.people.fhir.chart import ChartReader, Line
from deqi.people.fhir.documents import UNDECODABLE, kind_of
from deqi.people.fhir.meaning import says_twice
from deqi.people.fhir.references import key_of, type_of
from deqi.people.files.source import sql_path
from deqi.screening.ingest.tables import is_looked_at
from deqi.screening.ingest.target import FactRows, shape_of

LARGE = 16 * 2**20
"""Bytes from which this is quicker."""
MOST_ODD = 0.5
"""Share of lines out of the ordinary up to which this pays."""
_ALIKE = 3
"""Lines that are equal in what decides, from which one is read for all."""
_STEP = 2**20
_NEWLINE = 10
_HEAD = 65536
_KINDS = (
    "Condition", "AllergyIntolerance", "MedicationRequest", "MedicationStatement", "MedicationAdministration",
    "Observation", "Procedure",
)  # fmt: skip
"""Resources that stand for themselves. All others may be referred to."""
_VARYING = frozenset(
    {
        "recordedDate", "authoredOn", "dateAsserted", "issued", "effectiveInstant", "valueQuantity",
        *(f"{what}DateTime" for what in ("onset", "abatement", "effective", "performed")),
        *(f"{what}Period" for what in ("onset", "abatement", "effective", "performed")),
    }
)  # fmt: skip
"""Elements that differ from one resource to the next and say nothing about what it is, as long as they are plain."""
_OTHER_VERSIONS = ("1.0", "DSTU2", "3.0", "STU3", "5.0", "R5")
_STRING = r'"[^"\\]*"'
_NUMBER = r"-?[0-9]{1,15}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?"
_FORMS = {
    # Each name once, in the orders that are usual.
    fhir.Quantity | None: rf'\{{"value":{_NUMBER}(,"unit":{_STRING})?'
    rf'((,"system":{_STRING})?(,"code":{_STRING})?|,"code":{_STRING},"system":{_STRING})\}}',
    fhir.Period | None: rf'\{{("start":{_STRING}(,"end":{_STRING})?|"end":{_STRING}(,"start":{_STRING})?)\}}',
}
"""What the text of an element looks like when nothing is unusual about it."""
_REFERENCE = frozenset({"reference", "display"})
_reference = msgspec.json.Decoder(fhir.Reference).decode


class _Any(msgspec.Struct, gc=False):
    """A line that is one JSON object, whatever is in it."""


_objects = msgspec.json.Decoder(_Any).decode_lines


@dataclasses.dataclass(frozen=True)
class _File:
    """A file in a table: ``line key owner name``, a row for each of its lines; ``key`` is what decides about it, null
    for a line out of the ordinary, ``owner`` the number of its person, ``name`` stands for its id."""

    path: Path
    kind: str
    table: str
    lines: _Lines


class LargeFiles:
    """Use it in a ``with``: first `load` all files, then `read`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, chart: ChartReader, target: FactRows) -> None:
        self._connection, self._chart, self._target = connection, chart, target
        self._files: list[_File] = []

    def __enter__(self) -> LargeFiles:
        self._run("SET preserve_insertion_order = true")
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            self._run(f"DROP TABLE IF EXISTS {file.table}")
        for name in ("n_raw", "n_owners", "n_twice", "n_idle", "n_left"):
            self._run(f"DROP TABLE IF EXISTS {name}")
        self._run("SET preserve_insertion_order = false")

    def load(self, path: Path) -> bool:
        """Take in a file; False where this is not the way to read it."""
        kind = _kind_of(path)
        lines = _Lines.of(path) if kind else None
        if lines is None:
            return False
        columns = _Columns(kind)
        try:
            # No other options: a larger size of objects takes three times as long.
            self._run(f"""CREATE OR REPLACE TABLE n_raw AS SELECT {columns.select()} FROM read_json(
                '{sql_path(path)}', format = 'newline_delimited', columns = {columns.read()})""")
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            # An element that stands twice, among others.
            return False
        ((rows, odd),) = self._rows("SELECT count(*), count(*) FILTER (odd) FROM n_raw")
        if rows != lines.count or odd > MOST_ODD * rows:
            return False
        self._find_owners()
        table = f"n_{len(self._files)}"
        self._run(f"""CREATE OR REPLACE TABLE {table} AS SELECT n.rowid + 1 AS line, o.owner,
            CASE WHEN NOT n.odd AND o.owner IS NOT NULL THEN n.key END AS key,
            CASE WHEN n.id <> '""' THEN hash('{kind}/' || n.id) END AS name
            FROM n_raw n LEFT JOIN n_owners o ON o.said = n.owner ORDER BY n.rowid""")
        self._run("DROP TABLE n_raw")
        self._files.append(_File(path, kind, table, lines))
        return True

    def read(self) -> Iterator[Path]:
        """Read all files, one after another."""
        self._find_twice()
        for file in self._files:
            self._read(file)
            self._run(f"DROP TABLE {file.table}")
            yield file.path

    def _find_owners(self) -> None:
        """The numbers of those whom references mean; null for what is no plain reference to a person."""
        said = [text for (text,) in self._rows("SELECT DISTINCT owner FROM n_raw WHERE NOT odd")]
        keys = [_person_meant(text) for text in said]
        owners = [None if key is None else self._target.owner(key) for key in keys]
        self._keep("n_owners", pa.table({"said": pa.array(said, pa.string()), "owner": pa.array(owners, pa.int64())}))

    def _find_twice(self) -> None:
        """The ids that stand more than once, in these files or in one of the others."""
        names = " UNION ALL ".join(f"SELECT name FROM {file.table}" for file in self._files) or "SELECT 0 AS name"
        seen = pa.table({"id": pa.array(self._chart.names_seen(_KINDS), pa.string())})
        self._keep("n_twice", seen)
        self._run(f"""CREATE OR REPLACE TABLE n_twice AS SELECT name FROM ({names}) WHERE name IS NOT NULL
            GROUP BY name HAVING count(*) > 1 UNION SELECT hash(id) FROM n_twice""")

    def _read(self, file: _File) -> None:
        idle = self._learn(file)
        self._run(f"""CREATE OR REPLACE TABLE n_left AS
            SELECT n.line, n.owner, i.number, n.key IS NOT NULL AND t.name IS NULL AS once
            FROM {file.table} n LEFT JOIN n_idle i USING (key) LEFT JOIN n_twice t USING (name)""")
        counted = "number IS NOT NULL AND once"
        for number, count in self._rows(f"SELECT number, count(*) FROM n_left WHERE {counted} GROUP BY 1"):
            self._target.count(idle[number], count)
        shapes = [(number, fact.kind, shape_of(fact)) for number, facts in enumerate(idle) for fact in facts]
        self._keep("n_shape", _table(("number", "kind", "shape"), shapes, pa.int64(), pa.string(), pa.string()))
        self._target.add_shapes_from(
            f"""SELECT DISTINCT n.owner, s.kind, s.shape FROM n_left n JOIN n_shape s USING (number) WHERE {counted}"""
        )
        self._run("DROP TABLE n_shape")
        left = self._rows(f"SELECT line, once FROM n_left WHERE NOT coalesce({counted}, false) ORDER BY line")
        alone = {line for line, once in left if once}
        count = file.lines.count - len(left)
        self._chart.count(file.kind, count)
        raws = file.lines.some([line for line, _ in left])
        self._chart.add_lines((Line(line, raw, line in alone) for line, raw in raws), str(file.path), count)

    def _learn(self, file: _File) -> list[list[Fact]]:
        """The facts of the lines that no rule looks at; makes ``n_idle``, with places in the list by key."""
        examples = self._rows(
            f"""SELECT key, min(line) FROM {file.table} WHERE key IS NOT NULL GROUP BY 1
            HAVING count(*) >= {_ALIKE} ORDER BY 2"""
        )
        idle: list[list[Fact]] = []
        keys: list[int] = []
        raws = file.lines.some([line for _, line in examples])
        for (key, _), (_, raw) in zip(examples, raws, strict=True):
            facts = self._chart.preview(file.kind, raw)
            if facts is not None and not any(map(is_looked_at, facts)):
                keys.append(key)
                idle.append(facts)
        numbers = pa.array(range(len(keys)), pa.int64())
        self._keep("n_idle", pa.table({"key": pa.array(keys, pa.uint64()), "number": numbers}))
        return idle

    def _run(self, sql: str) -> None:
        self._connection.execute(sql)

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def _keep(self, name: str, table: pa.Table) -> None:
        self._connection.register("incoming", table)
        self._run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self._connection.unregister("incoming")


def _kind_of(path: Path) -> str:
    """The resource type of a file that is large enough; nothing where this is not the way to read it."""
    if not path.is_file() or path.stat().st_size < LARGE:
        return ""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    kind = kind_of(memoryview(head.partition(b"\n")[0])) if head[:1] == b"{" else ""
    return kind if kind in _KINDS else ""


def _person_meant(text: str) -> str | None:
    """The key of the person whom a reference, as JSON, means; None for one that is not plain."""
    try:
        reference = None if says_twice(text.encode(), _REFERENCE) else _reference(text).reference
    except UNDECODABLE:
        return None
    key = key_of(reference, "") if reference and not reference.startswith("#") else None
    return key if key is not None and type_of(key) in ("", "Patient") else None


class _Columns:
    """The SQL in which a resource type is looked through."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._types = {field.name: field.type for field in msgspec.structs.fields(fhir.TYPES[kind])}
        self._owner = "patient" if kind == "AllergyIntolerance" else "subject"

    def read(self) -> dict[str, str]:
        """The elements, each as the JSON text it is: nothing can turn into a null unseen."""
        return dict.fromkeys(self._types, "JSON")

    def select(self) -> str:
        """The columns ``key odd owner id``."""
        told = {"resourceType", "meta", "id", self._owner, *_VARYING}
        deciding = ", ".join(f'"{name}"' for name in self._types if name not in told)
        odd = " OR ".join(f"({one})" for one in self._odd())
        return f"""hash({deciding}) AS key, {odd} AS odd, "{self._owner}" AS owner, id[2:-2] AS id"""

    def _odd(self) -> Iterator[str]:
        """SQL: what puts a line out of the ordinary."""
        yield f'coalesce("resourceType" <> \'"{self._kind}"\', true)'
        yield f'"{self._owner}" IS NULL'
        for version in _OTHER_VERSIONS:
            yield f"meta IS NOT NULL AND contains(meta, 'hl7.org/fhir/{version}')"
        for name, type_ in self._types.items():
            if form := _FORMS.get(type_):
                yield f'"{name}" IS NOT NULL AND NOT regexp_full_match("{name}", \'{form}\')'
            elif name == "id" or (name in _VARYING and type_ == str | None):
                # A string without an escape; regular expressions would take longer than the reading.
                yield f"""\"{name}" IS NOT NULL AND (NOT starts_with("{name}", '"') OR contains("{name}", '\\'))"""


class _Lines:
    """The lines of a file, by number; only where each of its blocks begins is kept."""

    def __init__(self, path: Path, before: list[int], count: int) -> None:
        self._path, self._before, self.count = path, before, count

    @classmethod
    def of(cls, path: Path) -> _Lines | None:
        """The lines of a file; None where one of them is not one JSON object."""
        before, rest, last = [0], b"", b"\n"
        objects = 0
        with path.open("rb") as file:
            while block := file.read(_STEP):
                before.append(before[-1] + int(np.count_nonzero(np.frombuffer(block, np.uint8) == _NEWLINE)))
                last = block[-1:]
                cut = block.rfind(b"\n") + 1
                found = _objects_in(rest + block[:cut]) if cut else 0
                if found is None:
                    return None
                objects, rest = objects + found, block[cut:] if cut else rest + block
        found = _objects_in(rest)
        count = before[-1] + (last != b"\n")
        return cls(path, before, count) if found is not None and objects + found == count else None

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


def _objects_in(lines: bytes) -> int | None:
    """How many JSON objects, one a line; None where anything is something else."""
    try:
        return len(_objects(lines))
    except UNDECODABLE:
        return None


def _ends(data: bytes) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)
    return found


def _table(names: tuple[str, ...], rows: Iterable[tuple[Any, ...]], *types: pa.DataType) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names=list(names))
