"""Where names stand beside their dots: near, over no other name and no dot; farther off with a thin line."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

Point = tuple[float, float]
Box = tuple[float, float, float, float]

DOT, HIGH, GAP = 3.4, 12.0, 2.0
"""Units of the picture: radius of a dot, height of a name, least distance."""
NEAR = 13.0
"""Up to this distance a name needs no line."""
STEPS = (7.0, 11.0, 17.0, 24.0, 32.0, 42.0, 54.0, 68.0, 84.0, 102.0, 124.0)
TURNS = (0, 180, 20, 340, 160, 200, 40, 320, 140, 220, 60, 300, 120, 240, 90, 270)
"""Directions in order of liking: beside the dot first."""


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


def _near(a: Point, b: Point) -> float:
    return 1.0 / (1.0 + math.dist(a, b) / 20.0)


def _best(
    k: int, dots: Sequence[Point], width: float, frame: Box, others: Sequence[Point], taken: Sequence[Label]
) -> Label | None:
    spots = [*(dot for n, dot in enumerate(dots) if n != k), *others]
    best: tuple[float, Label] | None = None
    for far in STEPS:
        for rank, turn in enumerate(TURNS):
            label = _candidate(dots[k], width, far, turn)
            if not _within(label.box, frame) or any(_overlap(label.box, one.box) for one in taken):
                continue
            if any(_covers(label.box, spot) for spot in spots):
                continue
            cost = far + rank * 0.9 + _trouble(dots[k], label, spots, taken)
            if best is None or cost < best[0]:
                best = (cost, label)
        if best is not None and best[0] < far:
            break
    return None if best is None else best[1]


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


def _trouble(dot: Point, label: Label, spots: Sequence[Point], taken: Sequence[Label]) -> float:
    """What a line to a name crosses, and lines that cross the name."""
    cost = 0.0
    if label.joint is not None:
        cost += 40.0 * sum(_from_line(spot, dot, label.joint) < DOT + 1 for spot in spots)
        cost += 60.0 * sum(_cuts(dot, label.joint, one.box) for one in taken)
    return cost


def _from_line(spot: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    size = dx * dx + dy * dy
    t = 0.0 if size == 0 else max(0.0, min(1.0, ((spot[0] - a[0]) * dx + (spot[1] - a[1]) * dy) / size))
    return math.dist(spot, (a[0] + t * dx, a[1] + t * dy))


def _cuts(a: Point, b: Point, box: Box) -> bool:
    return any(
        box[0] < a[0] + (b[0] - a[0]) * t < box[2] and box[1] < a[1] + (b[1] - a[1]) * t < box[3]
        for t in (k / 16 for k in range(17))
    )


def _within(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] + GAP and b[0] < a[2] + GAP and a[1] < b[3] and b[1] < a[3]


def _covers(box: Box, spot: Point) -> bool:
    return box[0] - DOT < spot[0] < box[2] + DOT and box[1] - DOT + 1 < spot[1] < box[3] + DOT - 1
