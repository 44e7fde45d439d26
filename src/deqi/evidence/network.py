"""The comparators of the trials as a network around acupuncture: what each is worth against each other.

The same effects as in the pools, one a trial and comparator; a trial with several control arms gives several, with the
covariance that its one acupuncture arm makes. Every trial here has an acupuncture arm, so the network is mostly a
star: what it says about two controls is indirect, and little could contradict it. It is an exploration for
researchers, not a basis for what a patient is told.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

import numpy as np

from deqi.evidence.benefits import conditions_inside, usable_effects
from deqi.evidence.comparisons import GROUPS
from deqi.evidence.effects import Family, TrialEffect, chosen_effects
from deqi.evidence.grade import Body, Certainty, Reason, benefit_reasons, certainty
from deqi.evidence.outcomes import SURROGATES, UNLIKE, measured
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import TrialResult
from deqi.knowledge.tables.vocabulary import Condition
from deqi.knowledge.thresholds import thresholds
from metafit.errors import StatsInputError
from metafit.multilevel.shared_arms import arm_variance, shared_arm_covariance, smd_covariance
from metafit.network.consistency import DesignTest, Geometry, design_test, geometry, split_evidence
from metafit.network.fit import NetworkFit, p_scores, pool_network
from metafit.results import Floats, Status

ACUPUNCTURE = "acupuncture"
Nodes = Literal["group", "comparator"]
_ALL_DIRECT = 1e-6
"""A share of direct evidence short of 1 by less than this is rounding."""


class Caveat(StrEnum):
    """What must be said wherever numbers of the network are shown."""

    NOT_FOR_PATIENTS = "not_for_patients"
    """Always: no sentence for a patient rests on a network."""
    BROAD = "broad"
    """Several kinds of neuropathy are put together."""
    CONSISTENCY_UNCHECKED = "consistency_unchecked"
    """Nothing in the network could contradict it: no comparison is reached in two ways."""
    SINGLE_TRIALS = "single_trials"
    """At least one treatment is known from fewer trials than a pool needs."""
    SHARED_ARM = "shared_arm"
    """At least one trial's acupuncture arm serves several comparisons."""
    SHARED_ARM_DROPPED = "shared_arm_dropped"
    """A trial's further comparisons were left out: a second comparator of one group, or no covariance to be had."""
    NO_HETEROGENEITY = "no_heterogeneity"
    """Too few trials to estimate how much they differ: the intervals are those of a common effect, too narrow."""
    BLINDING_DIFFERS = "blinding_differs"
    """Some comparisons are blinded and others not, so that their differences mix treatment and expectation."""


@dataclasses.dataclass(frozen=True)
class NetworkNode:
    """A treatment with the trials and people behind it."""

    treatment: str
    trials: int
    people: int


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One pair on the reader's scale (SMD, negative favours `treatment`; ratio of responders, above 1 favours it).

    trials: that compare the pair directly. share: of direct evidence, 0 for a purely indirect comparison. The
    prediction interval is None where nothing is known of the heterogeneity.
    """

    treatment: str
    control: str
    value: float
    low: float
    high: float
    prediction_low: float | None
    prediction_high: float | None
    p: float
    trials: int
    share: float
    certainty: Certainty


@dataclasses.dataclass(frozen=True)
class EvidenceNetwork:
    """The network of one condition (with its parts) and one family of outcomes.

    ranking: P-scores by treatment, the mean certainty of being better than the others. design: the split of Q within
    and between designs. tau2 is on the analysis scale.
    """

    condition: str
    family: Family
    measure: str
    nodes: tuple[NetworkNode, ...]
    comparisons: tuple[Comparison, ...]
    ranking: tuple[tuple[str, float], ...]
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    test: str
    design: DesignTest
    geometry: Geometry
    caveats: tuple[Caveat, ...]
    effects: tuple[TrialEffect, ...]
    rows: tuple[str, ...]
    source: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class NetworkVerdict:
    """The networks sound enough to be shown, or the nearest one and why it is not.

    Sound enough: one outcome, and at least two comparators each known from as many trials as a pool needs.
    """

    networks: tuple[EvidenceNetwork, ...]
    nearest: str
    """The outcome that comes nearest (its plain name), empty where no outcome has two comparators."""
    trials: tuple[int, ...]
    """Trials behind its two best known comparators."""


def network_verdict(knowledge: Knowledge, condition: str) -> NetworkVerdict:
    """What the network of a condition's comparators can say, outcome by outcome."""
    found, nearest, best = [], "", (0, 0)
    for about in measured(knowledge):
        effects = _candidates(knowledge, condition, about.family, about.domain, about.kind)
        counts: dict[str, set[str]] = defaultdict(set)
        for effect in effects:
            counts[effect.group].add(effect.trial.trial)
        sizes = sorted((len(trials) for trials in counts.values()), reverse=True)
        if len(sizes) < 2:
            continue
        two = (sizes[0], sizes[1])
        if two[1] >= thresholds().least_to_pool:
            made = evidence_network(knowledge, condition, about.family, domain=about.domain, kind=about.kind)
            found += [made] if made is not None else []
        if (two[1], two[0]) > (best[1], best[0]):
            nearest, best = about.plain_name, two
    return NetworkVerdict(tuple(found), nearest, best if nearest else ())


def _candidates(knowledge: Knowledge, condition: str, family: Family, domain: str, kind: str) -> list[TrialEffect]:
    """One effect a trial and comparison: randomised treatment trials of needles, companions left out."""
    inside = conditions_inside(condition, knowledge.rows(Condition))
    parents = {row.trial: row.report_of for row in knowledge.rows(TrialResult) if row.report_of}
    return [
        effect
        for effect in chosen_effects(usable_effects(knowledge), family, domain=domain, kind=kind)
        if effect.trial.condition in inside and effect.group in GROUPS and effect.trial.trial not in parents
    ]


def evidence_network(
    knowledge: Knowledge,
    condition: str,
    family: Family,
    *,
    domain: str = "",
    kind: str = "",
    nodes: Nodes = "group",
) -> EvidenceNetwork | None:
    """The network of all randomised treatment trials of a condition; None where it would have one comparator or none.

    domain, kind: only outcomes of this domain, or counts of this kind; empty takes whatever each trial measured,
    which mixes unlike outcomes and is for exploring only. nodes: comparators put together in their groups (waiting
    list with usual care), or each by itself.
    """
    effects, dropped = _one_each(_candidates(knowledge, condition, family, domain, kind), nodes)
    if len({_node(effect, nodes) for effect in effects}) < 2:
        return None
    v, dropped_too, effects = _covariance(effects)
    fit = _fit(effects, v, nodes)
    tests = design_test(fit)
    if fit.status != Status.OK or tests is None:
        return None
    return _assemble(fit, tests, condition, family, effects, nodes, dropped or dropped_too)


def _node(effect: TrialEffect, nodes: Nodes) -> str:
    return effect.group if nodes == "group" else effect.comparator


def _one_each(candidates: Sequence[TrialEffect], nodes: Nodes) -> tuple[list[TrialEffect], bool]:
    """One effect a trial and node, in the groups' order; whether a second comparator of one node was left out."""
    order = sorted(candidates, key=lambda one: (one.trial.year or 0, one.trial.trial, GROUPS.index(one.group)))
    kept: dict[tuple[str, str], TrialEffect] = {}
    for effect in order:
        kept.setdefault((effect.trial.trial, _node(effect, nodes)), effect)
    return list(kept.values()), len(kept) < len(order)


def _covariance(effects: list[TrialEffect]) -> tuple[Floats, bool, list[TrialEffect]]:
    """Sampling covariances, and the effects for which they are known; of the others the first of their trial stays."""
    by_trial: dict[str, list[TrialEffect]] = defaultdict(list)
    for effect in effects:
        by_trial[effect.trial.trial].append(effect)
    kept: list[TrialEffect] = []
    blocks: list[Floats] = []
    dropped = False
    for group in by_trial.values():
        block = _block(group)
        if block is None:
            group, dropped = group[:1], True
            block = np.array([[group[0].vi]])
        kept += group
        blocks.append(block)
    v = np.zeros((len(kept), len(kept)))
    at = 0
    for block in blocks:
        v[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return v, dropped, kept


def _block(effects: Sequence[TrialEffect]) -> Floats | None:
    """The covariance of one trial's effects; None if they do not come from one and the same acupuncture arm."""
    vi = [effect.vi for effect in effects]
    if len(effects) == 1:
        return np.array([vi])
    labels = [0] * len(effects)
    arm = {effect.n_acupuncture for effect in effects}
    measured = {(effect.outcome.name, effect.outcome.timepoint, effect.how) for effect in effects}
    if len(arm) != 1 or len(measured) != 1:
        return None
    size = float(arm.pop())
    if effects[0].measure == "SMD":
        everybody = size + sum(effect.n_control for effect in effects)
        yi, k = [effect.yi for effect in effects], len(effects)
        block = smd_covariance(labels, yi, vi, np.full(k, size), np.full(k, everybody))
    else:
        counted = [effect.events[:2] for effect in effects if effect.events is not None]
        if len(set(counted)) != 1 or len(counted) != len(effects):
            return None
        events, total = zip(*counted, strict=True)
        try:
            block = shared_arm_covariance(labels, vi, arm_variance("RR", events=events, n=total))
        except StatsInputError:
            return None
    size_of = np.sqrt(np.diag(block))
    usable = np.isfinite(block).all() and np.linalg.eigvalsh(block / np.outer(size_of, size_of))[0] > 1e-9
    return block if usable else None


def _fit(effects: Sequence[TrialEffect], v: Floats, nodes: Nodes) -> NetworkFit:
    """REML with t intervals; where nothing is left to estimate a variance from, a common effect with z."""
    study = [effect.trial.trial for effect in effects]
    control = [_node(effect, nodes) for effect in effects]
    yi = [effect.yi for effect in effects]
    spare = len(effects) - len(set(control))
    treatment = [ACUPUNCTURE] * len(effects)
    if spare > 0:
        return pool_network(study, treatment, control, yi, v, method="REML", test="t")
    return pool_network(study, treatment, control, yi, v, method="FE", test="z")


def _assemble(
    fit: NetworkFit,
    tests: DesignTest,
    condition: str,
    family: Family,
    effects: Sequence[TrialEffect],
    nodes: Nodes,
    dropped: bool,
) -> EvidenceNetwork:
    found = _nodes(fit, effects, nodes)
    shape = geometry(fit)
    conditions = {effect.trial.condition for effect in effects}
    blinded: dict[str, bool] = {}
    for effect in effects:
        blinded[_node(effect, nodes)] = blinded.get(_node(effect, nodes), True) and effect.design.blinded == "yes"
    trials = [effect.trial.trial for effect in effects]
    several = len(set(trials)) < len(trials)
    better = p_scores(fit, small_is_good=effects[0].measure == "SMD")
    applies = {
        Caveat.NOT_FOR_PATIENTS: True,
        Caveat.BROAD: len(conditions) > 1,
        Caveat.CONSISTENCY_UNCHECKED: tests.between.df == 0,
        Caveat.SINGLE_TRIALS: any(node.trials < thresholds().least_to_pool for node in found),
        Caveat.SHARED_ARM: several,
        Caveat.SHARED_ARM_DROPPED: dropped,
        Caveat.NO_HETEROGENEITY: fit.q_df == 0,
        Caveat.BLINDING_DIFFERS: len(set(blinded.values())) > 1,
    }
    return EvidenceNetwork(
        condition=condition,
        family=family,
        measure=effects[0].measure,
        nodes=found,
        comparisons=_comparisons(fit, effects, nodes, blinded, broad=len(conditions) > 1),
        ranking=tuple(
            (str(name), float(score)) for name, score in zip(fit.treatments, better, strict=True) if score == score
        ),
        tau2=fit.tau2,
        i2=fit.i2,
        q=fit.q,
        q_df=fit.q_df,
        q_p=fit.q_p,
        test=fit.test,
        design=tests,
        geometry=shape,
        caveats=tuple(caveat for caveat, here in applies.items() if here),
        effects=tuple(effects),
        rows=tuple(row for effect in effects for row in effect.rows),
        source=tuple(dict.fromkeys(source for effect in effects for source in effect.source)),
    )


def _nodes(fit: NetworkFit, effects: Sequence[TrialEffect], nodes: Nodes) -> tuple[NetworkNode, ...]:
    arms: dict[str, dict[str, int]] = defaultdict(dict)
    for effect in effects:
        arms[ACUPUNCTURE][effect.trial.trial] = effect.n_acupuncture
        arms[_node(effect, nodes)][effect.trial.trial] = effect.n_control
    return tuple(NetworkNode(str(t), len(arms[str(t)]), sum(arms[str(t)].values())) for t in fit.treatments)


def _comparisons(
    fit: NetworkFit, effects: Sequence[TrialEffect], nodes: Nodes, blinded: dict[str, bool], *, broad: bool
) -> tuple[Comparison, ...]:
    ratio = effects[0].measure == "RR"
    people: dict[str, int] = defaultdict(int)
    trials: dict[str, int] = defaultdict(int)
    for effect in effects:
        people[_node(effect, nodes)] += effect.people
        trials[_node(effect, nodes)] += 1
    found = []
    for split in split_evidence(fit):
        one, other = str(split.treatment), str(split.control)
        if other == ACUPUNCTURE:
            one, other = other, one
        i, j = fit.index(one), fit.index(other)

        def natural(x: float) -> float:
            return float(np.exp(x)) if ratio else float(x)

        low, high = natural(fit.ci_low[i, j]), natural(fit.ci_high[i, j])
        controls = [name for name in (one, other) if name != ACUPUNCTURE]
        hidden = fit.q_df == 0
        found.append(
            Comparison(
                treatment=one,
                control=other,
                value=natural(fit.estimate[i, j]),
                low=low,
                high=high,
                prediction_low=None if hidden else natural(fit.prediction_low[i, j]),
                prediction_high=None if hidden else natural(fit.prediction_high[i, j]),
                p=float(fit.p[i, j]),
                trials=split.studies,
                share=split.share,
                certainty=_certainty(
                    Body(
                        trials=sum(trials[name] for name in controls),
                        people=sum(people[name] for name in controls),
                        low=low,
                        high=high,
                        null=1.0 if ratio else 0.0,
                        i2=fit.i2,
                        blinded=all(blinded[name] for name in controls),
                        surrogate=any(effect.outcome.domain in SURROGATES for effect in effects),
                        broad=broad,
                        unlike=any(effect.trial.condition in UNLIKE for effect in effects),
                        missing=0,
                        compared=0,
                    ),
                    split.share,
                ),
            )
        )
    return tuple(found)


def _certainty(body: Body, share: float) -> Certainty:
    """Direct evidence is graded as a pool is; what leans on other comparisons is less sure (share of direct)."""
    reasons = list(benefit_reasons(body))
    if share == 0.0:
        reasons.append(Reason("indirectness", 2, "network_indirect"))
    elif share < 1.0 - _ALL_DIRECT:
        reasons.append(Reason("indirectness", 1, "network_leans"))
    return certainty(tuple(reasons))
