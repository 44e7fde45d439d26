"""Places against the words that locate them: distances, levels, order, and where the skin is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from deqi.bodymap.build import Chart
from deqi.bodymap.outlines import inside, outlines
from deqi.bodymap.scenes import SCENES, VIEWS
from deqi.knowledge import load
from deqi.knowledge.tables.atlas import Hazard, Point
from deqi.knowledge.tables.places import PointPlace, RegionArea
from deqi.knowledge.tables.vocabulary import RegionPoint

KNOWLEDGE = load()
CHART = Chart(KNOWLEDGE)
POINTS = {row.code: row for row in KNOWLEDGE.rows(Point)}
PLACES = {row.point: row for row in reversed(KNOWLEDGE.rows(PointPlace))}
SINGLE = {code for code in PLACES if sum(row.point == code for row in CHART.places) == 1}
NEAR = [view for view in VIEWS.values() if not view.whole]

# Landmarks by segment: cun along it, and whether distances from it are counted upwards or downwards along the segment.
LANDMARKS = {
    ("front-trunk", "above", "umbilicus"): 17.0,
    ("front-trunk", "below", "umbilicus"): 17.0,
    ("front-trunk", "below", "xiphisternal junction"): 9.0,
    ("front-trunk", "below", "suprasternal notch"): 0.0,
    ("front-trunk", "below", "umbilicus level"): 17.0,
    ("upper-arm", "below", "anterior axillary fold"): 0.0,
    ("upper-arm", "above", "elbow crease"): 9.0,
    ("upper-arm", "above", "olecranon tip"): 9.0,
    ("forearm", "below", "elbow crease"): 0.0,
    ("forearm", "below", "olecranon tip"): 0.0,
    ("forearm", "above", "palmar wrist crease"): 12.0,
    ("forearm", "above", "dorsal wrist crease"): 12.0,
    ("thigh", "above", "patellar base"): 18.0,
    ("thigh", "above", "medial end of the patellar base"): 18.0,
    ("thigh", "above", "popliteal crease"): 19.0,
    ("thigh", "below", "gluteal fold"): 5.0,
    ("lower-leg", "below", "popliteal crease"): 0.0,
    ("lower-leg", "above", "lateral malleolus"): 16.0,
    ("lower-leg", "above", "medial malleolus"): 16.0,
    ("scalp", "above", "front hairline"): 0.0,
    ("scalp", "inside", "front hairline"): 0.0,
    ("scalp", "above", "hairline"): 0.0,
    ("scalp", "above", "back hairline"): 12.0,
}
TOWARDS = {"above": -1.0, "below": 1.0, "inside": 1.0}
FROM_LANDMARK = re.compile(
    r"(?P<cun>\d+(?:\.\d+)?) cun (?P<way>above|below|inside) the (?P<mark>[a-z ]+?)(?=,|;|$| on )"
)
FROM_POINT = re.compile(r"(?<!to )(?P<cun>\d+(?:\.\d+)?) cun (?P<way>above|below) (?P<mark>[A-Z]{2}\d+)")
FROM_MIDLINE = re.compile(
    r"(?P<cun>\d+(?:\.\d+)?) cun "
    r"(?:from the (?:anterior midline|posterior midline|midline|sacral midline crest)|lateral to (?:GV14|the midline))"
)


def _told() -> Iterator[tuple[str, str, float, float]]:
    """Point, what its location says, the cun said, and the cun by the map."""
    for code in sorted(SINGLE):
        row, text = PLACES[code], POINTS[code].location
        for found in FROM_LANDMARK.finditer(text):
            at = LANDMARKS.get((row.segment, found["way"], found["mark"]))
            if at is not None:
                sign = 1.0 if row.segment == "scalp" and "back" not in found["mark"] else TOWARDS[found["way"]]
                yield code, found[0], float(found["cun"]), (row.along - at) * sign
        for found in FROM_POINT.finditer(text):
            other = PLACES[found["mark"]]
            if other.segment == row.segment:
                yield code, found[0], float(found["cun"]), (row.along - other.along) * TOWARDS[found["way"]]
        for found in FROM_MIDLINE.finditer(text):
            assert row.across_cun is not None, code
            yield code, found[0], float(found["cun"]), abs(row.across_cun)


TOLD = list(_told())


@pytest.mark.parametrize(("code", "words", "said", "mapped"), TOLD, ids=[f"{one[0]}: {one[1]}" for one in TOLD])
def test_a_distance_in_the_text_is_the_distance_on_the_map(code: str, words: str, said: float, mapped: float) -> None:
    assert mapped == pytest.approx(said, abs=0.05)


def test_most_distances_are_read() -> None:
    """The rest are told from ribs, other points on another segment, or by finger-cun."""
    figures = sum(len(re.findall(r"\d cun", POINTS[code].location)) for code in SINGLE)
    assert len(TOLD) >= 0.85 * figures, (len(TOLD), figures)


CROSS = [
    ("SP8", "SP9", "lower-leg", 3.0),
    ("ST36", "ST35", "lower-leg", 3.0),
    ("ST37", "ST35", "lower-leg", 6.0),
    ("ST38", "ST35", "lower-leg", 8.0),
    ("ST39", "ST35", "lower-leg", 9.0),
    ("BL55", "BL40", "lower-leg", 2.0),
    ("LU6", "LU5", "forearm", 5.0),
    ("BL60", "BL58", "lower-leg", 7.0),
    ("BL60", "BL59", "lower-leg", 3.0),
    ("GV17", "GV18", "scalp", 1.5),
    ("GV19", "GV20", "scalp", 1.5),
    ("LU1", "LU2", "front-trunk", 1.0),
]


@pytest.mark.parametrize(("lower", "upper", "segment", "cun"), CROSS)
def test_points_told_by_other_points(lower: str, upper: str, segment: str, cun: float) -> None:
    assert PLACES[lower].segment == PLACES[upper].segment == segment
    assert PLACES[lower].along - PLACES[upper].along == pytest.approx(cun, abs=0.05)


LEVEL = [
    ("ST38", "ST40"), ("GB35", "GB36"), ("ST25", "CV8"), ("SP15", "CV8"), ("KI16", "CV8"), ("SP10", "ST34"),
    ("GB20", "GV16"), ("ST9", "LI18"), ("ST9", "SI16"), ("ST10", "LI17"), ("BL9", "GV17"), ("GB19", "BL9"),
    ("ST17", "CV17"), ("PC1", "SP18"), ("GB22", "PC1"), ("ST19", "CV14"), ("BL17", "GV9"), ("BL47", "BL18"),
    ("BL53", "BL28"), ("BL54", "GV2"), ("ST30", "CV2"), ("LR12", "CV2"), ("GB26", "CV8"), ("HT3", "LU5"),
    ("BL39", "BL40"), ("KI7", "KI8"), ("TE6", "TE7"), ("LI18", "SI16"), ("SI17", "TE16"), ("SI15", "GV14"),
    ("BL11", "GV13"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), LEVEL)
def test_points_called_level_stand_level(one: str, other: str) -> None:
    a, b = CHART.body.place(PLACES[one]), CHART.body.place(PLACES[other])
    # On the arched scalp a place farther out lies lower by nature: there the same row is level.
    if PLACES[one].segment == PLACES[other].segment:
        assert PLACES[one].along == pytest.approx(PLACES[other].along, abs=0.05)
    else:
        assert a.y == pytest.approx(b.y, abs=0.12)


def test_every_point_is_seen_from_near() -> None:
    seen = {one.point for view in NEAR for one in CHART.placed(view)}
    assert set(POINTS) - seen == set()


def test_points_of_protocols_and_over_organs_are_among_them() -> None:
    from deqi.safety.engine import Engine

    atlas = Engine.load(KNOWLEDGE).catalog.atlas
    named = {needling.point for one in KNOWLEDGE.protocols for part in one.components for needling in part.needlings}
    critical = {row.point for row in KNOWLEDGE.rows(Hazard) if atlas.critical(row)}
    assert len(named) >= 50 and len(critical) >= 150
    assert (named | critical) <= {one.point for view in NEAR for one in CHART.placed(view)}


STEADY = [
    ("LU", "forearm", 1), ("LI", "forearm", -1), ("HT", "forearm", 1), ("PC", "forearm", 1), ("SI", "forearm", -1),
    ("TE", "upper-arm", -1), ("SP", "lower-leg", -1), ("KI", "lower-leg", -1), ("LR", "lower-leg", -1),
    ("GB", "lower-leg", 1), ("BL", "lower-leg", 1), ("BL", "thigh", 1), ("ST", "thigh", 1), ("GB", "thigh", 1),
    ("CV", "front-trunk", -1), ("KI", "front-trunk", -1), ("ST", "front-trunk", 1), ("GV", "back-trunk", -1),
    ("GV", "scalp", -1), ("GV", "face", 1), ("KI", "foot", 0),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "segment", "way"), STEADY)
def test_a_channel_runs_one_way_along_a_segment(channel: str, segment: str, way: int) -> None:
    run = [
        row
        for row in CHART.places
        if POINTS[row.point].channel == channel and row.segment == segment and row.point not in ("ST40", "BL55")
    ]
    steps = [
        later.along - before.along
        for before, later in itertools.pairwise(run)
        if not later.starts and int(POINTS[later.point].number) == int(POINTS[before.point].number) + 1
    ]
    assert steps
    if way:
        assert all(step * way >= 0 for step in steps), list(zip(run, steps, strict=False))


def test_points_of_one_channel_can_be_told_apart() -> None:
    """At least 4 units of the picture between two points of a channel on a near view."""
    close = []
    for view in NEAR:
        scale = 360.0 / (view.window[2] - view.window[0])
        shown = [one for one in CHART.placed(view) if one.order is not None]
        for one, other in itertools.combinations(shown, 2):
            if one.channel == other.channel and one.point != other.point:
                gap = scale * ((one.at[0] - other.at[0]) ** 2 + (one.at[1] - other.at[1]) ** 2) ** 0.5
                if gap < 4.0:
                    close.append((view.view, one.point, other.point, round(gap, 1)))
    assert close == []


def test_every_dot_lies_on_the_body() -> None:
    """Within a twentieth of a cun of the outline of the parts that are drawn."""
    outside = []
    for view in (*NEAR, *(one for one in VIEWS.values() if one.whole)):
        if view.view == "ear":
            continue
        shapes = [s for layer in SCENES[view.scene] if layer.part in view.parts for s in outlines(CHART.body, layer)]
        for one in CHART.placed(view):
            around = [(one.at[0] + dx, one.at[1] + dy) for dx in (-0.06, 0.0, 0.06) for dy in (-0.06, 0.0, 0.06)]
            if not any(inside(spot, shape) for spot in around for shape in shapes):
                outside.append((view.view, one.point, one.part))
    assert outside == []


@pytest.mark.parametrize(
    ("left", "right"), [("left", "right"), ("head-left", "head-right"), ("trunk-left", "trunk-right")]
)
def test_the_two_sides_mirror_each_other(left: str, right: str) -> None:
    one, other = CHART.placed(VIEWS[left]), CHART.placed(VIEWS[right])
    assert [a.point for a in one] == [b.point for b in other]
    for a, b in zip(one, other, strict=True):
        assert (a.at[0], a.at[1]) == pytest.approx((-b.at[0], b.at[1]), abs=1e-9)


@pytest.mark.parametrize("scene", ["front", "back"])
def test_the_right_limbs_mirror_the_left(scene: str) -> None:
    for layer in SCENES[scene]:
        for row in CHART.places:
            if CHART.body.segments[row.segment].part == layer.part:
                spot = CHART.body.place(row)
                x, y = layer.put(spot)
                assert layer.mirrored.put(spot) == pytest.approx((-x, y), abs=1e-9)


def test_front_and_back_agree_with_the_side() -> None:
    """The same place seen from two sides stands at one height."""
    front, side = SCENES["front"][2], SCENES["left"][2]
    assert front.part == side.part == "body"
    for row in CHART.places:
        if CHART.body.segments[row.segment].part == "body":
            spot = CHART.body.place(row)
            assert front.put(spot)[1] == side.put(spot)[1]


MANY_PLACES = {code for code in PLACES if code not in SINGLE}


def test_a_region_holds_its_points() -> None:
    """Where a region may be tapped, its points lie within it, on every picture of the whole body that shows both."""
    from deqi.bodymap.areas import area

    held: dict[str, set[str]] = {}
    for row in KNOWLEDGE.rows(RegionPoint):
        held.setdefault(row.region, set()).add(row.point)
    rows: dict[str, list[RegionArea]] = {}
    for one in CHART.areas:
        rows.setdefault(one.region, []).append(one)
    missed, seen = [], 0
    for view in (one for one in VIEWS.values() if one.whole):
        for region, areas in rows.items():
            shapes = [
                shape
                for one in areas
                for layer in SCENES[view.scene]
                if layer.part == CHART.body.segments[one.segment].part
                for shape in (area(CHART.body, layer, one),)
                if shape
            ]
            if not shapes:
                continue
            for point in CHART.placed(view):
                row = PLACES[point.point]
                layer = next(l for l in SCENES[view.scene] if l.part == CHART.body.segments[row.segment].part)
                if point.point not in held[region] - MANY_PLACES or not layer.sees(CHART.body.place(row), 0.05):
                    continue
                seen += 1
                around = [(point.at[0] + dx, point.at[1] + dy) for dx in (-0.1, 0, 0.1) for dy in (-0.1, 0, 0.1)]
                if not any(inside(spot, shape) for spot in around for shape in shapes):
                    missed.append((view.view, region, point.point))
    assert seen > 300
    assert missed == []


def test_areas_lead_to_views() -> None:
    assert {one.view for one in CHART.areas} <= set(VIEWS)
