"""Several outcomes a study against metafor's `rma.mv` and `vcalc` (the files: tests/golden/live_r.py).

R's optimiser stops early where a correlation is -1 or 1 or a variance 0, so its numbers are the less exact ones there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import metafit
from metafit import Status

Numbers = dict[str, Any]
#: Beside a variance or statistic of 0, R's last step is this large.
STEP = 1e-6


def _calls() -> list[Any]:
    found = []
    for path in sorted(Path(__file__).parent.glob("*.json")):
        doc = json.loads(path.read_text())
        found += [pytest.param(doc["data"], call, id=f"{path.stem}: {call['r'][:120]}") for call in doc["calls"]]
    return found


def _covariance(data: Numbers, rho: float | None) -> np.ndarray:
    """From one correlation, or from columns with each study's rows of its matrix."""
    if rho is not None:
        return metafit.sampling_covariance(data["vi"], data["study"], rho)
    if "v1i" not in data:
        return np.diag(data["vi"])
    study = np.array(data["study"])
    v = np.zeros((study.size, study.size))
    for one in np.unique(study):
        here = np.flatnonzero(study == one)
        v[np.ix_(here, here)] = np.column_stack([data["v1i"], data["v2i"]])[here]
    return v


@pytest.mark.parametrize(("data", "call"), _calls())
def test_equals_r(data: Numbers, call: Numbers) -> None:
    ours, want = dict(call["ours"]), call["want"]
    v = _covariance(data, ours.pop("rho", None))
    if ours.pop("only", None):
        np.testing.assert_allclose(v.ravel(), want["v"], rtol=call["rel"])
        return
    mods = ours.pop("moderators", None)
    extra = {} if mods is None else {"moderators": np.column_stack([data[name] for name in mods])}
    # rows in the order of the outcomes, so that coefficients and variances have R's order
    order = np.argsort(data["outcome"], kind="stable")
    rows = {name: np.array(data[name], dtype=float)[order] for name in ("yi", "study", "outcome")}
    extra = {name: x[order] for name, x in extra.items()}
    fit = metafit.pool_multivariate(
        rows["yi"], v[np.ix_(order, order)], rows["study"], rows["outcome"], **extra, **ours
    )
    assert fit.status == Status.OK
    if fit.intervals is not None:
        ends = {"low": fit.intervals.ci_low, "high": fit.intervals.ci_high}
        for name, value in want.items():
            end, place = name.split("_")
            assert ends[end][int(place)] == pytest.approx(value, rel=call["rel"], abs=1e-9), name
        return
    numbers: Numbers = {name: getattr(fit.effects, name) for name in ("estimate", "se", "statistic", "p")}
    numbers |= {name: getattr(fit.effects, name) for name in ("ci_low", "ci_high", "qm", "qm_p")}
    numbers |= {name: getattr(fit, name) for name in ("tau2", "log_likelihood", "q", "q_p")}
    numbers["rho"] = np.nan_to_num(fit.correlation[np.triu_indices(len(fit.outcomes), 1)])
    assert fit.log_likelihood >= want["log_likelihood"] - 1e-9
    for name, value in want.items():
        # a correlation with an outcome that does not vary is none, here and in R
        value = np.nan_to_num(np.array(value, dtype=float))
        np.testing.assert_allclose(numbers[name], value, rtol=call["rel"], atol=STEP, err_msg=name)
