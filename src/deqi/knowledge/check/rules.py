"""Rules and protocols: every name they use exists, and no rule can only bar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator

import msgspec

from deqi.knowledge import leaves as kinds
from deqi.knowledge.check.tables import Fault
from deqi.knowledge.leaves import AnyLeaf
from deqi.knowledge.protocols import Protocol
from deqi.knowledge.rules import AllOf, AnyOf, Node, Rule, parse_trigger
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables.atlas import Point
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import (
    CodeSet,
    ObservationKind,
    Question,
    QuestionDays,
    Region,
    SetKind,
    Setting,
    Technique,
    Unit,
)
from deqi.knowledge.words import say


class _Names:
    """Every name a rule may use."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.sets = {row.set: row.kind for row in knowledge.rows(CodeSet)}
        self.questions = {row.question: row for row in knowledge.rows(Question)}
        self.observations = {row.observation: row for row in knowledge.rows(ObservationKind)}
        self.regions = {row.region for row in knowledge.rows(Region)}
        self.techniques = {row.technique for row in knowledge.rows(Technique)}
        self.points = {row.code for row in knowledge.rows(Point)}
        self.settings = {row.setting for row in knowledge.rows(Setting)}
        self.units = {unit for row in knowledge.rows(Unit) for unit in (row.code, row.to)}
        self.sources = {row.source for row in knowledge.rows(Source)}
        self.rules = {rule.id for rule in knowledge.rules}
        self.aging = {row.question for row in knowledge.rows(QuestionDays)}
        self.lasting = {row.set for row in knowledge.rows(SetKind) if not row.code}


def rule_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Every fault of every rule."""
    names = _Names(knowledge)
    for rule in knowledge.rules:
        for problem in _rule_problems(rule, names):
            yield Fault(f"rules, {rule.id}", problem)
    yield from _cycles(knowledge.rules)
    yield from _question_faults(names)
    yield from _lasting_faults(names)


def _rule_problems(rule: Rule, names: _Names) -> Iterator[str]:
    try:
        trigger = parse_trigger(rule.when)
    except msgspec.ValidationError as error:
        yield say("check.trigger", error=error)
        return
    found = list(leaves_of(trigger))
    for leaf in found:
        yield from _leaf_problems(leaf, names)
    for restriction in rule.restricts:
        yield from _unknown("check.restricts-unknown", "region", restriction.regions, names.regions)
        yield from _unknown("check.restricts-unknown", "technique", restriction.techniques, names.techniques)
        yield from _unknown("check.restricts-unknown", "point", restriction.points, names.points)
    yield from _unknown("check.cites-unknown", "source", rule.source, names.sources)
    yield from _unknown("check.superseded-unknown", "rule", rule.superseded_by, names.rules)
    for question in (rule.site_question, rule.clearance.question if rule.clearance else None):
        if question is not None and question not in names.questions:
            yield say("check.asks-unknown", name=question)
    yield from _sense_problems(rule, found)


def _sense_problems(rule: Rule, found: list[AnyLeaf]) -> Iterator[str]:
    everything = any(restriction.everything for restriction in rule.restricts)
    if not rule.restricts:
        yield say("check.does-nothing")
    if rule.severity == "information" and any(
        not (restriction.advice or restriction.matched) for restriction in rule.restricts
    ):
        yield say("check.information-restricts")
    if rule.severity != "information" and all(restriction.advice for restriction in rule.restricts):
        yield say("check.only-advises", severity=rule.severity)
    if everything and rule.severity == "absolute" and rule.verified == "no":
        yield say("check.unverified-bar")
    uses_plan = any(isinstance(leaf, kinds.PLAN_LEAVES) for leaf in found)
    if uses_plan != (rule.stage == "plan"):
        yield say("check.stage-with" if uses_plan else "check.stage-without", stage=rule.stage)
    if everything and rule.stage == "booking" and rule.severity in ("absolute", "relative"):
        for leaf in found:
            if isinstance(leaf, kinds.Recorded | kinds.Medication | kinds.Observation | kinds.Coded) and not (
                leaf.ask or leaf.gate
            ):
                yield say("check.never-cleared")
    if rule.review_by < rule.reviewed_on or rule.reviewed_on > dt.date(2100, 1, 1):
        yield say("check.review-dates")


def _leaf_problems(leaf: AnyLeaf, names: _Names) -> Iterator[str]:
    for field in ("ask", "gate", "question"):
        question = getattr(leaf, field, None)
        if question is not None and question not in names.questions:
            yield say("check.asks-unknown", name=question)
    for field in ("within_days", "value", "over_mm", "minutes_over"):
        setting = getattr(leaf, field, None)
        if isinstance(setting, str) and setting[1:] not in names.settings:
            yield say("check.uses-unknown", kind="setting", name=setting)
    code_set = getattr(leaf, "set", None)
    if code_set is not None and code_set not in names.sets:
        yield say("check.uses-unknown", kind="code set", name=code_set)
    match leaf:
        case kinds.Observation() | kinds.Coded():
            if leaf.observation not in names.observations:
                yield say("check.uses-unknown", kind="observation", name=leaf.observation)
            elif isinstance(leaf, kinds.Observation) and leaf.unit not in names.units | {"1", "{INR}"}:
                yield say("check.uses-unknown", kind="unit", name=leaf.unit)
        case kinds.Answer():
            yield from _answer_problems(leaf, names)
        case kinds.Needling():
            yield from _unknown("check.uses-unknown", "point", leaf.points, names.points)
            yield from _unknown("check.uses-unknown", "region", leaf.regions, names.regions)
            yield from _unknown("check.uses-unknown", "region", leaf.current_crosses, names.regions)
            yield from _unknown("check.uses-unknown", "technique", leaf.techniques, names.techniques)
        case _:
            pass


def _unknown(key: str, kind: str, used: Iterable[str], known: Container[str]) -> Iterator[str]:
    """Names that are used and not known, each as the sentence of a key."""
    yield from (say(key, kind=kind, name=one) for one in used if one not in known)


def _answer_problems(leaf: kinds.Answer, names: _Names) -> Iterator[str]:
    question = names.questions.get(leaf.question)
    if question is None:
        return
    allowed = ("yes", "no") if question.type == "yes-no" else question.answers
    for answer in leaf.among:
        if allowed and answer not in allowed:
            yield say("check.answer-unknown", answer=answer, question=leaf.question)


def leaves_of(node: Node) -> Iterator[AnyLeaf]:
    """The leaves of a trigger, left to right."""
    if isinstance(node, AllOf | AnyOf):
        for branch in node.branches:
            yield from leaves_of(branch)
    else:
        yield node


def _cycles(rules: tuple[Rule, ...]) -> Iterator[Fault]:
    """Two rules that each give way to the other would both vanish."""
    above = {rule.id: set(rule.superseded_by) for rule in rules}
    for rule in rules:
        seen: set[str] = set()
        todo = list(above[rule.id])
        while todo:
            one = todo.pop()
            if one == rule.id:
                yield Fault(f"rules, {rule.id}", say("check.superseded-circle"))
                break
            if one not in seen:
                seen.add(one)
                todo += above.get(one, set())


def _question_faults(names: _Names) -> Iterator[Fault]:
    for name, row in names.questions.items():
        place = f"questions.csv, {name}"
        if row.type == "choice" and len(row.answers) < 2:
            yield Fault(place, say("check.choice-answers"))
        if row.type == "number" and not row.unit:
            yield Fault(place, say("check.number-unit"))
        if name not in names.aging:
            yield Fault(place, say("check.question-days"))
        for term in row.applies_if:
            for option in term.split("|"):
                kind, _, rest = option.partition(":")
                if kind == "answer" and rest.partition("=")[0] not in names.questions:
                    yield Fault(place, say("check.applies-unknown", kind="question", name=rest.partition("=")[0]))
                if kind in ("recorded", "medication") and rest not in names.sets:
                    yield Fault(place, say("check.applies-unknown", kind="code set", name=rest))


def _lasting_faults(names: _Names) -> Iterator[Fault]:
    """What is recorded of a person is over one day; somebody has to have said what that means."""
    for name, kind in names.sets.items():
        if kind not in ("observation", "value") and name not in names.lasting:
            yield Fault(f"code_sets.csv, {name}", say("check.set-kind"))


def protocol_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Protocols name known points, techniques and sources."""
    names = _Names(knowledge)
    for protocol in knowledge.protocols:
        place = f"protocols.yaml, {protocol.id}"
        yield from (Fault(place, problem) for problem in _protocol_problems(protocol, names))


def _protocol_problems(protocol: Protocol, names: _Names) -> Iterator[str]:
    for component in protocol.components:
        used = [needling.point for needling in component.needlings]
        used += [point for pair in component.pairs for point in (pair.start, pair.end)]
        yield from _unknown("check.unknown", "point", used, names.points)
        yield from _unknown("check.unknown", "technique", (component.technique,), names.techniques)
    yield from _unknown("check.unknown", "point", protocol.optional_points, names.points)
    yield from _unknown("check.unknown", "source", protocol.source, names.sources)
