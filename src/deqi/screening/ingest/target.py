"""Where the facts of an export go: columns in DuckDB, filled while the files are read.

A fact becomes rows here and nowhere else. One that no rule looks at leaves behind only how it is coded.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

import duckdb
import msgspec
import pyarrow as pa

from deqi.people.dates import ANY_DAY, FIRST_DAY
from deqi.people.facts import KINDS, Answer, Coding, Fact, Kind
from deqi.people.reading import Reading
from deqi.screening.ingest.tables import NOTHING, PERSONS, Intake, Reader, TableMaker, Tables, shape

TOGETHER = 20_000
"""Facts put into DuckDB at a time."""

Counting = Callable[[tuple[Answer, ...]], Iterable[Answer]]
"""Of the answers of a person those that count on the day."""

_SHAPES = pa.schema([("person", pa.int64()), ("kind", pa.string()), ("shape", pa.string())])
_TABLES = ("persons", "facts", "details", "answers")


class FactRows:
    """A `FactStore` that keeps facts as rows of ``facts`` and ``details``.

    Until `finish`, a row belongs to the number of an owner, which is the key of a person as references spell it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, reader: Reader) -> None:
        self._connection = connection
        self._maker = TableMaker(reader)
        self._owners: dict[str, int] = {}
        self._shapes: set[tuple[int, Kind, str]] = set()
        self._insert("CREATE OR REPLACE TABLE {} AS", self._maker.take())
        self._put("CREATE OR REPLACE TABLE s_shapes AS", _SHAPES.empty_table())

    # As a `FactStore`

    def add(self, owner: str, fact: Fact) -> None:
        """One more fact."""
        number = self.owner(owner)
        self._shapes.add((number, fact.kind, shape_of(fact)))
        self._maker.add_fact(number, fact)
        if self._maker.waiting >= TOGETHER or len(self._shapes) >= 4 * TOGETHER:
            self._flush()

    def owners(self) -> Iterable[str]:
        """Everybody with a fact, kept or counted, in the order in which they were met."""
        self._flush()
        held = {owner for (owner,) in self._connection.execute("SELECT DISTINCT person FROM s_shapes").fetchall()}
        return [key for key, owner in self._owners.items() if owner in held]

    def facts_of(self, owner: str) -> Sequence[Fact]:
        """None: they are in the tables."""
        return ()

    # What is only counted

    def owner(self, key: str) -> int:
        """The number of an owner."""
        return self._owners.setdefault(key, len(self._owners))

    def count(self, facts: Iterable[Fact], times: int) -> None:
        """Count facts that no rule looks at, without keeping them."""
        for fact in facts:
            self._maker.count(fact, times)

    def add_shapes_from(self, query: str) -> None:
        """How facts are coded that were only counted: a query that gives owner, kind and shape."""
        self._connection.execute(f"INSERT INTO s_shapes {query}")

    # The end

    def finish(
        self, reading: Reading, number_of: Callable[[str], int], complete: frozenset[Kind], counting: Counting
    ) -> Intake:
        """Fill in the persons; ``number_of`` gives the place among them of an owner."""
        self._flush()
        rows = self._number_persons(number_of)
        for place, person in enumerate(reading.persons):
            person = msgspec.structs.replace(person, complete=person.complete | complete)
            self._maker.add(person, counting(person.answers), rows.get(place, len(self._owners) + place))
            if len(self._maker) >= TOGETHER:
                self._flush()
        self._flush()
        forget_slips(self._connection)
        self._fill_in_shapes()
        codings = {key: (count, self._maker.matched[key]) for key, count in self._maker.codings.items()}
        return Intake(reading.resources, reading.left_out, reading.unreadable, codings)

    def _number_persons(self, number_of: Callable[[str], int]) -> dict[int, int]:
        """The number under which each person stands: that of the first of their keys. What stands under another of
        them moves there."""
        first: dict[int, int] = {}
        moved: list[tuple[int, int]] = []
        for key in self.owners():
            owner = self._owners[key]
            to = first.setdefault(number_of(key), owner)
            if to != owner:
                moved.append((owner, to))
        if moved:
            table = pa.table({"old": [old for old, _ in moved], "new": [new for _, new in moved]})
            self._put("CREATE OR REPLACE TABLE s_moved AS", table)
            for name in ("facts", "s_shapes"):
                self._connection.execute(f"UPDATE {name} SET person = new FROM s_moved WHERE person = old")
            self._connection.execute("DROP TABLE s_moved")
        return first

    def _fill_in_shapes(self) -> None:
        """How the facts of each person are coded, into ``persons``."""
        pivot = ", ".join(
            f"string_agg(DISTINCT shape, '|' ORDER BY shape) FILTER (kind = '{kind}') AS shapes_{kind}"
            for kind in KINDS
        )
        kept = ", ".join(f"p.{name}" for name in PERSONS.names if not name.startswith("shapes_"))
        self._connection.execute(f"""CREATE OR REPLACE TABLE persons AS SELECT {kept}, s.* EXCLUDE (person)
            FROM persons p LEFT JOIN (SELECT person, {pivot} FROM s_shapes GROUP BY 1) s USING (person)""")
        self._connection.execute("DROP TABLE s_shapes")

    def _flush(self) -> None:
        self._insert("INSERT INTO {}", self._maker.take())
        if self._shapes:
            columns = ([one[place] for one in self._shapes] for place in range(len(_SHAPES)))
            self._put("INSERT INTO s_shapes", pa.table(list(columns), schema=_SHAPES))
            self._shapes.clear()

    def _insert(self, verb: str, tables: Tables) -> None:
        for name in _TABLES:
            self._put(verb.format(name), getattr(tables, name))

    def _put(self, verb: str, table: pa.Table) -> None:
        self._connection.register("incoming", table)
        self._connection.execute(f"{verb} SELECT * FROM incoming")
        self._connection.unregister("incoming")


def forget_slips(connection: duckdb.DuckDBPyConnection) -> None:
    """See `deqi.people.facts.with_credible_dates`."""
    first = f"coalesce(p.birth_first, DATE '{FIRST_DAY}')"
    instead = {
        "start": "start_first = NULL, start_last = NULL, start_at = NULL",
        "recorded": "recorded_first = NULL, recorded_last = NULL, recorded_at = NULL, stale = false",
        "end": f"end_first = DATE '{ANY_DAY.earliest}', end_last = DATE '{ANY_DAY.latest}'",
    }
    for name, change in instead.items():
        begun = f"greatest({first}, coalesce(facts.start_first, {first}))" if name == "end" else first
        connection.execute(f"""UPDATE facts SET {change}
            FROM persons p WHERE p.person = facts.person AND facts.{name}_last < {begun}""")


def shape_of(fact: Fact) -> str:
    """How a fact is coded, in words."""
    return _shape_of_codes(fact.codes, bool(fact.text or fact.display))


@functools.lru_cache(maxsize=65536)
def _shape_of_codes(codes: tuple[Coding, ...], worded: bool) -> str:
    return shape((one.system for one in codes), worded) or NOTHING
