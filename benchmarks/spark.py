"""Judging the same population in DuckDB and in Spark on this machine, once Spark is warm.

Persons: DEQI_BENCH_PERSONS (default 500,5000,20000), the sizes one after the other. No size is begun once
DEQI_BENCH_SECONDS (default 150) have gone by. Reading is left out: it is the same for both. Needs deqi[spark] and Java.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.screen import read_into
from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.safety.engine import Engine
from deqi.screening.demo.people import Demo
from deqi.screening.demo.write import write_ndjson
from deqi.screening.run import Runner
from deqi.screening.sql.program import Program, compile_rules
from deqi.screening.sql.spark import Spark
from deqi.screening.workspace import Workspace

AS_OF = dt.date(2026, 11, 24)
PERSONS = tuple(int(size) for size in os.environ.get("DEQI_BENCH_PERSONS", "500,5000,20000").split(","))
SECONDS = float(os.environ.get("DEQI_BENCH_SECONDS", "150"))
MASTER = "local[2]"
DRAWN = 500
"""Made-up people that are different; the population is these over and over."""


def population(engine: Engine, space: Workspace, folder: Path, persons: int) -> Runner:
    """So many persons in the tables that both engines judge."""
    write_ndjson(Demo(engine.catalog, load().rows(Code), AS_OF, 1).people(DRAWN), folder)
    read_into(space, folder, engine)
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
    """Print the seconds, side by side, of a first run and of each number of persons."""
    if importlib.util.find_spec("pyspark") is None:
        print("  left out: PySpark is not installed (make test-spark does)")
        return
    import pyspark

    begun = time.perf_counter()
    engine = Engine.load(load())
    programs = {dialect: compile_rules(engine.catalog, AS_OF, dialect) for dialect in ("duckdb", "spark")}
    print(f"  PySpark {pyspark.__version__}, {MASTER}; judging alone, in seconds")
    start = time.perf_counter()
    with Spark(MASTER) as spark:
        print(f"  starting Spark: {time.perf_counter() - start:.1f} s")
        print(f"  {'persons':>8}{'':>12}{'DuckDB':>8}{'Spark':>8}{'ratio':>7}{'load':>6}")
        for persons, what in ((PERSONS[0], "first run"), *((size, "warm") for size in PERSONS)):
            if time.perf_counter() - begun > SECONDS:
                print(f"  {persons:>8} persons were left out: the time is over")
                continue
            with tempfile.TemporaryDirectory() as name, Workspace() as space:
                runner = population(engine, space, Path(name), persons)
                ours = seconds(lambda one, program: one.run(program), runner, programs["duckdb"])
                answers = _answers(runner)
                theirs = seconds(spark.run, runner, programs["spark"])
                same = "the same answers" if _answers(runner) == answers else "OTHER ANSWERS"
                line = (
                    f"{persons:>8}{what:>12}{ours:>8.1f}{theirs:>8.1f}{theirs / ours:>6.1f}x{os.getloadavg()[0]:>6.1f}"
                )
                print(f"  {line}  {same}", flush=True)


def _answers(runner: Runner) -> list[tuple[object, ...]]:
    """A count of every candidacy, finding and question."""
    return runner.rows(
        """SELECT 'candidacy', candidacy, if_clear, count(*) FROM results GROUP BY ALL
        UNION ALL SELECT 'finding', CAST(rule_index AS VARCHAR), role, count(*) FROM because GROUP BY ALL
        UNION ALL SELECT 'question', question, decides, count(*) FROM questions GROUP BY ALL ORDER BY ALL"""
    )


if __name__ == "__main__":
    main()
