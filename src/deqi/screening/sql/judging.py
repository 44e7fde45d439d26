"""From leaves to rules: truth, what decides, states, candidacy, and the pairs that become findings and questions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

import ibis
import ibis.expr.types as ir
import msgspec

from deqi.safety.findings import asks_first, restricts_something
from deqi.safety.rules.catalog import Branch, CompiledRule
from deqi.safety.rules.restrict import _asks_for_site
from deqi.screening.sql.bits import Numbering, has
from deqi.screening.sql.layout import MARKED, Layout, asked_by
from deqi.screening.sql.persons import Asking
from deqi.screening.sql.verdicts import Asks

NO, UNKNOWN, YES, SUPERSEDED, CLEARED = range(5)
STATES = ("no", "unknown", "yes", "superseded", "cleared")
"""The words for the numbers in which states are kept."""


def leaf_column(number: int) -> str:
    """Where a leaf's truth is kept."""
    return f"leaf:{number}"


def rule_column(rule: CompiledRule) -> str:
    """Where a rule's truth is kept."""
    return f"rule:{rule.rule.id}"


def state_column(rule: CompiledRule) -> str:
    """Where a rule's state is kept, as a number."""
    return f"state:{rule.rule.id}"


class Nodes:
    """The branches below the rules' roots, each kept once in a column of its own."""

    def __init__(self, rules: Iterable[CompiledRule]) -> None:
        self.numbering = Numbering()
        for rule in rules:
            if isinstance(rule.trigger, Branch):
                for child in rule.trigger.children:
                    self._enter(child)

    def _enter(self, node: Branch | int) -> None:
        if isinstance(node, Branch):
            for child in node.children:
                self._enter(child)
            self.numbering.index(node)

    def columns(self, table: ir.Table) -> dict[str, ir.BooleanValue]:
        """The truth of every branch; SQL's *and* and *or* are Kleene's."""
        return {self._column(node): self._evaluate(node, table) for node in self.numbering}

    def truth(self, node: Branch | int, table: ir.Table) -> ir.BooleanValue:
        """The truth of a rule, from the columns of its leaves and branches."""
        return self._evaluate(node, table) if isinstance(node, Branch) else table[leaf_column(node)]

    def _evaluate(self, node: Branch, table: ir.Table) -> ir.BooleanValue:
        parts = [
            table[leaf_column(child)] if isinstance(child, int) else self._evaluate(child, table)
            for child in node.children
        ]
        return ibis.and_(*parts) if node.every else ibis.or_(*parts)

    def _column(self, node: Branch) -> str:
        return f"node:{self.numbering.index(node)}"

    def deciding(self, rule: CompiledRule, table: ir.Table, *, unknown: bool) -> dict[int, ir.BooleanValue]:
        """For each leaf of a rule that is itself yes (or unknown): whether it and every node above it are, too."""
        return self._below(rule, table, lambda value: value.isnull() if unknown else value.fill_null(False))

    def alive(self, rule: CompiledRule, table: ir.Table) -> dict[int, ir.BooleanValue]:
        """For each leaf of a rule: whether neither it nor any node above it is no."""
        return self._below(rule, table, lambda value: value.fill_null(True))

    def _below(
        self, rule: CompiledRule, table: ir.Table, holds: Callable[[ir.BooleanValue], ir.BooleanValue]
    ) -> dict[int, ir.BooleanValue]:
        found: dict[int, ir.BooleanValue] = {}

        def walk(node: Branch | int, above: tuple[ir.BooleanValue, ...]) -> None:
            if isinstance(node, int):
                all_of = ibis.and_(*above) if above else ibis.literal(True)
                found[node] = found[node] | all_of if node in found else all_of
                return
            for child in node.children:
                value = table[leaf_column(child) if isinstance(child, int) else self._column(child)]
                walk(child, (*above, holds(value)))

        walk(rule.trigger, ())
        return found


def states(layout: Layout, nodes: Nodes, table: ir.Table) -> dict[str, ir.IntegerValue]:
    """What becomes of every rule before others replace it."""
    found: dict[str, ir.IntegerValue] = {}
    for rule in layout.rules:
        value = table[rule_column(rule)]
        state = ibis.cases((value.isnull(), UNKNOWN), (value, YES), else_=NO)
        if rule.rule.clearance is not None:
            cleared = has(table, "cleared", layout.cleared.index(rule.rule.id))
            after = list(_not_covered(layout, nodes, rule, table))
            if after:
                cleared = cleared & ~ibis.or_(*after)
            state = (value.fill_null(False) & cleared).ifelse(CLEARED, state)
        found[state_column(rule)] = state.cast("int8")
    return found


def _not_covered(layout: Layout, nodes: Nodes, rule: CompiledRule, table: ir.Table) -> Iterator[ir.BooleanValue]:
    """What makes a rule true, or may, and came after the finding that would clear it; see
    `deqi.safety.findings._is_cleared`."""
    for number, alive in nodes.alive(rule, table).items():
        leaf = layout.leaf(number)
        holds = table[leaf_column(number)].fill_null(False)
        question = asked_by(leaf)
        if (rule.rule.id, number) in layout.newer:
            yield alive & has(table, "newer", layout.newer.index((rule.rule.id, number)))
            holds = holds & ~has(table, "yes", layout.leaves.index(number))
        if question is not None:
            yield alive & holds & has(table, "newer_answer", layout.newer_answer.index((rule.rule.id, question)))


def replaced(layout: Layout, table: ir.Table) -> dict[str, ir.IntegerValue]:
    """The states once rules that fired have replaced others."""
    by_id = {rule.rule.id: rule for rule in layout.rules}
    found: dict[str, ir.IntegerValue] = {}
    for rule in layout.rules:
        state = table[state_column(rule)]
        above = [by_id[name] for name in rule.rule.superseded_by if name in by_id]
        if above:
            standing = ibis.or_(*(table[state_column(one)] == YES for one in above))
            state = (state.isin([YES, UNKNOWN]) & standing).ifelse(SUPERSEDED, state).cast("int8")
        found[state_column(rule)] = state
    return found


def candidacies(layout: Layout, table: ir.Table) -> dict[str, ir.Value]:
    """Candidacy as it stands, and if no open answer gave cause for concern; see `deqi.safety.findings.candidacy`."""

    def any_in(rules: Iterable[CompiledRule], state: int) -> ir.BooleanValue:
        held = [table[state_column(rule)] == state for rule in rules]
        return ibis.or_(*held) if held else ibis.literal(False)

    contraindications = [one for one in layout.rules if any(part.everything for part in one.rule.restricts)]
    stop = any_in(
        (one for one in contraindications if one.rule.severity == "absolute" and one.rule.verified != "no"), YES
    )
    sign = any_in((one for one in contraindications if one.rule.severity in ("absolute", "relative")), YES)
    ask = any_in((one for one in layout.rules if asks_first(one.rule)), UNKNOWN)
    change = any_in(
        (one for one in layout.rules if one.rule.severity != "information" and restricts_something(one.rule)), YES
    )
    worst = [(stop, "not-a-candidate"), (sign, "sign-off")]
    mildest = [(change, "with-changes")]
    return {
        "candidacy": ibis.cases(*worst, (ask, "ask-first"), *mildest, else_="candidate"),
        "if_clear": ibis.cases(*worst, *mildest, else_="candidate"),
    }


class Fired(msgspec.Struct, frozen=True):
    """A leaf that made a rule a finding."""

    rule_index: int
    """The rule's index among the rules in use."""
    leaf: int


class Asked(msgspec.Struct, frozen=True):
    """A question that is open because of a rule: an undecided one, or one that fired and could be narrowed."""

    rule_index: int
    question: str
    fired: bool


Key = TypeVar("Key")


@dataclasses.dataclass(frozen=True)
class Pairs(Generic[Key]):
    """Numbered keys, each with the condition on a person's row under which it holds."""

    keys: list[Key] = dataclasses.field(default_factory=list)
    when: list[ir.BooleanValue] = dataclasses.field(default_factory=list)

    def add(self, key: Key, when: ir.BooleanValue) -> None:
        """One more."""
        self.keys.append(key)
        self.when.append(when)

    def listed(self) -> ir.ArrayValue:
        """The numbers of the keys that hold."""
        numbers = [
            when.ifelse(ibis.literal(number, "int16"), ibis.null("int16")) for number, when in enumerate(self.when)
        ]
        return ibis.array(numbers).filter(lambda number: number.notnull())


def fired(layout: Layout, nodes: Nodes, table: ir.Table) -> Pairs[Fired]:
    """Which leaves made which rules findings."""
    pairs: Pairs[Fired] = Pairs()
    for rule_index, rule in enumerate(layout.rules):
        holds = table[state_column(rule)] == YES
        for number, decides in nodes.deciding(rule, table, unknown=False).items():
            pairs.add(Fired(rule_index, number), holds & decides)
    return pairs


def doubting(layout: Layout, table: ir.Table) -> Pairs[int]:
    """The leaves that are not no and that a record may make true."""
    pairs: Pairs[int] = Pairs()
    for number in layout.leaves:
        pairs.add(number, table[leaf_column(number)].fill_null(True) & has(table, "doubt", layout.leaves.index(number)))
    return pairs


def asked(layout: Layout, nodes: Nodes, asks: Mapping[int, Asks], asking: Asking) -> Pairs[Asked]:
    """Which questions are open because of which rules; ``asks`` by leaf."""
    table = asking.table
    pairs: Pairs[Asked] = Pairs()
    for rule_index, rule in enumerate(layout.rules):
        found: dict[str, ir.BooleanValue] = {}
        unsettled = table[state_column(rule)] == UNKNOWN
        for number, decides in nodes.deciding(rule, table, unknown=True).items():
            for question, when in asks.get(number, {}).items():
                _add(found, question, unsettled & decides & when)
        for question, here in found.items():
            pairs.add(Asked(rule_index, question, fired=False), here)
        for question, here in _narrowing(layout, nodes, rule, asking).items():
            pairs.add(Asked(rule_index, question, fired=True), here)
    return pairs


def _add(found: dict[str, ir.BooleanValue], question: str, here: ir.BooleanValue) -> None:
    found[question] = found[question] | here if question in found else here


def _narrowing(layout: Layout, nodes: Nodes, rule: CompiledRule, asking: Asking) -> dict[str, ir.BooleanValue]:
    """The questions that would clear a finding, or say where it is; see `deqi.safety.rules.restrict.restrictions`."""
    table = asking.table
    found: dict[str, ir.BooleanValue] = {}
    fires = table[state_column(rule)] == YES
    if rule.rule.clearance is not None:
        found[rule.rule.clearance.question] = fires & ~asking.refused(rule.rule.clearance.question)
    placed = any(one.side == "from-fact" and one.regions for one in rule.rule.restricts)
    question = rule.rule.site_question
    if placed and question is not None:
        by_site = _asks_for_site(rule.rule, layout.catalog)
        facts, vague = [], []
        for number, decides in nodes.deciding(rule, table, unknown=False).items():
            if isinstance(layout.leaf(number), MARKED):
                index = layout.leaves.index(number)
                facts.append(decides & has(table, "fact", index))
                nowhere = has(table, "no_side", index)
                vague.append(decides & (nowhere | has(table, "no_site", index) if by_site else nowhere))
        open_ = ~ibis.or_(*facts) | ibis.or_(*vague) if facts else ibis.literal(True)
        _add(found, question, fires & ~asking.sure(question) & open_)
    return found
