"""What a program may ask: one struct an address. A name that is not known is refused."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import msgspec

Method = Literal["REML", "DL", "PM", "ML", "EB", "SJ", "HE", "HS", "FE", "EE", "GLMM", "MH", "PETO"]
Model = Literal["random", "common", "both"]
Glmm = Literal["UM.FS", "UM.RS", "CM.EL"]
Test = Literal["adhoc", "knha", "t", "z"]
Further = Literal[
    "egger", "peters", "trim-and-fill", "pet-peese", "selection", "leave-one-out", "cumulative", "influence", "all"
]
NetworkMethod = Literal["REML", "ML", "DL", "FE"]
NetworkTest = Literal["z", "t"]
Prediction = Literal["V", "HTS", "S"]
FurtherNetwork = Literal["league", "ranks", "splits", "node-splits", "designs", "components", "all"]
Column = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Typed = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Document = dict[str, Any] | str
"""A document as a JSON object, or as the text of a file."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing beside the address itself."""


class ReportQuery(Asked, frozen=True, kw_only=True):
    """``as_of``: the day it is for; today if left out. ``sessions``: those of a course, for harms."""

    as_of: dt.date | None = None
    sessions: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None


class PointsQuery(Asked, frozen=True, kw_only=True):
    """``q``: a code, pinyin or Chinese name. ``near``: a nerve."""

    q: Typed | None = None
    near: Typed | None = None


class PoolBody(Asked, frozen=True, kw_only=True):
    """``table``: the text of a CSV file. The rest as the options of ``deqi pool``."""

    table: str
    measure: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] | None = None
    method: Method = "REML"
    model: Model = "random"
    glmm: Glmm = "UM.FS"
    test: Test | None = None
    level: Annotated[float, msgspec.Meta(gt=0, lt=100)] = 95.0
    by: Column | None = None
    moderators: Annotated[tuple[Column, ...], msgspec.Meta(max_length=20)] = ()
    also: Annotated[tuple[Further, ...], msgspec.Meta(max_length=9)] = ()
    order: Column | None = None
    permutations: Annotated[int, msgspec.Meta(ge=2, le=5_000_000)] | None = None
    seed: Annotated[int, msgspec.Meta(ge=0, le=999_999_999)] | None = None
    scale: Annotated[tuple[Column, ...], msgspec.Meta(max_length=20)] = ()


class FigureBody(PoolBody, frozen=True, kw_only=True):
    """``favours``: words left and right of the null in a forest plot. The rest as for the pool."""

    favours: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class NetworkBody(Asked, frozen=True, kw_only=True):
    """``table``: the text of a CSV file. The rest as the options of ``deqi network``."""

    table: str
    measure: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] | None = None
    method: NetworkMethod = "REML"
    test: NetworkTest = "z"
    prediction: Prediction = "V"
    reference: Column | None = None
    small_is_good: bool = False
    also: Annotated[tuple[FurtherNetwork, ...], msgspec.Meta(max_length=7)] = ()
    inactive: Column | None = None
    separator: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] = "+"
    level: Annotated[float, msgspec.Meta(gt=0, lt=100)] = 95.0


class AssessBody(Asked, frozen=True, kw_only=True):
    """``person``: a person file or FHIR R4, as JSON or as text. ``answers``: a file of answers, likewise."""

    person: Document
    answers: Document | None = None
    as_of: dt.date | None = None


class PlanBody(Asked, frozen=True, kw_only=True):
    """``plan``: a plan file as JSON or as text, or ``protocol:`` and the id of a protocol. The rest as in assess."""

    plan: Document
    person: Document = {}
    answers: Document | None = None
    as_of: dt.date | None = None
