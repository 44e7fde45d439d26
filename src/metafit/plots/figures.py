"""From results to figures."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from metafit.display.frames import study_weights
from metafit.display.natural import pooled_size
from metafit.display.summary import number, p_value
from metafit.effects.given import LOGS
from metafit.errors import StatsInputError
from metafit.inverse_variance.sensitivity import Gosh
from metafit.inverse_variance.subgrouping import subgroups
from metafit.inverse_variance.tau2 import FIXED
from metafit.network.consistency import geometry
from metafit.network.fit import NetworkFit
from metafit.network.ranks import Rankogram
from metafit.plots.charts import Bubble, Line, bubbles, cloud
from metafit.plots.drawing import Drawing
from metafit.plots.forest import ForestRow, forest
from metafit.plots.funnel import FunnelPoint, funnel
from metafit.plots.links import By, links
from metafit.plots.ranks import panels
from metafit.plots.scales import axis_words, no_effect, on_shown_scale, studies_of
from metafit.quantiles import z_quantile
from metafit.regression.fit import Regression, predict
from metafit.results import Fit, Floats
from metafit.text import say

Kind = Literal["study", "pooled", "subgroup"]


def _row(label: str, ends: npt.ArrayLike, kind: Kind, *, detail: str = "", weight: float | None = None) -> ForestRow:
    middle, low, high = (float(x) for x in np.asarray(ends))
    return ForestRow(label, middle, low, high, kind=kind, detail=detail, weight=weight)


def _pooled_row(label: str, fit: Fit, size: float | None) -> ForestRow:
    ends = [float(x) for x in (fit.estimate, fit.ci_low, fit.ci_high, fit.prediction.low, fit.prediction.high)]
    moved = [float(x) for x in on_shown_scale(fit.measure, ends, size)]
    row = _row(label, moved[:3], "pooled")
    return dataclasses.replace(row, prediction_low=moved[3], prediction_high=moved[4])


def heterogeneity_line(fit: Fit) -> str:
    """Heterogeneity in one line, as it stands under a forest plot."""
    h = fit.heterogeneity
    tau2 = "" if fit.method in (*FIXED, "MH", "PETO") else f"τ² = {number(h.tau2, 3)}, "
    return f"Heterogeneity: {tau2}I² = {number(h.i2, 0)} %, Q = {number(h.q, 2)} on {int(h.q_df)} df, p {_p(h.q_p)}"


def _p(p: object) -> str:
    words = p_value(p)
    return words if words.startswith("<") else f"= {words}"


def forest_plot(
    fit: Fit,
    *,
    groups: Sequence[Hashable] | None = None,
    counts: Sequence[str] | None = None,
    favours: tuple[str, str] = ("", ""),
    title: str = "Forest plot",
    width: float = 760,
) -> Drawing:
    """Studies with their weights, the pool, its prediction interval and the heterogeneity.

    Parameters
    ----------
    fit
        A single pool; `pool(effects)` keeps names and measure, which the figure shows.
    groups
        A subgroup for each study: each gets a heading, its studies, its own pool and share of the weight.
    counts
        Words beside each study, for example "5/30 v 4/31".
    favours
        Words left and right of the null.
    title, width
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.
    """
    studies = studies_of(fit)
    weights = study_weights(fit)
    z = z_quantile(fit.level)
    reach = z * np.sqrt(studies.vi)
    size = pooled_size(studies)

    def study(i: int) -> ForestRow:
        ends = [studies.yi[i], studies.yi[i] - reach[i], studies.yi[i] + reach[i]]
        own = None if studies.size is None else studies.size[i]
        moved = [float(x) for x in on_shown_scale(fit.measure, ends, own)]
        weight = None if math.isnan(weights[i]) else float(weights[i])
        return _row(studies.name(i), moved, "study", detail=counts[i] if counts else "", weight=weight)

    rows: list[ForestRow] = []
    footers = [heterogeneity_line(fit)]
    here = np.isfinite(studies.yi) & np.isfinite(studies.vi)
    if groups is None:
        rows += [study(i) for i in range(studies.yi.size) if here[i]]
    else:
        found = subgroups(studies.yi, studies.vi, groups, method=fit.method, test=fit.test, level=fit.level)
        for g, level in enumerate(found.levels):
            members = [i for i, one in enumerate(groups) if one == level and here[i]]
            rows.append(ForestRow(str(level), kind="heading"))
            rows += [study(i) for i in members]
            own = None if studies.size is None else float(1 / np.mean(1 / studies.size[members]))
            one_fit = found.fit
            label = f"{level} (k = {int(one_fit.k[g])}, I² {number(one_fit.heterogeneity.i2[g], 0)} %)"
            rows.append(_group_row(label, fit.measure, one_fit, g, own, float(np.nansum(weights[members]))))
        footers.append(f"Between subgroups: Q = {number(found.q_between, 2)} on {found.q_df} df, p {_p(found.p)}")
    label = f"Pooled, {'common effect' if fit.method in FIXED else fit.method} (k = {int(fit.k)})"
    rows.append(_pooled_row(label, fit, size))
    svg = forest(
        rows, title=title, axis=axis_words(fit.measure), left=favours[0], right=favours[1], null=no_effect(fit.measure),
        log=fit.measure in LOGS, width=width, footers=footers, level=fit.level,
    )  # fmt: skip
    return Drawing(svg)


def _group_row(label: str, measure: str, fit: Fit, i: int, size: float | None, weight: float) -> ForestRow:
    ends = [float(fit.estimate[i]), float(fit.ci_low[i]), float(fit.ci_high[i])]
    return _row(label, on_shown_scale(measure, ends, size), "subgroup", weight=weight)


def sensitivity_plot(fit: Fit, *, title: str = "Sensitivity", width: float = 720) -> Drawing:
    """A batch of pools one under the other: leave-one-out, cumulative, subgroups.

    Parameters
    ----------
    fit
        What `leave_one_out` or `cumulative` give.
    title, width
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.

    Raises
    ------
    StatsInputError
        Not a batch with names.
    """
    if fit.labels is None or np.ndim(fit.estimate) != 1:
        raise StatsInputError("fit: give what leave_one_out or cumulative return.")
    rows = []
    for i, label in enumerate(fit.labels):
        size = None if fit.sizes is None else fit.sizes[i]
        ends = on_shown_scale(fit.measure, [fit.estimate[i], fit.ci_low[i], fit.ci_high[i]], size)
        tau2 = f"I² {number(fit.heterogeneity.i2[i], 0)} %"
        rows.append(_row(label, ends, "study", detail=tau2))
    svg = forest(
        rows, title=title, axis=axis_words(fit.measure), null=no_effect(fit.measure), log=fit.measure in LOGS,
        width=width, level=fit.level,
    )  # fmt: skip
    return Drawing(svg)


def funnel_plot(
    fit: Fit,
    *,
    contours: Sequence[float] = (),
    filled: npt.ArrayLike | None = None,
    title: str = "Funnel plot",
    width: float = 520,
    height: float = 400,
) -> Drawing:
    """Effects against standard errors.

    Parameters
    ----------
    fit
        A single pool.
    contours
        Levels of significance around no effect (90, 95, 99), shaded; then the funnel stands there and not around the
        pool.
    filled
        Which studies trim and fill imputed (k,); they are hollow.
    title, width, height
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.

    Raises
    ------
    StatsInputError
        A batch.
    """
    studies = studies_of(fit)
    imputed = np.zeros(studies.yi.size, dtype=bool) if filled is None else np.asarray(filled, dtype=bool)
    points = [
        FunnelPoint(studies.name(i), float(studies.yi[i]), math.sqrt(studies.vi[i]), not imputed[i])
        for i in range(studies.yi.size)
        if np.isfinite(studies.yi[i]) and studies.vi[i] > 0
    ]
    svg = funnel(
        points, float(fit.estimate), title=title, axis=axis_words(fit.measure), level=fit.level,
        natural_log=fit.measure in LOGS, width=width, height=height, contours=contours,
    )  # fmt: skip
    return Drawing(svg)


def regression_line(fit: Regression, at: Floats) -> list[Line]:
    """Mean, its interval and that of a new study at values (n,) of the moderator, on the scale that is shown."""
    found = predict(fit, at[:, None])
    ends = (found.estimate, found.ci_low, found.ci_high, found.prediction.low, found.prediction.high)
    shown = [on_shown_scale(fit.measure, one).tolist() for one in ends]
    return [Line(*row) for row in zip(at.tolist(), *shown, strict=True)]


def bubble_plot(
    fit: Regression,
    yi: npt.ArrayLike | None = None,
    vi: npt.ArrayLike | None = None,
    moderator: npt.ArrayLike | None = None,
    *,
    label: str | None = None,
    title: str = say("bubble.title"),
    width: float = 560,
    height: float = 400,
) -> Drawing:
    """A meta-regression on one moderator: studies as circles by weight, the line, its interval and that of a new study.

    Parameters
    ----------
    fit
        A single regression on one moderator, with an intercept.
    yi, vi, moderator
        The studies (k,); None: those the fit was given.
    label
        Of the moderator; None: its name.
    title, width, height
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.
    """
    if np.ndim(fit.k) != 0 or np.size(fit.coefficients) != 2 or not fit.intercept:
        raise StatsInputError("fit: give a single regression on one moderator, with an intercept.")
    if yi is None or vi is None or moderator is None:
        if fit.studies is None or fit.moderators is None:
            raise StatsInputError("fit: it holds no studies; give yi, vi and moderator.")
        yi, vi, moderator = fit.studies.yi, fit.studies.vi, np.asarray(fit.moderators)[:, 0]
    y, v, x = (np.asarray(one, dtype=np.float64) for one in (yi, vi, moderator))
    here = np.isfinite(y) & np.isfinite(v) & np.isfinite(x)
    y, v, x = y[here], v[here], x[here]
    weight = 1.0 / (v + float(np.nan_to_num(fit.heterogeneity.tau2)))
    curve = regression_line(fit, np.linspace(x.min(), x.max(), 41))
    points = [
        Bubble(float(a), float(b), float(w)) for a, b, w in zip(x, on_shown_scale(fit.measure, y), weight, strict=True)
    ]
    svg = bubbles(
        points, curve, title=title, x_axis=label or fit.labels[1], y_axis=axis_words(fit.measure),
        log=fit.measure in LOGS, null=no_effect(fit.measure), level=fit.level, width=width, height=height,
    )  # fmt: skip
    return Drawing(svg)


def gosh_plot(found: Gosh, *, title: str = "All subsets", width: float = 560, height: float = 400) -> Drawing:
    """Every subset's pool against its I2; the darker a cell, the more subsets are in it.

    Parameters
    ----------
    found
        What `gosh` gives.
    title, width, height
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.
    """
    estimates = on_shown_scale(found.fit.measure, np.ravel(found.fit.estimate))
    i2 = np.ravel(found.fit.heterogeneity.i2)
    svg = cloud(
        estimates, i2, title=title, x_axis=axis_words(found.fit.measure), y_axis="I² (%)",
        log=found.fit.measure in LOGS, width=width, height=height,
    )  # fmt: skip
    return Drawing(svg)


def network_plot(
    fit: NetworkFit,
    *,
    by: By = "studies",
    people: Mapping[Hashable, float] | None = None,
    title: str = say("network"),
    width: float = 520,
) -> Drawing:
    """Treatments on a circle, lines between those that studies compare, shades over studies of several arms.

    Parameters
    ----------
    fit
        A network.
    by
        What the width of a line shows: studies, or precision (of the common-effect pool of the pair). The number
        beside a line is that of the studies.
    people
        How many people had each treatment, for the size of the circles; None: by the studies of each.
    title, width
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.
    """
    if people is not None and set(people) != set(fit.treatments):
        raise StatsInputError("people: give one number for each treatment of the network.")
    return Drawing(links(geometry(fit), title=title, width=width, by=by, people=people))


def rank_plot(found: Rankogram, *, title: str | None = None, width: float = 720) -> Drawing:
    """Rankograms as small multiples: one panel a treatment, the best by SUCRA first, all on one scale.

    Parameters
    ----------
    found
        Ranks of a connected network.
    title
        Read aloud, and the name of the file in some viewers.
    width
        Of the figure; narrow ones have fewer panels beside each other.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.

    Raises
    ------
    StatsInputError
        There are no ranks: the treatments are not all connected.
    """
    if np.isnan(found.sucra).any() or not found.treatments:
        raise StatsInputError("ranks: there are none to draw; the treatments are not all connected.")
    return Drawing(panels(found, title=title or say("ranks.title"), width=width))
