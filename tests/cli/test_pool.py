"""`deqi pool` as typed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import metafit
from deqi.cli.pool import escalc, network, pool
from deqi.errors import InputError
from deqi.evidence.table.effects import TWO_BY_TWO
from metafit.counts import conditional
from metafit.plots import baujat_plot, influence_plot, labbe_plot, radial_plot

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = Path(__file__).parents[1] / "golden" / "metafit"
app = typer.Typer()
app.command()(pool)


def run(*arguments: object, data: bytes | None = None) -> str:
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=data, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_text_says_columns_measure_and_method() -> None:
    out = run(EXAMPLES / "bcg.csv")
    assert "risk ratio (RR) from events_t, total_t, events_c, total_c; method REML" in " ".join(out.split())
    assert "0.4894 (0.3301 to 0.7257)" in out and "I2 92 %" in out


def test_json_of_standard_input() -> None:
    out = json.loads(run("-", "--json", "--level", "90", data=b"study,yi,vi\nA,1,1\nB,2,1\n"))
    assert out["k"] == 2 and out["estimate"] == pytest.approx(1.5)


def test_figures_subgroups_and_moderators(tmp_path: Path) -> None:
    out = run(
        EXAMPLES / "bcg.csv",
        *("--by", "Allocation", "--moderators", "latitude"),
        *("--forest", tmp_path / "f.svg", "--funnel", tmp_path / "u.svg"),
    )
    assert "Between allocation" in out and "latitude: -0.0" in out
    forest = (tmp_path / "f.svg").read_text()
    assert forest.lstrip().startswith("<svg") and "Comstock" in forest and "random (k = 7, I² 90 %)" in forest
    assert "<svg" in (tmp_path / "u.svg").read_text()


def test_moderators_are_compared_word_by_word_and_as_a_whole() -> None:
    out = " ".join(run(EXAMPLES / "bcg.csv", "--moderators", "latitude,allocation").split())
    for words in (
        "All of allocation: F(2, 9) = 0.6007, p = 0.5690.",
        "Difference systematic - random: 0.326 (-0.4002 to 1.052), p = 0.3364",
        "Variance inflation because moderators are related: latitude 1.015, allocation 1.015.",
    ):
        assert words in out
    terms = json.loads(run(EXAMPLES / "bcg.csv", "--moderators", "latitude,allocation", "--json"))["moderators"][
        "terms"
    ]
    assert [term["name"] for term in terms] == ["latitude", "allocation"]
    assert [one["name"] for one in terms[1]["differences"]] == [
        "random - alternate", "systematic - alternate", "systematic - random",
    ]  # fmt: skip
    alone = " ".join(run(EXAMPLES / "bcg.csv", "--moderators", "latitude").split())
    assert "Variance inflation" not in alone and "Difference" not in alone


def _effects_and_latitude() -> tuple[list[float], list[float], list[float]]:
    studies = json.loads(run(EXAMPLES / "bcg.csv", "--json"))["studies"]
    rows = [row.split(",") for row in (EXAMPLES / "bcg.csv").read_text().splitlines()]
    latitude = [float(row[rows[0].index("latitude")]) for row in rows[1:]]
    return [one["yi"] for one in studies], [one["vi"] for one in studies], latitude


def test_permutations_are_those_of_the_library() -> None:
    """And R's, where all are tried: tests/golden/evidence/table/bcg.json."""
    yi, vi, latitude = _effects_and_latitude()
    for options, fit in (
        (("--moderators", "latitude"), metafit.regress(yi, vi, latitude)),
        ((), metafit.pool(yi, vi)),
    ):
        words = (EXAMPLES / "bcg.csv", *options, "--permutations", 200, "--seed", 7)
        found = json.loads(run(*words, "--json"))["checks"]["permutation"]
        want = metafit.permutation_test(fit, draws=200, seed=7)
        assert found["p"] == want.p.tolist() and found["statistic"] == want.statistic.tolist()
        assert (found["permutations"], found["seed"], found["exact"]) == (200, 7, False) and "draws" not in found
        assert "200 " in run(*words) and "drawn with seed 7" in run(*words)
        assert run(*words) == run(*words) != run(*words[:-1], 8)
    few = b"study,yi,vi,x\nA,.1,.2,1\nB,.4,.1,2\nC,.2,.1,5\nD,.9,.2,8\n"
    out = run("-", "--moderators", "x", "--permutations", "1000", data=few)
    assert "Permutation test: all 24 orders of the moderators" in out
    assert "Permutation test: all 16 changes of sign" in run("-", "--permutations", "1000", data=few)


def test_a_location_scale_model_is_that_of_the_library() -> None:
    """And R's: tests/golden/evidence/table/bcg.json."""
    yi, vi, latitude = _effects_and_latitude()
    words = (EXAMPLES / "bcg.csv", "--moderators", "latitude", "--scale", "latitude")
    out = json.loads(run(*words, "--json"))
    found, want = out["checks"]["location-scale"], metafit.location_scale(yi, vi, latitude, latitude)
    assert found["scale"]["estimate"] == want.scale.estimate.tolist()
    assert found["location"]["ci_low"] == want.location.ci_low.tolist() and found["tau2"] == want.tau2.tolist()
    assert out["estimate"] == json.loads(run(EXAMPLES / "bcg.csv", "--json"))["estimate"]  # the pool stays what it is
    text = run(*words)
    assert "Location-scale model (k = 13; REML; test: adhoc)" in text and "scale (logarithm of tau2)" in text
    words = (EXAMPLES / "bcg.csv", "--scale", "allocation")
    assert "allocation: differences from alternate." in run(*words) and "allocation: systematic" in run(*words)


@pytest.mark.parametrize("kind", ["text", "md", "html"])
def test_what_is_asked_of_a_regression_stands_on_every_page(kind: str) -> None:
    options = ("--moderators", "latitude,allocation", "--permutations", "50", "--scale", "latitude")
    out = " ".join(run(EXAMPLES / "bcg.csv", *options, "--format", kind).split())
    for words in ("Permutation test: 50 orders", "Location-scale model", "Variance inflation because moderators"):
        assert words in out, words
    assert "<table" in out or kind != "html"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--permutations", "1"), "write a number from 2 to 769,230, the most for 13 rows"),
        (("--permutations", "769231"), "write a number from 2 to 769,230"),
        (("--permutations", "-5"), "write a number from 2 to"),
        (("--seed", "2"), "--seed chooses permutations; give it with --permutations."),
        (("--permutations", "9", "--seed", "-2"), "--seed -2: write a whole number from 0 up."),
        (("--permutations", "9", "--method", "MH"), "--permutations does not go with --method MH"),
        (("--scale", "latitude", "--method", "DL"), "--scale does not go with --method DL; use REML or ML."),
        (("--scale", "latitude", "--method", "GLMM", "--measure", "OR"), "use REML or ML."),
        (("--scale", "altitude"), "no column 'altitude'"),
    ],
)
def test_what_cannot_be_asked_of_a_regression(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError) as refused:
        run(EXAMPLES / "bcg.csv", *words)
    assert said in str(refused.value)


def test_a_model_without_an_answer_is_a_sentence() -> None:
    same = b"study,yi,vi,x\nA,.1,.2,1\nB,.4,.1,1\nC,.2,.1,1\nD,.9,.2,1\n"
    out = " ".join(run("-", "--moderators", "x", "--permutations", "20", "--scale", "x", data=same).split())
    assert "permutation: no model can be fitted, so there is nothing to test." in out
    assert "location-scale: the model has no answer here" in out
    rates = " ".join(run("-", "--permutations", "20", data=b"events,total\n1,10\n2,20\n3,15\n").split())
    assert "permutation: rests on p values against no effect, which the numbers of one group do not have." in rates
    alone = " ".join(run("-", "--permutations", "20", data=b"study,yi,vi\nA,1,1\n").split())
    assert "permutation: no model can be fitted" in alone


def test_a_proportion_is_not_tested_against_one_half() -> None:
    assert "Pooled (k = 18): 0.8065 % (0.3826 % to 1.692 %); 95 % interval, test t." in " ".join(
        run(EXAMPLES / "catheter_infections.csv", "--method", "glmm").split()
    )


def test_figures_that_cannot_be_written_or_drawn(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        run(EXAMPLES / "bcg.csv", "--forest", tmp_path / "none" / "f.svg")
    with pytest.raises(InputError, match="no study has an event, 0 of 30 in all"):
        figures = ("--forest", tmp_path / "f.svg", "--funnel", tmp_path / "u.svg")
        run("-", "--method", "GLMM", *figures, data=b"events,total\n0,10\n0,20\n")
    assert not list(tmp_path.iterdir())  # nothing half-written


def test_a_study_name_is_text_in_a_figure(tmp_path: Path) -> None:
    run("-", "--forest", tmp_path / "f.svg", data=b"study,yi,vi\n<script>x</script> & co,1,1\nB,2,1\n")
    drawing = (tmp_path / "f.svg").read_text()
    assert "<script" not in drawing and "&lt;script&gt;" in drawing


SINGLE = ("--baujat", "--radial", "--labbe", "--influence-plot")
FIGURES = ("--forest", "--funnel", "--bubble", "--gosh", "--leave-one-out-plot", "--cumulative-plot", *SINGLE)


@pytest.mark.parametrize(("suffix", "begins"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_every_figure_in_every_format(tmp_path: Path, suffix: str, begins: bytes) -> None:
    paths = {option: tmp_path / f"{option.strip('-')}{suffix}" for option in FIGURES}
    words = [word for option, path in paths.items() for word in (option, path)]
    run(EXAMPLES / "bcg.csv", "--moderators", "latitude", "--order", "latitude", *words)
    for path in paths.values():
        assert path.read_bytes().startswith(begins), path.name


def test_a_forest_plot_has_counts_groups_heterogeneity_and_sides(tmp_path: Path) -> None:
    run(EXAMPLES / "bcg.csv", "--by", "allocation", "--forest", tmp_path / "f.svg", "--favours", "vaccine|control")
    drawing = (tmp_path / "f.svg").read_text()
    for words in ("62/13598 v 248/12867", "50.5 %", "I² = 92 %, Q = 152.23 on 12 df, p &lt; 0.0001"):
        assert words in drawing
    assert "Between allocation: Q = 1.85 on 2 df" in drawing and "← vaccine" in drawing and "control →" in drawing
    assert "Prediction interval" in drawing and "0.14 to 1.76" in drawing


@pytest.mark.parametrize("name", ["f.jpg", "f"])
def test_another_suffix_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"figures are written as .svg, .png or .pdf"):
        run(EXAMPLES / "bcg.csv", "--forest", tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "table",
    ["study,yi,vi\na,1e308,1\nb,-1e308,1\nc,1,1\n", "study,yi,vi\na,700,1\nb,1,1\nc,1,1\n"],
)
@pytest.mark.parametrize("measure", ["GEN", "RR"])
def test_numbers_at_the_edge_of_what_can_be_held(tmp_path: Path, table: str, measure: str) -> None:
    for figures in (("--forest", "--funnel"), *((one,) for one in SINGLE)):
        words = [word for one in figures for word in (one, tmp_path / f"{one.strip('-')}.svg")]
        try:
            run("-", "--measure", measure, *words, data=table.encode())
        except InputError:
            assert not list(tmp_path.iterdir())
        for path in tmp_path.iterdir():
            assert "nan" not in path.read_text()
            path.unlink()


def test_figures_of_single_studies_are_those_of_the_library(tmp_path: Path) -> None:
    """What the library draws of the same effects (tests/golden/metafit/plots says what R draws them from)."""
    paths = [tmp_path / f"{one.strip('-')}.svg" for one in SINGLE]
    words = [word for pair in zip(SINGLE, paths, strict=True) for word in pair]
    out = json.loads(run(EXAMPLES / "bcg.csv", "--method", "DL", "--test", "knha", "--json", *words))
    studies = out["studies"]
    names, yi, vi = ([one[name] for one in studies] for name in ("study", "yi", "vi"))
    fit = metafit.pool(yi, vi, method="DL", test="knha", measure="RR", names=names)
    rows = [row.split(",") for row in (EXAMPLES / "bcg.csv").read_text().splitlines()]
    columns = [[float(row[rows[0].index(one)]) for row in rows[1:]] for one in TWO_BY_TWO]
    drawings = (
        baujat_plot(fit), radial_plot(fit), labbe_plot(metafit.TwoArms(*map(np.array, columns)), fit),
        influence_plot(metafit.influence(yi, vi, method="DL", test="knha", names=names)),
    )  # fmt: skip
    for path, drawing in zip(paths, drawings, strict=True):
        assert path.read_text() == drawing.svg, path.name
    assert out["checks"].keys() == {"influence"}  # the numbers of the plot stand beside it


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((EXAMPLES / "stroke_stay.csv", "--labbe"), "--labbe needs the events and people of two arms"),
        ((EXAMPLES / "bcg.csv", "--method", "MH", "--baujat"), "which MH does not pool; use --method REML"),
        ((EXAMPLES / "bcg.csv", "--method", "PETO", "--measure", "OR", "--radial"), "which PETO does not pool"),
        (("-", "--baujat"), "--baujat: this figure needs three studies."),
        (("-", "--influence-plot"), "--influence-plot: needs two studies, and there is one."),
        ((EXAMPLES / "bcg.csv", "--bubble"), "--bubble: name one column of numbers with --moderators."),
    ],
)
def test_a_table_that_cannot_carry_a_figure_is_told_why(tmp_path: Path, words: tuple[object, ...], said: str) -> None:
    with pytest.raises(InputError) as refused:
        run(*words, tmp_path / "x.svg", "--funnel", tmp_path / "u.svg", data=b"study,yi,vi\nA,1,1\n")
    assert said in str(refused.value) and not list(tmp_path.iterdir())


@pytest.mark.parametrize("method", ["MH", "PETO", "GLMM"])
def test_risks_are_drawn_with_the_pool_of_the_counts(tmp_path: Path, method: str) -> None:
    run(EXAMPLES / "bcg.csv", "--method", method, "--measure", "OR", "--labbe", tmp_path / "l.svg")
    run(EXAMPLES / "bcg.csv", "--measure", "AS", "--labbe", tmp_path / "without.svg")
    drawn, without = ((tmp_path / name).read_text() for name in ("l.svg", "without.svg"))
    assert drawn.count("<circle") == without.count("<circle") == 13
    assert drawn.count("<line") > without.count("<line") + 50  # the curve; an arcsine difference has none


def test_a_wide_table_stands_in_parts_beneath_each_other() -> None:
    out = run(EXAMPLES / "bcg.csv", "--also", "influence").splitlines()
    assert max(map(len, out)) <= 80
    heads = [line.split() for line in out if "rstudent" in line or "hat" in line.split()]
    assert [word for line in heads for word in line] == [
        "rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "qe_del", "hat", "weight", "dfbs", "influential",
    ]  # fmt: skip
    assert len([line for line in out if line.startswith("Comstock et al 1976")]) == 3


@pytest.mark.parametrize("command", [pool, escalc])
def test_what_was_noticed_in_a_table_is_never_folded_away(command: object, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("study,yi,vi\nA,1,1\nA,2,1\nTotal,1.5,0.5\n")
    html = run_of(command, table, "--format", "html")
    assert "looks like a sum of the others" in html and "<details" not in html


def test_all_checks_in_text_and_json() -> None:
    out = run(EXAMPLES / "bcg.csv", "--also", "all", "--order", "latitude", "--model", "both")
    for words in (
        "Common-effect model beside it: 0.6503 (0.6007 to 0.704)",
        "Funnel asymmetry (Egger", "Funnel asymmetry (Peters", "Trim and fill (L0): 1 missing on the right",
        "PET-PEESE", "Step selection model", "without Aronson 1948", "+ TPT Madras 1980", "Influence of single studies",
    ):  # fmt: skip
        assert words in " ".join(out.split()), words
    found = json.loads(run(EXAMPLES / "bcg.csv", "--also", "egger,leave-one-out", "--json"))["checks"]
    assert found["egger"]["p"] == pytest.approx(0.18867, abs=1e-4)
    assert found["leave-one-out"]["labels"][0] == "without Aronson 1948"
    assert found["leave-one-out"]["estimate"][0] == pytest.approx(-0.7071, abs=1e-4)
    few = run("-", "--also", "egger,peters", data=b"study,yi,vi\nA,1,1\nB,2,1\nC,2,2\n")
    assert "needs 10 studies and there are 3" in " ".join(few.split()) and "needs events and totals of two arms" in few
    with pytest.raises(InputError, match="--also 'eggr': not known"):
        run(EXAMPLES / "bcg.csv", "--also", "eggr")
    with pytest.raises(InputError, match="no column 'altitude'"):
        run(EXAMPLES / "bcg.csv", "--also", "cumulative", "--order", "altitude")


def test_a_level_as_a_fraction_is_the_same_level() -> None:
    assert run(EXAMPLES / "bcg.csv", "--level", "0.95") == run(EXAMPLES / "bcg.csv")


def test_published_acupressure_trials_of_nausea() -> None:
    """Lee & Done 2004 report RR 0.72 (0.59 to 0.89) for their 16 trials, by DerSimonian and Laird with z."""
    rows = (EXAMPLES / "p6_nausea.csv").read_bytes()
    out = json.loads(run("-", "--method", "DL", "--test", "z", "--json", data=rows))
    natural = [out["estimate_natural"], *out["ci_natural"]]
    assert natural == pytest.approx([0.7259, 0.5942, 0.8869], abs=5e-5)


network_app = typer.Typer()
network_app.command()(network)
escalc_app = typer.Typer()
escalc_app.command()(escalc)

CONTRASTS = b"""study,treatment,control,yi,sei
A,x,placebo,-0.5,0.2
B,y,placebo,-0.2,0.2
C,x,y,-0.4,0.25
D,x,placebo,-0.7,0.3
"""


def test_a_network_of_treatments(tmp_path: Path) -> None:
    words = ["-", "--reference", "placebo", "--small-is-good", "--plot", str(tmp_path / "n.svg")]
    result = CliRunner().invoke(network_app, words, input=CONTRASTS, catch_exceptions=False)
    assert (
        result.exit_code == 0 and "against placebo" in result.output and "P-scores (smaller is better)" in result.output
    )
    assert "3 treatments" in (tmp_path / "n.svg").read_text()
    words = ["-", "--json", "--method", "fe"]
    out = json.loads(CliRunner().invoke(network_app, words, input=CONTRASTS, catch_exceptions=False).output)
    assert out["treatments"] == ["placebo", "x", "y"] and len(out["pairs"]) == 3
    with pytest.raises(InputError, match="'z' is not a treatment; there are placebo, x, y"):
        CliRunner().invoke(network_app, ["-", "--reference", "z"], input=CONTRASTS, catch_exceptions=False)
    with pytest.raises(InputError, match="needs the columns study, treatment, control"):
        CliRunner().invoke(network_app, ["-"], input=b"study,yi,vi\nA,1,1\n", catch_exceptions=False)


def test_a_league_table_ranks_and_components_in_every_format(tmp_path: Path) -> None:
    words = ["-", "--also", "all", "--inactive", "placebo", "--small-is-good", "--rank-plot", str(tmp_path / "r.svg")]

    def said(kind: str) -> str:
        return (
            CliRunner().invoke(network_app, [*words, "--format", kind], input=CONTRASTS, catch_exceptions=False).output
        )

    for kind in ("text", "md", "html"):
        out = " ".join(said(kind).split())
        assert "League table" in out and "SUCRA" in out and "Additive model of 2 components" in out, kind
    assert "<table" in said("html") and "SUCRA" in (tmp_path / "r.svg").read_text()
    document = json.loads(said("json"))
    assert document["ranks"]["draws"] == 0 and document["components"]["inactive"] == "placebo"
    assert document["league"][0]["treatment"] == max(document["p_scores"], key=document["p_scores"].get)
    apart = b"study,treatment,control,yi,vi\nA,a,b,1,1\nB,c,d,1,1\n"
    with pytest.raises(InputError, match=r"--rank-plot.*not all connected"):
        CliRunner().invoke(network_app, words, input=apart.replace(b"a,b", b"a,placebo"), catch_exceptions=False)


def test_effects_without_a_pool() -> None:
    words = [str(EXAMPLES / "bcg.csv"), "--measure", "OR"]
    text = CliRunner().invoke(escalc_app, words, catch_exceptions=False).output
    assert "Aronson 1948" in text and "-0.9387" in text and "Pooled" not in text
    out = json.loads(CliRunner().invoke(escalc_app, [*words, "--json"], catch_exceptions=False).output)
    assert set(out) == {"measure", "studies", "warnings"} and out["studies"][0]["yi"] == pytest.approx(
        -0.93869, abs=1e-5
    )


def test_the_exact_conditional_model_from_the_command() -> None:
    """As rma.glmm with model = "CM.EL" says of the same trials: tests/golden/metafit/counts/lee2004_cmel.json."""
    golden = json.loads((GOLDEN / "counts/lee2004_cmel.json").read_text())
    columns = [golden["data"][name] for name in ("ai", "n1i", "ci", "n2i")]
    rows = "".join(f"s{i},{','.join(map(str, row))}\n" for i, row in enumerate(zip(*columns, strict=True)))
    data = f"study,events_t,total_t,events_c,total_c\n{rows}"
    out = json.loads(run("-", "--method", "GLMM", "--glmm", "cm.el", "--test", "z", "--json", data=data.encode()))
    want = golden["calls"][0]["want"]
    assert out["measure"] == "OR" and out["tau2"] == pytest.approx(want["tau2"], rel=1e-4)
    assert out["estimate"] == pytest.approx(want["estimate"], rel=1e-5)
    assert "exact likelihood given each study's total" in " ".join(out["warnings"])
    with pytest.raises(InputError, match="give it with --method GLMM"):
        run(EXAMPLES / "bcg.csv", "--glmm", "CM.EL")


@pytest.mark.parametrize(("studies", "people"), [(1, 10**9), (13, 200_000), (5_000, 1_000)])
def test_a_sum_over_very_many_counts_is_refused_before_it_begins(
    studies: int, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*_: object) -> None:
        pytest.fail("it was begun")

    monkeypatch.setattr(conditional, "Noncentral", begun)
    rows = "".join(f"S{n},{people // 2},{people},{people // 3},{people}\n" for n in range(studies))
    data = f"study,events_t,total_t,events_c,total_c\n{rows}".encode()
    with pytest.raises(InputError, match=r"those are more than 1,000,000; use UM.FS or UM.RS\.$"):
        run("-", "--method", "GLMM", "--glmm", "CM.EL", data=data)


def run_of(command: object, *arguments: object) -> str:
    door = typer.Typer()
    door.command()(command)  # type: ignore[arg-type]
    result = CliRunner().invoke(door, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


PAIRS = "study,treatment,control,yi,vi\n1,A,B,.2,.04\n2,A,C,.5,.05\n3,B,C,.1,.03\n"


def test_effects_as_a_table_can_be_pooled_again(tmp_path: Path) -> None:
    out = run_of(escalc, EXAMPLES / "bcg.csv", "--format", "csv")
    again = json.loads(run("-", "--json", data=out.encode()))
    assert again["estimate"] == pytest.approx(json.loads(run(EXAMPLES / "bcg.csv", "--json"))["estimate"], rel=1e-9)
    assert run_of(escalc, EXAMPLES / "bcg.csv", "-o", tmp_path / "e.csv") == f"wrote {tmp_path / 'e.csv'}\n"
    assert (tmp_path / "e.csv").read_text() == out


@pytest.mark.parametrize("command", [pool, escalc, network])
def test_every_format_to_the_terminal_and_to_a_file(command: object, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(PAIRS)
    for ending, named, starts in (("txt", "text", "t.csv:"), ("md", "md", "# "), ("html", "html", "<!DOCTYPE"),
                                  ("json", "json", "{")):  # fmt: skip
        path = tmp_path / f"out.{ending}"
        printed = run_of(command, table, "--format", named)
        assert printed.startswith(starts), ending
        assert run_of(command, table, "-o", path) == f"wrote {path}\n"
        assert path.read_text() == printed


@pytest.mark.parametrize("command", [pool, escalc, network])
def test_a_file_that_cannot_be_written_is_not_begun(command: object, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(PAIRS)
    with pytest.raises(InputError, match=r"-o .*cannot be written"):
        run_of(command, table, "-o", tmp_path / "none" / "x.html")
    with pytest.raises(InputError, match=r"no format goes by that ending; write one of \.txt, \.md, \.html"):
        run_of(command, table, "-o", tmp_path / "x.docx")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["t.csv"]


@pytest.mark.parametrize("command", [pool, escalc, network])
def test_help_names_every_measure(command: object) -> None:
    from deqi.evidence.table.columns import MEASURES

    told = set(re.findall(r"[A-Z]+", run_of(command, "--help")))
    assert set(MEASURES) <= told
