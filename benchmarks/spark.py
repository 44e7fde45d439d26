"""Judging the same population in DuckDB and in Spark on this machine, once both are warm.

Persons: DEQI_BENCH_PERSONS (default 20000). Reading is left out: it is the same for both. Needs deqi[spark] and Java.
"""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyspark

from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.people.table_fhir import read_fhir
from deqi.safety.demo import Demo
from deqi.safety.demo_write import write_ndjson
from deqi.safety.engine import Engine
from deqi.safety.population.columns import counting, reader_for
from deqi.safety.population.program import Program, compile_rules
from deqi.safety.population.run import Runner
from deqi.safety.population.spark import Spark
from deqi.safety.population.workspace import Workspace

AS_OF = dt.date(2026, 11, 24)
PERSONS = int(os.environ.get("DEQI_BENCH_PERSONS", "20000"))
MASTER = "local[2]"
DRAWN = 500
"""Made-up people that are different; the population is these over and over."""


def population(engine: Engine, space: Workspace, folder: Path, persons: int) -> Runner:
    """So many persons in the tables that both engines judge."""
    write_ndjson(Demo(engine.catalog, load().rows(Code), AS_OF, 1).people(DRAWN), folder)
    read_fhir(
        folder,
        space.connection,
        reader_for(engine.catalog, AS_OF),
        engine.sites,
        counting=lambda answers: counting(engine.catalog, answers, AS_OF),
    )
    times = max(1, persons // DRAWN)
    shift = "SELECT * REPLACE (person + {step} * t AS person{row}) FROM {name}, range({times}) AS every(t)"
    for name in ("persons", "facts", "answers"):
        rows = "" if name == "persons" else ", row + 10000000 * t AS row"
        made = shift.format(step=10 * DRAWN, row=rows, name=name, times=times)
        space.connection.execute(f"CREATE TABLE more AS SELECT * EXCLUDE (t) FROM ({made})")
        space.connection.execute(f"DROP TABLE {name}")
        space.connection.execute(f"ALTER TABLE more RENAME TO {name}")
    return Runner(space.connection)


def seconds(judge: Callable[[Runner, Program], None], runner: Runner, program: Program) -> float:
    """What one run takes."""
    start = time.perf_counter()
    judge(runner, program)
    return time.perf_counter() - start


def main() -> None:
    """Print the seconds, side by side, of a first run, a few persons, and many."""
    engine = Engine.load(load())
    programs = {dialect: compile_rules(engine.catalog, AS_OF, dialect) for dialect in ("duckdb", "spark")}
    print(f"  PySpark {pyspark.__version__}, {MASTER}; judging alone, in seconds")
    start = time.perf_counter()
    with Spark(MASTER) as spark:
        print(f"  starting Spark: {time.perf_counter() - start:.1f} s")
        for persons, what in ((DRAWN, "the first run"), (DRAWN, "warm"), (PERSONS, "warm")):
            with tempfile.TemporaryDirectory() as name, Workspace() as space:
                runner = population(engine, space, Path(name), persons)
                ours = seconds(lambda one, program: one.run(program), runner, programs["duckdb"])
                answers = _answers(runner)
                theirs = seconds(spark.run, runner, programs["spark"])
                same = "the same answers" if _answers(runner) == answers else "OTHER ANSWERS"
                print(f"  {persons:,} persons, {what}: DuckDB {ours:.1f} s, Spark {theirs:.1f} s, "
                      f"{theirs / ours:.1f} times as long; {same}")  # fmt: skip


def _answers(runner: Runner) -> list[tuple[object, ...]]:
    """A count of every candidacy, finding and question."""
    return runner.rows(
        """SELECT 'candidacy', candidacy, if_clear, count(*) FROM results GROUP BY ALL
        UNION ALL SELECT 'finding', CAST(place AS VARCHAR), role, count(*) FROM because GROUP BY ALL
        UNION ALL SELECT 'question', question, decides, count(*) FROM questions GROUP BY ALL ORDER BY ALL"""
    )


if __name__ == "__main__":
    main()
