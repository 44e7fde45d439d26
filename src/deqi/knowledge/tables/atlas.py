"""The atlas: points, their names, anatomy, depths and hazards."""

from typing import Literal

from deqi.knowledge.tables.base import HazardId, PointCode, RegionId, Row

HazardClass = Literal[
    "pneumothorax", "heart", "vessel", "nerve", "cns", "eye", "organ", "kidney", "peritoneum", "bladder",
    "joint", "skin", "deep", "restricted", "pregnancy", "none", "burn", "infection", "bleeding", "device", "faint",
]  # fmt: skip

Angle = Literal[
    "perpendicular", "oblique", "transverse", "oblique-to-spine", "oblique-lateral", "oblique-down", "oblique-up",
    "toward-nose", "toward-chin", "toward-tongue", "along-orbit",
]  # fmt: skip
"""How a needle is aimed: the closed list for hazards, rules, protocols and plans. ``oblique-to-spine`` is aimed at the
midline, ``oblique-lateral`` away from it, ``along-orbit`` along the wall of the orbit with the eye held aside."""


class Point(Row, frozen=True, kw_only=True):
    """One acupuncture point."""

    code: str
    standard: str
    channel: str = ""
    number: str = ""
    pinyin: str
    pinyin_tone: str = ""
    hanzi_simplified: str = ""
    hanzi_traditional: str = ""
    laterality: str = ""
    sites: str = ""
    classes: tuple[str, ...] = ()
    location: str
    location_alternative: str = ""


class PointAnatomy(Row, frozen=True, kw_only=True):
    """What lies at a point, as the atlas sources state or as inferred."""

    point: PointCode
    surface: str = ""
    subregion: str = ""
    nerve_superficial: str = ""
    nerve_deep: str = ""
    nerve_family: str = ""
    dermatome: str = ""
    dermatome_basis: str = ""
    risk_structures: str = ""
    risk_inferred: str = ""
    cautions: str = ""
    note: str = ""


class PointDepth(Row, frozen=True, kw_only=True):
    """Textbook depths in cun; mm are 25 x cun by convention. Never shown as a safe limit."""

    point: PointCode
    needling: str = ""
    angle: str = ""
    cun_low: float | None = None
    cun_high: float | None = None
    mm_low: float | None = None
    mm_high: float | None = None
    cun_source_a: str = ""
    cun_source_b: str = ""
    cun_source_c: str = ""
    cun_high_lowest: float | None = None
    mm_high_lowest: float | None = None
    sources_agree: str = ""


class PointName(Row, frozen=True, kw_only=True):
    """Another way to write a point, channel or name."""

    alias: str
    kind: str
    canonical: str
    scope: str = ""
    note: str = ""


class PointDuplicate(Row, frozen=True, kw_only=True):
    """A part of an extra point that is the same place as a channel point."""

    point: PointCode
    sub_site: str
    same_as: PointCode
    note: str = ""


class Hazard(Row, frozen=True, kw_only=True):
    """What a needle can injure at a point; ``cap_mm`` is vertical depth below the skin of an adult."""

    hazard: str
    point: PointCode
    segment: str = ""
    classes: tuple[HazardClass, ...]
    structure: str
    severity: Literal["absolute", "relative", "caution", "information"]
    angles: tuple[Angle, ...] = ()
    cap_mm: float | None = None
    cap_basis: Literal["house", "published", ""] = ""
    transverse_mm: float | None = None
    pregnancy: Literal["none", "caution", "forbidden"] = "none"
    anticoagulant_avoid: bool
    note: str = ""


class MeasuredDepth(Row, frozen=True, kw_only=True):
    """A distance that somebody measured or advised, as printed.

    ``bears`` says what it is to the limits: ``structure`` (the distance at these points to what must not be reached:
    a needle that long is left out), ``beside`` (a neighbouring place, a proxy or second-hand: it holds the limit
    down) or ``context`` (advice, spread, share, or another place). ``sex`` is empty where it stands for everybody.
    """

    measured: str
    points: tuple[PointCode, ...] = ()
    place: str = ""
    structure: str = ""
    bears: Literal["structure", "beside", "context"]
    method: str = ""
    people: str = ""
    statistic: Literal[
        "mean", "median", "min", "max", "sd", "5th percentile", "recommended max", "share", "change", "ratio",
        "max needle", "depth used", "",
    ] = ""  # fmt: skip
    value_mm: float | None = None
    low_mm: float | None = None
    high_mm: float | None = None
    who: str = ""
    sex: Literal["female", "male", ""] = ""

    @property
    def holds_a_limit(self) -> bool:
        """Whether a limit is held down by it."""
        return self.bears != "context" and self.mm is not None and self.statistic != "sd"

    @property
    def mm(self) -> float | None:
        """The number it stands for; where only "under so much" was printed, that."""
        return self.value_mm if self.value_mm is not None else self.high_mm


class RegionHazard(Row, frozen=True, kw_only=True):
    """What holds for a needle at a region rather than a point, beyond what its points say.

    ``cap_mm`` is a limit of its own, from a measured distance or cautious: the lower of it and the points' caps
    holds. ``apart``: a region above it does not have its points (fingers, toes). ``classes`` and ``structure`` add to
    the points'. ``measured`` names the smallest number seen, or that none is known.
    """

    region: RegionId
    apart: bool = False
    classes: tuple[HazardClass, ...] = ()
    structure: str = ""
    cap_mm: float | None = None
    cap_basis: Literal["house", "published", ""] = ""
    angles: tuple[Angle, ...] = ()
    transverse_mm: float | None = None
    measured: str
    competence: str = ""
    note: str = ""


class AngleWord(Row, frozen=True, kw_only=True):
    """The steepest angle to the skin that a word allows."""

    angle: Angle
    steepest_degrees: float
    note: str = ""


class PlanWord(Row, frozen=True, kw_only=True):
    """An everyday word that a plan may use for a region or a technique. Of two that it may mean the more dangerous."""

    word: str
    field: Literal["region", "technique"]
    means: str


class TextbookAngle(Row, frozen=True, kw_only=True):
    """The same for the words beside a textbook's depth, which is length along the needle."""

    text: str
    steepest_degrees: float


class HazardText(Row, frozen=True, kw_only=True):
    """Textbook words about a hazard, for showing beside it."""

    hazard: HazardId
    textbook_depth: str = ""
    safe_angle_text: str = ""
    current_note: str = ""
    neuropathy_use: str = ""


class Stricta(Row, frozen=True, kw_only=True):
    """One STRICTA 2010 reporting item."""

    item: str
    group: str
    topic: str
    asks_for: str
    field: str
    applies_to: str
