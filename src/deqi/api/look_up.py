"""What is known: points, trials, surveys, rules, sources, claims, gaps, changes, and the chain behind a number."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from deqi.api.library import Library
from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.api.requests import AssessRequest
    from deqi.evidence.library import TrialLine
    from deqi.evidence.trials import TrialCard
    from deqi.knowledge.atlas import PointCard
    from deqi.knowledge.check.run import CheckReport
    from deqi.knowledge.editorial.diff import Change
    from deqi.knowledge.editorial.gaps import Gap
    from deqi.knowledge.rules import Rule
    from deqi.knowledge.tables.harms import HarmRow, HarmSurvey
    from deqi.knowledge.tables.sources import Source
    from deqi.knowledge.tables.words import Claim
    from deqi.report.chain import Chain
    from deqi.report.model import RowLine
    from deqi.report.topics import Topic
    from deqi.safety.cases.run import CasesReport
    from deqi.safety.compare import Changes
    from deqi.safety.document import AssessmentDocument
    from deqi.safety.explain import Explained


def topics(library: Library) -> tuple[Topic, ...]:
    """Everything a report can be about."""
    from deqi.report.topics import topics as every_topic

    return every_topic(library.knowledge)


def topic(library: Library, name: str) -> Topic:
    """The topic a user means.

    Raises:
        InputError: no such topic.
    """
    from deqi.report.topics import topic_of

    return topic_of(library.knowledge, name)


def points(library: Library, query: str | None = None, near: str | None = None) -> tuple[PointCard, ...]:
    """Points by code or name, or at a nerve; all of them where neither is given. A name may mean several.

    Raises:
        InputError: no such point or nerve.
    """
    from deqi.knowledge import atlas

    knowledge = library.knowledge
    if near is not None:
        codes = atlas.codes_near(knowledge, near)
        if not codes:
            raise InputError(
                f"--near {near!r}: no point's nerves name it; write a nerve such as peroneal, tibial or sural."
            )
    elif query is None:
        codes = atlas.all_codes(knowledge)
    else:
        codes = atlas.finder(knowledge).find(query).codes
        if not codes:
            raise InputError(
                f"{query!r}: no such point; write a WHO code such as ST36, a pinyin name or Chinese characters."
            )
    return tuple(atlas.card(knowledge, code) for code in codes)


def point(library: Library, query: str) -> PointCard:
    """The one point a query means.

    Raises:
        InputError: no such point, or a query that may mean another.
    """
    from deqi.knowledge import atlas

    cards = points(library, query)
    if atlas.finder(library.knowledge).find(query).ambiguous:
        names = ", ".join(f"{one.code} ({one.pinyin})" for one in cards)
        raise InputError(f"{query!r} may mean {names}; write the code you mean.")
    return cards[0]


def trials(
    library: Library, condition: str | None = None, comparator: str | None = None, direction: str | None = None
) -> tuple[TrialLine, ...]:
    """The comparisons of the trials, a line each.

    Raises:
        InputError: a condition, comparator or direction nobody knows.
    """
    from deqi.evidence.library import list_trials

    return tuple(list_trials(library.knowledge, condition=condition, comparator=comparator, direction=direction))


def trial(library: Library, name: str) -> TrialCard:
    """Everything held about one trial.

    Raises:
        InputError: no such trial.
    """
    from deqi.evidence.trials import trial_card

    card = trial_card(library.knowledge, name.casefold())
    if card is None:
        raise InputError(f"{name!r}: no such trial; `deqi evidence` lists their ids.")
    return card


def surveys(library: Library) -> tuple[HarmSurvey, ...]:
    """The safety surveys."""
    from deqi.knowledge.tables.harms import HarmSurvey

    return library.knowledge.rows(HarmSurvey)


def rules(library: Library) -> tuple[Rule, ...]:
    """Every rule."""
    return library.knowledge.rules


def claims(library: Library, claim: str | None = None) -> tuple[Claim, ...]:
    """What people are told, with verdicts; all of it, or one claim.

    Raises:
        InputError: no such claim.
    """
    from deqi.knowledge.tables.words import Claim

    rows = library.knowledge.rows(Claim)
    if claim is None:
        return rows
    chosen = tuple(row for row in rows if row.claim == claim)
    if not chosen:
        raise InputError(f"{claim!r}: no such claim; `deqi claims` lists their ids.")
    return chosen


def sources(library: Library) -> tuple[Source, ...]:
    """The works behind every row."""
    from deqi.knowledge.tables.sources import Source

    return library.knowledge.rows(Source)


@dataclasses.dataclass(frozen=True)
class Cited:
    """A work, and the rows that rest on it by table."""

    source: Source
    cited_by: Mapping[str, Sequence[str]]


def source(library: Library, name: str) -> Cited:
    """One work with the rows that rest on it.

    Raises:
        InputError: no such source.
    """
    from deqi.knowledge.editorial.citing import cited_by

    chosen = next((row for row in sources(library) if row.source == name.casefold()), None)
    if chosen is None:
        raise InputError(f"{name!r}: no such source; `deqi sources` lists their ids.")
    return Cited(chosen, cited_by(library.knowledge, chosen.source))


def references(library: Library) -> frozenset[str]:
    """Every reference that can be explained or looked up: rows (``value:O012``, ``harm:H001``) and sources."""
    from deqi.report.rows import every_row

    rows = {line.key for line in every_row(library.knowledge)}
    return frozenset(rows | {f"source:{row.source}" for row in sources(library)})


def rows(library: Library, wanted: Sequence[str]) -> tuple[RowLine, ...]:
    """The rows of some references, in the order asked for; those that do not exist are left out."""
    from deqi.report.model import RowLine
    from deqi.report.rows import every_row

    found = {line.key: line for line in every_row(library.knowledge)}
    found |= {f"source:{row.source}": RowLine(f"source:{row.source}", row.cite, ()) for row in sources(library)}
    return tuple(found[one] for one in wanted if one in found)


def explain(library: Library, reference: str, condition: str, as_of: dt.date) -> Chain:
    """From a row to its source, and to the sentences of a report that rest on it.

    Raises:
        InputError: no such row, or a key that several tables have.
    """
    from deqi.report.chain import chain

    return chain(library.knowledge, reference, topic(library, condition), as_of)


def explain_rule(library: Library, request: AssessRequest, rule: str) -> tuple[Explained, ...]:
    """One rule's tree for one person, with the truth of each leaf and the facts behind it.

    Raises:
        InputError: no such rule.
    """
    return library.engine.explain(request.person, request.as_of, rule, request.plan)


def changes(before: AssessmentDocument, now: AssessmentDocument) -> Changes:
    """What changed between two assessments of one person."""
    from deqi.safety.compare import changes as compared

    return compared(before, now)


def faults(folder: Path | None = None) -> CheckReport:
    """Every fault of an edition of the knowledge.

    Raises:
        InputError: not the folder of an edition.
    """
    from deqi.knowledge.check import check_all
    from deqi.knowledge.editorial.diff import open_edition
    from deqi.knowledge.store import DATA

    return check_all(open_edition(folder or DATA).folder)


@dataclasses.dataclass(frozen=True)
class TableRows:
    """Rows of a table of the knowledge as they are kept, each under its key; ``tables`` names every table."""

    table: str
    rows: Mapping[str, Mapping[str, str]]


def tables(library: Library) -> Mapping[str, int]:
    """Every table of the knowledge, and how many rows it has."""
    from deqi.knowledge.tables import TABLES

    return {name: len(library.knowledge.rows(spec.row)) for name, spec in TABLES.items()}


def table(library: Library, name: str, key: str | None = None) -> TableRows:
    """The rows of a table with all their columns, notes and provenance among them; or the one of a key.

    Raises:
        InputError: no such table or row.
    """
    from deqi.knowledge.editorial.whole_rows import whole_rows
    from deqi.knowledge.tables import TABLES

    if name not in TABLES:
        raise InputError(f"{name!r}: no such table; `deqi knowledge rows` lists them.")
    found = whole_rows(library.knowledge, name)
    if key is None:
        return TableRows(name, found)
    if key not in found:
        raise InputError(f"{key!r}: no such row in {name}; `deqi knowledge rows {name}` lists their keys.")
    return TableRows(name, {key: found[key]})


@dataclasses.dataclass(frozen=True)
class Gaps:
    """What an edition does not know, has not checked, or should review."""

    edition: str
    gaps: tuple[Gap, ...]


def gaps(folder: Path | None = None) -> Gaps:
    """The gaps of an edition.

    Raises:
        InputError: not the folder of an edition, or one with faults.
    """
    from deqi.knowledge.csvtable import TableError
    from deqi.knowledge.editorial.diff import open_edition
    from deqi.knowledge.editorial.gaps import find_gaps
    from deqi.knowledge.store import DATA

    knowledge = open_edition(folder or DATA)
    try:
        return Gaps(knowledge.edition.version, find_gaps(knowledge))
    except TableError as error:
        raise InputError(f"{error}; mend that edition first (deqi knowledge check --folder).") from None


def edition_changes(old: Path, new: Path | None = None) -> tuple[Change, ...]:
    """The rows that differ between two editions.

    Raises:
        InputError: not the folder of an edition.
    """
    from deqi.knowledge.editorial.diff import diff
    from deqi.knowledge.store import DATA

    return diff(old, new or DATA)


def signoff_sheet(library: Library) -> str:
    """The sheet of default values for a clinician to sign, as Markdown."""
    from deqi.knowledge.editorial.signoff import signoff_sheet as sheet

    return sheet(library.knowledge)


def cases(library: Library, path: Path | None = None) -> CasesReport:
    """Run conformance cases: the shipped ones, or those of a file or folder.

    Raises:
        InputError: a case that cannot be read, or that names what does not exist.
    """
    from deqi.safety.cases.run import CASES, read_cases, run_cases

    return run_cases(library.engine, read_cases(path or CASES))


@dataclasses.dataclass(frozen=True)
class Surveyed:
    """A safety survey and every count that was read of it."""

    survey: HarmSurvey
    rows: tuple[HarmRow, ...]


def survey(library: Library, name: str) -> Surveyed:
    """One safety survey with its counts.

    Raises:
        InputError: no such survey.
    """
    from deqi.knowledge.tables.harms import HarmRow

    chosen = next((row for row in surveys(library) if row.survey == name), None)
    if chosen is None:
        raise InputError(f"{name!r}: no such survey.")
    return Surveyed(chosen, tuple(row for row in library.knowledge.rows(HarmRow) if row.survey == name))


def rule(library: Library, name: str) -> Rule:
    """One rule.

    Raises:
        InputError: no such rule.
    """
    chosen = next((one for one in rules(library) if one.id == name), None)
    if chosen is None:
        raise InputError(f"{name!r}: no such rule.")
    return chosen


@dataclasses.dataclass(frozen=True)
class Defaults:
    """What is done unless somebody asks for something else, read from the code that does it."""

    method: str
    test: str
    level: float
    least_to_pool: int
    least_to_predict: int
    sessions: int
    rules: int
    trials: int
    surveys: int


def defaults(library: Library) -> Defaults:
    """The defaults of the pools and the size of the knowledge."""
    import inspect

    from deqi.evidence.estimates import estimate
    from deqi.knowledge.tables.evidence import Trial
    from deqi.knowledge.thresholds import thresholds
    from metafit import pool
    from metafit.inverse_variance.pooling import check_call

    level = inspect.signature(pool).parameters["level"].default
    method, test, fraction = check_call(inspect.signature(estimate).parameters["method"].default, None, level)
    return Defaults(
        method,
        test,
        100.0 * fraction,
        thresholds().least_to_pool,
        thresholds().least_to_predict,
        thresholds().course_sessions,
        len(library.knowledge.rules),
        len(library.knowledge.rows(Trial)),
        len(surveys(library)),
    )
