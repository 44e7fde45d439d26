"""Running conformance cases: a person, perhaps a plan, and what the rules must say.

The format is published as ``schemas/case.json``. Expectations are written from the rules' own text; a case names the
rules it is about and checks only what it names.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from deqi.errors import InputError
from deqi.people.dates import day
from deqi.people.facts import Answer, Person
from deqi.people.files.answers import answers_in
from deqi.people.files.person import complete_lists, read_person_file
from deqi.people.files.source import read_bytes
from deqi.people.files.yaml_text import read_document
from deqi.people.read import read_chart
from deqi.safety.engine import Engine
from deqi.safety.evaluate.context import BIRTH_QUESTION, SEX_QUESTION
from deqi.safety.findings import Assessment, Candidacy, RuleState
from deqi.safety.needling.plan import NeedlingStatus, Plan
from deqi.safety.needling.plan_file import plan_of
from deqi.safety.rules.catalog import Catalog

CASES = Path(__file__).parent
MAX_BYTES = 8 * 2**20


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a case checks; None: not checked."""

    rules: Mapping[str, RuleState | Literal["not-no"]] = {}
    candidacy: Candidacy | None = None
    if_clear: Candidacy | None = None
    asks: tuple[str, ...] = ()
    asks_not: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    possible_not: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    understood: tuple[str, ...] = ()
    needlings: Mapping[str, NeedlingStatus] = {}


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case; see the schema."""

    id: str
    about: tuple[str, ...]
    reason: str
    author: Literal["independent", "engine"]
    as_of: dt.date
    read_on: dt.date | None = None
    person: dict[str, Any]
    fhir: tuple[dict[str, Any], ...] = ()
    answers: dict[str, Any] = {}
    answers_else: Literal["no"] | None = None
    plan: dict[str, Any] | None = None
    expect: Expected


class Disagreement(msgspec.Struct, frozen=True):
    """One expectation that does not hold. ``what`` is ``rule <id>``, ``candidacy``, ``asks <question>`` and so on."""

    case: str
    author: str
    what: str
    expected: str
    found: str


class CasesReport(msgspec.Struct, frozen=True):
    """How many cases agree, and every disagreement."""

    cases: int
    agree: int
    disagreements: tuple[Disagreement, ...]


def read_cases(path: Path = CASES) -> tuple[Case, ...]:
    """The cases of one file, or of the YAML and JSON files in a folder and below it.

    Raises:
        InputError: a file that cannot be read, a case that does not fit the format, or an id that stands twice.
    """
    files = (
        sorted(one for one in path.rglob("*") if one.suffix in (".yaml", ".yml", ".json")) if path.is_dir() else [path]
    )
    if not files:
        raise InputError(f"{path}: no case files; give a folder with .yaml files, or one file.")
    cases: dict[str, Case] = {}
    for file in files:
        for case in _cases_of(file):
            if case.id in cases:
                raise InputError(f"{file}: the case id {case.id} stands twice; give each case its own.")
            cases[case.id] = case
    return tuple(cases.values())


def _cases_of(file: Path) -> tuple[Case, ...]:
    document = read_document(read_bytes(file, MAX_BYTES), str(file))
    if not isinstance(document.get("cases"), list):
        raise InputError(f"{file}, cases: no list of cases; write cases: and below it one entry a case.")
    try:
        return msgspec.convert(document["cases"], tuple[Case, ...])
    except msgspec.ValidationError as error:
        raise InputError(f"{file}, cases: {error}; see the format of cases.") from None


def run_cases(engine: Engine, cases: Iterable[Case]) -> CasesReport:
    """Run every case.

    Raises:
        InputError: a case whose person, answers or plan cannot be read, or that names what does not exist.
    """
    count, agree = 0, 0
    wrong: list[Disagreement] = []
    for case in cases:
        found = tuple(run_case(engine, case))
        count += 1
        agree += not found
        wrong.extend(found)
    return CasesReport(count, agree, tuple(wrong))


def run_case(engine: Engine, case: Case) -> Iterator[Disagreement]:
    """The expectations of one case that do not hold."""
    _check_names(engine.catalog, case)
    result = engine.assess(person_of(engine, case), case.as_of, plan_in(case))
    for what, expected, found in _compare(case.expect, result):
        if expected != found:
            yield Disagreement(case.id, case.author, what, expected, found)


def person_of(engine: Engine, case: Case) -> Person:
    """The person of a case, with all answers."""
    name = f"case {case.id}"
    person = _written(engine, case, name)
    given = tuple(answers_in(_dated(case.answers), name, "answers", day(case.as_of)))
    answered = {answer.question for answer in (*person.answers, *given)}
    rest = _reassuring(engine.catalog, case, answered) if case.answers_else == "no" else ()
    return msgspec.structs.replace(person, answers=(*person.answers, *given, *rest))


def _written(engine: Engine, case: Case, name: str) -> Person:
    """The person as the case's own file or chart holds them."""
    read_on = case.read_on or case.as_of
    if not case.fhir:
        person = read_person_file(json.dumps(case.person).encode(), name, engine.index, engine.sites, read_on)
        return msgspec.structs.replace(person, read_on=read_on)
    chart = "\n".join(json.dumps(one) for one in case.fhir).encode()
    reading = read_chart([chart], index=engine.index, sites=engine.sites, as_of=read_on, name=name)
    if len(reading.persons) != 1:
        raise InputError(f"{name}, fhir: {len(reading.persons)} persons; give the records of one.")
    complete = complete_lists(case.person.get("complete"), name)
    return msgspec.structs.replace(reading.persons[0], complete=complete)


def plan_in(case: Case) -> Plan | None:
    """The plan of a case."""
    return None if case.plan is None else plan_of(case.plan, f"case {case.id}, plan")


def _dated(answers: Mapping[str, Any]) -> dict[str, Any]:
    """``given`` is the answers format's ``date``."""
    return {
        question: {"date" if key == "given" else key: part for key, part in answer.items()}
        if isinstance(answer, dict)
        else answer
        for question, answer in answers.items()
    }


def _reassuring(catalog: Catalog, case: Case, answered: set[str]) -> Iterator[Answer]:
    """No to every other question, but yes where no is the worrying answer."""
    for question in catalog.questions:
        if question not in answered and question not in (BIRTH_QUESTION, SEX_QUESTION):
            yield Answer(question, "yes" if question in catalog.adverse_when_no else "no", given=day(case.as_of))


def _compare(expect: Expected, result: Assessment) -> Iterator[tuple[str, str, str]]:
    for rule, state in expect.rules.items():
        found = result.states[rule]
        yield f"rule {rule}", state, state if state == "not-no" and found in _NOT_NO else found
    if expect.candidacy is not None:
        yield "candidacy", expect.candidacy, result.candidacy
    if expect.if_clear is not None:
        yield "if_clear", expect.if_clear, result.if_clear
    asked = {question.question for question in result.questions}
    for question in expect.asks:
        yield f"asks {question}", "asked", "asked" if question in asked else "not asked"
    for question in expect.asks_not:
        yield f"asks {question}", "not asked", "asked" if question in asked else "not asked"
    yield from _compare_doubts(expect, result)
    statuses = {f"{one.point} {one.side}": one.status for one in result.plan}
    for needling, status in expect.needlings.items():
        yield f"needling {needling}", status, statuses.get(needling, "absent")


_NOT_NO = ("yes", "unknown", "superseded")


def _compare_doubts(expect: Expected, result: Assessment) -> Iterator[tuple[str, str, str]]:
    """What is listed as possible and as not understood."""
    sets = {name for one in result.possible for name in one.sets}
    unclear = [one.words for one in result.not_understood]
    either = [*unclear, *(one.words for one in result.possible)]
    for name in expect.possible:
        yield f"possible {name}", "listed", "listed" if name in sets else "not listed"
    for name in expect.possible_not:
        yield f"possible {name}", "not listed", "listed" if name in sets else "not listed"
    for words in expect.not_understood:
        yield f"not understood {words}", "listed", "listed" if any(words in one for one in unclear) else "not listed"
    for words in expect.understood:
        yield f"understood {words}", "not listed", "listed" if any(words in one for one in either) else "not listed"


def _check_names(catalog: Catalog, case: Case) -> None:
    rules = {one.rule.id for one in catalog.rules}
    for what, names, known in (
        ("rule", (*case.about, *case.expect.rules), rules),
        ("question", (*case.answers, *case.expect.asks, *case.expect.asks_not), catalog.questions),
    ):
        for name in names:
            if name not in known:
                raise InputError(f"case {case.id}: {name} is no {what} of this knowledge; write one that is.")
