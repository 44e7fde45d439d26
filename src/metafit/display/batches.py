"""Many fits at once: leave-one-out, cumulative, subgroups, any batch."""

from __future__ import annotations

from metafit.display.columns import Column, Rows, interval, on_natural_scale, table
from metafit.display.summary import number, p_value
from metafit.results import Fit


def batch_rows(fit: Fit) -> Rows:
    """A row an analysis."""
    columns = [
        Column("k", {"k": fit.k}, lambda k: number(k, 0)),
        Column("estimate", {"estimate": fit.estimate}),
        interval(fit.level, fit.ci_low, fit.ci_high),
        Column("p", {"p": fit.p}, p_value),
        Column("tau2", {"tau2": fit.tau2}),
        Column("I2 %", {"i2": fit.heterogeneity.i2}, lambda i2: number(i2, 2)),
        *on_natural_scale(fit.measure, fit.level, fit.estimate, fit.ci_low, fit.ci_high, fit.sizes),
    ]
    return table(columns, fit.labels)
