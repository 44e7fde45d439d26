"""Cells that hold several numbers: taken apart where one reading is left, refused in a sentence where two are."""

from __future__ import annotations

import pytest

from deqi.errors import InputError
from deqi.evidence.table.composite import level_of
from deqi.evidence.table.contrasts import pool_contrasts
from deqi.evidence.table.pooled import PooledTable, parse_table, pool_table

TWO_ARMS = "study,events_t,total_t,events_c,total_c\n"


def pooled(text: str, **options: object) -> PooledTable:
    return pool_table(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


def test_a_share_that_is_not_that_of_its_count_is_noticed() -> None:
    told = pooled(TWO_ARMS + "A,12 (25%),48,20 (40.0 %),50\nB,8 (52%),40,15 (36%),41\nC,5,30,9,31\n").warnings
    assert "B: the percentage beside a count is not that of the count; look at the paper again." in told
    assert "A, B: counts with a percentage beside them; the counts are used." in told


def test_a_mean_with_a_number_beside_it_needs_the_word() -> None:
    table = "study,mean_t,n_t,mean_c,n_c\nA,31.2±18.4,48,40.5±19.1,50\nB,28.7±20.3,40,37.2±22.4,41\n"
    with pytest.raises(InputError, match=r"column mean_t: '31.2±18.4' is a mean with a number beside it"):
        pooled(table)
    assert pooled(table.replace("mean_t", "mean_t (SD)").replace("mean_c", "mean_c (SD)")).measure == "MD"


def test_medians_with_quartiles_or_range_in_one_cell() -> None:
    head, rows = (
        "study,Treatment median {0},Treatment n,Control median {0},Control n\n",
        "A,24 [18-31],40,30 [20–39],41\n",
    )
    rows += "B,22 [15 to 30],35,27 [19, 36],33\n".replace("[19, 36]", "[19; 36]")
    beside = "A,18,24,31,40,20,30,39,41\nB,15,22,30,35,19,27,36,33\n"
    for words, ends in (("[IQR]", ("q1", "q3")), ("[range]", ("min", "max"))):
        names = [f"{name}{arm}" for arm in ("_t", "_c") for name in (ends[0], "median", ends[1], "n")]
        assert pooled(head.format(words) + rows).ci == pooled(f"study,{','.join(names)}\n{beside}").ci
    with pytest.raises(InputError, match="needs the columns"):
        pooled(head.format("") + rows)


def test_a_cell_of_another_shape_is_named() -> None:
    with pytest.raises(InputError, match=r"row 4, column ci_low: '0.9 up' is not a number"):
        pooled("study,HR,95% CI\nA,0.7,0.5-0.9\nB,0.8,0.6-1.1\nC,0.9,0.9 up\nD,0.7,0.5-1.0\n")


def test_columns_that_make_a_set_are_left_as_they_are() -> None:
    out = pooled("study,yi,vi,responders\nA,0.2,0.05,12/48\nB,0.3,0.04,8/40\n")
    assert out.columns == ("yi", "vi") and not any("taken apart" in one for one in out.warnings)


@pytest.mark.parametrize(
    ("column", "level"),
    [("90%_ci_low", 0.9), ("hr_(99%_ci)", 0.99), ("lower_95", None), ("97_5%_ci", 0.975), ("or", None)],
)
def test_the_level_in_a_name(column: str, level: float | None) -> None:
    assert level_of(column) == level


def test_arms_of_a_network_with_both_numbers_in_a_cell() -> None:
    rows = (("A", "acu", 12, 48), ("A", "sham", 20, 50), ("B", "acu", 8, 40), ("B", "drug", 15, 41))
    beside = "".join(f"{study},{arm},{r},{n}\n" for study, arm, r, n in rows)
    together = "".join(f"{study},{arm},{r}/{n}\n" for study, arm, r, n in rows)
    found, expected = (
        pool_contrasts(parse_table(text.encode(), "t.csv"))
        for text in (f"study,treatment,r/n\n{together}", f"study,treatment,r,n\n{beside}")
    )
    assert found.as_json()["pairs"] == expected.as_json()["pairs"]
    assert any("taken apart: r/n as events and total" in one for one in found.warnings)
