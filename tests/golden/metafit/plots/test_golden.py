"""What figures are drawn from, against what metafor draws its own from (see tests/golden/live_r.py for the file)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import metafit
from metafit.plots.diagnostics import baujat_points, radial_points
from metafit.plots.figures import regression_line
from tests.golden.live_r import differences, noise

DOC = json.loads((Path(__file__).parent / "bcg.json").read_text())


def _drawn(ours: dict[str, Any]) -> dict[str, Any]:
    y, v, x = (np.array(DOC["data"][name]) for name in ("yi", "vi", "ablat"))
    if ours["figure"] == "bubble":
        lines = regression_line(metafit.regress(y, v, x, test="z"), np.array([13.0, 55.0]))
        names = {"mean": "y"} | {name: name for name in ("low", "high", "new_low", "new_high")}
        return {name: [getattr(one, field) for one in lines] for name, field in names.items()}
    points = baujat_points if ours["figure"] == "baujat" else radial_points
    return {name: one.tolist() for name, one in points(metafit.pool(y, v, method=ours["method"]))._asdict().items()}


@pytest.mark.parametrize("call", DOC["calls"], ids=lambda call: call["r"][:60])
def test_equals_r(call: dict[str, Any]) -> None:
    found = _drawn(call["ours"])
    assert call["want"]
    for name, want in call["want"].items():
        assert differences(want, found[name], noise(name, call["rel"])) <= call["rel"], name
