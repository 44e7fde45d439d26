"""The leaf about weeks of pregnancy."""

from __future__ import annotations

import dataclasses

from deqi.knowledge.leaves import Gestation
from deqi.knowledge.thresholds import thresholds
from deqi.people.dates import DateRange, day
from deqi.people.facts import Answer, Fact
from deqi.safety.evaluate.answers import denied, still_to_ask
from deqi.safety.evaluate.context import Context, both
from deqi.safety.evaluate.measured import DECIMALS, judge_number
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.truth import Truth

WEEKS_QUESTION = "pregnancy-weeks"
WEEKS_KNOWN_QUESTION = "pregnancy-weeks-known"
"""Answered yes by itself once the weeks are recorded or told, as the date of birth is by the record."""


@dataclasses.dataclass(frozen=True, slots=True)
class Weeks:
    """Weeks of pregnancy on a day: at least ``low``, at most ``high``."""

    when: DateRange
    low: float
    high: float
    of: Fact | Answer


def gestation(leaf: Gestation, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Gestation`; weeks are carried forward to ``as_of``.

    Of several that cannot be told apart in time each speaks, and the more hazardous stands.
    """
    known = weeks_known(context, leaf.ask)
    if not known:
        if context.not_applicable(leaf.ask) or denied(context, leaf.ask, None):
            return Verdict(Truth.NO)
        return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, leaf.ask, None))
    last = [one for one in known if not any(one.when.before(other.when) for other in known)]
    truths = [_carried(one, leaf, context) for one in last]
    truth = max(truths)
    if truth is Truth.NO and (_unread_since(last, context) or not _proven(last, context)):
        truth = Truth.UNKNOWN
    if truth is Truth.UNKNOWN:
        return Verdict(truth, asks=still_to_ask(context, leaf.ask, None))
    return Verdict(truth, tuple(one.of for one, its in zip(last, truths, strict=True) if its is truth))


def _carried(one: Weeks, leaf: Gestation, context: Context) -> Truth:
    low = one.low * 7 + (context.as_of - one.when.latest).days
    high = one.high * 7 + (context.as_of - one.when.earliest).days
    if low > thresholds().longest_pregnancy_days:
        return Truth.UNKNOWN
    ends = [judge_number(float(int(round(days, DECIMALS) // 7)), "", leaf.op, leaf.value) for days in (low, high)]
    return both([end is Truth.YES for end in ends])


def _proven(last: list[Weeks], context: Context) -> bool:
    """Whether nothing that could not be read may say otherwise."""
    return all(isinstance(one.of, Answer) for one in last) or context.readable(("observation",))


def _unread_since(last: list[Weeks], context: Context) -> bool:
    """Whether weeks that could not be read may be newer than all that could."""
    for fact in (*context.facts("gestational-age"), *context.doubted("gestational-age")):
        if fact.kind != "observation" or fact.state in ("refuted", "planned") or _weeks_of(fact, context) is not None:
            continue
        when = fact.start or fact.recorded
        if when is None or not any(when.before(one.when) for one in last):
            return True
    return False


def _weeks_of(fact: Fact, context: Context) -> float | None:
    """The weeks of a result that can be used."""
    if fact.value is None or fact.comparator or fact.start is None or not fact.start.on_or_before(context.as_of):
        return None
    return context.catalog.units.convert(fact.value, fact.unit, "wk", "gestational-age")


def weeks_known(context: Context, ask: str) -> list[Weeks]:
    """What results, codes and the answer to ``ask`` say of the weeks."""
    known = []
    for fact in context.facts("gestational-age"):
        if fact.kind == "observation" and fact.state not in ("refuted", "planned"):
            weeks = _weeks_of(fact, context)
            if weeks is not None and fact.start is not None:
                known.append(Weeks(fact.start, weeks, weeks, fact))
    for fact in context.facts("pregnancy"):
        when = fact.recorded or fact.start
        for coding in fact.codes:
            range_of = _weeks_of_code(coding.system, coding.code)
            if range_of is not None and when is not None and fact.state == "present":
                known.append(Weeks(when, *range_of, fact))
    answer = context.answer(ask)
    if answer is not None and isinstance(answer.value, float | int):
        weeks = float(answer.value)
        known.append(Weeks(answer.given or day(context.as_of), weeks, weeks, answer))
    return known


def _weeks_of_code(system: str, code: str) -> tuple[float, float] | None:
    """Completed weeks that an ICD-10-CM code says: Z3A.08 to Z3A.42 by number, Z3A.01 less than 8."""
    digits = code.upper().replace(".", "").removeprefix("Z3A")
    if system != "icd10cm" or digits == code.upper() or not digits.isdigit():
        return None
    weeks = int(digits)
    return (0.0, 7.0) if weeks == 1 else (float(weeks), float(weeks)) if 8 <= weeks <= 42 else None
