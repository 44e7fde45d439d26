"""The map of one edition: places made ready, and which of them a view shows."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection

from deqi.bodymap.geometry import Body
from deqi.bodymap.scenes import SCENES, View
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.atlas import Point as PointRow
from deqi.knowledge.tables.places import BodyMark, PointPlace, RegionArea, Segment, SegmentProfile
from deqi.knowledge.tables.vocabulary import Region

Point = tuple[float, float]
NEAR = 5.0
"""cun shown above and below a point in its close view."""


@dataclasses.dataclass(frozen=True)
class Placed:
    """A point in a view, in cun. ``order`` is its number on its channel; ``label`` is empty for all parts but one."""

    point: str
    part: str
    channel: str
    order: int | None
    at: Point
    label: str
    critical: bool
    starts: bool
    twin: bool = False


class Chart:
    """Segments, places and marks of one edition, and which points lie over what must not be reached."""

    def __init__(self, knowledge: Knowledge, critical: Collection[str] = ()) -> None:
        self.body = Body(knowledge.rows(Segment), knowledge.rows(SegmentProfile))
        self.places = knowledge.rows(PointPlace)
        self.marks = knowledge.rows(BodyMark)
        self.areas = knowledge.rows(RegionArea)
        self.region_names = {row.region: row.plain_name for row in knowledge.rows(Region)}
        self._rows = {row.code: row for row in knowledge.rows(PointRow)}
        self._critical = frozenset(critical)

    def near(self, view: View, point: str) -> View:
        """The part of a view around a point."""
        at = next(one.at for one in self.placed(view) if one.point == point)
        left, top, right, bottom = view.window
        upper, lower = _around(at[1], top, bottom, NEAR)
        return dataclasses.replace(view, window=(left, upper, right, lower))

    def placed(self, view: View) -> tuple[Placed, ...]:
        """The points a view shows, in the order of the points table."""
        return _placed(self, view)

    def _find(self, view: View) -> tuple[Placed, ...]:
        found: list[Placed] = []
        labelled: set[str] = set()
        for row in self.places:
            if row.segment not in view.named:
                continue
            part = self.body.segments[row.segment].part
            layer = next((one for one in SCENES[view.scene] if one.part == part), None)
            if layer is None or part not in view.parts:
                continue
            spot = self.body.place(row)
            at = layer.put(spot)
            if not layer.sees(spot, view.least) or not _within(at, view):
                continue
            point = self._rows[row.point]
            found.append(
                Placed(
                    point=row.point,
                    part=row.part,
                    channel=point.channel,
                    order=int(point.number) if point.channel and point.number.isdigit() else None,
                    at=at,
                    label="" if row.point in labelled else row.point,
                    critical=row.point in self._critical,
                    starts=row.starts,
                )
            )
            labelled.add(row.point)
        return tuple(found)


@functools.lru_cache(maxsize=256)
def _placed(chart: Chart, view: View) -> tuple[Placed, ...]:
    """Kept, because every page of a point asks all views for it."""
    return chart._find(view)


def _around(middle: float, low: float, high: float, reach: float) -> tuple[float, float]:
    """A stretch of at most twice the reach about a middle, moved inside its bounds."""
    if high - low <= 2 * reach:
        return low, high
    start = min(max(middle - reach, low), high - 2 * reach)
    return start, start + 2 * reach


def _within(at: Point, view: View) -> bool:
    left, top, right, bottom = view.window
    return left <= at[0] <= right and top <= at[1] <= bottom
