"""Harms from common to very rare on one logarithmic axis: of 100,000 people, so that all share one denominator.

Shares of the whole (below) keep a linear axis elsewhere; a linear and a logarithmic axis never stand in one picture.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from metafit.plots.axis import Scale
from metafit.plots.svg import INK, SMALL, VERMILION, circle, document, line, shorten, text, text_width

OF = 100_000
ROW = 40.0


@dataclasses.dataclass(frozen=True)
class Rung:
    """A harm: how many of 100,000 people, from where to where, and the words beside it. ``value`` 0: none seen."""

    label: str
    value: float
    low: float
    high: float
    words: str


def ladder(rungs: Sequence[Rung], *, title: str, description: str, axis: str, width: float = 340) -> str:
    """The ladder as SVG, commonest first."""
    scale = Scale(0.1, OF, 4, width - 8, log=True)
    parts: list[str] = []
    y = 4.0
    for rung in rungs:
        parts.append(
            text(0, y + 13, shorten(rung.label, width - text_width(rung.words, SMALL) - 10, SMALL), size=SMALL)
        )
        parts.append(text(width, y + 13, rung.words, anchor="end", size=SMALL, bold=True))
        middle = y + 24
        parts.append(line(scale.left, middle, scale.right, middle, opacity=0.2))
        low, high = scale.at(max(rung.low, scale.low)), scale.at(max(rung.high, scale.low))
        parts.append(line(low, middle, high, middle, stroke=VERMILION, width=3))
        if rung.value > 0:
            parts.append(circle(scale.at(rung.value), middle, 5, fill=VERMILION))
        y += ROW
    for tick in (1, 10, 100, 1_000, 10_000, 100_000):
        x = scale.at(tick)
        parts.append(line(x, 4, x, y, opacity=0.15))
        words = f"{tick:,}" if tick != OF // 10 or width > 500 else ""
        half = text_width(words, SMALL) / 2
        parts.append(text(min(x, width - half), y + 14, words, anchor="middle", size=SMALL))
    parts.append(text(width / 2, y + 30, axis, anchor="middle", size=SMALL))
    parts.append(line(scale.left, y, scale.right, y, stroke=INK))
    return document(width, y + 36, title, description, parts)
