"""What the plan check needs of the atlas, indexed when first asked for. Holds nothing about a person or a plan."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

from deqi.knowledge import Knowledge
from deqi.knowledge.protocols import Protocol
from deqi.knowledge.rules import SEVERITIES
from deqi.knowledge.tables.atlas import (
    Angle,
    AngleWord,
    Hazard,
    MeasuredDepth,
    Point,
    PointAnatomy,
    PointDepth,
    PointDuplicate,
    RegionHazard,
    TextbookAngle,
)
from deqi.knowledge.tables.plans import CurrentPath, HazardKind, PlanLine
from deqi.knowledge.tables.vocabulary import Technique

DIGITS = 6
"""Sines leave dust beyond this."""
UPRIGHT = 90.0
"""Degrees to the skin of a needle that stands upright, and of one whose angle nobody gave."""


class Atlas:
    """Tables of one edition, by the keys the plan check looks them up with."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.site_rows: dict[tuple[str, Angle | None], tuple[Hazard, ...]] = {}
        self.site_places: dict[tuple[str, Angle | None], frozenset[str]] = {}
        """Hazard rows and places of regions by angle, kept once they were put together."""

    @functools.cached_property
    def points(self) -> Mapping[str, Point]:
        """Points by code."""
        return {row.code: row for row in self._knowledge.rows(Point)}

    @functools.cached_property
    def anatomy(self) -> Mapping[str, PointAnatomy]:
        """Anatomy by point."""
        return {row.point: row for row in self._knowledge.rows(PointAnatomy)}

    @functools.cached_property
    def measured(self) -> Mapping[str, tuple[MeasuredDepth, ...]]:
        """Distances to what must not be reached, by point, the shallowest first."""
        found: dict[str, list[tuple[float, MeasuredDepth]]] = {}
        for row in self._knowledge.rows(MeasuredDepth):
            if row.bears == "structure" and row.statistic in ("min", "mean") and row.mm is not None:
                for point in row.points:
                    found.setdefault(point, []).append((row.mm, row))
        return {
            point: tuple(row for _, row in sorted(rows, key=lambda one: (one[0], one[1].measured)))
            for point, rows in found.items()
        }

    @functools.cached_property
    def regions(self) -> Mapping[str, RegionHazard]:
        """Regions that are judged as places of their own; a region that is not one is a parent or has no data."""
        return {row.region: row for row in self._knowledge.rows(RegionHazard)}

    @functools.cached_property
    def steepest(self) -> Mapping[str, float]:
        """The steepest angle to the skin, in degrees, by the word of a plan."""
        return {row.angle: row.steepest_degrees for row in self._knowledge.rows(AngleWord)}

    @functools.cached_property
    def textbook_mm(self) -> Mapping[str, float]:
        """How deep below the skin the lowest textbook maximum of each point may lie."""
        degrees = {row.text: row.steepest_degrees for row in self._knowledge.rows(TextbookAngle)}
        return {
            row.point: round(row.mm_high_lowest * math.sin(math.radians(degrees.get(row.angle, UPRIGHT))), DIGITS)
            for row in self._knowledge.rows(PointDepth)
            if row.mm_high_lowest is not None
        }

    @functools.cached_property
    def never_inherited(self) -> frozenset[str]:
        """Hazard classes that a region does not have from its points: those points are named one by one."""
        return frozenset(name for name, kind in self.kinds.items() if not kind.inherited)

    @functools.cached_property
    def same_places(self) -> Mapping[str, Mapping[str, str]]:
        """Extra points whose parts are channel points: point to part to the same place's code."""
        found: dict[str, dict[str, str]] = {}
        for row in self._knowledge.rows(PointDuplicate):
            found.setdefault(row.point, {})[row.sub_site] = row.same_as
        return found

    @functools.cached_property
    def lines(self) -> Mapping[str, PlanLine]:
        """The plan check's own lines."""
        return {row.line: row for row in self._knowledge.rows(PlanLine)}

    @functools.cached_property
    def paths(self) -> tuple[CurrentPath, ...]:
        """What current passes through."""
        return self._knowledge.rows(CurrentPath)

    @functools.cached_property
    def kinds(self) -> Mapping[str, HazardKind]:
        """Hazard classes."""
        return {row.hazard_class: row for row in self._knowledge.rows(HazardKind)}

    @functools.cached_property
    def invasive(self) -> frozenset[str]:
        """Techniques in which a needle goes through the skin."""
        return frozenset(row.technique for row in self._knowledge.rows(Technique) if row.invasive)

    @functools.cached_property
    def technique_hazards(self) -> Mapping[str, frozenset[str]]:
        """What a technique can do wherever it is done: its own hazards and those of the techniques above it."""
        rows = {row.technique: row for row in self._knowledge.rows(Technique)}
        found: dict[str, frozenset[str]] = {}
        for name in rows:
            classes: set[str] = set()
            above = name
            while above:
                classes.update(rows[above].hazards)
                above = rows[above].parent
            found[name] = frozenset(classes)
        return found

    @functools.cached_property
    def protocols(self) -> Mapping[str, Protocol]:
        """Published protocols by id."""
        return {protocol.id: protocol for protocol in self._knowledge.protocols}

    def words(self, key: str, fields: Mapping[str, str] | None = None) -> str:
        """A sentence of the knowledge by its key, with its braces filled in."""
        return self._knowledge.texts[key].strip().format_map(dict(fields or {}))

    def critical(self, row: Hazard) -> tuple[HazardKind, ...]:
        """The classes of a hazard row that stand for an organ, a great vessel, the dura or the eye."""
        rank = SEVERITIES.index(row.severity)
        return tuple(
            kind
            for name in row.classes
            if (kind := self.kinds[name]).critical_from and rank <= SEVERITIES.index(kind.critical_from)
        )
