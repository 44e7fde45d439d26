"""The figures: accessible, without inline styles, and true to their numbers."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.report.draw import (
    DirectionRow,
    ForestRow,
    FunnelPoint,
    IconGroup,
    effect_directions,
    forest,
    funnel,
    icon_array,
)
from metafit.plots.axis import Scale, fit_scale

SVG = "{http://www.w3.org/2000/svg}"
OKABE_ITO = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442"}
PLAIN = {"#808080", "#FFFFFF", "currentColor", "none"}
LANES = [("against", "Favours the control", "worse"), ("level", "Level", "same"), ("mixed", "Mixed", "mixed"),
         ("for", "Favours acupuncture", "better"), ("unseen", "Not available", "not seen")]  # fmt: skip
HOSTILE = "<script>&\"'"


def draw_forest(width: float) -> str:
    rows = [
        ForestRow(f"Penza {HOSTILE}", 0.26, -0.44, 0.95, detail="n 16 v 16", weight=40),
        ForestRow("Juan 2019", -1.33, -1.8, -0.85, weight=60),
        ForestRow("Pooled", -0.27, -1.5, 0.96, "pooled", prediction_low=-2.84, prediction_high=2.3),
    ]
    return forest(rows, title=f"Scores {HOSTILE}", axis="SMD", left="better", right="worse", width=width)


def draw_funnel(width: float) -> str:
    return funnel([FunnelPoint("a", 0.2, 0.3), FunnelPoint("b", -0.5, 0.1, False)], -0.2, title=HOSTILE, width=width)


def draw_directions(width: float) -> str:
    rows = [DirectionRow(f"{lane} {HOSTILE}", lane, 40, HOSTILE) for lane, _, _ in LANES]
    return effect_directions(rows, LANES, title=HOSTILE, width=width)


def draw_icons(width: float) -> str:
    groups = [IconGroup(HOSTILE, 2, "worse"), IconGroup("mild", 7, "harm"), IconGroup("better", 3, "good")]
    return icon_array(groups, title=HOSTILE, rest="none", width=width)


FIGURES = [draw_forest, draw_funnel, draw_directions, draw_icons]


@pytest.mark.parametrize("width", [300.0, 340.0, 720.0])
@pytest.mark.parametrize("draw", FIGURES)
def test_a_figure_is_accessible_and_safe(draw: Callable[[float], str], width: float) -> None:
    svg = draw(width)
    root = ET.fromstring(svg)
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert title.text and description.text
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    for node in root.iter():
        assert "style" not in node.attrib and "class" not in node.attrib
        assert node.tag.removeprefix(SVG) in {"svg", "title", "desc", "text", "line", "rect", "circle", "polygon"}
        for name in ("fill", "stroke"):
            assert node.get(name, "none") in OKABE_ITO | PLAIN
    assert "<script" not in svg


@pytest.mark.parametrize("width", [300.0, 340.0, 720.0])
@pytest.mark.parametrize("draw", FIGURES)
def test_marks_and_words_stay_inside(draw: Callable[[float], str], width: float) -> None:
    root = ET.fromstring(draw(width))
    height = float(root.get("height", "0"))
    for node in root.iter():
        for name, limit in (("x", width), ("x1", width), ("x2", width), ("cx", width), ("y", height), ("cy", height)):
            if name in node.attrib:
                assert -1 <= float(node.attrib[name]) <= limit + 1, ET.tostring(node)


def test_the_forest_puts_numbers_where_they_belong() -> None:
    root = ET.fromstring(draw_forest(720))
    squares = list(root.iter(f"{SVG}rect"))
    diamond = next(node for node in root.iter(f"{SVG}polygon") if len(node.get("points", "").split()) == 4)
    corners = [float(pair.split(",")[0]) for pair in diamond.get("points", "").split()]
    middles = [float(node.get("x", "")) + float(node.get("width", "")) / 2 for node in squares]
    assert middles[1] < corners[1] < middles[0]
    assert float(squares[1].get("width", "")) > float(squares[0].get("width", ""))
    words = [node.text for node in root.iter(f"{SVG}text")]
    assert "−1.33 (−1.80 to −0.85)" in words and "−2.84 to 2.30" in words and "40.0 %" in words


def test_an_interval_that_is_cut_shows_an_arrow() -> None:
    rows = [ForestRow(f"s{i}", 0.1 * i, 0.1 * i - 0.3, 0.1 * i + 0.3) for i in range(4)]
    wide = [*rows, ForestRow("wide", 0.1, -40, 40)]
    triangles = [len(re.findall(r"<polygon", forest(some, title="t"))) for some in (rows, wide)]
    assert triangles[1] - triangles[0] == 2


def test_figures_refuse_what_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="finite"):
        forest([ForestRow("a", math.nan)], title="t")
    with pytest.raises(ValueError, match="standard error"):
        funnel([FunnelPoint("a", 1.0, 0.0)], 0.0, title="t")
    with pytest.raises(ValueError, match="at least one"):
        effect_directions([], LANES, title="t")
    with pytest.raises(ValueError, match="100"):
        icon_array([IconGroup("a", 101, "harm")], title="t")


@pytest.mark.parametrize("width", [340.0, 720.0])
def test_icons_add_up(width: float) -> None:
    root = ET.fromstring(draw_icons(width))
    rects = list(root.iter(f"{SVG}rect"))
    circles = list(root.iter(f"{SVG}circle"))
    assert len(rects) + len(circles) == 100 + 4  # and the four keys
    assert "88: none" in [node.text for node in root.iter(f"{SVG}text")]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8),
    st.lists(st.floats(-1e9, 1e9), max_size=8),
    st.booleans(),
)
def test_a_scale_holds_what_must_be_seen(inner: list[float], outer: list[float], log: bool) -> None:
    if log:
        inner, outer = [math.exp(x / 1e5) for x in inner], [math.exp(x / 1e8) for x in outer]
    scale = fit_scale(inner, outer, 10, 110, log=log)
    assert all(scale.holds(value) for value in inner)
    places = [scale.at(value) for value in sorted((*inner, *outer))]
    assert places == sorted(places) and places[0] >= 10 and places[-1] <= 110.000001
    ticks = scale.ticks()
    spare = 1e-9 * (abs(scale.low) + abs(scale.high))
    assert all(scale.low - spare <= tick <= scale.high + spare for tick in ticks) and list(ticks) == sorted(ticks)


def test_log_ticks_are_round() -> None:
    assert Scale(0.05, 20, 0, 100, True).ticks() == (0.1, 0.3, 1.0, 3.0, 10.0)
    assert Scale(0.4, 2.5, 0, 100, True).ticks() == (0.5, 1.0, 2.0)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("paper", ["#FFFFFF", "#161618"])
@pytest.mark.parametrize("draw", FIGURES)
def test_marks_stand_out_from_the_paper(draw: Callable[[float], str], paper: str) -> None:
    """Three to one, as WCAG 2.2 asks of graphics; a mark with an outline in the ink needs no more."""
    for node in ET.fromstring(draw(720)).iter():
        fill = node.get("fill", "none")
        if fill.startswith("#") and node.tag != f"{SVG}text" and node.get("stroke") != "currentColor":
            dark, light = sorted((luminance(fill), luminance(paper)))
            assert (light + 0.05) / (dark + 0.05) >= 3, f"{fill} on {paper}"
