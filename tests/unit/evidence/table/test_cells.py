"""Numbers as people write them: one reading is read and said, two are refused with both."""

from __future__ import annotations

import math

import pytest

from deqi.errors import InputError
from deqi.evidence.table.cells import Style, Unreadable, read_cell, style_of
from deqi.evidence.table.pooled import PooledTable, parse_table, pool_table

POINT = Style(comma=False, point=True, commas_separate=True)
COMMA = Style(comma=True, point=False, commas_separate=False)
BOTH = Style(comma=True, point=True, commas_separate=False)
UNKNOWN = Style(comma=False, point=False, commas_separate=False)


def pooled(text: str, **options: object) -> PooledTable:
    return pool_table(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "style", "whole", "value", "key"),
    [
        ("12.5", POINT, False, 12.5, None),
        ("\u22120.5", POINT, False, -0.5, None),
        ("\u20130.5", POINT, False, -0.5, None),
        ("- 0.5", POINT, False, -0.5, None),
        ("1e\u22123", POINT, False, 0.001, None),
        ("\uff11\uff12", POINT, True, 12.0, None),
        ("5\u200b", POINT, True, 5.0, None),
        ("1 204", POINT, True, 1204.0, "thousands"),
        ("1\u00a0204\u202f567", POINT, True, 1204567.0, "thousands"),
        ("1'204.5", POINT, False, 1204.5, "thousands"),
        ("1,204", POINT, True, 1204.0, "thousands"),
        ("1,204", POINT, False, 1204.0, "thousands"),
        ("1,204.5", POINT, False, 1204.5, "thousands"),
        ("1.204,5", COMMA, False, 1204.5, "thousands"),
        ("1.204.567", COMMA, True, 1204567.0, "thousands"),
        ("0,204", COMMA, False, 0.204, None),
        ("1,204", COMMA, False, 1.204, None),
        ("1,5", UNKNOWN, False, 1.5, None),
        ("1.204", POINT, False, 1.204, None),
        ("5*", POINT, True, 5.0, "mark"),
        ("5\u2020\u2021", POINT, True, 5.0, "mark"),
        ("5\u00b9", POINT, True, 5.0, "mark"),
        ("5 [2]", POINT, True, 5.0, "mark"),
        ("5(b)", POINT, True, 5.0, "mark"),
    ],
)
def test_one_reading(cell: str, style: Style, whole: bool, value: float, key: str | None) -> None:
    assert read_cell(cell, style, whole=whole) == (value, key)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "-",
        "\u2014",
        "\u2012",
        "---",
        "...",
        "?",
        "<NA>",
        "N.R.",
        "n/e",
        "NaN",
        "not given",
        "Not Reported",
        "No data",
    ],
)
def test_nothing_there(cell: str) -> None:
    assert read_cell(cell, POINT, whole=True) == (None, None)


@pytest.mark.parametrize(
    ("cell", "style", "why"),
    [
        ("1,204", BOTH, "thousand"), ("1.204", COMMA, "thousand"), ("12%", POINT, "percent"),
        ("<0.001", POINT, "bound"),
        ("5/30", POINT, "two"), ("5 of 30", POINT, "two"), ("0.8 (0.6 to 1.1)", POINT, "several"),
        ("12.1±2.4", POINT, "several"), ("5-Mar", POINT, "date"), ("5a", POINT, "letter"), ("nothing", POINT, "other"),
        ("inf", POINT, "other"), ("1e999", POINT, "other"), ("1_0", POINT, "other"), ("\u0663x", POINT, "letter"),
        ("no events", POINT, "other"), ("0,2", POINT, "other"),
    ],
)  # fmt: skip
def test_no_reading_or_two(cell: str, style: Style, why: str) -> None:
    found, _ = read_cell(cell, style, whole=False)
    assert isinstance(found, Unreadable) and found.key == why


def test_the_style_of_a_table() -> None:
    assert style_of(["1,5", "2"], ";") == COMMA
    assert style_of(["1,204", "0.5"], "\t") == Style(comma=False, point=True, commas_separate=False)
    assert style_of(["1,204", "1.204", "Li, 2004"], ";") == UNKNOWN
    assert style_of(["0,5", "0.5"], ";") == BOTH


def test_what_was_understood_is_said() -> None:
    out = pooled('study,events_t,total_t,events_c,total_c\nA,"1,204",13 598,1300,12867\nB,30*,500,40,510\n')
    assert out.studies[0].counts == "1204/13598 v 1300/12867"
    assert "A: separators of thousands were taken out of the numbers." in out.warnings
    assert "B: a footnote's mark beside a number was passed over." in out.warnings


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A;1.204;120,5;40;1.100;110,5;41", "'1.204' may be 1204 or 1.204"),
        ("A;12%;120,5;40;1;110,5;41", "percentage"),
        ("A;12,5;120,5;12%;1;110,5;41", "write how many they were"),
        ("A;5-Mar;120,5;40;1;110,5;41", "a spreadsheet may have made a date of it"),
    ],
)
def test_what_is_not_understood_says_what_to_write(row: str, words: str) -> None:
    with pytest.raises(InputError, match=r"t.csv, row 2, column \w+: ") as caught:
        pooled(f"study;mean_t;sd_t;n_t;mean_c;sd_c;n_c\n{row}\n")
    assert words in str(caught.value)


def test_quoted_decimal_commas() -> None:
    assert pooled('study,yi,vi\nA,"0,2","0,05"\nB,"0,6","0,04"\n').estimate == pytest.approx(0.4125, abs=0.001)
    assert pooled('study,yi,vi\nA,"0,2",0.05\nB,0.6,0.04\n').estimate == pytest.approx(0.4125, abs=0.001)
    assert not math.isnan(pooled("study|yi|vi\nA|0.2|0.05\nB|0.6|0.04\n").estimate or math.nan)


def test_a_cell_that_goes_on_for_ever_is_read_once() -> None:
    """With a pattern that tries every split of its digits this takes hours."""
    for cell in ("1" * 100_000, "1" * 100_000 + " patients", "[" * 100_000, "1" * 50_000 + "/" + "1" * 50_000):
        found, _ = read_cell(cell, POINT, whole=True)
        assert isinstance(found, Unreadable)
