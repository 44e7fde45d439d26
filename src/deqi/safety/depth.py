"""Depth against caps and textbooks.

A cap is vertical depth below the skin. A needle laid along the skin (transverse) has its own limit where the hazard
row gives one; without one the whole inserted length is compared, which errs on the safe side.
"""

from __future__ import annotations

from deqi.knowledge.tables.atlas import Hazard
from deqi.safety.anatomy import hazard_rows
from deqi.safety.catalog import Catalog
from deqi.safety.context import yes_or_no
from deqi.safety.plan import Needling
from deqi.safety.truth import Truth


def cap_of(rows: tuple[Hazard, ...], angle: str | None) -> float | None:
    """The strictest cap of these hazard rows for this angle, in mm; None where none is known."""
    caps = [
        row.transverse_mm if angle == "transverse" and row.transverse_mm is not None else row.cap_mm for row in rows
    ]
    return min((cap for cap in caps if cap is not None), default=None)


def over_cap(one: Needling, catalog: Catalog) -> Truth:
    """Deeper than the cap; unknown while the depth is not given."""
    cap = cap_of(hazard_rows(one, catalog), one.angle)
    if cap is None:
        return Truth.NO
    return Truth.UNKNOWN if one.depth_mm is None else yes_or_no(one.depth_mm > cap)


def over_textbook(one: Needling, catalog: Catalog) -> Truth:
    """Deeper than the lowest textbook maximum."""
    limit = catalog.textbook_mm.get(one.point or "")
    if limit is None:
        return Truth.NO
    return Truth.UNKNOWN if one.depth_mm is None else yes_or_no(one.depth_mm > limit)
