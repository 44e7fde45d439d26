"""Other points for a needling that must be omitted or changed: only such as pass the same check for this person.

First the same place done as its hazard row allows; then points on the same nerve; then points that stand beside it in
published protocols; always on the same part of the body. An alternative is never a recommendation that it works.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from deqi.people.facts import Person
from deqi.safety.needling.anatomy import hazard_rows
from deqi.safety.needling.depth import Body, cap_of, length_within
from deqi.safety.needling.plan import Needling, NeedlingStatus, Side
from deqi.safety.plancheck.check import BY_HAND, Alternative, PlanCheck, check_plan
from deqi.safety.plancheck.place import label_of
from deqi.safety.rules.catalog import Catalog

MOST = 3
"""Most alternatives for one needling."""
_FLAGGED: tuple[NeedlingStatus, ...] = ("omit", "change")
_PASSES: tuple[NeedlingStatus, ...] = ("ok", "ok-note")


def suggest(
    catalog: Catalog, person: Person, check: PlanCheck, most: int = MOST
) -> Mapping[int, tuple[Alternative, ...]]:
    """Alternatives by the number of the flagged needling; one that has none is left out.

    All candidates are checked together, as one plan of the same session, needles and practitioner.
    """
    flagged = [one.number for one in check.needlings if one.status in _FLAGGED]
    offers = {number: _candidates(number, check, catalog) for number in flagged}
    every = {alternative.needling: None for found in offers.values() for alternative in found}
    passing = _passing(tuple(every), catalog, person, check)
    kept = {
        number: _distinct(tuple(one for one in found if one.needling in passing))[:most]
        for number, found in offers.items()
    }
    return {number: found for number, found in kept.items() if found}


def _distinct(found: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    """The same place once: at its limit where that passes, else shallower."""
    first = {one.needling.side: one for one in reversed(found) if one.why == "same-place"}
    return tuple(one for one in found if one.why != "same-place" or one is first[one.needling.side])


def _passing(candidates: tuple[Needling, ...], catalog: Catalog, person: Person, check: PlanCheck) -> set[Needling]:
    """Those that pass. Each point is checked once, beside others on its own side only: they are choices, not a plan."""
    passing: set[Needling] = set()
    groups: dict[tuple[str | None, int], list[Needling]] = {}
    times: Counter[tuple[str, str, str | None]] = Counter()
    for one in candidates:
        place = (one.place, one.segment, one.side)
        groups.setdefault((one.side, times[place]), []).append(one)
        times[place] += 1
    for some in groups.values():
        plan = msgspec.structs.replace(check.plan, needlings=tuple(some), pairs=(), needles_out=None)
        checked = check_plan(catalog, person, plan, check.as_of)
        passing.update(some[one.number] for one in checked.needlings if one.status in _PASSES)
    return passing


def _candidates(number: int, check: PlanCheck, catalog: Catalog) -> list[Alternative]:
    """Everything that could stand in, the nearest first; not yet checked."""
    one = check.plan.needlings[number]
    if one.point is None:
        return _in_region(one, check, catalog)
    taken = {other.point for other in check.plan.needlings}
    found: list[Alternative] = []
    for side in _sides(one, check.needlings[number].by_side):
        same = _as_allowed(one.point, one.segment, side, catalog, check.body)
        for offer in (same, _shallow(same, catalog)):
            if offer is not None and offer != one:
                found.append(Alternative(offer, "same-place", (label_of(one),)))
    side, part = one.side, _part(one.point, catalog)
    for point, shared in _by_nerve(one.point, catalog).items():
        other = _as_allowed(point, "", side, catalog, check.body)
        if other is not None and point not in taken and part & _part(point, catalog):
            found.append(Alternative(other, "same-nerve", shared))
    for point, shared in _by_protocol(one.point, catalog).items():
        other = _as_allowed(point, "", side, catalog, check.body)
        known = taken | {kept.needling.point for kept in found}
        if other is not None and point not in known and part & _part(point, catalog):
            found.append(Alternative(other, "same-protocols", shared))
    return found


def _shallow(one: Needling | None, catalog: Catalog) -> Needling | None:
    """The same needling as shallow as people on blood thinners are needled."""
    limit = catalog.value("@blood-thinner-mm")
    if one is None or one.depth_mm is None or one.depth_mm <= limit:
        return None
    return msgspec.structs.replace(one, depth_mm=limit)


def _in_region(one: Needling, check: PlanCheck, catalog: Catalog) -> list[Alternative]:
    """In place of a region: the region within its limit, then points that lie in it."""
    found: list[Alternative] = []
    bare = msgspec.structs.replace(one, technique=BY_HAND, depth_mm=None, angle=None, degrees=None)
    angle = next((angle for row in hazard_rows(bare, catalog) for angle in row.angles), None)
    limit = cap_of(hazard_rows(msgspec.structs.replace(bare, angle=angle), catalog))
    if limit:
        length = length_within(limit * check.body.least, angle, catalog)
        same = msgspec.structs.replace(bare, depth_mm=float(int(length * 2) / 2), angle=angle)
        if same != one:
            found.append(Alternative(same, "same-place", (label_of(one),)))
    inside = catalog.region_points.get(one.site or "", frozenset[str]())
    taken = {other.point for other in check.plan.needlings}
    for point in catalog.atlas.points:
        if point in inside and point not in taken:
            other = _as_allowed(point, "", one.side, catalog, check.body)
            if other is not None:
                found.append(Alternative(other, "same-region", (one.site or "",)))
    return found


def _part(point: str, catalog: Catalog) -> frozenset[str]:
    """The large part of the body a point lies on: an arm is no stand-in for a leg."""
    around = catalog.point_regions.get(point, frozenset())
    return frozenset(
        name for name in around if catalog.regions[name].kind == "anatomy" and catalog.regions[name].parent == "body"
    )


def _sides(one: Needling, by_side: Mapping[str, NeedlingStatus]) -> tuple[Side | None, ...]:
    """The side or sides that are flagged, as they would be written."""
    flagged: tuple[Side, ...] = tuple(side for side in ("left", "right") if by_side.get(side) in _FLAGGED)
    return flagged if by_side else (one.side,)


def _as_allowed(point: str, segment: str, side: Side | None, catalog: Catalog, body: Body) -> Needling | None:
    """A point needled by hand at its limit and at its first listed angle; None where no limit above 0 is known."""
    bare = Needling(point=point, segment=segment, side=side, technique=BY_HAND)
    row = catalog.atlas.points.get(point)
    if row is None or (side in ("left", "right", "both") and row.laterality == "midline"):
        return None
    rows = hazard_rows(bare, catalog)
    angle = next((angle for one in rows if one.point == point for angle in one.angles), None)
    cap = cap_of(rows)
    if not cap or (side in ("midline", None) and row.laterality == "bilateral"):
        return None
    length = length_within(cap * body.least, angle, catalog)
    return msgspec.structs.replace(bare, depth_mm=float(int(length * 2) / 2), angle=angle)


def _by_nerve(point: str, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Points whose deep nerve family is the same and that lie in the same limb or part of the body."""
    own = catalog.atlas.anatomy.get(point)
    if own is None or not own.nerve_family:
        return {}
    around = catalog.point_regions.get(point, frozenset())
    same = [
        other
        for other, row in catalog.atlas.anatomy.items()
        if other != point and row.nerve_family == own.nerve_family and catalog.hazards.get(other)
    ]
    near = {other: len(around & catalog.point_regions.get(other, frozenset())) for other in same}
    return dict.fromkeys(sorted(same, key=lambda other: -near[other]), (own.nerve_family,))


def _by_protocol(point: str, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Points that stand beside this one in published protocols; those of most protocols first."""
    beside: dict[str, list[str]] = {}
    for protocol in catalog.atlas.protocols.values():
        points = {one.point for component in protocol.components for one in component.needlings}
        if point in points:
            for other in sorted(points - {point}):
                beside.setdefault(other, []).append(protocol.id)
    counts = Counter({other: len(ids) for other, ids in beside.items()})
    return {other: tuple(beside[other]) for other, _ in counts.most_common()}
