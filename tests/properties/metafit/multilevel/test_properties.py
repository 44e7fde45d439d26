"""What must hold for any data, special cases known by other means, and what has no answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import StatsInputError, Status, pool
from metafit.multilevel.fit import pool_multilevel, sigma2_intervals, three_level
from metafit.multilevel.robust_errors import robust
from metafit.multilevel.shared_arms import arm_variance, shared_arm_covariance, smd_covariance

#: Named tolerance: where the search for the variances may stop.
STOP = 1e-6


@st.composite
def nested(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups = np.repeat(np.arange(draw(st.integers(3, 6))), draw(st.integers(2, 4)))
    v = np.exp(rng.normal(-2.0, 0.7, groups.size))
    outer, inner = draw(st.sampled_from([0.0, 0.5])), draw(st.sampled_from([0.0, 0.5]))
    y = rng.normal(0.0, outer, groups.max() + 1)[groups] + rng.normal(0.0, np.sqrt(v + inner**2))
    return y, v, groups


@settings(max_examples=20, deadline=None)
@given(nested(), st.sampled_from(["REML", "ML"]), st.randoms(use_true_random=False))
def test_order_unit_and_origin_change_nothing_else(
    data: tuple[np.ndarray, np.ndarray, np.ndarray], method: str, rnd: object
) -> None:
    y, v, groups = data
    mixed = np.arange(y.size)
    rnd.shuffle(mixed)  # type: ignore[attr-defined]
    unit, shift = 1e5, 3.0
    one = three_level(y, v, groups, method=method)  # type: ignore[arg-type]
    other = three_level(unit * (shift - y[mixed]), unit**2 * v[mixed], groups[mixed], method=method)  # type: ignore[arg-type]
    assert one.status == other.status == Status.OK
    np.testing.assert_allclose(shift - other.estimate / unit, one.estimate, atol=STOP)
    np.testing.assert_allclose(other.sigma2 / unit**2, one.sigma2, atol=STOP, rtol=STOP)
    np.testing.assert_allclose(other.q, one.q, rtol=1e-8)


@settings(max_examples=20, deadline=None)
@given(nested())
def test_no_variances_do_better(data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """The likelihood written out by itself, at the answer and at points around it."""
    y, v, groups = data
    fit = three_level(y, v, groups, method="ML")
    same = (groups[:, None] == groups[None, :]).astype(float)

    def log_likelihood(outer: float, inner: float) -> float:
        m = np.diag(v + inner) + outer * same
        w = np.linalg.inv(m)
        r = y - w.sum(0) @ y / w.sum()
        return -0.5 * (y.size * np.log(2 * np.pi) + np.linalg.slogdet(m)[1] + r @ w @ r)

    best = log_likelihood(*fit.sigma2)
    assert fit.log_likelihood == pytest.approx(best, abs=1e-9)
    for outer in (0.0, *np.geomspace(1e-3, 3.0, 9)):
        for inner in (0.0, *np.geomspace(1e-3, 3.0, 9)):
            assert log_likelihood(outer, inner) <= best + 1e-9


@settings(max_examples=15, deadline=None)
@given(nested())
def test_one_grouping_of_single_rows_is_the_usual_pool(data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    y, v, _ = data
    fit = pool_multilevel(y, np.diag(v), [np.arange(y.size)], test="t")
    usual = pool(y, v, method="REML", test="t")
    np.testing.assert_allclose(fit.sigma2[0], usual.tau2, atol=STOP, rtol=STOP)
    np.testing.assert_allclose(fit.estimate[0], usual.estimate, atol=STOP)
    np.testing.assert_allclose(fit.prediction.low, usual.prediction.low, atol=1e-5)
    np.testing.assert_allclose(fit.q, usual.heterogeneity.q, rtol=1e-9)


@settings(max_examples=5, deadline=None)
@given(nested())
def test_profile_intervals_hold_the_estimate(data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    y, v, groups = data
    fit = three_level(y, v, groups)
    wide, narrow = sigma2_intervals(fit, level=0.95), sigma2_intervals(fit, level=0.5)
    assert (wide.low <= narrow.low + STOP).all()
    assert (narrow.low <= fit.sigma2 + STOP).all()
    assert (fit.sigma2 <= narrow.high).all()
    assert (narrow.high < wide.high).all()


def test_what_has_no_answer() -> None:
    y, v = [0.1, 0.5, 0.3, 0.7], [0.1, 0.1, 0.2, 0.1]
    assert pool_multilevel([], []).status == Status.NO_STUDIES
    assert three_level(y, v, ["a"] * 4).status == Status.NOT_ESTIMABLE  # one group: nothing between groups
    assert three_level(y, v, list("abcd")).status == Status.NOT_ESTIMABLE  # two levels that are one
    assert pool_multilevel(y, [0.1, 0.0, 0.1, 0.1]).status == Status.ZERO_VARIANCE
    assert pool_multilevel(y, [0.1, -0.1, 0.1, 0.1]).status == Status.BAD_INPUT
    impossible = np.full((4, 4), 0.9)
    np.fill_diagonal(impossible, 0.1)
    found = pool_multilevel(y, impossible)
    assert found.status == Status.BAD_INPUT
    assert np.isnan([found.estimate[0], found.se[0], found.q, found.prediction.low]).all()
    assert np.isnan(sigma2_intervals(three_level(y, v, list("abcd"))).high).all()
    held = three_level(y, v, list("aabb"))
    assert held.status == Status.OK
    assert robust(held, list("aaaa")).status == Status.NOT_ESTIMABLE


def test_absent_rows_are_left_out() -> None:
    y, v, g = [0.1, np.nan, 0.5, 0.3, 0.9], [0.1, 0.1, np.nan, 0.2, 0.1], list("aaabb")
    fit = pool_multilevel(y, v, [g])
    assert fit.k == 3
    assert robust(fit, g, kind="CR0").clusters == 2
    np.testing.assert_allclose(fit.estimate, pool_multilevel([0.1, 0.3, 0.9], [0.1, 0.2, 0.1], [list("abb")]).estimate)


def test_calls_without_meaning_are_refused() -> None:
    with pytest.raises(StatsInputError, match="labels"):
        three_level([0.1, 0.2], [0.1, 0.1], ["a"])
    with pytest.raises(StatsInputError, match="REML"):
        pool_multilevel([0.1], [0.1], method="DL")  # type: ignore[arg-type]
    fit = three_level([0.1, 0.5, 0.3, 0.7], [0.1, 0.1, 0.2, 0.1], list("aabb"))
    with pytest.raises(StatsInputError, match="larger"):
        robust(fit, list("abcd"))


def test_a_shared_arm_counts_once() -> None:
    """Contrasts with their covariance say what the arms say: two treatments alike, one control."""
    mean, variance = np.array([1.0, 1.6, 1.9]), np.array([0.04, 0.05, 0.1])
    yi, vi = mean[1:] - mean[0], variance[1:] + variance[0]
    shared = arm_variance("MD", sd=[2.0, 2.0], n=[100, 100])
    assert shared == pytest.approx([0.04, 0.04])
    fit = pool_multilevel(yi, shared_arm_covariance(["t", "t"], vi, shared))
    w = 1.0 / variance[1:]
    assert fit.estimate[0] == pytest.approx((w * mean[1:]).sum() / w.sum() - mean[0])
    assert fit.se[0] ** 2 == pytest.approx(1.0 / w.sum() + variance[0])


def test_the_parts_of_an_arm() -> None:
    assert arm_variance("OR", events=[10], n=[50])[0] == pytest.approx(1 / 10 + 1 / 40)
    assert arm_variance("RR", events=[10], n=[50])[0] == pytest.approx(1 / 10 - 1 / 50)
    assert arm_variance("RD", events=[10], n=[50])[0] == pytest.approx(0.2 * 0.8 / 50)
    assert arm_variance("IRR", events=[8])[0] == pytest.approx(1 / 8)
    assert np.isnan(arm_variance("OR", events=[0], n=[50])[0])
    with pytest.raises(StatsInputError, match="sd and n"):
        arm_variance("MD", n=[10])
    with pytest.raises(StatsInputError, match="different variances"):
        shared_arm_covariance(["a", "a"], [0.1, 0.1], [0.05, 0.06])
    v = smd_covariance(["a", "a", "b"], [0.5, 0.8, 0.2], [0.1, 0.1, 0.1], [30, 30, 20], [90, 90, 40])
    assert v[0, 1] == pytest.approx(1 / 30 + 0.5 * 0.8 / 180)
    assert v[0, 2] == v[1, 2] == 0.0


def test_of_several_maxima_the_highest() -> None:
    """No variance at all is a maximum of this likelihood, and not the highest."""
    v = np.array([86.1, 118.5, 1979.3, 4757.8, 1635350.0, 9520037.0])
    y = np.array([-25.96, -18.39, 100.8, 39.24, 1043.2, 1550.6])
    fit = three_level(y, v, list("aaaabb"))
    w = 1.0 / v
    r = y - (w @ y) / w.sum()
    at_none = -0.5 * (np.log(v).sum() + (w * r) @ r + 5 * np.log(2 * np.pi) - np.log(6) + np.log(w.sum()))
    assert fit.sigma2.max() > 0.0
    assert fit.log_likelihood > at_none + 0.4
