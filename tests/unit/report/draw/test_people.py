"""People, the ladder of harms and the scale of certainty: what is drawn is what is meant."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.report.draw import IconGroup, Rung, certainty_scale, icon_array, ladder, people
from deqi.report.draw.certainty import LEVELS
from deqi.report.draw.ladder import OF
from metafit.plots.svg import BLUE, GREY

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> dict[str, int]:
    """How many people are filled, tinted, outlined and grey: a person is two strokes of a path, head and body."""
    found = dict.fromkeys(("filled", "tinted", "outlined", "grey"), 0)
    for node in ET.fromstring(svg).iter(f"{SVG}path"):
        count = len(re.findall("M", node.get("d", ""))) // 2
        if node.get("fill") == GREY:
            found["grey"] += count
        elif node.get("fill") == "none":
            found["outlined"] += count
        else:
            found["tinted" if node.get("fill-opacity") else "filled"] += count
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 100), min_size=3, max_size=3).map(sorted))
def test_as_many_people_as_the_number_means(ends: list[float]) -> None:
    low, value, high = ends
    sure, best, most = (math.floor(one + 0.5) for one in ends)
    found = drawn(people(value, low, high, title="t", description="d"))
    assert found == {"filled": sure, "tinted": best - sure, "outlined": most - best, "grey": 100 - most}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 50), st.integers(0, 50))
def test_an_icon_array_fills_what_its_groups_count(care: int, other: int) -> None:
    groups = [IconGroup("care", care, "worse"), IconGroup("other", other, "harm")]
    root = ET.fromstring(icon_array(groups, title="t", rest="none", width=360))
    squares = len(list(root.iter(f"{SVG}rect"))) - 2  # the two keys
    circles = len(list(root.iter(f"{SVG}circle"))) - 1
    assert (squares, circles) == (care + other, 100 - care - other)


RUNGS = [
    Rung(f"r{value}", value, value / 2, value * 2, f"{value:g}") for value in (10_000.0, 1_000.0, 100.0, 10.0, 1.0)
]


def places(rungs: list[Rung]) -> list[float]:
    root = ET.fromstring(ladder(rungs, title="t", description="d", axis="a"))
    return [float(node.get("cx", "")) for node in root.iter(f"{SVG}circle")]


def test_the_ladder_has_one_axis_and_equal_ratios_are_equal_steps() -> None:
    steps = [before - after for before, after in zip(places(RUNGS), places(RUNGS)[1:], strict=False)]
    assert len(steps) == 4 and max(steps) - min(steps) < 0.21  # drawn to a tenth
    words = [
        node.text for node in ET.fromstring(ladder(RUNGS, title="t", description="d", axis="a")).iter(f"{SVG}text")
    ]
    assert words.count(f"{OF:,}") == 1 and words.count("1") == 2  # one axis: its tick, and the rung's own words


def test_none_seen_has_a_range_and_no_mark() -> None:
    assert places([Rung("death", 0.0, 0.0, 1.5, "none seen")]) == []


@pytest.mark.parametrize("level", LEVELS)
def test_as_many_circles_as_the_level(level: str) -> None:
    circles = list(ET.fromstring(certainty_scale(level, title="t")).iter(f"{SVG}circle"))
    assert len(circles) == 4 and sum(one.get("fill") == BLUE for one in circles) == LEVELS.index(level) + 1
    with pytest.raises(ValueError, match="level"):
        certainty_scale("certain", title="t")
