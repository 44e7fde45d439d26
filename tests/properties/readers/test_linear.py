"""Thousands of results of one day take a time that grows with their number and not with its square."""

from __future__ import annotations

import time

from deqi.people.read import read_chart
from tests.support.engines import AS_OF, engine

FEW, MANY = 1_000, 8_000


def _seconds(number: int, hour: str) -> float:
    """Processor time to read and assess so many counts of one day."""
    lines = (
        f"  - {{name: platelet count, value: {100 + place % 200}, unit: '10*9/L', date: '2026-11-20{hour}'}}"
        for place in range(number)
    )
    data = ("sex: female\nobservations:\n" + "\n".join(lines) + "\n").encode()
    began = time.process_time()
    (person,) = read_chart([data], index=engine().index, sites=engine().sites, as_of=AS_OF).persons
    assert engine().assess(person, AS_OF).states["platelets-under-20"] in ("no", "unknown")
    return time.process_time() - began


def test_results_of_one_day_and_of_one_hour() -> None:
    for hour in ("", "T10:00:00Z"):
        _seconds(FEW, hour)  # everything is made ready
        assert _seconds(MANY, hour) < 3 * (MANY / FEW) * _seconds(FEW, hour)
