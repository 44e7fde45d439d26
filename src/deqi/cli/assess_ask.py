"""Asking the open questions on a terminal, one by one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
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
BACK = ("back", "b")


def ask(library: Library, request: AssessRequest) -> AssessRequest:
    """Ask until nothing asked could change the result, or the user stops; the request with the answers."""
    texts = library.knowledge.texts
    write(texts["asking.how"])
    request = _renew(library, request)
    start = request.person
    asked: dict[str, Answer] = {}
    settled = False
    while True:
        found = assess(library, request)
        question = asking.next_question(library, found, asked)
        if question is None:
            break
        if not settled and found.assessment.candidacy != "ask-first":
            settled = True
            write()
            write_wrapped(texts["asking.settled"])
        if len(asked) == ASK_AT_MOST and not typer.confirm(texts["asking.go-on"].format(count=ASK_AT_MOST)):
            break
        value = _put(question, len(asked) + 1, asking.left(library, found, asked) - 1, library)
        if value in STOP:
            break
        if value in BACK:
            if asked:
                asked.popitem()
        else:
            asked[question.question] = asking.answer(question.question, value, request.as_of)
        person = start
        for given in asked.values():
            person = asking.with_answer(person, given)
        request = dataclasses.replace(request, person=person)
    if asked:
        _store(asked, request, texts)
    write()
    return request


def _renew(library: Library, request: AssessRequest) -> AssessRequest:
    """Ask a returning person once whether what lasts has changed; no renews it, yes opens it again."""
    texts = library.knowledge.texts
    old = asking.renewable(library, request.person, request.as_of)
    if not old:
        return request
    since = min(one.given.earliest for one in old if one.given is not None).isoformat()
    write()
    write_wrapped(texts["asking.changed"].format(since=since))
    for one in old:
        row = library.engine.catalog.questions[one.question]
        write_wrapped(f"- {asking.words(library, row)} {one.value}", indent="  ", hanging="    ")
    if typer.confirm(texts["asking.changed.prompt"], default=True):
        return request
    return dataclasses.replace(request, person=asking.renewed(request.person, old, request.as_of))


def _put(question: Question, number: int, left: int, library: Library) -> str | float:
    """One question, until it is answered; a word of `STOP` to stop, one of `BACK` to go back."""
    texts = library.knowledge.texts
    write()
    more = texts["asking.left"].format(count=left) if left > 0 else texts["asking.last"]
    write_wrapped(f"{number}. {asking.words(library, question)} ({more})", hanging="   ")
    choices = asking.choices(library, question)
    while True:
        typed = str(typer.prompt(f"   [{choices}]"))
        word = typed.strip().casefold()
        if word in (*STOP, *BACK):
            return word
        if word == "?":
            write_wrapped(texts["asking.why"].format(why=question.why_asked), indent="   ")
            continue
        value = asking.understood(question, typed)
        if value is not None:
            return value
        write_wrapped(texts["asking.again"].format(choices=choices), indent="   ")


def _store(asked: dict[str, Answer], request: AssessRequest, texts: Mapping[str, str]) -> None:
    write()
    name = str(typer.prompt(texts["cli.keep-answers"], default="", show_default=False)).strip()
    if name:
        writing.file(Path(name), asking.answers_file(tuple(asked.values()), request.as_of), private=True)
        write(f"wrote {name}")
