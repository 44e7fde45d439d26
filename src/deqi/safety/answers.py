"""What the questions of a leaf say when the record does not."""

from __future__ import annotations

from deqi.people.facts import Answer, Fact
from deqi.safety.context import Context
from deqi.safety.truth import Truth
from deqi.safety.verdict import Verdict


def said(context: Context, ask: str | None) -> Truth:
    """Yes or no as answered; no for a question that is not about this person; else unknown."""
    if ask is None:
        return Truth.UNKNOWN
    given = context.answer(ask)
    if given is None:
        return Truth.NO if context.applies(ask) is Truth.NO else Truth.UNKNOWN
    return Truth.YES if given.value == "yes" else Truth.NO if given.value == "no" else Truth.UNKNOWN


def still_to_ask(context: Context, ask: str | None, screen: str | None) -> tuple[str, ...]:
    """The questions to put next: the screen first; what a question hangs on before the question itself."""
    for question in (screen, ask):
        if question is not None and question not in context.answers:
            return context.to_put_first(question)
    return tuple(question for question in (ask or screen,) if question is not None)


def cleared(context: Context, ask: str | None, screen: str | None) -> bool:
    """Whether an answer is evidence of absence."""
    return (ask is not None and said(context, ask) is Truth.NO) or (
        screen is not None and said(context, screen) is Truth.NO
    )


def from_record(
    context: Context,
    ask: str | None,
    screen: str | None,
    *,
    present: list[Fact],
    absent: list[Fact],
    complete: bool,
) -> Verdict:
    """A leaf about something recorded: the record and the answer together.

    What the record or the answer affirms is yes, even where the other denies it (both are kept). Without that, a
    denial by either, or silence of a list declared complete, is no; all else is unknown.
    """
    answered = said(context, ask)
    given = _given(context, ask)
    if present:
        return Verdict(Truth.YES, tuple(present), disputed=(*absent, *given) if answered is Truth.NO else tuple(absent))
    if answered is Truth.YES:
        return Verdict(Truth.YES, given, disputed=tuple(absent))
    if cleared(context, ask, screen):
        return Verdict(Truth.NO, given or _given(context, screen))
    if absent or complete:
        return Verdict(Truth.NO, tuple(absent))
    return Verdict(Truth.UNKNOWN, asks=still_to_ask(context, ask, screen))


def _given(context: Context, question: str | None) -> tuple[Answer, ...]:
    answer = context.answer(question) if question is not None else None
    return () if answer is None else (answer,)
