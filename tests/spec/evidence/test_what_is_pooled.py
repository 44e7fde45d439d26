"""What may enter a pool, and what may not."""

import math

import pytest

from deqi.evidence.benefits import benefit_evidence
from deqi.evidence.harms import HarmRate, harm_rates, over_a_course
from deqi.evidence.outcomes import Synthesis
from deqi.knowledge import Knowledge, load
from tests.support.spoil import Spoil

KNOWLEDGE = load()

# MacPherson 2005 asked each person about one treatment: people and treatments are the same.
ASKED_AFTER_ONE_TREATMENT = {"H105", "H106"}


def pooled(knowledge: Knowledge) -> set[str]:
    """Every trial whose numbers stand in a synthesis on neuropathy."""
    return {effect.trial.trial for synthesis in syntheses(knowledge) for effect in synthesis.effects}


def syntheses(knowledge: Knowledge) -> list[Synthesis]:
    return [one for cell in benefit_evidence(knowledge, "neuropathy").cells for one in cell.syntheses]


def test_only_randomised_treatment_trials_enter_a_synthesis() -> None:
    found = [effect.trial for synthesis in syntheses(KNOWLEDGE) for effect in synthesis.effects]
    assert found
    assert {trial.randomised for trial in found} == {"yes"}
    assert {trial.purpose for trial in found} == {"treatment"}
    assert "schroeder2007" not in pooled(KNOWLEDGE)
    assert "greenlee2016" not in pooled(KNOWLEDGE)
    assert "juan2019" not in pooled(KNOWLEDGE)


def test_fewer_than_three_trials_are_never_pooled_and_one_trial_counts_once() -> None:
    for synthesis in syntheses(KNOWLEDGE):
        trials = [effect.trial.trial for effect in synthesis.effects]
        assert len(set(trials)) == len(trials)
        if synthesis.estimate is not None:
            assert synthesis.estimate.k == len(trials) >= 3


def test_an_unverified_number_is_never_pooled(spoil: Spoil) -> None:
    assert "lu2020" in pooled(KNOWLEDGE)
    folder = None
    for value in ("O019", "O020"):
        folder = spoil("outcome_values", {"value": value}, {"verified": "no"})
    assert folder is not None
    changed = Knowledge(folder)
    rows = {row for synthesis in syntheses(changed) for effect in synthesis.effects for row in effect.rows}
    assert not rows & {"value:O019", "value:O020"}


def test_an_unverified_harm_count_is_never_shown(spoil: Spoil) -> None:
    assert any("harm:H001" in rate.rows for rate in harm_rates(KNOWLEDGE))
    changed = Knowledge(spoil("harm_rows", {"harm": "H001"}, {"verified": "no"}))
    assert not any("harm:H001" in rate.rows for rate in harm_rates(changed))


def test_negative_trials_stay_visible() -> None:
    cells = benefit_evidence(KNOWLEDGE, "neuropathy").cells
    shown = {(one.trial, one.direction) for cell in cells for one in (*cell.treatment, *cell.prevention)}
    assert ("shlay1998", "no_difference") in shown
    assert ("greenlee2016", "favours_control") in shown
    assert any(direction == "not_seen" for _, direction in shown)


def test_per_person_and_per_treatment_are_never_mixed() -> None:
    for rate in harm_rates(KNOWLEDGE):
        for count in rate.counts:
            if count.row.harm in ASKED_AFTER_ONE_TREATMENT:
                assert rate.per == "treatment"
            else:
                assert (count.row.unit in ("patients", "courses")) == (rate.per == "person"), count.row.harm
        groups = [count.survey.overlap_group or count.survey.survey for count in rate.counts]
        assert len(set(groups)) == len(groups), rate.event


def test_only_rare_rates_per_treatment_become_a_course() -> None:
    for rate in harm_rates(KNOWLEDGE):
        course = over_a_course(rate, 10)
        if rate.per == "person" and rate.window == "course":
            assert course.basis == "per-person"
        elif course.basis == "not-comparable":
            assert math.isnan(course.per_100)
        else:
            assert rate.rate < 1e-4


def test_nothing_seen_keeps_its_upper_bound() -> None:
    none_seen = [rate for rate in harm_rates(KNOWLEDGE) if rate.upper_only]
    assert none_seen
    for rate in none_seen:
        total = sum(count.denominator for count in rate.counts)
        assert rate.high == pytest.approx(1 - 0.05 ** (1 / total), rel=1e-9)


def test_every_certainty_has_its_reasons() -> None:
    judged: list[HarmRate] = [rate for rate in harm_rates(KNOWLEDGE) if rate.certainty is not None]
    assert judged
    for rate in judged:
        assert rate.certainty is not None and rate.certainty.reasons
    for synthesis in syntheses(KNOWLEDGE):
        assert synthesis.benefits
        for benefit in synthesis.benefits:
            assert any(reason.domain == "risk-of-bias" for reason in benefit.certainty.reasons)
