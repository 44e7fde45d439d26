"""What the questions of a leaf say when the record does not."""

from __future__ import annotations

from deqi.people.facts import Answer, Fact
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.rules.truth import Truth


def answered_yes(context: Context, ask: str | None) -> Truth:
    """Yes or no as answered; no for a question that is not about this person; else unknown."""
    if ask is None:
        return Truth.UNKNOWN
    given = context.answer(ask)
    if given is None:
        return Truth.NO if context.not_applicable(ask) else Truth.UNKNOWN
    return Truth.YES if given.value == "yes" else Truth.NO if given.value == "no" else Truth.UNKNOWN


def still_to_ask(context: Context, ask: str | None, gate: str | None) -> tuple[str, ...]:
    """The questions to put next: the gate question first; what a question depends on before the question itself.

    When all were answered without settling it (not sure, or overruled by the record), the most direct stays open.
    """
    for question in (gate, ask):
        if question is not None and question not in context.answers:
            return context.prerequisites(question)
    return tuple(question for question in (ask or gate,) if question is not None)


def denied(context: Context, ask: str | None, gate: str | None) -> bool:
    """Whether an answer is evidence of absence."""
    return answered_yes(context, ask) is Truth.NO or answered_yes(context, gate) is Truth.NO


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
    if silence_is_no:
        return Verdict(Truth.NO)
    return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, ask, gate))


def from_record(
    context: Context,
    ask: str | None,
    gate: str | None,
    *,
    present: tuple[Fact, ...],
    absent: tuple[Fact, ...],
    disputed: tuple[Fact, ...] = (),
    silence_is_no: bool = False,
) -> Verdict:
    """A leaf about something recorded: the record and the answer together.

    ``absent`` are the facts that together are evidence of absence, ``disputed`` those that contradict ``present``.
    What the record or the answer affirms is yes, even where the other denies it (both are kept). Without that, a
    denial by either, or silence of a list declared complete, is no; all else is unknown.
    """
    if present:
        contrary = given(context, ask) if answered_yes(context, ask) is Truth.NO else ()
        return Verdict(Truth.YES, present, disputed=(*disputed, *contrary))
    if not absent:
        return unrecorded(context, ask, gate, silence_is_no=silence_is_no)
    if answered_yes(context, ask) is Truth.YES:
        return Verdict(Truth.YES, given(context, ask), disputed=absent)
    return Verdict(Truth.NO, absent)


def given(context: Context, question: str | None) -> tuple[Answer, ...]:
    """The answer to a question, as a tuple; empty when there is none."""
    answer = context.answer(question) if question is not None else None
    return () if answer is None else (answer,)
