"""Asking the open questions: on a terminal one by one, elsewhere as a form to fill in."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterator
from pathlib import Path

import msgspec
import typer

from deqi.cli.assess_text import AUDIENCES
from deqi.cli.output import write, write_wrapped
from deqi.cli.writing import write_file
from deqi.knowledge.rules import Stage
from deqi.knowledge.tables.vocabulary import Question
from deqi.people.dates import day
from deqi.people.facts import Answer, Person
from deqi.safety.document import question_text
from deqi.safety.engine import Engine
from deqi.safety.findings import Assessment
from deqi.safety.needling.plan import Plan
from deqi.safety.questionnaire import answers_of, next_question, understood

ASK_AT_MOST = 25
"""So many in one go; then the user decides."""
STOP = ("stop", "quit", "q")


def ask(engine: Engine, person: Person, as_of: dt.date, plan: Plan | None) -> Person:
    """Ask until nothing asked could change the result, or the user stops; the person with the answers."""
    stages: tuple[Stage, ...] = ("booking",) if plan is None else ("booking", "plan")
    asked: dict[str, Answer] = {}
    settled = False
    write("Answer yes, no or unsure; ? says why a question is asked; stop ends the questions.")
    while True:
        result = engine.assess(person, as_of, plan)
        name = next_question(result, engine.catalog, asked, stages)
        if name is None:
            break
        if not settled and result.candidacy != "ask-first":
            settled = True
            write()
            write_wrapped("Whether is settled; the questions that follow can only change how.")
        if len(asked) == ASK_AT_MOST and not typer.confirm(f"{ASK_AT_MOST} are answered. Go on?"):
            break
        value = _put(engine.catalog.questions[name], len(asked) + 1)
        if value is None:
            break
        asked[name] = Answer(name, value, given=day(as_of))
        person = msgspec.structs.replace(person, answers=(*person.answers, asked[name]))
    if asked:
        _keep(asked, as_of)
    write()
    return person


def _put(row: Question, number: int) -> str | float | None:
    """One question, until it is answered; None to stop."""
    write()
    write_wrapped(f"{number}. {question_text(row)}{AUDIENCES[row.audience]}", hanging="   ")
    choices = ", ".join(answers_of(row)) or (f"a number in {row.unit}" if row.unit else f"a {row.type}")
    while True:
        typed = str(typer.prompt(f"   [{choices}]"))
        if typed.strip().casefold() in STOP:
            return None
        if typed.strip() == "?":
            write_wrapped(f"Why: {row.why_asked}", indent="   ")
            continue
        value = understood(row, typed)
        if value is not None:
            return value
        write_wrapped(f"Please write {choices}, or stop.", indent="   ")


def _keep(asked: dict[str, Answer], as_of: dt.date) -> None:
    write()
    name = str(typer.prompt("Keep the answers in a file? Its name, or nothing", default="", show_default=False)).strip()
    if name:
        lines = [f"date: {as_of.isoformat()}", "answers:"]
        lines += [f"  {question}: {_yaml(answer.value)}" for question, answer in asked.items()]
        write_file(Path(name), "\n".join(lines) + "\n", private=True)
        write(f"wrote {name}")


def _yaml(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else f'"{value}"'


def form(result: Assessment, engine: Engine) -> Iterator[str]:
    """The answers file to fill in, line by line; every answer says unsure until it is changed."""
    yield "# To answer: copy from here into a file, change the answers, and give it back with --answers."
    yield f"date: {result.as_of.isoformat()}"
    yield "answers:"
    for one in result.questions:
        row = engine.catalog.questions[one.question]
        for line in textwrap.wrap(f"{question_text(row)}{AUDIENCES[row.audience]}", 74):
            yield f"  # {line}"
        choices = ", ".join(answers_of(row)) or (f"a number in {row.unit}" if row.unit else f"a {row.type}")
        yield f"  {one.question}: unsure  # {choices}"
