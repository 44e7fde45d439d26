"""Summaries of the results that are not a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metafit.display.batches import MOST_ROWS, batch_rows
from metafit.display.natural import WORDS, natural
from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.results import Status
from metafit.text import say

if TYPE_CHECKING:
    from metafit.bayes.pooling import BayesFit
    from metafit.bias.asymmetry import Asymmetry, TrimFill
    from metafit.effects.base import Effects
    from metafit.inverse_variance.sensitivity import Gosh, Influence
    from metafit.inverse_variance.subgrouping import Subgroups
    from metafit.multilevel.fit import MultilevelFit
    from metafit.multilevel.robust_errors import RobustFit
    from metafit.network.fit import NetworkFit
    from metafit.regression.fit import Regression


def _status(status: object) -> tuple[str, ...]:
    from metafit.display.summaries import STATUS_WORDS

    known = Status(int(status))  # type: ignore[call-overload]  # a NumPy integer
    return () if known == Status.OK else (STATUS_WORDS[known],)


def regression(fit: Regression) -> Summary:
    """Coefficients, the test of the moderators, and what heterogeneity is left."""
    from metafit.display.summaries import heterogeneity_block, model_title, statistic_name

    if np.ndim(fit.k) > 0:
        return Summary(f"{np.size(fit.k)} meta-regressions ({fit.method}; {fit.test})", ())
    columns = ("", "estimate", "se", statistic_name(fit.test), "p", f"{percent(fit.level)} interval")
    rows = tuple(
        (
            name,
            *map(number, (fit.coefficients[i], fit.se[i], fit.statistic[i])),
            p_value(fit.p[i]),
            span(fit.ci_low[i], fit.ci_high[i]),
        )
        for i, name in enumerate(fit.labels)
    )
    omnibus = f"chi2({fit.qm_df})" if fit.test == "z" else f"F({fit.qm_df}, {number(fit.df, 0)})"
    tests = ((omnibus, number(fit.qm)), ("p", p_value(fit.qm_p)), ("R2 %", number(fit.r2, 2)))
    blocks = (
        Block("coefficients", columns, rows),
        Block(say("moderators"), ("", "value"), tests),
        heterogeneity_block(fit.heterogeneity, fit.method not in ("FE", "EE")),
    )
    return Summary("Meta-regression: " + model_title(fit), blocks, _status(fit.status))


def subgroups(found: Subgroups) -> Summary:
    """A line a subgroup, and the test between them."""
    columns, rows = batch_rows(found.fit)
    tested = f"F({found.q_df}, {number(found.f_df, 0)})" if np.isfinite(found.f_df) else f"chi2({found.q_df})"
    between = Block("between subgroups", ("", "value"), ((tested, number(found.q_between)), ("p", p_value(found.p))))
    return Summary(f"Subgroups ({found.fit.method}; {found.fit.test})", (Block("", columns, tuple(rows)), between))


def influence(found: Influence) -> Summary:
    """A line a study; an asterisk marks the influential ones."""
    names = found.names or tuple(f"study {i + 1}" for i in range(found.hat.size))
    fields = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "qe_del", "hat", "weight", "dfbs")
    rows = tuple(
        (
            name,
            *(number(getattr(found, field)[i], 3) for field in fields),
            "*" if found.influential[i] else "",
        )
        for i, name in enumerate(names)
    )
    title = say("influence")
    return Summary(title, (Block("", ("", *fields, "influential"), rows),), _status(found.status))


def asymmetry(found: Asymmetry) -> Summary:
    """The slope, its test, and the effect at the limit."""
    kind = "z" if np.isnan(found.df) else f"t({number(found.df, 0)})"
    limit = found.limit_interval
    rows = (
        ("slope", number(found.slope), number(found.se), number(found.statistic), p_value(found.p), ""),
        ("limit", number(found.limit), "", "", "", span(limit.low, limit.high)),
    )
    note = say("asymmetry.note")
    block = Block("", ("", "estimate", "se", kind, "p", "interval"), rows)
    return Summary(f"Funnel asymmetry, {found.name} (k = {found.k})", (block,), (note,))


def trim_fill(found: TrimFill) -> Summary:
    """How many studies seem missing, and the pool with them."""
    from metafit.display.summaries import fit_summary

    title = say(
        "trim-and-fill",
        estimator=found.estimator,
        missing=found.missing,
        side=found.side,
        se=number(found.se_missing, 2),
    )
    filled = fit_summary(found.fit)
    return Summary(title, filled.blocks, (*_status(found.status), *filled.notes))


def multilevel(fit: MultilevelFit) -> Summary:
    """Coefficients and variances."""
    columns = ("", "estimate", "se", "z" if fit.test == "z" else "t", "p", f"{percent(fit.level)} interval")
    rows = tuple(
        (
            "pooled" if fit.estimate.size == 1 else f"b{i}",
            *map(number, (fit.estimate[i], fit.se[i], fit.statistic[i])),
            p_value(fit.p[i]),
            span(fit.ci_low[i], fit.ci_high[i]),
        )
        for i in range(fit.estimate.size)
    )
    parts = tuple(
        (f"level {i + 1}", *map(number, (s, np.sqrt(s))), number(share, 2), str(groups))
        for i, (s, share, groups) in enumerate(zip(fit.sigma2, fit.i2, fit.levels, strict=True))
    )
    blocks = (
        Block("coefficients", columns, rows),
        Block("variances", ("", "sigma2", "sigma", "I2 %", "groups"), parts),
        Block("", ("", "value"), ((f"Q({fit.q_df})", number(fit.q)), ("p of Q", p_value(fit.q_p)))),
    )
    return Summary(f"Multilevel model (k = {fit.k}; {fit.method}; test: {fit.test})", blocks, _status(fit.status))


def robust(fit: RobustFit) -> Summary:
    """Coefficients with errors that hold within clusters."""
    columns = ("", "estimate", "se", "t", "df", "p", f"{percent(fit.level)} interval")
    rows = tuple(
        (
            "pooled" if fit.estimate.size == 1 else f"b{i}",
            *map(number, (fit.estimate[i], fit.se[i], fit.statistic[i])),
            number(fit.df[i], 2),
            p_value(fit.p[i]),
            span(fit.ci_low[i], fit.ci_high[i]),
        )
        for i in range(fit.estimate.size)
    )
    title = say("robust", kind=fit.kind, clusters=fit.clusters)
    return Summary(title, (Block("coefficients", columns, rows),), _status(fit.status))


def network(fit: NetworkFit) -> Summary:
    """Every treatment against the first, and heterogeneity."""
    names = [str(t) for t in fit.treatments]
    columns: tuple[str, ...] = ("", "estimate", "se", "p", f"{percent(fit.level)} interval")
    moved = natural(fit.measure, np.stack([fit.estimate[:, 0], fit.ci_low[:, 0], fit.ci_high[:, 0]]))
    columns += () if moved is None else (WORDS[fit.measure], f"{percent(fit.level)} interval")
    rows = []
    for i in range(1, len(names)):
        row = [names[i], number(fit.estimate[i, 0]), number(fit.se[i, 0]), p_value(fit.p[i, 0])]
        row.append(span(fit.ci_low[i, 0], fit.ci_high[i, 0]))
        rows.append((*row, *(() if moved is None else (number(moved[0][i]), span(moved[1][i], moved[2][i])))))
    left = [("tau2", number(fit.tau2)), ("I2 %", number(fit.i2, 2))]
    left += [(f"Q({fit.q_df})", number(fit.q)), ("p of Q", p_value(fit.q_p))]
    title = f"Network of {len(names)} treatments in {fit.studies} studies ({fit.method}; test: {fit.test})"
    first = f"against {names[0]}" if names else ""
    blocks = (Block(first, columns, tuple(rows)), Block("heterogeneity", ("", "value"), tuple(left)))
    return Summary(title, blocks, _status(fit.status))


def bayes(fit: BayesFit) -> Summary:
    """Posteriors of mean, spread and a new study."""
    if np.ndim(fit.status) > 0:
        return Summary(f"{np.size(fit.status)} Bayesian pools", ())
    columns = ("", "median", "mean", "sd", f"central {percent(fit.level)}", f"shortest {percent(fit.level)}")
    rows = tuple(
        (
            name,
            *map(number, (one.median, one.mean, one.sd)),
            span(one.central.low, one.central.high),
            span(one.shortest.low, one.shortest.high),
        )
        for name, one in (("mu", fit.mu), ("tau", fit.tau), ("new study", fit.new))
    )
    below = Block("", ("", "value"), ((say("bayes.below", null=f"{fit.null:g}"), number(fit.below_null)),))
    title = say("bayes", k=int(fit.k), prior=fit.tau_prior)
    return Summary(title, (Block("", columns, rows), below), _status(fit.status))


def effects(found: Effects) -> Summary:
    """A line a study."""
    yi, vi = np.ravel(found.yi), np.ravel(found.vi)
    names = found.names if found.names is not None and len(found.names) == yi.size else None
    moved = natural(found.measure, yi, None if found.size is None else np.ravel(found.size))
    columns = ("", "yi", "vi", "se") + (() if moved is None else (WORDS[found.measure],))
    rows = tuple(
        (
            names[i] if names else f"study {i + 1}",
            *map(number, (yi[i], vi[i], np.sqrt(vi[i]))),
            *(() if moved is None else (number(moved[i]),)),
        )
        for i in range(min(yi.size, MOST_ROWS))
    )
    notes = tuple(f"{one.kind.value}: rows {', '.join(str(i + 1) for i in one.rows[:10])}" for one in found.warnings)
    title = f"{WORDS.get(found.measure, 'effects')} ({found.measure}), {yi.size} studies"
    return Summary(title, (Block("", columns, rows),), notes)


def gosh(found: Gosh) -> Summary:
    """The spread of the estimates over all subsets."""
    estimates = np.ravel(found.fit.estimate)
    i2 = np.ravel(found.fit.heterogeneity.i2)
    rows = tuple(
        (name, *(number(x) for x in np.nanquantile(values, (0, 0.25, 0.5, 0.75, 1))))
        for name, values in (("estimate", estimates), ("I2 %", i2))
    )
    kind = "all" if found.complete else "drawn"
    columns = ("", "lowest", "lower quartile", "median", "upper quartile", "highest")
    return Summary(f"{estimates.size} subsets ({kind})", (Block("", columns, rows),))
