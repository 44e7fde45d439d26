"""A restriction as it stands for one person."""

from __future__ import annotations

from typing import Literal

import msgspec

from deqi.knowledge.rules import Restriction, Rule

Sides = Literal["left", "right", "both"]


class Restricted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A restriction with regions that exist on every body.

    ``within`` narrows the regions to what of them lies there (the spine, at the lower back). ``assumed`` says that
    site or side is not recorded, so that the widest place is meant.
    """

    everything: bool = False
    techniques: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    within: str | None = None
    points: tuple[str, ...] = ()
    hazards: tuple[str, ...] = ()
    anticoagulant_avoid: bool = False
    side: Sides = "both"
    assumed: bool = False
    matched: bool = False
    dose: bool = False
    advice: bool = False


def same_for_all(rule: Rule) -> tuple[Restricted, ...] | None:
    """What a rule restricts for everybody; None when that depends on the person."""
    if any(one.side == "from-fact" for one in rule.restricts):
        return None
    return tuple(filled_in(one) for one in rule.restricts)


def filled_in(
    one: Restriction,
    regions: tuple[str, ...] | None = None,
    within: str | None = None,
    side: Sides = "both",
    assumed: bool = False,
) -> Restricted:
    """A restriction with its place, if that depends on the person."""
    return Restricted(
        everything=one.everything,
        techniques=one.techniques,
        regions=one.regions if regions is None else regions,
        within=within,
        points=one.points,
        hazards=one.hazards,
        anticoagulant_avoid=one.anticoagulant_avoid,
        side=side,
        assumed=assumed,
        matched=one.matched,
        dose=one.dose,
        advice=one.advice,
    )
