"""What else there is, in numbers: treatments, what trials found of them, and the course without treatment.

One effect is one outcome of one treatment against one comparator; its people per hundred, its scores and its harms
stand in tables of their own. Numbers are as printed; ``derived`` names the columns that were worked out here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from deqi.knowledge.tables.base import Row, references

TreatmentId = Annotated[str, references("treatments", "treatment")]
EffectId = Annotated[str, references("alternative_effects", "effect")]
Measure = Literal["half", "third", "recovered", "mean", "present", "any", "other"]
"""``half``: at least half the pain gone; ``third``: at least 30 %. Only one measure stands on a line."""


class Treatment(Row, frozen=True, kw_only=True):
    """A treatment other than acupuncture. ``order``: those that guidelines put first come first.

    ``on_page`` no: held and named, but never beside acupuncture as a choice (unlawful in places, or not the person's
    to choose).
    """

    treatment: str
    plain_name: str
    clinical_name: str
    order: int
    on_page: bool


class AlternativeEffect(Row, frozen=True, kw_only=True):
    """One outcome of one treatment against one comparator.

    ``better``: whether more people, fewer people, or a lower score is the gain. Prevention counts harm avoided and
    never stands beside relief.
    """

    effect: str
    treatment: TreatmentId
    condition: Annotated[str, references("conditions", "condition")]
    purpose: Literal["treatment", "prevention"]
    outcome: str
    measure: Measure
    better: Literal["more", "fewer", "lower"]
    weeks: float | None = None
    comparator: str
    comparator_kind: Literal["placebo", "usual_or_nothing", "placebo_or_nothing", "active", "none"]
    certainty: Literal["", "high", "moderate", "low", "very low"] = ""
    design: str
    note: str = ""


class AlternativeCount(Row, frozen=True, kw_only=True):
    """People per hundred with the treatment and with the comparator, and the difference as printed or worked out."""

    effect: EffectId
    people: int | None = None
    studies: int | None = None
    events_treated: int | None = None
    n_treated: int | None = None
    events_control: int | None = None
    n_control: int | None = None
    treated: float | None = None
    control: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    derived: tuple[str, ...] = ()


class AlternativeScore(Row, frozen=True, kw_only=True):
    """The same effect as a number needed to treat, a ratio, or points of a scale."""

    effect: EffectId
    nnt: float | None = None
    nnt_low: float | None = None
    nnt_high: float | None = None
    risk_ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    mean_difference: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    scale_low: float | None = None
    scale_high: float | None = None
    derived: tuple[str, ...] = ()


class AlternativeHarm(Row, frozen=True, kw_only=True):
    """What the treatment cost people in the same trials, per hundred, or as a number needed to harm."""

    harm: str
    effect: EffectId
    outcome: str
    treated: float | None = None
    control: float | None = None
    difference: float | None = None
    nnh: float | None = None
    nnh_low: float | None = None
    nnh_high: float | None = None
    derived: tuple[str, ...] = ()


class NaturalCourse(Row, frozen=True, kw_only=True):
    """How people fare who had no treatment, a placebo or usual care, per hundred. A placebo is not *nothing*."""

    course: str
    condition: Annotated[str, references("conditions", "condition")]
    who: str
    arm: Literal["untreated", "placebo", "usual_care", "splint"]
    outcome: str
    measure: Measure
    weeks: float | None = None
    per100: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    people: int | None = None
    studies: int | None = None
    note: str = ""
