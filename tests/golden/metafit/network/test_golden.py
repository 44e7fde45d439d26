"""Networks against R: metafor's `rma.mv` in the contrast form, and matrix algebra (see tests/golden/live_r.py)."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metafit.network.consistency import Split, design_test, node_split, node_splits, split_evidence
from metafit.network.fit import NetworkFit, p_scores, pool_network
from tests.golden.live_r import differences, noise

GOLDEN = Path(__file__).parent
Data = dict[str, list[float]]
Numbers = dict[str, Any]


def _calls() -> list[Any]:
    docs = [(path.stem, json.loads(path.read_text())) for path in sorted(GOLDEN.glob("*.json"))]
    return [
        pytest.param(doc["data"], call, id=f"{stem}-{i}: {call['r'][:40]}")
        for stem, doc in docs
        for i, call in enumerate(doc["calls"])
    ]


def contrasts(data: Data) -> tuple[list[float], list[float], list[float], list[float], list[float]]:
    """All pairs of arms of every study, as a reader of trials would list them."""
    rows = []
    arms = list(zip(data["study"], data["trt"], data["y"], data["s"], strict=True))
    for study in dict.fromkeys(data["study"]):
        for one, other in itertools.combinations([arm for arm in arms if arm[0] == study], 2):
            rows.append((study, other[1], one[1], other[2] - one[2], one[3] + other[3]))
    return tuple(list(column) for column in zip(*rows, strict=True))  # type: ignore[return-value]


def _fit(data: Data, method: str) -> NetworkFit:
    return pool_network(*contrasts(data), method=method)  # type: ignore[arg-type]


def _of_pair(splits: tuple[Split, ...], pair: list[int]) -> Split:
    return next(one for one in splits if {one.treatment, one.control} == set(pair))


def _ours(data: Data, options: Numbers) -> Numbers:
    if options["function"] == "prediction":
        fits = {
            way: pool_network(*contrasts(data), method=options["method"], prediction=way) for way in options["ways"]
        }
        return {way: [one.prediction_low[1:, 0], one.prediction_high[1:, 0]] for way, one in fits.items()}
    fit = _fit(data, options.get("method", "REML"))
    function = options["function"]
    if function == "network":
        scores = p_scores(fit, small_is_good=True)
        names = ("estimate", "se", "q", "q_p", "tau2")
        return {name: getattr(fit, name) for name in names} | {"p_scores": scores}
    if function == "design_test":
        found = design_test(fit)
        assert found is not None
        assert sum(test.q for _, _, test in found.designs) == pytest.approx(found.within.q)
        assert sum(test.df for _, _, test in found.designs) == found.within.df
        return {
            "within": found.within.q, "within_df": found.within.df, "total": found.total.q,
            "between": found.between.q, "between_df": found.between.df,
            "tau2_within": found.tau2_within, "between_random": found.between_random.q,
        }  # fmt: skip
    if function == "node_splits":
        every = node_splits(fit)
        names = ("direct", "direct_se", "indirect", "indirect_se", "difference", "difference_se", "p")
        shares = {(one.treatment, one.control): one.share for one in split_evidence(fit)}
        assert all(one.share == shares[one.treatment, one.control] for one in every)
        return {
            "pairs": [[one.treatment, one.control] for one in every],
            "numbers": [[getattr(one, name) for name in names] for one in every],
            "tau2": [one.tau2 for one in every],
        }
    if function == "node_split":
        one = node_split(fit, *options["pair"])
        numbers = [one.direct, one.direct_se, one.indirect, one.indirect_se, one.difference, one.difference_se, one.p]
        return {"numbers": numbers, "tau2": one.tau2}
    one = _of_pair(split_evidence(fit), options["pair"])
    sign = 1 if one.treatment == options["pair"][0] else -1
    return {"direct": [sign * one.direct, one.direct_se], "share": one.share, "studies": one.studies}


def _plain(value: Any) -> Any:
    numbers = [float(x) for x in np.ravel(np.asarray(value, dtype=float))]
    return numbers[0] if len(numbers) == 1 else numbers


@pytest.mark.parametrize(("data", "call"), _calls())
def test_equals_r(data: Data, call: Numbers) -> None:
    ours = _ours(data, call["ours"])
    assert call["want"]
    for name, want in call["want"].items():
        off = differences(want, _plain(ours[name]), noise(name, call["rel"]))
        assert off <= call["rel"], f"{name}: off by {off:.1e}: {_plain(ours[name])} but R has {want}"


_NETMETA = (
    "netmeta(pairwise(treat = treatment, mean = mi, sd = sdi, n = ni, studlab = study, data = dat.senn2013, "
    "sm = 'MD'), method.tau = 'DL', prediction = TRUE)"
)


def test_prediction_intervals_are_those_of_netmeta() -> None:
    """netmeta 3.2-0 in R 4.2.2: lower.predict and upper.predict of metformin (3rd by name) against placebo (6th)."""
    data = json.loads((GOLDEN / "senn2013.json").read_text())["data"]
    fit = _fit(data, "DL")
    i, j = fit.index(3), fit.index(6)
    assert fit.prediction == "V" and fit.q_df == 18
    np.testing.assert_allclose(
        [fit.prediction_low[i, j], fit.prediction_high[i, j]], [-1.89152679969, -0.361993925887], rtol=1e-9,
        err_msg=_NETMETA,
    )  # fmt: skip
