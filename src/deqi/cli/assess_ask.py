"""Asking the open questions on a terminal, one by one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from deqi.api import AssessRequest, Library, asking, assess
from deqi.api import write as writing
from deqi.cli.output import write, write_wrapped

if TYPE_CHECKING:
    from deqi.api.types import Answer, Question

ASK_AT_MOST = 25
"""So many in one go; then the user decides."""
STOP = ("stop", "quit", "q")


def ask(library: Library, request: AssessRequest) -> AssessRequest:
    """Ask until nothing asked could change the result, or the user stops; the request with the answers."""
    asked: dict[str, Answer] = {}
    settled = False
    write("Answer yes, no or unsure; ? says why a question is asked; stop ends the questions.")
    while True:
        found = assess(library, request)
        question = asking.next_question(library, found, asked)
        if question is None:
            break
        if not settled and found.assessment.candidacy != "ask-first":
            settled = True
            write()
            write_wrapped("Whether is settled; the questions that follow can only change how.")
        if len(asked) == ASK_AT_MOST and not typer.confirm(f"{ASK_AT_MOST} are answered. Go on?"):
            break
        value = _put(question, len(asked) + 1)
        if value is None:
            break
        given = asked[question.question] = asking.answer(question.question, value, request.as_of)
        request = dataclasses.replace(request, person=asking.with_answer(request.person, given))
    if asked:
        _store(asked, request)
    write()
    return request


def _put(question: Question, number: int) -> str | float | None:
    """One question, until it is answered; None to stop."""
    write()
    write_wrapped(f"{number}. {asking.words(question)}", hanging="   ")
    choices = asking.choices(question)
    while True:
        typed = str(typer.prompt(f"   [{choices}]"))
        if typed.strip().casefold() in STOP:
            return None
        if typed.strip() == "?":
            write_wrapped(f"Why: {question.why_asked}", indent="   ")
            continue
        value = asking.understood(question, typed)
        if value is not None:
            return value
        write_wrapped(f"Please write {choices}, or stop.", indent="   ")


def _store(asked: dict[str, Answer], request: AssessRequest) -> None:
    write()
    name = str(typer.prompt("Keep the answers in a file? Its name, or nothing", default="", show_default=False)).strip()
    if name:
        writing.file(Path(name), asking.answers_file(tuple(asked.values()), request.as_of), private=True)
        write(f"wrote {name}")
