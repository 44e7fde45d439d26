"""The funnel plot: effect against standard error, with the region where studies would lie by chance alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from statistics import NormalDist

from metafit.levels import as_fraction
from metafit.plots.axis import Scale, draw_axis, tick_label
from metafit.plots.svg import BLUE, INK, SMALL, circle, document, line, polygon, text
from metafit.text import say


@dataclasses.dataclass(frozen=True)
class FunnelPoint:
    """One study on the analysis scale. ``filled`` is false for a study that trim and fill imputed."""

    label: str
    estimate: float
    se: float
    filled: bool = True


def funnel(
    points: Sequence[FunnelPoint],
    centre: float,
    *,
    title: str,
    description: str = "",
    axis: str = "Effect",
    level: float = 0.95,
    natural_log: bool = False,
    width: float = 480,
    height: float = 360,
    contours: Sequence[float] = (),
) -> str:
    """A funnel plot as SVG.

    centre: the pooled effect on the analysis scale. natural_log: the effects are log ratios; ticks show the ratios.
    contours: levels of significance around no effect (0.9, 0.95, 0.99), shaded instead of the region around the pool.

    Raises:
        ValueError: no study with a finite effect and a positive standard error.
    """
    shown = [one for one in points if math.isfinite(one.estimate) and math.isfinite(one.se) and one.se > 0]
    if not shown:
        raise ValueError("points: a funnel plot needs at least one study with a finite standard error")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    left, right, top, base = 56.0, width - 12.0, 14.0, height - 48.0
    deepest = 1.05 * max(one.se for one in shown)
    middles = (centre, 0.0) if contours else (centre,)
    low = min(*(one - z * deepest for one in middles), *(one.estimate for one in shown))
    high = max(*(one + z * deepest for one in middles), *(one.estimate for one in shown))
    margin = 0.03 * (high - low)
    low, high = low - margin, high + margin
    scale = Scale(math.exp(low), math.exp(high), left, right, True) if natural_log else Scale(low, high, left, right)
    place = (lambda value: scale.at(math.exp(value))) if natural_log else scale.at

    def down(se: float) -> float:
        return top + se / deepest * (base - top)

    def cone(middle: float, reach: float, opacity: float) -> str:
        edges = [min(max(middle + side * reach * deepest, low), high) for side in (-1, 1)]
        depths = [min(1.0, abs(edge - middle) / (reach * deepest)) if reach else 1.0 for edge in edges]
        corners = [(place(middle), top)]
        corners += [(place(edges[0]), top + depths[0] * (base - top)), (place(edges[0]), base)]
        corners += [(place(edges[1]), base), (place(edges[1]), top + depths[1] * (base - top))]
        return polygon(corners, fill=INK, opacity=opacity)

    if contours:
        levels = sorted((as_fraction(one) for one in contours), reverse=True)
        parts = [cone(0.0, NormalDist().inv_cdf(0.5 + one / 2), 0.09) for one in levels]
    else:
        parts = [cone(centre, z, 0.07)]
    parts += draw_axis(scale, top, base, axis, most=6)
    for tick in Scale(0, deepest, top, base).ticks(5):
        parts.append(line(left - 4, down(tick), left, down(tick)))
        parts.append(text(left - 8, down(tick) + 4, tick_label(tick), anchor="end", size=SMALL))
    parts.append(line(left, top, left, base))
    parts.append(text(4, 10, "Standard error", size=SMALL))
    if contours:
        beyond = ", ".join(f"{1.0 - one:.3g}" for one in reversed(levels))
        parts.append(text(right, 10, say("funnel.contours", p=beyond), anchor="end", size=SMALL))
    for sign in () if contours else (-1, 1):
        parts.append(line(place(centre), top, place(centre + sign * z * deepest), base, opacity=0.6, dash="4 3"))
    parts.append(line(place(centre), top, place(centre), base))
    for one in shown:
        fill = BLUE if one.filled else "none"
        parts.append(circle(place(one.estimate), down(one.se), 4.5, fill=fill, stroke=BLUE, opacity=0.85))
    inside = sum(abs(one.estimate - centre) <= z * one.se for one in shown)
    said = description or say("funnel", k=len(shown), centre=f"{centre:.2f}", inside=inside, level=f"{100 * level:g}")
    return document(width, height, title, said, parts)
