"""Column names by their words: read where nothing of ours or of a known program fits, and said."""

from __future__ import annotations

from statistics import NormalDist

import pytest

from deqi.errors import InputError
from deqi.evidence.table.pooled import PooledTable, parse_table, pool_table


def pooled(text: str, **options: object) -> PooledTable:
    return pool_table(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


TWO = pooled("study,events_t,total_t,events_c,total_c\nA,5,30,4,31\nB,4,50,8,52\n")


@pytest.mark.parametrize(
    "header",
    [
        "Study,Treatment events,Treatment total,Control events,Control total",
        "Trial,Intervention cases,Intervention N,Placebo cases,Placebo N",
        "Study name,Group-A Events,Group-A Sample size,Group-B Events,Group-B Sample size",
        "Reference,Events (acupuncture),Number (acupuncture),Events (sham),Number (sham)",
        "Paper,ev_trt,n_trt,ev_ctrl,n_ctrl",
        "Study,responders_exp,participants_exp,responders_ctl,participants_ctl",
        "First author,number of events in treatment arm,number of patients in treatment arm,"
        "number of events in control arm,number of patients in control arm",
        ",Events 1,N 1,Events 2,N 2",
    ],
)
def test_arms_and_quantities(header: str) -> None:
    out = pooled(f"{header}\nA,5,30,4,31\nB,4,50,8,52\n")
    assert out.estimate == TWO.estimate and [one.study for one in out.studies] == ["A", "B"]
    assert "Read by their names: " in " ".join(out.warnings) and "as events_t" in " ".join(out.warnings)


def test_order_of_columns_says_nothing() -> None:
    assert pooled("study,n_ctrl,events_ctrl,n_treat,events_treat\nA,31,4,30,5\nB,52,8,50,4\n").estimate == TWO.estimate


def test_means() -> None:
    ours = "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c"
    theirs = "Study,Exp mean,Exp SD,Exp n,Ctrl mean,Ctrl SD,Ctrl n"
    body = "\nA,12,4,30,13,5,33\nB,11,4,64,13,5,33\n"
    assert pooled(theirs + body).estimate == pooled(ours + body).estimate


@pytest.mark.parametrize(
    ("header", "measure"),
    [
        ("study,HR,lower.HR,upper.HR", "HR"), ("study,OR,lower,upper", "OR"), 
        ("study,RR,95% CI lower,95% CI upper", "RR"),
        ("study,Odds Ratio,LCL,UCL", "OR"), ("study,hazard ratio,ll,ul", "HR"), ("study,SMD,CI low,CI high", "SMD"),
        ("study,effect size,ci.lb,ci.ub", "GEN"),
    ],
)  # fmt: skip
def test_effects_and_intervals(header: str, measure: str) -> None:
    ratio = measure in ("OR", "RR", "HR")
    body = "\nA,0.80,0.60,1.07\nB,0.90,0.70,1.157\n" if ratio else "\nA,0.8,0.6,1.0\nB,0.7,0.3,1.1\n"
    out = pooled(header + body)
    assert out.measure == measure and out.k == 2
    assert ("measure " + measure in " ".join(out.warnings)) is (measure != "GEN")
    assert pooled(header + body, measure="ROM" if ratio else "MD").measure == ("ROM" if ratio else "MD")


@pytest.mark.parametrize("header", ["study,logRR,seLogRR", "study,log[Risk Ratio],SE", "study,lnRR,SE(lnRR)"])
def test_logarithms_with_their_errors(header: str) -> None:
    out = pooled(f"{header}\nA,-0.2,0.1\nB,-0.1,0.1\n")
    assert (out.measure, out.columns) == ("RR", ("yi", "sei")) and out.estimate == pytest.approx(-0.15)


def test_an_interval_on_the_analysis_scale() -> None:
    for header in ("slab,yi,ci.lb,ci.ub", "studlab,TE,lower,upper"):
        out = pooled(f"{header}\na,0.1,-0.2,0.4\nb,0.2,-0.1,0.5\n", measure="OR")
        assert out.columns == ("yi", "ci_low", "ci_high") and out.estimate == pytest.approx(0.15)


def test_an_error_beside_a_ratio_is_of_nobody_knows_what() -> None:
    with pytest.raises(InputError, match="needs the columns"):
        pooled("study,OR,SE\nA,0.8,0.1\nB,0.9,0.1\n")


def test_our_own_names_are_never_read_anew() -> None:
    out = pooled("study,yi,vi,n_ctrl,events_ctrl,n_treat,events_treat\nA,1,1,31,4,30,5\nB,2,1,52,8,50,4\n")
    assert out.columns == ("yi", "vi") and "Read by" not in " ".join(out.warnings)


def test_units_in_brackets_and_intervals_of_another_level() -> None:
    header = "study,mean_t (mm),sd_t (mm),n_t,mean_c (mm),sd_c (mm),n_c"
    assert pooled(f"{header}\nA,4,2,24,6,2,24\nB,5,3,35,8,3,28\n").measure == "MD"
    rows = "A,0.8,0.6,1.07\nB,0.9,0.7,1.157\n"
    narrow, usual = pooled(f"study,RR,LL 90%,UL 90%\n{rows}"), pooled(f"study,RR,LL 95%,UL 95%\n{rows}")
    assert "The intervals are read as 90 % intervals, as their names say." in narrow.warnings
    assert [a.vi / b.vi for a, b in zip(narrow.studies, usual.studies, strict=True)] == pytest.approx(
        [(NormalDist().inv_cdf(0.975) / NormalDist().inv_cdf(0.95)) ** 2] * 2
    )
