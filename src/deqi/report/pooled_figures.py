"""The figures of a pooled table: forest, funnel, bubble, single studies, all subsets, risks of two arms."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.columns import ONE_GROUP
from deqi.evidence.table.pooled import COUNT_METHODS, PooledTable
from deqi.evidence.table.words import LOG_RATIOS, measure_words, study_interval
from deqi.report.draw import ForestRow, FunnelPoint, forest, funnel
from deqi.report.phrase import Phrases
from metafit import Fit, Influence, StatsInputError, gosh, pool, regress
from metafit.plots import (
    Drawing,
    baujat_plot,
    bubble_plot,
    gosh_plot,
    influence_plot,
    labbe_plot,
    radial_plot,
    sensitivity_plot,
)

Pair = tuple[float | None, float | None]
Draw = Callable[[float], str]
"""SVG of a figure at a width."""
#: Every figure by the name of its option, and its own width.
WIDTHS: Final[dict[str, float]] = {
    "forest": 720,
    "funnel": 480,
    "bubble": 560,
    "leave-one-out-plot": 720,
    "cumulative-plot": 720,
    "influence-plot": 720,
    "baujat": 560,
    "radial": 560,
    "labbe": 480,
    "gosh": 560,
}
#: Which check a figure draws.
CHECK_OF: Final = {
    "leave-one-out-plot": "leave-one-out",
    "cumulative-plot": "cumulative",
    "influence-plot": "influence",
}
#: Measures of two arms whose pool is a line through the risks, and that line.
_THROUGH_RISKS: Final[dict[str, Literal["RR", "OR", "RD"]]] = {"RR": "RR", "OR": "OR", "PETO": "OR", "RD": "RD"}


def figure_of(kind: str, pooled: PooledTable, phrases: Phrases, favours: str | None) -> str:
    """A figure by the name of its option, as SVG at its own width.

    Raises:
        InputError: nothing can be drawn.
    """
    return drawn_of(kind, pooled, phrases, favours)(WIDTHS[kind])


def drawn_of(kind: str, pooled: PooledTable, phrases: Phrases, favours: str | None) -> Draw:
    """A figure at any width, no wider than its own; what it shows is worked out once.

    Raises:
        InputError: nothing can be drawn.
    """
    ways: dict[str, Callable[[], Draw]] = {
        "forest": lambda: lambda width: forest_of(pooled, phrases, width, favours=favours),
        "funnel": lambda: lambda width: funnel_of(pooled, phrases, width),
        "bubble": lambda: _bubble(pooled, phrases),
        "gosh": lambda: _gosh(pooled, phrases),
        "leave-one-out-plot": lambda: _sensitivity(pooled, "leave-one-out-plot"),
        "cumulative-plot": lambda: _sensitivity(pooled, "cumulative-plot"),
        "influence-plot": lambda: _influence(pooled),
        "baujat": lambda: _of_fit(pooled, phrases, "baujat", baujat_plot),
        "radial": lambda: _of_fit(pooled, phrases, "radial", radial_plot),
        "labbe": lambda: _labbe(pooled, phrases),
    }
    with _refused(kind, phrases):
        draw = ways[kind]()

    def at(width: float) -> str:
        with _refused(kind, phrases):
            return draw(min(width, WIDTHS[kind]))

    return at


@contextmanager
def _refused(kind: str, phrases: Phrases) -> Iterator[None]:
    """What cannot be drawn is told by the name of the figure's option."""
    try:
        yield
    except InputError:
        raise
    except StatsInputError as error:
        # what follows the name of the library's argument
        why = str(error).partition(": ")[2] or str(error)
        raise InputError(phrases.say("pool.figure.none", {"option": kind, "why": why})) from None
    except (ValueError, OverflowError):
        raise InputError(f"--{kind}: no study has a finite estimate, so there is nothing to draw.") from None


def forest_of(pooled: PooledTable, phrases: Phrases, width: float = 720, *, favours: str | None = None) -> str:
    """A forest plot of the studies, by subgroup where there are any, the pool, and the heterogeneity."""
    rows: list[ForestRow] = []
    for group in pooled.subgroups:
        rows.append(ForestRow(group.group, kind="heading"))
        rows += _study_rows(pooled, group.group)
        weights = [s.weight for s in pooled.studies if s.group == group.group and s.weight is not None]
        label = f"{group.group} (k = {group.k}" + (f", I² {group.i2:.0f} %)" if group.i2 is not None else ")")
        ends = _ends(group.estimate, group.ci, group.estimate_natural, group.ci_natural)
        rows.append(ForestRow(label, *ends, kind="subgroup", weight=math.fsum(weights) if weights else None))
    if not pooled.subgroups:
        rows += _study_rows(pooled, None)
    ends = _ends(pooled.estimate, pooled.ci, pooled.estimate_natural, pooled.ci_natural)
    low, high = (pooled.prediction_natural or pooled.prediction) or (None, None)
    whole = ForestRow(
        phrases.say("pool.figure.pooled", {"method": pooled.method, "k": pooled.k}),
        *ends,
        kind="pooled",
        prediction_low=_known(low),
        prediction_high=_known(high),
    )
    words = measure_words(pooled.measure)
    ratio = pooled.measure in LOG_RATIOS
    null = None if pooled.measure in ONE_GROUP else (1.0 if ratio else 0.0)
    left, _, right = (favours or "").partition("|")
    try:
        return forest(
            [*rows, whole],
            title=phrases.say("pool.figure.forest", {"measure": words}),
            axis=words[0].upper() + words[1:],
            left=left.strip(),
            right=right.strip(),
            null=null,
            log=ratio,
            width=width,
            footers=_footers(pooled, phrases),
            level=pooled.level,
        )
    except (ValueError, OverflowError):
        raise InputError("--forest: no study has a finite estimate, so there is nothing to draw.") from None


def _study_rows(pooled: PooledTable, group: str | None) -> list[ForestRow]:
    rows = []
    for study in pooled.studies:
        numbers = study_interval(study)
        if numbers is not None and study.group == group:
            rows.append(ForestRow(study.study, *numbers, detail=study.counts, weight=study.weight))
    return rows


def _footers(pooled: PooledTable, phrases: Phrases) -> list[str]:
    lines = []
    if pooled.i2 is not None and pooled.q is not None and pooled.q_p is not None:
        tau2 = f"τ² = {pooled.tau2:.3f}, " if pooled.tau2 and pooled.method not in ("FE", "EE", "MH", "PETO") else ""
        test = phrases.say(f"pool.page.q.{'likelihood' if pooled.method == 'GLMM' else 'q'}")
        numbers = {"q": f"{pooled.q:.2f}", "df": pooled.q_df, "p": _p(pooled.q_p)}
        fields = {**numbers, "tau2": tau2, "i2": f"{pooled.i2:.0f}", "test": test}
        lines.append(phrases.say("pool.figure.differ", fields))
    between = pooled.between
    if between is not None and between.q is not None and between.p is not None:
        tested = {"by": between.by, "q": f"{between.q:.2f}", "df": between.df, "p": _p(between.p)}
        lines.append(phrases.say("pool.figure.between", tested))
    return lines


def _p(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"= {p:.4f}"


def funnel_of(pooled: PooledTable, phrases: Phrases, width: float = 480) -> str:
    """A funnel plot of the studies around the pool."""
    if pooled.estimate is None:
        raise InputError("--funnel: there is no pooled estimate to draw around.")
    words = measure_words(pooled.measure)
    points = [FunnelPoint(s.study, s.yi, math.sqrt(s.vi)) for s in pooled.studies if s.yi is not None and s.vi]
    ratio = pooled.measure in LOG_RATIOS
    contours = () if pooled.measure in ONE_GROUP else (0.9, 0.95, 0.99)
    try:
        return funnel(
            points,
            pooled.estimate,
            title=phrases.say("pool.figure.funnel", {"measure": words}),
            axis=words[0].upper() + words[1:],
            level=pooled.level,
            natural_log=ratio,
            width=width,
            contours=contours,
        )
    except (ValueError, OverflowError):
        raise InputError("--funnel: no study has a finite estimate, so there is nothing to draw.") from None


def _numbers(pooled: PooledTable) -> tuple[list[float], list[float]]:
    yi = [math.nan if s.yi is None else s.yi for s in pooled.studies]
    return yi, [math.nan if s.vi is None else s.vi for s in pooled.studies]


def _bubble(pooled: PooledTable, phrases: Phrases) -> Draw:
    found = pooled.moderators
    if found is None or not found.values:
        raise InputError("--bubble: name one column of numbers with --moderators.")
    yi, vi = _numbers(pooled)
    x = np.array([math.nan if value is None else value for value in found.values])
    fit = regress(yi, vi, x, method=pooled.method, test=pooled.test, level=pooled.level, measure=pooled.measure)
    words = measure_words(pooled.measure)
    label = found.coefficients[1].name
    title = phrases.say("pool.figure.bubble", {"measure": words, "label": label})
    return lambda width: bubble_plot(fit, yi, vi, x, label=label, title=title, width=width).svg


def _gosh(pooled: PooledTable, phrases: Phrases) -> Draw:
    yi, vi = _numbers(pooled)
    method, test = ("REML", None) if pooled.method in COUNT_METHODS else (pooled.method, pooled.test)
    found = gosh(yi, vi, method=method, test=test, level=pooled.level, measure=pooled.measure)
    title = phrases.say("pool.figure.gosh", {"k": pooled.k})
    return lambda width: gosh_plot(found, title=title, width=width).svg


def _sensitivity(pooled: PooledTable, kind: str) -> Draw:
    fit = next((one.result for one in pooled.checks if one.name == CHECK_OF[kind]), None)
    if not isinstance(fit, Fit):
        raise InputError(f"--{kind}: {CHECK_OF[kind]} has no result to draw.")
    whole = fit
    return lambda width: sensitivity_plot(whole, title=CHECK_OF[kind].capitalize(), width=width).svg


def _influence(pooled: PooledTable) -> Draw:
    found = next((one for one in pooled.checks if one.name == "influence"), None)
    if found is None or not isinstance(found.result, Influence):
        why = "" if found is None or found.note is None else found.note.removeprefix("influence: ")
        raise StatsInputError(why)
    diagnostics = found.result
    return lambda width: influence_plot(diagnostics, width=width).svg


def _of_fit(pooled: PooledTable, phrases: Phrases, kind: str, plot: Callable[..., Drawing]) -> Draw:
    """A figure of the pool, made again with its studies.

    Raises:
        InputError: a pool of counts, whose studies have no weights to draw.
    """
    if pooled.method in COUNT_METHODS:
        raise InputError(phrases.say("pool.figure.of-counts", {"option": kind, "method": pooled.method}))
    yi, vi = _numbers(pooled)
    fit = pool(
        yi, vi, method=pooled.method, test=pooled.test, level=pooled.level, measure=pooled.measure,
        names=[one.study for one in pooled.studies],
    )  # fmt: skip
    return lambda width: plot(fit, width=width).svg


def _labbe(pooled: PooledTable, phrases: Phrases) -> Draw:
    """Risks of both arms, with the pool as the line through them where the measure has one."""
    arms, line = pooled.arms, _THROUGH_RISKS.get(pooled.measure)
    if arms is None:
        raise InputError(phrases.say("pool.figure.no-arms"))
    if line is None or pooled.estimate is None:
        return lambda width: labbe_plot(arms, width=width).svg
    return lambda width: labbe_plot(arms, pooled.estimate, measure=line, width=width).svg


def _ends(
    estimate: float | None, ci: Pair, natural: float | None, ci_natural: Pair | None
) -> tuple[float, float, float]:
    if natural is not None and ci_natural is not None:
        return _known(natural), _known(ci_natural[0]), _known(ci_natural[1])
    return _known(estimate), _known(ci[0]), _known(ci[1])


def _known(x: float | None) -> float:
    return math.nan if x is None else x
