"""The truth of every leaf as an expression over a person's row, and the questions it puts while unknown."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from deqi.knowledge.leaves import Age, Answer, Coded, Gestation, Medication, Observation, Recorded, Sex
from deqi.safety.evaluate.context import BIRTH_QUESTION, SEX_QUESTION
from deqi.safety.evaluate.gestation import WEEKS_KNOWN_QUESTION, WEEKS_QUESTION
from deqi.screening.sql.bits import has
from deqi.screening.sql.layout import Layout
from deqi.screening.sql.persons import Asking, both, compare, within_both

Asks = dict[str, ir.BooleanValue]
"""Questions, each with whether it is put; it holds only where the leaf is unknown."""

_RESULT = ("observation",)


class Judge:
    """Judges leaves over one table of persons."""

    def __init__(self, layout: Layout, asking: Asking) -> None:
        self._layout = layout
        self._asking = asking
        self._table = asking.table

    def truth(self, number: int) -> ir.BooleanValue:
        """The truth of the leaf of a number; null is unknown."""
        leaf = self._layout.leaf(number)
        match leaf:
            case Recorded():
                return self._on_record(number, leaf.ask, leaf.gate, leaf.kinds, listed=True)
            case Medication():
                return self._on_record(number, leaf.ask, leaf.gate, ("medication",), listed=True)
            case Coded():
                return self._on_record(number, leaf.ask, leaf.gate, _RESULT, listed=False)
            case Observation():
                return self._observation(number, leaf)
            case Gestation():
                return self._gestation(number, leaf)
            case Answer():
                return self._answer(leaf)
            case Age():
                return self._age(leaf)
            case Sex():
                known: ir.BooleanValue = self._table.sex.isin(leaf.among)
                return known
            case _:
                raise TypeError(f"a leaf about a plan: {type(leaf).__name__}")

    def asks(self, number: int) -> Asks:
        """The questions of the leaf of a number."""
        leaf = self._layout.leaf(number)
        match leaf:
            case Recorded() | Medication() | Coded():
                return self._asking.asks(leaf.ask, leaf.gate)
            case Observation():
                return self._result_asks(number, leaf)
            case Gestation():
                return self._asking.asks(leaf.ask, None)
            case Answer():
                return self._asking.asks(leaf.question, leaf.gate)
            case Age():
                return {BIRTH_QUESTION: ibis.literal(True)}
            case _:
                return {SEX_QUESTION: ibis.literal(True)}

    def _flag(self, family: str, number: int) -> ir.BooleanValue:
        return has(self._table, family, self._layout.leaves.index(number))

    def _readable(self, kinds: tuple[str, ...]) -> ir.BooleanValue:
        return ~ibis.or_(*(self._table[f"unreadable_{kind}"] for kind in kinds))

    def _silence_is_no(self, kinds: tuple[str, ...]) -> ir.BooleanValue:
        table = self._table
        listed = [table[f"complete_{kind}"] & ~table[f"unknown_{kind}"] for kind in kinds]
        return ibis.and_(*listed, self._readable(kinds))

    def _on_record(
        self, number: int, ask: str | None, gate: str | None, kinds: tuple[str, ...], *, listed: bool
    ) -> ir.BooleanValue:
        """See `deqi.safety.evaluate.answers.from_record`."""
        asking = self._asking
        yes, maybe = self._flag("yes", number), self._flag("maybe", number)
        deny, weak = self._flag("deny", number), self._flag("weak", number)
        lapsed = asking.lapsed(ask)
        no = (deny & ~weak & self._readable(kinds) & ~lapsed) | asking.denied(ask, gate)
        if listed:
            no = no | (self._silence_is_no(kinds) & ~lapsed)
        return _decide(
            (yes | asking.answered_yes(ask).fill_null(False), True),
            (maybe.ifelse(asking.denied_since(number, ask, gate), no), False),
        )

    def _held(self, number: int) -> ir.BooleanValue:
        """Whether an unsafe result from before the window stands."""
        return self._flag("hold", number)

    def _doubted(self, number: int) -> ir.BooleanValue:
        """Whether a result stands that could not be read, or that is unsafe and has no date."""
        return self._flag("unread", number) | self._flag("undated", number)

    def _observation(self, number: int, leaf: Observation) -> ir.BooleanValue:
        """See `deqi.safety.evaluate.measured.observation`."""
        yes, maybe = self._flag("yes", number), self._flag("maybe", number)
        by_record, by_word = self._flag("deny", number), self._flag("weak", number)
        held, doubted = self._held(number), self._doubted(number)
        safe = (by_record | by_word) & ~maybe & ~held & ~doubted & (~by_record | self._readable(_RESULT))
        no = held.ifelse(self._overrules(leaf), self._asking.denied(leaf.ask, leaf.gate))
        affirmed = self._asking.answered_yes(leaf.ask).fill_null(False)
        return _decide((yes, True), (safe, False), (affirmed, True), (no & ~doubted & ~maybe, False))

    def _overrules(self, leaf: Observation) -> ir.BooleanValue:
        """Whether the direct question of the day was answered no."""
        question = self._layout.catalog.questions.get(leaf.ask) if leaf.ask else None
        if question is None or question.stage != "session":
            return ibis.literal(False)
        return has(self._table, "answered_no", self._layout.answered.index(question.question))

    def _result_asks(self, number: int, leaf: Observation) -> Asks:
        asks = self._asking.asks(leaf.ask, leaf.gate)
        if leaf.ask is None:
            return asks
        direct = (self._held(number) | self._doubted(number)) & ~self._asking.given(leaf.ask)
        asks = {name: when & ~direct for name, when in asks.items()}
        asks[leaf.ask] = asks[leaf.ask] | direct if leaf.ask in asks else direct
        return asks

    def _gestation(self, number: int, leaf: Gestation) -> ir.BooleanValue:
        """See `deqi.safety.evaluate.gestation.gestation`."""
        if leaf.ask != WEEKS_QUESTION:
            raise ValueError(f"a leaf about weeks asks {leaf.ask}; only {WEEKS_QUESTION} is understood")
        yes, maybe, unread = (self._flag(name, number) for name in ("yes", "maybe", "unread"))
        by_record, by_word = self._flag("deny", number), self._flag("weak", number)
        known = yes | maybe | by_record | by_word
        safe = (by_record | by_word) & ~maybe & ~unread & (~by_record | self._readable(_RESULT))
        no = self._asking.not_applicable(leaf.ask) | self._asking.denied(leaf.ask)
        return _decide((yes, True), (safe | (~known & no), False))

    def _answer(self, leaf: Answer) -> ir.BooleanValue:
        """See `deqi.safety.evaluate.answered.answer`."""
        asking = self._asking
        branches = [(asking.sure(leaf.question), asking.answer_value(leaf.question, leaf.among))]
        if leaf.question == WEEKS_KNOWN_QUESTION:
            branches.append((self._table.weeks_known, ibis.literal("yes" in leaf.among)))
        no = (asking.not_applicable(leaf.question) | asking.denied(leaf.gate)) & ~asking.lapsed(leaf.question)
        return _decide(*branches, (no, False))

    def _age(self, leaf: Age) -> ir.BooleanValue:
        """See `deqi.safety.evaluate.answered.age`."""
        table = self._table
        if not isinstance(leaf.value, tuple):
            return within_both(table, leaf.op, leaf.value)
        around = (table.age_least < leaf.value[0]) & (table.age_most >= leaf.value[1])
        ends = [compare(table[name], leaf.op, leaf.value) for name in ("age_least", "age_most")]
        found: ir.BooleanValue = around.ifelse(ibis.null("boolean"), both(*ends))
        return found


def _decide(*branches: tuple[ir.BooleanValue, ir.BooleanValue | bool]) -> ir.BooleanValue:
    """The first branch that holds; null where none does."""
    found: ir.BooleanValue = ibis.cases(*branches, else_=ibis.null("boolean"))
    return found
