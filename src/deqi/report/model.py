"""The report as data: every surface (text, Markdown, HTML, JSON) draws from this and nothing else."""

from __future__ import annotations

import dataclasses
import datetime as dt

from deqi.evidence.benefits import BenefitCell
from deqi.evidence.harms import CourseRisk, HarmRate
from deqi.knowledge.gaps import Gap
from deqi.knowledge.tables.evidence import Indication, IndicationDetail
from deqi.knowledge.tables.harms import HarmModifier, PublishedHarmPool
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Condition
from deqi.knowledge.tables.words import Alternative, Claim, Event, Guideline, Practicality


@dataclasses.dataclass(frozen=True)
class HarmLine:
    """One event: how often, over a course, and what to do."""

    rate: HarmRate
    course: CourseRisk
    event: Event | None


@dataclasses.dataclass(frozen=True)
class Bar:
    """A rule as the public list shows it: who, how strict, why, what instead."""

    rule: str
    title: str
    severity: str
    stage: str
    everything: bool
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
class Report:
    """Everything one report says."""

    condition: Condition
    as_of: dt.date
    edition: str
    headline: tuple[str, ...]
    claims: tuple[Claim, ...]
    benefits: tuple[BenefitCell, ...]
    uses: tuple[OtherUse, ...]
    harms: tuple[HarmLine, ...]
    published_harms: tuple[PublishedHarmPool, ...]
    modifiers: tuple[HarmModifier, ...]
    alternatives: tuple[Alternative, ...]
    guidelines: tuple[Guideline, ...]
    bars: tuple[Bar, ...]
    practicalities: tuple[Practicality, ...]
    gaps: tuple[Gap, ...]
    sources: tuple[Source, ...]
