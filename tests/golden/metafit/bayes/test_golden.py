"""Every posterior against R's own quadrature (see tests/golden/live_r.py for the files)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metafit.bayes import priors as bayes_priors
from metafit.bayes.pooling import Posterior, bayes_blups, bayes_pool
from tests.golden.live_r import differences, noise

GOLDEN = Path(__file__).parent


def _calls() -> list[Any]:
    docs = [(path.stem, json.loads(path.read_text())) for path in sorted(GOLDEN.glob("*.json"))]
    return [pytest.param(doc["data"], call, id=f"{stem}: {call['r']}") for stem, doc in docs for call in doc["calls"]]


def _seven(found: Posterior, place: Any = ...) -> list[float]:
    ends = (found.central.low, found.central.high, found.shortest.low, found.shortest.high)
    return [float(np.asarray(x)[place]) for x in (found.mean, found.sd, found.median, *ends)]


@pytest.mark.parametrize(("data", "call"), _calls())
def test_equals_r(data: dict[str, list[float]], call: dict[str, Any]) -> None:
    ours = call["ours"]
    kind, *numbers = ours["tau"]
    y, v = np.array(data["yi"]), np.array(data["vi"])
    options: dict[str, Any] = {
        "tau_prior": getattr(bayes_priors, kind)(*numbers),
        "mu_prior": bayes_priors.NormalPrior(*ours["mu"]) if "mu" in ours else None,
        "level": ours.get("level", 0.95),
    }
    if "study" in ours:
        got: dict[str, Any] = {"seven": _seven(bayes_blups(y, v, **options), ours["study"])}
    else:
        fit = bayes_pool(y, v, **options)
        got = {
            "mu": _seven(fit.mu),
            "tau": _seven(fit.tau),
            "new": _seven(fit.new),
            "below": float(fit.below_null),
            "log_evidence": float(fit.log_evidence),
        }
    assert call["want"]
    for name, want in call["want"].items():
        off = differences(want, got[name], noise(name, call["rel"]))
        assert off <= call["rel"], f"{name}: off by {off:.1e}: {got[name]} but R has {want}"
