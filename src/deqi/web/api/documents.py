"""What is given: the documents of ``--json``, where they are no struct of their own yet."""

from __future__ import annotations

import typing
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from deqi.api.types import PointCard, PooledTable, Source

BESIDE = ("columns", "level", "arms")
"""Fields of a pool that its document leaves out."""


class PointsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Points with all that is held about them."""

    knowledge: str
    points: Sequence[PointCard]


class SourceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A work, and the rows that rest on it by table."""

    knowledge: str
    source: Source
    cited_by: Mapping[str, Sequence[str]]


class FigureDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of a pool: its name, and its drawing as text."""

    figure: str
    svg: str


class NetworkDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A network of treatments; what stands last is there where it was asked for."""

    measure: str
    method: str
    test: str
    prediction: str
    treatments: Sequence[str]
    studies: int
    pairs: Sequence[Mapping[str, Any]]
    p_scores: Mapping[str, float | None]
    small_is_good: bool
    tau2: float | None
    i2: float | None
    q: float | None
    q_df: int
    q_p: float | None
    designs: Mapping[str, Any] | None
    warnings: Sequence[str]
    league: Sequence[Mapping[str, Any]] | None = None
    ranks: Mapping[str, Any] | None = None
    splits: Sequence[Mapping[str, Any]] | None = None
    node_splits: Sequence[Mapping[str, Any]] | None = None
    design_test: Mapping[str, Any] | None = None
    components: Mapping[str, Any] | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong (RFC 9457): ``detail`` is one sentence."""

    type: str
    title: str
    status: int
    detail: str


def _pool_fields() -> list[tuple[str, Any]]:
    hints = typing.get_type_hints(PooledTable)
    hints["checks"] = dict[str, dict[str, Any]]
    return [(name, hint) for name, hint in hints.items() if name not in BESIDE]


PoolDocument = msgspec.defstruct("PoolDocument", _pool_fields(), frozen=True, kw_only=True)
"""The document of a pool, from the fields of the result itself."""
