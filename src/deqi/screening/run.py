"""Running the compiled rules in DuckDB, in memory or on disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import duckdb
import pyarrow as pa

from deqi.knowledge.leaves import Gestation, Observation
from deqi.screening.ingest.tables import Tables
from deqi.screening.sql.layout import Layout
from deqi.screening.sql.program import RESULTS, WAYS, Program

AT_A_TIME = 50_000
"""Persons judged together: what is on the way to their results takes some hundred megabytes."""

FEW = 5_000
"""Up to so many persons, DuckDB takes longer to improve its plans than to run them as they are."""


class Runner:
    """A DuckDB connection with a population in it; `run` makes the result tables of a program."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._loaded = False

    def load(self, tables: Tables) -> None:
        """Add persons, facts and answers to the population."""
        for name in ("persons", "facts", "details", "answers"):
            self._add(name, getattr(tables, name))
        self._loaded = True

    def _add(self, name: str, table: pa.Table) -> None:
        self.connection.register("incoming", table)
        verb = f"INSERT INTO {name}" if self._loaded else f"CREATE OR REPLACE TABLE {name} AS"
        self.connection.execute(f"{verb} SELECT * FROM incoming")
        self.connection.unregister("incoming")

    def prepare(self, program: Program) -> tuple[str, ...]:
        """Make the small tables that the program reads beside the population; gives their names."""
        self._store("ways", pa.Table.from_pylist(list(self._ways(program.layout)), WAYS))
        for name, table in program.constants.items():
            self._store(name, table)
        return ("ways", *program.constants)

    def run(self, program: Program, at_a_time: int = AT_A_TIME) -> None:
        """Judge the population, so many persons at a time: makes the program's result tables."""
        self.prepare(program)
        for name in RESULTS:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")
        for number, (first, last) in enumerate(self._slices(at_a_time)):
            self._judge(program, first, last)
            for name in RESULTS:
                verb = f"INSERT INTO main.{name}" if number else f"CREATE TABLE main.{name} AS"
                self.connection.execute(f"{verb} FROM slice.{name}")
            self.connection.execute("DROP SCHEMA slice CASCADE")

    def _slices(self, at_a_time: int) -> list[tuple[int, int]]:
        """The first and last number of so many persons at a time; one slice where there is nobody."""
        return self.rows(
            f"""SELECT coalesce(min(person), 0), coalesce(max(person), 0)
                FROM (SELECT person, (row_number() OVER (ORDER BY person) - 1) // {at_a_time} AS slice FROM persons)
                GROUP BY slice ORDER BY slice"""
        ) or [(0, 0)]

    def _judge(self, program: Program, first: int, last: int) -> None:
        """Make the program's tables in the schema ``slice``, where the population is these persons alone."""
        self.connection.execute("CREATE SCHEMA slice")
        for name in ("persons", "facts", "answers"):
            self.connection.execute(
                f"CREATE TABLE slice.{name} AS FROM main.{name} WHERE person BETWEEN {first} AND {last}"
            )
        ((persons,),) = self.rows("SELECT count(*) FROM slice.persons")
        self.connection.execute("SET search_path = 'slice,main'")
        if persons <= FEW:
            self.connection.execute("PRAGMA disable_optimizer")
        try:
            passing: list[str] = []
            for step in program.steps:
                if step.passing:
                    # Never kept, so that a thousand columns exist for the few persons at hand only.
                    passing.append(f'"{step.name}" AS ({step.sql})')
                    continue
                above = f"WITH {', '.join(passing)} FROM ({step.sql})" if passing else step.sql
                self.connection.execute(f"CREATE TABLE {step.name} AS {above}")
                passing.clear()
        finally:
            self.connection.execute("PRAGMA enable_optimizer")
            self.connection.execute("SET search_path = 'main'")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql).fetchall()

    def _store(self, name: str, table: pa.Table) -> None:
        self.connection.register("incoming", table)
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
        self.connection.unregister("incoming")

    def _ways(self, layout: Layout) -> Iterable[dict[str, Any]]:
        """The conversions of every unit that occurs, by the same table the reference uses."""
        catalog = layout.catalog
        wanted: dict[str, set[str]] = {"gestational-age": {"wk"}}
        asked: dict[str, set[str]] = {}
        for leaf in map(layout.leaf, layout.used):
            if isinstance(leaf, Observation):
                wanted.setdefault(leaf.observation, set()).update(
                    (leaf.unit, catalog.observations[leaf.observation].unit)
                )
                if leaf.ask:
                    asked.setdefault(leaf.ask, set()).add(leaf.observation)
            elif isinstance(leaf, Gestation):
                asked.setdefault(leaf.ask, set()).add("gestational-age")
        found = self.rows("SELECT DISTINCT \"set\", unit FROM facts WHERE kind = 'observation'")
        told = self.rows("SELECT DISTINCT question, unit FROM answers WHERE number IS NOT NULL")
        found += [(name, unit) for question, unit in told for name in asked.get(question, ())]
        for name, unit in sorted(set(found)):
            for to in sorted(wanted.get(name, ())):
                way = catalog.units.way(unit, to, name)
                if way is not None:
                    yield {"set": name, "unit": unit, "to": to, "factor": way[0], "plus": way[1]}
