"""What must hold in the atlas and hazard tables, whoever edits them."""

from collections import Counter
from collections.abc import Iterable

import pytest

from deqi.knowledge.store import Knowledge, load
from deqi.knowledge.tables.atlas import Hazard, MeasuredDepth, Point, PointDepth, RegionHazard
from deqi.knowledge.tables.vocabulary import Region, RegionPoint

ANGLES = {
    "perpendicular",
    "oblique",
    "transverse",
    "oblique-to-spine",
    "oblique-lateral",
    "oblique-down",
    "oblique-up",
    "toward-nose",
    "toward-chin",
    "toward-tongue",
    "along-orbit",
}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="module")
def hazards(knowledge: Knowledge) -> dict[str, Hazard]:
    return {hazard.hazard: hazard for hazard in knowledge.rows(Hazard)}


def points_with_a_row(hazards: dict[str, Hazard]) -> set[str]:
    return {hazard.point for hazard in hazards.values()}


def points_in(knowledge: Knowledge, regions: Iterable[str]) -> set[str]:
    wanted = set(regions)
    return {row.point for row in knowledge.rows(RegionPoint) if row.region in wanted}


def test_every_channel_is_complete(knowledge: Knowledge) -> None:
    lengths = Counter(point.channel for point in knowledge.rows(Point) if point.standard == "WHO")
    assert lengths == {
        "LU": 11, "LI": 20, "ST": 45, "SP": 21, "HT": 9, "SI": 19, "BL": 67, "KI": 27, "PC": 9, "TE": 23, "GB": 44,
        "LR": 14, "GV": 28, "CV": 24,
    }  # fmt: skip


def test_a_point_lies_in_one_anatomy_region(knowledge: Knowledge) -> None:
    anatomy = {region.region for region in knowledge.rows(Region) if region.kind == "anatomy"}
    homes = Counter(row.point for row in knowledge.rows(RegionPoint) if row.region in anatomy)
    assert homes == dict.fromkeys((point.code for point in knowledge.rows(Point)), 1)


@pytest.mark.parametrize(
    "zone",
    ["thorax", "kidney-level", "neck-vessels", "spine-midline", "paraspinal", "joints", "below-knee", "below-elbow"],
)
def test_a_dangerous_zone_has_no_point_without_a_hazard_row(
    knowledge: Knowledge, hazards: dict[str, Hazard], zone: str
) -> None:
    assert points_in(knowledge, [zone]) <= points_with_a_row(hazards)


def test_every_point_of_a_protocol_has_a_hazard_row(knowledge: Knowledge, hazards: dict[str, Hazard]) -> None:
    used = {
        needling.point
        for protocol in knowledge.protocols
        for component in protocol.components
        for needling in component.needlings
    }
    optional = {point for protocol in knowledge.protocols for point in protocol.optional_points}
    assert used | optional <= points_with_a_row(hazards)


def test_current_runs_between_needles_of_the_same_component(knowledge: Knowledge) -> None:
    for protocol in knowledge.protocols:
        for component in protocol.components:
            placed = {needling.point for needling in component.needlings}
            assert {end for pair in component.pairs for end in (pair.start, pair.end)} <= placed, protocol.id


def test_a_cap_is_never_deeper_than_the_lowest_textbook_maximum(
    knowledge: Knowledge, hazards: dict[str, Hazard]
) -> None:
    lowest = {depth.point: depth.mm_high_lowest for depth in knowledge.rows(PointDepth)}
    too_deep = [
        hazard.hazard
        for hazard in hazards.values()
        for length in (hazard.cap_mm, hazard.transverse_mm)
        if length is not None and (limit := lowest[hazard.point]) is not None and length > limit
    ]
    assert too_deep == []


MIDLINE = {f"CV{number}" for number in (2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14)}


def behind(knowledge: Knowledge, bears: str, *statistics: str) -> list[tuple[str, float]]:
    """Points and measured distances of one sort."""
    return [
        (point, row.mm)
        for row in knowledge.rows(MeasuredDepth)
        if row.bears == bears and row.statistic in statistics and row.mm is not None
        for point in row.points
    ]


def test_a_cap_keeps_a_quarter_below_the_smallest_distance_measured_there(
    knowledge: Knowledge, hazards: dict[str, Hazard]
) -> None:
    minima = behind(knowledge, "structure", "min")
    assert len(minima) > 10
    for point, least in minima:
        for hazard in (one for one in hazards.values() if one.point == point):
            assert hazard.cap_mm is not None and hazard.cap_mm <= 0.75 * least, hazard.hazard


def test_where_only_a_mean_was_printed_a_cap_is_little_over_half_of_it(
    knowledge: Knowledge, hazards: dict[str, Hazard]
) -> None:
    means = behind(knowledge, "structure", "mean")
    assert {"GB21", "LI18", "ST9", "ST25"} <= {point for point, _ in means}
    for point, mean in means:
        for hazard in (one for one in hazards.values() if one.point == point):
            assert hazard.cap_mm is not None and hazard.cap_mm <= 0.55 * mean, hazard.hazard


def test_a_distance_beside_the_place_lies_above_its_cap(knowledge: Knowledge, hazards: dict[str, Hazard]) -> None:
    for point, least in behind(knowledge, "beside", "min", "5th percentile", "mean"):
        for hazard in (one for one in hazards.values() if one.point == point):
            assert hazard.cap_mm is not None and hazard.cap_mm < least, hazard.hazard


def test_the_limits_that_were_dangerous_have_come_down(hazards: dict[str, Hazard]) -> None:
    caps = {one.hazard: one.cap_mm for one in hazards.values()}
    assert {caps[point.lower()] for point in MIDLINE} == {4}
    assert (caps["bl43"], caps["bl13"], caps["gb21"], caps["li18"], caps["st9"]) == (7, 9, 8, 6, 6)
    assert (caps["bl33"], caps["bl34"], caps["ex-b2-lumbar"], caps["si9"], caps["st25"]) == (12, 9, 18, 10, 10)


def test_every_leaf_region_of_the_body_has_a_row_and_says_what_was_measured(knowledge: Knowledge) -> None:
    rows = {row.region: row for row in knowledge.rows(RegionHazard)}
    anatomy = {region.region: region for region in knowledge.rows(Region) if region.kind == "anatomy"}
    parents = {region.parent for region in anatomy.values()}
    assert set(anatomy) - parents <= set(rows)
    assert all(row.measured for row in rows.values())
    assert (rows["upper-back"].cap_mm, rows["supraclavicular"].cap_mm, rows["abdomen-midline"].cap_mm) == (7, 0, 4)


def test_a_house_cap_is_labelled_a_default(hazards: dict[str, Hazard]) -> None:
    mislabelled = [
        hazard.hazard for hazard in hazards.values() if (hazard.cap_basis == "house") != (hazard.basis == "default")
    ]
    assert mislabelled == []


def test_angles_come_from_the_closed_list(hazards: dict[str, Hazard]) -> None:
    assert {angle for hazard in hazards.values() for angle in hazard.angles} <= ANGLES


def test_the_pregnancy_class_and_column_agree(hazards: dict[str, Hazard]) -> None:
    for hazard in hazards.values():
        assert ("pregnancy" in hazard.classes) == (hazard.pregnancy != "none"), hazard.hazard


def test_class_none_stands_alone_and_does_not_promise_safety(hazards: dict[str, Hazard]) -> None:
    for hazard in hazards.values():
        if "none" in hazard.classes:
            assert hazard.classes == ("none",)
            assert "not the same as safe" in hazard.note, hazard.hazard


@pytest.mark.parametrize("hazard", ["cv14", "cv15", "cv17", "cv21", "st16", "st18"])
def test_points_over_the_heart_say_so(hazards: dict[str, Hazard], hazard: str) -> None:
    assert "heart" in hazards[hazard].classes


@pytest.mark.parametrize("hazard", ["st11", "st17", "cv8", "cv1"])
def test_points_not_to_be_needled_have_no_depth(hazards: dict[str, Hazard], hazard: str) -> None:
    assert hazards[hazard].cap_mm == 0
    assert "restricted" in hazards[hazard].classes
