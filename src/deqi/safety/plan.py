"""What is to be done: needlings, needles, practitioner."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

Angle = Literal[
    "perpendicular", "oblique", "transverse", "oblique-to-spine", "oblique-down", "oblique-up", "medial", "lateral",
    "upward", "toward-chin", "toward-nose",
]  # fmt: skip
Side = Literal["left", "right", "both", "midline"]
NeedlingStatus = Literal["ok", "ok-note", "change", "omit", "ask", "no-data"]
"""What the plan check says of one needling."""


class Needling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One insertion (or one on each side). ``depth_mm`` is the length of needle under the skin; None: not given.

    A ``point`` is a WHO code; a free ``site`` is a region. ``segment`` tells which part of an extra point is meant
    (the level of a paraspinal point, the web of Bafeng).
    """

    point: str | None = None
    site: str | None = None
    segment: str = ""
    side: Side | None = None
    depth_mm: float | None = None
    angle: Angle | None = None
    technique: str = "manual-needling"
    retention_min: float | None = None


class CurrentPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two needles joined by current, by point and side."""

    start: str
    end: str
    start_side: Side | None = None
    end_side: Side | None = None


class Needles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The needles to be used; None: not stated."""

    gauge_mm: float | None = None
    length_mm: float | None = None
    sterile: bool | None = None
    single_use: bool | None = None
    lot: str | None = None
    expiry: dt.date | None = None


class Practitioner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who needles: licence and competences, no name."""

    licence_valid_until: dt.date | None = None
    competences: tuple[str, ...] | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A needling plan for one session."""

    needlings: tuple[Needling, ...]
    pairs: tuple[CurrentPair, ...] = ()
    session_number: int | None = None
    minutes: float | None = None
    needles: Needles = Needles()
    practitioner: Practitioner = Practitioner()
    needles_out: int | None = None
    title: str = ""


class CheckedNeedling(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan check says of one needling: the status and the rules behind it."""

    point: str
    side: str
    status: NeedlingStatus
    findings: tuple[str, ...] = ()
