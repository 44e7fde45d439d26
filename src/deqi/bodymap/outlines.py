"""Outlines of the parts of the body in a scene, as closed lines of the picture in cun."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence

from deqi.bodymap.geometry import Body
from deqi.bodymap.scenes import Layer
from deqi.knowledge.tables.places import Part

Point = tuple[float, float]
STEP = 0.8
"""cun between the rings of which an outline is made."""

TUBES: Mapping[Part, tuple[tuple[str, float, float], ...]] = {
    "body": (("front-trunk", -14.3, 24.3),),
    "arm": (
        ("upper-arm", -3.95, 21.05),
        ("hand", -0.05, 4.5),
        ("finger-1", -0.2, 3.7),
        ("finger-2", -0.4, 3.1),
        ("finger-3", -0.4, 3.5),
        ("finger-4", -0.4, 3.2),
        ("finger-5", -0.4, 2.5),
    ),
    "leg": (("thigh", -2.5, 36.2),),
    "foot": (
        ("foot", 0.0, 10.0),
        ("toe-1", -0.4, 2.85),
        ("toe-2", -0.4, 2.3),
        ("toe-3", -0.4, 1.95),
        ("toe-4", -0.4, 1.7),
        ("toe-5", -0.4, 1.5),
    ),
    "ear": (),
}
"""The tubes whose outlines together are a part: a segment, and from where to where along it."""


@functools.lru_cache(maxsize=256)
def outlines(
    body: Body, layer: Layer, tubes: tuple[tuple[str, float, float], ...] = ()
) -> tuple[tuple[Point, ...], ...]:
    """The closed outlines of one layer; where they overlap, the picture shows their union."""
    return tuple(_turning_right(_outline(body, layer, *tube)) for tube in tubes or TUBES[layer.part])


def _turning_right(shape: tuple[Point, ...]) -> tuple[Point, ...]:
    """All one way round: areas that turn against each other would cut holes where they overlap."""
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(shape, (*shape[1:], shape[0]), strict=True))
    return shape if area >= 0 else shape[::-1]


def _outline(body: Body, layer: Layer, segment: str, top: float, bottom: float) -> tuple[Point, ...]:
    rings = [[layer.put(spot) for spot in body.ring(segment, level)] for level in _levels(body, segment, top, bottom)]
    if layer.hull:
        return hull([spot for ring in rings for spot in ring])
    start, end = _middle(rings[0]), _middle(rings[-1])
    ahead = (end[0] - start[0], end[1] - start[1])
    side = (-ahead[1], ahead[0])
    one = [max(ring, key=lambda p: p[0] * side[0] + p[1] * side[1]) for ring in rings]
    other = [min(ring, key=lambda p: p[0] * side[0] + p[1] * side[1]) for ring in rings]
    return (*one, *reversed(other))


def _levels(body: Body, segment: str, top: float, bottom: float) -> Iterator[float]:
    """Levels close enough for a smooth line, with the rows of the profile among them."""
    row = body.segments[segment]
    rows = [level - row.profile_from for level in body.profiles[row.profile].levels]
    marks = sorted({top, bottom, *(level for level in rows if top < level < bottom)})
    for upper, lower in itertools.pairwise(marks):
        count = max(1, round((lower - upper) / STEP))
        for k in range(count):
            yield upper + (lower - upper) * k / count
    yield bottom


def _middle(ring: Sequence[Point]) -> Point:
    return (sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring))


def hull(points: Sequence[Point]) -> tuple[Point, ...]:
    """The convex hull (Andrew's monotone chain, Inf Process Lett, 1979)."""
    ordered = sorted(set(points))

    def half(run: Sequence[Point]) -> list[Point]:
        kept: list[Point] = []
        for p in run:
            while len(kept) > 1 and _turn(kept[-2], kept[-1], p) <= 0:
                kept.pop()
            kept.append(p)
        return kept[:-1]

    return (*half(ordered), *half(ordered[::-1]))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def inside(point: Point, shape: Sequence[Point]) -> bool:
    """Whether a point lies in a closed line (even-odd)."""
    x, y = point
    odd = False
    before = shape[-1]
    for one in shape:
        if (one[1] > y) != (before[1] > y) and x < (before[0] - one[0]) * (y - one[1]) / (before[1] - one[1]) + one[0]:
            odd = not odd
        before = one
    return odd
