"""What the questions of a leaf say when the record does not."""

from __future__ import annotations

import datetime as dt

from deqi.people.dates import DateRange
from deqi.people.facts import Answer, Fact
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.semantics import Says
from deqi.safety.rules.truth import Truth


def answered_yes(context: Context, ask: str | None) -> Truth:
    """Yes or no as answered; no for a question that is not about this person; else unknown. Kept per person."""
    if ask is None:
        return Truth.UNKNOWN
    known = context.answered.get(ask)
    if known is None:
        known = context.answered[ask] = _answered_yes(context, ask)
    return known


def _answered_yes(context: Context, ask: str) -> Truth:
    given = context.answer(ask)
    if given is None:
        return Truth.NO if context.not_applicable(ask) and not context.lapsed(ask) else Truth.UNKNOWN
    return Truth.YES if given.value == "yes" else Truth.NO if given.value == "no" else Truth.UNKNOWN


def still_to_ask(context: Context, ask: str | None, gate: str | None) -> tuple[str, ...]:
    """The questions to put next: the gate question first; what a question depends on before the question itself.

    When all were answered without settling it (not sure, or overruled by the record), the most direct stays open.
    """
    for question in (gate, ask):
        if question is not None and context.to_ask(question) and not (question == gate and gate in context.implied):
            return context.prerequisites(question)
    return tuple(question for question in (ask or gate,) if question is not None)


def denied(context: Context, ask: str | None, gate: str | None) -> bool:
    """Whether an answer is evidence of absence. The gate question does not overrule a lapsed yes to the question."""
    return answered_yes(context, ask) is Truth.NO or (
        answered_yes(context, gate) is Truth.NO and not context.lapsed(ask)
    )


def denied_since(context: Context, ask: str | None, gate: str | None, since: dt.date | None) -> bool:
    """The same, by an answer given on the day of what is on the record or later."""
    return _denies_since(context, ask, since) or (not context.lapsed(ask) and _denies_since(context, gate, since))


def _denies_since(context: Context, question: str | None, since: dt.date | None) -> bool:
    if answered_yes(context, question) is not Truth.NO:
        return False
    answer = context.answer(question) if question is not None else None
    if answer is None or since is None:
        return True
    return (answer.given.earliest if answer.given is not None else context.as_of) >= since


def unrecorded(context: Context, ask: str | None, gate: str | None, *, silence_is_no: bool = False) -> Verdict:
    """A leaf of which the record holds nothing: what was answered, else what silence means.

    Kept per person: many leaves hang on the same two questions.
    """
    key = (ask, gate, silence_is_no)
    verdict = context.unrecorded.get(key)
    if verdict is None:
        verdict = context.unrecorded[key] = _unrecorded(context, ask, gate, silence_is_no)
    return verdict


def _unrecorded(context: Context, ask: str | None, gate: str | None, silence_is_no: bool) -> Verdict:
    if answered_yes(context, ask) is Truth.YES:
        return Verdict(Truth.YES, given(context, ask))
    if denied(context, ask, gate):
        return Verdict(Truth.NO, given(context, ask) or given(context, gate))
    if silence_is_no and not context.lapsed(ask):
        return Verdict(Truth.NO)
    return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, ask, gate))


class Found:
    """The facts of a leaf's set by what each says; ``since`` is the day of the newest that may hold."""

    __slots__ = ("_as_of", "maybe", "no", "refuted", "silent", "since", "yes")

    def __init__(self, as_of: dt.date) -> None:
        self._as_of = as_of
        self.yes: list[Fact] = []
        self.maybe: list[Fact] = []
        self.no: list[Fact] = []
        self.silent: list[Fact] = []
        self.refuted: list[Fact] = []
        self.since: dt.date | None = None

    @property
    def empty(self) -> bool:
        """Nothing of the set is on the record."""
        return not (self.yes or self.maybe or self.no or self.silent)

    def add(self, fact: Fact, says: Says) -> None:
        """One more fact."""
        match says:
            case "yes":
                self.yes.append(fact)
            case "maybe":
                self.maybe.append(fact)
                self._date(fact.start or fact.recorded)
            case "no":
                self.no.append(fact)
            case _:
                self.silent.append(fact)
        if fact.state == "refuted":
            self.refuted.append(fact)

    def _date(self, when: DateRange | None) -> None:
        """A range that reaches beyond the day may be the day itself; what lies after it is settled by no answer."""
        if when is not None:
            day = min(when.latest, self._as_of) if when.on_or_before(self._as_of) else when.earliest
            self.since = day if self.since is None else max(self.since, day)


def from_record(
    context: Context,
    ask: str | None,
    gate: str | None,
    found: Found,
    *,
    readable: bool,
    silence_is_no: bool = False,
) -> Verdict:
    """A leaf about something recorded: the record and the answer together.

    What the record or the answer affirms is yes, even where the other denies it (both are kept). While a record may
    hold, only an answer given since makes the leaf no. Without one a denial by either, or silence of a list declared
    complete, is no; all else is unknown.
    """
    doubtful = tuple(found.maybe)
    if found.yes:
        contrary = given(context, ask) if answered_yes(context, ask) is Truth.NO else ()
        return Verdict(Truth.YES, tuple(found.yes), disputed=(*found.refuted, *contrary), maybe=doubtful)
    if answered_yes(context, ask) is Truth.YES:
        absent = tuple(found.no) if found.no and not found.silent and not doubtful and readable else ()
        return Verdict(Truth.YES, given(context, ask), disputed=absent, maybe=doubtful)
    if doubtful:
        if denied_since(context, ask, gate, found.since):
            return Verdict(Truth.NO, given(context, ask) or given(context, gate))
        return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, ask, gate), maybe=doubtful)
    if found.no and not found.silent and readable and not context.lapsed(ask):
        return Verdict(Truth.NO, tuple(found.no))
    return unrecorded(context, ask, gate, silence_is_no=silence_is_no)


def given(context: Context, question: str | None) -> tuple[Answer, ...]:
    """The answer to a question, as a tuple; empty when there is none."""
    answer = context.answer(question) if question is not None else None
    return () if answer is None else (answer,)
