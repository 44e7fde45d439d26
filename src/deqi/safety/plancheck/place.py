"""The plan check's own lines about one needling: depth, angle, side, no data, the same place twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from deqi.knowledge.tables.atlas import Hazard
from deqi.safety.needling.anatomy import classes_of, hazard_rows, is_parent, never_here
from deqi.safety.needling.depth import Body, measured_of, reach_of, textbook_of, vertical_mm
from deqi.safety.needling.plan import Line, Needling, Plan
from deqi.safety.rules.catalog import Catalog

OWN = "check:"
"""What the ids of the plan check's own lines begin with."""
DEPTH_LINES = frozenset(
    OWN + name for name in ("never", "over-textbook", "over-measured", "over-cap-critical", "over-cap", "build-unknown")
)
"""Lines that say a needle goes too deep: one of them stands for every rule that says so too."""
NOT_GIVEN = OWN + "depth-not-given"
WHICH_PART = OWN + "which-part"


def place_lines(number: int, plan: Plan, catalog: Catalog, body: Body) -> Iterator[Line]:
    """Everything about where and how deep one needling goes, in the plan check's own words."""
    one = plan.needlings[number]
    if one.side is None and _has_sides(one, catalog):
        yield own_line(catalog, "side-not-given")
    if one.technique not in catalog.atlas.invasive:
        return
    rows = hazard_rows(one, catalog)
    if not rows:
        yield own_line(catalog, "no-row", other=what_is_known(one, catalog))
    if is_parent(one, catalog):
        if rows:
            yield own_line(catalog, "which-part", other=_lies_below(rows, catalog), depth=_parts_of(one, catalog))
        return
    depth = depth_line(one, rows, catalog, body)
    if depth is not None:
        yield depth
    angle = _angle_line(one, rows, catalog)
    if angle is not None:
        yield angle
    twin = _same_place(number, plan, catalog)
    if twin is not None:
        yield own_line(catalog, "same-place", other=twin)


def depth_line(one: Needling, rows: tuple[Hazard, ...], catalog: Catalog, body: Body) -> Line | None:
    """The depth band of one needle; None within the limit of a point."""
    reach = reach_of(one, rows, catalog, body)
    if reach.most == 0:
        return own_line(catalog, "never", limits=rows)
    if reach.mm is None:
        limit = catalog.atlas.words("plan.unknown-limit") if reach.least is None else f"{reach.least:g}"
        return own_line(catalog, "depth-not-given", limit=limit, other=_lies_below(rows, catalog))
    depth = f"{one.depth_mm:g}" if reach.flat or reach.mm == one.depth_mm else f"{reach.mm:.1f}"
    if reach.most is not None and reach.least is not None and reach.mm <= reach.least:
        return _within_region(one, reach.least, rows, catalog) if one.site is not None else None
    measured = measured_of(one, catalog, body) if not reach.flat else None
    if measured is not None and measured.mm is not None and reach.mm >= measured.mm:
        what = f"{measured.structure} ({', '.join(part for part in (measured.statistic, measured.people) if part)})"
        return own_line(
            catalog, "over-measured", depth=depth, limit=f"{measured.mm:g}", other=what, source=measured.source
        )
    textbook = textbook_of(one, catalog)
    tip = vertical_mm(one, catalog)
    if textbook is not None and tip is not None and tip > textbook:
        return own_line(catalog, "over-textbook", depth=f"{tip:g}", limit=f"{textbook:g}")
    if reach.least is None or reach.most is None:
        return own_line(catalog, "no-limit") if rows else None
    below = _critical(rows, catalog)
    name = "over-cap"
    if below:
        name = "over-cap-critical" if reach.mm > reach.most else "build-unknown"
    return own_line(catalog, name, depth=depth, limit=f"{reach.least:g}", other=below, limits=rows)


def _within_region(one: Needling, limit: float, rows: tuple[Hazard, ...], catalog: Catalog) -> Line:
    never = never_here(one, catalog)
    own = catalog.atlas.regions[one.site or ""]
    return own_line(
        catalog,
        "region-spots" if never else "region",
        depth=", ".join(never),
        limit=f"{limit:g}",
        other=own.measured,
        source=own.source,
        default=True,
    )


def own_line(
    catalog: Catalog,
    name: str,
    *,
    depth: str = "",
    limit: str = "",
    other: str | _Below = "",
    limits: tuple[Hazard, ...] = (),
    source: tuple[str, ...] = (),
    default: bool = False,
) -> Line:
    """A row of ``plan_lines`` with its blanks filled in. ``limits`` are hazard rows whose caps it speaks of."""
    row = catalog.atlas.lines[name]

    name_of, plain = (other.name, other.plain) if isinstance(other, _Below) else (other, other)

    def fill(text: str, what: str = name_of) -> str:
        return text.replace("{depth}", depth).replace("{limit}", limit).replace("{other}", what)

    default = default or (not source and (not limits or any(one.basis == "default" for one in limits)))
    return Line(
        id=OWN + name,
        status=row.status,
        severity="",
        title=fill(row.title),
        why=fill(row.why),
        plain=fill(row.plain, plain),
        instead=fill(row.instead),
        source=source or tuple(dict.fromkeys(name for one in limits for name in one.source)) or row.source,
        labels=("default",) if default else (),
        asks=(row.asks,) if row.asks else (),
    )


def what_is_known(one: Needling, catalog: Catalog) -> str:
    """What the atlas knows of a place without hazard data, in words that make no promise."""
    atlas = catalog.atlas
    row = atlas.anatomy.get(one.point or "")
    if row is None:
        return atlas.words("plan.nothing-known")
    known = [row.risk_structures.rstrip(".")] if row.risk_structures else []
    known += [
        atlas.words(f"plan.known.{name}", {"text": text.rstrip(".")})
        for name, text in (
            ("caution", row.cautions),
            ("nerve-deep", row.nerve_deep),
            ("nerve-surface", row.nerve_superficial),
        )
        if text
    ]
    return "; ".join(known) or atlas.words("plan.nothing-known")


@dataclasses.dataclass(frozen=True)
class _Below:
    """Names of what must not be reached below: organs, great vessels, dura, eye; empty for none."""

    name: str
    plain: str

    def __bool__(self) -> bool:
        return bool(self.name)


def _critical(rows: tuple[Hazard, ...], catalog: Catalog) -> _Below:
    kinds = dict.fromkeys(kind for row in rows for kind in catalog.atlas.critical(row))
    return _Below(", ".join(kind.name for kind in kinds), ", ".join(kind.plain_name for kind in kinds))


def _lies_below(rows: tuple[Hazard, ...], catalog: Catalog) -> _Below:
    """Names of all that a needle could injure here, what must not be reached first."""
    critical = [kind for row in rows for kind in catalog.atlas.critical(row)]
    others = [kind for name, kind in catalog.atlas.kinds.items() if kind.injured and name in classes_of(rows)]
    kinds = dict.fromkeys((*critical, *others))
    if not kinds:
        kinds = dict.fromkeys((catalog.atlas.kinds["none"],))
    return _Below(", ".join(kind.name for kind in kinds), ", ".join(kind.plain_name for kind in kinds))


def _parts_of(one: Needling, catalog: Catalog) -> str:
    """The regions that a parent region may mean."""
    inside = catalog.region_points.get(one.site or "", frozenset[str]())
    below = catalog.region_below.get(one.site or "", frozenset[str]())
    return ", ".join(
        name
        for name in catalog.atlas.regions
        if name in below
        or (catalog.regions[one.site or ""].kind == "zone" and not catalog.region_points[name].isdisjoint(inside))
    )


def _angle_line(one: Needling, rows: tuple[Hazard, ...], catalog: Catalog) -> Line | None:
    own = (row for row in rows if one.point in (row.point, None))
    accepted = tuple(dict.fromkeys(angle for row in own for angle in row.angles))
    if one.angle in accepted or not (accepted or one.site):
        return None
    below, words = _critical(rows, catalog), ", ".join(accepted)
    if one.angle is None and one.site is not None:
        return own_line(catalog, "angle-not-given", limit=words, other=_lies_below(rows, catalog))
    if not accepted:
        return None
    if one.angle is None:
        return own_line(catalog, "angle-not-given", limit=words, other=below) if below else None
    if one.angle == "oblique" and any(word.startswith("oblique-") for word in accepted):
        return own_line(catalog, "angle-direction", limit=words, other=below) if below else None
    return own_line(catalog, "angle-critical" if below else "angle", limit=words, other=below, limits=rows)


def _has_sides(one: Needling, catalog: Catalog) -> bool:
    if one.point is not None:
        point = catalog.atlas.points.get(one.point)
        return point is not None and point.laterality == "bilateral"
    region = catalog.regions.get(one.site or "")
    return region is not None and region.paired


def _same_place(number: int, plan: Plan, catalog: Catalog) -> str | None:
    """An earlier needling at the very same place and side, as it is written."""
    one = plan.needlings[number]
    for other in plan.needlings[:number]:
        if other.technique in catalog.atlas.invasive and _spot(one, catalog) == _spot(other, catalog):
            sides = {one.side, other.side}
            if one.side == other.side or "both" in sides:
                return label_of(other)
    return None


def _spot(one: Needling, catalog: Catalog) -> tuple[str | None, str, str | None]:
    """The place itself: a part of an extra point that is a channel point counts as that point."""
    same = catalog.atlas.same_places.get(one.point or "", {}).get(one.segment)
    return (same, "", None) if same else (one.point, one.segment, one.site)


def label_of(one: Needling) -> str:
    """A needling as it is named in lists: ``EX-LE10 web-2 left``."""
    return " ".join(part for part in (one.point or one.site or "", one.segment, one.side or "") if part)
