"""The figures of the benefit section, from effects and directions to drawing rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from deqi.evidence.benefits import BenefitCell
from deqi.evidence.effects import TrialEffect
from deqi.evidence.outcomes import Synthesis
from deqi.evidence.synthesis import TrialDirection
from deqi.report.blocks import Figure
from deqi.report.draw import DirectionRow, ForestRow, effect_directions, forest
from deqi.report.draw.directions import Lane
from deqi.report.phrase import Phrases, capital, trial_label

LANES: tuple[tuple[Lane, str], ...] = (
    ("against", "favours_control"),
    ("level", "no_difference"),
    ("mixed", "mixed"),
    ("for", "favours_acupuncture"),
    ("unseen", "not_seen"),
)
LANE_OF: dict[str, Lane] = {direction: lane for lane, direction in LANES}


def direction_figure(found: Sequence[TrialDirection], phrases: Phrases, kinds: Mapping[str, str]) -> Figure | None:
    """The effect-direction plot of the results that compare groups; None when there are none.

    kinds: condition ids with names, to say beside each trial; empty to leave them out.
    """
    rows = [
        DirectionRow(
            trial_label(one.comparison.trial),
            LANE_OF[one.direction],
            one.people,
            kinds.get(one.comparison.trial.condition, ""),
        )
        for one in found
        if one.direction in LANE_OF
    ]
    if not rows:
        return None
    title = phrases.say("benefit.directions")
    lanes = [
        (lane, capital(phrases.say(f"direction.{direction}")), phrases.say(f"lane.{lane}")) for lane, direction in LANES
    ]
    return Figure("", lambda width: effect_directions(rows, lanes, title=title, width=width))


def forest_figure(synthesis: Synthesis, cell: BenefitCell, phrases: Phrases) -> Figure:
    """The forest plot of a synthesis; with the pool only where there is one."""
    ratio = synthesis.measured.family == "responder"
    estimate = synthesis.estimate
    weights = estimate.weights if estimate else (None,) * len(synthesis.effects)
    rows = [_row(effect, weight, ratio) for effect, weight in zip(synthesis.effects, weights, strict=True)]
    if estimate is not None:
        rows.append(
            ForestRow(
                "Pooled",
                estimate.value,
                estimate.low,
                estimate.high,
                "pooled",
                f"k = {estimate.k}, n = {estimate.n}",
                None,
                math.nan if estimate.prediction_low is None else estimate.prediction_low,
                math.nan if estimate.prediction_high is None else estimate.prediction_high,
            )
        )
    title = f"{capital(synthesis.measured.name)}, {phrases.say('group.' + cell.group).lower()}"
    better, worse = (phrases.say(f"direction.{one}") for one in ("favours_acupuncture", "favours_control"))
    left, right = (worse, better) if ratio else (better, worse)
    axis = "Risk ratio of getting better" if ratio else "Standardised mean difference"
    null = 1.0 if ratio else 0.0
    return Figure(
        title,
        lambda width: forest(rows, title=title, axis=axis, left=left, right=right, null=null, log=ratio, width=width),
    )


def _row(effect: TrialEffect, weight: float | None, ratio: bool) -> ForestRow:
    if ratio and effect.events:
        a, n1, c, n2 = effect.events
        return ForestRow(
            trial_label(effect.trial),
            effect.natural,
            effect.natural_low,
            effect.natural_high,
            detail=f"{a}/{n1} v {c}/{n2}",
            weight=weight,
        )
    half = 1.959963984540054 * effect.vi**0.5
    return ForestRow(
        trial_label(effect.trial),
        effect.yi,
        effect.yi - half,
        effect.yi + half,
        detail=f"n {effect.n_acupuncture} v {effect.n_control}",
        weight=weight,
    )
