"""Plots in two dimensions: bubbles with a line, a cloud of many fits, treatments and their links."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from metafit.plots.axis import Scale, draw_axis, tick_label
from metafit.plots.svg import (
    BLUE,
    SMALL,
    VERMILION,
    circle,
    document,
    line,
    polygon,
    rect,
    text,
    text_width,
)
from metafit.results import Floats
from metafit.text import say

_LEFT, _BOTTOM, _TOP = 64.0, 48.0, 26.0
_BINS = 60


class Bubble(NamedTuple):
    """A study: moderator, effect as shown, weight."""

    x: float
    y: float
    weight: float


class Frame(NamedTuple):
    """Two scales and what is drawn of them."""

    x: Scale
    y: Scale
    parts: list[str]


def frame(
    xs: Floats, ys: Floats, x_axis: str, y_axis: str, width: float, height: float, *, log_x: bool, log_y: bool
) -> Frame:
    """Both axes, with a margin around the values."""

    def ends(values: Floats, log: bool) -> tuple[float, float]:
        finite = values[np.isfinite(values) & ((values > 0) | (not log))]
        low, high = (math.log(x) if log else float(x) for x in (finite.min(), finite.max()))
        margin = 0.05 * (high - low) or 0.5
        low, high = low - margin, high + margin
        return (math.exp(low), math.exp(high)) if log else (low, high)

    base = height - _BOTTOM
    x = Scale(*ends(xs, log_x), _LEFT, width - 14.0, log_x)
    y = Scale(*ends(ys, log_y), base, _TOP, log_y)
    parts = draw_axis(x, _TOP, base, x_axis, most=6)
    parts.append(line(_LEFT, _TOP, _LEFT, base))
    for tick in y.ticks(6):
        parts.append(line(_LEFT - 4, y.at(tick), _LEFT, y.at(tick)))
        parts.append(text(_LEFT - 8, y.at(tick) + 4, tick_label(tick), anchor="end", size=SMALL))
    parts.append(text(4, 12, y_axis, size=SMALL))
    return Frame(x, y, parts)


class Line(NamedTuple):
    """A point of a regression line as shown: moderator, mean, its interval, and that of a new study (NaN for none)."""

    x: float
    y: float
    low: float
    high: float
    new_low: float
    new_high: float


def bubbles(
    points: Sequence[Bubble],
    curve: Sequence[Line],
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    log: bool,
    null: float | None,
    level: float,
    width: float,
    height: float,
) -> str:
    """Studies by weight, and a line with its confidence and prediction bands; log: a logarithmic y axis."""
    predicted = math.isfinite(curve[0].new_low)
    ys = np.array([one.y for one in points] + [y for row in curve for y in row[1:]])
    axes = frame(np.array([one.x for one in points]), ys, x_axis, y_axis, width, height, log_x=False, log_y=log)
    parts = axes.parts

    def band(low: str, high: str, opacity: float) -> str:
        upper = [(axes.x.at(one.x), axes.y.at(getattr(one, high))) for one in curve]
        lower = [(axes.x.at(one.x), axes.y.at(getattr(one, low))) for one in reversed(curve)]
        return polygon([*upper, *lower], fill=VERMILION, opacity=opacity)

    legend = [(say("band.confidence", level=f"{100 * level:g}"), 0.32)]
    if predicted:
        parts.append(band("new_low", "new_high", 0.1))
        legend.append((say("band.prediction", level=f"{100 * level:g}"), 0.1))
    parts.append(band("low", "high", 0.22))
    if null is not None and axes.y.holds(null):
        at = axes.y.at(null)
        parts.append(line(_LEFT, at, width - 14, at, dash="4 3", opacity=0.7))
    middle = [(axes.x.at(one.x), axes.y.at(one.y)) for one in curve]
    parts += [line(*a, *b, stroke=VERMILION, width=2) for a, b in pairwise(middle)]
    heaviest = max(one.weight for one in points)
    for one in sorted(points, key=lambda p: -p.weight):
        r = 3.0 + 11.0 * math.sqrt(one.weight / heaviest)
        parts.append(circle(axes.x.at(one.x), axes.y.at(one.y), r, fill=BLUE, stroke=BLUE, opacity=0.45))
    left = _LEFT
    for words, opacity in legend:
        parts.append(rect(left, height + 4, 14, 10, fill=VERMILION, opacity=opacity))
        parts.append(text(left + 18, height + 13, words, size=SMALL))
        left += 42 + text_width(words, SMALL)
    first, last = curve[0], curve[-1]
    said = say(
        "bubble",
        k=len(points),
        low=f"{first.y:.3g}",
        left=f"{first.x:g}",
        high=f"{last.y:.3g}",
        right=f"{last.x:g}",
    )
    return document(width, height + 18, title, said, parts)


def cloud(
    xs: Floats, ys: Floats, *, title: str, x_axis: str, y_axis: str, log: bool, width: float, height: float
) -> str:
    """Many points as shaded cells; darker cells hold more of them. log: a logarithmic x axis."""
    here = np.isfinite(xs) & np.isfinite(ys) & ((xs > 0) | (not log))
    xs, ys = xs[here], ys[here]
    axes = frame(xs, np.concatenate([ys, [0.0, 100.0]]), x_axis, y_axis, width, height, log_x=log, log_y=False)
    along = np.log(xs) if log else xs
    edges_x = np.linspace(along.min() - 1e-9, along.max() + 1e-9, _BINS + 1)
    edges_y = np.linspace(ys.min() - 1e-9, ys.max() + 1e-9, _BINS + 1)
    counts, _, _ = np.histogram2d(along, ys, bins=(edges_x, edges_y))
    most = counts.max()
    parts = axes.parts
    places = np.exp(edges_x) if log else edges_x
    for i, j in np.argwhere(counts > 0):
        left, right = axes.x.at(float(places[i])), axes.x.at(float(places[i + 1]))
        top, bottom = axes.y.at(float(edges_y[j + 1])), axes.y.at(float(edges_y[j]))
        share = 0.12 + 0.88 * math.log1p(counts[i, j]) / math.log1p(most)
        parts.append(
            rect(left, top, max(right - left, 1.0), max(bottom - top, 1.0), fill=BLUE, opacity=round(share, 2))
        )
    said = say("gosh", k=xs.size, low=f"{xs.min():.3g}", high=f"{xs.max():.3g}", median=f"{np.median(xs):.3g}")
    return document(width, height, title, said, parts)
