"""Rows of one study or another kind, arms as rows, numbers told twice: each is said, and nothing of sound rows."""

from __future__ import annotations

import pytest

from deqi.errors import InputError
from deqi.evidence.table.pooled import PooledTable, parse_table, pool_table

TWO_ARMS = "study,events_t,total_t,events_c,total_c\n"
MEANS = "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\n"
GIVEN = "study,yi,sei\n"
INTERVAL = "study,{0},lower,upper\n"


def pooled(text: str, **options: object) -> PooledTable:
    return pool_table(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


def said(text: str, **options: object) -> str:
    return " ".join(pooled(text, **options).warnings)


class TestOneStudy:
    @pytest.mark.parametrize(
        "names",
        [
            ("Li 2004 (6 wk)", "Li 2004 (12 wk)"), ("Li 2004 - pain", "Li 2004 - function"),
            ("Li 2004, low dose", "Li 2004, high dose"),
        ],
    )  # fmt: skip
    def test_a_time_or_outcome_behind_the_year(self, names: tuple[str, str]) -> None:
        rows = f'"{names[0]}",-0.4,0.2\n"{names[1]}",-0.3,0.2\nWu 2009,-0.2,0.1\n'
        assert f"{names[0]} and {names[1]}: rows of one study" in said(GIVEN + rows)

    @pytest.mark.parametrize(
        "names",
        [
            ("Li 2004a", "Li 2004b"),
            ("Li 2004-i", "Li 2004-ii"),
            ("Li 2004 men", "Li 2004 women"),
            ("Li 2004", "Wu 2004"),
        ],
    )
    def test_other_people_are_no_doubt(self, names: tuple[str, str]) -> None:
        assert "one study" not in said(GIVEN + f"{names[0]},-0.4,0.2\n{names[1]},-0.3,0.2\nMa 2009,-0.2,0.1\n")

    def test_doses_against_one_control_arm(self) -> None:
        rows = "Li 2004 low dose,12,48,20,50\nLi 2004 high dose,9,47,20,50\nWu 2009,8,40,15,41\n"
        told = said(TWO_ARMS + rows)
        assert "Li 2004 low dose and Li 2004 high dose: rows of one trial with the same control" in told
        assert "rows of one study" not in told

    def test_rows_without_a_name(self) -> None:
        assert "Rows without a name: 3." in said(GIVEN + "Li 2004,-0.4,0.2\n,-0.3,0.2\nWu 2009,-0.2,0.1\n")
        assert "without a name" not in said(GIVEN + ",-0.4,0.2\n,-0.3,0.2\n")


ARMS = "study,{0},events,total\nLi,{1},12,48\nLi,{2},20,50\nWu,{1},8,40\nWu,{2},15,41\n"


class TestArmsAsRows:
    @pytest.mark.parametrize(
        ("column", "one", "other"), [("arm", "acupuncture", "sham"), ("group", "Verum", "Control")]
    )
    def test_two_arms_with_a_control_are_set_side_by_side(self, column: str, one: str, other: str) -> None:
        beside = pooled(TWO_ARMS + "Li,12,48,20,50\nWu,8,40,15,41\n")
        for table in (
            ARMS.format(column, one, other),
            ARMS.format(column, one, other).replace(f"Li,{other}", f",{other}"),
        ):
            out = pooled(table)
            assert (out.measure, out.estimate, out.k) == ("RR", beside.estimate, 2)
            assert f"{other.casefold()} in {column} is read as the control" in " ".join(out.warnings)

    def test_arms_of_which_none_is_the_control_are_refused(self) -> None:
        table = ARMS.format("trt", "duloxetine", "pregabalin")
        with pytest.raises(InputError, match=r"each row is an arm of a study \(trt\)"):
            pooled(table)
        assert pooled(table, measure="PLO").k == 4

    def test_groups_of_people_are_no_arms(self) -> None:
        assert pooled(ARMS.format("group", "young", "old")).measure == "PLO"
        assert pooled("study,arm,events,total\nLi,sham,12,48\nWu,sham,20,50\n").measure == "PLO"


class TestOtherKinds:
    ROWS = "Li,31,18,48,40,19,50\nWu{0},-20,15,120,-15,16,118\nMa,33,21,75,36,20,77\n"

    def test_changes_beside_end_scores(self) -> None:
        assert "Wu (change): changes from baseline" in said(MEANS + self.ROWS.format(" (change)"), measure="SMD")
        assert "Wu: changes from baseline" in said(MEANS + self.ROWS.format(""), measure="SMD")
        assert "changes from" not in said(MEANS + self.ROWS.format(" (change)"), measure="MD")
        assert "changes from" not in said(MEANS + "Li,-3,2,48,-4,2,50\nWu,-2,2,12,-1,2,18\n", measure="SMD")

    @pytest.mark.parametrize(("wrong", "cell"), [("31,18", "-99,18"), ("31,18", "31,999")])
    def test_codes_for_missing_numbers(self, wrong: str, cell: str) -> None:
        rows = self.ROWS.format("").replace("-", "")
        assert "often a code for a missing number" in said(MEANS + rows.replace(wrong, cell, 1))
        assert "often a code" not in said(MEANS + rows)
        assert "often a code" not in said(TWO_ARMS + "A,99,2000,90,2000\nB,3,40,4,41\nC,5,60,6,61\n")

    @pytest.mark.parametrize(("column", "mark"), [("include", "No"), ("exclude", "x"), ("in_analysis", "0")])
    def test_rows_marked_to_be_left_out(self, column: str, mark: str) -> None:
        rows = f"A,-0.4,0.2,\nB,-0.3,0.2,{mark}\nC,-0.2,0.1,\n"
        assert f"B: pooled, although {column} says otherwise" in said(f"study,yi,sei,{column}\n{rows}")

    def test_lengths_of_follow_up_called_time(self) -> None:
        head = "study,events_t,time_t,events_c,time_c\n"
        assert "same in both arms of every row" in said(head + "A,12,6,20,6\nB,8,12,15,12\n")
        assert "same in both" not in said(head + "A,12,600,20,610\nB,8,120,15,120\n")


class TestToldTwice:
    def test_a_ratio_beside_its_counts(self) -> None:
        table = (
            "study,events_t,total_t,events_c,total_c,RR\nA,12,48,20,50,0.63\nB,8,40,15,41,{0}\nC,30,120,41,118,0.72\n"
        )
        assert "B: rr in the table is not what the other numbers of the row give" in said(table.format(1.37))
        assert "in the table" not in said(table.format(0.55))

    def test_the_level_of_intervals_by_their_p_values(self) -> None:
        table = (
            "study,HR,{0}lower,{0}upper,p\nA,0.72,0.576,0.90,0.0156\nB,0.85,0.69,1.047,0.20\nC,0.64,0.46,0.89,0.026\n"
        )
        assert "With their p values these intervals are 90 % intervals; they were read as 95 %" in said(
            table.format("")
        )
        assert "p values" not in said(table.format("90% "))

    def test_a_name_that_says_another_measure_than_was_asked(self) -> None:
        table = INTERVAL.format("OR") + "A,0.72,0.55,0.94\nB,0.85,0.66,1.09\n"
        assert "The names of the columns say OR, and RR was asked for" in said(table, measure="RR")
        assert "was asked for" not in said(table) + said(table, measure="OR")

    def test_ratios_called_logarithms(self) -> None:
        rows = "A,0.72,0.55,0.94\nB,0.85,0.66,1.09\nC,0.64,0.43,0.95\n"
        assert "geometric middle of its interval" in said(INTERVAL.format("logHR") + rows)
        assert "middle of its interval" not in said(INTERVAL.format("HR") + rows)

    def test_one_difference_in_other_units(self) -> None:
        rows = "A,-9.3,-16.7,-1.9\nB,-8.5,-17.8,0.8\nC,-0.47,-0.93,-0.01\nD,-12.6,-20.5,-4.7\nE,-2.8,-9.4,3.8\n"
        assert "C: both the numbers and their spread" in said(INTERVAL.format("MD") + rows)

    def test_rare_events_agree_by_themselves(self) -> None:
        rows = "".join(f"{name},1,{n},1,{n}\n" for name, n in zip("ABCDEF", (90, 110, 130, 95, 105, 125), strict=True))
        assert "agree more than chance" not in said(TWO_ARMS + rows)
