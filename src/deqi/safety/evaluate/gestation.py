"""The leaf about weeks of pregnancy."""

from __future__ import annotations

import dataclasses

from deqi.knowledge.leaves import Gestation
from deqi.people.dates import DateRange, day
from deqi.people.facts import Answer, Fact
from deqi.safety.evaluate.answers import denied, still_to_ask
from deqi.safety.evaluate.context import Context, both
from deqi.safety.evaluate.measured import DECIMALS, judge_number
from deqi.safety.evaluate.recorded import LONGEST_PREGNANCY_DAYS
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
    """See :class:`deqi.knowledge.leaves.Gestation`; weeks are carried forward to ``as_of``."""
    known = weeks_known(context, leaf.ask)
    if not known:
        if context.not_applicable(leaf.ask) or denied(context, leaf.ask, None):
            return Verdict(Truth.NO)
        return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, leaf.ask, None))
    last = max(known, key=lambda one: (one.when.latest, isinstance(one.of, Answer)))
    low = last.low * 7 + (context.as_of - last.when.latest).days
    high = last.high * 7 + (context.as_of - last.when.earliest).days
    if low > LONGEST_PREGNANCY_DAYS:
        return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, leaf.ask, None))
    ends = [judge_number(float(int(round(days, DECIMALS) // 7)), "", leaf.op, leaf.value) for days in (low, high)]
    truth = both([one is Truth.YES for one in ends])
    if truth is Truth.NO and isinstance(last.of, Fact) and not context.readable(("observation",)):
        truth = Truth.UNKNOWN
    if truth is Truth.UNKNOWN:
        return Verdict(truth, asks=still_to_ask(context, leaf.ask, None))
    return Verdict(truth, (last.of,))


def weeks_known(context: Context, ask: str) -> list[Weeks]:
    """What results, codes and the answer to ``ask`` say of the weeks."""
    known = []
    for fact in context.facts("gestational-age"):
        if fact.kind == "observation" and fact.value is not None and fact.state not in ("refuted", "planned"):
            weeks = context.catalog.units.convert(fact.value, fact.unit, "wk", "gestational-age")
            if weeks is not None and fact.start is not None and not fact.comparator:
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
