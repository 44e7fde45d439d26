"""Results as people see them: the print is read back, and every number in it is the result's own."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import metafit
from metafit import Summary
from metafit.text import TEXTS

TRIALS = {
    "study": ["Ali 2001", "Bo 2004", "Chen 2007", "Dahl 2009", "Eze 2012", "Fox 2015"],
    "x1": [4, 6, 3, 62, 33, 8], "n1": [123, 306, 231, 13598, 5069, 2545],
    "x2": [11, 29, 11, 248, 47, 10], "n2": [139, 303, 220, 12867, 5808, 629],
    "latitude": [44.0, 55, 42, 52, 13, 44], "where": ["a", "b", "a", "b", "a", "b"],
}  # fmt: skip
COLUMNS = ("x1", "n1", "x2", "n2")
EFFECTS = metafit.escalc("RR", COLUMNS, TRIALS, names="study")
FIT = metafit.pool(EFFECTS)


def parsed(text: str) -> dict[str, list[str]]:
    """Rows of a printed summary by their first words; cells stand two spaces or more apart."""
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]
    return {cells[0]: cells[1:] for cells in lines}


def close(cell: str, value: object, digits: int = 4) -> None:
    assert float(cell) == pytest.approx(float(value), abs=0.51 * 10.0**-digits)  # type: ignore[arg-type]


def ends(cell: str) -> list[str]:
    return cell.split(" to ")


def test_a_printed_fit_is_read_back() -> None:
    rows = parsed(str(FIT))
    estimate, se, t, p, interval, ratio, ratios = rows["pooled"]
    for cell, value in ((estimate, FIT.estimate), (se, FIT.se), (t, FIT.statistic), (p, FIT.p)):
        close(cell, value)
    for cell, value in zip(ends(interval), (FIT.ci_low, FIT.ci_high), strict=True):
        close(cell, value)
    close(ratio, np.exp(FIT.estimate))
    for cell, value in zip(ends(ratios), np.exp([FIT.ci_low, FIT.ci_high]), strict=True):
        close(cell, value)
    close(rows["tau2"][0], FIT.tau2)
    close(rows["I2 %"][0], FIT.heterogeneity.i2, 2)
    close(rows[f"Q({FIT.heterogeneity.q_df})"][0], FIT.heterogeneity.q)
    for cell, value in zip(ends(rows["new study"][0]), (FIT.prediction.low, FIT.prediction.high), strict=True):
        close(cell, value)
    assert "k = 6; tau2 estimator: REML; test: adhoc" in str(FIT) and "np.float64" not in repr(FIT)


NETWORK = metafit.pool_network(["1", "2", "3"], ["x", "x", "y"], ["y", "z", "z"], [0.1, 0.2, 0.3], [0.1] * 3)
STAR = metafit.pool_network(
    list("1234"), ["x", "y", "x + y", "w"], ["z"] * 4, [0.1, 0.2, 0.7, 0.4], [0.1] * 4, measure="OR"
)


class _Cells(HTMLParser):
    """The words of every cell."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.inside = tag in ("td", "th")
        if self.inside:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.cells[-1] += data


RESULTS = {
    "fit": FIT,
    "effects": EFFECTS,
    "common": metafit.pool(EFFECTS, method="FE"),
    "counts": metafit.pool_counts(metafit.TwoArms(*(TRIALS[name] for name in COLUMNS)), measure="OR"),
    "regression": metafit.regress(EFFECTS, None, ["latitude"], data=TRIALS),
    "contrasts": metafit.pairwise(metafit.regress(EFFECTS, None, ["where"], data=TRIALS), "where"),
    "joint test": metafit.joint_test(metafit.regress(EFFECTS, None, ["latitude"], data=TRIALS), ["intercept", 1]),
    "inflation": metafit.vif(metafit.regress(EFFECTS, None, ["latitude", "where"], data=TRIALS, method="FE")),
    "changed signs": metafit.permutation_test(FIT),
    "changed orders": metafit.permutation_test(metafit.regress(EFFECTS, None, ["where"], data=TRIALS), draws=5),
    "location and scale": metafit.location_scale(EFFECTS, None, ["latitude"], ["latitude"], data=TRIALS),
    "two outcomes": metafit.pool_multivariate(EFFECTS, None, [1, 1, 2, 2, 3, 3], TRIALS["where"]),
    "leave one out": metafit.leave_one_out(EFFECTS),
    "cumulative": metafit.cumulative(EFFECTS, order=TRIALS["latitude"]),
    "influence": metafit.influence(EFFECTS),
    "subgroups": metafit.subgroups(EFFECTS, groups=TRIALS["where"]),
    "egger": metafit.egger(EFFECTS, force=True),
    "trim and fill": metafit.trim_and_fill(EFFECTS, force=True),
    "gosh": metafit.gosh(EFFECTS),
    "multilevel": metafit.three_level(EFFECTS.yi, EFFECTS.vi, TRIALS["where"]),
    "robust": metafit.robust(metafit.three_level(EFFECTS.yi, EFFECTS.vi, TRIALS["where"]), TRIALS["where"]),
    "bayes": metafit.bayes_pool(EFFECTS.yi, EFFECTS.vi, tau_prior=metafit.HalfNormal(0.5)),
    "network": NETWORK,
    "league": metafit.league_table(NETWORK, small_is_good=True),
    "ranks": metafit.rankogram(NETWORK, small_is_good=True),
    "drawn ranks": metafit.rankogram(STAR, small_is_good=False, draws=1000),
    "components": metafit.component_network(STAR, inactive="z"),
    "arms": metafit.arm_contrasts("OR", list("1122"), list("xyxy"), events=[0, 2, 3, 4], total=[9, 9, 8, 8]),
}


@pytest.mark.parametrize("name", RESULTS)
def test_text_and_html_have_the_same_cells(name: str) -> None:
    summary: Summary = RESULTS[name].summary()
    reader = _Cells()
    reader.feed(RESULTS[name]._repr_html_())
    cells = [cell for block in summary.blocks for row in (block.columns, *block.rows) for cell in row]
    assert reader.cells == cells and len(cells) > 3
    text = str(RESULTS[name])
    assert all(cell in text for cell in cells) and "np.float64" not in text and "nan" not in text


def test_a_printed_league_table_is_read_back() -> None:
    """Below the diagonal the network, column against row; above it direct evidence, row against column."""
    table = metafit.league_table(STAR, order=("z", "w", "x", "y", "x + y"))
    rows: dict[str, list[str]] = {}
    for group in str(table).split("\n\n"):  # the table is wider than a line and folds
        for name, cells in parsed(group).items():
            rows[name] = rows.get(name, []) + cells
    below, above = rows["w"][0], rows["z"][1]
    w, z = STAR.index("w"), STAR.index("z")
    close(below.split()[0], np.exp(STAR.estimate[z, w]), 2)
    for cell, value in zip(ends(below.partition("(")[2].rstrip(")")), (STAR.ci_low, STAR.ci_high), strict=True):
        close(cell, np.exp(value[z, w]), 2)
    assert below == above, "one trial alone is all the evidence on its pair"
    assert rows["w"][2] == ".", "no trial compares w and x"


def test_frames_of_networks() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")
    league = RESULTS["league"].to_frame()
    assert len(league) == 3 and list(league["studies"]) == [1, 1, 1]
    assert league.loc[0, "estimate"] == RESULTS["league"].estimate[0, 1]
    ranks = RESULTS["ranks"].to_frame()
    assert list(ranks.columns[:4]) == ["name", "sucra", "p_score", "mean_rank"]
    assert ranks[["rank_1", "rank_2", "rank_3"]].sum(axis=1).to_numpy() == pytest.approx([1, 1, 1])
    parts = RESULTS["components"].to_frame("coefficients")
    assert list(parts["name"]) == ["w", "x", "y"] and parts.loc[1, "se"] == RESULTS["components"].se[1]


@pytest.mark.parametrize("name", ["leave one out", "cumulative", "influence"])
def test_names_measure_and_level_stay_with_sensitivity_results(name: str) -> None:
    text = str(RESULTS[name])
    assert all(study in text for study in TRIALS["study"])
    if name != "influence":
        assert RESULTS[name].measure == "RR" and "risk ratio" in text
        assert metafit.leave_one_out(EFFECTS, level=90).level == 0.9


def test_cumulative_names_follow_the_order() -> None:
    assert RESULTS["cumulative"].labels[:2] == ("Eze 2012", "+ Chen 2007")


def test_frames() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")
    fit = FIT.to_frame()
    assert fit.loc[0, "estimate"] == FIT.estimate and fit.loc[0, "measure"] == "RR"
    studies = metafit.pool([0.1, np.nan, 0.3], [0.1, 0.1, np.nan], names=["a", "b", "c"]).to_frame("studies")
    assert list(studies["reason"]) == ["", "no effect", "no variance"] and list(studies["included"]) == [
        True,
        False,
        False,
    ]
    assert FIT.to_frame("studies")["weight"].sum() == pytest.approx(100)
    coefficients = RESULTS["regression"].to_frame("coefficients")
    assert list(coefficients["name"]) == ["intercept", "latitude"]
    assert next(iter(RESULTS["leave one out"].to_frame()["name"])) == "without Ali 2001"
    with pytest.raises(metafit.StatsInputError, match="has no table of 'coefficients'"):
        FIT.to_frame("coefficients")


def test_a_pandas_frame_goes_in() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")

    frame = pandas.DataFrame(TRIALS)
    effects = metafit.escalc("RR", COLUMNS, frame, names="study")
    assert metafit.pool(effects).estimate == FIT.estimate and effects.names == EFFECTS.names
    frame["yi"], frame["vi"] = effects.yi, effects.vi
    by_name = metafit.pool("yi", "vi", data=frame, names="study", measure="RR")
    assert str(by_name) == str(FIT)
    with pytest.raises(metafit.StatsInputError, match="no column 'vj'"):
        metafit.pool("yi", "vj", data=frame)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: metafit.pool([0.1, 0.2]), "give the variances"),
        (lambda: metafit.pool(EFFECTS, [0.1]), "effects bring their own variances"),
        (lambda: metafit.pool("yi", "vi"), "there is no data"),
        (lambda: metafit.pool([0.1, 0.2], [0.1, 0.1], names=["a"]), "1 for 2 studies"),
        (lambda: metafit.escalc("XX", COLUMNS, TRIALS), "'XX' is not one of"),
        (lambda: metafit.escalc("RR", COLUMNS[:3], TRIALS), "needs events_t, total_t, events_c, total_c; 3 given"),
    ],
)
def test_inputs_that_cannot_be(call: object, told: str) -> None:
    with pytest.raises(metafit.StatsInputError, match=told):
        call()  # type: ignore[operator]


def test_status_and_few_studies_are_said() -> None:
    assert "One study: this is the study, not a pool." in str(metafit.pool([0.2], [0.1]))
    assert "With 3 studies the prediction interval rests on very little" in str(
        metafit.pool([0.2, 0.3, 0.9], [0.1] * 3)
    )
    assert "take all the weight" in str(metafit.pool([0.2, 0.3], [0.0, 0.1]))


def test_freeman_tukey_goes_back_with_the_studies_sizes() -> None:
    effects = metafit.escalc("PFT", ("x1", "n1"), TRIALS)
    fit = metafit.pool(effects)
    expected = metafit.back_transform("PFT", fit.estimate, n=metafit.harmonic_mean(TRIALS["n1"]))
    close(parsed(str(fit))["pooled"][5], expected)
    close(parsed(str(effects))["study 1"][3], 4 / 123)


def test_a_long_batch_is_cut() -> None:
    assert "and 440 more" in str(metafit.pool(np.zeros((500, 3)), np.ones((500, 3))))


def test_every_key_of_a_text_is_there_and_used() -> None:
    source = Path(metafit.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in source.rglob("*.py") if path.name != "text.py")
    asked = set(re.findall(r"say\(\s*['\"]([\w.-]+)['\"]", code))
    assert asked - set(TEXTS) == set()
    begun = tuple(set(re.findall(r'say\(\s*f"([\w.-]+)\{', code)))
    unused = {key for key in TEXTS if key not in asked and f'"{key}"' not in code and not key.startswith(begun)}
    assert unused == set()
