"""From judged rules to findings, questions and candidacy."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from deqi.knowledge.rules import Rule
from deqi.people.facts import Answer, Fact, Person
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.doubt import Possible, not_understood, possible_records
from deqi.safety.evaluate.reference import Judged, judge_leaves, judge_rules, truth_of
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.needling.plan import CheckedNeedling, Plan
from deqi.safety.rules.catalog import Branch, Catalog, CompiledRule
from deqi.safety.rules.restrict import restrictions
from deqi.safety.rules.restricted import Restricted
from deqi.safety.rules.truth import Truth

Candidacy = Literal["not-a-candidate", "sign-off", "ask-first", "with-changes", "candidate"]
RuleState = Literal["yes", "no", "unknown", "superseded", "cleared", "not-applicable"]
"""What became of a rule.

``superseded``: its trigger is yes or unknown, and a rule that replaces it fired. ``cleared``: yes, but a clinician's
finding clears it for now. ``not-applicable``: a rule about a plan, without a plan.
"""


@dataclasses.dataclass(frozen=True)
class Finding:
    """A rule that fired, what it restricts for this person, and the facts and needlings that decided.

    ``asks`` are questions whose answers would narrow or clear it.
    """

    rule: Rule
    restricts: tuple[Restricted, ...]
    because: tuple[Fact | Answer, ...]
    disputed: tuple[Fact | Answer, ...]
    needlings: tuple[int, ...]
    asks: tuple[str, ...] = ()


class OpenQuestion(msgspec.Struct, frozen=True):
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
    states: Mapping[str, RuleState]
    """What became of every rule, by its id."""
    cleared: tuple[str, ...]
    """Rules that fired and that a clinician's recorded finding clears for now."""
    unreadable: tuple[str, ...]
    """Kinds of record that could not all be read."""
    possible: tuple[Possible, ...] = ()
    """Records that could mean a hazard and are not settled."""
    not_understood: tuple[Fact, ...] = ()
    """Records that no table knows and that are not possible; first those that may mean what an answer denies."""
    skipped: tuple[str, ...] = ()
    """Files that were passed over though they seem to hold records."""
    plan: tuple[CheckedNeedling, ...] = ()
    """The plan check, one entry a needling."""


def assess(catalog: Catalog, person: Person, as_of: dt.date, plan: Plan | None = None) -> Assessment:
    """Judge every rule for one person."""
    context = Context(catalog, person, as_of, plan)
    verdicts = judge_leaves(context)
    judged = judge_rules(context, verdicts)
    states = rule_states(judged, context, verdicts)
    fired = [one for one in judged if states[one.rule.rule.id] == "yes"]
    fired.sort(key=lambda one: one.rule.sort_key)
    findings = [_finding(one, context) for one in fired]
    unknown = [one for one in judged if states[one.rule.rule.id] == "unknown"]
    possible = possible_records(context, verdicts)
    return Assessment(
        as_of=as_of,
        edition=catalog.edition,
        candidacy=candidacy(findings, unknown),
        if_clear=candidacy(findings, ()),
        findings=tuple(findings),
        questions=open_questions(unknown, zip(fired, findings, strict=True)),
        states=states,
        cleared=tuple(rule for rule, state in states.items() if state == "cleared"),
        unreadable=tuple(sorted(person.unreadable)),
        possible=possible,
        not_understood=not_understood(context, possible),
        skipped=person.skipped,
    )


def rule_states(judged: Iterable[Judged], context: Context, verdicts: Sequence[Verdict]) -> dict[str, RuleState]:
    """What became of every rule. A rule that is itself replaced still replaces others; a cleared one does not."""
    judged = tuple(judged)
    states: dict[str, RuleState] = dict(context.catalog.not_applicable)
    for one in judged:
        cleared = one.truth is Truth.YES and _is_cleared(one, context, verdicts)
        states[one.rule.rule.id] = "cleared" if cleared else _STATES[one.truth]
    standing = {rule for rule, state in states.items() if state == "yes"}
    for one in judged:
        rule = one.rule.rule
        if rule.superseded_by and states[rule.id] in ("yes", "unknown") and not standing.isdisjoint(rule.superseded_by):
            states[rule.id] = "superseded"
    return states


_STATES: Mapping[Truth, RuleState] = {Truth.YES: "yes", Truth.NO: "no", Truth.UNKNOWN: "unknown"}


def candidacy(findings: Iterable[Finding], unknown: Iterable[Judged]) -> Candidacy:
    """The first that holds, worst first. Plan-stage rules say nothing of the person beyond what must change.

    A hazard nobody could verify makes by itself nobody *not a candidate*: it asks for a sign-off instead.
    """
    contraindications = [
        finding.rule
        for finding in findings
        if finding.rule.stage != "plan" and any(one.everything for one in finding.rule.restricts)
    ]
    if any(rule.severity == "absolute" and rule.verified != "no" for rule in contraindications):
        return "not-a-candidate"
    if any(rule.severity in ("absolute", "relative") for rule in contraindications):
        return "sign-off"
    if any(asks_first(one.rule.rule) for one in unknown):
        return "ask-first"
    if any(finding.rule.severity != "information" and restricts_something(finding.rule) for finding in findings):
        return "with-changes"
    return "candidate"


def asks_first(rule: Rule) -> bool:
    """Whether a rule, while it is undecided, lets nobody be called a candidate."""
    return rule.stage == "booking" and rule.severity != "information"


def restricts_something(rule: Rule) -> bool:
    """Whether a rule does more than tell."""
    return any(not one.advice for one in rule.restricts)


def open_questions(unknown: Iterable[Judged], fired: Iterable[tuple[Judged, Finding]] = ()) -> tuple[OpenQuestion, ...]:
    """The questions behind undecided rules, and those that would narrow or clear a finding, worst first.

    What could bar somebody altogether comes before what could only change the treatment, so that the candidacy is
    settled soonest; then the question that decides most rules.
    """
    decides: dict[str, dict[str, CompiledRule]] = {}
    for one in unknown:
        for verdict in one.deciding:
            for question in verdict.asks:
                decides.setdefault(question, {})[one.rule.rule.id] = one.rule
    for one, finding in fired:
        for question in finding.asks:
            decides.setdefault(question, {})[one.rule.rule.id] = one.rule
    ranked = sorted(
        (min([rule.urgency for rule in rules.values()]), -len(rules), question) for question, rules in decides.items()
    )
    return tuple([OpenQuestion(question, tuple(decides[question])) for *_, question in ranked])


def _finding(one: Judged, context: Context) -> Finding:
    rule = one.rule.rule
    because = _distinct(fact for verdict in one.deciding for fact in verdict.because)
    restricts, site_question = restrictions(one.rule, because, context)
    clearing = rule.clearance.question if rule.clearance is not None else None
    refused = context.answer(clearing) if clearing is not None else None
    if refused is not None and refused.value == "no":
        clearing = None
    return Finding(
        rule=rule,
        restricts=restricts,
        because=because,
        disputed=_distinct(fact for verdict in one.deciding for fact in verdict.disputed),
        needlings=tuple(sorted({number for verdict in one.deciding for number in verdict.needlings})),
        asks=tuple(question for question in (clearing, site_question) if question is not None),
    )


def _distinct(facts: Iterable[Fact | Answer]) -> tuple[Fact | Answer, ...]:
    return tuple(dict.fromkeys(facts))


def _is_cleared(one: Judged, context: Context, verdicts: Sequence[Verdict]) -> bool:
    """A named clinician's finding, given within its days, clears an absolute rule; not what came after it.

    It covers answers up to and including its day and facts whose latest possible day is not after it; what has no
    date only when it was given on the day itself. What may hold must be covered like what does.
    """
    clearance = one.rule.rule.clearance
    if clearance is None:
        return False
    answer = context.answer(clearance.question)
    if answer is None or answer.value != "yes" or answer.given is None:
        return False
    given = answer.given.earliest
    if (context.as_of - given).days > clearance.days:
        return False
    return all(_covered(part, given, context.as_of) for part in _alive(one.rule.trigger, verdicts))


def _covered(part: Fact | Answer, given: dt.date, as_of: dt.date) -> bool:
    when = part.given if isinstance(part, Answer) else part.start or part.recorded
    return given >= as_of if when is None else when.latest <= given


def _alive(node: Branch | int, verdicts: Sequence[Verdict]) -> Iterator[Fact | Answer]:
    """What makes a rule true or might: facts and answers below nodes none of which is no."""
    if isinstance(node, int):
        verdict = verdicts[node]
        if verdict.truth is Truth.YES:
            yield from verdict.because
        if verdict.truth is not Truth.NO:
            yield from verdict.maybe
        return
    if truth_of(node, [verdict.truth for verdict in verdicts]) is not Truth.NO:
        for child in node.children:
            yield from _alive(child, verdicts)
