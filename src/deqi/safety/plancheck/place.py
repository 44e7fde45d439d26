"""The plan check's own lines about one needling: depth, angle, side, no data, the same place twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from deqi.knowledge.tables.atlas import Hazard
from deqi.safety.needling.anatomy import hazard_rows
from deqi.safety.needling.depth import cap_of, measured_of, textbook_of
from deqi.safety.needling.plan import Line, Needling, Plan
from deqi.safety.rules.catalog import Catalog

OWN = "check:"
"""What the ids of the plan check's own lines begin with."""
DEPTH_LINES = frozenset(
    OWN + name
    for name in ("never", "over-textbook", "over-measured", "over-cap-critical", "over-cap", "flat-unlimited")
)
"""Lines that say a needle goes too deep: one of them stands for every rule that says so too."""
NOT_GIVEN = OWN + "depth-not-given"


def place_lines(number: int, plan: Plan, catalog: Catalog, factor: float) -> Iterator[Line]:
    """Everything about where and how deep one needling goes, in the plan check's own words.

    ``factor`` is what limits of depth are multiplied by in this person.
    """
    one = plan.needlings[number]
    if one.side is None and _has_sides(one, catalog):
        yield own_line(catalog, "side-not-given")
    if one.technique not in catalog.atlas.invasive:
        return
    rows = hazard_rows(one, catalog)
    if not rows:
        yield own_line(catalog, "no-row", other=what_is_known(one, catalog))
    depth = depth_line(one, rows, catalog, factor)
    if depth is not None:
        yield depth
    angle = _angle_line(one, rows, catalog)
    if angle is not None:
        yield angle
    twin = _same_place(number, plan, catalog)
    if twin is not None:
        yield own_line(catalog, "same-place", other=twin)


def depth_line(one: Needling, rows: tuple[Hazard, ...], catalog: Catalog, factor: float) -> Line | None:
    """The depth band of one needle; None within its limit."""
    if any(row.cap_mm == 0 for row in rows):
        return own_line(catalog, "never", limits=rows)
    cap = cap_of(rows, one.angle, factor)
    if one.depth_mm is None:
        return own_line(catalog, "depth-not-given", limit="not known" if cap is None else f"{cap:g}")
    textbook = textbook_of(one, catalog)
    below = _critical(rows, catalog)
    depth = f"{one.depth_mm:g}"
    if one.angle == "transverse" and cap is None:
        if below and textbook is not None and one.depth_mm > textbook:
            return own_line(catalog, "flat-unlimited", depth=depth, limit=f"{textbook:g}", other=below)
        return own_line(catalog, "no-limit", other="a flat needle") if rows else None
    if cap is not None and one.depth_mm <= cap:
        return None
    measured = measured_of(rows, catalog) if one.angle != "transverse" else None
    if measured is not None and one.depth_mm >= measured.value_mm:
        what = f"{measured.what} ({measured.statistic}, {measured.population})"
        return own_line(
            catalog, "over-measured", depth=depth, limit=f"{measured.value_mm:g}", other=what, source=measured.source
        )
    if textbook is not None and one.depth_mm > textbook:
        return own_line(catalog, "over-textbook", depth=depth, limit=f"{textbook:g}")
    if cap is None:
        return own_line(catalog, "no-limit", other="an upright or oblique needle") if rows else None
    return own_line(
        catalog, "over-cap-critical" if below else "over-cap", depth=depth, limit=f"{cap:g}", other=below, limits=rows
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
) -> Line:
    """A row of ``plan_lines`` with its blanks filled in. ``limits`` are hazard rows whose caps it speaks of."""
    row = catalog.atlas.lines[name]

    name_of, plain = (other.name, other.plain) if isinstance(other, _Below) else (other, other)

    def fill(text: str, what: str = name_of) -> str:
        return text.replace("{depth}", depth).replace("{limit}", limit).replace("{other}", what)

    default = not source and (not limits or any(one.basis == "default" for one in limits))
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
    if one.point is None:
        points = catalog.region_points.get(one.site or "", frozenset())
        classes = {name for point in points for row in catalog.hazards.get(point, ()) for name in row.classes}
        names = [kind.plain_name for name, kind in catalog.atlas.kinds.items() if name in classes and name != "none"]
        return f"points of this region are listed with: {', '.join(names)}." if names else "nothing."
    row = catalog.atlas.anatomy.get(one.point)
    if row is None:
        return "nothing."
    known = (
        ("", row.risk_structures),
        ("caution: ", row.cautions),
        ("deep nerve: ", row.nerve_deep),
        ("surface nerve: ", row.nerve_superficial),
    )
    return (
        "; ".join(label + text.rstrip(".") for label, text in known if text) + "."
        if any(text for _, text in known)
        else "nothing."
    )


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


def _angle_line(one: Needling, rows: tuple[Hazard, ...], catalog: Catalog) -> Line | None:
    accepted = tuple(dict.fromkeys(angle for row in rows if row.point == one.point for angle in row.angles))
    if not accepted or one.angle in accepted:
        return None
    below, words = _critical(rows, catalog), ", ".join(accepted)
    if one.angle is None:
        return own_line(catalog, "angle-not-given", limit=words, other=below) if below else None
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
