"""An assessment as a document: the JSON of ``deqi assess`` (``schemas/assessment.json``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from deqi.knowledge.rules import Severity, Stage
from deqi.knowledge.tables.vocabulary import Question
from deqi.people.dates import ANY_DAY, DateRange
from deqi.people.facts import Answer, Fact, Origin
from deqi.safety.evaluate.doubt import Why
from deqi.safety.findings import Assessment, Candidacy, Finding, OpenQuestion
from deqi.safety.needling.plan import NeedlingStatus
from deqi.safety.plancheck.check import PlanCheck
from deqi.safety.questionnaire import answers_of
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.restricted import Restricted


class FactLine(msgspec.Struct, frozen=True, kw_only=True):
    """A fact or an answer. Empty strings: nothing of that sort recorded; ``date`` is a day,
    a month, a year, or ``first/last``."""

    kind: str
    system: str
    code: str
    display: str
    value: float | str | None
    unit: str
    date: str
    origin: str


class FindingPart(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that fired."""

    rule: str
    severity: Severity
    stage: Stage
    restricts: tuple[Restricted, ...]
    why: str
    plain: str
    instead: str
    facts: tuple[FactLine, ...]
    sources: tuple[str, ...]
    verified: str
    basis: str


class QuestionPart(msgspec.Struct, frozen=True, kw_only=True):
    """An open question, and the rules its answer would decide."""

    id: str
    text: str
    audience: str
    stage: Stage
    answers: tuple[str, ...]
    decides: tuple[str, ...]


class NeedlingPart(msgspec.Struct, frozen=True, kw_only=True):
    """What the plan check says of one needling."""

    point: str
    side: str
    status: NeedlingStatus
    findings: tuple[str, ...]
    hazards: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    depth_mm: float | None = None
    limit_mm: float | None = None


class HeldPart(msgspec.Struct, frozen=True, kw_only=True):
    """An open question about the person, the needlings it holds up by number, and whether it holds up everything."""

    question: str
    needlings: tuple[int, ...]
    everything: bool


class SessionPart(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of the session: a rule or line of the plan check, its status and words."""

    id: str
    status: NeedlingStatus
    title: str
    plain: str
    instead: str


class PossiblePart(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could mean a hazard and is not settled: the code sets it may mean, and why it is open."""

    fact: FactLine
    sets: tuple[str, ...]
    why: Why
    meant: tuple[str, ...]
    """The names nearest to what was written."""


class AssessmentDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What ``deqi assess --json`` prints."""

    as_of: dt.date
    knowledge: str
    candidacy: Candidacy
    if_clear: Candidacy
    findings: tuple[FindingPart, ...]
    questions: tuple[QuestionPart, ...]
    plan: tuple[NeedlingPart, ...]
    session: tuple[SessionPart, ...] = ()
    held: tuple[HeldPart, ...] = ()
    possible: tuple[PossiblePart, ...] = ()
    not_understood: tuple[FactLine, ...] = ()
    unreadable: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


def document(result: Assessment, catalog: Catalog, check: PlanCheck | None = None) -> AssessmentDocument:
    """The document of an assessment, and of a plan check with what passes in place of what is left out or changed."""
    offers = {} if check is None else check.alternatives
    return AssessmentDocument(
        as_of=result.as_of,
        knowledge=result.edition,
        candidacy=result.candidacy,
        if_clear=result.if_clear,
        findings=tuple(_finding(one, catalog) for one in result.findings),
        questions=tuple(_question(one, catalog) for one in result.questions),
        plan=tuple(
            NeedlingPart(
                point=one.point,
                side=one.side,
                status=one.status,
                findings=one.findings,
                hazards=one.hazards,
                alternatives=tuple(
                    dict.fromkeys(
                        offer.needling.point or offer.needling.site or "" for offer in offers.get(one.number, ())
                    )
                ),
                depth_mm=one.depth_mm,
                limit_mm=one.limit_mm,
            )
            for one in result.plan
        ),
        session=()
        if check is None
        else tuple(
            SessionPart(id=line.id, status=line.status, title=line.title, plain=line.plain, instead=line.instead)
            for line in check.session
        ),
        held=()
        if check is None
        else tuple(
            HeldPart(question=one.question, needlings=one.needlings, everything=one.whole) for one in check.open
        ),
        possible=tuple(
            PossiblePart(fact=fact_line(one.fact, catalog), sets=one.sets, why=one.why, meant=one.fact.meant)
            for one in result.possible
        ),
        not_understood=tuple(fact_line(one, catalog) for one in result.not_understood),
        unreadable=result.unreadable,
        skipped=result.skipped,
    )


def _finding(finding: Finding, catalog: Catalog) -> FindingPart:
    rule = finding.rule
    return FindingPart(
        rule=rule.id,
        severity=rule.severity,
        stage=rule.stage,
        restricts=finding.restricts,
        why=rule.why,
        plain=rule.plain,
        instead=rule.instead,
        facts=tuple(fact_line(one, catalog) for one in finding.because),
        sources=rule.source,
        verified=rule.verified,
        basis=rule.basis,
    )


def _question(one: OpenQuestion, catalog: Catalog) -> QuestionPart:
    row = catalog.questions[one.question]
    return QuestionPart(
        id=one.question,
        text=question_text(row),
        audience=row.audience,
        stage=row.stage,
        answers=answers_of(row),
        decides=one.decides,
    )


def question_text(row: Question) -> str:
    """Plain words for patients, clinicians' words for the others."""
    return row.plain if row.audience == "patient" else row.clinician


def fact_lines(facts: Iterable[Fact | Answer], catalog: Catalog) -> dict[Fact | Answer, FactLine]:
    """Each fact and answer as a line."""
    return {fact: fact_line(fact, catalog) for fact in facts}


def fact_line(fact: Fact | Answer, catalog: Catalog) -> FactLine:
    """One fact or answer that decided."""
    if isinstance(fact, Answer):
        row = catalog.questions.get(fact.question)
        return FactLine(
            kind="answer",
            system="deqi",
            code=fact.question,
            display=question_text(row) if row is not None else "",
            value=fact.value,
            unit=fact.unit or (row.unit if row is not None and isinstance(fact.value, float) else ""),
            date=written(fact.given),
            origin=origin(fact.origin),
        )
    return FactLine(
        kind=fact.kind,
        system=fact.system,
        code=fact.code,
        display=fact.display or fact.text,
        value=fact.value if fact.value is not None else fact.value_text or fact.unread or None,
        unit=fact.unit,
        date=written(fact.start or fact.recorded),
        origin=origin(fact.origin),
    )


def written(when: DateRange | None) -> str:
    """A day, month or year as people record them; else the first and last day it may be."""
    if when is None or when == ANY_DAY:
        return ""
    first, last = when.earliest, when.latest
    if first == last:
        return first.isoformat()
    after = last + dt.timedelta(days=1)
    if first.day == 1 and after.day == 1 and (first.year, first.month) == (last.year, last.month):
        return f"{first.year:04d}-{first.month:02d}"
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return f"{first.year:04d}"
    return f"{first.isoformat()}/{last.isoformat()}"


def origin(where: Origin) -> str:
    """File, line and path, and the resource's id."""
    line = "" if where.line is None else f"line {where.line}"
    return ", ".join(part for part in (where.file, line, where.path, where.resource_id) if part)
