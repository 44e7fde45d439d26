"""Thousands of results of one day take work that grows with their number and not with its square."""

from __future__ import annotations

from functools import partial

from deqi.people.read import read_chart
from tests.support.engines import AS_OF, engine
from tests.support.steps import steps

FEW, MANY = 250, 2_000


def _read_and_assess(number: int, hour: str) -> None:
    """So many counts of one day."""
    lines = (
        f"  - {{name: platelet count, value: {100 + place % 200}, unit: '10*9/L', date: '2026-11-20{hour}'}}"
        for place in range(number)
    )
    data = ("sex: female\nobservations:\n" + "\n".join(lines) + "\n").encode()
    (person,) = read_chart([data], index=engine().index, sites=engine().sites, as_of=AS_OF).persons
    assert engine().assess(person, AS_OF).states["platelets-under-20"] in ("no", "unknown")


def test_results_of_one_day_and_of_one_hour() -> None:
    for hour in ("", "T10:00:00Z"):
        _read_and_assess(FEW, hour)  # everything is made ready
        few, many = (steps(partial(_read_and_assess, number, hour)) for number in (FEW, MANY))
        assert many < 1.5 * (MANY / FEW) * few
