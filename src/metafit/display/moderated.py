"""Summaries of what is asked of a meta-regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.text import say

if TYPE_CHECKING:
    from metafit.regression.contrasts import Contrasts, Inflation


def wald_block(statistic: float, numerator: int, df: float, p: float) -> Block:
    """A test of several coefficients at once: chi-square, or F where df is not NaN."""
    name = f"chi2({numerator})" if np.isnan(df) else f"F({numerator}, {number(df, 0)})"
    return Block(say("together"), ("", "value"), ((name, number(statistic)), ("p", p_value(p))))


def contrasts(found: Contrasts) -> Summary:
    """A line a combination, and the test of all."""
    kind = "z" if np.isnan(found.df) else f"t({number(found.df, 0)})"
    columns = ("", "estimate", "se", kind, "p", f"{percent(found.level)} interval")
    rows = tuple(
        (
            name if found.value[i] == 0 else f"{name} = {found.value[i]:g}",
            *map(number, (found.estimate[i], found.se[i], found.statistic[i])),
            p_value(found.p[i]),
            span(found.ci_low[i], found.ci_high[i]),
        )
        for i, name in enumerate(found.names)
    )
    blocks = [Block("", columns, rows)]
    if len(rows) > 1:
        blocks.append(wald_block(found.qm, found.qm_df, found.df, found.qm_p))
    return Summary(say("contrasts", test=found.test), tuple(blocks))


def inflation(found: Inflation) -> Summary:
    """A line a moderator."""
    rows = tuple(
        (name, str(size), number(found.vif[i]), number(found.sif[i]))
        for i, (name, size) in enumerate(zip(found.names, found.coefficients, strict=True))
    )
    return Summary(say("inflation"), (Block("", ("", "coefficients", "variance", "standard error"), rows),))
