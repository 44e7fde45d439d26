"""Large NDJSON files of one resource type, read by DuckDB.

Every element is read as the JSON text it is: nothing can turn into a null unseen. The texts that decide what a
resource comes to are few; each of them is read once by the reader of charts. Lines that are out of the ordinary, or
about which anything is not plain, are given back as lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import duckdb
import msgspec
import pyarrow as pa

from deqi.people.facts import Kind
from deqi.people.fhir import types as fhir
from deqi.people.fhir.documents import kind_of
from deqi.people.fhir.elements import UCUM
from deqi.people.table_block import IDLE, IN_FULL, Block
from deqi.people.table_quick import QUICK, QuickReader
from deqi.people.table_rows import DATE_NAMES

LARGE = 8 * 2**20
"""Bytes from which DuckDB is quicker."""
MOST_ODD = 0.25
"""Share of lines out of the ordinary up to which this pays."""
ROWS = 200_000
"""Facts put into columns at a time."""
_UNIT = ("code", "system", "unit")
_STRING = r'"[^"\\]*"'
_QUANTITY = (
    rf'\{{("value":-?[0-9][0-9.eE+-]*|"(unit|system|code)":{_STRING})'
    rf'(,("value":-?[0-9][0-9.eE+-]*|"(unit|system|code)":{_STRING}))*\}}'
)
_OTHER_VERSIONS = ("1.0", "DSTU2", "3.0", "STU3", "5.0", "R5")
_VALUES = {"valueString": _STRING, "valueBoolean": "true|false", "valueInteger": "-?[0-9]+"}


class Staging(Protocol):
    """Where what was read is put."""

    def place_of(self, key: str) -> int:
        """The number of a person's key."""

    def add(self, block: Block) -> None:
        """Take in what was read line by line."""

    def add_counts(self, file: str, kind: str, number: int, codings: list[tuple[Kind, str, int, bool]]) -> None:
        """Records of a type; facts of a kind in a system, and whether they are in a set."""

    def stage_facts(self, facts: pa.Table, details: pa.Table, number: int) -> None:
        """Facts of numbered persons."""

    def stage_from(self, name: str, query: str) -> None:
        """More rows of ``s_shapes`` (person, kind, shape), or of ``s_seen`` as `SEEN` has them."""


def read_large(path: Path, connection: duckdb.DuckDBPyConnection, quick: QuickReader, staging: Staging) -> bool:
    """Read a file; False when it is left as it was, for another way of reading."""
    if path.suffix == ".gz" or not path.exists() or path.stat().st_size < LARGE:
        return False
    with path.open("rb") as file:
        first = file.readline()
    kind = kind_of(memoryview(first)) if first[:1] == b"{" else ""
    if kind not in QUICK or kind not in DATE_NAMES:
        return False
    return _Reading(path, kind, connection, quick, staging).read()


class _Reading:
    def __init__(
        self, path: Path, kind: str, connection: duckdb.DuckDBPyConnection, quick: QuickReader, staging: Staging
    ) -> None:
        self._path, self._kind, self._connection = path, kind, connection
        self._quick, self._staging = quick, staging
        self._slim = quick.slim(kind)
        self._names = [field.name for field in msgspec.structs.fields(fhir.TYPES[kind])]
        self._common = [name for name, _ in self._slim.common]
        self._dates = sorted(
            {name for name in self._names if name.endswith(("DateTime", "Date", "authoredOn", "issued", "Instant"))}
            & set(self._names)
        )
        self._values = [name for name in (*_VALUES, "valueQuantity") if name in self._names]
        self._owner = self._slim.owner

    def read(self) -> bool:
        try:
            if not self._load():
                return False
            numbers = self._learn()
            self._find_owners()
            lines = self._lines_left()
            if len(lines) > MOST_ODD * self._one("SELECT count(*) FROM n_raw"):
                return False
            self._stage(numbers)
            if lines:
                self._staging.add(self._quick.some_lines(str(self._path), self._fetch(lines)))
            return True
        finally:
            for name in ("n_raw", "n_keys", "n_owners", "n_plain"):
                self._run(f"DROP TABLE IF EXISTS {name}")

    def _load(self) -> bool:
        """All lines as JSON texts; False where lines and rows are not one to one."""
        columns = dict.fromkeys(self._names, "JSON")
        told = ", ".join(f'"{name}"' for name in (*self._common, *self._dates, *self._values))
        apart = ["TRUE"] + (['"valueQuantity" IS NULL'] if "valueQuantity" in self._names else [])
        apart += ['"abatementDateTime" IS NULL'] if self._kind == "Condition" else []
        key = ", ".join([*apart, *(f'"{name}"' for name in self._common)])
        written = str(self._path).replace("'", "''")
        self._run("SET preserve_insertion_order = true")
        try:
            self._run(f"""CREATE OR REPLACE TABLE n_raw AS SELECT row_number() OVER () AS line, hash({key}) AS key,
                {self._odd()} AS odd, "{self._owner}" AS owner, id, {told}
                FROM read_json('{written}', format = 'newline_delimited', columns = {columns}, ignore_errors = true,
                maximum_object_size = {2**28})""")
        except duckdb.Error:
            return False
        finally:
            self._run("SET preserve_insertion_order = false")
        return self._one("SELECT count(*) FROM n_raw") == _lines_in(self._path)

    def _odd(self) -> str:
        """SQL: whether a line is out of the ordinary."""
        kept = {"resourceType", "id", "meta", self._owner, *self._common, *self._dates, *self._values}
        odd = [f'"{name}" IS NOT NULL' for name in self._names if name not in kept]
        odd.append(f'coalesce("resourceType" <> \'"{self._kind}"\', true)')
        odd.append(f'"{self._owner}" IS NULL')
        # Whatever may name another version; the reader of charts then looks closely.
        versions = " OR ".join(f"contains(\"meta\", '/fhir/{one}')" for one in _OTHER_VERSIONS)
        odd.append(_present("meta", f"({versions})"))
        odd += [_present(name, _no_plain_string(name)) for name in ("id", *self._dates)]
        for name in self._values:
            form = _QUANTITY if name == "valueQuantity" else _VALUES[name]
            odd.append(_present(name, f"NOT regexp_full_match(\"{name}\", '{form}')"))
            if name == "valueQuantity":
                odd.append(_present(name, f'NOT contains("{name}", \'"value":\')'))
        return " OR ".join(f"({one})" for one in odd)

    def _learn(self) -> list[int]:
        """The numbers of what is known, by key; makes ``n_keys``."""
        cursor = self._connection.execute(
            """SELECT n.* EXCLUDE (odd) FROM n_raw n JOIN (SELECT key, min(line) AS line FROM n_raw WHERE NOT odd
            GROUP BY key) USING (key, line)"""
        )
        names = [str(one[0]) for one in cursor.description or ()]
        rows = []
        for row in cursor.fetchall():
            cells = dict(zip(names, row, strict=True))
            key, line, owner = cells.pop("key"), cells.pop("line"), cells.pop("owner")
            parts = [f'"resourceType":"{self._kind}"', f'"{self._owner}":{owner}']
            parts += [f'"{name}":{text}' for name, text in cells.items() if text is not None]
            number = self._quick.learn(self._kind, f"{{{','.join(parts)}}}".encode(), str(self._path), line)
            known = None if number is None else self._quick.known(number)
            rows.append(
                {
                    "key": key,
                    "number": -1 if number is None else number,
                    "pattern": IN_FULL if known is None else known.pattern,
                    "kind": "" if known is None else known.kind,
                    "shape": "" if known is None else known.shape,
                }
            )
        schema = pa.schema(
            [("key", pa.uint64()), ("number", pa.int64()), ("pattern", pa.int64()), ("kind", pa.string()),
             ("shape", pa.string())]
        )  # fmt: skip
        self._keep("n_keys", pa.Table.from_pylist(rows, schema))
        return sorted({int(row["number"]) for row in rows if row["number"] >= 0})

    def _find_owners(self) -> None:
        rows = []
        for (owner,) in self._connection.execute("SELECT DISTINCT owner FROM n_raw WHERE NOT odd").fetchall():
            key = self._quick.owner_key(owner.encode())
            rows.append({"owner": owner, "person": -1 if key is None else self._staging.place_of(key)})
        self._keep("n_owners", pa.Table.from_pylist(rows, pa.schema([("owner", pa.string()), ("person", pa.int64())])))
        worded = " OR ".join(f'n."{name}" IS NOT NULL' for name in _VALUES if name in self._names) or "false"
        self._run(f"""CREATE OR REPLACE TABLE n_plain AS SELECT n.line, o.person, k.number, k.pattern
            FROM n_raw n JOIN n_keys k USING (key) JOIN n_owners o USING (owner)
            WHERE NOT n.odd AND o.person >= 0 AND k.pattern <> {IN_FULL} AND NOT (k.pattern >= 0 AND ({worded}))""")

    def _lines_left(self) -> list[int]:
        found = self._connection.execute(
            "SELECT line FROM n_raw WHERE line NOT IN (SELECT line FROM n_plain) ORDER BY line"
        )
        return [line for (line,) in found.fetchall()]

    def _stage(self, numbers: list[int]) -> None:
        counts = dict(self._connection.execute("SELECT number, count(*) FROM n_plain GROUP BY 1").fetchall())
        codings = [
            (known.kind, system, counts[number], known.pattern != IDLE)
            for number in numbers
            if number in counts
            for known in (self._quick.known(number),)
            for system in known.systems
        ]
        self._staging.add_counts(str(self._path), self._kind, sum(counts.values()), codings)
        self._staging.stage_from(
            "s_shapes",
            "SELECT DISTINCT p.person, k.kind, k.shape FROM n_plain p JOIN (SELECT DISTINCT number, kind, shape "
            "FROM n_keys) k USING (number)",
        )
        file = str(self._path).replace("'", "''")
        self._staging.stage_from(
            "s_seen",
            f"""SELECT '{self._kind}/' || n.id[2:-2] AS key, CAST(NULL AS BIGINT) AS content, p.person AS owner,
            '{self._kind}' AS kind, '{file}' AS file, p.line, '' AS path
            FROM n_plain p JOIN n_raw n USING (line) WHERE n.id IS NOT NULL AND n.id <> '\"\"'""",
        )
        self._stage_facts()

    def _stage_facts(self) -> None:
        """Facts that follow a pattern, some at a time."""
        dates = ", ".join(self._first_of(names) for names in DATE_NAMES[self._kind])
        value, unit = "CAST(NULL AS DOUBLE)", "''"
        if "valueQuantity" in self._names:
            value = "CAST(json_extract_string(n.\"valueQuantity\", '$.value') AS DOUBLE)"
            code, system, words = (f"json_extract_string(n.\"valueQuantity\", '$.{one}')" for one in _UNIT)
            unit = f"""CASE WHEN {code} <> '' AND coalesce({system}, '{UCUM}') = '{UCUM}' THEN {code}
                ELSE trim(coalesce({words}, '')) END"""
        # A cursor of its own: what is staged meanwhile must not end this query.
        reader = (
            self._connection.cursor()
            .sql(
                f"""SELECT p.pattern, p.person, {dates}, {value}, {unit}, p.line, '', coalesce(n.id[2:-2], '')
                FROM n_plain p JOIN n_raw n USING (line) WHERE p.pattern >= 0 ORDER BY p.line"""
            )
            .to_arrow_reader(ROWS)
        )
        for batch in reader:
            facts, details = self._quick.patterns.columns(batch.columns, str(self._path), 0)
            self._staging.stage_facts(facts, details, batch.num_rows)

    def _first_of(self, names: tuple[str, ...]) -> str:
        """SQL: the first of some dates, without its quotation marks."""
        written = [f"nullif(n.\"{name}\"[2:-2], '')" for name in names]
        return f"coalesce({', '.join(written)})" if len(written) > 1 else (written or ["CAST(NULL AS VARCHAR)"])[0]

    def _fetch(self, wanted: list[int]) -> Iterator[tuple[int, bytes]]:
        """Lines of the file by number."""
        waiting = iter(wanted)
        next_one = next(waiting, 0)
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if number == next_one:
                    yield number, line.rstrip(b"\n")
                    next_one = next(waiting, 0)

    def _run(self, sql: str) -> None:
        self._connection.execute(sql)

    def _one(self, sql: str) -> int:
        row = self._connection.execute(sql).fetchone()
        return 0 if row is None else int(row[0])

    def _keep(self, name: str, table: pa.Table) -> None:
        self._connection.register("incoming", table)
        self._run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self._connection.unregister("incoming")


def _present(name: str, condition: str) -> str:
    return f'"{name}" IS NOT NULL AND {condition}'


def _no_plain_string(name: str) -> str:
    """SQL: no string, or one with an escape in it. Regular expressions would take longer than the reading."""
    return f"""(NOT starts_with("{name}", '"') OR contains("{name}", '\\'))"""


def _lines_in(path: Path) -> int:
    """Lines of a file, the last one too where nothing ends it."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(2**24):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def lines_of(path: Path, wanted: list[int]) -> dict[int, bytes]:
    """Some lines of a file."""
    numbers = set(wanted)
    with path.open("rb") as file:
        return {number: line.rstrip(b"\n") for number, line in enumerate(file, 1) if number in numbers}
