"""A bad table gives one sentence with row and column, whatever it holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.errors import InputError
from deqi.evidence.table import reading as table_read
from deqi.evidence.table.columns import MEASURES, SETS
from deqi.evidence.table.pooled import METHODS, parse_table, pool_table, read_table
from deqi.knowledge import load

TWO_ARMS = "study,events_t,total_t,events_c,total_c\n"
MEANS = "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\n"
GIVEN = "study,yi,vi\n"
INTERVAL = "study,estimate,ci_low,ci_high\n"


def refused(data: bytes | str, **options: object) -> str:
    """The sentence a table is refused with."""
    with pytest.raises(InputError) as caught:
        pool_table(parse_table(data if isinstance(data, bytes) else data.encode(), "t.csv"), **options)  # type: ignore[arg-type]
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("", ("t.csv is empty",)),
        ("\n \n", ("t.csv is empty",)),
        ("study,yi,vi\n", ("no rows",)),
        ("a,b\n1,2\n", ("row 1", "'a'", "events_t,total_t")),
        (TWO_ARMS + "A,5,10,x,10\n", ("row 2", "column events_c", "'x' is not a number")),
        (TWO_ARMS + "A,1,10,2,10\n\nB,5,10,3\n", ("row 4", "4 cells", "header has 5")),
        (TWO_ARMS + "A,1,10,2,10,9\n", ("row 2", "6 cells")),
        (TWO_ARMS + "A,11,10,2,10\n", ("row 2", "column events_t", "11", "total_t 10")),
        (TWO_ARMS + "A,-1,10,2,10\n", ("row 2", "column events_t", "negative")),
        (TWO_ARMS + "A,1,0,2,10\n", ("row 2", "column total_t", "above 0")),
        (MEANS + "A,1,-2,10,2,2,10\n", ("row 2", "column sd_t", "-2", "negative")),
        (GIVEN + "A,1,0\n", ("row 2", "column vi", "above 0")),
        (GIVEN + "A,1,inf\n", ("column vi", "'inf'")),
        (GIVEN + "A,1,1e999\n", ("column vi", "'1e999'")),
        (GIVEN + "A,1,1_0\n", ("column vi", "'1_0'")),
        (GIVEN + "A,< 0.05,1\n", ("column yi", "'< 0.05'")),
        (INTERVAL + "A,1,3,2\n", ("row 2", "column ci_low", "above ci_high 2")),
        (INTERVAL + "A,5,1,2\n", ("row 2", "column estimate", "outside its own interval, 1 to 2")),
        ("study,yi,yi,vi\nA,1,2,3\n", ("columns 2 and 3", "'yi'")),
        ("study,,yi,vi\nA,7,2,3\n", ("column 2 has cells but no name",)),
        ('study,yi,vi\n"A,1,2\n', ("row 2", "quotes")),
        (b"study,yi,vi\nM\x81ller,1,2\n", ("row 2", "UTF-8")),
        (b"study,yi,vi\nA,1,\x002\n", ("row 2", "not a text file")),
        (b"PK\x03\x04\x14\x00\x00\x00", ("spreadsheet's own file",)),
        (GIVEN + "A,,\nB,NA,1\n", ("no row has usable numbers in yi, vi",)),
    ],
)
def test_one_sentence_with_row_and_column(data: bytes | str, parts: tuple[str, ...]) -> None:
    sentence = refused(data)
    for part in parts:
        assert part in sentence, sentence


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"measure": "XX"}, "--measure 'XX' is not known"),
        ({"measure": "SMD"}, "mean_t,sd_t,n_t"),
        ({"method": "BAYES"}, "--method 'BAYES' is not known"),
        ({"method": "FE", "test": "knha"}, "does not go with --method FE"),
        ({"method": "GLMM", "measure": "RR"}, "use --measure OR"),
        ({"method": "PETO", "test": "t"}, "use z"),
        ({"level": 195.0}, "--level must lie between 0 and 100"),
        ({"by": "country"}, "no column 'country'"),
        ({"moderators": ("year",)}, "no column 'year'"),
        ({"moderators": ("study",), "method": "MH"}, "--moderators does not go with --method MH"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, object], part: str) -> None:
    assert part in refused(TWO_ARMS + "A,1,10,2,10\nB,3,20,4,20\n", **options)


def test_ratios_must_be_ratios_and_counts_whole() -> None:
    assert "column ci_low" in refused(INTERVAL + "A,0.2,-0.5,0.9\n", measure="OR")
    for method in ("REML", "FE", "MH", "GLMM"):
        assert "column events_t: 1.5 is no count" in refused(TWO_ARMS + "A,1.5,10,2,10\n", method=method, measure="OR")


def test_a_slip_in_a_column_of_numbers_is_not_a_column_of_words() -> None:
    data = "study,yi,vi,dose\nA,1,1,10\nB,2,1,2o\nC,3,1,30\nD,4,1,40\n"
    assert "row 3, column dose: '2o' is not a number" in refused(data, moderators=("dose",))
    assert "1 different words" in refused("study,yi,vi,dose\nA,1,1,x\nB,2,1,x\n", moderators=("dose",))


def test_a_large_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_read, "MAX_BYTES", 1_000_000)
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(2_000_000_000)  # sparse: two gigabytes that take no room
    with pytest.raises(InputError, match="larger than 1 MB"):
        read_table(large)
    monkeypatch.setattr(table_read, "MAX_ROWS", 3)
    assert "more than 3 rows" in refused("study,yi,vi\n" + "A,1,1\n" * 4)


def test_a_path_that_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_table(tmp_path)


cell = st.one_of(
    st.integers(-3, 60).map(str),
    st.floats(allow_nan=True).map(str),
    st.sampled_from(["", "NA", "x", "1e308", "1e-308", "0", "0.0", "=1+1", "\u0663", "1,5", '"', "\ufeff", "-0"]),
    st.text(max_size=4),
)


@settings(max_examples=250, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    try:
        pool_table(parse_table(data))
    except InputError as error:
        assert "\n" not in str(error)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(SETS),
    st.data(),
    st.sampled_from([None, *MEASURES]),
    st.sampled_from(METHODS),
    st.sampled_from([",", ";", "\t"]),
)
def test_random_tables(chosen: object, data: st.DataObject, measure: str | None, method: str, delimiter: str) -> None:
    columns = ["study", *chosen.columns, "group"]  # type: ignore[attr-defined]
    rows = data.draw(st.lists(st.lists(cell, min_size=len(columns), max_size=len(columns)), max_size=6))
    text = "\n".join(delimiter.join(row) for row in [columns, *rows])
    extra = data.draw(st.sampled_from([{}, {"by": "group"}, {"moderators": ("group",)}]))
    try:
        pooled = pool_table(parse_table(text.encode()), measure=measure, method=method, **extra)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert len(pooled.studies) <= len(rows)


def sentence(key: str) -> re.Pattern[str]:
    """A sentence of the texts by its key, with anything between its braces."""
    parts = re.split(r"\{\w+\}", load().texts[f"pool.{key}"].strip())
    return re.compile(".+".join(re.escape(part) for part in parts))


#: What sound numbers can be refused with: each says why nothing can be pooled of them. Not: a cell.
NOTHING_TO_POOL = [
    *(sentence(key) for key in ("no-events-anywhere", "all-events-anywhere", "nothing-left", "not-estimable")),
    *(sentence(key) for key in ("no-events-one-group", "all-events-one-group")),
    re.compile(r"table, row 1: --method \w+ needs the columns .+; the header has .+\."),
    re.compile(r"--method \w+ does not pool \w+; use --measure [\w ]+\."),
    re.compile(r"table: no row has usable numbers in [\w, ]+; fill in at least one\."),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SETS[:6]), st.data(), st.sampled_from(METHODS))
def test_random_counts(chosen: object, data: st.DataObject, method: str) -> None:
    """Tables that are mostly sound, so that the estimators are reached."""
    columns = chosen.columns  # type: ignore[attr-defined]
    small = st.integers(0, 12)
    rows = data.draw(st.lists(st.lists(small, min_size=len(columns), max_size=len(columns)), min_size=1, max_size=6))
    for row in rows:
        for i, name in enumerate(columns):
            if name.startswith(("total", "n", "time")):
                row[i] += 12
            if name == "correlation":
                row[i] = 0
    text = "\n".join(",".join(map(str, row)) for row in [columns, *rows])
    try:
        pooled = pool_table(parse_table(text.encode()), method=method)
    except InputError as error:
        assert any(pattern.fullmatch(str(error)) for pattern in NOTHING_TO_POOL), str(error)
    else:
        assert pooled.k <= len(rows)
        if pooled.estimate is not None and pooled.ci[0] is not None:
            assert pooled.ci[0] <= pooled.estimate <= pooled.ci[1]  # type: ignore[operator]
