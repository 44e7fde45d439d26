"""Screening: from files to a judged population."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from deqi.people.facts import Kind
from deqi.people.read import read_chart, with_complete
from deqi.safety.engine import Engine
from deqi.screening.ingest.fhir.export import read_fhir
from deqi.screening.ingest.omop.files import is_omop
from deqi.screening.ingest.omop.tables import read_omop
from deqi.screening.ingest.tables import Intake, TableMaker
from deqi.screening.run import Runner
from deqi.screening.sql.columns import counting, reader_for
from deqi.screening.sql.program import Program, compile_rules
from deqi.screening.sql.spark import Spark
from deqi.screening.summary import place_persons
from deqi.screening.workspace import Workspace

Progress = Callable[[str, float], None]
"""Told what is being done, and how much of it is."""


@dataclasses.dataclass(frozen=True)
class Screened:
    """A judged population: the connection that holds it, the program that judged it, and what came in."""

    runner: Runner
    program: Program
    intake: Intake

    @property
    def anybody_barred(self) -> bool:
        """Whether anybody living is no candidate or needs a sign-off."""
        found = self.runner.rows(
            "SELECT count(*) FROM results JOIN persons USING (person) "
            "WHERE NOT dead AND candidacy IN ('not-a-candidate', 'sign-off')"
        )
        return bool(found[0][0])


def screen(
    engine: Engine,
    path: Path,
    as_of: dt.date,
    space: Workspace,
    *,
    complete: frozenset[Kind] = frozenset(),
    progress: Progress = lambda step, share: None,
    spark: Spark | None = None,
    read_on: dt.date | None = None,
) -> Screened:
    """Judge everybody in a file or folder, on one day.

    ``read_on`` is the day of reading, the same day if not given.

    ``complete`` are the lists that are complete for everybody. ``spark`` judges in place of DuckDB.

    Raises:
        InputError: the files cannot be read, or nothing in them is about a person.
    """
    runner = Runner(space.connection)
    progress("reading", 0.0)
    intake = _read(engine, path, as_of, read_on, runner, complete, progress)
    progress("compiling", 0.0)
    program = compile_rules(engine.catalog, as_of, "duckdb" if spark is None else "spark", read_on)
    _mark_dead(runner, as_of)
    progress("judging", 0.0)
    if spark is None:
        runner.run(program)
    else:
        spark.run(runner, program)
    place_persons(runner)
    return Screened(runner, program, intake)


def _read(
    engine: Engine,
    path: Path,
    as_of: dt.date,
    read_on: dt.date | None,
    runner: Runner,
    complete: frozenset[Kind],
    progress: Progress,
) -> Intake:
    reader = reader_for(engine.catalog, as_of)
    if is_omop(path):
        intake = read_omop(path, runner.connection, reader)
        for kind in complete:
            runner.connection.execute(f"UPDATE persons SET complete_{kind} = true")
        return intake
    if path.suffix.casefold() in (".yaml", ".yml"):
        reading = read_chart([path], index=engine.index, sites=engine.sites, as_of=as_of)
        maker = TableMaker(reader)
        for person in with_complete(reading.persons, complete):
            maker.add(person, counting(engine.catalog, person.answers, as_of, read_on))
        runner.load(maker.take())
        codings = {key: (count, maker.matched[key]) for key, count in maker.codings.items()}
        return Intake(reading.resources, reading.left_out, reading.unreadable, codings)
    return read_fhir(
        path,
        runner.connection,
        reader,
        engine.sites,
        complete=complete,
        counting=lambda answers: counting(engine.catalog, answers, as_of, read_on),
        progress=lambda share: progress("reading", share),
    )


def _mark_dead(runner: Runner, as_of: dt.date) -> None:
    """Who was dead on the day: recorded as dead, unless the recorded day came later."""
    runner.connection.execute("ALTER TABLE persons ADD COLUMN dead BOOLEAN")
    runner.connection.execute("UPDATE persons SET dead = deceased AND (died_first IS NULL OR died_first <= ?)", [as_of])
