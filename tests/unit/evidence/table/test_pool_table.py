"""What `pool_table` chooses, says and returns."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from deqi.errors import InputError
from deqi.evidence.table.pooled import PooledTable, parse_table, pool_table, read_table

EXAMPLES = Path(__file__).parents[4] / "examples"
KEYS = [
    "measure",
    "method",
    "test",
    "k",
    "estimate",
    "se",
    "ci",
    "statistic",
    "p",
    "tau2",
    "tau2_ci",
    "i2",
    "h2",
    "q",
    "q_df",
    "q_p",
    "prediction",
    "estimate_natural",
    "ci_natural",
    "prediction_natural",
    "common",
    "size",
    "studies",
    "subgroups",
    "between",
    "moderators",
    "warnings",
    "checks",
]


def pooled(text: str, **options: object) -> PooledTable:
    return pool_table(parse_table(text.encode(), "t.csv"), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "row", "measure"),
    [
        ("events_t,total_t,events_c,total_c", "3,10,4,11", "RR"),
        ("mean_t,sd_t,n_t,mean_c,sd_c,n_c", "3,1,10,4,1,11", "MD"),
        ("events_t,time_t,events_c,time_c", "3,10,4,11", "IRR"),
        ("events,total", "3,10", "PLO"),
        ("events,time", "3,10", "IRLN"),
        ("estimate,ci_low,ci_high", "3,2,4", "GEN"),
        ("yi,vi", "1,2", "GEN"),
        ("yi,sei", "1,2", "GEN"),
    ],
)
def test_the_columns_decide_the_measure(header: str, row: str, measure: str) -> None:
    one = pooled(f"study,{header}\nA,{row}\n")
    assert one.measure == measure and one.columns == tuple(header.split(","))
    assert one.k == 1 and one.tau2 == 0 and one.prediction is None
    assert any("not a pool" in w for w in one.warnings)


def test_a_measure_picks_its_columns() -> None:
    text = "study,events,total,events_t,total_t,events_c,total_c\nA,1,9,3,10,4,11\nB,2,9,5,12,4,11\n"
    assert pooled(text).measure == "RR"
    assert pooled(text, measure="PLO").columns == ("events", "total")
    assert pooled(text, measure="OR").columns == ("events_t", "total_t", "events_c", "total_c")
    assert pooled(text, method="GLMM").measure == "OR"


def test_the_json_has_the_keys_of_the_design_and_is_json() -> None:
    whole = pool_table(read_table(EXAMPLES / "bcg.csv"), by="allocation", moderators=("latitude",))
    document = json.loads(msgspec.json.encode(whole.as_json()))
    assert list(document) == KEYS
    assert set(document["studies"][0]) == {
        *(
            "study",
            "yi",
            "vi",
            "weight",
            "row",
            "ci",
            "estimate_natural",
            "ci_natural",
            "size",
            "counts",
            "reason",
            "group",
        )
    }
    assert document["between"]["df"] == 2
    assert [c["name"] for c in document["moderators"]["coefficients"]] == ["intercept", "latitude"]


def test_zeros_are_said_and_the_other_methods_named() -> None:
    table = read_table(EXAMPLES / "catheter_trials.csv")
    said = " ".join(pool_table(table).warnings)
    assert "1/2 was added" in said and "Bach 1996" in said
    assert all(name in said for name in ("GLMM", "MH", "Peto"))
    assert "1/2 was added" not in " ".join(pool_table(table, method="MH").warnings)


def test_natural_scale() -> None:
    text = "study,mean_t,sd_t,n_t,mean_c,sd_c,n_c\nA,5,2,20,6,2,20\nB,4,2,30,6,3,30\n"
    assert pooled(text, measure="SMD").estimate_natural is None
    assert pooled(text).estimate_natural == pytest.approx(pooled(text).estimate)
    ratio = pooled("study,estimate,ci_low,ci_high\nA,2,1,4\n", measure="HR")
    assert ratio.estimate_natural == pytest.approx(2) and ratio.ci_natural == pytest.approx((1, 4))


def test_an_incomplete_row_is_left_out_by_name() -> None:
    out = pooled("study,yi,vi\nAda,1,1\nBo,,1\nCy,3,NA\nDi,2,1\n")
    assert out.k == 2 and len(out.studies) == 4 and out.studies[1].yi is None
    assert "Left out: Bo (yi missing), Cy (vi missing)." in out.warnings


def test_other_peoples_files() -> None:
    plain = pooled("study,yi,vi\nA,1.5,1\nB,2.5,1\n")
    for data in (
        b"study;yi;vi\r\nA;1,5;1\r\nB;2,5;1\r\n",
        b"Study\tYI\tVI\nA\t1.5\t1\nB\t2.5\t1",
        "\ufeffstudy,yi,vi,\nA,1.5,1,\nB,2.5,1,\n".encode(),
        "study,yi,vi\nA,1.5,1\nB,2.5,1\n".encode("utf-16"),
        b'study,yi,vi\n"A","1.5","1"\n\n"B",2.5,1\n,,\n',
    ):
        assert pool_table(parse_table(data)).estimate == plain.estimate
    assert pooled("study,yi,vi\nA,\u22121.5,1\n").estimate == -1.5


def test_nothing_to_estimate_is_said_and_null() -> None:
    with pytest.raises(InputError, match=r"0 of 30 in all, .* bound for all of them together is 0.09503"):
        pooled("study,events,total\nA,0,10\nB,0,20\n", method="GLMM")
    alike = pooled("study,yi,vi,dose\nA,1,1,5\nB,2,1,5\nC,3,2,5\n", moderators=("dose",))
    assert alike.moderators is None
    assert any("no regression can be fitted" in w for w in alike.warnings)


def test_subgroups_of_a_count_method() -> None:
    table = read_table(EXAMPLES / "bcg.csv")
    out = pool_table(table, method="PETO", by="allocation")
    assert [g.group for g in out.subgroups] == ["random", "alternate", "systematic"]
    assert sum(g.k for g in out.subgroups) == out.k
    assert out.between is not None and out.between.df == 2 and out.between.p is not None


def test_names_cannot_drive_a_terminal() -> None:
    out = pooled("study,yi,vi,by\n\x1b[31mred,1,1,\x1b[2J\nB,,1,b\n", by="by")
    said = [s.study for s in out.studies] + [g.group for g in out.subgroups] + list(out.warnings)
    assert all(text.isprintable() for text in said)
