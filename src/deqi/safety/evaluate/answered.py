"""Leaves about answers, age and sex."""

from __future__ import annotations

from deqi.knowledge.leaves import Age, Answer, Sex
from deqi.safety.evaluate.answers import answered_yes, still_to_ask
from deqi.safety.evaluate.context import BIRTH_QUESTION, SEX_QUESTION, Context, both, yes_or_no
from deqi.safety.evaluate.gestation import WEEKS_KNOWN_QUESTION, WEEKS_QUESTION, weeks_known
from deqi.safety.evaluate.measured import judge_number
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.truth import Truth


def answer(leaf: Answer, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Answer`."""
    given = context.answer(leaf.question)
    if given is not None:
        return Verdict(yes_or_no(str(given.value) in leaf.among), (given,))
    if leaf.question == WEEKS_KNOWN_QUESTION and weeks_known(context, WEEKS_QUESTION):
        return Verdict(yes_or_no("yes" in leaf.among))
    lapsed = context.lapsed(leaf.question)
    if not lapsed and (context.not_applicable(leaf.question) or answered_yes(context, leaf.gate) is Truth.NO):
        return Verdict(Truth.NO)
    return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, leaf.question, leaf.gate))


def age(leaf: Age, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Age`."""
    ages = context.ages()
    if ages is None:
        return Verdict(Truth.UNKNOWN, asks=(BIRTH_QUESTION,))
    truths = [judge_number(float(years), "", leaf.op, leaf.value) is Truth.YES for years in ages]
    if isinstance(leaf.value, tuple) and not any(truths) and ages[0] < leaf.value[0] and ages[1] >= leaf.value[1]:
        return Verdict(Truth.UNKNOWN, asks=(BIRTH_QUESTION,))
    truth = both(truths)
    return Verdict(truth, asks=(BIRTH_QUESTION,) if truth is Truth.UNKNOWN else ())


def sex(leaf: Sex, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Sex`."""
    recorded = context.sex()
    if recorded is None:
        return Verdict(Truth.UNKNOWN, asks=(SEX_QUESTION,))
    return Verdict(yes_or_no(recorded in leaf.among))
