"""What a rule restricts for this person: places that hang on the person are filled in, with their side.

A person-relative region (``affected-limb``) takes site and side from the fact that fired or from the answer to the
rule's ``site_question``. What neither says restricts the widest place and both sides, and is asked.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from deqi.knowledge.rules import Rule
from deqi.people.facts import Answer, Fact
from deqi.safety.evaluate.context import Context
from deqi.safety.rules.catalog import Catalog, CompiledRule
from deqi.safety.rules.restricted import Restricted, Sides, filled_in

__all__ = ["Place", "Restricted", "Sides", "restricted_at", "restrictions"]

WHOLE_BODY = "body"
_SIDES: tuple[Sides, ...] = ("left", "right", "both")


class Place(msgspec.Struct, frozen=True):
    """Where on this person; None: not recorded."""

    site: str | None
    side: Sides | None


def restrictions(
    compiled: CompiledRule, because: Iterable[Fact | Answer], context: Context
) -> tuple[tuple[Restricted, ...], str | None]:
    """What the rule restricts here, and its site question where its answer would narrow that."""
    if compiled.restricts is not None:
        return compiled.restricts, None
    question = compiled.rule.site_question
    answer = context.answer(question) if question is not None else None
    places = [Place(fact.site, fact.side) for fact in because if isinstance(fact, Fact)]
    found = restricted_at(compiled.rule, places, None if answer is None else answer.value, context.catalog)
    return found, question if answer is None and any(one.assumed for one in found) else None


def restricted_at(
    rule: Rule, facts: Iterable[Place], reported: str | float | None, catalog: Catalog
) -> tuple[Restricted, ...]:
    """What a rule restricts whose facts are at these places; ``reported`` is the answer to its site question."""
    places = _places(rule, facts, reported, catalog)
    asks_site = _asks_for_site(rule, catalog)
    found: dict[Restricted, None] = {}
    for one in rule.restricts:
        if one.side != "from-fact":
            found[filled_in(one)] = None
            continue
        for place in places:
            for regions, within in _regions(one.regions, place if asks_site else Place(None, None), catalog):
                assumed = place.side is None or (asks_site and place.site is None)
                found[filled_in(one, regions, within, place.side or "both", assumed)] = None
    return tuple(found)


def _places(rule: Rule, facts: Iterable[Place], answer: str | float | None, catalog: Catalog) -> tuple[Place, ...]:
    """Every place the facts and the answer name; one unknown place where they name none."""
    reported = _place_reported(answer, catalog)
    if reported is not None:
        return tuple(
            dict.fromkeys((reported, *(one for one in facts if not _reported_of(one, reported, rule, catalog))))
        )
    return tuple(dict.fromkeys(facts)) or (Place(None, None),)


def _reported_of(fact: Place, reported: Place, rule: Rule, catalog: Catalog) -> bool:
    """Whether the answer already says where a fact's place is: the side agrees, and the fact names no place of its own
    that the rule is about (a mastectomy on the left, and the answer *left arm*)."""
    if fact.side is None:
        return True
    if reported.side not in (fact.side, "both"):
        return False
    about = {
        one for restricted in rule.restricts for name in restricted.regions for one in catalog.regions[name].fallback
    }
    return fact.site is None or not any(fact.site in catalog.region_below[one] for one in about)


def _place_reported(answer: str | float | None, catalog: Catalog) -> Place | None:
    """``left``, ``left-arm``, ``lower-back``; ``several`` or ``elsewhere`` stand for the widest place, both sides."""
    if not isinstance(answer, str) or answer in ("yes", "no"):
        return None
    side, _, site = answer.partition("-")
    for known in _SIDES:
        if side == known:
            return Place(site or None, known) if site in catalog.regions or not site else Place(None, known)
    return Place(answer if answer in catalog.regions else None, "both")


def _asks_for_site(rule: Rule, catalog: Catalog) -> bool:
    """Whether the site matters besides the side: not where the question asks for the side alone."""
    question = catalog.questions.get(rule.site_question) if rule.site_question else None
    return question is None or any(choice not in _SIDES for choice in question.answers)


def _regions(names: Iterable[str], place: Place, catalog: Catalog) -> list[tuple[tuple[str, ...], str | None]]:
    """The regions of a body that the names stand for at a place, with what narrows them."""
    found: list[tuple[tuple[str, ...], str | None]] = []
    for name in names:
        row = catalog.regions[name]
        if row.kind != "relative":
            found.append(((name,), None))
        elif place.site is None:
            found.append((row.fallback or (WHOLE_BODY,), None))
        elif row.exact:
            found.append(((place.site,), None))
        else:
            found.append(_narrowed(row.fallback or (WHOLE_BODY,), place.site, catalog))
    return found


def _narrowed(fallback: tuple[str, ...], site: str, catalog: Catalog) -> tuple[tuple[str, ...], str | None]:
    """Of the places a relative region may be, those that the site touches.

    A place that holds the site stands whole (the arm, for a forearm); one that the site cuts is narrowed to it (the
    spine, at the lower back). Where the site touches none, both it and all of them are meant.
    """
    if fallback == (WHOLE_BODY,):
        return (site,), None
    points = catalog.region_points[site]
    holding = tuple(
        name
        for name in fallback
        if site in catalog.region_below[name]
        or (catalog.regions[name].kind == "zone" and points and points <= catalog.region_points[name])
    )
    if holding:
        return holding, None
    cut = tuple(name for name in fallback if not points.isdisjoint(catalog.region_points[name]))
    return (cut, site) if cut else ((*fallback, site), None)
