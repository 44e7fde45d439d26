"""What of the rules a decision page says, part by part, and which rules stand behind each part."""

from __future__ import annotations

from typing import Literal

from deqi.knowledge.tables.base import Row


class DecisionPart(Row, frozen=True, kw_only=True):
    """A tile, a red flag, a reason to see a doctor first, or a note for some conditions.

    Its words are in the text table under ``decision.part.{part}``; they are never milder than the rules named here.
    ``conditions`` empty: for all.
    """

    part: str
    kind: Literal["tile", "hospital", "doctor", "note"]
    order: int
    conditions: tuple[str, ...] = ()
    rules: tuple[str, ...]
