"""Every conformance case without a plan, through both engines."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from deqi.people.facts import Person
from deqi.safety.cases.run import person_of, read_cases
from tests.support.engines import disagreements, engine


@pytest.mark.no_cover
def test_every_case_without_a_plan() -> None:
    by_day: dict[tuple[dt.date, dt.date | None], list[Person]] = defaultdict(list)
    for case in read_cases():
        if case.plan is None:
            person = person_of(engine(), case)
            by_day[case.as_of, person.read_on].append(person)
    assert by_day
    for (as_of, read_on), people in by_day.items():
        wrong = disagreements(people, as_of, read_on)
        assert not wrong, f"{len(wrong)} disagreements, the first: {wrong[0]}"
