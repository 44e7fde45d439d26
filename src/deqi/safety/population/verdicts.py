"""The truth of every leaf as an expression over a person's row, and the questions it opens while unknown."""

from __future__ import annotations

import dataclasses

import ibis
import ibis.expr.types as ir

from deqi.knowledge.leaves import (
    Age,
    Answer,
    AnyLeaf,
    Coded,
    Gestation,
    Medication,
    Observation,
    Recorded,
    Sex,
)
from deqi.safety.context import BIRTH_QUESTION, SEX_QUESTION
from deqi.safety.gestation import WEEKS_KNOWN_QUESTION, WEEKS_QUESTION
from deqi.safety.population.bits import has
from deqi.safety.population.layout import Layout
from deqi.safety.population.persons import Asking, both, compare, within_both

Asks = dict[str, ir.BooleanValue]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Truth (null: unknown) and the questions that are put while it is unknown.

    ``by`` is the question whose answer may have made it yes, and ``by_answer`` whether it did, alone. ``contrary``: the
    answer denies what the record affirms. ``absent``: the record denies it.
    """

    truth: ir.BooleanValue
    asks: Asks
    by: str | None = None
    by_answer: ir.BooleanValue | None = None
    contrary: ir.BooleanValue | None = None
    absent: ir.BooleanValue | None = None


class Judge:
    """Judges leaves over one table of persons."""

    def __init__(self, layout: Layout, asking: Asking) -> None:
        self._layout = layout
        self._asking = asking
        self._table = asking.table

    def judge(self, number: int) -> Verdict:
        """The verdict on the leaf of a number."""
        leaf: AnyLeaf = self._layout.leaf(number)
        match leaf:
            case Recorded():
                return self._on_record(number, leaf.ask, leaf.screen, leaf.kinds, listed=True)
            case Medication():
                return self._on_record(number, leaf.ask, leaf.screen, ("medication",), listed=True)
            case Coded():
                return self._on_record(number, leaf.ask, leaf.screen, ("observation",), listed=False)
            case Observation():
                return self._observation(number, leaf)
            case Gestation():
                return self._gestation(leaf)
            case Answer():
                return self._answer(leaf)
            case Age():
                return self._age(leaf)
            case Sex():
                known = self._table.sex.isin(leaf.among)
                return Verdict(known, {SEX_QUESTION: ibis.literal(True)})
            case _:
                raise TypeError(f"a leaf about a plan: {type(leaf).__name__}")

    def _flag(self, family: str, number: int) -> ir.BooleanValue:
        return has(self._table, family, self._layout.leaves.place(number))

    def _readable(self, kinds: tuple[str, ...]) -> ir.BooleanValue:
        return ~ibis.or_(*(self._table[f"unreadable_{kind}"] for kind in kinds))

    def _silence_is_no(self, number: int, kinds: tuple[str, ...]) -> ir.BooleanValue:
        table = self._table
        listed = [table[f"complete_{kind}"] & self._flag(f"judged_{kind}", number) for kind in kinds]
        return ibis.and_(*listed, self._readable(kinds))

    def _on_record(
        self, number: int, ask: str | None, screen: str | None, kinds: tuple[str, ...], *, listed: bool
    ) -> Verdict:
        """See `deqi.safety.answers.from_record`."""
        yes, maybe = self._flag("yes", number), self._flag("maybe", number)
        deny, weak = self._flag("deny", number), self._flag("weak", number)
        said = self._asking.said(ask)
        absent = deny & ~yes & ~maybe & ~weak & self._readable(kinds)
        no = absent | self._asking.denied(ask, screen)
        if listed:
            no = no | (~yes & ~maybe & self._silence_is_no(number, kinds))
        affirmed = said.fill_null(False)
        truth = ibis.cases((yes | affirmed, True), (no, False), else_=ibis.null("boolean"))
        return Verdict(
            truth,
            self._still_to_ask(ask, screen),
            by=ask,
            by_answer=~yes & affirmed if ask else None,
            contrary=yes & (~said).fill_null(False) & self._asking.sure(ask) if ask else None,
            absent=absent,
        )

    def _observation(self, number: int, leaf: Observation) -> Verdict:
        """See `deqi.safety.measured.observation`."""
        yes, maybe = self._flag("yes", number), self._flag("maybe", number)
        by_record, by_word = self._flag("deny", number), self._flag("weak", number)
        fresh = yes | maybe | by_record | by_word
        held = self._flag("hold", number) | (~fresh & self._flag("undated", number))
        safe = (by_record | by_word) & ~yes & ~maybe & ~held & (~by_record | self._readable(("observation",)))
        affirmed = self._asking.said(leaf.ask).fill_null(False)
        unsafe = held | (maybe & ~yes)
        no = unsafe.ifelse(self._overrules(leaf), self._asking.denied(leaf.ask, leaf.screen))
        truth = ibis.cases((yes, True), (safe, False), (affirmed, True), (no, False), else_=ibis.null("boolean"))
        asks = self._still_to_ask(leaf.ask, leaf.screen)
        if leaf.ask is not None:
            direct = held & ~self._asking.given(leaf.ask)
            asks = {name: when & ~direct for name, when in asks.items()}
            asks[leaf.ask] = asks[leaf.ask] | direct if leaf.ask in asks else direct
        return Verdict(truth, asks, by=leaf.ask, by_answer=~yes & ~safe & affirmed if leaf.ask else None)

    def _overrules(self, leaf: Observation) -> ir.BooleanValue:
        """Whether the direct question of the day was answered no."""
        question = self._layout.catalog.questions.get(leaf.ask) if leaf.ask else None
        if question is None or question.stage != "session":
            return ibis.literal(False)
        return has(self._table, "said_no", self._layout.said.place(question.question))

    def _gestation(self, leaf: Gestation) -> Verdict:
        """See `deqi.safety.gestation.gestation`."""
        if leaf.ask != WEEKS_QUESTION:
            raise ValueError(f"a leaf about weeks asks {leaf.ask}; only {WEEKS_QUESTION} is understood")
        table = self._table
        known = table.weeks_row.notnull()
        ends = [compare(table[name], leaf.op, leaf.value) for name in ("weeks_least", "weeks_most")]
        found = both(*ends)
        unproven = ~table.weeks_told & ~self._readable(("observation",)) & ~found
        carried = (table.weeks_over | unproven).fill_null(False).ifelse(ibis.null("boolean"), found)
        beside = self._asking.beside(leaf.ask) | self._asking.denied(leaf.ask)
        truth = known.ifelse(carried, beside.ifelse(ibis.literal(False), ibis.null("boolean")))
        return Verdict(truth, self._still_to_ask(leaf.ask, None))

    def _answer(self, leaf: Answer) -> Verdict:
        """See `deqi.safety.spoken.answer`."""
        asking = self._asking
        no = asking.beside(leaf.question) | asking.denied(leaf.screen)
        branches = [(asking.sure(leaf.question), asking.worded(leaf.question, leaf.among))]
        if leaf.question == WEEKS_KNOWN_QUESTION:
            branches.append((self._table.weeks_row.notnull(), ibis.literal("yes" in leaf.among)))
        truth = ibis.cases(*branches, (no, ibis.literal(False)), else_=ibis.null("boolean"))
        return Verdict(
            truth,
            self._still_to_ask(leaf.question, leaf.screen),
            by=leaf.question,
            by_answer=asking.sure(leaf.question),
        )

    def _age(self, leaf: Age) -> Verdict:
        table = self._table
        if not isinstance(leaf.value, tuple):
            truth = within_both(table, leaf.op, leaf.value)
        else:
            around = (table.age_least < leaf.value[0]) & (table.age_most >= leaf.value[1])
            ends = [compare(table[name], leaf.op, leaf.value) for name in ("age_least", "age_most")]
            truth = around.ifelse(ibis.null("boolean"), both(*ends))
        return Verdict(truth, {BIRTH_QUESTION: ibis.literal(True)})

    def _still_to_ask(self, ask: str | None, screen: str | None) -> Asks:
        """See `deqi.safety.answers.still_to_ask`."""
        found: Asks = {}
        left: ir.BooleanValue = ibis.literal(True)
        for question in (screen, ask):
            if question is None:
                continue
            open_ = left & ~self._asking.given(question)
            for name, when in self._asking.firsts(question).items():
                found[name] = found[name] | (open_ & when) if name in found else open_ & when
            left = left & self._asking.given(question)
        last = ask or screen
        if last is not None:
            found[last] = found[last] | left if last in found else left
        return found
