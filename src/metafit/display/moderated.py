"""Summaries of what is asked of a meta-regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metafit.display.columns import Column, Rows, interval, table
from metafit.display.summary import Block, Summary, number, p_value
from metafit.text import say

if TYPE_CHECKING:
    from metafit.regression.contrasts import Contrasts, Inflation
    from metafit.regression.permutation import PermutationTest


def wald_block(statistic: float, numerator: int, df: float, p: float) -> Block:
    """A test of several coefficients at once: chi-square, or F where df is not NaN."""
    name = f"chi2({numerator})" if np.isnan(df) else f"F({numerator}, {number(df, 0)})"
    return Block(say("together"), ("", "value"), ((name, number(statistic)), ("p", p_value(p))))


def contrasts_rows(found: Contrasts) -> Rows:
    """A row a combination."""
    kind = "z" if np.isnan(found.df) else f"t({number(found.df, 0)})"
    columns = [
        Column("estimate", {"estimate": found.estimate}),
        Column("se", {"se": found.se}),
        Column(kind, {"statistic": found.statistic}),
        Column("p", {"p": found.p}, p_value),
        interval(found.level, found.ci_low, found.ci_high),
    ]
    pairs = zip(found.names, found.value, strict=True)
    return table(columns, [name if value == 0 else f"{name} = {value:g}" for name, value in pairs])


def contrasts(found: Contrasts) -> Summary:
    """A line a combination, and the test of all."""
    rows = contrasts_rows(found)
    blocks = [rows.block()]
    if len(rows.labels) > 1:
        blocks.append(wald_block(found.qm, found.qm_df, found.df, found.qm_p))
    return Summary(say("contrasts", test=found.test), tuple(blocks))


def inflation_rows(found: Inflation) -> Rows:
    """A row a moderator."""
    columns = [
        Column("coefficients", {"coefficients": found.coefficients}, lambda k: number(k, 0)),
        Column("variance", {"vif": found.vif}),
        Column(say("standard-error"), {"sif": found.sif}),
    ]
    return table(columns, found.names)


def inflation(found: Inflation) -> Summary:
    """A line a moderator."""
    return inflation_rows(found).summary(say("inflation"))


def permutation_rows(found: PermutationTest) -> Rows:
    """A row a coefficient, with p by distribution and by permutation."""
    columns = [
        Column("estimate", {"estimate": found.estimate}),
        Column("z" if found.test == "z" else "t", {"statistic": found.statistic}),
        Column(say("p-by-model"), {"p_model": found.p_model}, p_value),
        Column(say("p-by-permutation"), {"p": found.p}, p_value),
    ]
    return table(columns, found.names)


def permutation(found: PermutationTest) -> Summary:
    """The coefficients, and the moderators together."""
    which, kind = "all" if found.exact else "drawn", say(f"permutation.{found.kind}")
    title = say(f"permutation.{which}", count=found.permutations, kind=kind, seed=found.seed)
    blocks = [permutation_rows(found).block(f"{found.method}; {found.test}")]
    if found.kind == "rows":
        statistic = "chi2" if found.test == "z" else "F"
        tested = ((statistic, number(found.qm)), (say("p-by-permutation"), p_value(found.qm_p)))
        blocks.append(Block(say("moderators"), ("", "value"), tested))
    return Summary(title, tuple(blocks))
