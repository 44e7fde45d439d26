"""Plots in two dimensions: bubbles with a line, a cloud of many fits, treatments and their links."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from metafit.network.consistency import Geometry
from metafit.plots.axis import Scale, draw_axis, tick_label
from metafit.plots.svg import (
    BLUE,
    INK,
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


class _Frame(NamedTuple):
    x: Scale
    y: Scale
    parts: list[str]


def _frame(
    xs: Floats, ys: Floats, x_axis: str, y_axis: str, width: float, height: float, *, log_x: bool, log_y: bool
) -> _Frame:
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
    return _Frame(x, y, parts)


def bubbles(
    points: Sequence[Bubble],
    curve: Sequence[tuple[float, float, float, float]],
    *,
    title: str,
    x_axis: str,
    y_axis: str,
    log: bool,
    null: float | None,
    width: float,
    height: float,
) -> str:
    """Studies by weight and a line with its interval (x, y, low, high); log: a logarithmic y axis."""
    ys = np.array([one.y for one in points] + [y for row in curve for y in row[1:]])
    frame = _frame(np.array([one.x for one in points]), ys, x_axis, y_axis, width, height, log_x=False, log_y=log)
    parts = frame.parts
    upper = [(frame.x.at(x), frame.y.at(high)) for x, _, _, high in curve]
    lower = [(frame.x.at(x), frame.y.at(low)) for x, _, low, _ in reversed(curve)]
    parts.append(polygon([*upper, *lower], fill=VERMILION, opacity=0.15))
    if null is not None and frame.y.holds(null):
        at = frame.y.at(null)
        parts.append(line(_LEFT, at, width - 14, at, dash="4 3", opacity=0.7))
    middle = [(frame.x.at(x), frame.y.at(y)) for x, y, _, _ in curve]
    parts += [line(*a, *b, stroke=VERMILION, width=2) for a, b in pairwise(middle)]
    heaviest = max(one.weight for one in points)
    for one in sorted(points, key=lambda p: -p.weight):
        r = 3.0 + 11.0 * math.sqrt(one.weight / heaviest)
        parts.append(circle(frame.x.at(one.x), frame.y.at(one.y), r, fill=BLUE, stroke=BLUE, opacity=0.45))
    first, last = curve[0], curve[-1]
    said = say(
        "bubble",
        k=len(points),
        low=f"{first[1]:.3g}",
        left=f"{first[0]:g}",
        high=f"{last[1]:.3g}",
        right=f"{last[0]:g}",
    )
    return document(width, height, title, said, parts)


def cloud(
    xs: Floats, ys: Floats, *, title: str, x_axis: str, y_axis: str, log: bool, width: float, height: float
) -> str:
    """Many points as shaded cells; darker cells hold more of them. log: a logarithmic x axis."""
    here = np.isfinite(xs) & np.isfinite(ys) & ((xs > 0) | (not log))
    xs, ys = xs[here], ys[here]
    frame = _frame(xs, np.concatenate([ys, [0.0, 100.0]]), x_axis, y_axis, width, height, log_x=log, log_y=False)
    along = np.log(xs) if log else xs
    edges_x = np.linspace(along.min() - 1e-9, along.max() + 1e-9, _BINS + 1)
    edges_y = np.linspace(ys.min() - 1e-9, ys.max() + 1e-9, _BINS + 1)
    counts, _, _ = np.histogram2d(along, ys, bins=(edges_x, edges_y))
    most = counts.max()
    parts = frame.parts
    places = np.exp(edges_x) if log else edges_x
    for i, j in np.argwhere(counts > 0):
        left, right = frame.x.at(float(places[i])), frame.x.at(float(places[i + 1]))
        top, bottom = frame.y.at(float(edges_y[j + 1])), frame.y.at(float(edges_y[j]))
        share = 0.12 + 0.88 * math.log1p(counts[i, j]) / math.log1p(most)
        parts.append(
            rect(left, top, max(right - left, 1.0), max(bottom - top, 1.0), fill=BLUE, opacity=round(share, 2))
        )
    said = say("gosh", k=xs.size, low=f"{xs.min():.3g}", high=f"{xs.max():.3g}", median=f"{np.median(xs):.3g}")
    return document(width, height, title, said, parts)


def links(shape: Geometry, *, title: str, width: float) -> str:
    """Treatments as circles by their studies, and lines by the studies that compare them."""
    margin = 26 + max(text_width(str(node.treatment), SMALL) for node in shape.nodes)
    centre, radius = width / 2, max(width / 2 - margin, 60.0)
    height = 2 * radius + 70
    place = {n.treatment: (centre + radius * n.x, height / 2 - radius * n.y) for n in shape.nodes}
    widest = max((edge.studies for edge in shape.edges), default=1)
    most = max(node.studies for node in shape.nodes)
    parts = []
    for edge in shape.edges:
        (x1, y1), (x2, y2) = place[edge.treatment], place[edge.control]
        parts.append(line(x1, y1, x2, y2, stroke=INK, width=1 + 7 * edge.studies / widest, opacity=0.35))
        parts.append(text((x1 + x2) / 2, (y1 + y2) / 2 - 3, str(edge.studies), anchor="middle", size=SMALL))
    for node in shape.nodes:
        x, y = place[node.treatment]
        r = 5 + 9 * math.sqrt(node.studies / most)
        parts.append(circle(x, y, r, fill=BLUE))
        side = "start" if node.x > 1e-6 else "end" if node.x < -1e-6 else "middle"
        shift = (r + 5) * (1 if side == "start" else -1 if side == "end" else 0)
        lift = 4 if side != "middle" else (-(r + 6) if node.y > 0 else r + 16)
        parts.append(text(x + shift, y + lift, str(node.treatment), anchor=side, size=SMALL))  # type: ignore[arg-type]  # anchor is one of three words
    said = "; ".join(f"{e.treatment} and {e.control}: {e.studies}" for e in shape.edges)
    return document(width, height, title, say("network.said", k=len(shape.nodes), pairs=said), parts)
