"""How deep a needle goes, against caps, textbooks and measurements.

A cap is vertical depth below the skin. A needle's depth is the length under the skin times the sine of its angle: of
the degrees given, or of the steepest angle its word allows; textbook lengths are read the same way. A flat needle is
held to the row's own limit for flat needles where there is one. In very thin adults caps shrink; where the build is not
known, the shrunken ones hold.
"""

from __future__ import annotations

import dataclasses
import math

from deqi.knowledge.leaves import Observation
from deqi.knowledge.tables.atlas import Hazard, MeasuredDepth
from deqi.safety.evaluate.context import Context, yes_or_no
from deqi.safety.evaluate.measured import observation
from deqi.safety.needling.anatomy import codes_of, hazard_rows, is_parent, standing_for
from deqi.safety.needling.atlas import DIGITS, UPRIGHT
from deqi.safety.needling.plan import Needling
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.truth import Truth

BUILD_QUESTION = "bmi-latest"
_VERY_THIN = Observation(
    observation="bmi", op="<", value="@thin-bmi", unit="kg/m2", within_days="@bmi-window-days", ask=BUILD_QUESTION
)


@dataclasses.dataclass(frozen=True, slots=True)
class Body:
    """What of a person decides how deep is too deep.

    Caps are multiplied by ``least`` (what certainly holds) to ``most``: the same where the build is known.
    """

    least: float
    most: float
    sex: str | None

    @property
    def known(self) -> bool:
        return self.least == self.most


ANYBODY = Body(1.0, 1.0, None)


def body_of(context: Context) -> Body:
    """Build and sex of the person."""
    thin, factor = observation(_VERY_THIN, context).truth, context.catalog.value("@thin-factor")
    least = 1.0 if thin is Truth.NO else factor
    most = factor if thin is Truth.YES else 1.0
    return Body(least, most, context.sex())


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """How far a needle goes and how far it may: both vertical, or both along the skin (``flat``).

    ``mm`` None: depth not given. ``least`` and ``most`` are the limit by build; None: no limit is known.
    """

    mm: float | None
    least: float | None
    most: float | None
    flat: bool


def reach_of(one: Needling, rows: tuple[Hazard, ...], catalog: Catalog, body: Body) -> Reach:
    """What is to be compared for one needle."""
    flat = min((row.transverse_mm for row in rows if row.transverse_mm is not None), default=None)
    if one.angle == "transverse" and one.degrees is None and flat is not None:
        return Reach(one.depth_mm, flat, flat, flat=True)
    cap = cap_of(rows)
    if cap is None:
        return Reach(vertical_mm(one, catalog), None, None, flat=False)
    return Reach(vertical_mm(one, catalog), cap * body.least, cap * body.most, flat=False)


def vertical_mm(one: Needling, catalog: Catalog) -> float | None:
    """How deep below the skin the tip may lie; a needle whose angle is not given counts as upright."""
    if one.depth_mm is None:
        return None
    degrees = one.degrees if one.degrees is not None else catalog.atlas.steepest.get(one.angle or "", UPRIGHT)
    return round(one.depth_mm * math.sin(math.radians(degrees)), DIGITS)


def cap_of(rows: tuple[Hazard, ...]) -> float | None:
    """The strictest limit of these hazard rows, in mm of vertical depth; None where none is known."""
    return min((row.cap_mm for row in rows if row.cap_mm is not None), default=None)


def length_within(cap: float, angle: str | None, catalog: Catalog) -> float:
    """The longest needle that stays within a vertical limit at the steepest angle of a word."""
    return cap / math.sin(math.radians(catalog.atlas.steepest.get(angle or "", UPRIGHT)))


def textbook_of(one: Needling, catalog: Catalog) -> float | None:
    """The lowest textbook maximum, as vertical depth: of the point and of any that is the same place, or of the points
    a region stands for."""
    points = codes_of(one, catalog) if one.site is None else standing_for(one, catalog)
    known = (catalog.atlas.textbook_mm.get(code) for code in points)
    return min((limit for limit in known if limit is not None), default=None)


def measured_of(one: Needling, catalog: Catalog, body: Body) -> MeasuredDepth | None:
    """The shallowest measured distance from the skin to what must not be reached here, in people of this sex."""
    points = codes_of(one, catalog) if one.site is None else standing_for(one, catalog)
    found = [
        row
        for point in sorted(points)
        for row in catalog.atlas.measured.get(point, ())
        if body.sex not in ("female", "male") or row.sex in ("", body.sex)
    ]
    return min(found, key=lambda row: row.mm or 0.0, default=None)


def over_cap(one: Needling, catalog: Catalog, body: Body) -> Truth:
    """Deeper than the limit; unknown while the depth is not given.

    Between the limit of a thin person and of an ordinary one nobody knows until the build is: unknown over an organ, a
    great vessel, the dura or the eye, and above the limit elsewhere.
    """
    if one.technique not in catalog.atlas.invasive:
        return Truth.NO
    rows = hazard_rows(one, catalog)
    reach = reach_of(one, rows, catalog, body)
    if reach.most == 0:
        return Truth.YES
    if is_parent(one, catalog):
        return Truth.UNKNOWN
    if reach.least is None or reach.most is None:
        return Truth.NO
    if reach.mm is None:
        return Truth.UNKNOWN
    if reach.mm <= reach.least or reach.mm > reach.most:
        return yes_or_no(reach.mm > reach.most)
    return Truth.UNKNOWN if any(catalog.atlas.critical(row) for row in rows) else Truth.YES


def over_textbook(one: Needling, catalog: Catalog) -> Truth:
    """Deeper than the lowest textbook maximum."""
    limit = textbook_of(one, catalog)
    if limit is None or one.technique not in catalog.atlas.invasive:
        return Truth.NO
    depth = vertical_mm(one, catalog)
    return Truth.UNKNOWN if depth is None else yes_or_no(depth > limit)
