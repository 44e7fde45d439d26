"""Benefit and harm on one page: people per hundred over a course, with intervals."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from metafit.plots.axis import Scale, draw_axis
from metafit.plots.svg import (
    BLUE,
    INK,
    SMALL,
    VERMILION,
    circle,
    document,
    fold,
    line,
    polygon,
    shorten,
    text,
    text_width,
)


@dataclasses.dataclass(frozen=True)
class LedgerRow:
    """People per hundred with their interval, and the words that stand for it."""

    label: str
    value: float
    low: float
    high: float
    words: str


ROW = 26.0
NARROW = 520.0
FLOOR = 1e-3


def ledger(
    good: Sequence[LedgerRow],
    harm: Sequence[LedgerRow],
    *,
    title: str,
    good_title: str,
    harm_title: str,
    good_axis: str,
    harm_axis: str,
    nothing: str,
    description: str = "",
    width: float = 720,
) -> str:
    """A benefit-risk ledger as SVG.

    Benefits are differences and may lie below zero: linear axis. Harms run from common to very rare: logarithmic
    axis. nothing: what is said when a side has no row.
    """
    parts: list[str] = []
    y = _side(parts, good, 0.0, width, good_title, good_axis, nothing, harm=False)
    y = _side(parts, harm, y + 14, width, harm_title, harm_axis, nothing, harm=True)
    said = description or "; ".join(f"{row.label}: {row.words}" for row in (*good, *harm)) + "."
    return document(width, y, title, said, parts)


def _side(
    parts: list[str],
    rows: Sequence[LedgerRow],
    y: float,
    width: float,
    title: str,
    axis: str,
    nothing: str,
    *,
    harm: bool,
) -> float:
    y += 18
    parts.append(text(0, y, title, bold=True))
    y += 6
    if not rows:
        for words in fold(nothing, width, SMALL):
            y += 16
            parts.append(text(0, y, words, size=SMALL))
        return y + 8
    narrow = width < NARROW
    left, right = _room(rows, width, narrow)
    scale = _harm_scale(rows, left, right) if harm else _good_scale(rows, left, right)
    top = y
    body: list[str] = []
    for row in rows:
        if narrow:
            y += 18
            body.append(text(width, y, row.words, anchor="end", size=SMALL))
            lines = fold(row.label, width - text_width(row.words, SMALL) - 10, SMALL)
            for index, words in enumerate(lines):
                body.append(text(0, y + 14 * index, words, size=SMALL))
            y += 15 + 14 * (len(lines) - 1)
            middle = y - 4
            if not harm and scale.holds(0):
                body.append(line(scale.at(0), middle - 7, scale.at(0), middle + 7, dash="3 2"))
        else:
            y += ROW
            middle = y - 5
            body.append(text(0, y, shorten(row.label, left - 13, SMALL), size=SMALL))
            body.append(text(width, y, row.words, anchor="end", size=SMALL))
        body += _mark(row, scale, middle, harm)
    base = y + 8
    parts += draw_axis(scale, base if narrow else top, base, axis, most=5 if narrow else 7)
    if not harm and not narrow and scale.holds(0):
        parts.append(line(scale.at(0), top, scale.at(0), base, dash="4 3"))
    parts += body
    return base + 40


def _room(rows: Sequence[LedgerRow], width: float, narrow: bool) -> tuple[float, float]:
    if narrow:
        return 8, width - 12
    label = min(max(text_width(row.label, SMALL) for row in rows) + 14, 0.5 * width)
    words = max(text_width(row.words, SMALL) for row in rows) + 16
    return label, width - min(words, 0.34 * width)


def _good_scale(rows: Sequence[LedgerRow], left: float, right: float) -> Scale:
    ends = [0.0, *(end for row in rows for end in (row.low, row.high, row.value) if math.isfinite(end))]
    margin = 0.05 * ((max(ends) - min(ends)) or 1)
    return Scale(min(ends) - margin, max(ends) + margin, left, right)


def _harm_scale(rows: Sequence[LedgerRow], left: float, right: float) -> Scale:
    ends = [end for row in rows for end in (row.low, row.high, row.value) if math.isfinite(end) and end > 0]
    return Scale(max(FLOOR / 10, min(ends) / 1.5), min(1000, max(ends) * 1.5), left, right, True)


def _mark(row: LedgerRow, scale: Scale, y: float, harm: bool) -> list[str]:
    parts = [line(scale.at(row.low), y, scale.at(row.high), y, stroke=INK, width=1.4)]
    x = scale.at(row.value)
    if harm:
        parts.append(polygon([(x, y - 5.5), (x + 5.5, y), (x, y + 5.5), (x - 5.5, y)], fill=VERMILION))
    else:
        parts.append(circle(x, y, 5, fill=BLUE))
    return parts
