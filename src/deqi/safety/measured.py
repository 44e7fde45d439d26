"""Leaves about results: numbers, coded results, weeks of pregnancy."""

from __future__ import annotations

import dataclasses
import datetime as dt

from deqi.knowledge.leaves import Coded, Gestation, Observation
from deqi.people.dates import DateRange, day
from deqi.people.facts import Answer, Fact
from deqi.safety.answers import cleared, from_record, said, still_to_ask
from deqi.safety.applies import compare
from deqi.safety.context import Context
from deqi.safety.truth import Truth
from deqi.safety.verdict import Verdict

LONGEST_PREGNANCY_WEEKS = 42.0
"""A pregnancy reckoned beyond this is over, or was never closed on the record (default, not clinician-reviewed)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """One usable or unusable result. ``low`` and ``high`` bound the value (equal when exact)."""

    when: DateRange
    truth: Truth
    of: Fact | Answer


def observation(leaf: Observation, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Observation`."""
    readings = _readings(leaf, context)
    border = context.as_of - dt.timedelta(days=context.catalog.value(leaf.within_days))
    recent = [reading for reading in readings if reading.when.earliest >= border]
    older = [reading for reading in readings if reading.when.earliest < border]
    if recent:
        latest = _latest(recent)
        truth = max(reading.truth for reading in latest)
        if truth is not Truth.UNKNOWN:
            return Verdict(truth, tuple(reading.of for reading in latest if reading.truth is truth))
    answered = said(context, leaf.ask)
    if answered is Truth.YES:
        return Verdict(Truth.YES, (context.answers[leaf.ask],) if leaf.ask else ())
    held = bool(older) and any(reading.truth is not Truth.NO for reading in _latest(older))
    if not recent and not held and cleared(context, leaf.ask, leaf.screen):
        return Verdict(Truth.NO)
    return Verdict(
        Truth.UNKNOWN, asks=(leaf.ask,) if held and leaf.ask else still_to_ask(context, leaf.ask, leaf.screen)
    )


def _readings(leaf: Observation, context: Context) -> list[Reading]:
    """Every result of the kind, each judged by itself; a result that cannot be used is unknown."""
    found = []
    for fact in context.facts(leaf.observation):
        when = fact.start or fact.recorded
        if fact.kind == "observation" and fact.state not in ("refuted", "planned") and when is not None:
            if fact.value_missing:
                continue
            found.append(Reading(when, _judge(leaf, context, fact.value, fact.unit, fact.comparator), fact))
    answer = context.answer(leaf.ask) if leaf.ask else None
    if answer is not None and isinstance(answer.value, float | int):
        unit = answer.unit or context.catalog.questions[answer.question].unit
        found.append(
            Reading(answer.given or day(context.as_of), _judge(leaf, context, float(answer.value), unit, ""), answer)
        )
    return found


def _judge(leaf: Observation, context: Context, value: float | None, unit: str, comparator: str) -> Truth:
    if value is None:
        return Truth.UNKNOWN
    kind = context.catalog.observations[leaf.observation]
    number = context.catalog.units.convert(value, unit, leaf.unit, leaf.observation)
    if number is None:
        return Truth.UNKNOWN
    plausible = context.catalog.units.convert(value, unit, kind.unit, leaf.observation)
    if plausible is None or not (
        (kind.plausible_low is None or plausible >= kind.plausible_low)
        and (kind.plausible_high is None or plausible <= kind.plausible_high)
    ):
        return Truth.UNKNOWN
    limit = leaf.value if isinstance(leaf.value, tuple) else context.catalog.value(leaf.value)
    return judge_number(number, comparator, leaf.op, limit)


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
    """Those that are not certainly earlier than another."""
    return [one for one in readings if not any(one.when.before(other.when) for other in readings)]


def coded(leaf: Coded, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Coded`."""
    border = context.as_of - dt.timedelta(days=context.catalog.value(leaf.within_days))
    readings = []
    for fact in context.facts(leaf.observation):
        when = fact.start or fact.recorded
        if fact.kind == "observation" and when is not None and when.earliest >= border:
            if any(match.set == leaf.set for match in fact.value_sets):
                truth = Truth.YES
            elif any((leaf.set, coding.system) in context.catalog.covered for coding in fact.value_codes):
                truth = Truth.NO
            else:
                truth = Truth.UNKNOWN
            readings.append(Reading(when, truth, fact))
    latest = _latest(readings)
    present = [reading.of for reading in latest if reading.truth is Truth.YES]
    settled = latest and all(reading.truth is Truth.NO for reading in latest)
    return from_record(
        context,
        leaf.ask,
        leaf.screen,
        present=[one for one in present if isinstance(one, Fact)],
        absent=[reading.of for reading in latest if isinstance(reading.of, Fact)] if settled else [],
        complete=False,
    )


def gestation(leaf: Gestation, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Gestation`; weeks are carried forward to ``as_of``."""
    known = []
    for fact in context.facts("gestational-age"):
        if fact.kind == "observation" and fact.value is not None and fact.start is not None:
            weeks = context.catalog.units.convert(fact.value, fact.unit, "wk", "gestational-age")
            if weeks is not None:
                known.append((fact.start, weeks, fact))
    answer = context.answer(leaf.ask)
    if answer is not None and isinstance(answer.value, float | int):
        known.append((answer.given or day(context.as_of), float(answer.value), answer))  # type: ignore[arg-type]
    if not known:
        if context.applies(leaf.ask) is Truth.NO:
            return Verdict(Truth.NO)
        return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, leaf.ask, None))
    when, weeks, of = max(known, key=lambda one: one[0].latest)
    now = weeks + (context.as_of - when.latest).days / 7
    if now > LONGEST_PREGNANCY_WEEKS:
        return Verdict(Truth.UNKNOWN, asks=(leaf.ask,))
    limit = leaf.value
    return Verdict(judge_number(float(int(now)), "", leaf.op, limit), (of,))
