"""Summaries and tables of Bayesian pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from metafit.display.columns import Column, Rows, table
from metafit.display.natural import WORDS, natural
from metafit.display.summaries import noted, scale_heading
from metafit.display.summary import Block, Summary, number, percent
from metafit.text import say

if TYPE_CHECKING:
    from metafit.bayes.pooling import BayesFit, Posterior


def _columns(level: str, get: Callable[[Callable[[Posterior], Any]], Any]) -> list[Column]:
    """Median, mean, sd and both intervals; `get` reads something of one posterior or of several."""
    return [
        Column("median", {"median": get(lambda x: x.median)}),
        Column("mean", {"mean": get(lambda x: x.mean)}),
        Column("sd", {"sd": get(lambda x: x.sd)}),
        Column(
            f"{say('central')}{level}",
            {"central_low": get(lambda x: x.central.low), "central_high": get(lambda x: x.central.high)},
        ),
        Column(
            f"{say('shortest')}{level}",
            {"shortest_low": get(lambda x: x.shortest.low), "shortest_high": get(lambda x: x.shortest.high)},
        ),
    ]


def posterior_rows(found: Posterior) -> Rows:
    """One posterior, or a row each of many."""
    return table(_columns("", lambda read: read(found)))


def posterior(found: Posterior) -> Summary:
    """One posterior, or many."""
    return posterior_rows(found).summary(say("title.Posterior"))


def bayes_rows(fit: BayesFit) -> Rows:
    """A row for the mean, the spread and a new study; of a batch, those of each analysis."""
    parts = (("mu", fit.mu), ("tau", fit.tau), (say("new-study"), fit.new))
    places = [", ".join(str(i + 1) for i in place) for place in np.ndindex(np.shape(fit.status))]
    labels = [f"{place}: {name}" if place else name for place in places for name, _ in parts]

    def get(read: Callable[[Posterior], Any]) -> Any:
        return np.stack([np.ravel(read(one)) for _, one in parts], axis=-1).ravel()

    columns = _columns(f" {percent(fit.level)}", get)
    middle, low, high = (natural(fit.measure, get(read)) for read in _ENDS)
    if middle is not None and low is not None and high is not None:
        spread = np.arange(len(labels)) % len(parts) == 1  # tau has no place on the natural scale
        shown = [np.where(spread, np.nan, one) for one in (middle, low, high)]
        columns.append(Column(WORDS[fit.measure], {"natural": shown[0]}))
        heading = f"{say('central')} {percent(fit.level)}"
        columns.append(Column(heading, {"natural_low": shown[1], "natural_high": shown[2]}))
    return table(columns, labels)


_ENDS: tuple[Callable[[Posterior], Any], ...] = (lambda x: x.median, lambda x: x.central.low, lambda x: x.central.high)


def bayes(fit: BayesFit) -> Summary:
    """Posteriors of mean, spread and a new study."""
    rows, prior = bayes_rows(fit), fit.tau_prior
    told = prior.summary().line() if hasattr(prior, "summary") else str(prior)
    if np.ndim(fit.status) > 0:
        return rows.summary(say("batch", count=np.size(fit.status), what=say("title.bayes", prior=told)))
    below = Block("", ("", "value"), ((say("bayes.below", null=f"{fit.null:g}"), number(fit.below_null)),))
    title = say("bayes", k=int(fit.k), prior=told)
    return Summary(title, (rows.block(scale_heading(fit.measure)), below), noted(fit.status))
