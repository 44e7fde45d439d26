"""Published needling protocols, as far as they were reported."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from deqi.knowledge.tables.atlas import Angle

Side = Literal["left", "right", "bilateral", "midline", "affected"]


class ProtocolNeedling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One point of a protocol; ``webs`` count from the great toe or the thumb."""

    point: str
    side: Side | None = None
    webs: tuple[int, ...] = ()
    depth_mm: float | None = None
    angle: Angle | None = None
    note: str = ""


class ProtocolPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two needles joined by current."""

    start: str
    end: str
    side: Side | None = None


class ProtocolComponent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is done with one technique."""

    technique: str
    needlings: tuple[ProtocolNeedling, ...] = ()
    pairs: tuple[ProtocolPair, ...] = ()
    note: str = ""


class Protocol(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One protocol. ``None`` means it was not found in what was seen, never zero."""

    id: str
    title: str
    condition: str
    design: str = ""
    n: int | None = None
    components: tuple[ProtocolComponent, ...] = ()
    optional_points: tuple[str, ...] = ()
    retention_min: float | None = None
    sessions: str = ""
    frequency_hz: str = ""
    needle_count: int | None = None
    stricta_missing: tuple[str, ...] = ()
    verified_fields: dict[str, str] = {}
    note: str = ""
    source: tuple[str, ...]
    verified: Literal["yes", "partly", "no"]
    basis: Literal["published", "derived", "default"]
    authored_by: str
    checked_by: str = ""
    reviewed_on: dt.date
    review_by: dt.date
