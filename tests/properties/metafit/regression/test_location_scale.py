"""Location-scale models: against the likelihood spelled out, special cases, and changes of unit, origin and order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from metafit import LocationScale, StatsInputError, Status, location_scale, pool, regress

#: Named tolerance: where the search for the scale coefficients may stop.
STOP = 1e-5
Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@st.composite
def studies(draw: st.DrawFn) -> Data:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = draw(st.integers(6, 30))
    v = np.exp(rng.normal(-2.0, 0.7, k))
    x, z = rng.normal(size=k), draw(st.sampled_from([rng.normal(size=k), np.resize([0.0, 1.0], k)]))
    spread = draw(st.sampled_from([0.0, 0.1, 0.6])) * np.exp(np.clip(z, -2.0, 2.0))
    return rng.normal(0.3 * x, np.sqrt(v + spread)), v, x, z


def log_likelihood(alpha: np.ndarray, data: Data, method: str) -> float:
    """As in a textbook, with whole matrices."""
    y, v, x, z = data
    design = np.column_stack([np.ones(y.size), x])
    with np.errstate(all="ignore"):
        covariance = np.diag(v + np.exp(alpha[0] + alpha[1] * z))
        if not np.isfinite(covariance).all():
            return -np.inf
        inverse = np.diag(1.0 / np.diag(covariance))
        gram = design.T @ inverse @ design
        residual = y - design @ np.linalg.solve(gram, design.T @ inverse @ y)
        value = -0.5 * (np.log(np.diag(covariance)).sum() + residual @ inverse @ residual)
    if method == "REML":
        value += 0.5 * (np.linalg.slogdet(design.T @ design)[1] - np.linalg.slogdet(gram)[1])
    return float(value - 0.5 * (y.size - (2 if method == "REML" else 0)) * np.log(2 * np.pi))


@settings(max_examples=25, deadline=None)
@given(studies(), st.sampled_from(["REML", "ML"]))
def test_no_scale_does_better(data: Data, method: str) -> None:
    y, v, x, z = data
    fit = location_scale(y, v, x, z, method=method, test="z")
    assert fit.status in (Status.OK, Status.NO_STANDARD_ERROR)
    if fit.status == Status.OK:
        own = log_likelihood(fit.scale.estimate, data, method)
        assert fit.log_likelihood == pytest.approx(own, abs=1e-7)
    for start in ((-3.0, 0.0), (-1.0, 1.0), (-1.0, -1.0)):

        def minus(alpha: np.ndarray) -> float:
            value = log_likelihood(alpha, data, method)
            return -value if np.isfinite(value) else 1e10

        found = minimize(minus, start, method="Nelder-Mead", options={"maxiter": 300})
        assert -found.fun <= fit.log_likelihood + 1e-7


@settings(max_examples=25, deadline=None)
@given(studies(), st.sampled_from(["REML", "ML"]), st.floats(0.01, 100), st.floats(-20, 20))
def test_units_origins_and_order_change_nothing_else(data: Data, method: str, unit: float, origin: float) -> None:
    y, v, x, z = data
    mixed = np.random.default_rng(1).permutation(y.size)
    one = location_scale(y, v, x, z, method=method, test="knha")
    other = location_scale(
        unit * (y + origin)[mixed], unit**2 * v[mixed], x[mixed], (origin + 3.0 * z)[mixed], method=method, test="knha"
    )
    assert one.status == other.status
    np.testing.assert_allclose(other.location.estimate[1], unit * one.location.estimate[1], rtol=STOP, atol=STOP * unit)
    np.testing.assert_allclose(other.tau2 / unit**2, one.tau2[mixed], rtol=1e-3, atol=STOP)
    if one.status == Status.OK and one.scale.se[1] < 10.0:  # where hardly anything tells the slope, digits are few
        np.testing.assert_allclose(3.0 * other.scale.estimate[1], one.scale.estimate[1], rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(other.scale.qm, one.scale.qm, rtol=1e-3, atol=1e-3)


@settings(max_examples=15, deadline=None)
@given(studies(), st.sampled_from(["REML", "ML"]))
def test_a_scale_without_moderators_is_the_usual_regression(data: Data, method: str) -> None:
    y, v, x, _ = data
    fit = location_scale(y, v, x, np.empty((y.size, 0)), method=method)
    usual = regress(y, v, x, method=method)
    np.testing.assert_allclose(fit.location.estimate, usual.coefficients, rtol=STOP, atol=STOP)
    np.testing.assert_allclose(fit.location.p, usual.p, rtol=1e-3, atol=STOP)
    np.testing.assert_allclose(fit.tau2, usual.heterogeneity.tau2, rtol=STOP, atol=STOP)
    assert fit.q == pytest.approx(usual.heterogeneity.q)


def test_two_groups_apart_are_two_pools() -> None:
    """With a mean and a variance for each group, REML and ML take the groups one by one."""
    rng = np.random.default_rng(3)
    v, group = rng.uniform(0.02, 0.1, 24), np.repeat([0.0, 1.0], 12)
    y = rng.normal(0.5 * group, np.sqrt(v + np.where(group == 1.0, 0.8, 0.1)))
    fit = location_scale(y, v, group, group, test="z")
    parts = [pool(y[group == one], v[group == one], test="z") for one in (0.0, 1.0)]
    np.testing.assert_allclose(fit.tau2[[0, -1]], [one.tau2 for one in parts], rtol=STOP)
    np.testing.assert_allclose(np.cumsum(fit.location.estimate), [one.estimate for one in parts], rtol=STOP)
    np.testing.assert_allclose(np.exp(np.cumsum(fit.scale.estimate)), [one.tau2 for one in parts], rtol=STOP)


def test_a_group_without_heterogeneity_leaves_the_mean_and_no_scale() -> None:
    y, v, group = [0.1, 0.3, -0.5, 0.9, 0.2, 0.21, 0.19], [0.01] * 7, [0.0, 0, 0, 0, 1, 1, 1]
    fit = location_scale(y, v, None, group)
    assert fit.status == Status.NO_STANDARD_ERROR and np.isnan(fit.scale.estimate).all()
    assert (fit.tau2[4:] == 0.0).all() and (fit.tau2[:4] > 0.1).all() and np.isfinite(fit.location.p).all()
    assert "no finite scale coefficients" in str(fit)


def _status(fit: LocationScale) -> Status:
    assert np.isnan(fit.location.estimate).all() and np.isnan(fit.scale.p).all() and np.isnan(fit.log_likelihood)
    return fit.status


def test_what_has_no_answer() -> None:
    y, v, z = [0.1, 0.5, 0.3, 0.7], [0.1, 0.1, 0.2, 0.1], [0.0, 1.0, 2.0, 5.0]
    assert _status(location_scale([], [], None, np.empty((0, 1)))) == Status.NO_STUDIES
    assert _status(location_scale(y, [0.1, 0.0, 0.1, 0.1], None, z)) == Status.ZERO_VARIANCE
    assert _status(location_scale(y, [0.1, -0.1, 0.1, 0.1], None, z)) == Status.BAD_INPUT
    assert _status(location_scale([0.1, np.inf, 0.1, 0.1], v, None, z)) == Status.BAD_INPUT
    assert _status(location_scale(y, v, None, [1.0] * 4)) == Status.NOT_ESTIMABLE
    assert _status(location_scale(y, v, np.eye(4)[:, 1:], z)) == Status.NOT_ESTIMABLE
    absent = location_scale([*y, np.nan, 0.2], [*v, 0.1, 0.1], None, [*z, 1.0, np.nan])
    assert absent.k == 4 and np.isnan(absent.tau2[4:]).all()


def test_calls_without_meaning_are_refused() -> None:
    calls: list[tuple[Any, str]] = [
        (lambda: location_scale([0.1, 0.2], [0.1, 0.1], None, [1.0, 2.0], method="DL"), "by REML or ML, not DL"),
        (lambda: location_scale([[0.1, 0.2]], [[0.1, 0.1]], None, [1.0, 2.0]), "not a batch"),
        (lambda: location_scale([0.1, 0.2], [0.1, 0.1], None, [1.0]), "does not match 2 studies"),
        (lambda: location_scale([0.1], [0.1], None, [1.0], intercept=False), "no column and no intercept"),
    ]
    for call, told in calls:
        with pytest.raises(StatsInputError, match=told):
            call()
