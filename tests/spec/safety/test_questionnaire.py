"""The questionnaire before booking: short for somebody well, and able to settle every rule that blocks."""

import datetime as dt

import pytest

from deqi.knowledge import load
from deqi.people.dates import DateRange
from deqi.people.facts import Answer, Person
from deqi.safety.findings import Assessment, assess
from deqi.safety.rules.catalog import Catalog, build_catalog

AS_OF = dt.date(2026, 11, 24)
LONGEST = 25
"""Questions an adult who answers no to everything may be asked before booking."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return build_catalog(load())


def answered(catalog: Catalog, given: dict[str, str | float], **person: object) -> tuple[Assessment, list[str]]:
    """Answer booking questions as they come, worst first: as given, else no; returns what was asked."""
    answers: dict[str, str | float] = {}
    today = DateRange(AS_OF, AS_OF)
    while True:
        who = Person(
            token="p1",
            answers=tuple(Answer(question=name, value=value, given=today) for name, value in answers.items()),
            **person,  # type: ignore[arg-type]
        )
        result = assess(catalog, who, AS_OF)
        open_now = [
            one.question
            for one in result.questions
            if one.question not in answers and catalog.questions[one.question].stage == "booking"
        ]
        if not open_now:
            return result, list(answers)
        row = catalog.questions[open_now[0]]
        default = {"yes-no": "no", "date": "1970-01-01"}.get(row.type, row.answers[0] if row.answers else "not-sure")
        answers[row.question] = given.get(row.question, default)
        assert len(answers) < 200


def born(year: int) -> DateRange:
    return DateRange(dt.date(year, 1, 1), dt.date(year, 1, 1))


@pytest.mark.parametrize("person", [{"sex": "male", "birth": born(1960)}, {"sex": "female", "birth": born(1996)}, {}])
def test_somebody_well_becomes_a_candidate_within_the_limit(catalog: Catalog, person: dict[str, object]) -> None:
    result, asked = answered(catalog, {}, **person)
    assert result.candidacy == "candidate"
    assert len(asked) <= LONGEST


def test_a_man_is_not_asked_about_pregnancy(catalog: Catalog) -> None:
    _, asked = answered(catalog, {}, sex="male", birth=born(1990))
    assert "could-be-pregnant" not in asked


def test_numb_feet_ask_for_changes_and_stop_nobody(catalog: Catalog) -> None:
    result, _ = answered(catalog, {"numb-or-neuropathy": "yes"}, sex="female", birth=born(1950))
    assert result.candidacy == "with-changes"
    assert "insensate-limb-heat-current" in {finding.rule.id for finding in result.findings}


@pytest.mark.parametrize("sign", ["emergency-signs-now", "fast-spreading-weakness", "cauda-equina-signs"])
def test_emergency_signs_stop_everything(catalog: Catalog, sign: str) -> None:
    result, _ = answered(catalog, {sign: "yes"}, sex="male", birth=born(1960))
    assert result.candidacy == "not-a-candidate"
    assert result.findings[0].rule.red_flag


def test_chemotherapy_without_counts_waits_for_them(catalog: Catalog) -> None:
    yes: dict[str, str | float] = {"cancer-now": "yes", "chemo-28-days": "yes"}
    result, asked = answered(catalog, yes, sex="female", birth=born(1960))
    assert result.candidacy == "ask-first"
    assert {"platelet-count-latest", "neutrophil-count-latest"} <= set(asked)
    counts = yes | {"platelet-count-latest": 180.0, "neutrophil-count-latest": 3.0}
    result, _ = answered(catalog, counts, sex="female", birth=born(1960))
    assert result.candidacy == "with-changes"
    result, _ = answered(catalog, counts | {"platelet-count-latest": 12.0}, sex="female", birth=born(1960))
    assert result.candidacy == "not-a-candidate"


def test_a_medicine_against_clots_changes_the_needling_and_no_more(catalog: Catalog) -> None:
    yes: dict[str, str | float] = {"blood-thinning-medicine": "yes", "takes-anticoagulant": "yes"}
    result, asked = answered(catalog, yes, sex="male", birth=born(1950))
    assert result.candidacy == "with-changes"
    assert "inr-latest" not in asked
    result, _ = answered(catalog, yes | {"takes-warfarin": "yes", "inr-latest": 4.2}, sex="male", birth=born(1950))
    assert result.candidacy == "sign-off"


def test_every_blocking_rule_can_be_settled_by_no(catalog: Catalog) -> None:
    result, _ = answered(catalog, {}, sex="female", birth=born(1996))
    open_rules = {rule for question in result.questions for rule in question.decides}
    blocking = {one.rule.id for one in catalog.rules if one.precludes and one.rule.stage == "booking"}
    assert len(blocking) >= 15
    assert not open_rules & blocking
