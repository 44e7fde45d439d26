"""Contrasts of arms, and networks of them, against R: metafor's `escalc` of one arm, matrix algebra, `rma.mv`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metafit import ArmContrasts, NetworkFit, arm_contrasts, design_test, p_scores, pool_network
from tests.golden.live_r import differences, noise

DOCS = {path.stem: json.loads(path.read_text()) for path in sorted(Path(__file__).parent.glob("*.json"))}
COLUMNS = {"x": "events", "t": "time", "m": "mean", "s": "sd"}
Numbers = dict[str, Any]


def made(data: Numbers, measure: str) -> ArmContrasts:
    people = "n" if "m" in data else "total"
    numbers = {COLUMNS.get(name, people): column for name, column in data.items() if name not in ("study", "trt")}
    return arm_contrasts(measure, data["study"], data["trt"], **numbers)


def parts_of_q(fit: NetworkFit) -> Numbers:
    found = design_test(fit)
    assert found is not None
    return {
        "within": found.within.q, "within_df": found.within.df, "total": found.total.q,
        "between": found.between.q, "between_df": found.between.df,
        "tau2_within": found.tau2_within, "between_random": found.between_random.q,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "call"),
    [pytest.param(doc["data"], call, id=f"{stem}-{call['r']}") for stem, doc in DOCS.items() for call in doc["calls"]],
)
def test_equals_r(data: Numbers, call: Numbers) -> None:
    found = made(data, call["ours"]["measure"])
    method = call["ours"].get("method", "FE")
    fit = pool_network(found.study, found.treatment, found.control, found.yi, found.v, method=method)
    ours: Numbers
    if "function" in call["ours"]:
        ours = parts_of_q(fit)
    elif "method" in call["ours"]:
        ours = {"estimate": fit.estimate[1:, 0], "se": fit.se[1:, 0], "q": fit.q, "tau2": fit.tau2}
        ours["p_scores"] = p_scores(fit, small_is_good=True)
    else:
        own = np.diag(found.v)
        ours = {"yi": found.yi, "v": own, "rest": found.v.sum(1) - own}
    assert call["want"]
    for name, want in call["want"].items():
        values = [float(one) for one in np.ravel(ours[name])]
        off = differences(want, values[0] if len(values) == 1 else values, noise(name, call["rel"]))
        assert off <= call["rel"], f"{name}: off by {off:.1e}: {values} but R has {want}"


#: netmeta 3.2-0 in R 4.2.2: TE.random and seTE.random against the first treatment, to six digits.
PRINTED = 6e-7
_DONG = "netmeta(pairwise(treatment, death, randomized, studlab = id, data = d, sm = 'OR', allstudies = TRUE))"


def test_equals_netmeta() -> None:
    """d: dat.dong2013 without the trials in which nobody died, which netmeta leaves out too."""
    found = made(DOCS["dong2013"]["data"], "OR")
    fit = pool_network(found.study, found.treatment, found.control, found.yi, found.v, method="DL")
    assert found.no_events == (5, 25, 37) and (fit.studies, fit.q_df) == (38, 48)
    want = [-0.094232, -0.263303, -0.017174, -0.102074, 0.391002]
    np.testing.assert_allclose(fit.estimate[1:, 0], want, atol=PRINTED, err_msg=_DONG)
    np.testing.assert_allclose(
        fit.se[1:, 0], [0.089644, 0.093133, 0.082833, 0.100437, 0.204772], atol=PRINTED, err_msg=_DONG
    )
    assert (fit.q, fit.tau2) == (pytest.approx(40.963592, abs=5e-7), 0.0)
