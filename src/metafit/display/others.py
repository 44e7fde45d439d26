"""Summaries and tables of what goes with a pool: regression, subgroups, influence, effects of studies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from metafit.display.batches import batch_rows
from metafit.display.columns import Column, Rows, interval, on_natural_scale, table
from metafit.display.natural import WORDS, natural
from metafit.display.summaries import (
    heterogeneity_block,
    model_title,
    noted,
    scale_heading,
    statistic_name,
)
from metafit.display.summary import Block, Summary, number, p_value
from metafit.effects.given import LOGS
from metafit.inverse_variance.tau2 import FIXED
from metafit.text import say

if TYPE_CHECKING:
    from metafit.effects.base import Effects
    from metafit.inverse_variance.heterogeneity import Blups
    from metafit.inverse_variance.sensitivity import Gosh, Influence
    from metafit.inverse_variance.subgrouping import Subgroups
    from metafit.regression.fit import Predicted, Regression
    from metafit.results import StudyData

_DIAGNOSTICS = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "qe_del", "hat", "weight", "dfbs")


def coefficient_rows(
    fit: Any, values: Any, statistic: str, names: list[str], measure: str, *, counted: bool = False
) -> Rows:
    """A row a coefficient; of logarithms also as ratios. counted: with a column of degrees of freedom."""
    columns = [
        Column("estimate", {"estimate": values}),
        Column("se", {"se": fit.se}),
        Column(statistic, {"statistic": fit.statistic}),
        *([Column("df", {"df": fit.df}, lambda value: number(value, 2))] if counted else []),
        Column("p", {"p": fit.p}, p_value),
        interval(fit.level, fit.ci_low, fit.ci_high),
    ]
    if measure in LOGS:
        columns += on_natural_scale(measure, fit.level, values, fit.ci_low, fit.ci_high)
    return table(columns, names)


def regression_rows(fit: Regression) -> Rows:
    """A row a coefficient; of a batch, those of each analysis."""
    places = [", ".join(str(i + 1) for i in place) for place in np.ndindex(np.shape(fit.k))]
    names = [f"{place}: {name}" if place else name for place in places for name in fit.labels]
    return coefficient_rows(fit, fit.coefficients, statistic_name(fit.test), names, fit.measure)


def regression(fit: Regression) -> Summary:
    """Coefficients, the test of the moderators, and what heterogeneity is left."""
    rows = regression_rows(fit)
    heading = say("coefficients.ratios", measure=fit.measure) if fit.measure in LOGS else say("coefficients")
    title = say("title.Regression", model=model_title(fit))
    if np.ndim(fit.k) > 0:
        return rows.summary(say("batch", count=np.size(fit.k), what=title), heading)
    omnibus = f"chi2({fit.qm_df})" if fit.test == "z" else f"F({fit.qm_df}, {number(fit.df, 0)})"
    tests = [(omnibus, number(fit.qm)), ("p", p_value(fit.qm_p))]
    tests += [] if np.isnan(fit.r2) else [("R2 %", number(fit.r2, 2))]
    blocks = (
        rows.block(heading),
        Block(say("moderators"), ("", "value"), tuple(tests)),
        heterogeneity_block(fit.heterogeneity, fit.method not in FIXED, say("heterogeneity.residual")),
    )
    brief = say("brief.regression", title=title, test=omnibus, statistic=number(fit.qm), p=p_value(fit.qm_p))
    return Summary(title, blocks, noted(fit.status), brief)


def predicted_rows(found: Predicted) -> Rows:
    """A row a set of moderators: the mean with its interval, and the prediction interval."""
    low, high = found.prediction.low, found.prediction.high
    columns = [
        Column("estimate", {"estimate": found.estimate}),
        Column("se", {"se": found.se}),
        interval(found.level, found.ci_low, found.ci_high),
        Column(say("new-study"), {"prediction_low": low, "prediction_high": high}),
        *on_natural_scale(found.measure, found.level, found.estimate, found.ci_low, found.ci_high),
    ]
    left, right = natural(found.measure, low), natural(found.measure, high)
    if left is not None and right is not None:
        ends = {"natural_prediction_low": left, "natural_prediction_high": right}
        columns.append(Column(say("new-study"), ends))
    return table(columns)


def predicted(found: Predicted) -> Summary:
    """What the regression expects."""
    return predicted_rows(found).summary(say("title.Predicted"), scale_heading(found.measure))


def blups_rows(found: Blups) -> Rows:
    """A row a study."""
    low, high = found.interval.low, found.interval.high
    columns = [Column("estimate", {"estimate": found.estimate}), Column("se", {"se": found.se})]
    columns.append(interval(found.level, low, high))
    columns += on_natural_scale(found.measure, found.level, found.estimate, low, high)
    return table(columns, found.names, "study")


def blups(found: Blups) -> Summary:
    """Study effects drawn towards the pool."""
    return blups_rows(found).summary(say("title.Blups"), scale_heading(found.measure))


def subgroups_rows(found: Subgroups) -> Rows:
    """A row a subgroup."""
    return batch_rows(found.fit)


def subgroups(found: Subgroups) -> Summary:
    """A line a subgroup, and the test between them."""
    tested = f"F({found.q_df}, {number(found.f_df, 0)})" if np.isfinite(found.f_df) else f"chi2({found.q_df})"
    heading = say("between-subgroups")
    between = Block(heading, ("", "value"), ((tested, number(found.q_between)), ("p", p_value(found.p))))
    title = say("title.Subgroups", model=model_title(found.fit))
    blocks = (subgroups_rows(found).block(scale_heading(found.fit.measure)), between)
    return Summary(title, blocks, brief=f"{', '.join(map(str, found.levels))}; {tested} {number(found.q_between)}")


def influence_rows(found: Influence) -> Rows:
    """A row a study."""
    columns = [Column(name, {name: getattr(found, name)}, lambda x: number(x, 3)) for name in _DIAGNOSTICS]
    columns.append(Column("influential", {"influential": found.influential}, lambda flag: "*" if flag else ""))
    return table(columns, found.names, "study")


def influence(found: Influence) -> Summary:
    """A line a study; an asterisk marks the influential ones."""
    rows = influence_rows(found)
    marked = [name for name, flag in zip(rows.labels, found.influential, strict=True) if flag]
    brief = say("brief.influence", names=", ".join(marked) or say("none"))
    return rows.summary(say("influence"), notes=noted(found.status), line=brief)


def effects_rows(found: Effects) -> Rows:
    """A row a study, with the natural scale where there is one."""
    with np.errstate(invalid="ignore"):
        se = np.sqrt(found.vi)
    columns = [Column("yi", {"yi": found.yi}), Column("vi", {"vi": found.vi}), Column("se", {"se": se})]
    moved = natural(found.measure, found.yi, found.size)
    if moved is not None:
        columns.append(Column(WORDS[found.measure], {"natural": moved}))
    return table(columns, found.names if np.ndim(found.yi) == 1 else None, "study")


def effects(found: Effects) -> Summary:
    """A line a study, and what should be looked at."""
    rows = effects_rows(found)
    notes = []
    for one in found.warnings:
        told = [rows.labels[i] for i in one.rows[:10]]
        more = (say("more", count=len(one.rows) - len(told)),) if len(one.rows) > len(told) else ()
        notes.append(f"{one.kind.value}: {', '.join((*told, *more))}")
    title = say("title.Effects", what=scale_heading(found.measure, False), k=np.size(found.yi))
    return rows.summary(title, notes=tuple(notes), line=title)


def studies_rows(found: StudyData) -> Rows:
    """A row a study."""
    columns = [Column("yi", {"yi": found.yi}), Column("vi", {"vi": found.vi})]
    columns += [] if found.size is None else [Column("size", {"size": found.size})]
    return table(columns, found.names, "study")


def studies(found: StudyData) -> Summary:
    """What a pool was given."""
    return studies_rows(found).summary(say("title.StudyData", k=found.yi.size))


def gosh_rows(found: Gosh) -> Rows:
    """A row a subset."""
    fit = found.fit
    columns = [
        Column("k", {"k": fit.k}, lambda k: number(k, 0)),
        Column("estimate", {"estimate": fit.estimate}),
        Column("tau2", {"tau2": fit.tau2}),
        Column("I2 %", {"i2": fit.heterogeneity.i2}, lambda i2: number(i2, 2)),
    ]
    return table(columns)


def gosh(found: Gosh) -> Summary:
    """The spread of the estimates over all subsets."""
    estimates = np.ravel(found.fit.estimate)
    moved = natural(found.fit.measure, estimates)
    lines = [("estimate", estimates), ("I2 %", np.ravel(found.fit.heterogeneity.i2))]
    lines += [] if moved is None else [(WORDS[found.fit.measure], moved)]
    rows = tuple(
        (name, *(number(x) for x in np.nanquantile(values, (0, 0.25, 0.5, 0.75, 1)))) for name, values in lines
    )
    kind = say("gosh.all") if found.complete else say("gosh.drawn")
    columns = ("", *say("gosh.columns").split("; "))
    return Summary(say("title.Gosh", count=estimates.size, kind=kind), (Block("", columns, rows),))
