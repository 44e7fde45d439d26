"""Rules as reviewed records: a trigger tree, what it restricts, and why."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

import msgspec

from deqi.knowledge.leaves import AnyLeaf, Name

Severity = Literal["absolute", "relative", "caution", "information"]
SEVERITIES: tuple[Severity, ...] = ("absolute", "relative", "caution", "information")
Stage = Literal["booking", "session", "plan"]


class AllOf(msgspec.Struct, frozen=True):
    """True when every branch is."""

    branches: tuple[Node, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """True when one branch is."""

    branches: tuple[Node, ...]


Node = AllOf | AnyOf | AnyLeaf


class Restriction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be left out or changed.

    ``everything`` stands alone. Otherwise techniques within regions or points: no techniques means all of them, no
    regions and no points means the whole body. ``side`` ``from-fact`` takes the side of the fact that fired (not
    recorded: both, and the rule's ``site_question`` is asked). ``matched`` restricts the plan's needlings that fired
    the rule (a rule that is only information leaves a note at them);
    ``hazards`` beside it name what the rule is about. ``advice`` restricts nothing and only tells.
    """

    everything: bool = False
    techniques: tuple[Name, ...] = ()
    regions: tuple[Name, ...] = ()
    points: tuple[str, ...] = ()
    hazards: tuple[Name, ...] = ()
    anticoagulant_avoid: bool = False
    side: Literal["both", "from-fact"] = "both"
    matched: bool = False
    dose: bool = False
    advice: bool = False


class Clearance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named clinician's finding that clears an absolute rule for a while (question answered yes, with its date)."""

    question: Name
    days: int


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule of the knowledge.

    ``red_flag`` findings are shown first. ``emergency`` marks what cannot wait at all: its questions come before every
    other.
    """

    id: Name
    title: str
    stage: Stage
    severity: Severity
    red_flag: bool = False
    emergency: bool = False
    when: dict[str, Any]
    restricts: tuple[Restriction, ...]
    why: str
    plain: str
    instead: str
    strength: str
    superseded_by: tuple[Name, ...] = ()
    clearance: Clearance | None = None
    site_question: Name | None = None
    disagreements: str = ""
    note: str = ""
    source: tuple[Name, ...]
    verified: Literal["yes", "partly", "no"]
    basis: Literal["published", "derived", "default"]
    authored_by: str
    checked_by: str = ""
    reviewed_on: dt.date
    review_by: dt.date


def parse_trigger(tree: dict[str, Any]) -> Node:
    """The tree of a rule's ``when``.

    A mapping with the one key ``all`` or ``any`` is a branch over a list; everything else is a leaf. There is no
    negation: a milder rule names the rule that replaces it.

    Raises:
        msgspec.ValidationError: a leaf of no known kind, or with a field its kind does not have.
    """
    if set(tree) == {"all"} or set(tree) == {"any"}:
        (word, below), *_ = tree.items()
        if not isinstance(below, list) or not below:
            raise msgspec.ValidationError(f"'{word}' needs a list of at least one condition")
        branches = tuple(parse_trigger(branch) for branch in below)
        return AllOf(branches) if word == "all" else AnyOf(branches)
    leaf: AnyLeaf = msgspec.convert(tree, AnyLeaf)
    return leaf
