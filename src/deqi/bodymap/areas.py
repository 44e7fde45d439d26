"""Regions of the skin as areas of a picture, for a finger to tap."""

from __future__ import annotations

from deqi.bodymap.geometry import Body
from deqi.bodymap.outlines import Point, hull
from deqi.bodymap.scenes import Layer
from deqi.knowledge.tables.places import RegionArea

STEPS = 8


def area(body: Body, layer: Layer, row: RegionArea, flip: float = 1.0) -> tuple[Point, ...]:
    """The part of a region that faces the eye; nothing where too little of it does. ``flip`` -1: the other side."""
    flat = body.segments[row.segment].across != "none"
    spots = []
    for i in range(STEPS + 1):
        along = row.along_from + (row.along_to - row.along_from) * i / STEPS
        for j in range(STEPS + 1):
            around = flip * (row.around_from + (row.around_to - row.around_from) * j / STEPS)
            spots.append(body.at(row.segment, along, None if flat else around, around if flat else None))
    seen = [layer.put(spot) for spot in spots if layer.sees(spot, 0.0)]
    if 3 * len(seen) < len(spots):
        return ()
    found = hull([layer.put(spot) for spot in spots if layer.sees(spot)])
    return found if len(found) > 2 else ()
