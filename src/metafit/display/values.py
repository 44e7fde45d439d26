"""Small results in a line or a table, and any result field by field."""

from __future__ import annotations

import dataclasses
import re
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from metafit.display.columns import Column, Rows, table
from metafit.display.shown import Shown
from metafit.display.summaries import heterogeneity_block
from metafit.display.summary import Block, Summary, number, p_value, span
from metafit.text import TEXTS, say

if TYPE_CHECKING:
    from metafit.bayes.priors import HalfCauchy, HalfNormal, NormalPrior, Uniform
    from metafit.counts.results import Association
    from metafit.effects.base import EffectWarning
    from metafit.inverse_variance.heterogeneity import HeterogeneityIntervals
    from metafit.likelihood import FitStatistics
    from metafit.results import Heterogeneity, Interval, Prediction


def ends_rows(found: Interval | Prediction) -> Rows:
    """A row an interval."""
    return table([Column(say("interval"), {"low": found.low, "high": found.high})])


def ends(found: Interval | Prediction) -> Summary:
    """Its ends; of many, a table."""
    if np.ndim(found.low) == 0:
        return Summary(span(found.low, found.high))
    return ends_rows(found).summary(say(f"title.{type(found).__name__}"))


def heterogeneity_intervals_rows(found: HeterogeneityIntervals) -> Rows:
    """An interval each of tau2, tau, I2 and H2; of a batch, a row an analysis."""
    tau = np.sqrt(found.tau2.low), np.sqrt(found.tau2.high)
    columns = [
        Column("tau2", {"tau2_low": found.tau2.low, "tau2_high": found.tau2.high}),
        Column("tau", {"tau_low": tau[0], "tau_high": tau[1]}),
        Column("I2 %", {"i2_low": found.i2.low, "i2_high": found.i2.high}, lambda x: number(x, 2)),
        Column("H2", {"h2_low": found.h2.low, "h2_high": found.h2.high}, lambda x: number(x, 2)),
    ]
    return table(columns)


def heterogeneity_intervals(found: HeterogeneityIntervals) -> Summary:
    """Intervals of the heterogeneity; of one analysis, one below the other."""
    rows, title = heterogeneity_intervals_rows(found), say("title.HeterogeneityIntervals")
    if rows.shape:
        return rows.summary(title)
    lines = tuple((one.heading, *one.cells(())) for one in rows.columns)
    return Summary(title, (Block("", ("", say("interval")), lines),), brief="; ".join(map(" ".join, lines)))


def heterogeneity(found: Heterogeneity) -> Summary:
    """tau2, I2, H2 and Q; of a batch, a row an analysis."""
    if np.ndim(found.tau2) == 0:
        test = say("q-test", q=number(found.q), df=int(found.q_df), p=p_value(found.q_p))
        brief = say("brief.heterogeneity", tau2=number(found.tau2), i2=number(found.i2, 2), q=test)
        return Summary("", (heterogeneity_block(found, True),), brief=brief)
    return heterogeneity_rows(found).summary(say("heterogeneity"))


def heterogeneity_rows(found: Heterogeneity) -> Rows:
    """A row an analysis."""
    columns = [
        Column("tau2", {"tau2": found.tau2}),
        Column("se(tau2)", {"se_tau2": found.se_tau2}),
        Column("I2 %", {"i2": found.i2}, lambda x: number(x, 2)),
        Column("H2", {"h2": found.h2}, lambda x: number(x, 2)),
        Column("Q", {"q": found.q}),
        Column("df", {"q_df": found.q_df}, lambda x: number(x, 0)),
        Column("p", {"q_p": found.q_p}, p_value),
    ]
    return table(columns)


def association(found: Association) -> Summary:
    """A chi-square with its p value."""
    if np.ndim(found.statistic) > 0:
        return association_rows(found).summary(say("tests"))
    return Summary(say("chi-square", statistic=number(found.statistic), p=p_value(found.p)))


def association_rows(found: Association) -> Rows:
    """A row a test."""
    return table([Column("chi2", {"statistic": found.statistic}), Column("p", {"p": found.p}, p_value)])


def warning(found: EffectWarning) -> Summary:
    """What is doubtful, and in which rows, counted from 1."""
    return Summary(say("warned", what=found.kind.value, rows=", ".join(str(i + 1) for i in found.rows)))


def prior(found: HalfNormal | HalfCauchy | Uniform | NormalPrior) -> Summary:
    """The distribution and its numbers."""
    fields = {field.name: f"{getattr(found, field.name):g}" for field in dataclasses.fields(found)}
    return Summary(say(f"prior.{type(found).__name__}", **fields))


def field_by_field(found: Any) -> Summary:
    """Any frozen result: single values as lines, arrays of one length as columns."""
    name = type(found).__name__
    title = say(f"title.{name}") if f"title.{name}" in TEXTS else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    lines, arrays = [], {}
    fields = getattr(found, "_fields", None) or [field.name for field in dataclasses.fields(found)]
    for field in fields:
        value, heading = getattr(found, field), field.replace("_", " ")
        if isinstance(value, Shown):
            lines.append((heading, value.summary().line()))
        elif isinstance(value, Enum):
            lines.append((heading, str(value.value)))
        elif isinstance(value, str) or value is None:
            lines.append((heading, value or "-"))
        elif np.ndim(value) == 0 and isinstance(np.asarray(value).item(), (bool, int, float)):
            whole = isinstance(np.asarray(value).item(), int)
            lines.append((heading, str(np.asarray(value).item()) if whole else number(value)))
        elif np.ndim(value) == 1 and all(isinstance(one, str) for one in value):
            lines.append((heading, ", ".join(value) or "-"))
        elif np.ndim(value) > 0 and np.asarray(value).dtype.kind in "biuf":
            arrays[field] = np.asarray(value)
    blocks = [Block("", ("", "value"), tuple(lines))] if lines else []
    longest = max((one.shape for one in arrays.values()), key=len, default=())
    fitting = {one: value for one, value in arrays.items() if value.shape == longest}
    if fitting:
        columns = [Column(one.replace("_", " "), {one: value}, _element) for one, value in fitting.items()]
        blocks.append(table(columns).block())
    return Summary(title, tuple(blocks))


def _element(value: Any) -> str:
    return str(value) if isinstance(value, (bool, int)) else number(value)


def fit_statistics_rows(found: FitStatistics) -> Rows:
    """One row."""
    columns = [
        Column(say("log-likelihood"), {"log_likelihood": found.log_likelihood}),
        Column("deviance", {"deviance": found.deviance}),
        *(Column(name, {name.lower(): getattr(found, name.lower())}) for name in ("AIC", "BIC", "AICc")),
    ]
    return table(columns)


def fit_statistics(found: FitStatistics) -> Summary:
    """The likelihood and the criteria."""
    kind = "REML" if found.restricted else "ML"
    title = say("title.FitStatistics", kind=kind, k=found.k, parameters=found.parameters)
    return fit_statistics_rows(found).summary(title)
