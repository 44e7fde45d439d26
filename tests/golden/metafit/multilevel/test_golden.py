"""Models of dependent effects against R's metafor (see tests/golden/live_r.py for the files)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metafit.multilevel.fit import MultilevelFit, pool_multilevel, sigma2_intervals, three_level
from metafit.multilevel.robust_errors import robust
from metafit.multilevel.shared_arms import arm_variance, shared_arm_covariance
from tests.golden.live_r import differences, noise

GOLDEN = Path(__file__).parent
Numbers = dict[str, Any]


def _calls() -> list[Any]:
    docs = [(path.stem, json.loads(path.read_text())) for path in sorted(GOLDEN.glob("*.json"))]
    return [
        pytest.param(doc["data"], call, id=f"{stem}-{i}: {call['r'][:60]}")
        for stem, doc in docs
        for i, call in enumerate(doc["calls"])
    ]


def _numbers(fit: MultilevelFit) -> Numbers:
    names = ("estimate", "se", "statistic", "p", "ci_low", "ci_high", "sigma2", "i2", "q", "q_p", "log_likelihood", "k")
    ends = {"prediction_low": fit.prediction.low, "prediction_high": fit.prediction.high}
    return {name: getattr(fit, name) for name in names} | ends


def _ours(data: dict[str, list[float]], options: Numbers) -> Numbers:
    function = options.pop("function")
    if function in ("covariance", "multilevel"):
        shared = arm_variance("OR", events=data["ci"], n=data["n2i"])
        v = shared_arm_covariance(data["study"], data["vi"], shared)
        if function == "covariance":
            return {"v": v}
        groupings = [data[name] for name in options.pop("groupings", ())]
        return _numbers(pool_multilevel(data["yi"], v, groupings, **options))
    moderators = [data[name] for name in options.pop("mods", ())]
    given = {"moderators": np.column_stack(moderators)} if moderators else {}
    kind, level = options.pop("kind", None), options.pop("level", None)
    fit = three_level(data["yi"], data["vi"], data["outer"], data["inner"], **given, **options)
    if function == "sigma2_intervals":
        found = sigma2_intervals(fit, level=level)
        return {"low": found.low, "high": found.high}
    if function == "robust":
        steady = robust(fit, data["outer"], kind=kind)
        names = ("estimate", "se", "statistic", "p", "ci_low", "ci_high", "df")
        return {name: getattr(steady, name) for name in names}
    return _numbers(fit)


def _plain(value: Any) -> Any:
    numbers = [float(x) for x in np.ravel(np.asarray(value, dtype=float))]
    return numbers[0] if len(numbers) == 1 else numbers


@pytest.mark.parametrize(("data", "call"), _calls())
def test_equals_r(data: dict[str, list[float]], call: Numbers) -> None:
    ours = _ours(data, dict(call["ours"]))
    assert call["want"]
    for name, want in call["want"].items():
        off = differences(want, _plain(ours[name]), noise(name, call["rel"]))
        assert off <= call["rel"], f"{name}: off by {off:.1e}: {_plain(ours[name])} but R has {want}"


def test_the_printed_numbers() -> None:
    """Konstantopoulos 2011, table 4 as the metafor project's page quotes it: 0.1847 (0.0846), 0.0651 and 0.0327."""
    data = json.loads((GOLDEN / "konstantopoulos2011.json").read_text())["data"]
    fit = three_level(data["yi"], data["vi"], data["outer"], data["inner"])
    assert fit.estimate[0] == pytest.approx(0.1847, abs=5e-5)
    assert fit.se[0] == pytest.approx(0.0846, abs=5e-5)
    assert fit.sigma2 == pytest.approx([0.0651, 0.0327], abs=5e-5)
    assert fit.levels == (11, 56)
