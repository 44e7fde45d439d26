"""Depth against caps, textbooks and measurements.

A cap is vertical depth below the skin. A needle laid along the skin (transverse) is compared with the hazard row's own
limit for that and with nothing else; without one there is no limit. An oblique needle is compared as if it stood
upright, which errs on the safe side. In very thin adults the caps shrink.
"""

from __future__ import annotations

from deqi.knowledge.leaves import Observation
from deqi.knowledge.tables.atlas import Hazard, HazardDepth
from deqi.safety.evaluate.context import Context, yes_or_no
from deqi.safety.evaluate.measured import observation
from deqi.safety.needling.anatomy import codes_of, hazard_rows
from deqi.safety.needling.plan import Needling
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.truth import Truth

_VERY_THIN = Observation(
    observation="bmi", op="<", value="@thin-bmi", unit="kg/m2", within_days="@bmi-window-days", ask="bmi-latest"
)


def body_factor(context: Context) -> float:
    """What the caps are multiplied by: 1, or less in an adult known to be very thin."""
    if observation(_VERY_THIN, context).truth is Truth.YES:
        return context.catalog.value("@thin-factor")
    return 1.0


def cap_of(rows: tuple[Hazard, ...], angle: str | None, factor: float = 1.0) -> float | None:
    """The strictest limit of these hazard rows for this angle, in mm; None where none is known."""
    if angle == "transverse":
        return min((row.transverse_mm for row in rows if row.transverse_mm is not None), default=None)
    caps = [row.cap_mm for row in rows if row.cap_mm is not None]
    return min(caps) * factor if caps else None


def textbook_of(one: Needling, catalog: Catalog) -> float | None:
    """The lowest textbook maximum of the point and of any that is the same place."""
    known = (catalog.textbook_mm.get(code) for code in codes_of(one, catalog))
    return min((limit for limit in known if limit is not None), default=None)


def measured_of(rows: tuple[Hazard, ...], catalog: Catalog) -> HazardDepth | None:
    """The shallowest measured distance from the skin to a structure here."""
    found = [one for row in rows for one in catalog.atlas.measured.get(row.hazard, ())]
    return min(found, key=lambda one: one.value_mm, default=None)


def over_cap(one: Needling, catalog: Catalog, factor: float = 1.0) -> Truth:
    """Deeper than the limit; unknown while the depth is not given."""
    cap = cap_of(hazard_rows(one, catalog), one.angle, factor)
    if cap is None or one.technique not in catalog.atlas.invasive:
        return Truth.NO
    if cap == 0:
        return Truth.YES
    return Truth.UNKNOWN if one.depth_mm is None else yes_or_no(one.depth_mm > cap)


def over_textbook(one: Needling, catalog: Catalog) -> Truth:
    """Deeper than the lowest textbook maximum."""
    limit = textbook_of(one, catalog)
    if limit is None or one.technique not in catalog.atlas.invasive:
        return Truth.NO
    return Truth.UNKNOWN if one.depth_mm is None else yes_or_no(one.depth_mm > limit)
