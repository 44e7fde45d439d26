"""The body map: every point has a place, and every place lies on its segment."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.knowledge.check.tables import Fault
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables.atlas import Point
from deqi.knowledge.tables.places import BodyMark, PointPlace, Segment, SegmentProfile
from deqi.knowledge.words import say

BEYOND = 4.0
"""cun that a place may lie beyond the ends of its segment: the shoulder above the fold of the axilla."""
UNMEASURED = frozenset({"cranium", "sheet"})
"""Profiles that are a form of their own instead of rows."""


def place_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Points without a place, places off their segment or told in two ways, drawings that cannot be read."""
    segments = {row.segment: row for row in knowledge.rows(Segment)}
    profiles = {row.profile for row in knowledge.rows(SegmentProfile)} | UNMEASURED
    for name, segment in segments.items():
        if segment.profile not in profiles:
            yield Fault(f"segments.csv, {name}", say("check.place.profile", profile=segment.profile))
    placed = {row.point for row in knowledge.rows(PointPlace)}
    for point in knowledge.rows(Point):
        if point.code not in placed:
            yield Fault(f"points.csv, {point.code}", say("check.place.none"))
    for row in knowledge.rows(PointPlace):
        where, found = f"point_places.csv, {row.point}/{row.part}", segments.get(row.segment)
        if (row.across_cun is None) == (row.degrees is None):
            yield Fault(where, say("check.place.two-ways"))
        elif found is not None and (row.across_cun is not None) != (found.across != "none"):
            yield Fault(where, say("check.place.midline"))
        if found is not None and not -BEYOND <= row.along <= found.cun + BEYOND:
            yield Fault(where, say("check.place.beyond", along=f"{row.along:g}", cun=f"{found.cun:g}"))
    for mark in knowledge.rows(BodyMark):
        for pair in mark.path:
            try:
                _along, _around = map(float, pair.split("/"))
            except ValueError:
                yield Fault(f"body_marks.csv, {mark.mark}", say("check.place.pair", pair=pair))
