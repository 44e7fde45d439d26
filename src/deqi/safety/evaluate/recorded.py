"""Leaves about what is on the record: conditions, procedures, devices, allergies, medicines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from deqi.knowledge.leaves import Medication, Recorded
from deqi.people.dates import DateRange
from deqi.people.facts import Fact, is_stale
from deqi.safety.evaluate.answers import from_record, unrecorded
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.truth import Truth

LONGEST_PREGNANCY_DAYS = 294
OPEN_AT_MOST_DAYS: Mapping[str, int] = {"pregnancy": LONGEST_PREGNANCY_DAYS}
"""A record of these sets that was never closed says nothing after so many days: 42 weeks of pregnancy (default, not
clinician-reviewed)."""


def recorded(leaf: Recorded, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Recorded`."""
    facts = context.facts(leaf.set)
    if facts:
        facts = [fact for fact in facts if fact.kind in leaf.kinds and fact.state != "planned"]
    if not facts:
        return unrecorded(context, leaf.ask, leaf.gate, silence_is_no=context.silence_is_no(leaf.set, leaf.kinds))
    days = None if leaf.within_days is None else context.catalog.value(leaf.within_days)
    found = _Found(facts, [_there(leaf, fact, context.as_of, days) for fact in facts])
    # A record from before the window is no evidence that the thing did not come back: only a denial is.
    denying = found.gone and (days is None or len(found.refuted) == len(facts))
    return _settled(leaf, leaf.kinds, context, found, denying)


def medication(leaf: Medication, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Medication`.

    A stopped medicine says nothing of the other medicines of its set: it is no evidence of absence. One recorded as
    not taken is.
    """
    facts = context.facts(leaf.set)
    if facts:
        facts = [fact for fact in facts if fact.kind == "medication" and fact.state != "planned"]
    if not facts:
        return unrecorded(context, leaf.ask, leaf.gate, silence_is_no=context.silence_is_no(leaf.set, ("medication",)))
    days = None if leaf.within_days is None else context.catalog.value(leaf.within_days)
    found = _Found(facts, [_taken(fact, context.as_of, days) for fact in facts])
    return _settled(leaf, ("medication",), context, found, len(found.refuted) == len(facts))


class _Found:
    """The facts of a leaf's set, each judged: those that hold, those that are denials, and whether none may hold."""

    __slots__ = ("facts", "gone", "present", "refuted")

    def __init__(self, facts: list[Fact], truths: list[Truth]) -> None:
        self.facts = facts
        self.present = tuple([fact for fact, truth in zip(facts, truths, strict=True) if truth is Truth.YES])
        self.refuted = tuple([fact for fact in facts if fact.state == "refuted"])
        self.gone = max(truths) is Truth.NO


def _settled(
    leaf: Recorded | Medication, kinds: tuple[str, ...], context: Context, found: _Found, denying: bool
) -> Verdict:
    return from_record(
        context,
        leaf.ask,
        leaf.gate,
        present=found.present,
        absent=tuple(found.facts) if denying and context.readable(kinds) else (),
        disputed=found.refuted,
        silence_is_no=found.gone and context.silence_is_no(leaf.set, kinds),
    )


def _there(leaf: Recorded, fact: Fact, as_of: dt.date, days: float | None) -> Truth:
    """Whether a recorded thing makes the leaf true."""
    holds = _holds(fact, as_of, leaf.ever)
    if holds is Truth.YES and leaf.set in OPEN_AT_MOST_DAYS and _open_too_long(fact, as_of, leaf.set):
        return Truth.UNKNOWN
    if days is not None and holds is not Truth.NO:
        holds = min(holds, _begun_within(fact, as_of, days))
    return holds


def _holds(fact: Fact, as_of: dt.date, ever: bool) -> Truth:
    """Whether a recorded thing is there on the day (or ever was)."""
    match fact.state:
        case "refuted":
            return Truth.NO
        case "present":
            ended = fact.end is not None and fact.end.latest <= as_of and fact.kind != "procedure"
            return Truth.YES if ever or not ended else Truth.NO
        case "past":
            return Truth.YES if ever else _not_yet_over(fact.end, as_of)
        case "inactive":
            return Truth.YES if ever else Truth.UNKNOWN
        case _:
            return Truth.UNKNOWN


def _taken(fact: Fact, as_of: dt.date, days: float | None) -> Truth:
    """Whether a medicine is being taken on the day, or was within so many days of it."""
    if fact.state == "refuted":
        return Truth.NO
    if fact.state == "present" and (fact.end is None or fact.end.latest >= as_of):
        return Truth.UNKNOWN if fact.stale_active or is_stale(fact, as_of) else Truth.YES
    if fact.state not in ("past", "present"):
        return Truth.UNKNOWN
    on_the_day = _not_yet_over(fact.end, as_of)
    if days is None or on_the_day is Truth.YES:
        return on_the_day
    return _within(fact.end or fact.start or fact.recorded, as_of, days)


def _not_yet_over(end: DateRange | None, as_of: dt.date) -> Truth:
    """Whether something that is over by now still held on the day."""
    if end is None or end.latest <= as_of:
        return Truth.NO
    return Truth.YES if end.earliest > as_of else Truth.UNKNOWN


def _open_too_long(fact: Fact, as_of: dt.date, code_set: str) -> bool:
    began = fact.start or fact.recorded
    return began is not None and (as_of - began.latest).days > OPEN_AT_MOST_DAYS[code_set]


def _begun_within(fact: Fact, as_of: dt.date, days: float) -> Truth:
    """Whether it began within so many days; when only the day of writing is known, it began then or earlier."""
    if fact.start is not None:
        return _within(fact.start, as_of, days)
    return min(Truth.UNKNOWN, _within(fact.recorded, as_of, days))


def _within(when: DateRange | None, as_of: dt.date, days: float) -> Truth:
    """Whether a date lies within so many days before ``as_of``; unknown when it is missing or too vague."""
    if when is None:
        return Truth.UNKNOWN
    border = as_of - dt.timedelta(days=days)
    if when.latest < border:
        return Truth.NO
    return Truth.YES if when.earliest >= border else Truth.UNKNOWN
