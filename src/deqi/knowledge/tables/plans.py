"""What the plan check needs beside the atlas: current paths, what a hazard class means, words for its own lines."""

from typing import Annotated, Literal

from deqi.knowledge.tables.atlas import HazardClass
from deqi.knowledge.tables.base import RegionId, Row, TechniqueId, references

QuestionId = Annotated[str, references("questions", "question")]


class CurrentPath(Row, frozen=True, kw_only=True):
    """What lies between two needles joined by current; the two ends may stand either way round.

    ``same_side`` ``any`` is a row for both. No region in ``crosses``: the current stays where the needles are.
    """

    path: str
    from_region: RegionId
    to_region: RegionId
    same_side: Literal["yes", "no", "any"]
    crosses: tuple[RegionId, ...] = ()
    note: str = ""


class HazardKind(Row, frozen=True, kw_only=True):
    """A hazard class.

    ``critical_from``: the mildest severity of a hazard row at which this class is an organ, a great vessel, the dura or
    the eye, where a needle above its limit must be changed; empty: never. ``zone``: the region of its points, so that
    a rule about that region is a rule about this hazard. ``deep_from_mm``: from where on a needle counts as deep at a
    place of this class, where that is less than elsewhere. ``inherited``: whether a region has it from its points.
    """

    hazard_class: HazardClass
    name: str
    plain_name: str
    critical_from: Literal["absolute", "relative", "caution", "information", ""] = ""
    zone: RegionId = ""
    deep_from_mm: float | None = None
    inherited: bool = True
    injured: bool = True
    note: str = ""


class TechniqueHazard(Row, frozen=True, kw_only=True):
    """What was seen to go wrong with a technique, in whom, how often, and what was advised."""

    hazard: str
    technique: TechniqueId
    topic: str
    what: str
    people: str = ""
    n_people: float | None = None
    n_treatments: float | None = None
    events: float | None = None
    rate: str = ""
    rate_unit: str = ""
    rule: str = ""
    threshold: str = ""


class PlanLine(Row, frozen=True, kw_only=True):
    """A line the plan check says by itself, in words with ``{limit}``, ``{depth}`` and ``{other}`` to fill in.

    In ``plain`` what lies below is named in plain words.
    """

    line: str
    status: Literal["ok-note", "change", "omit", "ask", "no-data"]
    title: str
    why: str
    plain: str
    instead: str
    asks: QuestionId = ""


class ShorthandWord(Row, frozen=True, kw_only=True):
    """A word by which people write a side, an angle or a technique behind a point, and the word of plans it means."""

    written: str
    field: Literal["side", "angle", "technique"]
    means: str


class PlanTick(Row, frozen=True, kw_only=True):
    """A question that is put first to the person of a plan: those that hold up most needlings of an ordinary plan."""

    question: QuestionId
    order: int
