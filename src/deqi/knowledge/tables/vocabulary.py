"""Vocabularies: the only words a rule may use."""

from typing import Annotated, Literal

from deqi.knowledge.tables.atlas import HazardClass
from deqi.knowledge.tables.base import CodeSetId, PointCode, RegionId, Row, TechniqueId, references


class Region(Row, frozen=True, kw_only=True):
    """A place on the body. ``relative`` regions take site and side from the fact that fired: the place of
    ``fallback`` that holds the site, or, where ``exact``, the site itself."""

    region: str
    parent: RegionId = ""
    kind: Literal["anatomy", "zone", "relative"]
    name: str
    plain_name: str
    paired: bool
    fallback: tuple[RegionId, ...] = ()
    exact: bool = False


class RegionPoint(Row, frozen=True, kw_only=True):
    """A point that lies in a region."""

    region: RegionId
    point: PointCode


class Technique(Row, frozen=True, kw_only=True):
    """A way of treating; a technique stands for itself and all below it. ``hazards`` are its own, wherever it is."""

    technique: str
    parent: TechniqueId = ""
    name: str
    plain_name: str
    invasive: bool
    hazards: tuple[HazardClass, ...] = ()
    note: str = ""


class Unit(Row, frozen=True, kw_only=True):
    """A UCUM unit and how to reach another: value x factor + offset."""

    code: str
    to: str
    factor: float
    offset: float
    quantity: str = ""
    note: str = ""


class UnitWord(Row, frozen=True, kw_only=True):
    """A way of writing a unit: ``unit`` is a spelling of the UCUM code ``means`` (for one ``quantity``, else any);
    ``number``, ``thing`` and ``volume`` (``factor`` in microlitres) are the parts of a unit of counting."""

    part: Literal["unit", "number", "thing", "volume"]
    written: str
    means: str = ""
    factor: float = 1.0
    quantity: str = ""
    note: str = ""


class ObservationKind(Row, frozen=True, kw_only=True):
    """A measurement rules may ask about; its LOINC codes are in ``codes`` under the same name."""

    observation: CodeSetId
    title: str
    unit: str = ""
    plausible_low: float | None = None
    plausible_high: float | None = None
    hazardous: Literal["low", "high", "both", "none"]


class CodeSet(Row, frozen=True, kw_only=True):
    """A set of codes that mean the same to a rule; ``names`` are matched in free text as whole words."""

    set: str
    kind: Literal["condition", "medication", "procedure", "device", "allergy", "observation", "value"]
    title: str
    names: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    note: str = ""


class Code(Row, frozen=True, kw_only=True):
    """One code of a set; ``category`` also matches the code's subdivisions."""

    set: CodeSetId
    system: Literal["snomed", "icd10cm", "icd10", "rxnorm", "loinc", "atc", "cvx", "hl7"]
    code: str
    display: str
    match: Literal["exact", "category"]


class SetKind(Row, frozen=True, kw_only=True):
    """What the past of a code set means.

    ``one_thing``: a record that is over or denied denies the whole set. ``lifelong``: a record that is over still
    holds. ``episodic``: a record that is over says nothing of today. Where a set mixes them, the kind stands on the
    code (ICD and ATC codes with all below them); without a code it is that of all others.
    """

    set: CodeSetId
    system: Literal["", "snomed", "icd10cm", "icd10", "rxnorm", "atc"] = ""
    code: str = ""
    lasting: Literal["one_thing", "lifelong", "episodic"]
    reason: str


class AlarmWord(Row, frozen=True, kw_only=True):
    """A word that may mean a hazard in records of some kinds, or a quieter, which keeps other words from doing so.

    ``match``: the ``word`` itself, the ``start`` of a word or phrase, anywhere ``inside`` a word, the ``ending`` of
    one, or the start of an ``atc`` code; a quieter covers its own words (``quiets``), the rest of the sentence or the
    text. A quieter that ends in ``*`` is the start of a word. Of a text that it quiets the sets it may mean are still
    heard: an aneurysm is there when it is looked at, and a cancer that is screened for is not.

    A denial (``denies``) covers what it names and nothing else: *no pacemaker problems* speaks of a pacemaker, and *no
    bleeding on warfarin* of warfarin. ``denied`` are words that may stand in what it names; ``denied-trouble`` does so
    where no device or medicine is meant (*no bleeding problems*), ``denied-medicine`` where one is. ``turns`` are words
    at which a sentence goes on to something else.
    """

    stem: str
    match: Literal[
        "word", "start", "inside", "ending", "atc", "quiets", "quiets-rest", "quiets-text",
        "denies", "denied", "denied-trouble", "denied-medicine", "turns",
    ]  # fmt: skip
    about: tuple[Literal["condition", "medication", "procedure", "device", "allergy", "observation"], ...]
    may_mean: tuple[CodeSetId, ...] = ()
    note: str = ""


class DrugProduct(Row, frozen=True, kw_only=True):
    """A prescribed product and its ingredient, both RxNorm unless said."""

    system: Literal["rxnorm"]
    code: str
    display: str
    ingredient: str


class Question(Row, frozen=True, kw_only=True):
    """What is asked when a fact is not recorded."""

    question: str
    type: Literal["yes-no", "choice", "number", "date"]
    plain: str
    clinician: str
    why_asked: str
    answers: tuple[str, ...] = ()
    unit: str = ""
    audience: Literal["patient", "clinician", "examiner"]
    stage: Literal["booking", "session", "plan"]
    applies_if: tuple[str, ...] = ()


class QuestionDays(Row, frozen=True, kw_only=True):
    """How long an answer counts, in days; empty: it does not age.

    ``valid_days`` is the shelf life of a reassuring answer, a choice or *not sure*. A worrying yes stays until a
    newer no, or for ``yes_days`` where the question itself has a window.
    """

    question: Annotated[str, references("questions", "question")]
    valid_days: int | None = None
    yes_days: int | None = None
    reason: str


class Setting(Row, frozen=True, kw_only=True):
    """A threshold a clinic may set within a range; ``safer`` is the direction that restricts more people."""

    setting: str
    rule: str = ""
    default_value: float
    low: float
    high: float
    unit: str
    safer: Literal["higher", "lower"]
    note: str = ""


class Threshold(Row, frozen=True, kw_only=True):
    """A threshold or duration that no clinic sets, and what it decides."""

    threshold: str
    value: float
    unit: str
    decides: str
    note: str = ""


class Condition(Row, frozen=True, kw_only=True):
    """A condition trials are about; ``cli_name`` is what users write."""

    condition: str
    part_of: str = ""
    cli_name: str
    plain_name: str
    clinical_name: str
    order: int


class ConditionName(Row, frozen=True, kw_only=True):
    """Another name under which people look for a condition; capitals, spaces and hyphens do not matter."""

    alias: str
    condition: Annotated[str, references("conditions", "condition")]


class ConditionRecord(Row, frozen=True, kw_only=True):
    """What in a record means a condition: a code set (with ``also``, another one beside it), a code with all below it,
    or a name that the words begin with."""

    record: str
    condition: Annotated[str, references("conditions", "condition")]
    set: str = ""
    also: str = ""
    system: Literal["", "snomed", "icd10cm", "icd10"] = ""
    code: str = ""
    name: str = ""


class ComparatorKind(Row, frozen=True, kw_only=True):
    """What acupuncture was compared with, and the broad group it belongs to."""

    comparator: str
    group: Literal["sham", "placebo", "no_needling", "drug_or_vitamin", "active_other", "not_pooled"]
    plain_name: str
    clinical_name: str
    order: int
    note: str = ""


class Domain(Row, frozen=True, kw_only=True):
    """A kind of outcome; a lower ``order`` is chosen first when a trial reports several."""

    domain: str
    plain_name: str
    clinical_name: str
    order: int
