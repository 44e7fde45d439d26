"""The forest plot: one line a study with its interval, the pooled diamond, and the prediction interval."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from statistics import median
from typing import Literal

from metafit.plots.axis import Scale, draw_axis, fit_scale, tick_label
from metafit.plots.svg import (
    BLUE,
    INK,
    SMALL,
    VERMILION,
    document,
    fold,
    line,
    polygon,
    rect,
    shorten,
    text,
    text_width,
)

ROW = 24.0
HUGE = 1e7
"""From here on numbers are written with powers of ten."""
NARROW = 520.0
"""Below this width the words of a row stand above its line instead of beside it."""


@dataclasses.dataclass(frozen=True)
class ForestRow:
    """One line, on the scale that is shown (ratios as ratios).

    kind: ``study`` (square), ``pooled`` or ``subgroup`` (diamond), ``heading`` (words only; numbers NaN). ``detail``
    stands beside the label (``12/40 v 9/41``). ``weight`` in percent. A pooled row's prediction interval gets a line
    of its own.
    """

    label: str
    estimate: float = math.nan
    low: float = math.nan
    high: float = math.nan
    kind: Literal["study", "pooled", "subgroup", "heading"] = "study"
    detail: str = ""
    weight: float | None = None
    prediction_low: float = math.nan
    prediction_high: float = math.nan


@dataclasses.dataclass(frozen=True)
class _Columns:
    label: float
    detail: float
    plot: tuple[float, float]
    effect: float
    weight: float | None


def forest(
    rows: Sequence[ForestRow],
    *,
    title: str,
    description: str = "",
    axis: str = "",
    left: str = "",
    right: str = "",
    null: float | None = 0.0,
    log: bool = False,
    digits: int | None = None,
    width: float = 720,
    prediction_label: str = "Prediction interval",
    footers: Sequence[str] = (),
    level: float = 0.95,
) -> str:
    """A forest plot as SVG.

    left, right: what lies on either side of the null. null: where the dashed line stands; None for none. log: a
    logarithmic axis, for ratios. width: units; below 520 the layout is for a phone or one column of a journal.
    digits: decimals; None: enough that the intervals differ from each other.
    footers: lines below everything, for example the heterogeneity. level: of the intervals, for the heading.

    Raises:
        ValueError: no row with a finite estimate.
    """
    shown = [row for row in rows if math.isfinite(row.estimate)]
    if not shown:
        raise ValueError("rows: a forest plot needs at least one finite estimate")
    narrow = width < NARROW
    digits = (2 if log else decimals(shown)) if digits is None else digits
    columns = _lay_out(rows, width, digits, narrow, log)
    inner = [row.estimate for row in shown] + ([] if null is None else [null])
    inner += [end for row in shown if row.kind != "study" for end in (row.low, row.high)]
    outer = [end for row in shown for end in (row.low, row.high, row.prediction_low, row.prediction_high)]
    scale = fit_scale(inner, outer, *columns.plot, log=log)
    heaviest = max((row.weight or 0 for row in shown), default=0)

    parts: list[str] = []
    y = 18.0
    if not narrow:
        parts.append(text(columns.label, y, "Study", bold=True))
        heading = f"Effect ({100 * level:g} % interval)"
        parts.append(text(columns.effect, y, heading if _room(columns) else "Effect", bold=True, anchor="end"))
        if columns.weight is not None:
            parts.append(text(columns.weight, y, "Weight", bold=True, anchor="end"))
        y += 8
        parts.append(line(0, y, width, y, opacity=0.5))
    top = y + 4
    body: list[str] = []
    for row in rows:
        if row.kind == "heading":
            y += ROW
            body.append(text(0, y, row.label, bold=True))
            continue
        y = _draw_row(body, row, columns, scale, y, narrow, digits, heaviest, width)
        if narrow and null is not None and scale.holds(null):
            # On a narrow figure words stand above each line: the null is marked only beside the marks.
            parts.append(line(scale.at(null), y - 11, scale.at(null), y + 5, dash="3 2"))
        if row.kind != "study" and math.isfinite(row.prediction_low):
            y = _draw_prediction(body, row, columns, scale, y, narrow, digits, width, prediction_label)
    base = y + 10
    parts += draw_axis(scale, base if narrow else top, base, axis, most=5 if narrow else 7)
    if null is not None and not narrow and scale.holds(null):
        parts.append(line(scale.at(null), top, scale.at(null), base, dash="4 3"))
    parts += body
    height = base + (38 if axis else 22)
    if left or right:
        height += _draw_sides(parts, scale, null, height, left, right, width, narrow)
    for footer in footers:
        for one in fold(footer, width, SMALL):
            height += 16
            parts.append(text(0, height, one, size=SMALL))
    return document(width, height + 4, title, description or _describe(shown, digits, log), parts)


def _room(columns: _Columns) -> bool:
    return columns.effect - columns.plot[1] > text_width("Effect (95 % interval)") + 12


def _lay_out(rows: Sequence[ForestRow], width: float, digits: int, narrow: bool, log: bool) -> _Columns:
    if narrow:
        return _Columns(0, 0, (8, width - 8), width, None)
    weighted = any(row.weight is not None for row in rows)
    weight = width if weighted else None
    effect = width - (64 if weighted else 0)
    effects = max((text_width(effect_text(row, digits, log)) for row in rows if math.isfinite(row.estimate)), default=0)
    label = max(
        text_width(row.label, 13) * (1.08 if row.kind != "study" else 1) for row in rows if row.kind != "heading"
    )
    label = min(label, (0.3 if any(row.detail for row in rows) else 0.38) * width)
    detail = max(text_width(row.detail, SMALL) for row in rows)
    detail = min(detail, 0.22 * width)
    start = label + 12 + (detail + 12 if detail else 0)
    return _Columns(0, label + 12, (start + 8, effect - effects - 18), effect, weight)


def _draw_row(
    body: list[str], row: ForestRow, columns: _Columns, scale: Scale, y: float, narrow: bool, digits: int,
    heaviest: float, width: float,
) -> float:  # fmt: skip
    bold = row.kind != "study"
    words = effect_text(row, digits, scale.log)
    if narrow:
        y += 19
        room = width - text_width(words, SMALL) - 12
        label = f"{row.label}, {row.detail}" if row.detail else row.label
        body.append(text(0, y, shorten(label, room, SMALL), size=SMALL, bold=bold))
        body.append(text(width, y, words, size=SMALL, anchor="end", bold=bold))
        y += 15
        middle = y - 3
    else:
        y += ROW
        middle = y - 4.5
        body.append(text(columns.label, y, shorten(row.label, columns.detail - columns.label - 8), bold=bold))
        if row.detail:
            room = columns.plot[0] - columns.detail - 12
            body.append(text(columns.detail, y, shorten(row.detail, room, SMALL), size=SMALL))
        body.append(text(columns.effect, y, words, anchor="end", bold=bold))
        if row.weight is not None and columns.weight is not None:
            body.append(text(columns.weight, y, f"{row.weight:.1f} %", anchor="end"))
    body += _mark(row, scale, middle, heaviest)
    return y


def _mark(row: ForestRow, scale: Scale, y: float, heaviest: float) -> list[str]:
    if row.kind != "study":
        left, right, middle = scale.at(row.low), scale.at(row.high), scale.at(row.estimate)
        return [polygon([(left, y), (middle, y - 7), (right, y), (middle, y + 7)], fill=VERMILION)]
    parts = _whisker(scale, row.low, row.high, y, INK, 1.3)
    if scale.holds(row.estimate):
        share = (row.weight or 0) / heaviest if heaviest else 0.4
        half = 2.5 + 4.0 * math.sqrt(share)
        parts.append(rect(scale.at(row.estimate) - half, y - half, 2 * half, 2 * half, fill=BLUE))
    return parts


def _whisker(scale: Scale, low: float, high: float, y: float, stroke: str, thick: float) -> list[str]:
    """An interval; an end that lies outside the scale becomes an arrow."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return []
    left, right = scale.at(low), scale.at(high)
    parts = [line(left, y, right, y, stroke=stroke, width=thick)]
    if not scale.holds(low):
        parts.append(polygon([(left - 4, y), (left + 3, y - 4), (left + 3, y + 4)], fill=stroke))
    if not scale.holds(high):
        parts.append(polygon([(right + 4, y), (right - 3, y - 4), (right - 3, y + 4)], fill=stroke))
    return parts


def _draw_prediction(
    body: list[str], row: ForestRow, columns: _Columns, scale: Scale, y: float, narrow: bool, digits: int, width: float,
    label: str,
) -> float:  # fmt: skip
    write = ratio if scale.log else number
    words = f"{write(row.prediction_low, digits)} to {write(row.prediction_high, digits)}"
    size = SMALL
    if narrow:
        y += 19
        body.append(text(0, y, shorten(label, width - text_width(words, size) - 12, size), size=size))
        body.append(text(width, y, words, size=size, anchor="end"))
        y += 15
        middle = y - 3
    else:
        y += ROW - 2
        middle = y - 4.5
        body.append(text(columns.label, y, shorten(label, columns.plot[0] - 12), size=size))
        body.append(text(columns.effect, y, words, anchor="end", size=size))
    low, high = row.prediction_low, row.prediction_high
    body += _whisker(scale, low, high, middle, VERMILION, 2)
    for end in (low, high):
        if scale.holds(end):
            body.append(line(scale.at(end), middle - 5, scale.at(end), middle + 5, stroke=VERMILION, width=2))
    return y


def _draw_sides(
    parts: list[str], scale: Scale, null: float | None, y: float, left: str, right: str, width: float, narrow: bool
) -> float:
    """The words under the axis, each on its side of the null. Returns the height used."""
    middle = scale.at(null) if null is not None and scale.holds(null) else (scale.left + scale.right) / 2
    left_words, right_words = (f"← {left}" if left else ""), (f"{right} →" if right else "")
    below = y + 10
    if text_width(left_words, SMALL) > middle - 8 or text_width(right_words, SMALL) > width - middle - 8:
        # A side has no room for its words: each side gets a line of its own, at its edge of the figure.
        for words, x, anchor in ((left_words, 0.0, "start"), (right_words, width, "end")):
            for one in fold(words, width, SMALL) if words else ():
                parts.append(text(x, below, one, anchor="end" if anchor == "end" else "start", size=SMALL, bold=True))
                below += 14
        return below - y - 8
    parts.append(text(middle - 8, below, left_words, anchor="end", size=SMALL, bold=True))
    parts.append(text(middle + 8, below, right_words, anchor="start", size=SMALL, bold=True))
    return 16.0


def effect_text(row: ForestRow, digits: int = 2, log: bool = False) -> str:
    """The numbers of a line. log: ratios, of which small ones keep two digits."""
    write = ratio if log else number
    words = write(row.estimate, digits)
    if math.isfinite(row.low) and math.isfinite(row.high):
        words += f" ({write(row.low, digits)} to {write(row.high, digits)})"
    return words


def ratio(value: float, digits: int) -> str:
    """A ratio: one that would be rounded to 0 keeps two digits of its own."""
    if 0.0 < value < 0.5 * 10.0**-digits:
        return tick_label(float(f"{value:.2g}"))
    return number(value, digits)


def number(value: float, digits: int) -> str:
    """A number with a real minus sign; very large ones without decimals, and powers of ten at either end."""
    if not math.isfinite(value):
        return "–"
    if abs(value) >= HUGE:
        return tick_label(float(f"{value:.2g}"))
    words = f"{value:,.{0 if abs(value) >= 1000 else digits}f}"
    return words.removeprefix("-") if not words.strip("-0.,") else words.replace("-", "−")


def decimals(rows: Sequence[ForestRow]) -> int:
    """Two, and one more for each power of ten by which the usual interval is narrower than 0.2."""
    widths = [row.high - row.low for row in rows if math.isfinite(row.high - row.low) and row.high > row.low]
    return min(max(2, 2 - math.floor(math.log10(5.0 * median(widths)))), 6) if widths else 2


def _describe(rows: Sequence[ForestRow], digits: int, log: bool) -> str:
    return "; ".join(f"{row.label}: {effect_text(row, digits, log)}" for row in rows) + "."
