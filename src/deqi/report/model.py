"""The report as data: every surface draws from this and nothing else, and ``--format json`` is this."""

from __future__ import annotations

import dataclasses
import datetime as dt

from deqi.evidence.benefits import Evidence
from deqi.evidence.harm_lists import EventHarm
from deqi.evidence.harms import CourseRisk, HarmRate
from deqi.evidence.network import Comparison
from deqi.knowledge.editorial.gaps import Gap
from deqi.knowledge.tables.evidence import Indication, IndicationDetail
from deqi.knowledge.tables.harms import HarmModifier, PublishedHarmPool, PublishedHarmPoolNote
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.words import Alternative, Claim, Event, Guideline, Practicality
from deqi.report.topics import Topic


@dataclasses.dataclass(frozen=True)
class HarmLine:
    """One rate of one event: over a course, and the event in plain words."""

    rate: HarmRate
    course: CourseRisk
    event: Event | None


@dataclasses.dataclass(frozen=True)
class EventLine:
    """One event as it stands in its list, and the event in plain words."""

    harm: EventHarm
    event: Event


@dataclasses.dataclass(frozen=True)
class Uncounted:
    """An event people should know of although nobody has counted it; ``counted`` are parts of it that were."""

    event: Event
    counted: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class PublishedHarm:
    """A published pool of a harm and what stands beside it."""

    pool: PublishedHarmPool
    note: PublishedHarmPoolNote | None


@dataclasses.dataclass(frozen=True)
class Misprint:
    """A printed number known to be wrong, and the right one."""

    harm: str
    study: str
    printed: str
    correction: str


@dataclasses.dataclass(frozen=True)
class Network:
    """A network of comparators that is sound enough to be shown, with its caveats (codes of the text table)."""

    measure: str
    comparisons: tuple[Comparison, ...]
    caveats: tuple[str, ...]
    rows: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Networks:
    """The networks that may be shown; where there is none, the outcome nearest to one and the trials of its two best
    known comparators."""

    shown: tuple[Network, ...]
    nearest: str
    trials: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Harms:
    """What harm it does. ``events`` stand in lists of one denominator each; ``lines`` are all rates behind them.

    ``withheld`` are risk factors whose printed numbers do not hold together: named, never shown.
    """

    events: tuple[EventLine, ...]
    lines: tuple[HarmLine, ...]
    no_rate: tuple[Uncounted, ...]
    published: tuple[PublishedHarm, ...]
    modifiers: tuple[HarmModifier, ...]
    withheld: tuple[HarmModifier, ...]
    misprints: tuple[Misprint, ...]
    sessions: int


@dataclasses.dataclass(frozen=True)
class ListedRule:
    """A rule as the public list shows it: who, how strict, why, what instead."""

    rule: str
    title: str
    severity: str
    stage: str
    everything: bool
    red_flag: bool
    plain: str
    instead: str
    basis: str
    verified: str
    source: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class OtherUse:
    """Another use of acupuncture and what a review found for it."""

    row: Indication
    detail: IndicationDetail | None


@dataclasses.dataclass(frozen=True)
class PersonalFinding:
    """A rule that applies to the person, in plain words, with what decided. ``cleared``: a clinician has cleared it."""

    rule: str
    title: str
    severity: str
    plain: str
    instead: str
    because: tuple[str, ...]
    label: str
    source: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class PersonalQuestion:
    """A question that could still change the answer."""

    question: str
    text: str
    audience: str
    decides: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class PlanLine:
    """One needling of the plan and what was found. ``status``: ok, ok-note, change, omit, ask or no-data."""

    place: str
    status: str
    text: str


@dataclasses.dataclass(frozen=True)
class PersonalPart:
    """What the rules say of one person (and plan) on the report's day.

    ``modifiers`` are risk factors of the person, each shown alone; they are never multiplied together. ``withheld`` are
    those whose printed numbers do not hold together: named beside the others, without a number.
    ``possible`` are records that may mean a hazard, in words; ``not_understood`` those that no table knows; ``skipped``
    files that were passed over. ``own`` are the records that name a kind of nerve damage, where the page's topic was
    looked for in them; ``named``: it was taken from there.
    """

    candidacy: str
    if_clear: str
    findings: tuple[PersonalFinding, ...]
    questions: tuple[PersonalQuestion, ...]
    unreadable: tuple[str, ...] = ()
    plan: tuple[PlanLine, ...] = ()
    modifiers: tuple[HarmModifier, ...] = ()
    withheld: tuple[HarmModifier, ...] = ()
    possible: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    named: bool = False


@dataclasses.dataclass(frozen=True)
class RowLine:
    """One row of the tables: its reference, what it says, its sources."""

    key: str
    text: str
    source: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Report:
    """Everything one report says. ``rows`` and ``sources`` are all that its numbers and sentences rest on."""

    topic: Topic
    conditions: dict[str, str]
    """Condition ids as readers know them."""
    as_of: dt.date
    edition: str
    claims: tuple[Claim, ...]
    own_claims: tuple[str, ...]
    """Ids of the claims that are about this topic and nothing else."""
    evidence: Evidence | None
    network: Networks | None
    uses: tuple[OtherUse, ...]
    harms: Harms
    alternatives: tuple[Alternative, ...]
    guidelines: tuple[Guideline, ...]
    rules: tuple[ListedRule, ...]
    practicalities: tuple[Practicality, ...]
    gaps: tuple[Gap, ...]
    sources: tuple[Source, ...]
    rows: tuple[RowLine, ...] = ()
    personal: PersonalPart | None = None
