"""One engine for all tests of this folder, and persons in a line."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from deqi.knowledge import load
from deqi.people.dates import day
from deqi.people.facts import Answer, Person
from deqi.people.files.person import read_person_file
from deqi.safety.engine import Engine

AS_OF = dt.date(2026, 11, 24)
Someone = Callable[..., Person]


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine.load(load())


@pytest.fixture(scope="session")
def someone(engine: Engine) -> Someone:
    """A person as in the person file; ``answers`` are given on `AS_OF`."""

    def made(answers: dict[str, str | float] | None = None, **person: Any) -> Person:
        read = read_person_file(json.dumps(person).encode(), "person", engine.index, engine.sites, AS_OF)
        given = tuple(Answer(question, value, given=day(AS_OF)) for question, value in (answers or {}).items())
        return msgspec.structs.replace(read, answers=(*read.answers, *given))

    return made
