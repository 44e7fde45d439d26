"""The rules made ready to run: triggers parsed once, names resolved, every distinct leaf numbered."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Literal

from deqi.knowledge import Knowledge
from deqi.knowledge.leaves import PLAN_LEAVES, Answer, AnyLeaf, Coded, Medication, Observation, Recorded
from deqi.knowledge.rules import SEVERITIES, AllOf, Node, Rule, parse_trigger
from deqi.knowledge.tables.atlas import Hazard
from deqi.knowledge.tables.vocabulary import (
    AlarmWord,
    Code,
    CodeSet,
    DrugProduct,
    ObservationKind,
    Question,
    QuestionDays,
    Region,
    RegionPoint,
    SetKind,
    Setting,
    Technique,
    Unit,
    UnitWord,
)
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.lexicon import Lexicon
from deqi.people.terminology.units import UnitTable
from deqi.safety.evaluate.applies import AffectedQuestions, Dependency, Terms, dependencies, parse_terms
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.needling.atlas import Atlas
from deqi.safety.rules.lasting import LastingOf
from deqi.safety.rules.restricted import Restricted, same_for_all
from deqi.safety.rules.thresholds import Settings, settle
from deqi.safety.rules.truth import Truth


@dataclasses.dataclass(frozen=True, slots=True)
class Branch:
    """An ``all`` (``every`` true) or ``any`` node over children; a leaf is its number in ``Catalog.leaves``."""

    every: bool
    children: tuple[Branch | int, ...]


@dataclasses.dataclass(frozen=True)
class CompiledRule:
    """A rule with its parsed trigger."""

    rule: Rule
    trigger: Branch | int
    needs_plan: bool
    precludes: bool
    """An absolute or relative rule that restricts everything."""
    restricts: tuple[Restricted, ...] | None
    """What it restricts for everybody; None when that depends on the person."""
    sort_key: tuple[bool, int, bool, int]
    """Sorts the worst first: red flags, severity, what restricts everything, what is known before the visit."""

    @functools.cached_property
    def urgency(self) -> tuple[bool, bool, bool, tuple[bool, int, bool, int]]:
        """Sorts emergencies first, then what may bar somebody at booking, then the rest."""
        return (
            not self.rule.emergency,
            not self.rule.red_flag,
            not (self.precludes and self.rule.stage == "booking"),
            self.sort_key,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """A leaf to judge.

    ``about`` is the code set or measurement that it looks for on the record. Where nothing of it is recorded and
    nothing bears upon its questions, ``default_verdict`` is the verdict; None: always look.
    """

    leaf: AnyLeaf
    about: str | None
    ask: str | None
    gate: str | None
    default_verdict: Verdict | None


@dataclasses.dataclass(frozen=True)
class Catalog:
    """All that evaluation needs, indexed. Built once; holds nothing about a person."""

    rules: tuple[CompiledRule, ...]
    leaves: tuple[AnyLeaf, ...]
    questions: Mapping[str, Question]
    applies: Mapping[str, Terms]
    """For each question that is not about everybody: when it applies."""
    depends_on: Mapping[str, Dependency]
    """For the same questions: what that depends on."""
    affected_questions: AffectedQuestions
    """The same the other way round."""
    observations: Mapping[str, ObservationKind]
    units: UnitTable
    settings: Settings
    regions: Mapping[str, Region]
    region_points: Mapping[str, frozenset[str]]
    """Every point of a region and of all regions below it."""
    region_below: Mapping[str, frozenset[str]]
    technique_below: Mapping[str, frozenset[str]]
    hazards: Mapping[str, tuple[Hazard, ...]]
    index: CodeIndex
    """The code sets: which of them a fact belongs to, and which a fact could have been given to."""
    adverse_when_no: frozenset[str]
    """Questions of which no is the adverse answer."""
    clearing: frozenset[str]
    """Questions by which a clinician clears a rule."""
    lasting: LastingOf
    """Whether the past of a record counts."""
    shelf_life: Mapping[str, QuestionDays]
    """How long the answers to each question count."""
    edition: str
    atlas: Atlas
    """What the plan check looks up."""

    def value(self, setting: str | float) -> float:
        """A number, or the value in force of an ``@setting``."""
        return self.settings.values[setting[1:]] if isinstance(setting, str) else setting

    @functools.cached_property
    def without_plan(self) -> frozenset[int]:
        """The leaves that rules look at which need no plan."""
        return frozenset(
            number for one in self.rules if one.rule.stage != "plan" for number in leaf_numbers(one.trigger)
        )

    @functools.cached_property
    def implied_by(self) -> Mapping[str, frozenset[str]]:
        """The questions that a record of a set answers with yes, though nobody asked: those of the leaves about it."""
        found: dict[str, set[str]] = {}
        for leaf in self.leaves:
            if isinstance(leaf, Recorded | Medication):
                asked = {question for question in (leaf.ask, leaf.gate) if question is not None}
                found.setdefault(leaf.set, set()).update(asked)
        return {name: frozenset(questions) for name, questions in found.items()}

    @functools.cached_property
    def hazardous_side(self) -> Mapping[str, str]:
        """The side on which a number asked for is hazardous, by question; none where it is on both."""
        found: dict[str, set[str]] = {}
        for leaf in self.leaves:
            if isinstance(leaf, Observation) and leaf.ask:
                side = {"<": "low", "<=": "low", ">": "high", ">=": "high"}.get(leaf.op)
                found.setdefault(leaf.ask, set()).update({side} if side else {"low", "high"})
        return {question: sides.pop() for question, sides in found.items() if len(sides) == 1}

    @functools.cached_property
    def not_applicable(self) -> Mapping[str, Literal["not-applicable"]]:
        """Every rule by its id, as it stands before it is judged."""
        return {one.rule.id: "not-applicable" for one in self.rules}

    @functools.cached_property
    def jobs(self) -> tuple[Job, ...]:
        """The leaves in their order."""
        return tuple(self._job(leaf) for leaf in self.leaves)

    def _job(self, leaf: AnyLeaf) -> Job:
        about: str | None
        ask: str | None
        match leaf:
            case Recorded() | Medication():
                about, ask = leaf.set, leaf.ask
            case Observation() | Coded():
                about, ask = leaf.observation, leaf.ask
            case Answer():
                about, ask = None, leaf.question
            case _:
                return Job(leaf, None, None, None, None)
        put = leaf.gate or ask
        return Job(leaf, about, ask, leaf.gate, Verdict(Truth.UNKNOWN, asks=self.first(put) if put else ()))

    def first(self, question: str) -> tuple[str, ...]:
        """What to put first when nothing is known of what the question depends on."""
        depends_on = self.depends_on.get(question)
        return (question,) if depends_on is None else depends_on.first

    @functools.cached_property
    def named_hazards(self) -> Mapping[str, frozenset[str]]:
        """The hazard classes that a rule about needlings names, by rule."""
        return {
            one.rule.id: frozenset(name for restriction in one.rule.restricts for name in restriction.hazards)
            for one in self.rules
        }

    @functools.cached_property
    def point_regions(self) -> Mapping[str, frozenset[str]]:
        """Every region a point lies in."""
        found: dict[str, set[str]] = {}
        for region, points in self.region_points.items():
            for point in points:
                found.setdefault(point, set()).add(region)
        return {point: frozenset(names) for point, names in found.items()}


def build_catalog(
    knowledge: Knowledge, chosen: Mapping[str, float] | None = None, index: CodeIndex | None = None
) -> Catalog:
    """Compile the knowledge, with a clinic's own thresholds and an index with its value sets, if any.

    Raises:
        InputError: a threshold that is unknown, out of range, or would loosen an absolute rule.
    """
    leaves: dict[AnyLeaf, int] = {}
    rules = tuple(_compile(rule, leaves) for rule in knowledge.rules)
    regions = {row.region: row for row in knowledge.rows(Region)}
    below = _closure({name: row.parent for name, row in regions.items()})
    points: dict[str, set[str]] = {name: set() for name in regions}
    for row in knowledge.rows(RegionPoint):
        points[row.region].add(row.point)
    techniques = {row.technique: row.parent for row in knowledge.rows(Technique)}
    hazards: dict[str, list[Hazard]] = {}
    for hazard in knowledge.rows(Hazard):
        hazards.setdefault(hazard.point, []).append(hazard)
    applies = {row.question: parse_terms(row.applies_if) for row in knowledge.rows(Question) if row.applies_if}
    depends_on = dependencies(applies)
    return Catalog(
        rules=rules,
        leaves=tuple(leaves),
        questions={row.question: row for row in knowledge.rows(Question)},
        applies=applies,
        depends_on=depends_on,
        affected_questions=AffectedQuestions.of(depends_on),
        observations={row.observation: row for row in knowledge.rows(ObservationKind)},
        units=UnitTable.build(knowledge.rows(Unit), knowledge.rows(UnitWord)),
        settings=settle(knowledge.rows(Setting), knowledge.rules, chosen or {}),
        regions=regions,
        region_points={name: frozenset().union(*(points[one] for one in below[name])) for name in regions},
        region_below=below,
        technique_below=_closure(techniques),
        hazards={point: tuple(rows) for point, rows in hazards.items()},
        index=index or build_index(knowledge),
        adverse_when_no=frozenset(leaf.question for leaf in leaves if isinstance(leaf, Answer) and "no" in leaf.among),
        clearing=frozenset(one.rule.clearance.question for one in rules if one.rule.clearance is not None),
        lasting=LastingOf(knowledge.rows(SetKind)),
        shelf_life={row.question: row for row in knowledge.rows(QuestionDays)},
        edition=knowledge.edition.version,
        atlas=Atlas(knowledge),
    )


def build_index(knowledge: Knowledge) -> CodeIndex:
    """The shipped code sets, ready to be asked."""
    return CodeIndex.build(
        knowledge.rows(CodeSet),
        knowledge.rows(Code),
        knowledge.rows(DrugProduct),
        knowledge.rows(AlarmWord),
        Lexicon(knowledge.folder / "lexicon"),
    )


def _compile(rule: Rule, leaves: dict[AnyLeaf, int]) -> CompiledRule:
    trigger = _number(parse_trigger(rule.when), leaves)
    numbered = tuple(leaves)
    return CompiledRule(
        rule=rule,
        trigger=trigger,
        needs_plan=any(isinstance(numbered[number], PLAN_LEAVES) for number in leaf_numbers(trigger)),
        precludes=rule.severity in ("absolute", "relative") and any(one.everything for one in rule.restricts),
        restricts=same_for_all(rule),
        sort_key=(
            not rule.red_flag,
            SEVERITIES.index(rule.severity),
            not any(one.everything for one in rule.restricts),
            ("booking", "session", "plan").index(rule.stage),
        ),
    )


def _number(node: Node, leaves: dict[AnyLeaf, int]) -> Branch | int:
    if hasattr(node, "branches"):
        return Branch(isinstance(node, AllOf), tuple(_number(child, leaves) for child in node.branches))
    return leaves.setdefault(node, len(leaves))


def leaf_numbers(node: Branch | int) -> tuple[int, ...]:
    """The leaves below a node, left to right."""
    if isinstance(node, int):
        return (node,)
    return tuple(number for child in node.children for number in leaf_numbers(child))


def _closure(parents: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Each name with all names below it, itself included."""
    below: dict[str, set[str]] = {name: {name} for name in parents}
    for name in parents:
        above, seen = parents[name], {name}
        while above and above not in seen:
            below[above].add(name)
            seen.add(above)
            above = parents.get(above, "")
    return {name: frozenset(names) for name, names in below.items()}
