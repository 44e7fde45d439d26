"""The reference evaluator: plain Python, one person, slow to read nothing and quick to check.

Every distinct leaf is judged once; trees are Kleene *and*/*or* over the verdicts. A leaf decides when it and every
ancestor have the rule's truth.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from deqi.knowledge import leaves as kinds
from deqi.knowledge.leaves import AnyLeaf
from deqi.safety import measured, planned, recorded, spoken
from deqi.safety.catalog import Branch, CompiledRule
from deqi.safety.context import Context
from deqi.safety.truth import Truth
from deqi.safety.verdict import Verdict

Judge = Callable[[Any, Context], Verdict]

JUDGES: dict[type[AnyLeaf], Judge] = {
    kinds.Recorded: recorded.recorded,
    kinds.Medication: recorded.medication,
    kinds.Observation: measured.observation,
    kinds.Coded: measured.coded,
    kinds.Gestation: measured.gestation,
    kinds.Answer: spoken.answer,
    kinds.Age: spoken.age,
    kinds.Sex: spoken.sex,
    kinds.Needling: planned.needling,
    kinds.Needle: planned.needle,
    kinds.Practitioner: planned.practitioner,
    kinds.Session: planned.session,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """A rule's truth and the leaves that decided it."""

    rule: CompiledRule
    truth: Truth
    deciding: tuple[Verdict, ...]


def judge_leaves(context: Context) -> tuple[Verdict, ...]:
    """The verdict on every distinct leaf, in the catalog's order."""
    return tuple(JUDGES[type(leaf)](leaf, context) for leaf in context.catalog.leaves)


def judge_rules(context: Context) -> tuple[Judged, ...]:
    """Every rule's truth; rules that need a plan are left out when there is none."""
    verdicts = judge_leaves(context)
    truths = [verdict.truth for verdict in verdicts]
    return tuple(
        judge_rule(rule, verdicts, truths)
        for rule in context.catalog.rules
        if context.plan is not None or rule.rule.stage != "plan"
    )


def judge_rule(rule: CompiledRule, verdicts: tuple[Verdict, ...], truths: list[Truth]) -> Judged:
    """One rule."""
    truth = _truth(rule.trigger, truths)
    if truth is Truth.NO:
        return Judged(rule, truth, ())
    return Judged(rule, truth, tuple(verdicts[number] for number in _deciding(rule.trigger, truth, truths)))


def _truth(node: Branch | int, truths: list[Truth]) -> Truth:
    if isinstance(node, int):
        return truths[node]
    return (min if node.every else max)(_truth(child, truths) for child in node.children)


def _deciding(node: Branch | int, truth: Truth, truths: list[Truth]) -> list[int]:
    if isinstance(node, int):
        return [node] if truths[node] is truth else []
    if _truth(node, truths) is not truth:
        return []
    return [number for child in node.children for number in _deciding(child, truth, truths)]
