"""Every conformance case without a plan, through both engines."""

from __future__ import annotations

from collections import defaultdict

from deqi.safety.cases.run import Case, person_of, read_cases
from tests.support.engines import disagreements, engine


def test_every_case_without_a_plan() -> None:
    by_day: dict[object, list[Case]] = defaultdict(list)
    for case in read_cases():
        if case.plan is None:
            by_day[case.as_of].append(case)
    assert by_day
    for as_of, cases in by_day.items():
        wrong = disagreements([person_of(engine(), case) for case in cases], as_of)
        assert not wrong, f"{len(wrong)} disagreements, the first: {wrong[0]}"
