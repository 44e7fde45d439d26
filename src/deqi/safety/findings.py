"""From judged rules to findings, questions and candidacy."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Literal

from deqi.knowledge.rules import SEVERITIES, Rule
from deqi.people.facts import Answer, Fact, Person
from deqi.safety.catalog import Catalog
from deqi.safety.context import Context
from deqi.safety.evaluate import Judged, judge_rules
from deqi.safety.plan import Plan
from deqi.safety.truth import Truth

Candidacy = Literal["not-a-candidate", "sign-off", "ask-first", "with-changes", "candidate"]


@dataclasses.dataclass(frozen=True)
class Finding:
    """A rule that fired, with the facts and needlings that decided."""

    rule: Rule
    because: tuple[Fact | Answer, ...]
    disputed: tuple[Fact | Answer, ...]
    needlings: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class OpenQuestion:
    """A question whose answer could still change the result, and the rules it would decide."""

    question: str
    decides: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Assessment:
    """What the rules say of one person on one day."""

    as_of: dt.date
    edition: str
    candidacy: Candidacy
    if_clear: Candidacy
    findings: tuple[Finding, ...]
    questions: tuple[OpenQuestion, ...]
    cleared: tuple[str, ...]
    """Rules that fired and that a clinician's recorded finding clears for now."""
    unreadable: tuple[str, ...]
    """Kinds of record that could not all be read."""


def assess(catalog: Catalog, person: Person, as_of: dt.date, plan: Plan | None = None) -> Assessment:
    """Judge every rule for one person."""
    context = Context(catalog, person, as_of, plan)
    judged = judge_rules(context)
    fired = {one.rule.rule.id for one in judged if one.truth is Truth.YES}
    cleared = tuple(
        one.rule.rule.id for one in judged if one.truth is Truth.YES and _is_cleared(one.rule.rule, context)
    )
    standing = fired - set(cleared)
    live = [one for one in judged if not standing & set(one.rule.rule.superseded_by)]
    findings = [_finding(one) for one in live if one.rule.rule.id in standing]
    findings.sort(key=lambda finding: _weight(finding.rule))
    unknown = [one for one in live if one.truth is Truth.UNKNOWN]
    return Assessment(
        as_of=as_of,
        edition=catalog.edition,
        candidacy=candidacy(findings, unknown),
        if_clear=candidacy(findings, ()),
        findings=tuple(findings),
        questions=open_questions(unknown),
        cleared=cleared,
        unreadable=tuple(sorted(person.unreadable)),
    )


def candidacy(findings: Iterable[Finding], unknown: Iterable[Judged]) -> Candidacy:
    """The first that holds, worst first. Plan-stage rules say nothing of the person beyond what must change.

    A hazard nobody could verify makes by itself nobody *not a candidate*: it asks for a sign-off instead.
    """
    bars = [
        finding.rule
        for finding in findings
        if finding.rule.stage != "plan" and any(one.everything for one in finding.rule.restricts)
    ]
    if any(rule.severity == "absolute" and rule.verified != "no" for rule in bars):
        return "not-a-candidate"
    if any(rule.severity in ("absolute", "relative") for rule in bars):
        return "sign-off"
    if any(one.rule.blocks and one.rule.rule.stage == "booking" for one in unknown):
        return "ask-first"
    if any(finding.rule.severity != "information" and restricts_something(finding.rule) for finding in findings):
        return "with-changes"
    return "candidate"


def restricts_something(rule: Rule) -> bool:
    """Whether a rule does more than tell."""
    return any(not one.advice for one in rule.restricts)


def open_questions(unknown: Iterable[Judged]) -> tuple[OpenQuestion, ...]:
    """The questions behind undecided rules, worst first."""
    decides: dict[str, list[Rule]] = {}
    for one in unknown:
        for verdict in one.deciding:
            for question in verdict.asks:
                rules = decides.setdefault(question, [])
                if one.rule.rule not in rules:
                    rules.append(one.rule.rule)
    ranked = sorted(decides.items(), key=lambda item: (min(_weight(rule) for rule in item[1]), -len(item[1]), item[0]))
    return tuple(OpenQuestion(question, tuple(rule.id for rule in rules)) for question, rules in ranked)


def _weight(rule: Rule) -> tuple[bool, int, bool, int]:
    """Red flags first, then severity, then what restricts everything, then what is known before the visit."""
    return (
        not rule.red_flag,
        SEVERITIES.index(rule.severity),
        not any(one.everything for one in rule.restricts),
        ("booking", "session", "plan").index(rule.stage),
    )


def _finding(one: Judged) -> Finding:
    return Finding(
        rule=one.rule.rule,
        because=_distinct(fact for verdict in one.deciding for fact in verdict.because),
        disputed=_distinct(fact for verdict in one.deciding for fact in verdict.disputed),
        needlings=tuple(sorted({number for verdict in one.deciding for number in verdict.needlings})),
    )


def _distinct(facts: Iterable[Fact | Answer]) -> tuple[Fact | Answer, ...]:
    return tuple(dict.fromkeys(facts))


def _is_cleared(rule: Rule, context: Context) -> bool:
    """A named clinician's finding, given within its days, clears an absolute rule."""
    if rule.clearance is None:
        return False
    given = context.answer(rule.clearance.question)
    if given is None or given.value != "yes" or given.given is None:
        return False
    return (context.as_of - given.given.earliest).days <= rule.clearance.days
