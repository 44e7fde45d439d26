"""What good it does: by condition and comparator, trial by trial, pooled only where at least three trials allow it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from deqi.evidence.effects import Family, TrialEffect, chosen_effects
from deqi.evidence.grade import Certainty, benefit_reasons, certainty
from deqi.evidence.stats import pool
from deqi.evidence.synthesis import SignTest, TrialDirection, directions, sign_test
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import PublishedPool, Trial, TrialArm, TrialResult
from deqi.knowledge.tables.vocabulary import ComparatorKind, Condition

LEAST_TO_POOL = 3
GROUPS = ("sham", "placebo", "no_needling", "drug_or_vitamin", "active_other")


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A pooled value with its interval, prediction interval, and everything behind it.

    Numbers are on the reader's scale: SMD as such, risk ratios as ratios. ``tau2`` stays on the analysis scale.
    """

    measure: str
    value: float
    low: float
    high: float
    prediction_low: float
    prediction_high: float
    p: float
    k: int
    n: int
    tau2: float
    i2: float
    method: str
    test: str
    weights: tuple[float, ...]
    certainty: Certainty
    rows: tuple[str, ...]
    source: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Synthesis:
    """The effects of one family in one cell, and their pool when there are three or more."""

    family: Family
    effects: tuple[TrialEffect, ...]
    estimate: Estimate | None


@dataclasses.dataclass(frozen=True)
class BenefitCell:
    """One condition (or all neuropathies together) against one group of comparators."""

    condition: Condition
    group: str
    comparators: tuple[ComparatorKind, ...]
    treatment: tuple[TrialDirection, ...]
    prevention: tuple[TrialDirection, ...]
    not_randomised: tuple[TrialDirection, ...]
    sign: SignTest
    syntheses: tuple[Synthesis, ...]
    published: tuple[PublishedPool, ...]
    broad: bool


def benefit_cells(knowledge: Knowledge, condition: str) -> tuple[BenefitCell, ...]:
    """Every comparison of a condition for which there is at least one trial."""
    conditions = {row.condition: row for row in knowledge.rows(Condition)}
    inside = _inside(condition, conditions.values())
    kinds = knowledge.rows(ComparatorKind)
    trials = [row for row in knowledge.rows(Trial) if row.condition in inside]
    effects: dict[Family, tuple[TrialEffect, ...]] = {
        family: chosen_effects(knowledge, family) for family in ("score", "responder")
    }
    cells = []
    for group in GROUPS:
        comparators = tuple(kind for kind in kinds if kind.group == group)
        names = {kind.comparator for kind in comparators}
        found = directions(trials, knowledge.rows(TrialArm), knowledge.rows(TrialResult), comparators=names)
        if not found:
            continue
        treatment = tuple(one for one in found if _is_treatment(one.trial) and one.trial.randomised != "no")
        cells.append(
            BenefitCell(
                condition=conditions[condition],
                group=group,
                comparators=comparators,
                treatment=treatment,
                prevention=tuple(one for one in found if one.trial.purpose.startswith("prevention")),
                not_randomised=tuple(one for one in found if one.trial.randomised == "no"),
                sign=sign_test(treatment),
                syntheses=tuple(
                    _synthesis(family, [one for one in chosen if _belongs(one, inside, names)], group, len(inside) > 1)
                    for family, chosen in effects.items()
                ),
                published=tuple(
                    row
                    for row in knowledge.rows(PublishedPool)
                    if row.condition in inside and row.comparator in names and row.verified != "no"
                ),
                broad=len(inside) > 1,
            )
        )
    return tuple(cells)


def _inside(condition: str, conditions: Iterable[Condition]) -> frozenset[str]:
    return frozenset(row.condition for row in conditions if condition in (row.condition, row.part_of)) | {condition}


def _is_treatment(trial: Trial) -> bool:
    return trial.purpose.startswith("treatment")


def _belongs(effect: TrialEffect, inside: frozenset[str], comparators: set[str]) -> bool:
    return (
        effect.trial.condition in inside
        and effect.comparator in comparators
        and effect.trial.randomised != "no"
        and _is_treatment(effect.trial)
    )


def _synthesis(family: Family, effects: list[TrialEffect], group: str, broad: bool) -> Synthesis:
    """One effect a trial: of several comparisons of one trial in this group the first is kept (shared arms)."""
    by_trial: dict[str, TrialEffect] = {}
    for effect in effects:
        by_trial.setdefault(effect.trial.trial, effect)
    kept = tuple(sorted(by_trial.values(), key=lambda one: (one.trial.year or 0, one.trial.trial)))
    return Synthesis(family, kept, _estimate(kept, group, broad) if len(kept) >= LEAST_TO_POOL else None)


def _estimate(effects: tuple[TrialEffect, ...], group: str, broad: bool) -> Estimate:
    yi = np.array([effect.yi for effect in effects])
    vi = np.array([effect.vi for effect in effects])
    fit = pool(yi, vi, method="REML")
    natural = np.exp if effects[0].measure == "RR" else lambda number: number
    n = sum(effect.n_acupuncture + effect.n_control for effect in effects)
    tau2, i2 = float(fit.heterogeneity.tau2), float(fit.heterogeneity.i2)
    weight = 1 / (vi + tau2)
    return Estimate(
        measure=effects[0].measure,
        value=float(natural(fit.estimate)),
        low=float(natural(fit.ci_low)),
        high=float(natural(fit.ci_high)),
        prediction_low=float(natural(fit.prediction.low)),
        prediction_high=float(natural(fit.prediction.high)),
        p=float(fit.p),
        k=len(effects),
        n=n,
        tau2=tau2,
        i2=i2,
        method=fit.method,
        test=fit.test,
        weights=tuple(float(one) for one in 100 * weight / weight.sum()),
        certainty=certainty(
            benefit_reasons(
                blinded=group in ("sham", "placebo"),
                k=len(effects),
                n=n,
                ci_low=float(fit.ci_low),
                ci_high=float(fit.ci_high),
                null=0.0,
                i2=i2,
                broad=broad,
            )
        ),
        rows=tuple(row for effect in effects for row in effect.rows),
        source=tuple(dict.fromkeys(source for effect in effects for source in effect.source)),
    )
