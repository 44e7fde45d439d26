"""Tables as people have them: other layouts, rows that contradict themselves, rows in other units, empty answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deqi.errors import InputError
from deqi.evidence.table.contrasts import NetworkTable, pool_contrasts
from deqi.evidence.table.pooled import PooledTable, parse_table, pool_table

TWO_ARMS = "study,events_t,total_t,events_c,total_c\n"
MEANS = "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\n"
GIVEN = "study,yi,vi\n"
MEDIANS = "study,median_t,q1_t,q3_t,n_t,mean_c,sd_c,n_c\n"
INTERVAL = "study,estimate,ci_low,ci_high\n"
COUNTS = "A,5,30,4,31\nB,4,50,8,52\nC,2,40,6,44\n"


def pooled(text: str, **options: object) -> PooledTable:
    return pool_table(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


def said(text: str, **options: object) -> str:
    return " ".join(pooled(text, **options).warnings)


def refused(text: str, **options: object) -> str:
    with pytest.raises(InputError) as caught:
        pooled(text, **options)
    return str(caught.value)


def network(text: str, **options: object) -> NetworkTable:
    return pool_contrasts(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


class TestLayouts:
    @pytest.mark.parametrize(
        "head",
        [
            "Study or Subgroup,Events,Total,Events,Total\n",
            ",Experimental,,Control,\nStudy or Subgroup,Events,Total,Events,Total\n",
            "Study,,Treatment,,Placebo\n,Events,N,Events,N\n".replace(
                "Study,,Treatment,,Placebo", "Study,Treatment,,Placebo,"
            ),
        ],
    )
    def test_arms_side_by_side_are_the_treated_then_the_control(self, head: str) -> None:
        assert pooled(head + COUNTS).estimate == pooled(TWO_ARMS + COUNTS).estimate

    def test_arms_without_a_heading_are_said(self) -> None:
        told = said("Study,Events,Total,Events,Total\n" + COUNTS)
        assert "Events, Total stand twice" in told and "events_1 as events_t" in told
        assert "columns 2 and 3 are both called" in refused("study,yi,yi,vi\nA,1,2,3\n")

    def test_columns_that_are_empty_everywhere_do_not_count(self) -> None:
        head = "Study,GIV Mean,GIV SE,Experimental mean,Experimental SD,Experimental cases,Experimental N,"
        head += "Control mean,Control SD,Control cases,Control N\n"
        out = pooled(head + "A,,,10,2,,20,11,2,,20\nB,,,10,3,,30,12,3,,30\n")
        assert out.measure == "MD" and out.k == 2
        assert [one for one in out.warnings if one.startswith("Read as")] == [
            "Read as the columns of RevMan: experimental_mean as mean_t, experimental_sd as sd_t, experimental_n as "
            "n_t, control_mean as mean_c, control_sd as sd_c, control_n as n_c."
        ]

    def test_the_year_tells_studies_of_one_name_apart(self) -> None:
        rows = "Lee,2001,0.1,0.2\nWu,2003,0.3,0.1\nLee,2005,0.2,0.1\nMa,2006,0.2,0.1\n"
        out = pooled("study,year,yi,vi\n" + rows)
        assert [one.study for one in out.studies][::2] == ["Lee 2001", "Lee 2005"]
        assert "several rows of one name" not in " ".join(out.warnings)
        series = "".join(f"{name},{year},0.{year % 7},0.1\n" for name in "AB" for year in (2001, 2002, 2003))
        assert "several rows of one name" in said("study,year,yi,vi\n" + series)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"PK\x03\x04\x14", "a spreadsheet's own file"),
            (b'[{"study": 1}]', "is not a CSV file"),
            (b"<table><tr>", "is not a CSV file"),
        ],
    )
    def test_what_is_no_table_is_named(self, data: bytes, words: str) -> None:
        with pytest.raises(InputError, match=words):
            parse_table(data, "t.csv")

    def test_the_header_in_a_refusal_is_that_of_the_file(self) -> None:
        assert refused("studyid,place,foo\n1,x,2\n").endswith("the header has 'studyid', 'place', 'foo'.")

    def test_a_formula_of_a_spreadsheet_is_its_number(self) -> None:
        assert pooled(GIVEN + "A,=0.2,0.05\nB,0.3,0.05\n").studies[0].yi == 0.2


LIMITS = "study,mean_t,ci_low_t,ci_high_t,n_t,mean_c,sd_c,n_c\n"


class TestMeansWithTheirIntervals:
    """The numbers are R's in tests/golden/evidence/means_by_interval.json."""

    def test_an_interval_stands_in_for_an_sd_in_one_arm_or_row(self) -> None:
        out = pooled(LIMITS + "A,3.1,2.5,3.7,25,4,1,20\n")
        sd = 25**0.5 * 1.2 / (2 * 2.0638985616280254)
        assert out.studies[0].vi == pytest.approx(sd**2 / 25 + 1 / 20, rel=1e-12)
        both = "study,mean_t,sd_t,ci_low_t,ci_high_t,n_t,mean_c,sd_c,n_c\n"
        rows = pooled(both + f"A,3.1,,2.5,3.7,25,4,1,20\nB,3.1,{sd},,,25,4,1,20\n")
        assert rows.studies[0].vi == pytest.approx(rows.studies[1].vi, rel=1e-12)
        said = "A: the SD was worked out from the 95 % confidence interval of the mean, by t on n - 1 degrees"
        assert any(one.startswith(said) for one in rows.warnings)

    def test_names_by_words(self) -> None:
        arms = (f"{arm} mean,{arm} lower 95% CI,{arm} upper 95% CI,{arm} n" for arm in ("treatment", "control"))
        out = pooled(f"study,{','.join(arms)}\nA,3.1,2.5,3.7,25,4.2,3.5,4.9,24\n")
        assert "treatment_lower_95%_ci as ci_low_t" in " ".join(out.warnings) and out.studies[0].vi is not None

    def test_a_mean_off_the_middle_of_its_interval_is_noticed(self) -> None:
        said = "A: a mean is not in the middle of its interval"
        assert said in " ".join(pooled(LIMITS + "A,2.6,2.5,3.7,25,4,1,20\n").warnings)
        assert said not in " ".join(pooled(LIMITS + "A,3.15,2.5,3.7,25,4,1,20\n").warnings)

    def test_one_person_and_an_interval_without_width_give_no_sd(self) -> None:
        out = pooled(LIMITS + "A,3.1,2.5,3.7,1,4,1,20\nB,3,3,3,20,4,1,20\nC,3.1,2.5,3.7,25,4,1,20\n")
        assert [one.reason for one in out.studies] == ["sd_t missing", "standard deviation of 0", None]

    def test_the_interval_of_an_effect_stays_that_of_the_effect(self) -> None:
        out = pooled("study,estimate,ci_low,ci_high,mean,n\nA,0.5,0.1,0.9,0.4,40\n", measure="MD")
        assert (out.measure, out.estimate) == ("MD", pytest.approx(0.5))
        alone = pooled("study,mean,ci_low,ci_high,n\nA,3.1,2.5,3.7,25\n")
        assert alone.measure == "MN" and alone.estimate == pytest.approx(3.1)


class TestRowsThatGiveItOtherwise:
    def test_a_variance_stands_in_for_an_empty_error(self) -> None:
        out = pooled("study,yi,vi,sei\nA,0.2,0.04,\nB,0.4,,0.3\n")
        assert [one.vi for one in out.studies] == pytest.approx([0.04, 0.09])
        assert "A: the standard error is the root of vi." in out.warnings

    def test_p_stands_in_for_an_empty_interval(self) -> None:
        table = "study,RR,ci_low,ci_high,p\nA,0.8,0.6,1.07,<0.2\nB,0.5,,,0.01\n"
        out, alone = pooled(table), pooled("study,estimate,p\nB,0.5,0.01\n", measure="RR")
        assert out.studies[1].vi == pytest.approx(alone.studies[0].vi, rel=1e-9)
        assert "B: the interval was worked out from p." in out.warnings

    @pytest.mark.parametrize(
        ("table", "words"),
        [
            (INTERVAL + "A,1.5,0.2,0.9\n", "1.5 lies outside its own interval, 0.2 to 0.9"),
            (INTERVAL + "A,0.5,0.9,0.1\n", "0.9 is above ci_high 0.1"),
            ("study,estimate,p\nA,0.5,1.5\n", "1.5 is no p value"),
            ("study,RR,ci_low,ci_high\nA,0.5,0.00,0.9\n", "it is a rounded number"),
            (
                "study,median_t,q1_t,q3_t,n_t,mean_c,sd_c,n_c\nA,10,13,8,40,12,3,40\n",
                "column q1_t: 13 is above median_t 10",
            ),
            ("study,median_t,q1_t,q3_t,n_t,mean_c,sd_c,n_c\nA,15,8,13,40,12,3,40\n", "median_t: 15 is above q3_t 13"),
            (LIMITS + "A,3.1,3.7,2.5,25,4,1,20\n", "column ci_low_t: 3.7 is above ci_high_t 2.5"),
            (LIMITS + "A,3.1,3.2,3.7,25,4,1,20\n", "column mean_t: 3.1 lies outside its own interval, 3.2 to 3.7"),
        ],
    )
    def test_numbers_that_cannot_be_are_named(self, table: str, words: str) -> None:
        assert words in refused(table)

    @pytest.mark.parametrize(
        ("table", "measure", "reason"),
        [
            ("study,correlation,n\nA,1,40\nB,0.3,60\n", "ZCOR", "a correlation of 1 or -1"),
            ("study,correlation,n\nA,0.4,3\nB,0.3,60\n", "ZCOR", "too few people for a correlation"),
            ("study,mean,sd,n\nA,-10,2,40\nB,10,2,40\n", "MNLN", "a mean that is not above 0 has no logarithm"),
            ("study,estimate,p\nA,0,0.5\nB,0.4,0.03\n", None, "p says nothing of the error of no effect"),
        ],
    )
    def test_a_row_without_an_effect_says_why(self, table: str, measure: str | None, reason: str) -> None:
        out = pooled(table, measure=measure)
        assert out.studies[0].reason == reason and out.k == 1
        assert any(one.startswith("A: ") and "left out" in one for one in out.warnings)


class TestContradictions:
    def test_an_error_that_is_not_that_of_the_variance(self) -> None:
        assert "A: the standard error, variance or interval" in said("study,yi,vi,sei\nA,.2,.04,.4\nB,.4,.09,.3\n")
        assert "are not those of each other" not in said("study,yi,vi,sei\nA,.2,.04,.2\nB,.4,.091,.3\n")

    def test_effects_that_are_not_those_of_the_counts(self) -> None:
        table = "study,ai,n1i,ci,n2i,yi,vi\nA,5,30,4,31,{},.38\nB,4,50,8,52,{},.34\n"
        assert "The yi in the table are not the RR" in said(table.format(0.5, 0.4))
        assert "are not the RR" not in said(table.format(0.2559, -0.6539))

    @pytest.mark.parametrize(
        ("table", "measure"),
        [
            (MEANS + "A,4,2,20,5,2,20\nB,41,20,30,52,21,30\nC,4,2,25,5,2,25\nD,3.9,2.1,25,4.9,2,25\n", "MD"),
            (INTERVAL + "A,.5,.1,.9\nB,50,10,90\nC,.4,.1,.7\n", None),
            ("study,mean,sd,n\nA,4,2,20\nB,4000,2100,30\nC,4.2,2,25\n", "MN"),
        ],
    )
    def test_a_row_in_other_units(self, table: str, measure: str | None) -> None:
        assert "B: both the numbers and their spread" in said(table, measure=measure)

    def test_a_small_study_with_a_large_effect_is_not_in_other_units(self) -> None:
        assert "other units" not in said(GIVEN + "A,0.1,0.01\nB,0.9,0.5\nC,0.12,0.01\nD,0.08,0.02\n")
        assert "other units" not in said(MEANS + "A,4,2,20,5,2,20\nB,41,2,30,52,2,30\nC,4,2,25,5,2,25\n")

    def test_variances_called_standard_errors(self) -> None:
        rng = np.random.default_rng(3)
        v = rng.uniform(0.01, 0.05, 12)
        y = rng.normal(0.3, np.sqrt(v))
        rows = "".join(f"S{i},{a:.4f},{b:.4f}\n" for i, (a, b) in enumerate(zip(y, v, strict=True)))
        assert "Are the numbers in sei variances?" in said("study,yi,sei\n" + rows)
        assert "variances?" not in said(GIVEN + rows)

    def test_one_person_has_no_standard_deviation(self) -> None:
        assert "A: one person has no standard deviation" in said(MEANS + "A,10,2,1,11,2,40\nB,10,2,40,12,2,40\n")

    @pytest.mark.parametrize("name", ["Heterogeneity: I2 = 30%", "Test for overall effect: Z = 2", "Total events"])
    def test_the_lines_below_a_forest_plot_are_no_studies(self, name: str) -> None:
        assert "looks like a sum" in said(GIVEN + f"A,0.2,0.05\nB,0.6,0.04\n{name},0.25,0.011\n")


class TestNothingToEstimate:
    def test_everybody_had_the_event(self) -> None:
        assert "everybody in every arm" in refused(TWO_ARMS + "A,10,10,10,10\nB,20,20,18,18\n", measure="OR")
        one = "study,events,total\nA,10,10\nB,20,20\n"
        assert "30 of 30 in all, so there is nothing to pool" in refused(one, method="GLMM")
        assert f"{0.05 ** (1 / 30):.4g}" in refused(one, method="GLMM")

    def test_a_pool_of_no_events_says_what_it_rests_on(self) -> None:
        told = said("study,events,total\nA,0,10\nB,0,20\n")
        assert "0 of 30 in all: the pool rests" in told and f"{1 - 0.05 ** (1 / 30):.4g}" in told

    @pytest.mark.parametrize(("head", "measure"), [("study,events,total", "PR"), ("study,events,time", "IR")])
    def test_limits_that_cannot_be_are_said(self, head: str, measure: str) -> None:
        assert "limits lie outside" in said(head + "\nA,1,12\nB,1,20\nC,9,300\n", measure=measure)

    @pytest.mark.parametrize("moderators", [("dose",), ("dose", "twice")])
    def test_no_regression_is_a_sentence(self, moderators: tuple[str, ...]) -> None:
        same = "1" if len(moderators) == 1 else None
        rows = "".join(f"S{i},{same or i},{2 * i},0.{i},0.1\n" for i in range(1, 6))
        out = pooled("study,dose,twice,yi,vi\n" + rows, moderators=moderators)
        assert out.moderators is None and "no regression can be fitted" in " ".join(out.warnings)

    def test_who_is_out_of_a_regression_and_what_words_are_held_against(self) -> None:
        rows = "A,x,0.2,0.04\nB,y,0.4,0.09\nC,,0.1,0.01\nD,y,0.2,0.02\nE,x,0.3,0.03\n"
        out = pooled("study,arm,yi,vi\n" + rows, moderators=("arm",))
        assert "Not in the regression, for want of a value in arm: C." in out.warnings
        assert "arm: differences from x." in out.warnings

    @pytest.mark.parametrize("check", ["selection", "leave-one-out", "cumulative", "influence"])
    def test_one_study_has_no_others(self, check: str) -> None:
        (found,) = pooled(GIVEN + "A,0.2,0.05\n", also=(check,)).checks
        assert found.summary is None and found.note == f"{check}: needs two studies, and there is one."

    def test_selection_needs_studies_on_both_sides_and_a_null(self) -> None:
        (one_side,) = pooled(GIVEN + "A,2,0.05\nB,2,0.04\nC,3,0.1\n", also=("selection",)).checks
        assert one_side.summary is None and "lie on one side" in str(one_side.note)
        (no_null,) = pooled("study,events,total\nA,1,20\nB,9,30\n", also=("selection",)).checks
        assert "p values against no effect" in str(no_null.note)


class TestOneAxis:
    @pytest.mark.parametrize(("measure", "of"), [("PFT", "total"), ("IRFT", "time")])
    def test_leave_one_out_and_cumulative_go_back_with_their_own_sizes(self, measure: str, of: str) -> None:
        rows = ["A,1,12", "B,2,20", "C,1,300", "D,4,45"]
        out = pooled("\n".join([f"study,events,{of}", *rows]), measure=measure, also=("leave-one-out", "cumulative"))
        left, added = (check.result for check in out.checks)
        sizes = np.array([12.0, 20.0, 300.0, 45.0])
        assert left.sizes[0] == pytest.approx(3 / (1 / sizes[1:]).sum())
        assert added.sizes[-1] == pytest.approx(out.size) and added.sizes[0] == 12.0
        last = out.checks[1].summary.blocks[0].rows[-1]
        assert out.estimate_natural is not None
        assert float(last[-2]) == pytest.approx(out.estimate_natural, abs=6e-5)
        alone = pooled("\n".join([f"study,events,{of}", *rows[1:]]), measure=measure)
        assert float(out.checks[0].summary.blocks[0].rows[0][-2]) == pytest.approx(alone.estimate_natural, abs=6e-5)

    def test_one_group_is_not_tested_anywhere(self) -> None:
        out = pooled("study,events,total\nA,1,12\nB,2,20\nC,9,300\n", also=("leave-one-out",))
        assert "p" not in out.checks[0].summary.blocks[0].columns

    def test_a_check_by_another_method_than_the_pool_says_so(self) -> None:
        out = pooled(TWO_ARMS + COUNTS, measure="OR", method="MH", also=("leave-one-out",))
        assert out.checks[0].note == "leave-one-out: by inverse variance (REML), not by MH."


class TestNetwork:
    HEAD = "study,treatment,control,yi,vi\n"

    def test_names_of_netmeta(self) -> None:
        ours = network("study,treatment,control,yi,sei\n1,A,B,.2,.2\n2,A,C,.5,.2\n3,B,C,.1,.17\n")
        theirs = network("studlab,treat1,treat2,TE,seTE\n1,A,B,.2,.2\n2,A,C,.5,.2\n3,B,C,.1,.17\n")
        np.testing.assert_array_equal(theirs.fit.estimate, ours.fit.estimate)
        assert "treat1 as treatment" in " ".join(theirs.warnings)

    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            ("1,A,B,.2,.04\n2,C,D,.5,.05\n", "parts that no study connects (A, B; C, D)"),
            ("1,A,A,.2,.04\n", "compared with itself"),
        ],
    )
    def test_refused(self, rows: str, words: str) -> None:
        with pytest.raises(InputError) as caught:
            network(self.HEAD + rows)
        assert words in str(caught.value)

    def test_no_events_anywhere(self) -> None:
        head = "study,treatment,control,events_t,total_t,events_c,total_c\n"
        with pytest.raises(InputError, match="no study has an event"):
            network(head + "1,A,B,0,30,0,31\n2,A,C,0,40,0,41\n", measure="OR")

    def test_doubts(self) -> None:
        rows = "1,Placebo,B,.2,.2\n2,placebo,C,.22,.25\n3,B,C,.02,.2\n4,Placebo,B,.21,.24\nTotal,B,C,.0,.2\n"
        told = " ".join(network(self.HEAD + rows).warnings)
        assert "Taken as one treatment, because only capitals or blanks differ: Placebo (placebo)" in told
        assert "Total: this looks like a sum" in told
        alike = "".join(f"{i},A,B,.2{i},.2\n{i}x,B,C,.1{i},.2\n{i}y,A,C,.3{i},.2\n" for i in range(4))
        assert "agree more than chance allows" in " ".join(network(self.HEAD + alike).warnings)

    def test_no_rounding_is_shown_as_heterogeneity(self) -> None:
        fit = network(self.HEAD + "1,A,B,.2,.04\n2,A,B,.5,.05\n").fit
        assert fit.i2 == 0.0 and math.isclose(fit.q, 1.0)


def test_a_regression_of_identical_effects_says_what_is_missing() -> None:
    data = "study,yi,vi,dose\nA,0.3,.1,1\nB,0.3,.2,2\nC,0.3,.15,3\nD,0.3,.2,5\nE,0.3,.1,4\n"
    pooled = pool_table(parse_table(data.encode()), moderators=("dose",), test="knha")
    assert pooled.moderators is None
    assert any(one.startswith("dose: ") and "standard error" in one for one in pooled.warnings)
    assert pool_table(parse_table(data.encode()), moderators=("dose",), test="adhoc").moderators is not None
