"""Where names stand beside their dots: near, over no other name and no dot; farther off with a thin line."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Array = NDArray[Any]

DOT, HIGH, GAP = 3.4, 12.0, 2.0
"""Units of the picture: radius of a dot, height of a name, least distance."""
NEAR = 13.0
"""Up to this distance a name needs no line."""
STEPS = (7.0, 11.0, 17.0, 24.0, 32.0, 42.0, 54.0, 68.0, 84.0, 102.0, 124.0)
TURNS = (0, 180, 20, 340, 160, 200, 40, 320, 140, 220, 60, 300, 120, 240, 90, 270)
"""Directions in order of liking: beside the dot first."""

SAMPLES = np.arange(17) / 16
"""Where a line is looked at, from its one end to its other."""


@dataclasses.dataclass(frozen=True)
class Label:
    """A name's box, and where its line meets it (None: it stands close by)."""

    box: Box
    joint: Point | None

    @property
    def base(self) -> Point:
        """Where the text begins, on its baseline."""
        return (self.box[0], self.box[3] - 2.8)


def place(
    dots: Sequence[Point], widths: Sequence[float], frame: Box, others: Sequence[Point] = ()
) -> list[Label | None]:
    """A place for each name, the most crowded first; None where there is no room. ``others`` are dots without names."""
    crowd = [sum(_near(a, b) for b in dots) for a in dots]
    order = sorted(range(len(dots)), key=lambda k: (-crowd[k], dots[k][1], dots[k][0]))
    taken: dict[int, Label | None] = {}
    for k in order:
        taken[k] = _best(k, dots, widths[k], frame, others, [one for one in taken.values() if one])
    return [taken[k] for k in range(len(dots))]


def _best(
    k: int, dots: Sequence[Point], width: float, frame: Box, others: Sequence[Point], taken: Sequence[Label]
) -> Label | None:
    spots = np.array([*(dot for n, dot in enumerate(dots) if n != k), *others]).reshape(-1, 2)
    names = np.array([one.box for one in taken]).reshape(-1, 4)
    best: tuple[float, Label] | None = None
    for far in STEPS:
        labels = [_candidate(dots[k], width, far, turn) for turn in TURNS]
        for rank in _free(np.array([one.box for one in labels]), frame, spots, names):
            least = far + float(rank) * 0.9
            if best is not None and least >= best[0]:
                break  # what its line crosses only makes it worse
            cost = least + _trouble(dots[k], labels[rank], spots, names)
            if best is None or cost < best[0]:
                best = (cost, labels[rank])
        if best is not None and best[0] < far:
            break
    return None if best is None else best[1]


def _free(boxes: Array, frame: Box, spots: Array, names: Array) -> Array:
    """Which of these boxes lie within the picture and over no other name and no dot."""
    within = (boxes[:, :2] >= frame[:2]).all(axis=1) & (boxes[:, 2:] <= frame[2:]).all(axis=1)
    left, top, right, bottom = (boxes[:, n, None] for n in range(4))
    over = (left < names[:, 2] + GAP) & (names[:, 0] < right + GAP) & (top < names[:, 3]) & (names[:, 1] < bottom)
    x, y = spots[:, 0], spots[:, 1]
    covers = (left - DOT < x) & (x < right + DOT) & (top - DOT + 1 < y) & (y < bottom + DOT - 1)
    return np.flatnonzero(within & ~over.any(axis=1) & ~covers.any(axis=1))


def _candidate(dot: Point, width: float, far: float, turn: float) -> Label:
    x, y = dot[0] + far * math.cos(math.radians(turn)), dot[1] - far * math.sin(math.radians(turn))
    left = (
        x if math.cos(math.radians(turn)) > 0.1 else x - width if math.cos(math.radians(turn)) < -0.1 else x - width / 2
    )
    top = y - HIGH / 2 if abs(math.cos(math.radians(turn))) > 0.1 else y - (HIGH if turn == 90 else 0)
    box = (left, top, left + width, top + HIGH)
    return Label(
        box, None if far <= NEAR else (min(max(dot[0], left), left + width), min(max(dot[1], top), top + HIGH))
    )


def _trouble(dot: Point, label: Label, spots: Array, names: Array) -> float:
    """What a line to a name crosses."""
    if label.joint is None:
        return 0.0
    crossed = int((_from_line(spots, dot, label.joint) < DOT + 1).sum())
    return 40.0 * crossed + 60.0 * int(_cut(dot, label.joint, names).sum())


def _from_line(spots: Array, a: Point, b: Point) -> Array:
    """How far each spot is from a line."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    size = dx * dx + dy * dy
    along = ((spots[:, 0] - a[0]) * dx + (spots[:, 1] - a[1]) * dy) / size if size else np.zeros(len(spots))
    t = np.clip(along, 0.0, 1.0)
    return np.hypot(spots[:, 0] - (a[0] + t * dx), spots[:, 1] - (a[1] + t * dy))


def _cut(a: Point, b: Point, boxes: Array) -> Array:
    """Whether each box is cut by a line."""
    x, y = (a[n] + (b[n] - a[n]) * SAMPLES for n in (0, 1))
    left, top, right, bottom = (boxes[:, n, None] for n in range(4))
    inside = (left < x) & (x < right) & (top < y) & (y < bottom)
    return np.asarray(inside.any(axis=1))


def _near(a: Point, b: Point) -> float:
    return 1.0 / (1.0 + math.dist(a, b) / 20.0)
