"""Rules with one thing changed, to see whether a conformance case notices.

Three kinds of change: the comparison is turned round, the window is made all but endless or next to nothing, the code
set is replaced by one that matches nothing. An answer leaf has its answers turned round instead.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import msgspec

from deqi.knowledge.rules import AllOf, AnyOf, Node, Rule, parse_trigger
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.reference import JUDGES
from deqi.safety.rules.truth import Truth

TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": ">"}
NOTHING = "a-set-that-matches-nothing"
ENDLESS, NEXT_TO_NOTHING = 36500, 0


class Mutant(msgspec.Struct, frozen=True):
    """One changed rule: which leaf, what was changed, and the tree that came of it."""

    rule: str
    leaf: int
    change: str
    trigger: Node

    def __str__(self) -> str:
        return f"{self.rule}, leaf {self.leaf}: {self.change}"


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every rule that differs from this one in one thing."""
    count = len(list(_leaves(rule.when)))
    for number in range(count):
        leaf = list(_leaves(rule.when))[number]
        for change, edit in _edits(leaf):
            tree = copy.deepcopy(rule.when)
            for one in [list(_leaves(tree))[number], *_twins(leaf, tree, edit)]:
                one.update(edit)
            yield Mutant(rule.id, number, change, parse_trigger(tree))


def _twins(leaf: dict[str, Any], tree: dict[str, Any], edit: dict[str, Any]) -> list[dict[str, Any]]:
    """A range is two leaves on one measurement: their window is one window."""
    if "within_days" not in edit or "observation" not in leaf:
        return []
    return [one for one in _leaves(tree) if one.get("observation") == leaf["observation"]]


def _leaves(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "leaf" in tree:
        yield tree
        return
    for branch in next(iter(tree.values())):
        yield from _leaves(branch)


def _edits(leaf: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if leaf.get("op") in TURNED:
        yield "comparison turned round", {"op": TURNED[leaf["op"]]}
    if "within_days" in leaf:
        yield "window endless", {"within_days": ENDLESS}
    if isinstance(leaf.get("within_days"), str) or leaf.get("within_days", 0) >= 1:
        yield "window next to nothing", {"within_days": NEXT_TO_NOTHING}
    if "set" in leaf:
        yield "code set without codes", {"set": NOTHING}
    if leaf["leaf"] == "answer":
        among = leaf.get("among", ["yes"])
        yield "answers turned round", {"among": [{"yes": "no", "no": "yes"}.get(one, "another") for one in among]}


def truth(node: Node, context: Context) -> Truth:
    """The truth of a tree, by plain Kleene logic over the reference leaves."""
    if isinstance(node, AllOf):
        return min(truth(branch, context) for branch in node.branches)
    if isinstance(node, AnyOf):
        return max(truth(branch, context) for branch in node.branches)
    return JUDGES[type(node)](node, context).truth
