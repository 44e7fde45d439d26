"""From bytes and files to a person, answers, a plan, settings and a table of studies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from deqi.api.library import Library
from deqi.api.results import OnePerson
from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.evidence.table.reading import Table
    from deqi.people.facts import Answer, Person
    from deqi.people.files.settings import ClinicSettings
    from deqi.safety.document import AssessmentDocument
    from deqi.safety.needling.plan import Plan


def person(
    source: Path | bytes,
    library: Library,
    as_of: dt.date,
    answers: Path | bytes | None = None,
    name: str = "person",
    read_on: dt.date | None = None,
) -> OnePerson:
    """The one person of a person file or a chart, with the answers of another file; ``read_on``: the day of reading.

    Raises:
        InputError: what cannot be used, several persons, or an answer to no question of deqi.
    """
    import msgspec

    from deqi.people.files.answers import read_answers
    from deqi.people.read import read_chart, with_complete

    engine = library.engine
    reading = read_chart([source], index=engine.index, sites=engine.sites, as_of=as_of, name=name)
    called = source if isinstance(source, Path) else name
    if len(reading.persons) != 1:
        raise InputError(f"{called}: {len(reading.persons)} persons; --person needs one, and `deqi screen` takes many.")
    complete = frozenset() if library.settings is None else library.settings.complete
    (found,) = with_complete(reading.persons, complete)
    if read_on is not None:
        found = msgspec.structs.replace(found, read_on=read_on)
    if answers is not None:
        given = read_answers(answers)
        _check_questions(given, library, str(answers) if isinstance(answers, Path) else "answers")
        found = msgspec.structs.replace(found, answers=(*found.answers, *given))
    unreadable = (str(one) for one in reading.unreadable)
    passed = (f"{one}: not read." for one in reading.passed_over)
    return OnePerson(found, (*passed, *unreadable, *_undated(found, library, as_of)))


def _check_questions(given: tuple[Answer, ...], library: Library, name: str) -> None:
    for answer in given:
        if answer.question not in library.engine.catalog.questions:
            raise InputError(f"{name}: a name that is no question of deqi; write the names that `deqi assess` prints.")


def _undated(one: Person, library: Library, as_of: dt.date) -> Iterator[str]:
    rows = library.engine.catalog.questions
    if any(
        answer.given is None and answer.question in rows and rows[answer.question].stage == "session"
        for answer in one.answers
    ):
        yield library.knowledge.texts["answers.undated"].format(as_of=as_of)


def plan(written: str | bytes, library: Library) -> Plan:
    """A plan: the path of a plan file, ``protocol:`` and a protocol's id, or the bytes of a plan file.

    Raises:
        InputError: no such plan, or what is wrong with it in one sentence.
    """
    if isinstance(written, bytes):
        from deqi.safety.needling.plan_file import read_plan

        return read_plan(written)
    from deqi.safety.needling.protocol import named_plan

    return named_plan(written, library.engine.catalog)


def settings(source: Path | bytes) -> ClinicSettings:
    """A clinic's own thresholds, and the lists it keeps complete.

    Raises:
        InputError: what is wrong, and what to write instead.
    """
    from deqi.people.files.settings import read_settings

    return read_settings(source)


def assessment(path: Path) -> AssessmentDocument:
    """An assessment that was printed with ``--json``.

    Raises:
        InputError: not such a file.
    """
    from deqi.safety.compare import read_document

    return read_document(path)


def table(source: Path | BinaryIO, name: str = "input") -> Table:
    """A table of studies, from a CSV file or a stream.

    Raises:
        InputError: missing, too large, or not a table; row and column are named.
    """
    from deqi.evidence.table.reading import parse_table, read_limited, read_table

    if isinstance(source, Path):
        return read_table(source)
    return parse_table(read_limited(source, name), name)


def passed_over(path: Path) -> tuple[str, ...]:
    """What stands in a folder of FHIR files and is not read."""
    from deqi.people.fhir.folder import look_into
    from deqi.people.files.source import is_folder
    from deqi.screening.ingest.omop.files import is_omop

    return look_into(path).passed_over if is_folder(path) and not is_omop(path) else ()
