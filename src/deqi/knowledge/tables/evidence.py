"""Trials, outcomes, published pools and indications."""

from typing import Literal

from deqi.knowledge.tables.base import IndicationId, OutcomeId, PoolId, Row, TrialId

Comparator = Literal[
    "sham", "usual_care", "waitlist", "drug", "vitamin", "sham_plus_vitamin", "placebo_capsule", "active_other",
    "acupuncture_variant", "none",
]  # fmt: skip
Direction = Literal[
    "favours_acupuncture", "favours_control", "no_difference", "mixed", "within_arm_only", "not_seen",
    "not_applicable",
]  # fmt: skip


class Trial(Row, frozen=True, kw_only=True):
    """One trial (or the companion report of one).

    ``purpose`` ``other-technique`` marks a trial of laser, tapping, or of the current alone (the sham arm has the same
    needles): it says nothing of needling, and is shown apart.
    """

    trial: str
    authors: str = ""
    year: int | None = None
    title: str = ""
    journal: str = ""
    condition: str
    purpose: Literal["treatment", "prevention", "other-technique"]
    design: str
    randomised: Literal["yes", "no", "unclear"]
    blinding: str = ""
    population: str = ""
    registry: str = ""
    note: str = ""


class TrialArm(Row, frozen=True, kw_only=True):
    """One comparison of a trial: what was done, against what, in how many."""

    trial: TrialId
    style: str = ""
    points: str = ""
    sessions: str = ""
    weeks: str = ""
    minutes: str = ""
    comparator: Comparator
    comparator_detail: str = ""
    n_randomised: int | None = None
    n_acupuncture: int | None = None
    n_control: int | None = None
    analysed_acupuncture: int | None = None
    analysed_control: int | None = None


class TrialResult(Row, frozen=True, kw_only=True):
    """Which way a comparison went, and whether its numbers can be used."""

    trial: TrialId
    comparator: Comparator
    direction: Direction
    summary: str = ""
    numbers_status: Literal["usable", "partly", "not_available"]
    numbers_reason: str = ""
    report_of: TrialId = ""
    adverse_acupuncture: str = ""
    adverse_control: str = ""
    adverse_reported: str = ""


class Outcome(Row, frozen=True, kw_only=True):
    """One outcome of one comparison at one time."""

    outcome: str
    trial: TrialId
    comparator: Comparator
    domain: str
    name: str
    scale_low: float | None = None
    scale_high: float | None = None
    lower_is_better: bool | None = None
    weeks: float | None = None
    timepoint: str = ""
    reporter: Literal["patient", "clinician", "instrument", ""] = ""
    poolable: str
    poolable_reason: str = ""


class OutcomeValue(Row, frozen=True, kw_only=True):
    """One arm's numbers."""

    value: str
    outcome: OutcomeId
    value_type: Literal["baseline", "final", "change", "events"]
    arm: Literal["acupuncture", "control"]
    arm_label: str = ""
    n: int | None = None
    mean: float | None = None
    sd: float | None = None
    events: int | None = None
    total: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    note: str = ""


class OutcomeContrast(Row, frozen=True, kw_only=True):
    """A between-group difference as printed: acupuncture minus control, or acupuncture over control."""

    contrast: str
    outcome: OutcomeId
    measure: str = ""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: str = ""
    adjusted: str = ""
    n_acupuncture: int | None = None
    n_control: int | None = None
    note: str = ""


class PublishedPool(Row, frozen=True, kw_only=True):
    """A pooled estimate printed by a review."""

    pool: str
    review: str
    condition: str
    comparator: str
    outcome: str
    k: int | None = None
    n: int | None = None
    review_k: int | None = None
    model: str = ""
    measure: str = ""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None


class PublishedPoolNote(Row, frozen=True, kw_only=True):
    """What stands beside a published pool."""

    pool: PoolId
    i2: str = ""
    p: str = ""
    favours: str = ""
    certainty: str = ""
    reproducible: str = ""
    note: str = ""


class Indication(Row, frozen=True, kw_only=True):
    """What acupuncture is used for beyond neuropathy, and what a review found."""

    indication: str
    title: str
    condition: str
    comparator: str
    comparator_detail: str = ""
    outcome: str
    timepoint: str = ""
    measure: str = ""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    better_sign: str = ""
    favours: str = ""


class IndicationDetail(Row, frozen=True, kw_only=True):
    """The rest of an indication row."""

    indication: IndicationId
    review: str
    year: int | None = None
    design: str = ""
    n_trials: int | None = None
    n_participants: int | None = None
    arm_acupuncture: str = ""
    arm_control: str = ""
    certainty: str = ""
    clinically_relevant: str = ""
    role: str = ""
    note: str = ""


class SearchEntry(Row, frozen=True, kw_only=True):
    """Where was looked, when, with which words, and what was found."""

    entry: str
    date: str = ""
    where: str
    words: str
    aim: str
    found: str
    note: str = ""


class Excluded(Row, frozen=True, kw_only=True):
    """A study left out, and why."""

    entry: str
    study: str
    area: str
    reason: str
