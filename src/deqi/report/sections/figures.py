"""The figures of the benefit section, from effects and directions to drawing rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from deqi.evidence.benefits import BenefitCell
from deqi.evidence.effects import TrialEffect
from deqi.evidence.outcomes import Synthesis
from deqi.evidence.synthesis import TrialDirection
from deqi.report.blocks import Figure, Say
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
MARK = "*"
"""Beside a trial of which only the authors' word is known."""
LANE_OF: dict[str, Lane] = {direction: lane for lane, direction in LANES}


def direction_figure(
    found: Sequence[TrialDirection], phrases: Phrases, kinds: Mapping[str, str], words: tuple[Say, ...]
) -> Figure | None:
    """The effect-direction plot of the results that compare groups; None when there are none.

    kinds: condition ids with names, to say beside each trial; empty to leave them out. words: the same as a list.
    """
    rows = [
        DirectionRow(
            trial_label(one.comparison.trial, phrases) + (MARK if one.known == "claim" else ""),
            LANE_OF[one.direction],
            one.people,
            kinds.get(one.comparison.trial.condition, ""),
        )
        for one in found
        if one.direction in LANE_OF
    ]
    if not rows:
        return None
    claimed = any(one.known == "claim" for one in found)
    title = phrases.say("benefit.directions.claimed" if claimed else "benefit.directions", {"mark": MARK})
    lanes = [
        (lane, capital(phrases.say(f"direction.{direction}")), phrases.say(f"lane.{lane}")) for lane, direction in LANES
    ]
    said = " ".join(f"{one.strong} {one.text}." for one in words)
    return Figure(
        title,
        lambda width: effect_directions(rows, lanes, title=title, description=said, width=width),
        words,
    )


def forest_figure(synthesis: Synthesis, cell: BenefitCell, phrases: Phrases) -> Figure:
    """The forest plot of a synthesis; with the pool only where there is one."""
    ratio = synthesis.measured.family == "responder"
    estimate = synthesis.estimate
    weights = estimate.weights if estimate else (None,) * len(synthesis.effects)
    rows = [_row(effect, weight, ratio, phrases) for effect, weight in zip(synthesis.effects, weights, strict=True)]
    if estimate is not None:
        rows.append(
            ForestRow(
                phrases.say("numbers.pooled"),
                estimate.value,
                estimate.low,
                estimate.high,
                "pooled",
                phrases.say("numbers.pooled.detail", {"k": estimate.k, "n": estimate.n}),
                None,
                math.nan if estimate.prediction_low is None else estimate.prediction_low,
                math.nan if estimate.prediction_high is None else estimate.prediction_high,
            )
        )
    title = f"{capital(synthesis.measured.name)}, {phrases.say('group.' + cell.group).lower()}"
    better, worse = (phrases.say(f"direction.{one}") for one in ("favours_acupuncture", "favours_control"))
    left, right = (worse, better) if ratio else (better, worse)
    axis = phrases.say("numbers.axis.ratio" if ratio else "numbers.axis.smd")
    null = 1.0 if ratio else 0.0
    return Figure(
        title,
        lambda width: forest(rows, title=title, axis=axis, left=left, right=right, null=null, log=ratio, width=width),
    )


def _row(effect: TrialEffect, weight: float | None, ratio: bool, phrases: Phrases) -> ForestRow:
    label = trial_label(effect.trial, phrases)
    if ratio and effect.events:
        a, n1, c, n2 = effect.events
        return ForestRow(
            label,
            effect.natural,
            effect.natural_low,
            effect.natural_high,
            detail=phrases.say("numbers.counts", {"a": a, "n1": n1, "c": c, "n2": n2}),
            weight=weight,
        )
    half = 1.959963984540054 * effect.vi**0.5
    return ForestRow(
        label,
        effect.yi,
        effect.yi - half,
        effect.yi + half,
        detail=phrases.say("numbers.arms", {"treated": effect.n_acupuncture, "control": effect.n_control}),
        weight=weight,
    )
