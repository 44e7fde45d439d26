"""Pictures: names that can be read, links that can be reached by keyboard, and nothing a strict page forbids."""

from __future__ import annotations

import functools
import itertools
import re
from xml.etree import ElementTree

import pytest

from deqi.bodymap.build import Chart
from deqi.bodymap.drawing import Look, draw
from deqi.bodymap.labels import place
from deqi.bodymap.scenes import VIEWS
from deqi.knowledge import load
from metafit.plots.svg import text_width

CHART = Chart(load(), {"LU1", "CV17"})
LOOK = Look("title", "description", "/points/{}".format, lambda code: f"{code} aloud")
NEAR = [name for name, view in VIEWS.items() if not view.whole]
SVG = "{http://www.w3.org/2000/svg}"


@functools.cache
def drawn_as(name: str) -> str:
    return draw(CHART, VIEWS[name], LOOK)


@pytest.mark.parametrize("name", NEAR)
def test_names_overlap_neither_each_other_nor_other_dots(name: str) -> None:
    view = VIEWS[name]
    left, top, right, bottom = view.window
    scale = 360.0 / (right - left)
    shown = CHART.placed(view)
    dots = [((one.at[0] - left) * scale, (one.at[1] - top) * scale) for one in shown]
    named = [k for k, one in enumerate(shown) if one.label]
    frame = (2.0, 2.0, 358.0, (bottom - top) * scale - 2.0)
    found = place(
        [dots[k] for k in named],
        [text_width(shown[k].label, 11.0) + 1 for k in named],
        frame,
        [dots[k] for k in range(len(shown)) if k not in named],
    )
    labels = [one for one in found if one is not None]
    assert len(labels) == len(named)
    for one, other in itertools.combinations(labels, 2):
        a, b = one.box, other.box
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for k, label in zip(named, labels, strict=True):
        assert label.box[0] >= 2 and label.box[2] <= 358 and label.box[1] >= 2 and label.box[3] <= frame[3]
        for n, dot in enumerate(dots):
            if n != k:
                assert not (label.box[0] < dot[0] < label.box[2] and label.box[1] < dot[1] < label.box[3])


@pytest.mark.parametrize("name", list(VIEWS))
def test_points_are_links_in_the_order_of_their_channels(name: str) -> None:
    drawn = ElementTree.fromstring(drawn_as(name))
    links = [one.attrib for one in drawn.iter(f"{SVG}a")]
    codes = [one["href"].removeprefix("/points/") for one in links]
    order = list(dict.fromkeys(row.point for row in CHART.places))
    assert codes and codes == sorted(codes, key=order.index)
    assert all(one["aria-label"] == f"{code} aloud" for one, code in zip(links, codes, strict=True))
    assert set(codes) == {one.point for one in CHART.placed(VIEWS[name])}


@pytest.mark.parametrize("name", list(VIEWS))
def test_a_picture_has_nothing_that_a_strict_page_forbids(name: str) -> None:
    drawn = drawn_as(name)
    assert (
        "style=" not in drawn
        and "<script" not in drawn
        and "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    )
    assert "nan" not in drawn.casefold().replace("aria", "") and "inf" not in re.sub(
        r"aria-label=\"[^\"]*\"", "", drawn
    )
    root = ElementTree.fromstring(drawn)
    assert root.attrib["role"] == "group"
    assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"]


def test_a_ring_marks_a_point_over_what_must_not_be_reached() -> None:
    drawn = drawn_as("chest")
    assert drawn.count('class="danger"') == 2


def test_only_some_points_are_named_where_some_are_asked_for() -> None:
    look = Look("title", "description", "/points/{}".format, lambda code: code, ("CV17", "ST36"))
    assert re.findall(r'href="/points/(\w+)"', draw(CHART, VIEWS["chest"], look)) == ["CV17"]
    assert re.findall(r'href="/points/(\w+)"', draw(CHART, VIEWS["front"], look)) == ["ST36", "CV17"]


def test_regions_of_the_whole_body_are_links_to_nearer_views() -> None:
    look = Look("title", "description", "/points/{}".format, lambda code: code, (), "/map/{}".format)
    drawn = draw(CHART, VIEWS["front"], look)
    assert {"/map/chest", "/map/belly", "/map/arm-front", "/map/leg-front", "/map/palm"} <= set(
        re.findall(r'href="([^"#]+)"', drawn)
    )
    assert 'aria-label="breastbone"' in drawn


def test_a_name_that_has_no_room_is_left_out() -> None:
    assert place([(5.0, 5.0)], [50.0], (0.0, 0.0, 20.0, 20.0)) == [None]
