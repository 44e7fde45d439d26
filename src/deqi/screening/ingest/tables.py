"""The people of a population as columns: who they are, their facts by code set, their answers.

Four tables, one row each for a person, for a fact in a code set, for what is shown of such a fact, and for an answer.
Facts in no code set leave only their code systems behind: no rule looks at anything else of them.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa

from deqi.people.dates import DateRange, parse_date
from deqi.people.facts import KINDS, Answer, Fact, Kind, Person, SetMatch, is_stale
from deqi.people.reading import Unreadable
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.coverage import NO_CODE

_DAY = pa.date32()
_INSTANT = pa.timestamp("us")
_TEXT = pa.string()

ORIGIN = [("file", _TEXT), ("line", pa.int64()), ("path", _TEXT), ("resource_id", _TEXT)]

PERSONS = pa.schema(
    [
        ("person", pa.int64()),
        ("token", _TEXT),
        ("sex", _TEXT),
        ("birth_first", _DAY),
        ("birth_last", _DAY),
        ("deceased", pa.bool_()),
        ("died_first", _DAY),
        ("died_last", _DAY),
        *((f"complete_{kind}", pa.bool_()) for kind in KINDS),
        *((f"unreadable_{kind}", pa.bool_()) for kind in KINDS),
        *((f"shapes_{kind}", _TEXT) for kind in KINDS),
        *ORIGIN,
    ]
)
"""``shapes_*``: the ways in which the person's facts of that kind are coded (see `shape`), joined with ``|``; null
when there are none."""

ALARM, UNKNOWN = "alarm", "unknown"
"""How a row of a fact came to its set where the fact is not in it."""

NOTHING = ";"
"""The shape of a fact without code or words."""

FACTS = pa.schema(
    [
        ("row", pa.int64()),
        ("person", pa.int64()),
        ("set", _TEXT),
        ("how", _TEXT),
        ("lasts", _TEXT),
        ("kind", _TEXT),
        ("state", _TEXT),
        ("site", _TEXT),
        ("side", _TEXT),
        ("start_first", _DAY),
        ("start_last", _DAY),
        ("start_at", _INSTANT),
        ("end_first", _DAY),
        ("end_last", _DAY),
        ("recorded_first", _DAY),
        ("recorded_last", _DAY),
        ("recorded_at", _INSTANT),
        ("value", pa.float64()),
        ("unit", _TEXT),
        ("comparator", _TEXT),
        ("value_missing", pa.bool_()),
        ("stale", pa.bool_()),
        ("value_sets", pa.list_(_TEXT)),
        ("weeks_low", pa.float64()),
        ("weeks_high", pa.float64()),
    ]
)
"""One row for each code set a fact is in, for each that its words may mean (``how`` is `ALARM`), and one without a set
where no table knows it (`UNKNOWN`). ``lasts`` is whether its past counts; ``row`` numbers the facts in the order of
the record; ``weeks_*`` are the weeks of pregnancy that a code itself says."""

DETAILS = pa.schema(
    [
        ("row", pa.int64()),
        ("system", _TEXT),
        ("code", _TEXT),
        ("display", _TEXT),
        ("text", _TEXT),
        ("value_text", _TEXT),
        ("status", _TEXT),
        *ORIGIN,
    ]
)
"""What is shown of a fact, and where it stands."""

ANSWERS = pa.schema(
    [
        ("row", pa.int64()),
        ("person", pa.int64()),
        ("question", _TEXT),
        ("text", _TEXT),
        ("number", pa.float64()),
        ("unit", _TEXT),
        ("given_first", _DAY),
        ("given_last", _DAY),
        ("given_at", _INSTANT),
        ("date_first", _DAY),
        ("date_last", _DAY),
        *ORIGIN,
    ]
)
"""One row for each question a person has answered: the answer that counts on the day, in its question's unit."""


@dataclasses.dataclass(frozen=True)
class Tables:
    """A population in columns, or a part of one."""

    persons: pa.Table
    facts: pa.Table
    details: pa.Table
    answers: pa.Table
    rows: int = 0
    """Facts numbered so far, those in no set too."""


@dataclasses.dataclass(frozen=True)
class Intake:
    """What came in: records by type, what was left out and why, what could not be read, and how facts are coded
    (facts by kind and system, and how many of them are in a set)."""

    records: Mapping[str, int]
    left_out: Mapping[str, int]
    unreadable: tuple[Unreadable, ...]
    codings: Mapping[tuple[Kind, str], tuple[int, int]]


@dataclasses.dataclass(frozen=True)
class Reader:
    """What the columns need to know beside the facts themselves.

    ``weeks_of`` gives the weeks of pregnancy that a
    code (system, code) says, ``units`` those of the questions, ``birth_question`` the one answered with a birth date,
    ``lasting`` whether the past of a match counts.
    """

    index: CodeIndex
    as_of: dt.date
    weeks_of: Callable[[str, str], tuple[float, float] | None] = lambda system, code: None
    units: Mapping[str, str] = dataclasses.field(default_factory=dict)
    birth_question: str = ""
    lasting: Callable[[SetMatch], str] = lambda match: ""


def is_looked_at(fact: Fact) -> bool:
    """Whether a rule may look at a fact, so that it becomes rows; of all others only the way of coding counts."""
    return bool(fact.sets or fact.alarms) or not fact.understood


class TableMaker:
    """Collects persons and gives them as columns. ``take`` empties it, so that a large population goes in parts.

    ``codings`` counts the facts by kind and code system, and those of them in a code set.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._next_person = 0
        self._next_fact = 0
        self._next_answer = 0
        self.codings: Counter[tuple[Kind, str]] = Counter()
        self.matched: Counter[tuple[Kind, str]] = Counter()
        self._clear()

    def _clear(self) -> None:
        self._persons: list[dict[str, Any]] = []
        self._facts: list[dict[str, Any]] = []
        self._details: list[dict[str, Any]] = []
        self._answers: list[dict[str, Any]] = []

    @property
    def waiting(self) -> int:
        """Facts that `take` would give."""
        return len(self._details)

    def __len__(self) -> int:
        return len(self._persons)

    def add(self, person: Person, answers: Iterable[Answer] = (), number: int | None = None) -> int:
        """One more person, with the answers that count on the day; gives the number under which they stand: the next
        where none is given."""
        if number is None:
            number, self._next_person = self._next_person, self._next_person + 1
        self._persons.append(_person_row(number, person))
        for fact in person.facts:
            self.add_fact(number, fact)
        for answer in answers:
            self._answers.append(self._answer_row(self._next_answer, number, answer))
            self._next_answer += 1
        return number

    def add_fact(self, person: int, fact: Fact) -> None:
        """One more fact of the person of a number."""
        row = self._next_fact
        self._next_fact += 1
        self.count(fact, 1)
        if is_looked_at(fact):
            self._facts.extend(self._fact_rows(row, person, fact))
            self._details.append(_detail_row(row, fact))

    def count(self, fact: Fact, times: int) -> None:
        """Count a fact by its code systems, so many times."""
        for system in {coding.system for coding in fact.codes} or {NO_CODE}:
            self.codings[fact.kind, system] += times
            self.matched[fact.kind, system] += times * bool(fact.sets)

    def _fact_rows(self, row: int, person: int, fact: Fact) -> Iterable[dict[str, Any]]:
        weeks = self._weeks(fact)
        common = {
            "row": row,
            "person": person,
            "kind": fact.kind,
            "state": fact.state,
            "site": fact.site,
            "side": fact.side,
            **_range("start", fact.start),
            **_range("end", fact.end),
            **_range("recorded", fact.recorded),
            "value": fact.value,
            "unit": fact.unit,
            "comparator": fact.comparator,
            "value_missing": fact.value_missing,
            "stale": is_stale(fact, self._reader.as_of),
            "value_sets": [match.set for match in fact.value_sets],
            "weeks_low": weeks[0] if weeks else None,
            "weeks_high": weeks[1] if weeks else None,
        }
        lasting = self._reader.lasting
        for match in fact.sets:
            yield {**common, "set": match.set, "how": match.how, "lasts": lasting(match)}
        for name in fact.alarms:
            yield {**common, "set": name, "how": ALARM, "lasts": lasting(SetMatch(name, "name"))}
        if not fact.understood:
            yield {**common, "set": "", "how": UNKNOWN, "lasts": ""}

    def _weeks(self, fact: Fact) -> tuple[float, float] | None:
        """The weeks of pregnancy that the first code for weeks says."""
        ranges = (self._reader.weeks_of(coding.system, coding.code) for coding in fact.codes)
        return next((found for found in ranges if found is not None), None)

    def _answer_row(self, row: int, person: int, answer: Answer) -> dict[str, Any]:
        told = answer.value if isinstance(answer.value, str) else None
        date = parse_date(told) if told is not None and answer.question == self._reader.birth_question else None
        return {
            "row": row,
            "person": person,
            "question": answer.question,
            "text": str(answer.value),
            "number": None if told is not None else float(answer.value),
            "unit": answer.unit or self._reader.units.get(answer.question, ""),
            **_range("given", answer.given),
            **_range("date", date),
            **_origin(answer),
        }

    def take(self) -> Tables:
        """The persons since the last call, as columns."""
        made = Tables(
            pa.Table.from_pylist(self._persons, PERSONS),
            pa.Table.from_pylist(self._facts, FACTS),
            pa.Table.from_pylist(self._details, DETAILS),
            pa.Table.from_pylist(self._answers, ANSWERS),
            self._next_fact,
        )
        self._clear()
        return made


def shape(systems: Iterable[str], worded: bool) -> str:
    """How a fact is coded, as a word: ``icd10cm,snomed`` or, with words beside the codes, ``icd10cm,snomed;words``."""
    return ",".join(sorted({re.sub("[|,;]", " ", one) for one in systems})) + (";words" if worded else "")


def shapes_cell(shapes: Iterable[str]) -> str | None:
    """The shapes of one kind as they stand in ``shapes_*``."""
    return "|".join(sorted(set(shapes))) or None


def _person_row(number: int, person: Person) -> dict[str, Any]:
    row: dict[str, Any] = {
        "person": number,
        "token": person.token,
        "sex": person.sex,
        "deceased": person.deceased,
        **_range("birth", person.birth),
        **_range("died", person.died),
        **_origin(person),
    }
    shapes: dict[str, set[str]] = {}
    for fact in person.facts:
        written = shape((one.system for one in fact.codes), bool(fact.text or fact.display))
        shapes.setdefault(fact.kind, set()).add(written or NOTHING)
    for kind in KINDS:
        row[f"complete_{kind}"] = kind in person.complete
        row[f"unreadable_{kind}"] = kind in person.unreadable
        row[f"shapes_{kind}"] = shapes_cell(shapes.get(kind, ()))
    return row


def _detail_row(row: int, fact: Fact) -> dict[str, Any]:
    return {
        "row": row,
        "system": fact.system,
        "code": fact.code,
        "display": fact.display,
        "text": fact.text,
        "value_text": fact.value_text,
        "status": fact.status,
        **_origin(fact),
    }


def _range(name: str, when: DateRange | None) -> Mapping[str, Any]:
    """The columns of a date; those a table does not have are passed over by it."""
    if when is None:
        return {}
    return {f"{name}_first": when.earliest, f"{name}_last": when.latest, f"{name}_at": when.instant}


def _origin(one: Person | Fact | Answer) -> Mapping[str, Any]:
    origin = one.origin
    return {"file": origin.file, "line": origin.line, "path": origin.path, "resource_id": origin.resource_id}
