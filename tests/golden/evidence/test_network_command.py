"""`deqi network` on a table of contrasts says what R says of the same trials (tests/golden/metafit/network)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from deqi.cli.pool import network
from tests.golden.metafit.network.test_golden import contrasts

app = typer.Typer()
app.command()(network)


@pytest.mark.parametrize("name", ["senn2013", "hasselblad1998"])
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_command_equals_r(name: str, method: str) -> None:
    doc = json.loads((Path(__file__).parents[1] / "metafit" / "network" / f"{name}.json").read_text())
    call = next(one for one in doc["calls"] if one["r"] == f'net(X, "{method}")')
    rows = zip(*contrasts(doc["data"]), strict=True)
    lines = [f"s{s:g},t{int(t):02},t{int(c):02},{y!r},{v!r}" for s, t, c, y, v in rows]
    table = "\n".join(["study,treatment,control,yi,vi", *lines]).encode()
    words = ["-", "--method", method, "--small-is-good", "--json"]
    out = json.loads(CliRunner().invoke(app, words, input=table, catch_exceptions=False).output)
    want, count = call["want"], len(out["treatments"])
    league = np.array(want["estimate"]).reshape(count, count)
    upper = np.triu_indices(count, 1)
    ours = [pair["estimate"] for pair in out["pairs"]]
    np.testing.assert_allclose(ours, league[upper], rtol=1e-5, atol=1e-7)
    assert out["tau2"] == pytest.approx(want["tau2"], rel=1e-4)
    assert out["q"] == pytest.approx(want["q"], rel=1e-6)
    if "p_scores" in want:
        np.testing.assert_allclose(list(out["p_scores"].values()), want["p_scores"], rtol=1e-4)
