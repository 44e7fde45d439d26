"""Selection models and PET-PEESE equal metafor's `selmodel` and R's `lm`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import metafit
from metafit import Status


def _calls() -> list[Any]:
    found = []
    for path in sorted(Path(__file__).parent.glob("*.json")):
        doc = json.loads(path.read_text())
        found += [pytest.param(doc["data"], call, id=f"{path.stem}: {call['r'][:90]}") for call in doc["calls"]]
    return found


@pytest.mark.parametrize(("data", "call"), _calls())
def test_equals_r(data: dict[str, list[float]], call: dict[str, Any]) -> None:
    yi, vi = (np.array([np.nan if x is None else x for x in data[name]], dtype=float) for name in ("yi", "vi"))
    ours, want = call["ours"], call["want"]
    if "line" in ours:
        line = getattr(metafit.pet_peese(yi, vi), ours["line"])
        numbers = {"limit": line.limit, "slope": line.slope, "p": line.p}
        numbers |= {"limit_low": line.limit_interval.low, "limit_high": line.limit_interval.high}
    else:
        fit = metafit.selection_model(yi, vi, **ours)
        assert fit.status == Status.OK
        numbers = {name: getattr(fit, name) for name in want}
        # ours is at least as high: R's optimiser stops early
        assert fit.log_likelihood >= want["log_likelihood"] - 1e-6
    for name, value in want.items():
        np.testing.assert_allclose(numbers[name], value, rtol=call["rel"], atol=1e-7, err_msg=name)
