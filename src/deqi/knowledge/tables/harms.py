"""Safety surveys: how often what happened, who said so."""

from typing import Annotated, Literal

from deqi.knowledge.tables.base import CodeSetId, HarmId, HarmPoolId, Row, SurveyId, references


class HarmSurvey(Row, frozen=True, kw_only=True):
    """One survey, cohort or case collection. ``window`` is the time for which each person was asked or watched."""

    survey: str
    study: str
    year: int | None = None
    country: str = ""
    practitioner: str = ""
    design: str = ""
    reporter: str = ""
    population: str = ""
    overlap_group: str = ""
    exposure: str = ""
    note: str = ""
    window: Literal["course", "one_treatment", "three_months", "four_months", "trial", "years", ""] = ""


class HarmRow(Row, frozen=True, kw_only=True):
    """One count or rate of one event."""

    harm: str
    survey: SurveyId
    subgroup: str = ""
    event: str
    label: str
    definition: str = ""
    events: float | None = None
    denominator: float | None = None
    unit: str = ""
    counts: str = ""
    rate_reported: str = ""
    rate_unit: str = ""
    serious: str = ""


class HarmUse(Row, frozen=True, kw_only=True):
    """What a harm row may be used for; rows of one ``pool_key`` come from groups that do not overlap."""

    harm: HarmId
    use: Literal["pool", "modifier", "case", "context"]
    pool_key: str = ""
    known_error: str = ""
    correction: str = ""
    implied_low: float | None = None
    implied_high: float | None = None
    note: str = ""


class HarmModifier(Row, frozen=True, kw_only=True):
    """How much likelier an event is with a risk factor; shown one at a time, never multiplied together."""

    modifier: str
    survey: SurveyId
    event: str
    factor: str
    outcome: str = ""
    measure: str
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    adjusted: str = ""
    usable: bool
    note: str = ""


class HarmModifierFactor(Row, frozen=True, kw_only=True):
    """What a risk factor is on a record: a code set (``without`` those that are another factor), a code with all below
    it, or the recorded sex."""

    modifier: Annotated[str, references("harm_modifiers", "modifier")]
    set: str = ""
    without: tuple[CodeSetId, ...] = ()
    system: Literal["", "snomed", "icd10cm", "icd10"] = ""
    code: str = ""
    sex: Literal["", "female", "male"] = ""


class PublishedHarmPool(Row, frozen=True, kw_only=True):
    """A pooled harm rate printed by a review, or a single-study check."""

    pool: str
    review: str
    event: str
    outcome: str
    measure: str = ""
    unit: str = ""
    per: float | None = None
    k: int | None = None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None


class PublishedHarmPoolNote(Row, frozen=True, kw_only=True):
    """What stands beside a published harm pool."""

    pool: HarmPoolId
    i2: str = ""
    model_published: str = ""
    model_inferred: str = ""
    reproducible: str = ""
    note: str = ""
