"""Conversions of what papers print against their formulas in R (the file: tests/golden/live_r.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import metafit

DOC = json.loads((Path(__file__).parent / "conversions.json").read_text())


@pytest.mark.parametrize("call", DOC["calls"], ids=lambda call: f"{call['ours']['function']}: {call['r'][:60]}")
def test_equals_r(call: dict[str, Any]) -> None:
    ours = dict(call["ours"])
    function = getattr(metafit, ours.pop("function"))
    columns = {name: np.array(DOC["data"][column], dtype=float) for name, column in ours.pop("columns").items()}
    found = function(**columns, **ours)
    assert call["want"]
    for name, want in call["want"].items():
        expected = np.array([np.nan if one is None else one for one in want])
        here = np.isfinite(expected)
        got = np.asarray(found if name == "value" else getattr(found, name))
        assert here.any()
        np.testing.assert_allclose(got[here], expected[here], rtol=call["rel"], err_msg=name)
