"""Tables that are not what they seem: each is noticed, in a sentence, whatever the method."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from deqi.errors import InputError
from deqi.evidence.table.columns import MEASURES
from deqi.evidence.table.dialects import DIALECTS
from deqi.evidence.table.pooled import PooledTable, parse_table, pool_table
from deqi.evidence.table.sentences import say

TWO_ARMS = "study,events_t,total_t,events_c,total_c\n"
GIVEN = "study,yi,vi\n"
INTERVAL = "study,estimate,ci_low,ci_high\n"


def pooled(text: str, **options: object) -> PooledTable:
    return pool_table(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


def said(text: str, **options: object) -> str:
    return " ".join(pooled(text, **options).warnings)


SIZES = "study,setting,events,total\n" + "".join(
    f"{name},{setting},{events},{total}\n"
    for name, setting, events, total in (
        ("A", "small", 1, 10), ("B", "small", 2, 12), ("C", "small", 0, 9),
        ("D", "large", 20, 2000), ("E", "large", 24, 3000), ("F", "large", 15, 1800),
    )
)  # fmt: skip


@pytest.mark.parametrize("measure", ["PFT", "IRFT"])
def test_rows_and_groups_go_back_with_their_own_size(measure: str) -> None:
    table = SIZES if measure == "PFT" else SIZES.replace("total", "time", 1)
    out = pooled(table, measure=measure, by="setting")
    raw = {"A": 0.1, "B": 2 / 12, "C": 0.0, "D": 0.01, "E": 0.008, "F": 15 / 1800}
    for study in out.studies:
        assert study.estimate_natural == pytest.approx(raw[study.study], abs=1e-9)
        assert study.ci_natural is not None and study.ci_natural[0] is not None
        assert 0.0 <= study.ci_natural[0] <= study.estimate_natural  # type: ignore[operator]
    large = next(g for g in out.subgroups if g.group == "large")
    alone = pooled("\n".join([table.splitlines()[0], *table.splitlines()[4:]]), measure=measure)
    assert large.estimate_natural == pytest.approx(alone.estimate_natural, rel=1e-12)
    assert large.estimate_natural == pytest.approx(59 / 6800, rel=0.01)
    assert "sizes run from 9 to 3000" in " ".join(out.warnings)
    assert "sizes run" not in " ".join(alone.warnings)


@pytest.mark.parametrize("level", [95, 0.95, 0.05])
def test_a_level_means_what_it_means_in_metafor(level: float) -> None:
    out = pooled(GIVEN + "A,0.2,0.05\nB,0.6,0.04\nC,0.3,0.03\n", level=level)
    assert out.level == 0.95 and out.ci == pooled(GIVEN + "A,0.2,0.05\nB,0.6,0.04\nC,0.3,0.03\n").ci


RATIOS = INTERVAL + "A,0.80,0.60,1.07\nB,0.70,0.50,0.98\nC,0.90,0.75,1.08\n"


def test_ratios_without_a_measure_are_asked_for() -> None:
    with pytest.raises(InputError, match="geometric middle of its interval, as ratios are; say which"):
        pooled(RATIOS)
    assert pooled(RATIOS, measure="RR").estimate_natural == pytest.approx(0.8298, abs=0.01)
    assert pooled(RATIOS, measure="GEN").k == 3
    assert pooled(INTERVAL + "A,0.8,0.5,1.1\nB,0.7,0.45,0.95\nC,0.9,0.7,1.1\n").measure == "GEN"
    assert "write their logarithms" in said(GIVEN + "A,0.80,0.02\nB,0.70,0.03\nC,0.90,0.01\nD,1.2,0.02\n")
    assert "logarithms" not in said(GIVEN + "A,0.2,0.05\nB,0.6,0.04\nC,1.3,0.03\n")


@pytest.mark.parametrize("method", ["REML", "DL", "FE", "MH", "GLMM"])
def test_counts_are_whole_in_every_method(method: str) -> None:
    with pytest.raises(InputError, match=r"row 2, column events_t: 1.204 is no count"):
        pooled("study;events_t;total_t;events_c;total_c\nA;1.204;13.598;1.300;12.867\n", method=method, measure="OR")
    with pytest.raises(InputError, match=r"column events: 0.12 is no count"):
        pooled("study,events,total\nA,0.12,204\nB,0.30,500\n", method=method if method != "MH" else "REML")


@pytest.mark.parametrize("name", ["Total", "Total (95% CI)", "Overall", "Subtotal:", "Pooled estimate", "Summary"])
def test_a_sum_among_the_studies(name: str) -> None:
    out = said(GIVEN + f"A,0.2,0.05\nB,0.6,0.04\n{name},0.36,0.013\n")
    assert ("looks like a sum of the others" in out) is True


@pytest.mark.parametrize("name", ["Totalis 2004", "Allen 1994", "Meaney", "Sumner"])
def test_names_that_only_begin_like_a_sum(name: str) -> None:
    assert "sum of the others" not in said(GIVEN + f"A,0.2,0.05\n{name},0.6,0.04\n")


def test_repeated_rows_and_names() -> None:
    out = said(GIVEN + "Li 2011,0.2,0.05\nLi 2011,0.6,0.04\nLi 2011,0.2,0.05\nWu 2012,0.3,0.03\n")
    assert "Li 2011 (row 2), Li 2011 (row 4): rows with the same numbers" in out and "several rows of one name" in out
    assert "same numbers" in said(TWO_ARMS + "A,5,30,4,31\nB 2nd report,5,30,4,31\nC,2,40,6,44\n")
    assert "same numbers" not in said(GIVEN + "A,0.2,0.05\nB,0.2,0.05\n")


AGREEING = (
    "0.28,0.15 0.46,0.16 0.03,0.09 0.58,0.09 0.34,0.12 0.40,0.16 0.40,0.15 0.19,0.09 0.54,0.12 0.29,0.12 "
    "-0.11,0.14 0.01,0.12 0.43,0.13 0.29,0.14 -0.03,0.17 0.03,0.09 0.08,0.11"
)


def test_standard_errors_given_as_variances() -> None:
    rows = "".join(f"s{i},{pair}\n" for i, pair in enumerate(AGREEING.split()))
    assert "Are the numbers in vi standard errors?" in said(GIVEN + rows)
    assert "more than chance" not in said("study,yi,sei\n" + rows)


def test_a_standard_deviation_of_nought_is_left_out() -> None:
    out = pooled(
        "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\nA,2,0,20,1.5,0.4,20\nB,2.1,0.5,22,1.4,0.6,21\nC,1.9,0.5,30,1.6,0.6,31\n"
    )
    assert out.k == 2 and out.studies[0].reason == "standard deviation of 0"
    assert "A: a standard deviation of 0 would mean that nobody differed" in " ".join(out.warnings)


@pytest.mark.parametrize(("method", "measure"), [("REML", None), ("MH", None), ("GLMM", "OR"), ("PETO", "OR")])
def test_no_event_anywhere_is_a_sentence_and_no_table_of_dashes(method: str, measure: str | None) -> None:
    with pytest.raises(InputError, match="no study has an event in either arm"):
        pooled(TWO_ARMS + "A,0,10,0,10\nB,0,20,0,18\nC,0,30,0,33\n", method=method, measure=measure)


@pytest.mark.parametrize("cell", ["NR", "NE", "n.r.", "", "-", "—", "not reported", "Not estimable", "?", "#N/A"])
def test_what_was_not_reported_is_a_missing_row_with_a_name(cell: str) -> None:
    out = pooled(TWO_ARMS + f"A,{cell},30,4,31\nB,4,50,8,52\nC,2,40,6,44\n")
    assert out.k == 2 and out.studies[0].reason == "events_t missing"
    assert "Left out: A (events_t missing)." in out.warnings


def test_excels_note_about_its_separator() -> None:
    assert pooled("sep=;\nstudy;yi;vi\nA;0,2;0,05\nB;0,6;0,04\n").k == 2


@pytest.mark.parametrize(
    "dialect", [d for d in DIALECTS if "treatment" not in d.ours], ids=lambda d: f"{d.program}: {','.join(d.theirs)}"
)
def test_names_of_other_programs_are_read_as_ours_and_said(dialect: object) -> None:
    values = {
        "events": ("5", "4"), "total": ("30", "50"), "others": ("25", "46"), "time": ("300.5", "400"),
        "mean": ("2", "3"), "sd": ("1", "1.5"), "n": ("30", "50"), "correlation": ("0.3", "0.5"),
        "yi": ("0.2", "0.4"), "sei": ("0.1", "0.2"), "vi": ("0.01", "0.04"),
        "estimate": ("0.2", "0.4"), "ci_low": ("0.1", "0.2"), "ci_high": ("0.3", "0.6"),
    }  # fmt: skip
    ours, theirs = dialect.ours, dialect.theirs  # type: ignore[attr-defined]
    rows = [[values[name.removesuffix("_t").removesuffix("_c")][i] for name in ours] for i in (0, 1)]
    lines = [",".join(["study", *header]) for header in (ours, theirs)]
    body = "".join(f"{name},{','.join(row)}\n" for name, row in zip("AB", rows, strict=True))
    expected, found = (pooled(f"{line}\n{body}") for line in lines)
    assert found.estimate == expected.estimate and found.measure == expected.measure
    pairs = [f"{a} as {b}" for a, b in zip(theirs, ours, strict=True) if a != b]
    told = " ".join(found.warnings)
    assert f"Read as the columns of {say(f'dialect.{dialect.program}')}: " in told and all(
        pair in told for pair in pairs
    )  # type: ignore[attr-defined]


def test_author_and_year_name_a_study() -> None:
    out = pooled("Author,Year,yi,vi\nLi,2001,0.1,0.2\nWu,2005,0.3,0.1\nLi,2003,0.2,0.1\n")
    assert [s.study for s in out.studies] == ["Li 2001", "Wu 2005", "Li 2003"]
    assert "Studies are named by author and year." in out.warnings


MEDIANS = "study,mean_t,sd_t,q1_t,median_t,q3_t,n_t,mean_c,sd_c,n_c\n"


def test_medians_quartiles_and_standard_errors_in_the_table() -> None:
    out = pooled(MEDIANS + "A,,,10,12,15,40,11,4,41\nB,12,4,,,,30,13,5,33\nC,,,NR,12,15,40,11,4,41\n")
    assert out.k == 2 and out.studies[2].reason == "mean_t, sd_t missing"
    assert "A: mean and SD were estimated from median and quartiles (Luo 2018, Wan 2014)." in out.warnings
    same = pooled("study,mean_t,se_t,n_t,mean_c,sd_c,n_c\nB,12,0.5,64,13,5,33\nD,11,0.5,64,13,5,33\n")
    assert (
        same.estimate
        == pooled("study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\nB,12,4,64,13,5,33\nD,11,4,64,13,5,33\n").estimate
    )
    assert "the SD was worked out from the standard error" in " ".join(same.warnings)


def test_p_values_in_the_table() -> None:
    out = pooled("study,estimate,p\nA,0.75,0.04\nB,0.9,0.5\nC,0.6,0.001\n", measure="RR")
    assert out.k == 3 and out.columns == ("estimate", "p")
    assert out.studies[0].vi == pytest.approx(0.019622, rel=1e-3)  # (log(0.75) / 2.0537)^2


def test_every_measure_can_be_reached() -> None:
    assert {"SMDH", "CVR", "VR", "MN", "MNLN", "COR", "ZCOR"} <= set(MEASURES)
    means = "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\nB,12,4,30,13,5,33\nD,11,4,64,12,5,33\n"
    assert {pooled(means, measure=m).measure for m in ("SMDH", "CVR", "VR")} == {"SMDH", "CVR", "VR"}
    assert pooled("study,correlation,n\nA,0.3,30\nB,0.5,50\n").estimate_natural == pytest.approx(0.4307, abs=0.01)
    assert pooled("study,mean,sd,n\nA,0.3,1,30\nB,0.5,1,50\n", measure="MNLN").measure == "MNLN"


def test_both_models_side_by_side() -> None:
    table = GIVEN + "A,0.2,0.05\nB,0.9,0.04\nC,0.3,0.03\n"
    both, common = pooled(table, model="both"), pooled(table, model="common")
    assert both.common is not None and both.common.estimate == common.estimate and common.method == "FE"
    assert pooled(table).common is None


@pytest.mark.parametrize(
    "name", ["Total (95% CI)", "Grand total", "RE Model", "Random-effects model", "All studies (n=3)", "Gesamt", "合计"]
)
def test_other_words_for_a_sum(name: str) -> None:
    assert f"{name}: this looks like a sum of the others" in said(
        TWO_ARMS + f"A,5,30,4,31\nB,4,50,8,52\n{name},1,8,1,8\n"
    )


@pytest.mark.parametrize("rows", ["", "C,2,40,6,44\n"])
def test_numbers_that_are_a_sum_whatever_they_are_called(rows: str) -> None:
    out = said(TWO_ARMS + f"A,5,30,4,31\nB,4,50,8,52\nx,9,80,12,83\n{rows}")
    assert "x: these numbers are those of other rows together" in out
    assert "other rows together" not in said(TWO_ARMS + f"A,5,30,4,31\nB,4,50,8,52\nx,9,80,12,84\n{rows}")


def test_a_pool_among_the_studies() -> None:
    rows = GIVEN + "A,0.21,0.05\nB,0.64,0.04\nC,0.33,0.03\nD,0.05,0.06\n"
    fit = pooled(rows, method="FE")
    assert fit.se is not None
    assert "x: these numbers are" in said(rows + f"x,{fit.estimate:.3f},{fit.se**2:.4f}\n")
    assert "other rows together" not in said(rows + "x,0.5,0.011\n")


def test_names_are_the_same_in_any_spelling() -> None:
    assert "Li 2011: several rows of one name" in said(GIVEN + "Li 2011,0.2,0.05\nli. 2011,0.6,0.04\nC,0.1,0.02\n")
    out = said(GIVEN + "Müller et al. 2011,0.2,0.05\nMueller 2011,0.2,0.05\n")
    assert "Müller et al. 2011 (row 2), Mueller 2011 (row 3): rows with the same numbers" in out
    assert "same numbers" in said(GIVEN + "A,0.2345,0.0512\nB,0.2345,0.0512\n")


def test_one_study_with_its_arms_exchanged() -> None:
    rows = TWO_ARMS + "A,5,30,14,31\nB,4,50,18,52\nC,22,44,4,40\nD,3,40,12,40\n"
    assert "C: lies far from the others beyond no effect" in said(rows)
    assert "lies on" not in said(rows.replace("22,44,4,40", "4,40,22,44"))
    assert "lies on" not in said(TWO_ARMS + "A,5,30,5,31\nB,4,50,4,52\nC,22,44,4,40\nD,3,40,4,40\n")


def test_spreads_of_nought_wherever_they_stand() -> None:
    change = "study,mean_pre,sd_pre,mean_post,sd_post,n,correlation\nA,12,0,10,2,20,0.5\nB,11,2,9,2,20,0.5\n"
    assert pooled(change + "C,10,2,9,2,20,0.5\n").k == 2
    out = pooled(INTERVAL + "A,0.2,0.2,0.2\nB,0.6,0.4,0.8\nC,0.5,0.3,0.7\n")
    assert out.k == 2 and out.studies[0].reason == "interval without width"
    assert "A: the interval has no width; the row was left out." in out.warnings
    with pytest.raises(InputError, match="A, B: a standard deviation of 0 would mean"):
        pooled("study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\nA,2,0,20,1.5,0,20\nB,2.1,0,22,1.4,0,21\n")
    out = pooled("study,estimate,p\nA,0.8,0.000\nB,0.7,0.01\n", measure="RR")
    assert out.studies[0].reason == "p gives no standard error" and "A: a p value of 0 or 1" in " ".join(out.warnings)


def test_percentages() -> None:
    with pytest.raises(InputError, match=r"column estimate: 12 is no RD, which lies between -1 and 1"):
        pooled(INTERVAL + "A,12,8,16\nB,15,10,20\n", measure="RD")
    assert "Every RR lies above 10" in said(INTERVAL + "A,80,60,107\nB,90,70,116\n", measure="RR")
    assert "above 10" not in said(INTERVAL + "A,0.8,0.6,1.07\nB,12,4,36\n", measure="RR")


def test_ratios_with_p_values_and_ratios_on_one_side() -> None:
    with pytest.raises(InputError, match="p values do not say whether they are ratios"):
        pooled("study,estimate,p\nA,0.8,0.04\nB,0.7,0.01\nC,0.9,0.2\n")
    assert pooled("study,estimate,p\nA,0.8,0.04\nB,0.7,0.01\nC,0.9,0.2\n", measure="GEN").k == 3
    assert "write their logarithms" in said(GIVEN + "A,0.80,0.02\nB,0.70,0.03\nC,0.90,0.01\nD,0.85,0.02\n")
    assert "write their logarithms" in said(GIVEN + "A,0.80,0.02\nB,0.70,0.03\nC,1.90,0.01\n", measure="OR")


@pytest.mark.parametrize(("level", "meant"), [(1, 0.01), (20, 0.2), (50, 0.5), (99, 0.99), (0.2, 0.8)])
def test_a_level_is_understood_once(level: float, meant: float) -> None:
    out = pooled(GIVEN + "A,0.2,0.05\nB,0.6,0.04\nC,0.3,0.03\n", level=level, method="FE", test="z")
    reach = NormalDist().inv_cdf(0.5 + meant / 2)
    assert out.level == pytest.approx(meant) and out.estimate is not None and out.se is not None
    assert out.ci[1] == pytest.approx(out.estimate + reach * out.se, rel=1e-9)


def test_means_in_thousands_with_a_point() -> None:
    table = "study;mean_t;sd_t;n_t;mean_c;sd_c;n_c\nA;1.204;120;40;1.100;110;41\nB;1.304;121;40;1.200;110;41\n"
    assert "Every number of mean_t and mean_c has three digits behind a point" in said(table)
    assert "three digits" not in said(table.replace(";120;", ";0.2;").replace(";110;", ";0.2;"))


def test_logarithms_under_the_name_of_a_ratio() -> None:
    logs = INTERVAL + "A,0.8,0.5,1.1\nB,0.6,0.3,0.9\nC,0.7,0.3,1.1\n"
    assert "if these are logarithms, call the columns yi" in said(logs, measure="OR")
    assert "logarithms, call" not in said(RATIOS, measure="OR")
    assert "on the scale of logarithms" in said(INTERVAL + "A,0.8,0.2,1.0\nB,0.7,0.5,0.98\n", measure="OR")


def test_a_standard_error_among_standard_deviations() -> None:
    out = said("study,mean,sd,n\nA,12,0.3,60\nB,11,2,60\nC,10,2.2,60\n")
    assert "A: the standard deviation is far below the others" in out
    assert "far below" not in said("study,mean,sd,n\nA,12,1.3,60\nB,11,2,60\nC,10,2.2,60\n")


def test_two_rows_of_one_trial_with_one_control_arm() -> None:
    rows = "Li 2001a,5,30,4,31\nLi 2001b,8,30,4,31\nC,4,50,8,52\n"
    assert "Li 2001a and Li 2001b: rows of one trial with the same control arm" in said(TWO_ARMS + rows)
    assert "same control" not in said(TWO_ARMS + rows.replace("b,8,30,4,31", "b,8,30,6,31"))
    assert "same control" not in said(TWO_ARMS + rows.replace("Li 2001b", "Wu 2001"))


def test_faults_of_a_spreadsheet_and_subtotals() -> None:
    out = pooled(TWO_ARMS + "A,#DIV/0!,30,4,31\nB,4,50,8,52\nC,2,40,6,44\nSubtotal,6,90,14,96\nSubtotal,1,9,1,9\n")
    assert out.studies[0].reason == "events_t missing" and "several rows of one name" not in " ".join(out.warnings)
