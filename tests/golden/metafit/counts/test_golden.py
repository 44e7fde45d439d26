"""Every number of the count estimators against R: rma.glmm, rma.mh, rma.peto, binom.test, poisson.test.

The files hold the exact calls; lme4 is told to converge tightly, because its defaults stop some 1e-4 early on
models with many parameters and its Hessian by finite differences of a deviance near 1e5 is good to about 1e-4.
The Wald statistic of UM.RS is compared only where no study has an empty cell and counts are moderate.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metafit.counts.data import OneArm, TwoArms
from metafit.counts.exact import exact_proportion, exact_rate
from metafit.counts.pooling import pool_counts

GOLDEN = Path(__file__).parent
#: In the mixed models, numbers smaller than this are compared as if they were this big (p values, mostly).
SMALL = 1e-2


def _calls() -> list[Any]:
    found = []
    for path in sorted(GOLDEN.glob("*.json")):
        doc = json.loads(path.read_text())
        for call in doc["calls"]:
            found.append(pytest.param(doc["data"], call, id=f"{path.stem}: {call['r'][:60]}"))
    return found


def _numbers(data: dict[str, list[float]], ours: dict[str, Any]) -> dict[str, Any]:
    ours = dict(ours)
    function = ours.pop("function", None)
    if function:
        exact = {"exact_proportion": exact_proportion, "exact_rate": exact_rate}[function]
        interval = exact(ours["events"], ours.get("total", 0), level=ours.get("level", 0.95))
        return {"ci_low": interval.low, "ci_high": interval.high}
    columns = {name: np.array(data[column]) for name, column in ours.pop("columns").items()}
    fit = pool_counts(OneArm(**columns) if "events" in columns else TwoArms(**columns), **ours)
    h = fit.heterogeneity
    numbers = {name: getattr(fit, name) for name in (*fit.__dataclass_fields__, *fit.DERIVED)}
    numbers |= {name: getattr(h, name) for name in (*h.__dataclass_fields__, *h.DERIVED)}
    numbers |= {"wald": h.q, "prediction_low": fit.prediction.low, "prediction_high": fit.prediction.high}
    for name, key in (("association", "cmh"), ("tarone", "tarone")):
        test = getattr(fit, name)
        if test is not None:
            numbers |= {key: test.statistic, f"{key}_p": test.p}
    return numbers


@pytest.mark.parametrize(("data", "call"), _calls())
def test_equals_r(data: dict[str, list[float]], call: dict[str, Any]) -> None:
    ours = _numbers(data, call["ours"])
    assert call["want"]
    for name, want in call["want"].items():
        floor = SMALL if "glmm" in call["r"] else 0.0
        allowed = call["rel"] * max(abs(want), floor)
        assert abs(float(ours[name]) - want) <= allowed, f"{name}: {ours[name]} but R has {want}"
