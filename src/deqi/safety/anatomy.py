"""Where a needling is, what lies there, and what a current passes through."""

from __future__ import annotations

import dataclasses

from deqi.knowledge.tables.atlas import Hazard
from deqi.safety.catalog import Catalog
from deqi.safety.plan import CurrentPair, Needling
from deqi.safety.truth import Truth


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """The regions a needling lies in (itself and all above)."""

    regions: frozenset[str]

    def within(self, region: str) -> bool:
        return region in self.regions


def place_of(one: Needling, catalog: Catalog) -> Place:
    """Every region around a needling, by its point or its free site."""
    if one.point is not None:
        return Place(catalog.point_regions.get(one.point, frozenset()))
    if one.site is not None:
        return Place(frozenset(name for name, below in catalog.region_below.items() if one.site in below))
    return Place(frozenset())


def hazard_rows(one: Needling, catalog: Catalog) -> tuple[Hazard, ...]:
    """The hazard rows of a needling; with a segment named, only that segment's and the general ones."""
    rows = catalog.hazards.get(one.point or "", ())
    if not one.segment:
        return rows
    return tuple(row for row in rows if row.segment in ("", one.segment)) or rows


def crossed(pair: CurrentPair, regions: tuple[str, ...], catalog: Catalog) -> Truth:
    """Whether current between two needles passes through one of the regions.

    Both ends on one limb stay in it. Between a limb or the trunk on one side and another limb, the other side or the
    trunk above the waist, the trunk lies between; a side that is not given may be either.
    """
    ends = [
        (catalog.point_regions.get(point, frozenset()), side)
        for point, side in ((pair.start, pair.start_side), (pair.end, pair.end_side))
    ]
    if any(region in around for region in regions for around, _ in ends):
        return Truth.YES
    limbs = [_limb(around) for around, _ in ends]
    if limbs[0] == limbs[1] and limbs[0] in ("arm", "leg"):
        sides = {side for _, side in ends}
        if None in sides:
            return Truth.UNKNOWN if limbs[0] == "arm" and "thorax" in regions else Truth.NO
        same_side = len(sides) == 1
        return Truth.NO if same_side or limbs[0] == "leg" else _passes("thorax", regions)
    if "head" in limbs:
        return _passes("neck", regions) if limbs[0] != limbs[1] else _passes("head", regions)
    return _passes("thorax", regions) if "arm" in limbs else Truth.NO


def _limb(around: frozenset[str]) -> str:
    return next((name for name in ("arm", "leg", "head", "neck") if name in around), "trunk")


def _passes(through: str, regions: tuple[str, ...]) -> Truth:
    return Truth.YES if through in regions else Truth.NO
