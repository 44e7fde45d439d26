"""One analysis, a batch and the compiled batch say the same, and no other tau2 is more likely than theirs."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from metafit import Fit, StatsInputError, pool

SEARCHED = ("REML", "ML", "PM")
EQUAL = 1e-8
"""Named tolerance: two searches for one root."""


def _difficult(k: int, sets: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Variances over many orders of magnitude, effects that agree, differ or lie far from one study."""
    rng = np.random.default_rng([seed, k])
    v = np.exp(rng.normal(-2.0, rng.choice([0.3, 3.0, 6.0], (sets, 1)), (sets, k)))
    y = rng.normal(3.0, np.sqrt(v + np.exp(rng.normal(-2.0, 3.0, (sets, 1)))))
    y[:, 0] += rng.choice([0.0, 0.0, 50.0], sets)
    return y, v


def _numbers(fit: Fit) -> np.ndarray:
    h = fit.heterogeneity
    told = (fit.estimate, fit.se, fit.p, fit.ci_low, fit.tau2, h.se_tau2, h.i2, h.h2, h.q, h.q_p, fit.prediction.high)
    return np.array(told)


@pytest.mark.parametrize("method", SEARCHED)
@pytest.mark.parametrize("k", [2, 3, 5, 15, 40])
def test_a_batch_is_a_loop(method: str, k: int) -> None:
    y, v = _difficult(k, 150, 1)
    batch = _numbers(pool(y, v, method=method))
    loop = np.array([_numbers(pool(*one, method=method)) for one in zip(y, v, strict=True)]).T
    np.testing.assert_allclose(loop, batch, rtol=EQUAL, atol=1e-300)


@pytest.mark.parametrize("method", SEARCHED)
@pytest.mark.parametrize("k", [1, 2, 3, 5, 15, 40])
@pytest.mark.parametrize("test", ["z", "knha", "adhoc"])
def test_compiled_is_the_same(method: str, k: int, test: str) -> None:
    pytest.importorskip("numba")
    y, v = _difficult(k, 400, 2)
    y[::7, 0], v[::11, 0] = np.nan, 0.0
    v[::13] *= 1e-45
    plain, compiled = (pool(y, v, method=method, test=test, compiled=each) for each in (False, True))
    np.testing.assert_array_equal(compiled.status, plain.status)
    np.testing.assert_allclose(_numbers(compiled), _numbers(plain), rtol=EQUAL, atol=1e-300)


def test_compiled_keeps_the_shape() -> None:
    pytest.importorskip("numba")
    y, v = _difficult(6, 12, 3)
    fit = pool(y.reshape(3, 4, 6), v.reshape(3, 4, 6), compiled=True)
    assert fit.estimate.shape == (3, 4)
    assert float(pool(y[0], v[0], compiled=True).estimate) == pytest.approx(float(fit.estimate[0, 0]), rel=EQUAL)
    assert pool(np.empty((0, 6)), np.empty((0, 6)), compiled=True).estimate.shape == (0,)


def test_compiled_without_numba_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "metafit.inverse_variance.compiled", raising=False)
    with pytest.raises(StatsInputError, match="numba"):
        pool(*_difficult(5, 3, 4), compiled=True)


def _log_likelihood(y: np.ndarray, v: np.ndarray, tau2: np.ndarray, restricted: bool) -> np.ndarray:
    w = 1.0 / (v[None] + tau2[:, None])
    mean = (w * y).sum(1) / w.sum(1)
    value = 0.5 * np.log(w).sum(1) - 0.5 * (w * (y - mean[:, None]) ** 2).sum(1)
    return value - 0.5 * np.log(w.sum(1)) if restricted else value


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("k", [2, 3, 4, 5, 8, 15])
def test_nothing_is_more_likely_on_difficult_data(method: str, k: int) -> None:
    y, v = _difficult(k, 300, 5)
    found = pool(y, v, method=method).tau2
    for one in range(len(y)):
        span = float(np.ptp(y[one])) ** 2 + float(v[one].max())
        grid = np.concatenate([[0.0], v[one].min() * np.expm1(np.linspace(0, np.log1p(span / v[one].min()), 1500)[1:])])
        best = _log_likelihood(y[one], v[one], grid, method == "REML").max()
        ours = _log_likelihood(y[one], v[one], found[one : one + 1], method == "REML")[0]
        assert ours >= best - 1e-9 * max(1.0, abs(best)), (one, found[one])


def test_two_maxima_between_two_points_of_the_grid_are_told_apart() -> None:
    """The curve starts below its root, rises over it and falls again before the grid's next point."""
    y = np.array([4.76131586, 1.53502746, 3.68139717, 1.8430885, 2.54668997])
    v = np.array([1.07503823, 36.71694119, 0.57707065, 1.4245617, 0.11171336])
    # rma(yi, vi, method = "ML", control = list(tau2.init = 0.05, threshold = 1e-12, maxiter = 10000))$tau2
    assert float(pool(y, v, method="ML").tau2) == pytest.approx(0.0779218883445, rel=1e-8)
