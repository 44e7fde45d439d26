"""Screening: from files to a judged population."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from deqi.people.facts import Kind
from deqi.people.omop import read_omop
from deqi.people.omop_files import is_omop
from deqi.people.read import read_chart, with_complete
from deqi.people.table import Intake, TableMaker
from deqi.safety.engine import Engine
from deqi.safety.population.columns import counting, reader_for
from deqi.safety.population.program import Program, compile_rules
from deqi.safety.population.run import Runner
from deqi.safety.population.workspace import Workspace

PART = 5_000
"""Persons put into columns at a time."""
Progress = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Screened:
    """A judged population: the connection that holds it, the program that judged it, and what came in."""

    runner: Runner
    program: Program
    intake: Intake


def screen(
    engine: Engine,
    path: Path,
    as_of: dt.date,
    space: Workspace,
    *,
    complete: frozenset[Kind] = frozenset(),
    progress: Progress = lambda step: None,
) -> Screened:
    """Judge everybody in a file or folder, on one day.

    ``complete`` are the lists that are complete for everybody.

    Raises:
        InputError: the files cannot be read, or nothing in them is about a person.
    """
    runner = Runner(space.connection)
    progress("reading")
    intake = _read(engine, path, as_of, runner, complete)
    progress("compiling the rules")
    program = compile_rules(engine.catalog, as_of)
    _mark_dead(runner, as_of)
    progress("judging")
    runner.run(program)
    space.connection.execute(
        "CREATE OR REPLACE TABLE found AS SELECT DISTINCT person, place FROM fired JOIN k_fired USING (pair)"
    )
    return Screened(runner, program, intake)


def _read(engine: Engine, path: Path, as_of: dt.date, runner: Runner, complete: frozenset[Kind]) -> Intake:
    if is_omop(path):
        intake = read_omop(path, runner.connection, reader_for(engine.catalog, as_of))
        for kind in complete:
            runner.connection.execute(f"UPDATE persons SET complete_{kind} = true")
        return intake
    reading = read_chart([path], index=engine.index, sites=engine.sites, as_of=as_of)
    maker = TableMaker(reader_for(engine.catalog, as_of))
    for person in with_complete(reading.persons, complete):
        maker.add(person, counting(engine.catalog, person.answers, as_of))
        if len(maker) >= PART:
            runner.load(maker.take())
    runner.load(maker.take())
    codings = {key: (count, maker.matched[key]) for key, count in maker.codings.items()}
    return Intake(dict(reading.resources), dict(reading.left_out), reading.unreadable, codings)


def _mark_dead(runner: Runner, as_of: dt.date) -> None:
    """Who was dead on the day: recorded as dead, unless the recorded day came later."""
    runner.connection.execute("ALTER TABLE persons ADD COLUMN dead BOOLEAN")
    runner.connection.execute("UPDATE persons SET dead = deceased AND (died_first IS NULL OR died_first <= ?)", [as_of])
