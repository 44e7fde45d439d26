"""Spark and DuckDB say the same of the same people: states, findings, deciding facts, questions, summary, tables."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import duckdb
import msgspec
import pytest

from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.people.facts import Person
from deqi.safety.cases.run import person_of, read_cases
from deqi.screening.demo.people import Demo
from deqi.screening.demo.write import write_ndjson
from deqi.screening.export import write_tables
from deqi.screening.run import Runner
from deqi.screening.screen import screen
from deqi.screening.sql.columns import tables_of
from deqi.screening.sql.program import compile_rules
from deqi.screening.sql.spark import Spark
from deqi.screening.summary import summarise
from deqi.screening.workspace import Workspace
from tests.support import engines
from tests.support.engines import AS_OF, engine
from tests.support.population import PopulationGenerator

PEOPLE = 200


def judged_in_spark(
    spark: Spark, people: Sequence[Person], as_of: dt.date, read_on: dt.date | None = None
) -> list[dict[str, object]]:
    program = compile_rules(engine().catalog, as_of, "spark", read_on)
    with duckdb.connect() as connection:
        runner = Runner(connection)
        runner.load(tables_of(engine().catalog, people, as_of))
        spark.run(runner, program)
        return list(engines._read(runner, people, program))


def test_generated_people_and_every_case(spark: Spark) -> None:
    by_day: dict[tuple[dt.date, dt.date], list[Person]] = defaultdict(list)
    by_day[AS_OF, AS_OF] += PopulationGenerator(engine().catalog, AS_OF, seed=20261124).people(PEOPLE)
    for case in read_cases():
        if case.plan is None:
            person = person_of(engine(), case)
            by_day[case.as_of, person.read_on or case.as_of].append(person)
    assert len(by_day[AS_OF, AS_OF]) > 2 * PEOPLE
    for (as_of, read_on), people in by_day.items():
        theirs, ours = judged_in_spark(spark, people, as_of, read_on), engines.judged(people, as_of, read_on)
        wrong = [
            f"{person.token}: {what}: {here[what]}; in DuckDB: {said}"
            for person, here, there in zip(people, theirs, ours, strict=True)
            for what, said in there.items()
            if here[what] != said
        ]
        assert not wrong, f"{len(wrong)} differences, the first: {wrong[0]}"


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    demo = Demo(engine().catalog, load().rows(Code), AS_OF, 5)
    write_ndjson(demo.people(demo.rules), folder)
    return folder


def screened(export: Path, output: Path, spark: Spark | None) -> bytes:
    """Writes the result tables; gives the summary."""
    with Workspace() as space:
        done = screen(engine(), export, AS_OF, space, spark=spark)
        write_tables(space, done.program.layout, output, "csv", done.intake.unreadable)
        told = summarise(
            done.runner, done.program.layout, done.intake, edition=engine().catalog.edition, seconds=0, exact=True
        )
        return msgspec.json.encode(told)


def test_an_export_comes_to_the_same(spark: Spark, export: Path, tmp_path: Path) -> None:
    theirs, ours = screened(export, tmp_path / "spark", spark), screened(export, tmp_path / "duckdb", None)
    assert msgspec.json.decode(theirs) == msgspec.json.decode(ours)
    names = {path.name for path in (tmp_path / "duckdb").iterdir()}
    assert names == {path.name for path in (tmp_path / "spark").iterdir()} >= {"persons.csv", "findings.csv"}
    for name in names:
        assert (tmp_path / "spark" / name).read_text() == (tmp_path / "duckdb" / name).read_text(), name
