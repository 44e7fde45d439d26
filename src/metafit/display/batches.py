"""Many fits at once: leave-one-out, cumulative, subgroups, any batch."""

from __future__ import annotations

import numpy as np

from metafit.display.natural import WORDS, natural
from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.results import Fit

MOST_ROWS = 60


def batch_rows(fit: Fit) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Columns and one row an analysis."""
    flat = {name: np.ravel(getattr(fit, name)) for name in ("k", "estimate", "ci_low", "ci_high", "p", "tau2")}
    i2 = np.ravel(fit.heterogeneity.i2)
    moved = natural(fit.measure, np.stack([flat["estimate"], flat["ci_low"], flat["ci_high"]]))
    level = percent(fit.level)
    columns = ["", "k", "estimate", f"{level} interval", "p", "tau2", "I2 %"]
    columns += [] if moved is None else [WORDS[fit.measure], f"{level} interval"]
    rows = []
    for i in range(min(flat["estimate"].size, MOST_ROWS)):
        name = fit.labels[i] if fit.labels is not None else str(i + 1)
        row = [name, str(int(flat["k"][i])), number(flat["estimate"][i]), span(flat["ci_low"][i], flat["ci_high"][i])]
        row += [p_value(flat["p"][i]), number(flat["tau2"][i]), number(i2[i], 2)]
        row += [] if moved is None else [number(moved[0][i]), span(moved[1][i], moved[2][i])]
        rows.append(tuple(row))
    return tuple(columns), rows


def batch_block(fit: Fit) -> Summary:
    """A batch as one table, its first rows where it is long."""
    columns, rows = batch_rows(fit)
    size = int(np.size(fit.estimate))
    notes = (f"and {size - len(rows)} more",) if size > len(rows) else ()
    title = f"{size} analyses (method {fit.method}; test {fit.test})"
    return Summary(title, (Block("", columns, tuple(rows)),), notes)
