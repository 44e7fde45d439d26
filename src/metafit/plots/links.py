"""The figure of a network: treatments on a circle, and lines between those that studies compare."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from itertools import cycle
from typing import Literal

from metafit.network.consistency import Edge, Geometry
from metafit.plots.svg import (
    BLUE,
    GREEN,
    INK,
    PURPLE,
    SMALL,
    VERMILION,
    Point,
    circle,
    document,
    line,
    polygon,
    text,
    text_width,
)
from metafit.text import say

By = Literal["studies", "precision"]
_THINNEST, _THICKEST = 1.0, 8.0
_SMALLEST, _LARGEST = 5.0, 14.0
_ALONG = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)
"""Places on a line, as shares of its length, at which its number may stand; the first that is free is taken."""
_FREE = 11.0
"""So far from everything else a number is read without doubt."""


def links(
    shape: Geometry, *, title: str, width: float, by: By = "studies", people: Mapping[Hashable, float] | None = None
) -> str:
    """Treatments as circles, by their people where these are known and else by their studies.

    Lines are as wide as the studies that compare the two, or as precise; their numbers are studies. Studies of more
    than two arms shade the area between their treatments.
    """
    margin = 26 + max(text_width(str(node.treatment), SMALL) for node in shape.nodes)
    centre, radius = width / 2, max(width / 2 - margin, 60.0)
    height = 2 * radius + 70
    place = {n.treatment: (centre + radius * n.x, height / 2 - radius * n.y) for n in shape.nodes}
    parts = []
    for arms, fill in zip(shape.several_arms, cycle((GREEN, PURPLE, VERMILION))):
        parts.append(polygon([place[one] for one in arms], fill=fill, opacity=0.14))
    amount = {edge: float(edge.studies if by == "studies" else edge.precision) for edge in shape.edges}
    most = max((one for one in amount.values() if math.isfinite(one)), default=1.0)
    for edge in shape.edges:
        share = amount[edge] / most if math.isfinite(amount[edge]) else 0.0
        wide = _THINNEST + (_THICKEST - _THINNEST) * share
        parts.append(line(*place[edge.treatment], *place[edge.control], stroke=INK, width=wide, opacity=0.35))
    parts += _numbers(shape.edges, place)
    sizes = people or {node.treatment: float(node.studies) for node in shape.nodes}
    largest = max(sizes.values(), default=1.0)
    for node in shape.nodes:
        x, y = place[node.treatment]
        r = _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(sizes.get(node.treatment, 0.0) / largest)
        parts.append(circle(x, y, r, fill=BLUE))
        side: Literal["start", "middle", "end"] = "start" if node.x > 1e-6 else "end" if node.x < -1e-6 else "middle"
        shift = (r + 5) * (1 if side == "start" else -1 if side == "end" else 0)
        lift = 4 if side != "middle" else (-(r + 6) if node.y > 0 else r + 16)
        parts.append(text(x + shift, y + lift, str(node.treatment), anchor=side, size=SMALL))
    said = "; ".join(say("versus-count", treatment=e.treatment, control=e.control, k=e.studies) for e in shape.edges)
    return document(width, height, title, say("network.said", k=len(shape.nodes), pairs=said), parts)


def _numbers(edges: Sequence[Edge], place: Mapping[Hashable, Point]) -> list[str]:
    """How many studies stand behind each line, beside it, where nothing else is."""
    ends = [(place[edge.treatment], place[edge.control]) for edge in edges]
    taken: list[Point] = list(place.values())
    parts = []
    for i, edge in enumerate(edges):
        others = [one for j, one in enumerate(ends) if j != i]

        def room(at: Point, others: list[tuple[Point, Point]] = others) -> float:
            near = [math.dist(at, one) - 6.0 for one in taken] + [_distance(at, *one) for one in others]
            return min(near, default=_FREE)

        spots = list(_beside(*ends[i]))
        best = next((one for one in spots if room(one) >= _FREE), max(spots, key=room))
        taken.append(best)
        parts.append(text(best[0], best[1] + 4, str(edge.studies), anchor="middle", size=SMALL))
    return parts


def _beside(start: Point, end: Point) -> Sequence[Point]:
    """Points along a line, on either side of it."""
    length = math.dist(start, end) or 1.0
    off = (10.0 * (end[1] - start[1]) / length, -10.0 * (end[0] - start[0]) / length)
    return [
        (start[0] + t * (end[0] - start[0]) + side * off[0], start[1] + t * (end[1] - start[1]) + side * off[1])
        for t in _ALONG
        for side in (1, -1)
    ]


def _distance(at: Point, start: Point, end: Point) -> float:
    """From a point to a line between two others."""
    along = (end[0] - start[0], end[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    t = 0.0 if length == 0.0 else ((at[0] - start[0]) * along[0] + (at[1] - start[1]) * along[1]) / length
    t = min(max(t, 0.0), 1.0)
    return math.dist(at, (start[0] + t * along[0], start[1] + t * along[1]))
