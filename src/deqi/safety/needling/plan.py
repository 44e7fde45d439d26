"""What is to be done: needlings, needles, practitioner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from deqi.knowledge.tables.atlas import Angle

Side = Literal["left", "right", "both", "midline"]
Posture = Literal["supine", "side", "prone", "seated", "standing"]
UPRIGHT_POSTURES: tuple[Posture, ...] = ("seated", "standing")
"""Postures in which people who faint fall."""
NeedlingStatus = Literal["ok", "ok-note", "change", "omit", "ask", "no-data"]
"""What the plan check says of one needling, the least worrying first in meaning: the worst is ``omit``."""
STATUSES: tuple[NeedlingStatus, ...] = ("omit", "change", "ask", "no-data", "ok-note", "ok")
"""The worst first."""

Millimetres = Annotated[float, msgspec.Meta(gt=0, le=200)]
Degrees = Annotated[float, msgspec.Meta(gt=0, le=90)]
Minutes = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1000)]


class Needling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One insertion (or one on each side). ``depth_mm`` is the length of needle under the skin; None: not given.

    A ``point`` is a WHO code; a free ``site`` is a region. ``segment`` tells which part of an extra point is meant
    (the level of a paraspinal point, the web of Bafeng). ``degrees`` is the angle to the skin, where it is known better
    than by the word.
    """

    point: str | None = None
    site: str | None = None
    segment: str = ""
    side: Side | None = None
    depth_mm: Millimetres | None = None
    angle: Angle | None = None
    degrees: Degrees | None = None
    technique: str = "manual-needling"
    retention_min: Minutes | None = None

    @property
    def place(self) -> str:
        """The point, or the region."""
        return self.point or self.site or ""


class CurrentPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two needles joined by current, by point (or region) and side."""

    start: str
    end: str
    start_side: Side | None = None
    end_side: Side | None = None


class Needles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The needles to be used; None: not stated."""

    gauge_mm: Annotated[float, msgspec.Meta(gt=0, le=2)] | None = None
    length_mm: Millimetres | None = None
    sterile: bool | None = None
    single_use: bool | None = None
    lot: str | None = None
    expiry: dt.date | None = None


class Practitioner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who needles: licence and competences, no name."""

    licence_valid_until: dt.date | None = None
    competences: tuple[str, ...] | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A needling plan for one session. ``date`` is the day it is for: on that day its own questions count."""

    needlings: tuple[Needling, ...]
    pairs: tuple[CurrentPair, ...] = ()
    session_number: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    minutes: Minutes | None = None
    posture: Posture | None = None
    date: dt.date | None = None
    needles: Needles = Needles()
    practitioner: Practitioner = Practitioner()
    needles_out: Count | None = None
    title: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to say about a needling or the session: from a rule, or one of the plan check's own lines.

    ``id`` is a rule id, or ``check:`` and the id of a row of ``plan_lines``; ``also`` are rules told by this line too.
    ``labels`` are ``default`` (a cautious value no paper states), ``unverified`` (the hazard could not be verified)
    and ``place-assumed`` (side or site not recorded: the whole fallback counts). ``side`` is the only side it is about,
    else empty.
    """

    id: str
    status: NeedlingStatus
    severity: str
    title: str
    why: str
    plain: str
    instead: str
    source: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    side: str = ""


class CheckedNeedling(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan check says of one needling: the status and what stands behind it.

    ``number`` is its place in the plan, from 0; ``side`` as written (empty: not given). Where the two sides of a
    needling on both differ, ``by_side`` gives each one's status and ``status`` is the worse. ``hazards`` are the
    classes of what can be hurt: at the place, by the technique, by what the rules met here are about. ``limit_mm`` is
    the depth below the skin that holds for this person, ``depth_mm`` how deep the tip may lie.
    """

    point: str
    side: str
    status: NeedlingStatus
    findings: tuple[str, ...] = ()
    number: int = 0
    segment: str = ""
    by_side: Mapping[str, NeedlingStatus] = {}
    lines: tuple[Line, ...] = ()
    hazards: tuple[str, ...] = ()
    limit_mm: float | None = None
    depth_mm: float | None = None
