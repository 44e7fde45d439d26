"""Summaries and tables of effects that are not independent."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from metafit.display.columns import Rows
from metafit.display.natural import natural
from metafit.display.others import coefficient_rows
from metafit.display.summaries import noted, scale_heading, statistic_name
from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.effects.given import LOGS
from metafit.text import say

if TYPE_CHECKING:
    from metafit.multilevel.fit import MultilevelFit
    from metafit.multilevel.robust_errors import RobustFit


def _names(count: int) -> list[str]:
    return ["pooled"] if count == 1 else [f"b{i}" for i in range(count)]


def multilevel_rows(fit: MultilevelFit) -> Rows:
    """A row a coefficient."""
    return coefficient_rows(fit, fit.estimate, statistic_name(fit.test), _names(fit.estimate.size), fit.measure)


def multilevel(fit: MultilevelFit) -> Summary:
    """Coefficients, the effect of a new group, variances, and Q."""
    rows = multilevel_rows(fit)
    parts = tuple(
        (say("level", place=i + 1), *map(number, (s, np.sqrt(s))), number(share, 2), str(groups))
        for i, (s, share, groups) in enumerate(zip(fit.sigma2, fit.i2, fit.levels, strict=True))
    )
    q = ((f"Q({fit.q_df})", number(fit.q)), (say("p-of-q"), p_value(fit.q_p)))
    blocks = (
        _with_new_group(rows.block(scale_heading(fit.measure, fit.measure in LOGS)), fit),
        Block(say("variances"), ("", "sigma2", "sigma", "I2 %", "groups"), parts),
        Block(say("heterogeneity.residual") if fit.estimate.size > 1 else say("heterogeneity"), ("", "value"), q),
    )
    return Summary(say("title.MultilevelFit", k=fit.k, method=fit.method, test=fit.test), blocks, noted(fit.status))


def _with_new_group(block: Block, fit: MultilevelFit) -> Block:
    """The coefficients, and below them the prediction interval where there is one."""
    low, high = fit.prediction.low, fit.prediction.high
    if not np.isfinite(low):
        return block
    intervals = [i for i, name in enumerate(block.columns) if name == say("interval-of", level=percent(fit.level))]
    cells = [""] * len(block.columns)
    cells[0] = say("new-group")
    ends = [(low, high), (natural(fit.measure, low), natural(fit.measure, high))]
    for place, (left, right) in zip(intervals, ends, strict=False):
        cells[place] = span(left, right)
    return dataclasses.replace(block, rows=(*block.rows, tuple(cells)))


def robust_rows(fit: RobustFit) -> Rows:
    """A row a coefficient."""
    return coefficient_rows(fit, fit.estimate, "t", _names(fit.estimate.size), fit.measure, counted=True)


def robust(fit: RobustFit) -> Summary:
    """Coefficients with errors that hold within clusters."""
    title = say("robust", kind=fit.kind, clusters=fit.clusters)
    heading = scale_heading(fit.measure, fit.measure in LOGS)
    return robust_rows(fit).summary(title, heading, noted(fit.status))
