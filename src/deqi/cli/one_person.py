"""Reading the one person a command is about: a file or a chart, perhaps with answers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deqi.errors import InputError

if TYPE_CHECKING:
    import datetime as dt

    from deqi.people.facts import Kind, Person
    from deqi.safety.engine import Engine


def read_one(
    path: Path, answers: Path | None, engine: Engine, as_of: dt.date, complete: frozenset[Kind] = frozenset()
) -> Person:
    """The person of a file, with the answers of another; ``complete`` are lists the clinic declares complete.

    Raises:
        InputError: a file that cannot be used, several persons, or an answer to no question of deqi.
    """
    import msgspec

    from deqi.cli.days import day_of
    from deqi.people.files.answers import read_answers
    from deqi.people.read import read_chart, with_complete

    reading = read_chart([path], index=engine.index, sites=engine.sites, as_of=as_of)
    if len(reading.persons) != 1:
        raise InputError(f"{path}: {len(reading.persons)} persons; --person needs one, and `deqi screen` takes many.")
    for one in reading.unreadable:
        sys.stderr.write(f"deqi: {one}\n")
    (person,) = with_complete(reading.persons, complete)
    person = msgspec.structs.replace(person, read_on=day_of(None))
    if answers is not None:
        given = read_answers(answers)
        for answer in given:
            if answer.question not in engine.catalog.questions:
                raise InputError(
                    f"{answers}: a name that is no question of deqi; write the names that `deqi assess` prints."
                )
        person = msgspec.structs.replace(person, answers=(*person.answers, *given))
    rows = engine.catalog.questions
    if any(
        one.given is None and one.question in rows and rows[one.question].stage == "session" for one in person.answers
    ):
        sys.stderr.write(f"deqi: answers about the day itself bear no date; they are taken as given on {as_of}.\n")
    return person
