"""What was read quickly, put aside in DuckDB until everything has been read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import duckdb
import msgspec
import numpy as np
import pyarrow as pa

from deqi.people.facts import KINDS, Fact, Kind
from deqi.screening.ingest.block import Block, Codings, shape_of
from deqi.screening.ingest.rows import NOWHERE, Ints
from deqi.screening.ingest.tables import DETAILS, FACTS, PERSONS, Reader, TableMaker

_PATH = "CASE WHEN {0}.entry < 0 THEN '' ELSE 'Bundle.entry[' || {0}.entry || '].resource' END"
_LINE = "nullif({0}.line, -1)"
TOGETHER = 250_000
"""Resources put into DuckDB at a time."""
_QUERIES = {
    # The text of a key is long, and only ever compared.
    "s_seen": "SELECT hash(prefix || id) AS key, * EXCLUDE (prefix, id) FROM incoming WHERE id <> ''"
}


class Spot(msgspec.Struct, frozen=True, gc=False):
    """Where a resource stands, and whose it is. ``line`` and ``entry`` are -1 where there is none."""

    person: int
    file: int
    line: int
    entry: int


class Seen(Spot, frozen=True, gc=False):
    """A resource whose key stands more than once."""

    key: int
    coding: int


class Staging:
    """Tables ``s_*``. Persons, patterns, ways of coding and files are numbers; files are places in ``files``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._made: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._lines: Counter[int] = Counter()
        self._waiting: dict[str, list[pa.Table]] = {"s_rows": [], "s_shapes": [], "s_seen": []}
        self._rows = 0

    @property
    def files(self) -> list[str]:
        """The files, by number."""
        return list(self._numbers)

    def lines_before(self, file: str) -> int:
        """Lines of a file before the span that is being read."""
        return self._lines[self._numbers.get(file, NOWHERE)]

    def add(self, block: Block, persons: Ints, patterns: Sequence[int], codings: Ints) -> None:
        """Take in a block; the arrays turn its own numbers into those for all."""
        assert block.rows is not None
        assert block.seen is not None
        assert block.shapes is not None
        files = np.array([self.file(name) for name in block.files], np.int64)
        rows = _placed(block.rows, persons, files, self._lines)
        rows = _replace(rows, "pattern", numbered(_ints(rows, "pattern"), patterns))
        self.add_rows(rows)
        shapes = block.shapes
        self._waiting["s_shapes"].append(_replace(shapes, "person", persons[_ints(shapes, "person")]))
        seen = _placed(block.seen, persons, files, self._lines)
        self._waiting["s_seen"].append(_replace(seen, "coding", codings[_ints(seen, "coding")]))
        for name, lines in block.lines.items():
            self._lines[self.file(name)] += lines
        if sum(len(one) for one in self._waiting["s_seen"]) >= TOGETHER:
            self._flush()

    def file(self, name: str) -> int:
        """The number of a file."""
        return self._numbers.setdefault(name, len(self._numbers))

    def add_rows(self, rows: pa.Table) -> None:
        """Facts in rows, with the numbers for all."""
        self._waiting["s_rows"].append(rows.append_column("row", _numbers_from(self._rows, len(rows))))
        self._rows += len(rows)

    def add_shapes_from(self, query: str) -> None:
        """How facts are coded, from a query that gives person, kind and shape."""
        self._insert("s_shapes", query)

    def add_seen_from(self, query: str) -> None:
        """Resources that were read quickly, from a query that gives what `Seen` has."""
        self._flush()
        self._insert("s_seen", query)

    def _flush(self) -> None:
        """Put what waits into DuckDB: a few large tables are quicker than many small ones."""
        for name, tables in self._waiting.items():
            if tables:
                self._put(name, pa.concat_tables(tables), _QUERIES.get(name, "SELECT * FROM incoming"))
                tables.clear()

    def twice(self, others: Sequence[str]) -> tuple[dict[int, str], list[Seen]]:
        """Resources whose key stands more than once, or is among ``others``; and those of the others that are meant, by
        the number that stands for the key."""
        self._flush()
        if "s_seen" not in self._made:
            return {}, []
        others_ = pa.table({"name": pa.array(others, pa.string())})
        self._put("s_others", others_, "SELECT name, hash(name) AS key FROM incoming")
        found = self._connection.execute("SELECT key, name FROM s_others SEMI JOIN s_seen USING (key)").fetchall()
        rows = self._connection.execute(
            """SELECT person, file, line, entry, key, coding FROM s_seen WHERE key IN (SELECT key FROM s_seen GROUP BY
            key HAVING count(*) > 1 UNION ALL SELECT key FROM s_others)"""
        ).fetchall()
        return dict(found), [Seen(*row) for row in rows]

    def drop(self, dropped: Iterable[Seen]) -> None:
        """Take out what was read of some resources."""
        where = [{"file": one.file, "line": one.line, "entry": one.entry} for one in dropped]
        if where:
            self._put("s_dropped", pa.Table.from_pylist(where))
            self._connection.execute(
                "DELETE FROM s_rows USING s_dropped d WHERE s_rows.file = d.file AND s_rows.line = d.line "
                "AND s_rows.entry = d.entry"
            )

    def following(self, patterns: Iterable[int]) -> Counter[int]:
        """How many rows follow each of some patterns."""
        wanted = set(patterns)
        if "s_rows" not in self._made or not wanted:
            return Counter()
        rows = self._connection.execute("SELECT pattern, count(*) FROM s_rows GROUP BY 1").fetchall()
        return Counter({pattern: count for pattern, count in rows if pattern in wanted})

    def remove(self, pattern: int) -> list[Spot]:
        """Take out the rows that follow a pattern; gives where they stood."""
        found = self._connection.execute(
            "DELETE FROM s_rows WHERE pattern = ? RETURNING person, file, line, entry", [pattern]
        ).fetchall()
        return [Spot(*row) for row in sorted(found, key=lambda row: row[1:])]

    def add_shapes(self, patterns: Mapping[int, Fact]) -> None:
        """How the facts are coded that follow some patterns."""
        if patterns:
            told = pa.table(
                {
                    "pattern": list(patterns),
                    "kind": [fact.kind for fact in patterns.values()],
                    "shape": [shape_of(fact) for fact in patterns.values()],
                }
            )
            self._put("s_shapes", told, "SELECT DISTINCT person, kind, shape FROM s_rows JOIN incoming USING (pattern)")

    def persons(self) -> list[int]:
        """The persons of whom there are facts."""
        if "s_shapes" not in self._made:
            return []
        found = self._connection.execute("SELECT DISTINCT person FROM s_shapes ORDER BY 1").fetchall()
        return [number for (number,) in found]

    def finish(self, reader: Reader, patterns: Sequence[Fact | None], persons: Mapping[int, int], row: int) -> None:
        """Add everything to the tables ``persons facts details``.

        ``patterns`` by number, None for those that nothing follows; ``persons``: the numbers that persons have in
        ``persons``; rows of facts begin at ``row``.
        """
        if "s_rows" not in self._made:
            return
        maker = TableMaker(reader)
        for fact in patterns:
            maker.add_fact(0, fact if fact is not None else Fact(kind="condition"))
        made = maker.take()
        self._put("s_pattern", made.facts)
        self._put("s_shown", made.details)
        self._put(
            "s_persons",
            pa.table({"gid": pa.array(persons, pa.int64()), "person": pa.array(persons.values(), pa.int64())}),
        )
        self._put("s_files", pa.table({"number": range(len(self.files)), "name": pa.array(self.files, pa.string())}))
        own = {"row": f"s.row + {row}", "person": "o.person", "value": "s.value", "unit": "s.unit"}
        own |= {name: f"s.{name}" for name in FACTS.names if name.startswith(("start_", "end_", "recorded_"))}
        own = {name: own.get(name, f'p."{name}"') for name in FACTS.names}
        columns = ", ".join(f'{what} AS "{name}"' for name, what in own.items())
        self._connection.execute(
            f"""INSERT INTO facts BY NAME SELECT {columns} FROM s_rows s JOIN s_pattern p ON p.row = s.pattern
            JOIN s_persons o ON o.gid = s.person"""
        )
        place = {
            "row": f"s.row + {row}",
            "file": "f.name",
            "line": _LINE.format("s"),
            "path": _PATH.format("s"),
            "resource_id": "s.resource_id",
        }
        columns = ", ".join(f"{place.get(name, f'd.{name}')} AS {name}" for name in DETAILS.names)
        self._connection.execute("ALTER TABLE details RENAME TO s_details")
        # Looked at for findings only: made when asked for.
        self._connection.execute(
            f"""CREATE VIEW details AS SELECT {", ".join(DETAILS.names)} FROM s_details UNION ALL SELECT {columns}
            FROM s_rows s JOIN s_shown d ON d.row = s.pattern JOIN s_files f ON f.number = s.file"""
        )
        self._merge_shapes()
        for name in ("s_shapes", "s_seen", "s_others", "s_dropped", "s_pattern", "s_persons"):
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")

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
            SELECT DISTINCT o.person, s.kind, s.shape FROM s_shapes s JOIN s_persons o ON o.gid = s.person
            UNION ALL ({shown})) GROUP BY 1""")
        kept = ", ".join(f"p.{name}" for name in PERSONS.names if not name.startswith("shapes_"))
        self._connection.execute(f"""CREATE OR REPLACE TABLE persons AS SELECT {kept}, m.* EXCLUDE (person)
            FROM persons p LEFT JOIN s_merged m USING (person)""")
        self._connection.execute("DROP TABLE s_merged")

    def _put(self, name: str, table: pa.Table, query: str = "SELECT * FROM incoming") -> None:
        self._connection.register("incoming", table)
        self._insert(name, query)
        self._connection.unregister("incoming")

    def _insert(self, name: str, query: str) -> None:
        verb = f"INSERT INTO {name} BY NAME" if name in self._made else f"CREATE OR REPLACE TABLE {name} AS"
        self._made.add(name)
        self._connection.execute(f"{verb} {query}")


def numbered(own: Ints, numbers: Sequence[int]) -> Ints:
    """The numbers for all, by a reader's own: there may be far more of them than rows."""
    return np.fromiter(map(numbers.__getitem__, own.tolist()), np.int64, len(own))


def counted(codings: Iterable[tuple[Codings, int]]) -> tuple[Counter[tuple[Kind, str]], Counter[tuple[Kind, str]]]:
    """Facts by kind and system, and those of them in a code set."""
    facts: Counter[tuple[Kind, str]] = Counter()
    matched: Counter[tuple[Kind, str]] = Counter()
    for ways, count in codings:
        for kind, system, in_a_set in ways:
            facts[kind, system] += count
            matched[kind, system] += count * in_a_set
    return facts, matched


def _placed(table: pa.Table, persons: Ints, files: Ints, before: Mapping[int, int]) -> pa.Table:
    """The table with persons, files and lines as they are numbered for all."""
    table = _replace(table, "person", persons[_ints(table, "person")])
    numbers = files[_ints(table, "file")]
    lines = _ints(table, "line")
    offsets = np.array([before[number] for number in range(int(files.max()) + 1)] if len(files) else [], np.int64)
    if offsets.any():
        lines = np.where(lines < 0, lines, lines + offsets[numbers])
    return _replace(_replace(table, "file", numbers), "line", lines)


def _numbers_from(first: int, size: int) -> pa.Array:
    return pa.array(np.arange(first, first + size))


def _ints(table: pa.Table, column: str) -> Ints:
    found: Ints = table[column].to_numpy()
    return found


def _replace(table: pa.Table, column: str, values: Ints) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, pa.array(values))
