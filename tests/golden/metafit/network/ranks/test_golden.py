"""Probabilities of ranks against R: the multivariate normal integral over every order (mvtnorm's `pmvnorm`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metafit import NetworkFit, pool_network, rankogram
from tests.golden.metafit.network.test_golden import contrasts

DOC = json.loads((Path(__file__).parent / "hasselblad1998.json").read_text())
Numbers = dict[str, Any]

#: What exact ranks may differ by: R's search for tau2 stops, and p values of the smallest ranks are near 0.
EXACT = 1e-5
#: Drawn ranks, in standard errors of the least certain one.
ERRORS = 4.0


def fitted(method: str, treatments: int) -> NetworkFit:
    """The trials whose arms are all among the first treatments."""
    rows = list(zip(*contrasts(DOC["data"]), strict=True))
    kept = {row[0] for row in rows} - {row[0] for row in rows if max(row[1], row[2]) > treatments}
    columns = zip(*(row for row in rows if row[0] in kept), strict=True)
    return pool_network(*map(list, columns), method=method)  # type: ignore[arg-type]


@pytest.mark.parametrize("call", DOC["calls"], ids=[call["r"] for call in DOC["calls"]])
def test_equals_r(call: Numbers) -> None:
    size = call["ours"]["treatments"]
    found = rankogram(fitted(call["ours"]["method"], size), small_is_good=False, draws=100_000, seed=1)
    want = np.array(call["want"]["probability"]).reshape(size, size)
    allowed = EXACT if found.draws == 0 else ERRORS * found.error
    assert found.draws == (0 if size == 3 else 100_000)
    np.testing.assert_allclose(found.probability, want, atol=allowed)
    np.testing.assert_allclose(found.sucra, np.cumsum(want, axis=1)[:, :-1].mean(1), atol=allowed)
    # SUCRA of exact ranks is the P-score (Rücker & Schwarzer 2015)
    np.testing.assert_allclose(np.cumsum(want, axis=1)[:, :-1].mean(1), found.p_scores, atol=EXACT)
