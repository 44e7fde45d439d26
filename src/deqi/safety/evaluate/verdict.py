"""What one leaf says, and why."""

from __future__ import annotations

import msgspec

from deqi.people.facts import Answer, Fact
from deqi.safety.rules.truth import Truth


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """Truth of a leaf, the facts and answers that decided, the questions that would, the needlings that matched.

    ``disputed`` are facts or answers that say otherwise, ``maybe`` facts that may hold and decide nothing.
    ``applicable`` is false for a plan leaf without a plan.
    A struct, because some two hundred are made for every assessment.
    """

    truth: Truth
    because: tuple[Fact | Answer, ...] = ()
    asks: tuple[str, ...] = ()
    needlings: tuple[int, ...] = ()
    disputed: tuple[Fact | Answer, ...] = ()
    applicable: bool = True
    maybe: tuple[Fact, ...] = ()


NO = Verdict(Truth.NO)
NOT_APPLICABLE = Verdict(Truth.NO, applicable=False)
