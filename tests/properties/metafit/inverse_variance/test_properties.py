"""What must hold for any data: symmetries of the model, and a batch being nothing but a loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import Status, heterogeneity_intervals, leave_one_out, pool, regress

METHODS = ("FE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
RANDOM = METHODS[1:]

#: Named tolerance: what rounding may do to a converged fit.
ROUNDING = 1e-9


@st.composite
def studies(draw: st.DrawFn, least: int = 2, most: int = 12) -> tuple[np.ndarray, np.ndarray]:
    k = draw(st.integers(least, most))
    seed = draw(st.integers(0, 2**32 - 1))
    spread = draw(st.sampled_from([0.0, 0.3, 2.0, 30.0]))
    unevenness = draw(st.sampled_from([0.1, 1.0, 4.0]))
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(0.0, unevenness, k))
    return rng.normal(0.0, np.sqrt(v + spread**2)), v


def close(a: object, b: object, scale: float = 1.0) -> None:
    np.testing.assert_allclose(a, b, rtol=ROUNDING, atol=ROUNDING * scale)


@settings(max_examples=40, deadline=None)
@given(studies(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(data: tuple[np.ndarray, np.ndarray], method: str, rnd: object) -> None:
    y, v = data
    mixed = np.arange(y.size)
    rnd.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = pool(y, v, method=method), pool(y[mixed], v[mixed], method=method)
    close(one.estimate, other.estimate)
    close(one.tau2, other.tau2)
    close(one.heterogeneity.i2, other.heterogeneity.i2, 100.0)


@settings(max_examples=40, deadline=None)
@given(studies(), st.sampled_from(METHODS), st.floats(-1e3, 1e3))
def test_a_shift_moves_the_estimate_and_nothing_else(
    data: tuple[np.ndarray, np.ndarray], method: str, shift: float
) -> None:
    y, v = data
    one, other = pool(y, v, method=method), pool(y + shift, v, method=method)
    close(one.estimate + shift, other.estimate, 1e3)
    close(one.tau2, other.tau2, 1e3)
    close(one.se, other.se, 1e3)


@settings(max_examples=40, deadline=None)
@given(studies(), st.sampled_from(METHODS), st.floats(-120.0, 120.0), st.booleans())
def test_a_change_of_unit_changes_only_the_unit(
    data: tuple[np.ndarray, np.ndarray], method: str, power: float, mirror: bool
) -> None:
    y, v = data
    unit = 10.0**power * (-1.0 if mirror else 1.0)
    one, other = pool(y, v, method=method), pool(y * unit, v * unit**2, method=method)
    close(one.estimate, other.estimate / unit)
    close(one.tau2, other.tau2 / unit**2)
    close(one.heterogeneity.q, other.heterogeneity.q)
    close(one.p, other.p)


@settings(max_examples=25, deadline=None)
@given(st.lists(studies(1, 9), min_size=1, max_size=6), st.sampled_from(METHODS))
def test_a_batch_is_a_loop(sets: list[tuple[np.ndarray, np.ndarray]], method: str) -> None:
    width = max(y.size for y, _ in sets)
    padded = np.full((2, len(sets), width), np.nan)
    for i, (y, v) in enumerate(sets):
        padded[0, i, : y.size], padded[1, i, : y.size] = y, v
    batch = pool(padded[0], padded[1], method=method)
    for i, (y, v) in enumerate(sets):
        one = pool(y, v, method=method)
        assert batch.status[i] == one.status
        assert batch.k[i] == one.k
        close(batch.estimate[i], one.estimate)
        close(batch.tau2[i], one.tau2)
        close(batch.ci_low[i], one.ci_low)
        close(batch.prediction.high[i], one.prediction.high)


@settings(max_examples=40, deadline=None)
@given(studies(), st.sampled_from(RANDOM))
def test_intervals_are_nested_and_adhoc_is_the_widest_hartung_knapp(
    data: tuple[np.ndarray, np.ndarray], method: str
) -> None:
    y, v = data
    wide, narrow = pool(y, v, method=method, level=0.99), pool(y, v, method=method)
    assert wide.ci_low <= narrow.ci_low <= narrow.estimate <= narrow.ci_high <= wide.ci_high
    assert narrow.prediction.low <= narrow.ci_low
    assert narrow.tau2 >= 0
    knha = pool(y, v, method=method, test="knha")
    if knha.status == Status.OK:
        assert narrow.se >= knha.se * (1 - ROUNDING)
    high, low = heterogeneity_intervals(y, v, level=0.99).tau2, heterogeneity_intervals(y, v).tau2
    assert high.low <= low.low * (1 + ROUNDING) + ROUNDING
    assert low.high <= high.high * (1 + ROUNDING) + ROUNDING


@settings(max_examples=20, deadline=None)
@given(studies(3, 9), st.sampled_from(("REML", "ML")))
def test_no_other_tau2_is_more_likely(data: tuple[np.ndarray, np.ndarray], method: str) -> None:
    y, v = data

    def likelihood(tau2: np.ndarray) -> np.ndarray:
        w = 1.0 / (v + tau2[:, None])
        total = w.sum(1)
        mean = (w * y).sum(1) / total
        value = np.log(w).sum(1) - (w * (y - mean[:, None]) ** 2).sum(1)
        return value - np.log(total) if method == "REML" else value

    tried = np.concatenate([[0.0], np.geomspace(1e-6, 1e6, 400)])
    best = likelihood(np.array([float(pool(y, v, method=method).tau2)]))[0]
    assert best >= likelihood(tried).max() - 1e-8


@settings(max_examples=20, deadline=None)
@given(studies(4, 10), st.sampled_from(METHODS))
def test_a_regression_does_not_depend_on_the_unit_of_its_moderator(
    data: tuple[np.ndarray, np.ndarray], method: str
) -> None:
    y, v = data
    x = np.arange(y.size) * 1.5 + np.cos(np.arange(y.size))
    one, other = regress(y, v, x, method=method), regress(y, v, 1900.0 + 40.0 * x, method=method)
    # A study that outweighs the others a million times hides as many digits of what they say about the slope.
    hidden = 1e-6 + 1e-10 * v.max() / v.min()
    np.testing.assert_allclose(one.coefficients[1], 40.0 * other.coefficients[1], rtol=hidden, atol=1e-7)
    np.testing.assert_allclose(one.qm, other.qm, rtol=hidden, atol=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_leaving_one_out_is_pooling_the_others(method: str) -> None:
    y, v = np.array([0.1, 0.9, -0.4, 0.3, 1.2]), np.array([0.1, 0.2, 0.05, 0.3, 0.15])
    without = leave_one_out(y, v, method=method)
    for i in range(y.size):
        rest = np.arange(y.size) != i
        close(without.estimate[i], pool(y[rest], v[rest], method=method).estimate)


@pytest.mark.parametrize("effects", ["identical", "on a line", "zero", "large"])
def test_effects_on_a_line_have_no_standard_error_of_knapp_and_hartung(effects: str) -> None:
    """Its factor is then made of rounding; the coefficients are there, as of a pool of identical effects."""
    x = np.array([1.0, 2.0, 3.0, 5.0, 4.0, 7.0])
    y = {"identical": 0.0 * x + 0.3, "on a line": 0.1 + 0.2 * x, "zero": 0.0 * x, "large": 0.0 * x + 1e6}[effects]
    v = np.array([0.1, 0.2, 0.15, 0.3, 0.12, 0.2])
    one = regress(np.stack([y, y + 0.1 * (x > 3.0)]), np.stack([v, v]), x, test="knha")
    assert one.status.tolist() == [Status.NO_STANDARD_ERROR, Status.OK]
    assert np.isnan(one.se[0]).all() and np.isnan(one.p[0]).all() and np.isnan(one.qm[0])
    slope = 0.2 if effects == "on a line" else 0.0
    np.testing.assert_allclose(one.coefficients[0], [y[0] - slope, slope], rtol=1e-9, atol=1e-9)
    other = regress(y, v, x, test="adhoc")
    assert other.status == Status.OK and (other.se > 0.0).all()
