"""Figures that look for studies which do not fit: Baujat's, Galbraith's radial, L'Abbe's, and influence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from metafit.absolute import absolute_effect
from metafit.counts.data import TwoArms
from metafit.errors import StatsInputError
from metafit.inverse_variance.sensitivity import Influence, leave_one_out
from metafit.inverse_variance.tau2 import FIXED
from metafit.plots.axis import Scale, tick_label
from metafit.plots.charts import frame
from metafit.plots.drawing import Drawing
from metafit.plots.scales import axis_words, on_shown_scale, studies_of
from metafit.plots.svg import (
    BLUE,
    INK,
    SMALL,
    VERMILION,
    Point,
    circle,
    document,
    line,
    polygon,
    shorten,
    text,
    text_width,
)
from metafit.quantiles import z_quantile
from metafit.results import Bools, Fit, Floats
from metafit.text import say

_DIAGNOSTICS = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "qe_del", "hat", "dfbs")
_PANEL_HEIGHT = 118.0


class BaujatPoints(NamedTuple):
    """Of each study (k,): its share of Q, and how far the pool moves without it."""

    heterogeneity: Floats
    influence: Floats


def baujat_points(fit: Fit) -> BaujatPoints:
    """Coordinates of Baujat et al. (2002), doi:10.1002/sim.1221, with the fit's own weights, as metafor has them.

    heterogeneity: the squared residual over the study's marginal variance. influence: the squared difference of the
    pools with and without the study, over the variance of the latter.
    """
    studies = studies_of(fit)
    without = leave_one_out(studies.yi, studies.vi, method=fit.method, test="z")
    tau2 = 0.0 if fit.method in FIXED else float(fit.tau2)
    with np.errstate(all="ignore"):
        own = (studies.yi - fit.estimate) ** 2 / (studies.vi + tau2)
        moved = (fit.estimate - without.estimate) ** 2 / without.se**2
    here = np.isfinite(studies.yi) & np.isfinite(studies.vi)
    return BaujatPoints(np.where(here, own, np.nan), np.where(here, moved, np.nan))


def baujat_plot(fit: Fit, *, title: str = say("baujat.title"), width: float = 560, height: float = 420) -> Drawing:
    """What each study adds to the heterogeneity, against how far it moves the pool.

    Baujat et al. (2002), doi:10.1002/sim.1221.

    Parameters
    ----------
    fit
        A single pool of three studies or more.
    title, width, height
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.
    """
    at, studies = baujat_points(fit), studies_of(fit)
    here = np.flatnonzero(np.isfinite(at.heterogeneity) & np.isfinite(at.influence))
    if here.size < 3:
        raise StatsInputError("fit: this figure needs three studies.")
    x, y = at.heterogeneity[here], at.influence[here]
    names = [studies.name(int(i)) for i in here]
    axes = frame(
        np.append(x, 0.0), np.append(y, 0.0), say("baujat.x"), say("baujat.y"), width, height, log_x=False, log_y=False
    )
    dots = [(axes.x.at(float(a)), axes.y.at(float(b))) for a, b in zip(x, y, strict=True)]
    parts = axes.parts + [circle(*one, 4.0, fill=BLUE, stroke=BLUE, opacity=0.7) for one in dots]
    order = np.argsort(-(x / x.max() + y / max(float(y.max()), 1e-300)))
    parts += _names(dots, names, order.tolist(), width)
    first = [names[i] for i in order[:3]]
    return Drawing(document(width, height, title, say("baujat", k=here.size, names=", ".join(first)), parts))


def _names(dots: Sequence[Point], names: Sequence[str], order: Sequence[int], width: float) -> list[str]:
    """Names beside their dots, the first in order before the others; one without room is left out."""
    taken: list[tuple[float, float, float, float]] = [(x - 4, y - 4, x + 4, y + 4) for x, y in dots]
    parts = []
    for i in order:
        x, y = dots[i]
        words = shorten(names[i], 0.34 * width, SMALL)
        wide = text_width(words, SMALL)
        for left, low in ((x + 7, y + 4), (x - 7 - wide, y + 4), (x - wide / 2, y - 8), (x - wide / 2, y + 17)):
            box = (left, low - 10, left + wide, low + 2)
            apart = all(box[2] < a or box[0] > c or box[3] < b or box[1] > d for a, b, c, d in taken)
            if apart and left >= 66 and left + wide <= width:
                taken.append(box)
                parts.append(text(left, low, words, size=SMALL))
                break
    return parts


class RadialPoints(NamedTuple):
    """Of each study that counts: one over its standard error, and its effect times that."""

    precision: Floats
    standard: Floats


def radial_points(fit: Fit) -> RadialPoints:
    """Coordinates of a radial plot, with the fit's own weights, as metafor has them."""
    studies = studies_of(fit)
    tau2 = 0.0 if fit.method in FIXED else float(np.nan_to_num(fit.tau2))
    here = np.isfinite(studies.yi) & (studies.vi > 0)
    precision = 1.0 / np.sqrt(studies.vi[here] + tau2)
    return RadialPoints(precision, studies.yi[here] * precision)


def radial_plot(fit: Fit, *, title: str = say("radial.title"), width: float = 560, height: float = 420) -> Drawing:
    """Standardised effects against precision; the effect of a study is the slope of a line from the origin to it.

    Galbraith (1988), doi:10.1080/00401706.1988.10488400. The band holds the studies that differ by chance alone; with
    a random-effects fit precision counts the variance between studies.

    Parameters
    ----------
    fit
        A single pool.
    title, width, height
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.
    """
    precision, standard = radial_points(fit)
    z, slope = z_quantile(fit.level), float(fit.estimate)
    end = 1.06 * float(precision.max())
    ys = np.concatenate([standard, [-z, z, slope * end - z, slope * end + z]])
    room = 74.0
    axes = frame(
        np.array([0.0, end / 1.02]), ys, say("radial.x"), say("radial.y"), width - room, height,
        log_x=False, log_y=False,
    )  # fmt: skip

    def at(x: float, y: float) -> Point:
        return axes.x.at(x), axes.y.at(y)

    parts = [polygon([at(0, z), at(end, slope * end + z), at(end, slope * end - z), at(0, -z)], fill=INK, opacity=0.07)]
    parts += axes.parts
    parts.append(line(*at(0, slope * 0.0), *at(end, slope * end), stroke=VERMILION, width=2))
    parts += [
        circle(*at(float(a), float(b)), 4.5, fill=BLUE, stroke=BLUE, opacity=0.7)
        for a, b in zip(precision, standard, strict=True)
    ]
    parts += _slopes(fit, axes.x.at(end), axes.y, end, ys, width)
    outside = int((np.abs(standard - slope * precision) > z).sum())
    said = say("radial", k=precision.size, outside=outside, level=f"{100 * fit.level:g}")
    return Drawing(document(width, height, title, said, parts))


def _slopes(fit: Fit, right: float, scale: Scale, end: float, ys: Floats, width: float) -> list[str]:
    """The scale of effects at the right: where a line from the origin of that slope ends."""
    low, high = (float(x) for x in on_shown_scale(fit.measure, [ys.min() / end, ys.max() / end]))
    log = fit.measure != "GEN" and bool(np.all(on_shown_scale(fit.measure, [0.0]) == 1.0))
    x = right + 14
    parts = [line(x, scale.at(float(ys.min())), x, scale.at(float(ys.max())))]
    for tick in Scale(low, high, 0, 1, log).ticks(6):
        y = scale.at((math.log(tick) if log else tick) * end)
        parts += [line(x, y, x + 4, y), text(x + 8, y + 4, tick_label(tick), size=SMALL)]
    parts.append(text(width, 12, axis_words(fit.measure), anchor="end", size=SMALL))
    return parts


def labbe_plot(
    table: TwoArms,
    fit: Fit | float | None = None,
    *,
    measure: Literal["RR", "OR", "RD"] = "RR",
    title: str = say("labbe.title"),
    width: float = 480,
) -> Drawing:
    """Risk with treatment against risk in the control group, a circle a study (L'Abbe et al. 1987).

    doi:10.7326/0003-4819-107-2-224. On the straight line the risks are equal; the curve is the pool at each control
    risk.

    Parameters
    ----------
    table
        Events and people of both arms, (k,).
    fit
        The pool to draw, or its effect on the analysis scale; None: none.
    measure
        Of the pool: RR, OR or RD.
    title, width
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.
    """
    columns = (table.events_t, table.total_t, table.events_c, table.total_c)
    x1, n1, x2, n2 = (np.ravel(np.asarray(one, dtype=np.float64)) for one in columns)
    with np.errstate(all="ignore"):
        treated, control, people = 100.0 * x1 / n1, 100.0 * x2 / n2, n1 + n2
    here = np.isfinite(treated) & np.isfinite(control)
    if not here.any():
        raise StatsInputError("table: no study has people in both arms.")
    treated, control, people = treated[here], control[here], people[here]
    top = min(1.08 * float(max(treated.max(), control.max(), 1e-6)), 100.0)
    ends = np.array([0.0, top])
    axes = frame(ends, ends, say("labbe.x"), say("labbe.y"), width, width, log_x=False, log_y=False)
    parts = [*axes.parts, line(*(axes.x.at(0), axes.y.at(0)), *(axes.x.at(top), axes.y.at(top)), opacity=0.7)]
    if fit is not None:
        grid = np.linspace(0.0, top, 81)[1:]
        effect = float(fit if isinstance(fit, (int, float)) else fit.estimate)
        moved = absolute_effect(measure, effect, effect, effect, baseline=grid / 100.0)
        curve = [
            (axes.x.at(float(a)), axes.y.at(float(b)))
            for a, b in zip(grid, moved.treated, strict=True)
            if np.isfinite(b) and b <= axes.y.high
        ]
        parts += [line(*a, *b, stroke=VERMILION, width=2, dash="5 3") for a, b in pairwise(curve)]
    for i in np.argsort(-people):
        r = 3.0 + 10.0 * math.sqrt(people[i] / people.max())
        at = axes.x.at(float(control[i])), axes.y.at(float(treated[i]))
        parts.append(circle(*at, r, fill=BLUE, stroke=BLUE, opacity=0.45))
    said = say("labbe", k=people.size, below=int((treated < control).sum()))
    return Drawing(document(width, width, title, said, parts))


def influence_plot(found: Influence, *, title: str = say("influence"), width: float = 720) -> Drawing:
    """Eight diagnostics of each study, one panel each; the studies that stand out are filled.

    Parameters
    ----------
    found
        What `influence` gives.
    title, width
        Read aloud in place of the figure; in units of which 96 are an inch.

    Returns
    -------
    Drawing
        Shown in a notebook, or saved as SVG, PNG or PDF.
    """
    names = found.names or tuple(str(i + 1) for i in range(found.hat.size))
    across = 2 if width >= 520 else 1
    wide = (width - 24.0 * (across - 1)) / across
    parts: list[str] = []
    for place, name in enumerate(_DIAGNOSTICS):
        left, top = (place % across) * (wide + 24.0), (place // across) * _PANEL_HEIGHT
        parts += _panel(name, np.asarray(getattr(found, name)), found.influential, left, top, wide)
    marked = [name for name, flag in zip(names, found.influential, strict=True) if flag]
    height = math.ceil(len(_DIAGNOSTICS) / across) * _PANEL_HEIGHT + 4.0
    for i, flag in enumerate(found.influential):
        if flag:
            height += 16.0
            parts.append(text(0, height - 6, f"{i + 1}: {names[i]}", size=SMALL))
    said = say("brief.influence", names=", ".join(marked) or say("none"))
    return Drawing(document(width, height, title, said, parts))


def _panel(name: str, values: Floats, marked: Bools, left: float, top: float, wide: float) -> list[str]:
    """One diagnostic of every study, in their order."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    margin = 0.08 * (high - low) or 0.5
    base, room = top + _PANEL_HEIGHT - 30.0, 44.0
    y = Scale(low - margin, high + margin, base, top + 20.0)
    x = Scale(0.0, values.size + 1.0, left + room, left + wide)
    parts = [text(left, top + 12, name, size=SMALL, bold=True), line(left + room, top + 20, left + room, base)]
    for tick in y.ticks(5):
        parts.append(line(left + room - 4, y.at(tick), left + room, y.at(tick)))
        parts.append(text(left + room - 7, y.at(tick) + 4, tick_label(tick), anchor="end", size=SMALL))
    step = math.ceil(values.size / 15)
    parts.append(line(left + room, base, left + wide, base))
    for i in range(0, values.size, step):
        parts.append(text(x.at(i + 1.0), base + 14, str(i + 1), anchor="middle", size=SMALL))
    dots = [(x.at(i + 1.0), y.at(float(one)), bool(marked[i])) for i, one in enumerate(values) if np.isfinite(one)]
    parts += [line(a[0], a[1], b[0], b[1], opacity=0.3) for a, b in pairwise(dots)]
    parts += [circle(a, b, 3.5, fill=VERMILION if flag else BLUE) for a, b, flag in dots]
    return parts
