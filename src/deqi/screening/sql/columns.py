"""A population in columns, with the answers that count on the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from deqi.people.facts import Answer, Person
from deqi.safety.evaluate.context import BIRTH_QUESTION
from deqi.safety.evaluate.gestation import _weeks_of_code
from deqi.safety.evaluate.standing import standing_answers
from deqi.safety.rules.catalog import Catalog
from deqi.screening.ingest.tables import Reader, TableMaker, Tables


def reader_for(catalog: Catalog, as_of: dt.date) -> Reader:
    """What the columns need to know of the catalog."""
    return Reader(
        index=catalog.index,
        as_of=as_of,
        weeks_of=_weeks_of_code,
        units={name: question.unit for name, question in catalog.questions.items()},
        birth_question=BIRTH_QUESTION,
        lasting=catalog.lasting.of,
    )


def counting(
    catalog: Catalog, answers: tuple[Answer, ...], as_of: dt.date, read_on: dt.date | None = None
) -> Iterable[Answer]:
    """Of a person's answers those that stand on the day: one a question."""
    if not answers:
        return ()
    return standing_answers(answers, catalog, as_of, read_on).values()


def tables_of(catalog: Catalog, persons: Iterable[Person], as_of: dt.date) -> Tables:
    """A population in columns; a person's number is their place."""
    maker = TableMaker(reader_for(catalog, as_of))
    for person in persons:
        maker.add(person, counting(catalog, person.answers, as_of))
    return maker.take()
