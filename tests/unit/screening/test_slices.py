"""Judging a population so many persons at a time gives what judging it at once gives."""

from __future__ import annotations

import duckdb
import pytest

from deqi.people.facts import Person
from deqi.screening.run import Runner
from deqi.screening.sql.columns import tables_of
from deqi.screening.sql.program import RESULTS
from tests.support.engines import AS_OF, engine, program
from tests.support.population import PopulationGenerator

PEOPLE = 40


def _tables(people: list[Person], at_a_time: int) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect() as connection:
        runner = Runner(connection)
        runner.load(tables_of(engine().catalog, people, AS_OF))
        runner.run(program(), at_a_time)
        left = runner.rows("SELECT count(*) FROM duckdb_tables() WHERE schema_name <> 'main'")
        assert left == [(0,)], "what was on the way to the results is dropped"
        return {name: sorted(runner.rows(f"FROM {name}"), key=repr) for name in RESULTS}


@pytest.mark.no_cover
def test_slices_make_no_difference() -> None:
    people = PopulationGenerator(engine().catalog, AS_OF, 11).people(PEOPLE)
    whole = _tables(people, PEOPLE)
    assert all(whole.values())
    assert _tables(people, 15) == whole


@pytest.mark.parametrize("people", [[], [Person(token="p1")]])
def test_hardly_anybody(people: list[Person]) -> None:
    tables = _tables(people, PEOPLE)
    assert len(tables["results"]) == len(people)
    assert tables["found"] == []
