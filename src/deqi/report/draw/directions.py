"""The effect-direction plot: which way every trial went, those out of reach included."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal

from metafit.plots.svg import (
    BLUE,
    GREY,
    INK,
    SMALL,
    VERMILION,
    circle,
    document,
    fold,
    line,
    polygon,
    rect,
    shorten,
    text,
    text_width,
)

Lane = Literal["against", "level", "mixed", "for", "unseen"]
LANES: tuple[Lane, ...] = ("against", "level", "mixed", "for", "unseen")
ROW = 22.0
NARROW = 520.0


@dataclasses.dataclass(frozen=True)
class DirectionRow:
    """One trial. ``n`` sets the size of its mark."""

    label: str
    lane: Lane
    n: int | None
    detail: str = ""


def effect_directions(
    rows: Sequence[DirectionRow],
    lanes: Sequence[tuple[Lane, str, str]],
    *,
    title: str,
    description: str = "",
    width: float = 720,
) -> str:
    """An effect-direction plot as SVG: a line a trial, a lane a result, larger trials with larger marks.

    lanes: the lanes in order, each with its name and a word for narrow figures. Marks differ in shape as well as
    colour, and a result out of reach is an empty circle.

    Raises:
        ValueError: no rows, or a row in a lane that is not listed.
    """
    if not rows:
        raise ValueError("rows: an effect-direction plot needs at least one trial")
    places = [lane for lane, _, _ in lanes]
    if any(row.lane not in places for row in rows):
        raise ValueError("rows: every trial's lane must be among the lanes")
    narrow = width < NARROW
    size = SMALL
    label = min(max(text_width(_label(row, narrow), size) for row in rows) + 10, (0.42 if narrow else 0.46) * width)
    step = (width - label) / len(lanes)
    middles = {lane: label + step * (index + 0.5) for index, lane in enumerate(places)}
    heads = [fold(short if narrow else name, step - 6, size) for _, name, short in lanes]
    deep = max(len(head) for head in heads)
    top = 16 + 14.0 * deep
    parts = [
        text(middles[lane], 14 + 14 * index + 14 * (deep - len(head)), words, anchor="middle", size=size, bold=True)
        for lane, head in zip(places, heads, strict=True)
        for index, words in enumerate(head)
    ]
    height = top + ROW * len(rows) + 6
    parts.append(line(0, top - 6, width, top - 6, opacity=0.5))
    parts += [line(middles[lane], top - 4, middles[lane], height - 4, opacity=0.12) for lane in places]
    largest = max((row.n or 0 for row in rows), default=0) or 1
    for index, row in enumerate(rows):
        y = top + ROW * (index + 0.5)
        if index % 2:
            parts.append(rect(0, y - ROW / 2, width, ROW, fill=INK, opacity=0.04))
        parts.append(text(0, y + 4, shorten(_label(row, narrow), label - 8, size), size=size))
        parts.append(mark(row.lane, middles[row.lane], y, 3.5 + 5.5 * math.sqrt((row.n or 0) / largest)))
    counts = ", ".join(f"{name}: {sum(row.lane == lane for row in rows)}" for lane, name, _ in lanes)
    return document(width, height, title, description or f"{len(rows)} trials. {counts}.", parts)


def _label(row: DirectionRow, narrow: bool) -> str:
    size = f" ({row.n})" if row.n is not None else ""
    return f"{row.label}{size}" + (f", {row.detail}" if row.detail and not narrow else "")


def mark(lane: Lane, x: float, y: float, r: float) -> str:
    """The mark of a lane: triangle up, triangle down, square, diamond, or empty circle."""
    if lane == "for":
        return polygon([(x, y - r), (x + r, y + 0.8 * r), (x - r, y + 0.8 * r)], fill=BLUE)
    if lane == "against":
        return polygon([(x, y + r), (x + r, y - 0.8 * r), (x - r, y - 0.8 * r)], fill=VERMILION)
    if lane == "level":
        return rect(x - 0.8 * r, y - 0.8 * r, 1.6 * r, 1.6 * r, fill=GREY)
    if lane == "mixed":
        return polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill="none", stroke=BLUE)
    return circle(x, y, 0.8 * r, fill="none", stroke=GREY)
