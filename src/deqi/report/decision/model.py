"""The decision as data: what a person weighs, chosen from the evidence and the rules by stated orders, no words."""

from __future__ import annotations

import dataclasses
import datetime as dt

from deqi.evidence.benefits import BenefitCell
from deqi.evidence.options import Option
from deqi.evidence.outcomes import Benefit
from deqi.knowledge.tables.decision import DecisionPart
from deqi.knowledge.tables.evidence import Trial, TrialArm
from deqi.knowledge.tables.options import NaturalCourse
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.words import Guideline
from deqi.report.model import EventLine, PersonalPart
from deqi.report.topics import Topic


@dataclasses.dataclass(frozen=True)
class Hundred:
    """People of 100 with an outcome: the best guess and the ends of its interval."""

    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Counted:
    """A benefit counted in people: a hundred with, a hundred without, and where the counts come from."""

    benefit: Benefit
    treated: Hundred
    control: Hundred
    trial: Trial
    arm: TrialArm
    events_treated: float | None
    n_treated: int | None


@dataclasses.dataclass(frozen=True)
class Compared:
    """One comparison of acupuncture: its benefit counted in people where there is one, and all its other benefits."""

    cell: BenefitCell
    counted: Counted | None
    others: tuple[Benefit, ...]
    without_numbers: int


@dataclasses.dataclass(frozen=True)
class Visits:
    """Sessions and minutes in the trials that say: least, middle, most, and of how many trials."""

    least: int
    middle: int
    most: int
    trials: int


@dataclasses.dataclass(frozen=True)
class Decision:
    """Everything the decision page and the one-pager say of one topic."""

    topic: Topic
    as_of: dt.date
    edition: str
    review_by: dt.date
    checked: bool
    """Whether a clinician has checked the rows: today none has."""
    trials: int
    conditions: dict[str, str]
    """Condition ids as readers know them."""
    compared: tuple[Compared, ...]
    feeling: tuple[Benefit, ...]
    """Benefits in tests of feeling or of nerves: whether feeling comes back."""
    common: tuple[EventLine, ...]
    """Events of 1,000 people over a course, commonest first."""
    at_once: tuple[EventLine, ...]
    worse: EventLine | None
    serious: EventLine | None
    lung: EventLine | None
    death: EventLine | None
    parts: tuple[DecisionPart, ...]
    options: tuple[Option, ...]
    others: tuple[Option, ...]
    """Every other effect held, for the tap."""
    course: tuple[NaturalCourse, ...]
    guidelines: tuple[Guideline, ...]
    sessions: Visits | None
    minutes: Visits | None
    sources: tuple[Source, ...]
    """The works behind the numbers of the page."""
    personal: PersonalPart | None = None
