"""The body map: segments of a schematic body, how thick they are, where each point lies on them, and what is drawn.

A place is a segment, how many cun along it, and how far around it. Everything a view shows is a projection of such
places, so no two views can disagree. The proportions are those of the WHO standard's proportional bone cun; the
outlines are the project's own.
"""

from typing import Annotated, Literal

from deqi.knowledge.tables.base import PointCode, RegionId, Row, references

SegmentId = Annotated[str, references("segments", "segment")]
Part = Literal["body", "arm", "leg", "foot", "ear"]
Across = Literal["flat", "arc", "none"]


class Segment(Row, frozen=True, kw_only=True):
    """One segment between two landmarks, as many cun apart as the standard says.

    ``start_x``, ``start_y`` and ``lean_degrees`` put its upper end into its part, in cun; ``profile`` names whose
    thickness it has, beginning ``profile_from`` cun along that profile. ``across``: whether a distance from the midline
    is told flat (as across the chest) or along the skin (as on the head).
    """

    segment: str
    part: Part
    name: str
    top: str
    bottom: str
    cun: float
    start_x: float = 0.0
    start_y: float = 0.0
    lean_degrees: float = 0.0
    profile: str
    profile_from: float = 0.0
    across: Across = "none"


class SegmentProfile(Row, frozen=True, kw_only=True):
    """How far the skin lies from a segment's axis, in cun: outwards, inwards, in front and behind.

    ``drawn_front`` and ``drawn_back`` are given where the outline seen from the side is not that of the places on the
    skin (the nose stands out between the cheeks).
    """

    profile: str
    along: float
    outer: float
    inner: float
    front: float
    back: float
    drawn_front: float | None = None
    drawn_back: float | None = None


class PointPlace(Row, frozen=True, kw_only=True):
    """Where a point (or one part of a point of several) lies: cun along a segment, and around it.

    Either ``across_cun`` from the midline, or ``degrees``: 0 front, 90 outer, 180 back, 270 inner. ``read`` says
    whether the number along stands in the location text or was set from the structures it names. ``starts`` ends the
    drawn channel line before this point.
    """

    point: PointCode
    part: str = ""
    segment: SegmentId
    along: float
    across_cun: float | None = None
    degrees: float | None = None
    read: Literal["text", "structure"]
    starts: bool = False


class BodyMark(Row, frozen=True, kw_only=True):
    """Something drawn to find one's way (a landmark), or lying under the skin (an organ, a vessel).

    ``path`` is along/degrees, or along/cun across where the segment has a midline; ``kind`` says how it is drawn.
    """

    mark: str
    segment: SegmentId
    kind: Literal["line", "shape", "lung", "heart", "organ", "vessel", "cord", "eye"]
    path: tuple[str, ...]
    seen: Literal["front", "back", "all"] = "all"
    both: bool = True


class RegionArea(Row, frozen=True, kw_only=True):
    """A part of the skin that leads from the whole body to a nearer view: from so far to so far along and around.

    Around is in degrees, or in cun across where the segment has a midline.
    """

    region: RegionId
    segment: SegmentId
    along_from: float
    along_to: float
    around_from: float
    around_to: float
    view: str
