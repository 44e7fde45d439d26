"""The rules as a program: a few tables, each made from those before it, in the SQL of whichever engine runs it."""

from __future__ import annotations

import dataclasses
import datetime as dt

import ibis
import ibis.expr.types as ir
import msgspec
import pyarrow as pa

from deqi.safety.rules.catalog import Catalog
from deqi.screening import collector
from deqi.screening.ingest.tables import ANSWERS, DETAILS, FACTS, PERSONS
from deqi.screening.sql import marks as marking
from deqi.screening.sql import outcome
from deqi.screening.sql import persons as people
from deqi.screening.sql.cache import cached
from deqi.screening.sql.judging import (
    Asked,
    Fired,
    Nodes,
    asked,
    candidacies,
    doubting,
    fired,
    leaf_column,
    replaced,
    rule_column,
    state_column,
    states,
)
from deqi.screening.sql.layout import Layout, lay_out
from deqi.screening.sql.persons import Asking
from deqi.screening.sql.verdicts import Judge
from deqi.screening.sql.writing import Step, Writer

RESULTS = ("results", "found", "because", "questions", "possible", "not_understood")
"""The tables that a program is run for; the others are on the way to them."""

WAYS = pa.schema(
    [
        ("set", pa.string()),
        ("unit", pa.string()),
        ("to", pa.string()),
        ("factor", pa.float64()),
        ("plus", pa.float64()),
    ]
)
"""How the units that occur are converted to those the rules use, for each observation."""


@dataclasses.dataclass(frozen=True)
class Program:
    """What to run, on the input tables ``persons facts details answers ways`` and the constants.

    It makes the tables of `RESULTS`: ``results`` (candidacy and every rule's state, a row a person), ``found`` (the
    findings), ``because`` (the facts behind them), ``questions``, ``possible`` and ``not_understood`` (records that
    could mean a hazard, and those that no table knows).
    """

    layout: Layout
    constants: dict[str, pa.Table]
    steps: tuple[Step, ...]


def compile_rules(catalog: Catalog, as_of: dt.date, dialect: str = "duckdb", read_on: dt.date | None = None) -> Program:
    """The rules that need no plan, for one day and the day of reading. The queries are the same on every day; the
    constants are not."""
    layout = lay_out(catalog, as_of, read_on)
    written = _written(layout, dialect)
    constants = layout.constants() | outcome.constants(layout, written.fired, written.asked)
    return Program(layout, constants, written.steps)


class Written(msgspec.Struct, frozen=True):
    """The queries, and what the numbers of the pairs in them mean."""

    steps: tuple[Step, ...]
    fired: tuple[Fired, ...]
    asked: tuple[Asked, ...]


def _write(layout: Layout, dialect: str) -> Written:
    given = {name: _input(name, table.schema) for name, table in layout.constants().items()}
    persons, facts, answers = _input("persons", PERSONS), _input("facts", FACTS), _input("answers", ANSWERS)
    ways = _input("ways", WAYS)
    write = Writer()

    day = given["k_day"]
    there = write.materialise("there", marking.existing(facts, day))
    answers_now = answers.cross_join(day)
    weeks = write.materialise("weeks_of", people.weeks(there, answers, ways, day))
    marks = write.materialise(
        "marks",
        ibis.union(
            marking.gestation_marks(weeks, given["k_weeks"]),
            marking.recorded_marks(there, given["k_recorded"], given["k_means"]),
            marking.measured_marks(there, answers_now, given["k_measured"], ways),
            marking.coded_marks(there, given["k_coded"]),
        ),
    )
    parts = {
        "flags": people.leaf_flags(marks, layout),
        "mentioned": people.mentions(there, given["k_mentioned"], layout.mentioned),
        "implied": people.implied(there, given["k_implied"], layout.answered),
        "reported": people.reported(answers, given["k_answered"], layout.answered),
        "answer_value": people.answer_value(answers, given["k_answer_value"], layout.answer_value),
        "cleared": people.cleared(answers, given["k_cleared"], layout.cleared),
        "newer": people.newer(marks, answers, given["k_newer"], day, layout.newer),
        "newer_answer": people.newer_answers(answers, given["k_newer_answer"], day, layout.newer_answer),
        "too_early": people.too_early(marks, answers, given["k_too_early"], day, layout.too_early),
        "unknown": people.not_understood(there),
        "weeks": people.weeks_known(weeks),
    }
    joined = [write.materialise(name, part) for name, part in parts.items()]
    table = write.materialise("person_flags", people.join_all(persons, day, joined))
    for level, questions in enumerate(Asking(layout, table).levels()):
        table = _materialise_questions(write, layout, table, level, questions)
    pairs = layout.hinges()
    asking = Asking(layout, table)
    asks = {
        people.ask_column(*pair, question): when
        for pair in pairs
        for question, when in asking.still_to_ask(*pair).items()
    }
    hinged = dict.fromkeys(question for pair in pairs for question in pair if question)
    answered = {people.answered_column(question): asking.find_answered_yes(question) for question in hinged}
    table = write.widen("person_answers", table, answered | asks)

    asking = Asking(layout, table)
    judge = Judge(layout, asking)
    truths = {leaf_column(number): judge.truth(number) for number in layout.used}
    # A leaf about a plan is no when there is none.
    truths |= {leaf_column(number): ibis.literal(False) for number in layout.planned}
    nodes = Nodes(layout.rules)
    table = write.widen("person_leaves", table, truths)
    judged = {rule_column(rule): nodes.truth(rule.trigger, table) for rule in layout.rules}
    table = write.widen("person_rules", table, nodes.columns(table) | judged)
    table = write.widen("person_states", table, states(layout, nodes, table))
    table = write.widen("person_results", table, replaced(layout, table))
    columns = [state_column(rule) for rule in layout.rules]
    asking = Asking(layout, table)
    judge = Judge(layout, asking)
    why = fired(layout, nodes, table)
    open_ = asked(layout, nodes, {number: judge.asks(number) for number in layout.used}, asking)
    given |= {"k_fired": _input("k_fired", outcome.FIRED), "k_asked": _input("k_asked", outcome.ASKED)}
    outcomes = candidacies(layout, table)
    doubts = doubting(layout, table)
    verdicts = write.materialise(
        "verdicts",
        table.select(
            "person", *columns, **outcomes, fired=why.listed(), asked=open_.listed(), doubting=doubts.listed()
        ),
    )
    write.materialise("results", verdicts.select("person", *columns, *outcomes))
    pairs_fired = write.materialise("fired", verdicts.select("person", pair=verdicts.fired.unnest()))
    write.materialise("found", outcome.found(pairs_fired, given["k_fired"]))
    reasons = outcome.because(pairs_fired, given["k_fired"], marks, answers, persons)
    write.materialise("because", reasons)
    doubted = verdicts.select("person", place=verdicts.doubting.unnest())
    leaves = given["k_doubting"]
    doubted = doubted.join(leaves, "place").select("person", "leaf")
    possible = write.materialise("possible", outcome.possible(doubted, marks))
    write.materialise("not_understood", outcome.not_understood(there, possible))
    askings = write.materialise("askings", outcome.askings(verdicts))
    put = write.materialise("put", outcome.asked_first(askings, given["k_asked"]))
    write.materialise("questions", outcome.questions(verdicts, askings, put))
    return Written(write.steps(dialect), tuple(why.keys), tuple(open_.keys))


def _written(layout: Layout, dialect: str) -> Written:
    """The queries, from a file of this user's where the same rules were compiled by the same code before."""
    with collector.paused():
        return cached(f"rules-{dialect}", (_fingerprint(layout),), Written, lambda: _write(layout, dialect))


def _fingerprint(layout: Layout) -> str:
    """All of the catalog that the queries hang on, as text."""
    catalog = layout.catalog
    return repr(
        (
            [(one.rule, one.trigger, one.precludes) for one in layout.rules],
            [catalog.leaves[number] for number in (*layout.used, *layout.planned)],
            catalog.applies,
            sorted(catalog.settings.values.items()),
            list(catalog.questions.values()),
        )
    )


def _materialise_questions(
    write: Writer, layout: Layout, table: ir.Table, level: int, questions: list[str]
) -> ir.Table:
    """The table with, for each question, whether it is about the person and what is put before it."""
    asking = Asking(layout, table)
    terms = {name: term for question in questions for name, term in asking.terms(question).items()}
    table = write.widen(f"person_terms_{level}", table, terms)
    asking = Asking(layout, table)
    about = {people.about_column(question): asking.about(question) for question in questions}
    first = {
        people.first_column(question, name): when
        for question in questions
        for name, when in asking.first(question).items()
    }
    return write.widen(f"person_asked_{level}", table, about | first)


_TYPES = {
    pa.int16(): "int16",
    pa.int64(): "int64",
    pa.float64(): "float64",
    pa.bool_(): "boolean",
    pa.string(): "string",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp(6)",
    pa.list_(pa.string()): "array<string>",
}


def _input(name: str, schema: pa.Schema) -> ir.Table:
    return ibis.table({field.name: _TYPES[field.type] for field in schema}, name=name)


INPUTS = {"persons": PERSONS, "facts": FACTS, "details": DETAILS, "answers": ANSWERS}
"""The tables a population is read into."""
