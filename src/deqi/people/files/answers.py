"""Answers to deqi's questions: a file of their own, or a part of the person file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deqi.errors import InputError
from deqi.people.dates import DateRange, parse_date
from deqi.people.facts import Answer, Origin
from deqi.people.files.source import plain_bytes, read_bytes
from deqi.people.files.yaml_text import MAX_BYTES, finite, iso, read_document

_QUESTION = re.compile(r"[a-z0-9][a-z0-9-]*")
KEYS = frozenset({"date", "answers"})
ITEM_KEYS = frozenset({"value", "unit", "date"})


def read_answers(source: Path | bytes, name: str = "answers") -> tuple[Answer, ...]:
    """The answers of a file (YAML or JSON): ``date`` and a mapping ``answers`` of question to answer.

    Raises:
        InputError: with the place, what is wrong, and what to write instead.
    """
    if isinstance(source, Path):
        name, data = str(source), read_bytes(source, MAX_BYTES)
    else:
        data = plain_bytes(source, name, MAX_BYTES)
    document = read_document(data, name)
    if any(key not in KEYS for key in document):
        raise InputError(f"{name}: a key that is not known here; the keys are answers and date")
    if not isinstance(document.get("answers"), dict):
        raise InputError(f"{name}, answers: write a mapping, such as takes-blood-thinner: no")
    return tuple(answers_in(document["answers"], name, "answers", _date(document.get("date"), f"{name}, date")))


def answers_in(value: Any, name: str, path: str, given: DateRange | None) -> Iterator[Answer]:
    """The answers of a mapping; ``given`` is the day they were given unless an answer says another.

    Raises:
        InputError: as `read_answers`.
    """
    if value is None:
        return
    if not isinstance(value, dict):
        raise InputError(f"{name}, {path}: write a mapping, such as takes-blood-thinner: no")
    for place, (question, answer) in enumerate(value.items(), 1):
        where = f"{name}, {path}, answer {place}"
        if not _QUESTION.fullmatch(question):
            raise InputError(f"{where}: not the name of a question; write it in lower case with hyphens")
        yield _answer(question, answer, where, given, Origin(name, None, path))


def _answer(question: str, answer: Any, where: str, given: DateRange | None, origin: Origin) -> Answer:
    unit = ""
    if isinstance(answer, dict):
        if any(key not in ITEM_KEYS for key in answer) or "value" not in answer:
            raise InputError(f"{where}: write value, and if you like unit and date")
        given = _date(answer.get("date"), f"{where}, date") or given
        unit = answer.get("unit") or ""
        if not isinstance(unit, str):
            raise InputError(f"{where}, unit: write a UCUM unit, such as mm[Hg]")
        answer = answer["value"]
    if isinstance(answer, bool):
        return Answer(question, "yes" if answer else "no", unit, given, origin)
    number = finite(answer)
    if number is not None:
        return Answer(question, number, unit, given, origin)
    if isinstance(answer, str) and answer.strip():
        return Answer(question, answer.strip(), unit, given, origin)
    raise InputError(f"{where}: write yes, no, a number, a date or one of the question's choices")


def _date(value: Any, where: str) -> DateRange | None:
    if value is None:
        return None
    text = iso(value)
    found = parse_date(text) if text else None
    if found is None:
        raise InputError(f"{where}: write a date such as 2026-11-24")
    return found
