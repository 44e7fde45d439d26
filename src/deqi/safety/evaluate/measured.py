"""Leaves about results: numbers and coded results."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from deqi.knowledge.leaves import Coded, Observation
from deqi.people.dates import DateRange, day
from deqi.people.facts import Answer, Fact
from deqi.safety.evaluate.answers import Found, answered_yes, denied, from_record, given, still_to_ask, unrecorded
from deqi.safety.evaluate.applies import compare
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.semantics import CODED
from deqi.safety.rules.truth import Truth

DECIMALS = 9
"""Conversion by a factor leaves dust beyond this: 100.4 [degF] is 38 Cel."""
_OBSERVATION = ("observation",)


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """One result, judged by itself; ``truth`` is None where it cannot be read."""

    when: DateRange | None
    truth: Truth | None
    of: Fact | Answer


def observation(leaf: Observation, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Observation`.

    Of the dated results the latest count: all that are not certainly earlier than another. The more hazardous of them
    decides when it lies in the window; a hazardous one that does not leaves the leaf unknown, and so does one without
    a date. One that cannot be read, among the latest or without a date, silences every older safe result.
    """
    readings = _readings(leaf, context)
    if not readings:
        return unrecorded(context, leaf.ask, leaf.gate)
    border = context.as_of - dt.timedelta(days=context.catalog.value(leaf.within_days))
    latest = _latest([one for one in readings if one.when is not None])
    fresh = [one for one in latest if _in(one, border)]
    undated = [one for one in readings if one.when is None and one.truth is not Truth.NO]
    unread = [one for one in (*latest, *undated) if one.truth is None]
    truth = max((one.truth for one in fresh if one.truth is not None), default=None)
    if unread and truth is not Truth.YES and _spoke(readings, border):
        truth, fresh = Truth.YES, [one for one in readings if _in(one, border)]
    doubted = [*unread, *(one for one in undated if one.truth is not None)]
    maybe = _facts([*doubted, *(one for one in latest if one.truth is Truth.UNKNOWN)])
    if truth is Truth.YES:
        return Verdict(Truth.YES, tuple(one.of for one in fresh if one.truth is Truth.YES), maybe=maybe)
    held = any(one.truth in (Truth.YES, Truth.UNKNOWN) for one in latest if not _in(one, border))
    if truth is Truth.NO and not held and not doubted:
        deciding = tuple(one.of for one in fresh if one.truth is Truth.NO)
        if all(isinstance(one, Answer) for one in deciding) or context.readable(_OBSERVATION):
            return Verdict(Truth.NO, deciding)
    if answered_yes(context, leaf.ask) is Truth.YES:
        return Verdict(Truth.YES, given(context, leaf.ask), maybe=maybe)
    if not doubted and truth is not Truth.UNKNOWN and _denied(leaf, context, unsafe=held):
        return Verdict(Truth.NO, given(context, leaf.ask) or given(context, leaf.gate))
    if (held or doubted) and leaf.ask is not None and context.to_ask(leaf.ask):
        return Verdict(Truth.UNKNOWN, asks=(leaf.ask,), maybe=maybe)
    return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, leaf.ask, leaf.gate), maybe=maybe)


def _spoke(readings: list[Reading], border: dt.date) -> bool:
    """Whether a hazardous result lies in the window, be it the latest or not."""
    return any(one.truth is Truth.YES and _in(one, border) for one in readings)


def _in(one: Reading, border: dt.date) -> bool:
    return one.when is not None and one.when.earliest >= border


def _denied(leaf: Observation, context: Context, *, unsafe: bool) -> bool:
    """Whether an answer no settles it.

    Where a hazardous result from before the window stands on the record only a newer result does, or the direct
    question of the day itself ("fever today?"), which is one.
    """
    if not unsafe:
        return denied(context, leaf.ask, leaf.gate)
    question = context.catalog.questions.get(leaf.ask) if leaf.ask else None
    if question is None or question.stage != "session":
        return False
    answer = context.answer(question.question)
    return answer is not None and answer.value == "no"


def _readings(leaf: Observation, context: Context) -> list[Reading]:
    """Every result of the kind. One that cannot be read is passed over where a number was told of its day or later."""
    readings = []
    for fact in context.facts(leaf.observation):
        if fact.kind == "observation" and fact.state not in ("refuted", "planned"):
            truth = None if fact.value_missing else _judge(leaf, context, fact.value, fact.unit, fact.comparator)
            if fact.state != "present" and truth is not Truth.YES:
                truth = None  # perhaps withdrawn: only what is hazardous speaks
            readings.append(Reading(fact.start or fact.recorded, truth, fact))
    for fact in context.doubted(leaf.observation):
        if fact.kind == "observation" and fact.state not in ("refuted", "planned"):
            readings.append(Reading(fact.start or fact.recorded, None, fact))
    answer = context.answer(leaf.ask) if leaf.ask else None
    if answer is not None and isinstance(answer.value, float | int):
        unit = answer.unit or context.catalog.questions[answer.question].unit
        truth = _judge(leaf, context, float(answer.value), unit, "")
        if truth is not None:
            when = answer.given or day(context.as_of)
            readings = [one for one in readings if one.truth is not None or not _settles(when, one, context.as_of)]
            readings.append(Reading(when, truth, answer))
    return readings


def _settles(when: DateRange, unread: Reading, as_of: dt.date) -> bool:
    last = as_of if unread.when is None else min(unread.when.latest, as_of)
    return when.earliest >= last and (unread.when is None or unread.when.on_or_before(as_of))


def _judge(leaf: Observation, context: Context, value: float | None, unit: str, comparator: str) -> Truth | None:
    """Whether a value satisfies the leaf; None where it is no plausible number in a known unit."""
    if value is None:
        return None
    kind = context.catalog.observations[leaf.observation]
    number = context.catalog.units.convert(value, unit, leaf.unit, leaf.observation)
    plausible = context.catalog.units.convert(value, unit, kind.unit, leaf.observation)
    if number is None or plausible is None or not _plausible(kind.plausible_low, plausible, kind.plausible_high):
        return None
    limit = leaf.value if isinstance(leaf.value, tuple) else context.catalog.value(leaf.value)
    return judge_number(round(number, DECIMALS), comparator, leaf.op, limit)


def _plausible(low: float | None, value: float, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def judge_number(number: float, comparator: str, op: str, limit: float | tuple[float, float]) -> Truth:
    """Whether a number, perhaps only known as less or more than itself, satisfies a comparison."""
    if isinstance(limit, tuple):
        low = judge_number(number, comparator, ">=", limit[0])
        return min(low, judge_number(number, comparator, "<", limit[1]))
    if not comparator:
        return Truth.YES if compare(op, number, limit) else Truth.NO
    if op == "=":
        return Truth.UNKNOWN
    bounded_above = comparator in ("<", "<=")
    if bounded_above == (op in ("<", "<=")):
        inside = number < limit or (number == limit and (comparator == "<" or op in ("<=", ">=")))
        beyond = number > limit or (number == limit and (comparator == ">" or op in ("<=", ">=")))
        return Truth.YES if (inside if bounded_above else beyond) else Truth.UNKNOWN
    outside = number < limit or (number == limit and (comparator == "<" or op == ">"))
    above = number > limit or (number == limit and (comparator == ">" or op == "<"))
    return Truth.NO if (outside if bounded_above else above) else Truth.UNKNOWN


def _latest(readings: list[Reading]) -> list[Reading]:
    """Those that are not certainly earlier than another (`DateRange.before`), of all at once: there may be thousands.

    Two instants are compared as such, anything else by its days.
    """
    times = [one.when for one in readings if one.when is not None]
    instant = max((one.instant for one in times if one.instant is not None), default=None)
    timeless = max((one.earliest for one in times if one.instant is None), default=None)
    day = max((one.earliest for one in times), default=None)
    return [one for one in readings if one.when is not None and not _earlier(one.when, instant, timeless, day)]


def _earlier(when: DateRange, instant: dt.datetime | None, timeless: dt.date | None, day: dt.date | None) -> bool:
    """Whether it is before the last instant, or before the last day of those it is compared with by days."""
    if when.instant is None:
        return day is not None and when.latest < day
    before = instant is not None and when.instant < instant
    return before or (timeless is not None and when.latest < timeless)


def coded(leaf: Coded, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Coded`."""
    facts, doubted = context.facts(leaf.observation), context.doubted(leaf.observation)
    if not facts and not doubted:
        return unrecorded(context, leaf.ask, leaf.gate)
    days = context.catalog.value(leaf.within_days)
    border = context.as_of - dt.timedelta(days=days)
    unread = set(map(id, doubted))
    readings = [
        Reading(fact.start or fact.recorded, None if id(fact) in unread else _value_in(leaf, fact), fact)
        for fact in (*facts, *doubted)
        if fact.kind == "observation" and fact.state not in ("refuted", "planned")
    ]
    found = Found(context.as_of)
    for one in _latest([one for one in readings if one.when is not None]):
        if isinstance(one.of, Fact):
            found.add(one.of, CODED[one.truth, "in" if _in(one, border) else "before"])
    for one in readings:
        if one.when is None and isinstance(one.of, Fact):
            found.add(one.of, CODED[one.truth, "none"])
    if found.empty:
        return unrecorded(context, leaf.ask, leaf.gate)
    return from_record(context, leaf.ask, leaf.gate, found, readable=context.readable(_OBSERVATION))


def _value_in(leaf: Coded, fact: Fact) -> Truth:
    """Whether a coded result is one of the set; unknown for a value of which nobody can tell."""
    sets = {match.set for match in fact.value_sets}
    if leaf.set in sets:
        return Truth.YES
    return Truth.NO if leaf.denied_by in sets and fact.state == "present" else Truth.UNKNOWN


def _facts(readings: Iterable[Reading]) -> tuple[Fact, ...]:
    return tuple(one.of for one in readings if isinstance(one.of, Fact))
