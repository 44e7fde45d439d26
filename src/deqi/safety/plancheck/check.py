"""The plan check: every needling of a plan against the hazards of its point and the rules that hold for this person.

The result is data; sentences about it are for the report. See ``docs/plan.md``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from deqi.people.facts import Person
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.planned import needle_count
from deqi.safety.evaluate.reference import judge_leaves
from deqi.safety.findings import Assessment, assess
from deqi.safety.needling.anatomy import classes_of, hazard_rows
from deqi.safety.needling.depth import Body, body_of, reach_of
from deqi.safety.needling.plan import STATUSES, CheckedNeedling, Line, Needling, NeedlingStatus, Plan
from deqi.safety.plancheck.held import OpenQuestion, held, open_questions
from deqi.safety.plancheck.merge import Hit, merged, sort_key
from deqi.safety.plancheck.place import DEPTH_LINES, own_line, place_lines
from deqi.safety.plancheck.rules import open_hits, rule_hits, session_lines
from deqi.safety.rules.catalog import Catalog

HEADLINE = 3
"""Most lines in a headline: alarm fatigue is a hazard too."""
_UNSAFE: tuple[NeedlingStatus, ...] = ("omit", "change")
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
BY_HAND = "manual-needling"


@dataclasses.dataclass(frozen=True)
class Told:
    """A line and the needlings it is about; none for one about the session as a whole."""

    line: Line
    needlings: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class PlanCheck:
    """What the plan check says.

    ``headline`` are the worst lines over the whole plan, at most three, and ``left_out`` how many more there are.
    ``session`` are lines about needles, practitioner, visit and dose. ``without`` is the plan again without what must
    be omitted or changed. ``body`` is what of the person decides how deep is too deep; ``open`` are the open questions
    about the person, with what each holds up.
    """

    as_of: dt.date
    edition: str
    plan: Plan
    needlings: tuple[CheckedNeedling, ...]
    session: tuple[Line, ...]
    headline: tuple[Told, ...]
    left_out: int
    counts: Mapping[NeedlingStatus, int]
    needles_in: int
    without: Plan
    needles_in_without: int
    body: Body
    open: tuple[OpenQuestion, ...]
    assessment: Assessment
    alternatives: Mapping[int, tuple[Alternative, ...]] = dataclasses.field(default_factory=dict)
    """What passes in place of a needling that is left out or changed, by its number."""


@dataclasses.dataclass(frozen=True)
class Alternative:
    """A needling that passes in place of another, and what joins the two (a nerve, protocol ids)."""

    needling: Needling
    why: Literal["same-place", "same-region", "same-nerve", "same-protocols"]
    shared: tuple[str, ...]


def check_plan(catalog: Catalog, person: Person, plan: Plan, as_of: dt.date) -> PlanCheck:
    """Judge a plan for one person on one day."""
    context = Context(catalog, person, as_of, plan)
    assessment = assess(catalog, person, as_of, plan)
    body = body_of(context)
    hits = [
        [Hit(number, line, depth=line.id in DEPTH_LINES) for line in place_lines(number, plan, catalog, body)]
        for number in range(len(plan.needlings))
    ]
    session: list[Line] = []
    verdicts = judge_leaves(context)
    compiled = {one.rule.id: one for one in catalog.rules}
    for finding in assessment.findings:
        session += session_lines(finding, compiled[finding.rule.id], plan, catalog)
        for hit in rule_hits(finding, compiled[finding.rule.id], context, verdicts):
            hits[hit.number].append(hit)
    undecided = [
        rule for rule in catalog.rules if rule.rule.stage == "plan" and assessment.states[rule.rule.id] == "unknown"
    ]
    for numbers, line in open_hits(undecided, verdicts, catalog):
        for number in numbers:
            hits[number].append(Hit(number, line))
        if not numbers:
            session.append(line)
    for one in held(assessment, context):
        for number in one.numbers:
            hits[number].append(Hit(number, one.line))
        if not one.numbers:
            session.append(one.line)
    session = merged([Hit(-1, line) for line in session])
    if not plan.needlings:
        session = [own_line(catalog, "no-points")]
    needlings = tuple(_checked(number, one, hits[number], catalog, body) for number, one in enumerate(plan.needlings))
    told = _told(needlings, session)
    without = _without(plan, needlings)
    return PlanCheck(
        as_of=as_of,
        edition=catalog.edition,
        plan=plan,
        needlings=needlings,
        session=tuple(session),
        headline=told[:HEADLINE],
        left_out=max(len(told) - HEADLINE, 0),
        counts=Counter(one.status for one in needlings),
        needles_in=needle_count(plan, catalog),
        without=without,
        needles_in_without=needle_count(without, catalog),
        body=body,
        open=open_questions(needlings, session, {name: row.stage for name, row in catalog.questions.items()}),
        assessment=assessment,
    )


def _checked(number: int, one: Needling, hits: list[Hit], catalog: Catalog, body: Body) -> CheckedNeedling:
    lines = merged(hits)
    reach = reach_of(one, hazard_rows(one, catalog), catalog, body)
    by_side: dict[str, NeedlingStatus] = {}
    if one.side == "both":
        by_side = {side: _worst(line.status for line in lines if line.side in ("", side)) for side in _SIDES}
    return CheckedNeedling(
        point=one.place,
        side=one.side or "",
        status=_worst(line.status for line in lines),
        findings=tuple(name for line in lines for name in (line.id, *line.also)),
        number=number,
        segment=one.segment,
        by_side=by_side if len(set(by_side.values())) > 1 else {},
        lines=tuple(lines),
        hazards=_hazards(one, hits, catalog),
        limit_mm=reach.least if one.technique in catalog.atlas.invasive else None,
        depth_mm=reach.mm,
    )


def _hazards(one: Needling, hits: list[Hit], catalog: Catalog) -> tuple[str, ...]:
    """The classes of what can be hurt: at the place, by the technique, by the rules met."""
    found = set(catalog.atlas.technique_hazards[one.technique])
    if one.technique in catalog.atlas.invasive:
        found |= classes_of(hazard_rows(one, catalog))
    for hit in hits:
        found |= catalog.named_hazards.get(hit.line.id, frozenset())
    return tuple(name for name in catalog.atlas.kinds if name in found)


def _worst(statuses: Iterable[NeedlingStatus]) -> NeedlingStatus:
    return min(statuses, key=STATUSES.index, default="ok")


def _told(needlings: tuple[CheckedNeedling, ...], session: list[Line]) -> tuple[Told, ...]:
    """Every line over the whole plan that asks for something, with the needlings it is about; the worst first.

    What is left out for another reason needs no second one.
    """
    about: dict[tuple[str, str], tuple[Line, list[int]]] = {(line.id, line.status): (line, []) for line in session}
    for one in needlings:
        for line in one.lines:
            if line.status == "omit" or _still_done(one, line.side):
                about.setdefault((line.id, line.status), (line, []))[1].append(one.number)
    told = [Told(line, tuple(dict.fromkeys(numbers))) for line, numbers in about.values() if line.status != "ok-note"]
    return tuple(sorted(told, key=_rank))


def _still_done(one: CheckedNeedling, side: str) -> bool:
    """Whether a needling is not left out, at least on one of the sides a line is about."""
    statuses = [status for of, status in one.by_side.items() if side in ("", of)]
    return any(status != "omit" for status in statuses or (one.status,))


def _rank(told: Told) -> tuple[int, int, int, int]:
    """The worst first; what is only to be written down, by how many needles it is about."""
    status, severity = sort_key(told.line)
    return status, 0 if told.line.status == "ask" else severity, -len(told.needlings), severity


def _without(plan: Plan, needlings: tuple[CheckedNeedling, ...]) -> Plan:
    """The plan without needlings (or sides of them) that must be omitted or changed.

    Current goes with its pair: a needle that keeps no partner is done by hand.
    """
    kept: list[Needling] = []
    for one, checked in zip(plan.needlings, needlings, strict=True):
        safe = [side for side in _SIDES if checked.by_side.get(side, checked.status) not in _UNSAFE]
        if len(safe) == len(_SIDES):
            kept.append(one)
        elif len(safe) == 1 and one.side == "both":
            kept.append(msgspec.structs.replace(one, side=safe[0]))
    pairs = tuple(
        pair for pair in plan.pairs if _kept(kept, pair.start, pair.start_side) and _kept(kept, pair.end, pair.end_side)
    )
    paired = {point for pair in plan.pairs for point in (pair.start, pair.end)}
    still = {point for pair in pairs for point in (pair.start, pair.end)}
    by_hand = tuple(
        msgspec.structs.replace(one, technique=BY_HAND) if one.place in paired - still else one for one in kept
    )
    return msgspec.structs.replace(plan, needlings=by_hand, pairs=pairs)


def _kept(kept: list[Needling], point: str, side: str | None) -> bool:
    return any(one.place == point and (side is None or one.side in (side, "both", None)) for one in kept)
