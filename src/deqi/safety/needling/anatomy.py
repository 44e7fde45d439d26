"""Where a needling is, what lies there, and what a current passes through."""

from __future__ import annotations

import dataclasses

from deqi.knowledge.tables.atlas import Hazard
from deqi.safety.needling.plan import CurrentPair, Needling
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.truth import Truth


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """The regions a needling lies in (itself and all above)."""

    regions: frozenset[str]

    def within(self, region: str) -> bool:
        return region in self.regions


def codes_of(one: Needling, catalog: Catalog) -> frozenset[str]:
    """The point's code, and the codes of channel points that are the same place.

    Without a segment every part of an extra point may be meant.
    """
    if one.point is None:
        return frozenset()
    parts = catalog.atlas.same_places.get(one.point, {})
    same = {code for part, code in parts.items() if one.segment in ("", part)}
    return frozenset({one.point, *same})


def place_of(one: Needling, catalog: Catalog) -> Place:
    """Every region around a needling, by its point or its free site."""
    if one.point is not None:
        around = (catalog.point_regions.get(code, frozenset[str]()) for code in codes_of(one, catalog))
        return Place(frozenset[str]().union(*around))
    if one.site is not None:
        return Place(frozenset(name for name, below in catalog.region_below.items() if one.site in below))
    return Place(frozenset())


def hazard_rows(one: Needling, catalog: Catalog) -> tuple[Hazard, ...]:
    """The hazard rows of a needling; with a segment named, only that segment's and the general ones."""
    own = catalog.hazards.get(one.point or "", ())
    if one.segment:
        own = tuple(row for row in own if row.segment in ("", one.segment)) or own
    same = sorted(codes_of(one, catalog) - {one.point})
    return own + tuple(row for code in same for row in catalog.hazards.get(code, ()))


def classes_of(rows: tuple[Hazard, ...]) -> frozenset[str]:
    """The hazard classes of some rows."""
    return frozenset(name for row in rows for name in row.classes)


def crossed(pair: CurrentPair, regions: tuple[str, ...], catalog: Catalog) -> Truth:
    """Whether current between two needles passes through one of the regions.

    Where the needles are counts, and what the table of current paths puts between them. Ends that no row of the table
    joins are unknown, and so are sides that are not given where the two rows differ.
    """
    ends = [catalog.point_regions.get(point, frozenset()) for point in (pair.start, pair.end)]
    wanted = frozenset[str]().union(*(_around(region, catalog) for region in regions))
    if any(not wanted.isdisjoint(around) for around in ends):
        return Truth.YES
    found = {
        row.same_side: not wanted.isdisjoint(row.crosses)
        for row in catalog.atlas.paths
        if (row.from_region in ends[0] and row.to_region in ends[1])
        or (row.from_region in ends[1] and row.to_region in ends[0])
    }
    sides = {pair.start_side, pair.end_side}
    if "any" in found:
        return _truth(found["any"])
    if None in sides or not sides <= {"left", "right"}:
        return _truth(found.get("yes")) if found.get("yes") == found.get("no") else Truth.UNKNOWN
    return _truth(found.get("yes" if len(sides) == 1 else "no"))


def _around(region: str, catalog: Catalog) -> frozenset[str]:
    """A region and all below it."""
    return catalog.region_below.get(region, frozenset({region}))


def _truth(passes: bool | None) -> Truth:
    return Truth.UNKNOWN if passes is None else Truth.YES if passes else Truth.NO
