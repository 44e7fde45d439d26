"""What an undecided rule about the person holds up: the needlings it could restrict, or the whole session.

Doubt never clears: a booking rule of at least caution that nobody has decided, and that could restrict this technique,
place or depth, makes a needling *ask*. A rule that would restrict everything, the session, needles or the practitioner
is counted once. Rules of the day wait for the day.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from deqi.safety.evaluate.context import Context
from deqi.safety.findings import Assessment
from deqi.safety.needling.plan import CheckedNeedling, Line, Plan
from deqi.safety.plancheck.rules import NEEDLING_TECHNIQUES, line_of, side_hit
from deqi.safety.rules.catalog import CompiledRule
from deqi.safety.rules.restrict import restrictions
from deqi.safety.rules.restricted import Restricted


@dataclasses.dataclass(frozen=True)
class Held:
    """An undecided rule: the needlings it could restrict (none: the session as a whole), and the line that asks."""

    numbers: tuple[int, ...]
    line: Line


@dataclasses.dataclass(frozen=True)
class OpenQuestion:
    """One question that is open: how many rules wait for it, and which needlings it holds up."""

    question: str
    rules: tuple[str, ...]
    needlings: tuple[int, ...]
    whole: bool
    """Whether it also holds up everything: a rule that would restrict all of it, or the session."""


def held(assessment: Assessment, context: Context) -> Iterator[Held]:
    """Every undecided rule about the person that could restrict something of the plan."""
    plan = context.plan
    if plan is None:
        return
    waits: dict[str, list[str]] = {}
    for one in assessment.questions:
        for name in one.decides:
            waits.setdefault(name, []).append(one.question)
    for compiled in context.catalog.rules:
        rule = compiled.rule
        if assessment.states[rule.id] != "unknown" or rule.severity == "information" or not _counts(compiled, context):
            continue
        asks = tuple(waits.get(rule.id, ()))
        if not asks:
            continue
        asked = " ".join(context.catalog.questions[question].plain for question in asks)
        line = msgspec.structs.replace(line_of(rule, "ask", asks=asks), plain=asked)
        restricts, _ = restrictions(compiled, (), context)
        numbers = tuple(
            number
            for number, needling in enumerate(plan.needlings)
            if any(_local(one) and side_hit(one, {}, number, needling, context) is not None for one in restricts)
        )
        if numbers:
            yield Held(numbers, line)
        if any(_whole(one) for one in restricts):
            yield Held((), line)


def is_the_day(plan: Plan, context: Context) -> bool:
    """Whether the plan is for the day it is looked at."""
    return plan.date == context.as_of


def _counts(compiled: CompiledRule, context: Context) -> bool:
    stage = compiled.rule.stage
    plan = context.plan
    return stage == "booking" or (stage == "session" and plan is not None and is_the_day(plan, context))


def _local(one: Restricted) -> bool:
    """Whether a restriction is about a technique, place or depth, and not about all needling."""
    return not (one.advice or one.dose or one.everything or one.matched or _whole(one))


def _whole(one: Restricted) -> bool:
    """Whether a restriction is about everything, the session, or needling wherever it is."""
    placed = one.regions or one.points or one.hazards or one.anticoagulant_avoid
    everywhere = not placed and bool(set(one.techniques) & set(NEEDLING_TECHNIQUES))
    return one.everything or one.dose or everywhere


def open_questions(
    needlings: Iterable[CheckedNeedling], session: Iterable[Line], stages: Mapping[str, str]
) -> tuple[OpenQuestion, ...]:
    """The questions about the person that hold something up, those that hold most first.

    ``stages`` gives the stage of every question: what is only to be written in the plan stands at its needling.
    """
    rules: dict[str, dict[str, None]] = {}
    numbers: dict[str, dict[int, None]] = {}
    whole: set[str] = set()
    for one in needlings:
        for line in one.lines:
            if line.status == "ask":
                for question in line.asks:
                    if stages[question] != "plan":
                        rules.setdefault(question, {}).update(dict.fromkeys((line.id, *line.also)))
                        numbers.setdefault(question, {})[one.number] = None
    for line in session:
        if line.status == "ask":
            for question in line.asks:
                if stages[question] != "plan":
                    rules.setdefault(question, {}).update(dict.fromkeys((line.id, *line.also)))
                    whole.add(question)
    found = [
        OpenQuestion(question, tuple(names), tuple(numbers.get(question, {})), question in whole)
        for question, names in rules.items()
    ]
    return tuple(sorted(found, key=lambda one: (-len(one.needlings), not one.whole, one.question)))
