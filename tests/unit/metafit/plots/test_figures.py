"""Figures from results: what stands in them is the result's, and every one can be written in three formats."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

import metafit
from metafit.plots import (
    Drawing,
    baujat_plot,
    bubble_plot,
    forest_plot,
    funnel_plot,
    gosh_plot,
    influence_plot,
    labbe_plot,
    network_plot,
    radial_plot,
    rank_plot,
    sensitivity_plot,
)
from metafit.plots.axis import Scale, tick_label
from metafit.plots.svg import SMALL, text_width

TRIALS = {
    "study": ["Ali 2001", "Bo 2004", "Chen 2007", "Dahl 2009", "Eze 2012", "Fox 2015"],
    "x1": [4, 6, 3, 62, 33, 8], "n1": [123, 306, 231, 13598, 5069, 2545],
    "x2": [11, 29, 11, 248, 47, 10], "n2": [139, 303, 220, 12867, 5808, 629],
}  # fmt: skip
EFFECTS = metafit.escalc("RR", ("x1", "n1", "x2", "n2"), TRIALS, names="study")
FIT = metafit.pool(EFFECTS)
LATITUDE = [44.0, 55, 42, 52, 13, 44]
NETWORK = metafit.pool_network(["1", "2", "3"], ["x", "x", "y"], ["y", "z", "z"], [0.1, 0.2, 0.3], [0.1] * 3)

FIGURES = {
    "forest": lambda: forest_plot(FIT),
    "groups": lambda: forest_plot(FIT, groups=list("ababab"), counts=["1/2"] * 6, favours=("less", "more")),
    "proportion": lambda: forest_plot(metafit.pool(metafit.escalc("PFT", ("x1", "n1"), TRIALS))),
    "funnel": lambda: funnel_plot(FIT),
    "contours": lambda: funnel_plot(FIT, contours=(90, 95, 99)),
    "bubble": lambda: bubble_plot(
        metafit.regress(EFFECTS, None, LATITUDE), EFFECTS.yi, EFFECTS.vi, LATITUDE, label="latitude"
    ),
    "leave one out": lambda: sensitivity_plot(metafit.leave_one_out(EFFECTS)),
    "gosh": lambda: gosh_plot(metafit.gosh(EFFECTS)),
    "network": lambda: network_plot(NETWORK),
    "baujat": lambda: baujat_plot(FIT),
    "radial": lambda: radial_plot(FIT),
    "labbe": lambda: labbe_plot(metafit.TwoArms(*(TRIALS[name] for name in ("x1", "n1", "x2", "n2"))), FIT),
    "influence": lambda: influence_plot(metafit.influence(EFFECTS)),
    "ranks": lambda: rank_plot(metafit.rankogram(NETWORK, small_is_good=True)),
}


def words(drawing: Drawing) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(drawing.svg).iter() if one.tag.endswith("}text")]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_as_png_and_pdf(name: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install matplotlib")
    drawing = FIGURES[name]()
    for suffix, begins in ((".png", b"\x89PNG"), (".pdf", b"%PDF")):
        drawing.save(tmp_path / f"f{suffix}")
        assert (tmp_path / f"f{suffix}").read_bytes().startswith(begins)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_as_svg(name: str, tmp_path: Path) -> None:
    drawing = FIGURES[name]()
    drawing.save(tmp_path / "f.svg")
    assert (tmp_path / "f.svg").read_bytes().startswith(b"<svg")
    root = ElementTree.fromstring(drawing.svg)
    assert root.attrib["role"] == "img" and all(root.find(f"{{*}}{tag}").text for tag in ("title", "desc"))  # type: ignore[union-attr]
    assert "nan" not in drawing.svg and drawing._repr_svg_() == drawing.svg


def test_a_forest_plot_says_what_the_fit_says() -> None:
    found = words(forest_plot(FIT))
    ends = np.exp([FIT.estimate, FIT.ci_low, FIT.ci_high])
    assert f"{ends[0]:.2f} ({ends[1]:.2f} to {ends[2]:.2f})" in found
    assert f"{np.exp(FIT.prediction.low):.2f} to {np.exp(FIT.prediction.high):.2f}" in found
    assert set(TRIALS["study"]) <= set(found)
    weights = [float(one.removesuffix(" %")) for one in found if one.endswith(" %") and one[0].isdigit()]
    assert sum(weights) == pytest.approx(100, abs=0.3)
    assert any(f"Q = {FIT.heterogeneity.q:.2f} on 5 df" in one for one in found)


def test_groups_have_headings_weights_and_a_test_between() -> None:
    found = words(FIGURES["groups"]())
    assert "a" in found and "b" in found and "1/2" in found and "← less" in found and "more →" in found
    between = metafit.subgroups(EFFECTS, groups=list("ababab"))
    assert any(f"Between subgroups: Q = {between.q_between:.2f} on 1 df" in one for one in found)


def test_proportions_go_back_with_their_own_people() -> None:
    assert any(one.startswith("0.0325 (") for one in words(FIGURES["proportion"]()))  # 4 of 123


def test_numbers_have_the_decimals_their_intervals_need() -> None:
    differences = metafit.Effects("RD", np.array([0.028, 0.0, 0.044]), np.array([0.042, 0.061, 0.025]) ** 2)
    shown = words(forest_plot(metafit.pool(differences, method="FE")))
    assert any(one.startswith("0.000 (−0.120 to 0.120)") for one in shown) and not any("−0.000" in one for one in shown)


def test_shades_of_a_funnel_are_told() -> None:
    told = words(funnel_plot(FIT, contours=(90, 95, 99)))
    assert "shaded: p above 0.1, 0.05, 0.01, the darkest first" in told
    assert not any(one.startswith("shaded") for one in words(funnel_plot(FIT)))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: forest_plot(metafit.leave_one_out(EFFECTS)), "not a batch"),
        (lambda: sensitivity_plot(FIT), "leave_one_out or cumulative"),
        (lambda: bubble_plot(metafit.regress(EFFECTS, None, np.eye(6)[:, :2]), [0.0], [1.0], [1.0]), "one moderator"),
        (lambda: forest_plot(FIT).data(".gif"), ".gif: figures are written as"),
    ],
)
def test_what_cannot_be_drawn(call: object, told: str) -> None:
    with pytest.raises(metafit.StatsInputError, match=told):
        call()  # type: ignore[operator]


def test_ranks_are_panels_with_the_best_first() -> None:
    found = metafit.rankogram(NETWORK, small_is_good=True)
    said = words(rank_plot(found))
    assert [one for one in said if one in "xyz"] == [found.treatments[i] for i in np.argsort(-found.sucra)]
    assert {f"SUCRA {one:.2f}" for one in found.sucra} <= set(said)
    bars = [one for one in ElementTree.fromstring(rank_plot(found).svg).iter() if one.tag.endswith("}rect")]
    shares = [found.probability[i, rank] for i in np.argsort(-found.sucra) for rank in range(3)]
    heights = [float(one.attrib["height"]) for one in bars]
    assert heights == pytest.approx([84.0 * one for one in shares], abs=0.051)  # a coordinate has one decimal
    apart = metafit.pool_network(["1", "2"], ["a", "c"], ["b", "d"], [0.1, 0.2], [0.1, 0.1])
    with pytest.raises(metafit.StatsInputError, match="not all connected"):
        rank_plot(metafit.rankogram(apart, small_is_good=True))


def test_a_bubble_plot_has_both_bands_and_says_which_is_which() -> None:
    fit = metafit.regress(EFFECTS, None, ["latitude"], data={**TRIALS, "latitude": LATITUDE}, method="DL")
    drawing = bubble_plot(fit)
    assert [one for one in words(drawing) if "%" in one] == ["95 % confidence interval", "95 % prediction interval"]
    assert drawing.svg.count("<polygon") == 2 and "latitude" in words(drawing)
    common = bubble_plot(metafit.regress(EFFECTS, None, LATITUDE, method="FE"))
    assert common.svg.count("<polygon") == 1 and not any("prediction" in one for one in words(common))


def _marks(drawing: Drawing, tag: str, attribute: str) -> list[float]:
    root = ElementTree.fromstring(drawing.svg)
    return [float(one.attrib[attribute]) for one in root.iter() if one.tag.endswith(f"}}{tag}")]


SEVERAL = metafit.pool_network(
    ["1", "2", "3", "4", "4", "4", "5"],
    ["x", "x", "y", "x", "x", "y", "x"],
    ["y", "z", "z", "y", "z", "z", "y"],
    [0.1, 0.2, 0.3, 0.2, 0.1, -0.1, 0.0],
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01],
)


def test_lines_of_a_network_are_as_wide_as_their_studies_or_as_precise() -> None:
    studies = {(edge.treatment, edge.control): edge.studies for edge in metafit.geometry(SEVERAL).edges}
    assert studies == {("x", "y"): 3, ("x", "z"): 2, ("y", "z"): 2}
    assert _marks(network_plot(SEVERAL), "line", "stroke-width") == pytest.approx(
        [8.0, 1 + 7 * 2 / 3, 1 + 7 * 2 / 3], abs=0.1
    )
    precision = [edge.precision for edge in metafit.geometry(SEVERAL).edges]
    wide = [1 + 7 * one / max(precision) for one in precision]
    assert _marks(network_plot(SEVERAL, by="precision"), "line", "stroke-width") == pytest.approx(wide, abs=0.1)


def test_circles_of_a_network_are_as_large_as_their_people() -> None:
    drawing = network_plot(SEVERAL, people={"x": 400, "y": 100, "z": 0})
    assert _marks(drawing, "circle", "r") == pytest.approx([14.0, 9.5, 5.0])
    with pytest.raises(metafit.StatsInputError, match="one number for each treatment"):
        network_plot(SEVERAL, people={"x": 400})


def test_studies_of_several_arms_are_shaded_in_a_network() -> None:
    assert network_plot(SEVERAL).svg.count("<polygon") == 1 and "<polygon" not in network_plot(NETWORK).svg


def test_numbers_of_a_network_stand_apart() -> None:
    names = [f"treatment {i}" for i in range(8)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if (i + len(b)) % 2 or a == names[0]]
    fit = metafit.pool_network(
        [str(i) for i in range(len(pairs))], [a for a, _ in pairs], [b for _, b in pairs], [0.1] * len(pairs),
        [0.1] * len(pairs),
    )  # fmt: skip
    root = ElementTree.fromstring(network_plot(fit).svg)
    at = [(float(one.attrib["x"]), float(one.attrib["y"])) for one in root.iter() if (one.text or "") == "1"]
    assert len(at) == len(pairs)
    assert min(abs(a - c) + abs(b - d) for i, (a, b) in enumerate(at) for c, d in at[i + 1 :]) > 8


def test_names_of_a_baujat_plot_do_not_overlap() -> None:
    rng = np.random.default_rng(3)
    fit = metafit.pool(
        rng.normal(0, 0.4, 60), rng.uniform(0.02, 0.3, 60), names=[f"Study number {i}" for i in range(60)]
    )
    root = ElementTree.fromstring(baujat_plot(fit).svg)
    boxes = [
        (float(one.attrib["x"]), float(one.attrib["y"]), text_width(one.text or "", SMALL))
        for one in root.iter()
        if (one.text or "").startswith("Study number")
    ]
    assert len(boxes) > 3
    for i, (x, y, wide) in enumerate(boxes):
        assert all(abs(y - b) >= 12 or x + wide <= a or a + w <= x for a, b, w in boxes[i + 1 :])


@pytest.mark.parametrize(
    ("value", "told"),
    [(1e-5, "10⁻⁵"), (2.5e-6, "2.5×10⁻⁶"), (1e6, "10⁶"), (-0.5, "−0.5"), (100000, "100000"), (0, "0")],
)
def test_ticks_of_very_small_and_large_values(value: float, told: str) -> None:
    assert tick_label(value) == told


@pytest.mark.parametrize(("low", "high"), [(0.28, 1.05), (0.001, 1000), (0.9, 1.1), (1e-9, 1e9), (0.05, 4)])
def test_a_logarithmic_axis_has_enough_ticks_and_not_too_many(low: float, high: float) -> None:
    assert 3 <= len(Scale(low, high, 0, 100, True).ticks(7)) <= 7


def test_ratios_near_zero_keep_their_digits() -> None:
    fit = metafit.pool(np.log([0.001, 1000, 0.5, 30]), [0.5, 2, 0.1, 1.0], measure="OR")
    assert any(one.startswith("0.001 (0.00025 to 0.004)") for one in words(forest_plot(fit)))
