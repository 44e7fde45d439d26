"""The engines, reached through the public verbs alone: what they say of a person, in words that can be compared.

Tests of doubt import nothing else of deqi. Whoever changes a public name changes this file.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import io
import json
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

import deqi
from deqi.cli import main

AS_OF = dt.date(2026, 11, 24)

Resources = Sequence[Mapping[str, Any]]


@dataclasses.dataclass(frozen=True)
class Judged:
    """What one assessment says."""

    candidacy: str
    if_clear: str
    states: Mapping[str, str]
    """Rule to yes, no, unknown, superseded, cleared or not-applicable."""
    findings: tuple[str, ...]
    questions: tuple[str, ...]
    needlings: Mapping[str, str]
    """`point side` to its status."""
    printed: str
    """Everything that does not say on which line of a file a fact stood."""


@functools.cache
def library() -> deqi.Library:
    return deqi.Library.load()


def engine() -> Any:
    return library().engine


@functools.cache
def severities() -> dict[str, tuple[str, str]]:
    """Rule to its stage and severity."""
    return {one.rule.id: (one.rule.stage, one.rule.severity) for one in engine().catalog.rules}


@functools.cache
def _results() -> dict[str, frozenset[str]]:
    found = {one.rule.id: repr(one.rule.when) for one in engine().catalog.rules}
    return {rule: frozenset(re.findall(r"'observation': '([^']+)'", when)) for rule, when in found.items()}


def reads_results(rule: str, results: Collection[str]) -> bool:
    """Whether a leaf of this rule compares one of these measured values."""
    return not _results()[rule].isdisjoint(results)


def results_of(person: deqi.Person) -> frozenset[str]:
    """What the person's record holds measured values of."""
    return frozenset(match.set for fact in person.facts if fact.kind == "observation" for match in fact.sets)


@functools.cache
def plan_of(text: str) -> deqi.Plan:
    return deqi.read.plan(text.encode(), library())


def person_of_file(document: Mapping[str, Any], as_of: dt.date = AS_OF) -> deqi.Person:
    """A person file, as JSON."""
    return deqi.read.person(json.dumps(document).encode(), library(), as_of).person


def person_of_chart(
    resources: Resources, as_of: dt.date = AS_OF, complete: Iterable[str] = (), answers: Mapping[str, Any] | None = None
) -> deqi.Person:
    """A chart of FHIR resources as NDJSON, in the order given, with the lists that the clinic calls complete."""
    lines = "\n".join(json.dumps(one) for one in resources)
    told = json.dumps({"date": as_of.isoformat(), "answers": answers}).encode() if answers else None
    person = deqi.read.person(lines.encode(), library(), as_of, told).person
    kinds = {_KIND[name] for name in complete}
    return msgspec.structs.replace(person, complete=person.complete | kinds)


def judge(person: deqi.Person, as_of: dt.date = AS_OF, plan: str = "") -> Judged:
    """The reference evaluator."""
    found = engine().assess(person, as_of, plan_of(plan) if plan else None)
    needlings = {f"{one.point} {one.side}".strip(): one.status for one in found.plan}
    findings = tuple(one.rule.id for one in found.findings)
    restricts = [repr(one.restricts) for one in found.findings]
    questions = tuple(one.question for one in found.questions)
    printed = repr((found.candidacy, found.if_clear, found.states, findings, restricts, questions, needlings))
    return Judged(found.candidacy, found.if_clear, dict(found.states), findings, questions, needlings, printed)


def possible(person: deqi.Person, as_of: dt.date = AS_OF) -> frozenset[str]:
    """Code sets and observations that a record listed as Possible may mean."""
    found: Any = engine().assess(person, as_of)
    return frozenset(name for record in found.possible for name in record.sets)


def unclear(person: deqi.Person, as_of: dt.date = AS_OF) -> str:
    """The words and codes of all that is listed as Possible or Not understood, a line each."""
    found: Any = engine().assess(person, as_of)
    return "\n".join(record.words for record in (*found.possible, *found.not_understood))


def not_understood(person: deqi.Person, as_of: dt.date = AS_OF) -> str:
    """The words and codes of all that is listed as Not understood, a line each."""
    found: Any = engine().assess(person, as_of)
    return "\n".join(record.words for record in found.not_understood)


_KIND = {
    "conditions": "condition",
    "medications": "medication",
    "procedures": "procedure",
    "devices": "device",
    "allergies": "allergy",
    "observations": "observation",
}


@dataclasses.dataclass(frozen=True)
class Screened:
    """What the result tables of `deqi screen` hold of one person."""

    candidacy: str
    if_clear: str
    findings: frozenset[str]
    questions: tuple[str, ...]


def screen(path: Path, output: Path, as_of: dt.date = AS_OF) -> dict[str, Screened]:
    """The compiled rules, run once over all the records of a file or folder; by the id of the patient."""
    words = ["deqi", "screen", str(path), "--as-of", as_of.isoformat(), "-o", str(output), "--format", "ndjson"]
    with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(printed):
        before, sys.argv = sys.argv, words
        try:
            main.run()
        except SystemExit as end:
            assert not end.code, printed.getvalue()
        finally:
            sys.argv = before
    tables = {name: _rows(output / f"{name}.ndjson") for name in ("persons", "findings", "questions")}
    findings: dict[str, set[str]] = {}
    questions: dict[str, list[tuple[int, str]]] = {}
    for row in tables["findings"]:
        findings.setdefault(row["token"], set()).add(row["rule"])
    for row in tables["questions"]:
        questions.setdefault(row["token"], []).append((row["rank"], row["question"]))
    return {
        row["resource_id"]: Screened(
            row["candidacy"],
            row["if_clear"],
            frozenset(findings.get(row["token"], ())),
            tuple(question for _, question in sorted(questions.get(row["token"], ()))),
        )
        for row in tables["persons"]
    }


def screened_states(path: Path, *, complete: bool, as_of: dt.date = AS_OF) -> dict[str, dict[str, str]]:
    """The state of every rule that needs no plan, for everybody in a folder; by the id of the person.

    No public verb tells the states of everybody, so this looks behind it.
    """
    from deqi.people.facts import KINDS
    from deqi.screening.screen import screen as judge_everybody
    from deqi.screening.sql.judging import STATES, state_column
    from deqi.screening.workspace import Workspace

    with Workspace() as space:
        done = judge_everybody(engine(), path, as_of, space, complete=frozenset(KINDS if complete else ()))
        rules = done.program.layout.rules
        columns = ", ".join(f'"{state_column(rule)}"' for rule in rules)
        rows = done.runner.rows(f"SELECT resource_id, {columns} FROM results JOIN persons USING (person)")
        return {
            who: {rule.rule.id: STATES[state] for rule, state in zip(rules, states, strict=True)}
            for who, *states in rows
        }


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def heard(person: deqi.Person) -> frozenset[str]:
    """The code sets that the records of a person join."""
    return frozenset(match.set for fact in person.facts for match in fact.sets)


def alarmed(person: deqi.Person) -> frozenset[str]:
    """The code sets that an alarm word in the records may mean."""
    return frozenset(name for fact in person.facts for name in fact.alarms)


@functools.cache
def sets_of_rules() -> frozenset[str]:
    """The code sets that a rule of any severity above information reads."""
    rules = [one.rule for one in engine().catalog.rules if one.rule.severity != "information"]
    return frozenset(name for rule in rules for name in re.findall(r"'set': '([a-z0-9-]+)'", repr(rule.when)))


def converted(value: float, unit: str, to: str, quantity: str) -> float | None:
    """A result in another unit, or nothing where it cannot be read."""
    return engine().catalog.units.convert(value, unit, to, quantity)
