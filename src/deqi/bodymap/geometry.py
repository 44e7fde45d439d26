"""From a place on a segment to a spot in space, in cun.

Every part of the body (trunk with head, arm, leg, foot, ear) has a frame of its own: x outwards from the midline, y
down, z to the front. A segment is a tube in that frame whose thickness is told by four numbers at each level. Degrees
go around it: 0 front, 90 outer, 180 back, 270 inner.
"""

from __future__ import annotations

import bisect
import dataclasses
import functools
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

from deqi.knowledge.tables.places import PointPlace, Segment, SegmentProfile

HEAD_RADIUS = 3.9
"""cun: a head of 56 cm around, at 2.3 cm to the cun."""
EDGE = 0.985
"""How far towards the edge of the outline a place may lie: a dot on the line itself would be half outside."""


@dataclasses.dataclass(frozen=True)
class Spot:
    """A place in the frame of its part, and which way the skin faces there."""

    x: float
    y: float
    z: float
    facing: tuple[float, float, float]


@dataclasses.dataclass(frozen=True)
class Cranium:
    """The scalp: an arc from the front hairline over the crown to the back hairline, with an angle to each side."""

    centre_y: float = -9.9
    wide: float = 3.3
    high: float = 4.4
    deep: float = 4.15
    low: float = 5.8
    front_degrees: float = 38.0
    crown_degrees: float = 106.0
    back_degrees: float = 245.0
    crown_cun: float = 5.0
    cun: float = 12.0
    nape: float = 0.7
    """The neck leaves the ball of the skull: towards the nape it curves in less than a circle does.

    Five of the twelve cun lie in front of the line between the tips of the ears, where GV20 is: the turn is told in two
    stretches.
    """

    def at(self, along: float, across: float) -> Spot:
        """``along`` cun behind the front hairline, ``across`` cun from the midline."""
        turn = math.radians(self._turn(along))
        side = math.copysign(min(abs(across) / HEAD_RADIUS, math.pi / 2), across)
        up, ahead = math.sin(turn), math.cos(turn)
        height = self.high * up if up >= 0 else self.low * up
        depth = self.deep * (ahead if up >= 0 else math.copysign(abs(ahead) ** self.nape, ahead))
        x = self.wide * math.sin(side)
        spot_y, z = self.centre_y - height * math.cos(side), depth * math.cos(side)
        return Spot(x, spot_y, z, (math.sin(side), -up * math.cos(side), ahead * math.cos(side)))

    def _turn(self, along: float) -> float:
        if along <= self.crown_cun:
            return self.front_degrees + along * (self.crown_degrees - self.front_degrees) / self.crown_cun
        rest = (along - self.crown_cun) / (self.cun - self.crown_cun)
        return self.crown_degrees + rest * (self.back_degrees - self.crown_degrees)


class Profile:
    """The thickness of a tube at any level, between the rows of its table."""

    COLUMNS = ("outer", "inner", "front", "back", "drawn_front", "drawn_back")

    def __init__(self, rows: Sequence[SegmentProfile]) -> None:
        ordered = sorted(rows, key=lambda row: row.along)
        self.levels = [row.along for row in ordered]
        self._curves = {
            "outer": [row.outer for row in ordered],
            "inner": [row.inner for row in ordered],
            "front": [row.front for row in ordered],
            "back": [row.back for row in ordered],
            "drawn_front": [row.front if row.drawn_front is None else row.drawn_front for row in ordered],
            "drawn_back": [row.back if row.drawn_back is None else row.drawn_back for row in ordered],
        }
        self._slopes = {name: _slopes(self.levels, values) for name, values in self._curves.items()}

    def at(self, along: float, name: str) -> float:
        """One of the six distances at a level; beyond the ends, that of the end."""
        levels, values, slopes = self.levels, self._curves[name], self._slopes[name]
        if along <= levels[0]:
            return values[0]
        if along >= levels[-1]:
            return values[-1]
        k = bisect.bisect_right(levels, along) - 1
        step = levels[k + 1] - levels[k]
        t = (along - levels[k]) / step
        return (
            (1 + 2 * t) * (1 - t) ** 2 * values[k]
            + t * (1 - t) ** 2 * step * slopes[k]
            + t * t * (3 - 2 * t) * values[k + 1]
            + t * t * (t - 1) * step * slopes[k + 1]
        )


def _slopes(levels: Sequence[float], values: Sequence[float]) -> list[float]:
    """Slopes of a curve through the rows that makes no bump of its own (Fritsch and Carlson, 1980)."""
    rises = [(values[k + 1] - values[k]) / (levels[k + 1] - levels[k]) for k in range(len(levels) - 1)]
    inner = [2 * a * b / (a + b) if a * b > 0 else 0.0 for a, b in itertools.pairwise(rises)]
    return [rises[0], *inner, rises[-1]]


class Body:
    """The segments with their thickness; asked where a place is."""

    def __init__(self, segments: Iterable[Segment], profiles: Iterable[SegmentProfile]) -> None:
        self.segments: Mapping[str, Segment] = {row.segment: row for row in segments}
        found: dict[str, list[SegmentProfile]] = {}
        for row in profiles:
            found.setdefault(row.profile, []).append(row)
        self.profiles = {name: Profile(rows) for name, rows in found.items()}
        self._cranium = Cranium()

    def at(self, segment: str, along: float, degrees: float | None = None, across: float | None = None) -> Spot:
        """The spot of a place: ``across`` is cun from the midline, ``degrees`` goes around."""
        row = self.segments[segment]
        if row.profile == "cranium":
            return self._cranium.at(along, across or 0.0)
        if row.profile == "sheet":
            return Spot((across or 0.0) - row.start_x, along, 0.0, (0.0, 0.0, 1.0))
        level = along + row.profile_from
        profile = self.profiles[row.profile]
        if degrees is None:
            degrees = self._around(row, profile.at(level, "outer"), across or 0.0)
        return self._on_tube(row, profile, along, level, math.radians(degrees), midline=degrees % 180 == 0)

    def place(self, row: PointPlace) -> Spot:
        """The spot of a point."""
        return self.at(row.segment, row.along, row.degrees, row.across_cun)

    @staticmethod
    def _around(row: Segment, half: float, across: float) -> float:
        """Degrees of a distance from the midline: flat across the trunk, along the skin of the head."""
        if row.across == "arc":
            turn = math.degrees(across / HEAD_RADIUS)
        else:
            turn = math.degrees(math.asin(max(-EDGE, min(EDGE, across / half))))
        return 180.0 - turn if row.segment.startswith("back") else turn

    @staticmethod
    def _on_tube(row: Segment, profile: Profile, along: float, level: float, turn: float, *, midline: bool) -> Spot:
        side, ahead = math.sin(turn), math.cos(turn)
        wide = profile.at(level, "outer" if side >= 0 else "inner")
        drawn = "drawn_" if midline else ""
        deep = profile.at(level, f"{drawn}front" if ahead >= 0 else f"{drawn}back")
        lean = math.radians(row.lean_degrees)
        out = wide * math.copysign(min(abs(side), EDGE), side)
        x = row.start_x + along * math.sin(lean) + out * math.cos(lean)
        y = row.start_y + along * math.cos(lean) - out * math.sin(lean)
        nx, nz = side / max(wide, 1e-6), ahead / max(deep, 1e-6)
        size = math.hypot(nx, nz)
        return Spot(x, y, deep * ahead, (nx / size * math.cos(lean), -nx / size * math.sin(lean), nz / size))

    @functools.lru_cache(maxsize=64)  # noqa: B019  (one Body an edition, kept for the life of the process)
    def ring(self, segment: str, along: float, count: int = 24) -> tuple[Spot, ...]:
        """The skin all around a segment at one level, for outlines."""
        row = self.segments[segment]
        profile = self.profiles[row.profile]
        level = along + row.profile_from
        return tuple(
            self._on_tube(row, profile, along, level, math.tau * k / count, midline=k % (count // 2) == 0)
            for k in range(count)
        )
