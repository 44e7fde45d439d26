"""Summaries of what is asked of a meta-regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metafit.display.columns import Column, Rows, interval, table
from metafit.display.others import coefficient_rows
from metafit.display.summaries import noted, scale_heading, statistic_name
from metafit.display.summary import Block, Summary, number, p_value
from metafit.effects.given import LOGS
from metafit.results import Floats, Status
from metafit.text import say

if TYPE_CHECKING:
    from metafit.multivariate.fit import MultivariateFit
    from metafit.multivariate.profiles import BetweenIntervals
    from metafit.regression.coefficients import Coefficients
    from metafit.regression.contrasts import Contrasts, Inflation
    from metafit.regression.location_scale import LocationScale
    from metafit.regression.permutation import PermutationTest


def wald_block(statistic: float, numerator: int, df: float, p: float, heading: str = "") -> Block:
    """A test of several coefficients at once: chi-square, or F where df is not NaN."""
    name = f"chi2({numerator})" if np.isnan(df) else f"F({numerator}, {number(df, 0)})"
    return Block(heading or say("together"), ("", "value"), ((name, number(statistic)), ("p", p_value(p))))


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


def coefficients_rows(found: Coefficients) -> Rows:
    """A row a coefficient."""
    return coefficient_rows(found, found.estimate, statistic_name(found.test), list(found.names), "GEN")


def coefficients(found: Coefficients) -> Summary:
    """Coefficients, and the test of all but the intercept."""
    tested = wald_block(found.qm, found.qm_df, found.df, found.qm_p, say("moderators"))
    return Summary(say("coefficients"), (coefficients_rows(found).block(), tested))


def location_scale_rows(fit: LocationScale) -> Rows:
    """A row a coefficient, those of the location first."""
    both = (fit.location, fit.scale)

    def of_both(name: str) -> Floats:
        return np.concatenate([getattr(one, name) for one in both])

    columns = [Column(name, {name: of_both(name)}) for name in ("estimate", "se", "statistic")]
    columns += [Column("p", {"p": of_both("p")}, p_value)]
    columns += [interval(fit.level, of_both("ci_low"), of_both("ci_high"))]
    parts = (say("location"), say("scale"))
    return table(columns, [f"{part}: {name}" for part, one in zip(parts, both, strict=True) for name in one.names])


def location_scale(fit: LocationScale) -> Summary:
    """Both sets of coefficients with their tests, and Q."""
    location, scale = fit.location, fit.scale
    blocks = [
        coefficient_rows(
            location, location.estimate, statistic_name(fit.test), list(location.names), fit.measure
        ).block(say("location"))
    ]
    if location.qm_df and location.names != ("intercept",):
        blocks.append(wald_block(location.qm, location.qm_df, location.df, location.qm_p, say("moderators")))
    blocks.append(coefficients_rows(scale).block(say("scale")))
    if scale.names != ("intercept",):
        blocks.append(wald_block(scale.qm, scale.qm_df, scale.df, scale.qm_p, say("moderators-of-scale")))
    q = ((f"Q({fit.q_df})", number(fit.q)), (say("p-of-q"), p_value(fit.q_p)))
    blocks.append(Block(say("heterogeneity.residual"), ("", "value"), q))
    title = say("location-scale", k=fit.k, method=fit.method, test=fit.test)
    notes = (say("scale-vanishes"),) if fit.status == Status.NO_STANDARD_ERROR else noted(fit.status)
    return Summary(title, tuple(blocks), notes)


def multivariate_rows(fit: MultivariateFit) -> Rows:
    """A row a coefficient."""
    found = fit.effects
    return coefficient_rows(found, found.estimate, statistic_name(found.test), list(found.names), fit.measure)


def multivariate(fit: MultivariateFit) -> Summary:
    """The outcomes' effects, how they vary and correlate between studies, and Q."""
    found = fit.effects
    spread = tuple(
        (name, str(int(fit.rows[i])), *map(number, (fit.tau2[i], np.sqrt(fit.tau2[i]), *fit.correlation[i])))
        for i, name in enumerate(fit.outcomes)
    )
    heads = ("", "rows", "tau2", "tau", *(say("correlation-with", name=name) for name in fit.outcomes))
    q = ((f"Q({fit.q_df})", number(fit.q)), (say("p-of-q"), p_value(fit.q_p)))
    profiles = () if fit.intervals is None else (between_intervals_rows(fit.intervals).block(say("between-intervals")),)
    blocks = (
        multivariate_rows(fit).block(scale_heading(fit.measure, fit.measure in LOGS)),
        wald_block(found.qm, found.qm_df, found.df, found.qm_p),
        Block(say("between-studies"), heads, spread),
        *profiles,
        Block(say("heterogeneity"), ("", "value"), q),
    )
    fields = {"k": fit.k, "studies": fit.studies, "structure": fit.structure, "method": fit.method, "test": found.test}
    return Summary(say("multivariate", **fields), blocks, noted(fit.status))


def between_intervals_rows(found: BetweenIntervals) -> Rows:
    """A row a variance or correlation between studies."""
    ends = interval(found.level, found.ci_low, found.ci_high)
    return table([Column("estimate", {"estimate": found.estimate}), ends], found.names)


def between_intervals(found: BetweenIntervals) -> Summary:
    """How well the variances and correlations between studies are known."""
    return between_intervals_rows(found).summary(say("between-intervals"))
