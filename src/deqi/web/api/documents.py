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
