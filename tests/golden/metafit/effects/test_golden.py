"""Every effect of every study equals metafor's `escalc`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import metafit

COLUMNS = {
    "normand1999": ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i"),
    "one_mean": ("m1i", "sd1i", "n1i"),
    "mcdaniel1994": ("ri", "ni"),
}
MAKERS = {
    "normand1999": metafit.mean_effects,
    "one_mean": metafit.one_mean_effects,
    "mcdaniel1994": metafit.correlation_effects,
}


def _calls() -> list[Any]:
    found = []
    for path in sorted(Path(__file__).parent.glob("*.json")):
        doc = json.loads(path.read_text())
        found += [pytest.param(path.stem, doc["data"], call, id=call["r"][:40]) for call in doc["calls"]]
    return found


@pytest.mark.parametrize(("name", "data", "call"), _calls())
def test_effects_equal_escalc(name: str, data: dict[str, list[float]], call: dict[str, Any]) -> None:
    effects = MAKERS[name](call["ours"]["measure"], *(data[column] for column in COLUMNS[name]))
    np.testing.assert_allclose(effects.yi, call["want"]["yi"], rtol=call["rel"], atol=1e-14)
    np.testing.assert_allclose(effects.vi, call["want"]["vi"], rtol=call["rel"], atol=1e-14)
