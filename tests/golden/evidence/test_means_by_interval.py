"""Means printed with confidence intervals: what R makes of the same limits (tests/golden/live_r.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import metafit
from deqi.cli.pool import pool

DOC = json.loads((Path(__file__).parent / "means_by_interval.json").read_text())
NAMES = {
    "m1i": "mean_t", "low1": "ci_low_t", "high1": "ci_high_t", "n1i": "n_t",
    "m2i": "mean_c", "low2": "ci_low_c", "high2": "ci_high_c", "n2i": "n_c",
}  # fmt: skip
app = typer.Typer()
app.command()(pool)


def _answer(ours: dict[str, Any]) -> dict[str, Any]:
    data = DOC["data"]
    if ours["what"] == "sd":
        return {
            f"sd_{arm}": list(metafit.sd_from_interval(data[f"low{i}"], data[f"high{i}"], data[f"n{i}i"]))
            for arm, i in (("t", 1), ("c", 2))
        }
    rows = zip(*(data[name] for name in NAMES), strict=True)
    table = "\n".join([",".join(NAMES.values()), *(",".join(map(repr, row)) for row in rows)])
    words = ["-", "--measure", ours["measure"], "--test", "knha", "--json"]
    found = json.loads(CliRunner().invoke(app, words, input=table.encode(), catch_exceptions=False).output)
    assert "worked out from the 95 % confidence interval of the mean" in " ".join(found["warnings"])
    studies = {name: [one[name] for one in found["studies"]] for name in ("yi", "vi")}
    return {**found, **studies, "ci_low": found["ci"][0], "ci_high": found["ci"][1]}


@pytest.mark.parametrize("call", DOC["calls"], ids=lambda call: call["r"][:60])
def test_equals_r(call: dict[str, Any]) -> None:
    found = _answer(call["ours"])
    assert call["want"]
    for name, want in call["want"].items():
        assert found[name] == pytest.approx(want, rel=call["rel"]), name
