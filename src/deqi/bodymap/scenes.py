"""Scenes and views. A scene puts parts of the body before an eye; a view is a window on a scene.

All lengths are cun. Limbs are those of the left side, and so is the half of the trunk on which points are named.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from deqi.bodymap.geometry import Spot
from deqi.knowledge.tables.places import Part

Window = tuple[float, float, float, float]
"""Left, top, right, bottom."""

ARM_AT, ARM_LEAN = (8.4, 4.6), 9.0
LEG_AT, LEG_LEAN = (3.4, 22.0), -2.0
SOLE, ANKLE, HEEL, FOOT_AXIS = 38.0, 35.0, 2.3, 0.6
"""Along the leg: sole and ankle bones; the heel behind the leg's axis, the foot's axis above the sole."""
LOOK_DOWN = 0.35
"""From the front the foot is seen a little from above, as on a standing person."""
BEHIND = -0.5
"""From behind, the top of the foot is out of sight."""
SEEN = -0.22
"""How far the skin may face away and still count as seen: a point on the edge stands in both views."""


@dataclasses.dataclass(frozen=True)
class Layer:
    """One part before the eye: across and down the picture as linear forms of x, y, z and 1."""

    part: Part
    across: tuple[float, float, float, float]
    down: tuple[float, float, float, float]
    eye: tuple[float, float, float]
    hull: bool = False
    """Seen end on, a tube has no left and right edge: its outline is the hull of its rings."""

    def put(self, spot: Spot) -> tuple[float, float]:
        """Where a spot of this part stands in the picture."""
        return (_form(self.across, spot), _form(self.down, spot))

    def sees(self, spot: Spot, least: float = SEEN) -> bool:
        """Whether the skin there faces the eye."""
        return sum(a * b for a, b in zip(spot.facing, self.eye, strict=True)) > least

    @property
    def mirrored(self) -> Layer:
        """The same part of the right side."""
        return dataclasses.replace(self, across=tuple(-one for one in self.across))  # type: ignore[arg-type]  # four as before


def _form(numbers: tuple[float, float, float, float], spot: Spot) -> float:
    return numbers[0] * spot.x + numbers[1] * spot.y + numbers[2] * spot.z + numbers[3]


@dataclasses.dataclass(frozen=True)
class View:
    """A window on a scene. ``parts`` are drawn; ``named`` are the segments whose points are named here.

    ``whole``: points are named only where somebody asks for some. ``least``: how far the skin must face the eye.
    ``tubes``: what is drawn where that is less than the whole part, and then only landmarks of the named segments.
    """

    view: str
    scene: str
    window: Window
    parts: tuple[Part, ...]
    named: tuple[str, ...]
    whole: bool = False
    least: float = SEEN
    tubes: tuple[tuple[str, float, float], ...] = ()


HEAD = ("scalp", "face", "side-of-head", "neck")
TRUNK = ("front-trunk", "side-trunk", "back-trunk")
ARM = ("upper-arm", "forearm")
HAND = ("hand", "finger-1", "finger-2", "finger-3", "finger-4", "finger-5")
LEG = ("thigh", "lower-leg")
FOOT = ("foot", "toe-1", "toe-2", "toe-3", "toe-4", "toe-5")
SHANK = ("lower-leg", "foot")
FROM_BEHIND = (*HEAD, *TRUNK, *ARM, *HAND, *LEG)
"""Of the foot only the heel is seen from behind, and no point lies there."""
EVERY = (*FROM_BEHIND, *FOOT)


def _turned(at: tuple[float, float], degrees: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return (cos, sin, 0.0, at[0]), (-sin, cos, 0.0, at[1])


def _upright(sign: float, eye: float) -> tuple[Layer, ...]:
    """Trunk and left limbs from the front (sign 1) or from behind (-1)."""
    arm, leg = _turned(ARM_AT, ARM_LEAN), _turned(LEG_AT, LEG_LEAN)
    ankle = LEG_AT[0] + ANKLE * math.sin(math.radians(LEG_LEAN))
    look = LOOK_DOWN if eye > 0 else 0.0
    foot = ((1.0, 0.0, 0.0, ankle), (0.0, look, -1.0, LEG_AT[1] + SOLE - FOOT_AXIS - look * HEEL))
    layers = (
        Layer("leg", *leg, (0.0, 0.0, eye)),  # type: ignore[arg-type]  # three tuples
        Layer("foot", *foot, (0.0, eye, look or BEHIND), hull=True),
        Layer("body", (1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, eye)),
        Layer("arm", *arm, (0.0, 0.0, eye)),  # type: ignore[arg-type]  # three tuples
    )
    return layers if sign > 0 else tuple(layer.mirrored for layer in layers)


def _aside(sign: float) -> tuple[Layer, ...]:
    """Trunk and leg of the near side; the arm is left out, for it would hide the chest."""
    leg = Layer("leg", (0.0, 0.0, sign, 0.0), (0.0, 1.0, 0.0, LEG_AT[1]), (1.0, 0.0, 0.0))
    foot = Layer(
        "foot", (0.0, sign, 0.0, -sign * HEEL), (0.0, 0.0, -1.0, LEG_AT[1] + SOLE - FOOT_AXIS), (1.0, 0.0, 0.0)
    )
    body = Layer("body", (0.0, 0.0, sign, 0.0), (0.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0))
    return (leg, foot, body)


def _limb(part: Part, across: tuple[float, float, float, float], eye: tuple[float, float, float]) -> Layer:
    return Layer(part, across, (0.0, 1.0, 0.0, 0.0), eye)


def _foot_aside(sign: float, eye: float) -> Layer:
    return Layer("foot", (0.0, sign, 0.0, -sign * HEEL), (0.0, 0.0, -1.0, SOLE - FOOT_AXIS), (eye, 0.0, 0.0))


def _foot_ahead(sign: float, eye: float) -> Layer:
    look = LOOK_DOWN if eye > 0 else 0.0
    down = (0.0, look, -1.0, SOLE - FOOT_AXIS - look * HEEL)
    return Layer("foot", (sign, 0.0, 0.0, 0.0), down, (0.0, eye, look or BEHIND), hull=True)


RIGHT, BACK_RIGHT = (1.0, 0.0, 0.0, 0.0), (-1.0, 0.0, 0.0, 0.0)
FACE_LEFT, FACE_RIGHT = (0.0, 0.0, -1.0, 0.0), (0.0, 0.0, 1.0, 0.0)

SCENES: Mapping[str, tuple[Layer, ...]] = {
    "front": _upright(1.0, 1.0),
    "back": _upright(-1.0, -1.0),
    "left": _aside(-1.0),
    "right": _aside(1.0),
    "above": (Layer("body", RIGHT, (0.0, 0.0, -1.0, 0.0), (0.0, -1.0, 0.0), hull=True),),
    "arm-front": (_limb("arm", RIGHT, (0.0, 0.0, 1.0)),),
    "arm-back": (_limb("arm", BACK_RIGHT, (0.0, 0.0, -1.0)),),
    "arm-outer": (_limb("arm", FACE_LEFT, (1.0, 0.0, 0.0)),),
    "arm-inner": (_limb("arm", FACE_RIGHT, (-1.0, 0.0, 0.0)),),
    "leg-front": (_limb("leg", RIGHT, (0.0, 0.0, 1.0)), _foot_ahead(1.0, 1.0)),
    "leg-back": (_limb("leg", BACK_RIGHT, (0.0, 0.0, -1.0)), _foot_ahead(-1.0, -1.0)),
    "leg-outer": (_limb("leg", FACE_LEFT, (1.0, 0.0, 0.0)), _foot_aside(-1.0, 1.0)),
    "leg-inner": (_limb("leg", FACE_RIGHT, (-1.0, 0.0, 0.0)), _foot_aside(1.0, -1.0)),
    "foot-top": (Layer("foot", RIGHT, (0.0, -1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),),
    "sole": (Layer("foot", BACK_RIGHT, (0.0, -1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),),
    "ear": (Layer("ear", RIGHT, (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),),
}

VIEWS: Mapping[str, View] = {
    one.view: one
    for one in (
        View("front", "front", (-16.0, -15.0, 16.0, 63.4), ("body", "arm", "leg", "foot"), EVERY, whole=True),
        View("back", "back", (-16.0, -15.0, 16.0, 61.0), ("body", "arm", "leg", "foot"), FROM_BEHIND, whole=True),
        View("left", "left", (-16.0, -15.0, 16.0, 61.0), ("body", "leg", "foot"), EVERY, whole=True),
        View("right", "right", (-16.0, -15.0, 16.0, 61.0), ("body", "leg", "foot"), EVERY, whole=True),
        View("head-front", "front", (-6.2, -14.9, 6.2, 0.9), ("body",), HEAD, least=0.2),
        View("head-left", "left", (-6.6, -14.9, 5.8, 0.9), ("body",), HEAD),
        View("head-right", "right", (-5.8, -14.9, 6.6, 0.9), ("body",), HEAD),
        View("head-back", "back", (-6.2, -14.9, 6.2, 0.9), ("body",), HEAD, least=0.2),
        View(
            "head-top",
            "above",
            (-5.4, -5.6, 5.4, 5.0),
            ("body",),
            ("scalp", "side-of-head"),
            least=0.05,
            tubes=(("front-trunk", -14.3, -8.7),),
        ),
        View("ear", "ear", (-6.5, -0.8, 6.5, 14.8), ("ear",), ("ear",)),
        View("chest", "front", (-3.6, -2.6, 11.6, 11.4), ("body", "arm"), ("front-trunk", "side-trunk"), least=0.15),
        View("belly", "front", (-3.6, 8.6, 10.8, 24.9), ("body", "leg"), ("front-trunk", "side-trunk"), least=0.15),
        View("upper-back", "back", (-11.6, -4.6, 3.6, 12.4), ("body", "arm"), ("back-trunk",)),
        View("lower-back", "back", (-10.8, 9.6, 3.6, 25.6), ("body", "leg"), ("back-trunk", "side-trunk")),
        View("trunk-left", "left", (-8.0, -2.4, 8.0, 25.5), ("body", "leg"), TRUNK, least=0.42),
        View("trunk-right", "right", (-8.0, -2.4, 8.0, 25.5), ("body", "leg"), TRUNK, least=0.42),
        View("arm-front", "arm-front", (-8.0, -4.6, 8.0, 24.0), ("arm",), ARM),
        View("arm-back", "arm-back", (-8.0, -4.6, 8.0, 24.0), ("arm",), ARM),
        View("arm-outer", "arm-outer", (-8.0, -4.6, 8.0, 24.0), ("arm",), ARM, least=0.05),
        View("arm-inner", "arm-inner", (-8.0, -4.6, 8.0, 24.0), ("arm",), ARM, least=0.05),
        View("palm", "arm-front", (-4.4, 19.4, 5.6, 29.3), ("arm",), ("forearm", *HAND)),
        View("hand-back", "arm-back", (-5.6, 19.4, 4.4, 29.3), ("arm",), ("forearm", *HAND)),
        View("leg-front", "leg-front", (-9.5, -1.0, 9.5, 42.0), ("leg", "foot"), LEG),
        View("leg-back", "leg-back", (-9.5, -1.0, 9.5, 38.8), ("leg", "foot"), LEG),
        View("leg-outer", "leg-outer", (-11.0, -1.0, 8.0, 38.8), ("leg", "foot"), LEG),
        View("leg-inner", "leg-inner", (-8.0, -1.0, 11.0, 38.8), ("leg", "foot"), LEG),
        View("foot-top", "foot-top", (-4.4, -13.0, 5.2, 0.8), ("foot",), FOOT),
        View("foot-outer", "leg-outer", (-11.4, 29.6, 4.6, 39.6), ("leg", "foot"), (*SHANK, "toe-5"), least=0.3),
        View("foot-inner", "leg-inner", (-4.6, 29.6, 11.4, 39.6), ("leg", "foot"), (*SHANK, "toe-1"), least=0.3),
        View("sole", "sole", (-5.2, -13.0, 4.4, 0.8), ("foot",), FOOT),
    )
}
"""Every view of the map, the whole body first."""
