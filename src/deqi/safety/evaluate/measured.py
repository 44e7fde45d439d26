"""Leaves about results: numbers and coded results."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

from deqi.knowledge.leaves import Coded, Observation
from deqi.people.dates import DateRange, day
from deqi.people.facts import Answer, Fact
from deqi.safety.evaluate.answers import answered_yes, denied, from_record, given, still_to_ask, unrecorded
from deqi.safety.evaluate.applies import compare
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.truth import Truth

DECIMALS = 9
"""Conversion by a factor leaves dust beyond this: 100.4 [degF] is 38 Cel."""
SAME_TIME = dt.timedelta(days=2)
"""Days apart on the calendars of two places are more than this only if the instants are in the same order."""
_OBSERVATION = ("observation",)


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """One result, judged by itself."""

    when: DateRange
    truth: Truth
    of: Fact | Answer


def observation(leaf: Observation, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Observation`.

    A result without a plausible number in a known unit decides nothing. Of the others the latest count: all that are
    not certainly earlier than another. The more hazardous of them decides when it lies in the window; a hazardous one
    that does not, or that has no date, leaves the leaf unknown. An older safe result says nothing.
    """
    dated, undated = _readings(leaf, context)
    if not dated and not undated:
        return unrecorded(context, leaf.ask, leaf.gate)
    border = context.as_of - dt.timedelta(days=context.catalog.value(leaf.within_days))
    latest = _latest(dated)
    fresh = [one for one in latest if one.when.earliest >= border]
    truth = max((one.truth for one in fresh), default=None)
    held = any(one.truth is not Truth.NO for one in latest if one.when.earliest < border)
    held = held or (truth is None and any(one is not Truth.NO for one in undated))
    deciding = tuple(one.of for one in fresh if one.truth is truth)
    if truth is Truth.YES:
        return Verdict(Truth.YES, deciding)
    if truth is Truth.NO and not held:
        answered = all(isinstance(one, Answer) for one in deciding)
        if answered or context.readable(_OBSERVATION):
            return Verdict(Truth.NO, deciding)
    if answered_yes(context, leaf.ask) is Truth.YES:
        return Verdict(Truth.YES, given(context, leaf.ask))
    if _denied(leaf, context, unsafe=held or truth is Truth.UNKNOWN):
        return Verdict(Truth.NO, given(context, leaf.ask) or given(context, leaf.gate))
    if held and leaf.ask is not None and leaf.ask not in context.answers:
        return Verdict(Truth.UNKNOWN, asks=(leaf.ask,))
    return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, leaf.ask, leaf.gate))


def _denied(leaf: Observation, context: Context, *, unsafe: bool) -> bool:
    """Whether an answer no settles it.

    Where a result that is or may be hazardous stands on the record only a newer result does, or the direct question of
    the day itself ("fever today?"), which is one.
    """
    if not unsafe:
        return denied(context, leaf.ask, leaf.gate)
    question = context.catalog.questions.get(leaf.ask) if leaf.ask else None
    if question is None or question.stage != "session":
        return False
    answer = context.answer(question.question)
    return answer is not None and answer.value == "no"


def _readings(leaf: Observation, context: Context) -> tuple[list[Reading], list[Truth]]:
    """Every usable result of the kind, with its date; and what those without a date say."""
    dated, undated = [], []
    for fact in context.facts(leaf.observation):
        if fact.kind != "observation" or fact.state in ("refuted", "planned") or fact.value_missing:
            continue
        truth = _judge(leaf, context, fact.value, fact.unit, fact.comparator)
        when = fact.start or fact.recorded
        if truth is None:
            continue
        if when is None:
            undated.append(truth)
        else:
            dated.append(Reading(when, truth, fact))
    answer = context.answer(leaf.ask) if leaf.ask else None
    if answer is not None and isinstance(answer.value, float | int):
        unit = answer.unit or context.catalog.questions[answer.question].unit
        truth = _judge(leaf, context, float(answer.value), unit, "")
        if truth is not None:
            dated.append(Reading(answer.given or day(context.as_of), truth, answer))
    return dated, undated


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
    """Those that are not certainly earlier than another.

    What lies days before the last one is passed over first: a chart may hold hundreds of readings.
    """
    if len(readings) > 1:
        border = max(one.when.earliest for one in readings) - SAME_TIME
        readings = [one for one in readings if one.when.latest >= border]
    return [one for one in readings if not any(one.when.before(other.when) for other in readings)]


def coded(leaf: Coded, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Coded`."""
    facts = context.facts(leaf.observation)
    if not facts:
        return unrecorded(context, leaf.ask, leaf.gate)
    border = context.as_of - dt.timedelta(days=context.catalog.value(leaf.within_days))
    readings = []
    for fact in facts:
        when = fact.start or fact.recorded
        if fact.kind == "observation" and fact.state not in ("refuted", "planned") and when is not None:
            readings.append(Reading(when, _value_in(leaf.set, fact, context), fact))
    latest = [one for one in _latest(readings) if one.when.earliest >= border]
    settled = bool(latest) and all(one.truth is Truth.NO for one in latest) and context.readable(_OBSERVATION)
    return from_record(
        context,
        leaf.ask,
        leaf.gate,
        present=_facts(one for one in latest if one.truth is Truth.YES),
        absent=_facts(latest) if settled else (),
    )


def _value_in(code_set: str, fact: Fact, context: Context) -> Truth:
    """Whether a coded result is one of a set; unknown for a value of which nobody can tell."""
    if any(match.set == code_set for match in fact.value_sets):
        return Truth.YES
    if any(context.catalog.index.covers(code_set, coding.system) for coding in fact.value_codes):
        return Truth.NO
    return Truth.UNKNOWN


def _facts(readings: Iterable[Reading]) -> tuple[Fact, ...]:
    return tuple(one.of for one in readings if isinstance(one.of, Fact))
