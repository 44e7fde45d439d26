"""The two engines side by side: what the reference and the compiled rules say of the same people."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Sequence

import duckdb
import msgspec

from deqi.knowledge import load
from deqi.people.facts import Answer, Fact, Person
from deqi.safety.engine import Engine
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.doubt import WHYS
from deqi.safety.findings import Assessment
from deqi.safety.rules.restricted import Restricted
from deqi.screening.run import Runner
from deqi.screening.sql.columns import tables_of
from deqi.screening.sql.judging import STATES, state_column
from deqi.screening.sql.program import Program, compile_rules
from deqi.screening.sql.restricting import fill_in

AS_OF = dt.date(2026, 11, 24)


@functools.cache
def engine() -> Engine:
    return Engine.load(load())


@functools.cache
def program(as_of: dt.date = AS_OF, read_on: dt.date | None = None) -> Program:
    return compile_rules(engine().catalog, as_of, read_on=read_on)


def judged(people: Sequence[Person], as_of: dt.date = AS_OF, read_on: dt.date | None = None) -> list[dict[str, object]]:
    """What the compiled rules say, in the words of `told`; all of these people were read on one day."""
    with duckdb.connect() as connection:
        runner = Runner(connection)
        runner.load(tables_of(engine().catalog, people, as_of))
        runner.run(program(as_of, read_on))
        return list(_read(runner, people, program(as_of, read_on)))


def _read(runner: Runner, people: Sequence[Person], compiled: Program) -> Iterator[dict[str, object]]:
    as_of = compiled.layout.as_of
    facts = [fact for person in people for fact in person.facts]
    answers = [answer for person in people for answer in _counting(person, as_of)]
    rules = dict(runner.rows("SELECT rule_index, rule FROM k_rules"))
    because: dict[tuple[int, str], dict[str, set[Fact | Answer]]] = {}
    for person, rule_index, role, row in runner.rows("SELECT person, rule_index, role, row FROM because"):
        of = facts[row] if row >= 0 else answers[-1 - row]
        because.setdefault((person, rules[rule_index]), {"because": set(), "disputed": set()})[role].add(of)
    possible: dict[int, set[tuple[Fact, tuple[str, ...], str]]] = {}
    for person, row, sets, why in runner.rows("SELECT person, row, sets, why FROM possible"):
        possible.setdefault(person, set()).add((facts[row], tuple(sets.split(";")), WHYS[why]))
    unclear: dict[int, set[Fact]] = {}
    for person, row in runner.rows("SELECT person, row FROM not_understood"):
        unclear.setdefault(person, set()).add(facts[row])
    fill_in(runner.connection, compiled.layout)
    restricts: dict[int, dict[str, set[Restricted]]] = {}
    for person, rule_index, written in runner.rows("SELECT person, rule_index, restricts FROM restricting"):
        filled = msgspec.json.decode(written, type=tuple[Restricted, ...])
        assert rules[rule_index] not in restricts.setdefault(person, {}), "a finding restricts one thing"
        restricts[person][rules[rule_index]] = set(filled)
    questions: dict[int, list[tuple[str, str]]] = {}
    for person, question, decides in runner.rows(
        "SELECT person, question, decides FROM questions ORDER BY person, rank"
    ):
        questions.setdefault(person, []).append((question, decides))
    rules = compiled.layout.rules
    columns = ", ".join(f'"{state_column(rule)}"' for rule in rules)
    ranked = [rule for (rule,) in runner.rows("SELECT rule FROM k_rules ORDER BY rank")]
    for number, candidacy, if_clear, *states in runner.rows(
        f"SELECT person, candidacy, if_clear, {columns} FROM results ORDER BY person"
    ):
        named = {rule.rule.id: STATES[state] for rule, state in zip(rules, states, strict=True)}
        yield {
            "candidacy": candidacy,
            "if_clear": if_clear,
            "states": named,
            "findings": [
                (rule, because.get((number, rule), {"because": set(), "disputed": set()}))
                for rule in ranked
                if named[rule] == "yes"
            ],
            "restricts": restricts.get(number, {}),
            "questions": questions.get(number, []),
            "possible": possible.get(number, set()),
            "not_understood": unclear.get(number, set()),
        }


def _counting(person: Person, as_of: dt.date) -> Iterable[Answer]:
    return Context(engine().catalog, person, as_of).answers.values() if person.answers else ()


def told(assessment: Assessment) -> dict[str, object]:
    """What the reference says."""
    return {
        "candidacy": assessment.candidacy,
        "if_clear": assessment.if_clear,
        "states": {rule: state for rule, state in assessment.states.items() if state != "not-applicable"},
        "findings": [
            (one.rule.id, {"because": set(one.because), "disputed": set(one.disputed)}) for one in assessment.findings
        ],
        "restricts": {one.rule.id: set(one.restricts) for one in assessment.findings},
        "questions": [(one.question, ";".join(one.decides)) for one in assessment.questions],
        "possible": {(one.fact, one.sets, one.why) for one in assessment.possible},
        "not_understood": set(assessment.not_understood),
    }


def disagreements(people: Sequence[Person], as_of: dt.date = AS_OF, read_on: dt.date | None = None) -> list[str]:
    """Where the engines differ, in words; empty when they agree about everybody.

    ``read_on`` is the day on which all of these people's records were read, the same day if not given: a population is
    screened on one day, a person carries theirs.
    """
    assert {person.read_on for person in people} <= {read_on, None}
    wrong = []
    for person, found in zip(people, judged(people, as_of, read_on), strict=True):
        expected = told(engine().assess(person, as_of))
        for what, said in expected.items():
            if said != found[what]:
                wrong.append(
                    f"{person.token}: {what}: {_part(said, found[what])}; compiled: {_part(found[what], said)}"
                )
    return wrong


def _part(one: object, other: object) -> object:
    """What the first says and the other does not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: value for key, value in one.items() if other.get(key) != value}
    if isinstance(one, list) and isinstance(other, list):
        return [value for value in one if value not in other] or one
    return one
