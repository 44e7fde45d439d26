"""What one leaf says, and why."""

from __future__ import annotations

import dataclasses

from deqi.people.facts import Answer, Fact
from deqi.safety.truth import Truth


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Truth of a leaf, the facts and answers that decided, the questions that would, the needlings that matched.

    ``disputed`` are facts or answers that say otherwise. ``applicable`` is false for a plan leaf without a plan.
    """

    truth: Truth
    because: tuple[Fact | Answer, ...] = ()
    asks: tuple[str, ...] = ()
    needlings: tuple[int, ...] = ()
    disputed: tuple[Fact | Answer, ...] = ()
    applicable: bool = True


UNKNOWN = Verdict(Truth.UNKNOWN)
NO = Verdict(Truth.NO)
NOT_APPLICABLE = Verdict(Truth.NO, applicable=False)
