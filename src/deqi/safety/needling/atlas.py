"""What the plan check needs of the atlas, indexed when first asked for. Holds nothing about a person or a plan."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from deqi.knowledge import Knowledge
from deqi.knowledge.protocols import Protocol
from deqi.knowledge.rules import SEVERITIES
from deqi.knowledge.tables.atlas import Hazard, HazardDepth, Point, PointAnatomy, PointDuplicate
from deqi.knowledge.tables.plans import CurrentPath, HazardKind, PlanLine
from deqi.knowledge.tables.vocabulary import Technique


class Atlas:
    """Tables of one edition, by the keys the plan check looks them up with."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    @functools.cached_property
    def points(self) -> Mapping[str, Point]:
        """Points by code."""
        return {row.code: row for row in self._knowledge.rows(Point)}

    @functools.cached_property
    def anatomy(self) -> Mapping[str, PointAnatomy]:
        """Anatomy by point."""
        return {row.point: row for row in self._knowledge.rows(PointAnatomy)}

    @functools.cached_property
    def measured(self) -> Mapping[str, tuple[HazardDepth, ...]]:
        """Measured depths by hazard row, the shallowest first."""
        found: dict[str, list[HazardDepth]] = {}
        for row in self._knowledge.rows(HazardDepth):
            found.setdefault(row.hazard, []).append(row)
        return {hazard: tuple(sorted(rows, key=lambda row: row.value_mm)) for hazard, rows in found.items()}

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
    def protocols(self) -> Mapping[str, Protocol]:
        """Published protocols by id."""
        return {protocol.id: protocol for protocol in self._knowledge.protocols}

    def critical(self, row: Hazard) -> tuple[HazardKind, ...]:
        """The classes of a hazard row that stand for an organ, a great vessel, the dura or the eye."""
        rank = SEVERITIES.index(row.severity)
        return tuple(
            kind
            for name in row.classes
            if (kind := self.kinds[name]).critical_from and rank <= SEVERITIES.index(kind.critical_from)
        )
