"""The reference evaluator: plain Python, one person, slow to read nothing and quick to check.

Every distinct leaf is judged once; trees are Kleene *and*/*or* over the verdicts. A leaf decides when it and every
ancestor have the rule's truth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from deqi.knowledge import leaves as kinds
from deqi.knowledge.leaves import AnyLeaf
from deqi.safety.evaluate import answered, gestation, measured, planned, recorded
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.catalog import Branch, CompiledRule
from deqi.safety.rules.truth import Truth

Judge = Callable[[Any, Context], Verdict]

JUDGES: dict[type[AnyLeaf], Judge] = {
    kinds.Recorded: recorded.recorded,
    kinds.Medication: recorded.medication,
    kinds.Observation: measured.observation,
    kinds.Coded: measured.coded,
    kinds.Gestation: gestation.gestation,
    kinds.Answer: answered.answer,
    kinds.Age: answered.age,
    kinds.Sex: answered.sex,
    kinds.Needling: planned.needling,
    kinds.Needle: planned.needle,
    kinds.Practitioner: planned.practitioner,
    kinds.Session: planned.session,
}


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A rule's truth and the verdicts that decided it (none for a rule that is no)."""

    rule: CompiledRule
    truth: Truth
    deciding: tuple[Verdict, ...]


def judge_leaves(context: Context) -> list[Verdict]:
    """The verdict on every distinct leaf, in the catalog's order.

    Most leaves are about something that is neither recorded nor answered; those need no judge.
    """
    affected_questions, on_record, doubted = context.affected_questions, context.recorded_sets, context.doubted_sets
    if context.person.complete:
        return [JUDGES[type(leaf)](leaf, context) for leaf in context.catalog.leaves]
    return [
        job.default_verdict
        if job.default_verdict is not None
        and job.about not in on_record
        and job.about not in doubted
        and job.ask not in affected_questions
        and job.gate not in affected_questions
        else JUDGES[type(job.leaf)](job.leaf, context)
        for job in context.catalog.jobs
    ]


def judge_rules(context: Context, verdicts: list[Verdict]) -> list[Judged]:
    """Every rule's truth from the verdicts on the leaves; rules about a plan are left out when there is none."""
    truths = [verdict.truth for verdict in verdicts]
    with_plan = context.plan is not None
    return [
        judge_rule(rule, verdicts, truths) for rule in context.catalog.rules if with_plan or rule.rule.stage != "plan"
    ]


def judge_rule(rule: CompiledRule, verdicts: list[Verdict], truths: list[Truth]) -> Judged:
    """One rule."""
    trigger = rule.trigger
    if isinstance(trigger, int):
        truth = truths[trigger]
        return Judged(rule, truth, () if truth is Truth.NO else (verdicts[trigger],))
    truth = truth_of(trigger, truths)
    if truth is Truth.NO:
        return Judged(rule, truth, ())
    return Judged(rule, truth, tuple([verdicts[number] for number in deciding(trigger, truth, truths)]))


def truth_of(node: Branch | int, truths: list[Truth]) -> Truth:
    """Kleene truth of a node: *and* ends at the first no, *or* at the first yes."""
    if isinstance(node, int):
        return truths[node]
    end, result = (Truth.NO, Truth.YES) if node.every else (Truth.YES, Truth.NO)
    for child in node.children:
        truth = truths[child] if isinstance(child, int) else truth_of(child, truths)
        if truth is end:
            return end
        if truth is Truth.UNKNOWN:
            result = truth
    return result


def deciding(node: Branch, truth: Truth, truths: list[Truth]) -> list[int]:
    """The leaves that have the truth of the rule, as has every node above them; ``node`` has it."""
    found: list[int] = []
    for child in node.children:
        if isinstance(child, int):
            if truths[child] is truth:
                found.append(child)
        elif truth_of(child, truths) is truth:
            found += deciding(child, truth, truths)
    return found
