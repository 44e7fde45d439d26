"""One outcome of one kind of comparison: its trials, their pool where the rule allows one, and what it comes to.

A pool needs three trials or more that measured the like: one domain, and for counts of people one meaning of "got
better"; scores all of changes or all of ends. Two trials stand side by side, one stands alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

from deqi.evidence.comparisons import GROUPS
from deqi.evidence.effects import REPORTERS, Family, Side, TrialEffect, clear, leaning
from deqi.evidence.estimates import (
    Absolute,
    Estimate,
    Subgroups,
    at_a_named_risk,
    by_condition,
    estimate,
)
from deqi.evidence.grade import Body, Certainty, Level, benefit_reasons, certainty, least, never_above
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import OutcomeKind, OutcomeRating
from deqi.knowledge.tables.vocabulary import Domain
from deqi.knowledge.thresholds import thresholds

SURROGATES = ("sensory_test", "nerve_conduction", "other")
UNLIKE = ("cancer_pain", "musculoskeletal", "sciatica")
"""Conditions that are no peripheral neuropathy: numbers from them are indirect for anything but themselves."""
NotPooled = Literal["", "few", "scores", "broad"]


@dataclasses.dataclass(frozen=True)
class Measured:
    """What one synthesis is about: scores of a domain, or counts of one kind."""

    family: Family
    domain: str
    kind: str
    name: str
    plain_name: str


@dataclasses.dataclass(frozen=True)
class Benefit:
    """One outcome with its size and its doubt: what a page says of a benefit.

    ``value`` with its interval is on the reader's scale (``MD`` in points of the scale named by ``outcome``, ``SMD``,
    ``RR``); ``better`` is the side it is on, ``clear`` whether the interval leaves out no difference;
    ``lower_is_better`` is for a difference in points. ``per_hundred`` is there for counts of people: how many of 100
    with and without, at the control risk of a named trial. ``added_to`` has what both arms had, "" for trials where
    nothing was.
    """

    condition: str
    group: str
    family: Family
    domain: str
    kind: str
    outcome: str
    plain_name: str
    reporter: str
    basis: Literal["pool", "trial"]
    trials: tuple[str, ...]
    comparators: tuple[str, ...]
    added_to: tuple[str, ...]
    conditions: tuple[str, ...]
    weeks: float | None
    people: int
    measure: str
    value: float
    low: float
    high: float
    scale_low: float | None
    scale_high: float | None
    lower_is_better: bool | None
    better: Side
    clear: bool
    adjusted: bool
    per_hundred: Absolute | None
    certainty: Certainty
    rows: tuple[str, ...]
    source: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Synthesis:
    """The effects of one outcome in one cell, their pool where there is one, and the benefits they come to.

    ``not_pooled`` says why three or more trials are not put together: they mix changes with ends.
    """

    measured: Measured
    effects: tuple[TrialEffect, ...]
    estimate: Estimate | None
    not_pooled: NotPooled
    subgroups: Subgroups | None
    benefits: tuple[Benefit, ...]

    @property
    def absolute(self) -> Absolute | None:
        """People per hundred of the pool, or of the one trial there is."""
        return self.benefits[0].per_hundred if len(self.benefits) == 1 else None


def measured(knowledge: Knowledge) -> tuple[Measured, ...]:
    """Everything a synthesis may be about: counts of people first, then scores by domain."""
    kinds = sorted(knowledge.rows(OutcomeKind), key=lambda row: row.order)
    domains = sorted(knowledge.rows(Domain), key=lambda row: row.order)
    return (
        *(Measured("responder", "", row.kind, row.clinical_name, row.plain_name) for row in kinds),
        *(Measured("score", row.domain, "", row.clinical_name, row.plain_name) for row in domains),
    )


def ratings(knowledge: Knowledge) -> Mapping[str, OutcomeRating]:
    """What cited reviews said of the certainty of outcomes, by outcome."""
    return {row.outcome: row for row in knowledge.rows(OutcomeRating) if row.verified != "no"}


@dataclasses.dataclass(frozen=True)
class Setting:
    """Where an outcome stands: the condition, the group, how many results of the group are out of reach."""

    condition: str
    group: str
    broad: bool
    missing: int
    compared: int
    rated: Mapping[str, OutcomeRating]
    parents: Mapping[str, str]


def synthesise(about: Measured, effects: Sequence[TrialEffect], setting: Setting) -> Synthesis:
    """The synthesis of these effects: one a trial, randomised treatment trials of needles only."""
    kept = _one_a_trial(effects, setting.parents)
    pooled, why = None, "few" if len(kept) < thresholds().least_to_pool else ""
    if not why and about.family == "score" and not _same_scores(kept):
        why = "scores"
    if not why:
        pooled = estimate(kept)
    return Synthesis(
        about,
        kept,
        pooled,
        why,  # type: ignore[arg-type]  # one of the words of the type
        by_condition(kept) if pooled is not None and setting.broad else None,
        _benefits(about, kept, pooled, setting),
    )


def _one_a_trial(effects: Sequence[TrialEffect], parents: Mapping[str, str]) -> tuple[TrialEffect, ...]:
    """Companion reports give way to the trial; of several comparisons of one trial in a group the first is kept,
    because they share an arm."""
    by_trial: dict[str, TrialEffect] = {}
    for effect in sorted(effects, key=lambda one: one.trial.trial in parents):
        by_trial.setdefault(parents.get(effect.trial.trial, effect.trial.trial), effect)
    return tuple(sorted(by_trial.values(), key=lambda one: (one.trial.year or 0, one.trial.trial)))


def _same_scores(effects: Sequence[TrialEffect]) -> bool:
    """Changes and ends have different spreads, so their SMDs are not of one kind (Cochrane Handbook 10.5.2)."""
    return len({one.score for one in effects}) == 1


def _benefits(
    about: Measured, effects: tuple[TrialEffect, ...], pooled: Estimate | None, setting: Setting
) -> tuple[Benefit, ...]:
    if pooled is not None:
        return (_pooled(about, effects, pooled, setting),)
    return tuple(_single(about, effect, setting) for effect in effects)


def _pooled(about: Measured, effects: tuple[TrialEffect, ...], pooled: Estimate, setting: Setting) -> Benefit:
    null = 1.0 if pooled.measure == "RR" else 0.0
    side: Side = "neither"
    if pooled.value != null:
        side = "acupuncture" if (pooled.value > null) == (pooled.measure == "RR") else "control"
    return Benefit(
        condition=setting.condition,
        group=setting.group,
        family=about.family,
        domain=about.domain,
        kind=about.kind,
        outcome=about.name,
        plain_name=about.plain_name,
        reporter=_least_telling(effects),
        basis="pool",
        trials=tuple(one.trial.trial for one in effects),
        comparators=tuple(dict.fromkeys(one.comparator for one in effects)),
        added_to=tuple(dict.fromkeys(one.design.added_to for one in effects)),
        conditions=tuple(dict.fromkeys(one.trial.condition for one in effects)),
        weeks=None,
        people=pooled.n,
        measure=pooled.measure,
        value=pooled.value,
        low=pooled.low,
        high=pooled.high,
        scale_low=None,
        scale_high=None,
        lower_is_better=None,
        better=side,
        clear=not pooled.low <= null <= pooled.high,
        adjusted=any(one.adjusted for one in effects),
        per_hundred=at_a_named_risk(effects, pooled),
        certainty=_graded(effects, setting, pooled.low, pooled.high, null, pooled.i2),
        rows=pooled.rows,
        source=pooled.source,
    )


def _single(about: Measured, effect: TrialEffect, setting: Setting) -> Benefit:
    null = 1.0 if effect.natural_measure == "RR" else 0.0
    return Benefit(
        condition=setting.condition,
        group=setting.group,
        family=about.family,
        domain=about.domain,
        kind=about.kind,
        outcome=effect.outcome.name,
        plain_name=about.plain_name,
        reporter=effect.outcome.reporter,
        basis="trial",
        trials=(effect.trial.trial,),
        comparators=(effect.comparator,),
        added_to=(effect.design.added_to,) if effect.design.added_to else (),
        conditions=(effect.trial.condition,),
        weeks=effect.outcome.weeks,
        people=effect.people,
        measure=effect.natural_measure,
        value=effect.natural,
        low=effect.natural_low,
        high=effect.natural_high,
        scale_low=effect.outcome.scale_low,
        scale_high=effect.outcome.scale_high,
        lower_is_better=effect.outcome.lower_is_better,
        better=leaning(effect),
        clear=clear(effect),
        adjusted=effect.adjusted,
        per_hundred=at_a_named_risk((effect,), None),
        certainty=_graded((effect,), setting, effect.natural_low, effect.natural_high, null, None),
        rows=effect.rows,
        source=effect.source,
    )


def _least_telling(effects: Sequence[TrialEffect]) -> str:
    """The reporter farthest from the patient."""
    return max((one.outcome.reporter for one in effects), key=REPORTERS.index)


def _graded(
    effects: tuple[TrialEffect, ...], setting: Setting, low: float, high: float, null: float, i2: float | None
) -> Certainty:
    body = Body(
        trials=len(effects),
        people=sum(one.people for one in effects),
        low=low,
        high=high,
        null=null,
        i2=i2,
        blinded=all(one.design.blinded == "yes" for one in effects),
        surrogate=any(one.outcome.domain in SURROGATES for one in effects),
        broad=len({one.trial.condition for one in effects}) > 1,
        unlike=any(one.trial.condition in UNLIKE and one.trial.condition != setting.condition for one in effects),
        missing=setting.missing,
        compared=setting.compared,
    )
    found = [setting.rated[one.outcome.outcome] for one in effects if one.outcome.outcome in setting.rated]
    rated: Level | None = least(tuple(row.certainty for row in found)) if found else None
    review = found[0].source[0] if found and found[0].source else ""
    return never_above(certainty(benefit_reasons(body)), rated, review)


def ranked(benefits: Sequence[Benefit]) -> tuple[Benefit, ...]:
    """Benefits in the order in which a page says them: the fairest comparison, then what people said themselves,
    counts of people before scores, pools before single trials, more people before fewer."""

    def place(one: Benefit) -> tuple[int, int, bool, bool, int]:
        return (
            GROUPS.index(one.group),
            REPORTERS.index(one.reporter),
            one.per_hundred is None,
            one.basis == "trial",
            -one.people,
        )

    return tuple(sorted(benefits, key=place))
