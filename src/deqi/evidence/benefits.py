"""What good it does: by condition and comparator, trial by trial, pooled only where at least three trials allow it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from deqi.evidence.effects import Family, TrialEffect, chosen_effects
from deqi.evidence.estimates import (
    LEAST_TO_POOL,
    Absolute,
    Estimate,
    Subgroups,
    at_a_named_risk,
    by_condition,
    estimate,
)
from deqi.evidence.grade import Certainty, certainty, direction_reasons
from deqi.evidence.synthesis import SignTest, TrialDirection, directions, sign_test
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import PublishedPool, PublishedPoolNote, Trial, TrialArm, TrialResult
from deqi.knowledge.tables.vocabulary import ComparatorKind, Condition, Domain

GROUPS = ("sham", "placebo", "no_needling", "drug_or_vitamin", "active_other")
BLINDED = ("sham", "placebo")


@dataclasses.dataclass(frozen=True)
class Synthesis:
    """The effects of one outcome in one cell, and their pool when there are three or more.

    ``domain`` is empty for a broad pool, which takes one effect a trial whatever its domain. In a broad cell only those
    are pooled, because only those were planned; its single domains are listed trial by trial.
    """

    family: Family
    domain: str
    name: str
    plain_name: str
    effects: tuple[TrialEffect, ...]
    estimate: Estimate | None
    subgroups: Subgroups | None
    absolute: Absolute | None


@dataclasses.dataclass(frozen=True)
class Published:
    """A published pool and what stands beside it."""

    pool: PublishedPool
    note: PublishedPoolNote | None


@dataclasses.dataclass(frozen=True)
class BenefitCell:
    """One condition (or all neuropathies together) against one group of comparators.

    ``treatment`` are the randomised comparisons, each trial once; ``companions`` are further reports of them, shown
    and never counted. ``certainty`` is that of the directions as a whole.
    """

    condition: Condition
    group: str
    comparators: tuple[ComparatorKind, ...]
    treatment: tuple[TrialDirection, ...]
    companions: tuple[TrialDirection, ...]
    prevention: tuple[TrialDirection, ...]
    not_randomised: tuple[TrialDirection, ...]
    sign: SignTest
    certainty: Certainty | None
    syntheses: tuple[Synthesis, ...]
    published: tuple[Published, ...]
    broad: bool


@dataclasses.dataclass(frozen=True)
class Evidence:
    """Everything about the benefits for one condition.

    ``other`` are studies without a control group or comparing kinds of acupuncture: they say nothing of acupuncture
    itself. ``published_mixed`` are published pools over several kinds of comparison.
    """

    cells: tuple[BenefitCell, ...]
    other: tuple[TrialDirection, ...]
    published_mixed: tuple[Published, ...]
    trials: int
    reporting_harm: int


def benefit_evidence(knowledge: Knowledge, condition: str) -> Evidence:
    """Every comparison of a condition (with its parts) for which there is at least one trial."""
    conditions = {row.condition: row for row in knowledge.rows(Condition)}
    inside = conditions_inside(condition, conditions.values())
    every = [row for row in knowledge.rows(Trial) if row.condition in inside]
    trials = [row for row in every if row.purpose != "other-technique"]
    arms, results = knowledge.rows(TrialArm), knowledge.rows(TrialResult)
    kinds = knowledge.rows(ComparatorKind)
    grouped = {group: tuple(kind for kind in kinds if kind.group == group) for group in (*GROUPS, "not_pooled")}
    broad = len(inside) > 1
    effects = _effects(knowledge, broad)
    parents = {row.trial: row.report_of for row in results if row.report_of}
    published = _published(knowledge, inside)
    cells = []
    for group in GROUPS:
        names = {kind.comparator for kind in grouped[group]}
        found = directions(trials, arms, results, comparators=names)
        if found:
            here = [
                (outcome, [one for one in chosen if one.trial.condition in inside and one.comparator in names])
                for outcome, chosen in effects
            ]
            cells.append(
                _cell(
                    conditions[condition],
                    group,
                    grouped[group],
                    found,
                    here,
                    parents,
                    tuple(one for one in published if one.pool.comparator in names),
                    broad,
                )
            )
    named = {kind.comparator for group in GROUPS for kind in grouped[group]}
    inside_results = [row for row in results if row.trial in {trial.trial for trial in every} and not row.report_of]
    return Evidence(
        cells=tuple(cells),
        other=(
            *directions(trials, arms, results, comparators={kind.comparator for kind in grouped["not_pooled"]}),
            *directions(
                [row for row in every if row.purpose == "other-technique"],
                arms,
                results,
                comparators={kind.comparator for kind in kinds},
            ),
        ),
        published_mixed=tuple(one for one in published if one.pool.comparator not in named),
        trials=len({row.trial for row in inside_results}),
        reporting_harm=len({row.trial for row in inside_results if row.adverse_reported == "yes"}),
    )


def conditions_inside(condition: str, conditions: Iterable[Condition]) -> frozenset[str]:
    """A condition and its parts."""
    return frozenset(row.condition for row in conditions if condition in (row.condition, row.part_of)) | {condition}


def _published(knowledge: Knowledge, inside: frozenset[str]) -> tuple[Published, ...]:
    notes = {row.pool: row for row in knowledge.rows(PublishedPoolNote)}
    return tuple(
        Published(row, notes.get(row.pool))
        for row in knowledge.rows(PublishedPool)
        if row.condition in inside and row.verified != "no"
    )


def _cell(
    condition: Condition,
    group: str,
    comparators: tuple[ComparatorKind, ...],
    found: tuple[TrialDirection, ...],
    effects: Sequence[tuple[_Outcome, list[TrialEffect]]],
    parents: Mapping[str, str],
    published: tuple[Published, ...],
    broad: bool,
) -> BenefitCell:
    randomised = tuple(one for one in found if _is_treatment(one.trial) and one.trial.randomised != "no")
    treatment = tuple(one for one in randomised if not one.report_of)
    sign = sign_test(treatment)
    return BenefitCell(
        condition=condition,
        group=group,
        comparators=comparators,
        treatment=treatment,
        companions=tuple(one for one in found if one.report_of and _is_treatment(one.trial)),
        prevention=tuple(one for one in found if one.trial.purpose == "prevention"),
        not_randomised=tuple(
            one for one in found if one.trial.randomised == "no" and _is_treatment(one.trial) and not one.report_of
        ),
        sign=sign,
        certainty=_direction_certainty(treatment, sign, group, broad),
        syntheses=tuple(
            made for outcome, chosen in effects if (made := _synthesis(outcome, chosen, parents, group, broad)).effects
        ),
        published=published,
        broad=broad,
    )


def _direction_certainty(
    treatment: tuple[TrialDirection, ...], sign: SignTest, group: str, broad: bool
) -> Certainty | None:
    if not sign.seen:
        return None
    return certainty(
        direction_reasons(
            blinded=group in BLINDED,
            favour=sign.favour,
            seen=sign.seen,
            not_seen=sign.not_seen,
            n=sum(one.n or 0 for one in treatment),
            broad=broad,
        )
    )


def _is_treatment(trial: Trial) -> bool:
    return trial.purpose == "treatment"


@dataclasses.dataclass(frozen=True)
class _Outcome:
    """What one synthesis is about. ``planned``: it may be pooled."""

    family: Family
    domain: str
    name: str
    plain_name: str
    planned: bool


def _effects(knowledge: Knowledge, broad: bool) -> list[tuple[_Outcome, tuple[TrialEffect, ...]]]:
    """The outcomes in their order with the chosen effect of every trial and comparison."""
    domains = sorted(knowledge.rows(Domain), key=lambda row: row.order)
    found = []
    if broad:
        across = _Outcome("score", "", "symptom scores, one outcome a trial", "how bad it is", True)
        found.append((across, chosen_effects(knowledge, "score")))
    better = _Outcome("responder", "", "people who got better", "people who got better", True)
    found.append((better, chosen_effects(knowledge, "responder")))
    for row in domains:
        outcome = _Outcome("score", row.domain, row.clinical_name, row.plain_name, not broad)
        found.append((outcome, chosen_effects(knowledge, "score", row.domain)))
    return found


def _synthesis(
    outcome: _Outcome, effects: list[TrialEffect], parents: Mapping[str, str], group: str, broad: bool
) -> Synthesis:
    """One effect a trial: companion reports give way to the trial, and of several comparisons of one trial in this
    group the first is kept, because they share an arm."""
    by_trial: dict[str, TrialEffect] = {}
    for effect in sorted(effects, key=lambda one: one.trial.trial in parents):
        if effect.trial.randomised != "no" and _is_treatment(effect.trial):
            by_trial.setdefault(parents.get(effect.trial.trial, effect.trial.trial), effect)
    kept = tuple(sorted(by_trial.values(), key=lambda one: (one.trial.year or 0, one.trial.trial)))
    pooled = None
    if outcome.planned and len(kept) >= LEAST_TO_POOL:
        pooled = estimate(kept, blinded=group in BLINDED, broad=broad)
    return Synthesis(
        family=outcome.family,
        domain=outcome.domain,
        name=outcome.name,
        plain_name=outcome.plain_name,
        effects=kept,
        estimate=pooled,
        subgroups=by_condition(kept) if pooled is not None and broad else None,
        absolute=at_a_named_risk(kept, pooled),
    )
