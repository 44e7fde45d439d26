"""Why a rule says what it says: its tree with the truth of each leaf and the facts behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

import msgspec

from deqi.errors import InputError
from deqi.knowledge.rules import Rule
from deqi.people.facts import Answer, Fact, Person
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.reference import judge_leaves, truth_of
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.findings import Assessment
from deqi.safety.needling.plan import Plan
from deqi.safety.rules.catalog import Branch, Catalog
from deqi.safety.rules.truth import Truth

Word = Literal["yes", "no", "unknown", "not applicable"]
_WORDS: dict[Truth, Word] = {Truth.YES: "yes", Truth.NO: "no", Truth.UNKNOWN: "unknown"}


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One node of a rule's tree, top down; ``depth`` is its distance from the root.

    ``what`` is ``all of``, ``any of`` or the leaf as the rule states it; ``decides`` says whether the rule's truth
    rests on it.
    """

    depth: int
    what: str
    truth: Word
    decides: bool
    because: tuple[Fact | Answer, ...] = ()
    disputed: tuple[Fact | Answer, ...] = ()
    asks: tuple[str, ...] = ()


def explain(
    catalog: Catalog, person: Person, as_of: dt.date, rule_id: str, plan: Plan | None = None
) -> tuple[Explained, ...]:
    """The tree of one rule for one person, node by node.

    Raises:
        InputError: no such rule.
    """
    rule = next((one for one in catalog.rules if one.rule.id == rule_id), None)
    if rule is None:
        raise InputError(f"{rule_id!r}: no such rule; `deqi assess --json` names the rules that fired or are open.")
    verdicts = judge_leaves(Context(catalog, person, as_of, plan))
    truths = [verdict.truth for verdict in verdicts]
    return tuple(_nodes(rule.trigger, catalog, verdicts, truths, 0, truth_of(rule.trigger, truths)))


def known_part(catalog: Catalog, person: Person, as_of: dt.date, rule_id: str) -> tuple[Fact | Answer, ...]:
    """The facts and answers that make a part of a rule true, though the rule is not decided; empty when none does."""
    nodes = explain(catalog, person, as_of, rule_id)
    return tuple(dict.fromkeys(fact for node in nodes if node.truth == "yes" for fact in node.because))


class HalfMet(msgspec.Struct, frozen=True):
    """A rule that could bar somebody and is not decided, of which a part is on record; what it waits for."""

    rule: Rule
    because: tuple[Fact | Answer, ...]
    waits: tuple[str, ...]


def half_met(catalog: Catalog, person: Person, result: Assessment) -> tuple[HalfMet, ...]:
    """The undecided rules that could bar this person and of which a part is on record already, worst first."""
    begun = [
        one
        for one in catalog.rules
        if one.precludes and one.rule.stage == "booking" and result.states[one.rule.id] == "unknown"
    ]
    return tuple(
        HalfMet(
            one.rule,
            because,
            tuple(question.question for question in result.questions if one.rule.id in question.decides),
        )
        for one in sorted(begun, key=lambda one: one.sort_key)
        if (because := known_part(catalog, person, result.as_of, one.rule.id))
    )


def _nodes(
    node: Branch | int,
    catalog: Catalog,
    verdicts: list[Verdict],
    truths: list[Truth],
    depth: int,
    wanted: Truth | None,
) -> Iterator[Explained]:
    """``wanted`` is the rule's truth while every node above has it, else None."""
    truth = truth_of(node, truths)
    decides = truth is wanted
    if isinstance(node, int):
        verdict = verdicts[node]
        yield Explained(
            depth=depth,
            what=leaf_words(catalog, node),
            truth=_WORDS[truth] if verdict.applicable else "not applicable",
            decides=decides,
            because=verdict.because,
            disputed=verdict.disputed,
            asks=verdict.asks,
        )
        return
    yield Explained(depth=depth, what="all of" if node.every else "any of", truth=_WORDS[truth], decides=decides)
    for child in node.children:
        yield from _nodes(child, catalog, verdicts, truths, depth + 1, wanted if decides else None)


def leaf_words(catalog: Catalog, number: int) -> str:
    """The leaf as the rule states it, with the values in force of its settings."""
    leaf = catalog.leaves[number]
    parts = []
    for name, value in msgspec.structs.asdict(leaf).items():
        if value in (None, (), False):
            continue
        if isinstance(value, str) and value.startswith("@"):
            value = f"{catalog.value(value):g} ({value})"
        elif isinstance(value, tuple):
            value = ", ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in value)
        elif isinstance(value, float):
            value = f"{value:g}"
        parts.append(f"{name.replace('_', ' ')} {value}")
    return f"{type(leaf).__name__.lower()}: {', '.join(parts)}"
