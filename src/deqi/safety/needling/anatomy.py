"""Where a needling is, what lies there, and what a current passes through.

A needling is at a point or at a region. A region with a row of its own is judged like its points: it has the worst of
what they have, at the angle planned. A region without one is the parent of others: what is said of it may hold.
"""

from __future__ import annotations

import dataclasses

from deqi.knowledge.rules import SEVERITIES
from deqi.knowledge.tables.atlas import Angle, Hazard, HazardClass, RegionHazard
from deqi.safety.needling.plan import CurrentPair, Needling
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.truth import Truth

LUNG = "pneumothorax"
COMPETENCE_CLASS: HazardClass = "restricted"
REGION = "region-"
"""What the hazard ids of regions begin with."""
_SLANTED = ("oblique", "transverse")


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


def is_parent(one: Needling, catalog: Catalog) -> bool:
    """Whether a needling names a region that is only a whole of others: which part is meant is not known."""
    return one.site is not None and one.site not in catalog.atlas.regions


def standing_for(one: Needling, catalog: Catalog) -> frozenset[str]:
    """The points whose hazards, limits and rules a needling at a region meets.

    Those that may be needled at all and accept the angle planned; where none accepts it, or none is given, all.
    """
    points = frozenset(
        point
        for point in _inside(one.site or "", catalog)
        if not any(row.cap_mm == 0 for row in catalog.hazards.get(point, ()))
    )
    accepting = frozenset(point for point in points if _accepts(point, one.angle, catalog))
    return accepting or points


def _inside(site: str, catalog: Catalog) -> frozenset[str]:
    """The points of a region, without those of parts that are judged apart."""
    points = catalog.region_points.get(site, frozenset[str]())
    for name in catalog.region_below.get(site, ()):
        row = catalog.atlas.regions.get(name)
        if name != site and row is not None and row.apart:
            points -= catalog.region_points[name]
    return points


def _accepts(point: str, angle: Angle | None, catalog: Catalog) -> bool:
    rows = catalog.hazards.get(point, ())
    return angle is not None and any(angle in row.angles for row in rows)


def never_here(one: Needling, catalog: Catalog) -> tuple[str, ...]:
    """The points of a region that are not to be needled at all, in their order."""
    inside = catalog.region_points.get(one.site or "", frozenset[str]())
    return tuple(
        point
        for point in catalog.atlas.points
        if point in inside and any(row.cap_mm == 0 for row in catalog.hazards.get(point, ()))
    )


def meets_points(one: Needling, points: tuple[str, ...], catalog: Catalog) -> Truth:
    """Whether a needling is at one of these points; a region is at each point it stands for.

    Points that stand for a hazard which regions do not have from their points are named, not inherited.
    """
    if one.site is None:
        return _truth(not codes_of(one, catalog).isdisjoint(points))
    for name in catalog.atlas.never_inherited:
        if set(points) <= catalog.region_points.get(catalog.atlas.kinds[name].zone, frozenset()):
            return Truth.NO
    return _sure(not standing_for(one, catalog).isdisjoint(points), one, catalog)


def meets_regions(one: Needling, regions: tuple[str, ...], catalog: Catalog) -> Truth:
    """Whether a needling lies in one of these regions; a parent region that only touches one may."""
    place = place_of(one, catalog)
    if any(place.within(region) for region in regions):
        return Truth.YES
    if is_parent(one, catalog):
        inside = catalog.region_points.get(one.site or "", frozenset[str]())
        wanted = frozenset[str]().union(*(_heritable(region, catalog) for region in regions))
        return Truth.NO if inside.isdisjoint(wanted) else Truth.UNKNOWN
    return Truth.NO


def _heritable(region: str, catalog: Catalog) -> frozenset[str]:
    zones = {catalog.atlas.kinds[name].zone for name in catalog.atlas.never_inherited}
    return frozenset() if region in zones else catalog.region_points.get(region, frozenset())


def _sure(holds: bool, one: Needling, catalog: Catalog) -> Truth:
    return Truth.NO if not holds else Truth.UNKNOWN if is_parent(one, catalog) else Truth.YES


def place_of(one: Needling, catalog: Catalog) -> Place:
    """Every region around a needling, by its point or its free site.

    A zone cuts across regions: a region lies in every zone that one of its points lies in.
    """
    if one.point is not None:
        around = (catalog.point_regions.get(code, frozenset[str]()) for code in codes_of(one, catalog))
        return Place(frozenset[str]().union(*around))
    if one.site is None:
        return Place(frozenset())
    key = (one.site, one.angle)
    known = catalog.atlas.site_places.get(key)
    if known is None:
        known = catalog.atlas.site_places[key] = _site_regions(one, catalog)
    return Place(known)


def _site_regions(one: Needling, catalog: Catalog) -> frozenset[str]:
    own = {name for name, below in catalog.region_below.items() if one.site in below}
    if not is_parent(one, catalog):
        stand = standing_for(one, catalog)
        own |= {
            name
            for name, row in catalog.regions.items()
            if row.kind == "zone" and not stand.isdisjoint(_heritable(name, catalog))
        }
    return frozenset(own)


def hazard_rows(one: Needling, catalog: Catalog) -> tuple[Hazard, ...]:
    """The hazard rows of a needling; with a segment named, only that segment's and the general ones.

    A region has one row, put together from those of its points; a parent region one without a limit.
    """
    if one.site is not None:
        key = (one.site, one.angle)
        known = catalog.atlas.site_rows.get(key)
        if known is None:
            known = catalog.atlas.site_rows[key] = _region_rows(one, catalog)
        return known
    own = catalog.hazards.get(one.point or "", ())
    if one.segment:
        own = tuple(row for row in own if row.segment in ("", one.segment)) or own
    same = sorted(codes_of(one, catalog) - {one.point})
    return own + tuple(row for code in same for row in catalog.hazards.get(code, ()))


def _region_rows(one: Needling, catalog: Catalog) -> tuple[Hazard, ...]:
    site = one.site or ""
    own = catalog.atlas.regions.get(site)
    below = tuple(
        catalog.atlas.regions[name] for name in catalog.region_below.get(site, ()) if name in catalog.atlas.regions
    )
    stand = standing_for(one, catalog)
    rows = [row for point in sorted(stand) for row in catalog.hazards.get(point, ())]
    if not rows and own is None and not below:
        return ()
    adds = (own,) if own is not None else below
    classes = {name for row in rows for name in row.classes} | {name for row in adds for name in row.classes}
    if any(row.competence for row in adds):
        classes.add(COMPETENCE_CLASS)
    classes -= {*catalog.atlas.never_inherited, *(("none",) if classes - {"none"} else ())}
    return (
        Hazard(
            hazard=REGION + site,
            point="",
            classes=tuple(sorted(classes)),
            structure="; ".join(
                dict.fromkeys(
                    text for text in (*(row.structure for row in adds), *(row.structure for row in rows)) if text
                )
            ),
            severity=min((row.severity for row in rows), key=SEVERITIES.index, default="caution"),
            angles=_region_angles(rows, own, LUNG in classes),
            cap_mm=None if own is None else _region_cap(rows, own),
            cap_basis="" if own is None else "house",
            transverse_mm=_region_flat(rows, own),
            anticoagulant_avoid=any(row.anticoagulant_avoid for row in rows),
            source=tuple(dict.fromkeys(name for row in adds for name in row.source)),
            verified=own.verified if own is not None else "no",
            basis="default",
            authored_by="deqi",
            reviewed_on=(adds[0] if adds else rows[0]).reviewed_on,
            review_by=(adds[0] if adds else rows[0]).review_by,
        ),
    )


def _region_cap(rows: list[Hazard], own: RegionHazard) -> float | None:
    """The lowest limit above 0 of its points, or its own where that is lower."""
    caps = [row.cap_mm for row in rows if row.cap_mm]
    return min((*caps, *(() if own.cap_mm is None else (own.cap_mm,))), default=None)


def _region_flat(rows: list[Hazard], own: RegionHazard | None) -> float | None:
    if own is not None and own.transverse_mm is not None:
        return own.transverse_mm
    return min((row.transverse_mm for row in rows if row.transverse_mm is not None), default=None)


def _region_angles(rows: list[Hazard], own: RegionHazard | None, lung: bool) -> tuple[Angle, ...]:
    """The angles that at least one point accepts; over the lung only slanted or flat ones."""
    if own is not None and own.angles:
        return own.angles
    found: dict[Angle, None] = dict.fromkeys(angle for row in rows for angle in row.angles)
    if lung:
        slanted: dict[Angle, None] = dict.fromkeys(("oblique", "transverse"))
        found = slanted | {angle: None for angle in found if angle.startswith(_SLANTED)}
    return tuple(found)


def classes_of(rows: tuple[Hazard, ...]) -> frozenset[str]:
    """The hazard classes of some rows."""
    return frozenset(name for row in rows for name in row.classes)


def crossed(pair: CurrentPair, regions: tuple[str, ...], catalog: Catalog) -> Truth:
    """Whether current between two needles passes through one of the regions.

    Where the needles are counts, and what the table of current paths puts between them. Ends that no row of the table
    joins are unknown, and so are sides that are not given where the two rows differ.
    """
    ends = [_regions_of_end(place, catalog) for place in (pair.start, pair.end)]
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
        return _passes(found["any"])
    if None in sides or not sides <= {"left", "right"}:
        return _passes(found.get("yes")) if found.get("yes") == found.get("no") else Truth.UNKNOWN
    return _passes(found.get("yes" if len(sides) == 1 else "no"))


def _regions_of_end(place: str, catalog: Catalog) -> frozenset[str]:
    """The regions around an end of a current, a point or a region."""
    if place in catalog.regions:
        return place_of(Needling(site=place), catalog).regions
    return catalog.point_regions.get(place, frozenset())


def _around(region: str, catalog: Catalog) -> frozenset[str]:
    """A region and all below it."""
    return catalog.region_below.get(region, frozenset({region}))


def _truth(holds: bool) -> Truth:
    return Truth.YES if holds else Truth.NO


def _passes(passes: bool | None) -> Truth:
    return Truth.UNKNOWN if passes is None else _truth(passes)
