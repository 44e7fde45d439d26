"""Leaves about what is on the record: conditions, procedures, devices, allergies, medicines."""

from __future__ import annotations

import datetime as dt

from deqi.knowledge.leaves import Medication, Recorded
from deqi.people.dates import DateRange
from deqi.people.facts import Fact
from deqi.safety.answers import from_record
from deqi.safety.context import Context
from deqi.safety.truth import Truth
from deqi.safety.verdict import Verdict


def recorded(leaf: Recorded, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Recorded`."""
    facts = [fact for fact in context.facts(leaf.set) if fact.kind in leaf.kinds and fact.state != "planned"]
    days = None if leaf.within_days is None else context.catalog.value(leaf.within_days)
    present, absent = [], []
    for fact in facts:
        holds = _holds(fact, context.as_of, leaf.ever)
        if days is not None and holds is Truth.YES:
            holds = min(holds, _since(fact.start, context.as_of, days))
            if holds is Truth.NO:
                continue
        if holds is Truth.YES:
            present.append(fact)
        elif holds is Truth.NO and (days is None or fact.state == "refuted"):
            absent.append(fact)
    return from_record(
        context,
        leaf.ask,
        leaf.screen,
        present=present,
        absent=absent if len(absent) == len(facts) else [],
        complete=not facts and _complete(context, leaf.set, leaf.kinds),
    )


def medication(leaf: Medication, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Medication`.

    A stopped medicine says nothing of the other medicines of its set: it is no evidence of absence. One recorded as
    not taken is.
    """
    facts = [fact for fact in context.facts(leaf.set) if fact.kind == "medication" and fact.state != "planned"]
    days = None if leaf.within_days is None else context.catalog.value(leaf.within_days)
    present, absent = [], []
    for fact in facts:
        if _taken(fact, context.as_of, days) is Truth.YES:
            present.append(fact)
        elif fact.state == "refuted":
            absent.append(fact)
    return from_record(
        context,
        leaf.ask,
        leaf.screen,
        present=present,
        absent=absent if len(absent) == len(facts) else [],
        complete=not facts and _complete(context, leaf.set, ("medication",)),
    )


def _holds(fact: Fact, as_of: dt.date, ever: bool) -> Truth:
    """Whether a recorded thing is there on the day (or ever was)."""
    match fact.state:
        case "refuted":
            return Truth.NO
        case "present":
            ended = fact.end is not None and fact.end.latest <= as_of and fact.kind != "procedure"
            return Truth.YES if ever or not ended else Truth.NO
        case "past":
            if ever or (fact.end is not None and fact.end.earliest > as_of):
                return Truth.YES
            return Truth.NO
        case "inactive":
            return Truth.YES if ever else Truth.UNKNOWN
        case _:
            return Truth.UNKNOWN


def _taken(fact: Fact, as_of: dt.date, days: float | None) -> Truth:
    """Whether a medicine is being taken on the day, or was within so many days of it."""
    if fact.state == "refuted":
        return Truth.NO
    ended = fact.end is not None and fact.end.latest < as_of
    if fact.state == "present" and not ended:
        return Truth.UNKNOWN if fact.stale_active else Truth.YES
    if fact.state == "past" and fact.end is not None and fact.end.earliest > as_of:
        return Truth.YES
    if days is not None and fact.state in ("past", "present"):
        return _since(fact.end or fact.start or fact.recorded, as_of, days)
    return Truth.UNKNOWN


def _since(when: DateRange | None, as_of: dt.date, days: float) -> Truth:
    """Whether a date lies within so many days before ``as_of``; unknown when it is missing or too vague."""
    if when is None:
        return Truth.UNKNOWN
    border = as_of - dt.timedelta(days=days)
    if when.latest < border:
        return Truth.NO
    return Truth.YES if when.earliest >= border else Truth.UNKNOWN


def _complete(context: Context, code_set: str, kinds: tuple[str, ...]) -> bool:
    """Whether silence means absence: lists declared complete, readable, and in systems the set has codes for."""
    person = context.person
    return all(
        kind in person.complete
        and kind not in person.unreadable
        and all((code_set, system) in context.catalog.covered for system in context.systems(kind))
        for kind in kinds
    )
