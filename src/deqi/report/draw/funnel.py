"""The funnel plot: effect against standard error, with the region where studies would lie by chance alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from statistics import NormalDist

from deqi.report.draw.axis import Scale, draw_axis, tick_label
from deqi.report.draw.svg import BLUE, INK, SMALL, circle, document, line, polygon, text


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
) -> str:
    """A funnel plot as SVG.

    centre: the pooled effect on the analysis scale. natural_log: the effects are log ratios; ticks show the ratios.

    Raises:
        ValueError: no study with a finite effect and a positive standard error.
    """
    shown = [one for one in points if math.isfinite(one.estimate) and math.isfinite(one.se) and one.se > 0]
    if not shown:
        raise ValueError("points: a funnel plot needs at least one study with a finite standard error")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    left, right, top, base = 56.0, width - 12.0, 14.0, height - 48.0
    deepest = 1.05 * max(one.se for one in shown)
    low = min(centre - z * deepest, *(one.estimate for one in shown), centre)
    high = max(centre + z * deepest, *(one.estimate for one in shown), centre)
    margin = 0.03 * (high - low)
    low, high = low - margin, high + margin
    scale = Scale(math.exp(low), math.exp(high), left, right, True) if natural_log else Scale(low, high, left, right)
    place = (lambda value: scale.at(math.exp(value))) if natural_log else scale.at

    def down(se: float) -> float:
        return top + se / deepest * (base - top)

    parts = [
        polygon(
            [(place(centre), top), (place(centre - z * deepest), base), (place(centre + z * deepest), base)],
            fill=INK,
            opacity=0.07,
        )
    ]
    parts += draw_axis(scale, top, base, axis, most=6)
    for tick in Scale(0, deepest, top, base).ticks(5):
        parts.append(line(left - 4, down(tick), left, down(tick)))
        parts.append(text(left - 8, down(tick) + 4, tick_label(tick), anchor="end", size=SMALL))
    parts.append(line(left, top, left, base))
    parts.append(text(4, 10, "Standard error", size=SMALL))
    for sign in (-1, 1):
        parts.append(line(place(centre), top, place(centre + sign * z * deepest), base, opacity=0.6, dash="4 3"))
    parts.append(line(place(centre), top, place(centre), base))
    for one in shown:
        fill = BLUE if one.filled else "none"
        parts.append(circle(place(one.estimate), down(one.se), 4.5, fill=fill, stroke=BLUE, opacity=0.85))
    inside = sum(abs(one.estimate - centre) <= z * one.se for one in shown)
    said = description or (
        f"{len(shown)} studies by effect and standard error around {centre:.2f}; {inside} lie inside the region "
        f"expected from chance at {100 * level:g} %."
    )
    return document(width, height, title, said, parts)
