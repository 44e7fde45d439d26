"""Trials, outcomes, published pools and indications."""

from typing import Literal

from deqi.knowledge.tables.base import IndicationId, OutcomeId, OutcomeKindId, PoolId, Row, TrialId

Comparator = Literal[
    "sham", "usual_care", "waitlist", "no_treatment", "drug", "vitamin", "sham_plus_vitamin", "placebo_capsule",
    "placebo_laser", "active_other", "acupuncture_variant", "none",
]  # fmt: skip
Direction = Literal[
    "favours_acupuncture", "favours_control", "no_difference", "mixed", "within_arm_only", "not_seen",
    "not_finished", "not_applicable",
]  # fmt: skip
Score = Literal["change", "end", "not_stated", ""]
CertaintyLevel = Literal["high", "moderate", "low", "very low"]


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


class TrialComparison(Row, frozen=True, kw_only=True):
    """The design of one comparison: what may be said of it depends on this, not on the trial as a whole.

    ``added_to`` names what both arms had: then the comparison is acupuncture against nothing on top. ``blinded`` says
    whether people could not tell which of the two they got. ``people`` are those of the arms compared, each counted
    once (also where everybody had both treatments); empty where only the size of the whole trial was seen.
    """

    trial: TrialId
    comparator: Comparator
    allocation: Literal["parallel", "crossover", "factorial", "single_arm"]
    arms: int
    compared: str = ""
    added_to: str = ""
    technique: Literal["needle", "laser", "current", "tapping", "bloodletting"]
    sham: Literal["penetrating", "non_penetrating", "other_kind", "same_light", "not_seen", "none"]
    blinded: Literal["yes", "no", "unclear"]
    people: int | None = None


class TrialResult(Row, frozen=True, kw_only=True):
    """What the authors say of a comparison (``direction``), and whether its numbers can be used."""

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


class OutcomeKind(Row, frozen=True, kw_only=True):
    """What "got better" means in a count of people; counts of different kinds are never put together."""

    kind: str
    plain_name: str
    clinical_name: str
    order: int


class OutcomeDefinition(Row, frozen=True, kw_only=True):
    """Which kind of count an outcome is."""

    outcome: OutcomeId
    kind: OutcomeKindId


class OutcomeRating(Row, frozen=True, kw_only=True):
    """The certainty a cited review gave the same numbers; ours is never above it."""

    outcome: OutcomeId
    certainty: CertaintyLevel


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
    """A between-group difference as printed: acupuncture minus control, or acupuncture over control.

    ``score`` says of what it is a difference: changes from the start, or values at the end.
    """

    contrast: str
    outcome: OutcomeId
    measure: str = ""
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p: str = ""
    score: Score = ""
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
    """What stands beside a published pool.

    ``added`` names what both arms had; ``better`` is the side of the scale on which people do well; ``repeats`` is the
    trial whose numbers it is, where it pools only one that we hold.
    """

    pool: PoolId
    i2: str = ""
    p: str = ""
    favours: str = ""
    certainty: str = ""
    reproducible: str = ""
    note: str = ""
    compared: str = ""
    added: str = ""
    better: Literal["higher", "lower", ""] = ""
    repeats: TrialId = ""
    technique: Literal["needle", "laser"]
    plain_outcome: str = ""


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
