"""What must hold for any data, and what is answered when there is no answer."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import StatsInputError, Status
from metafit.bayes.pooling import BayesFit, Posterior, bayes_blups, bayes_pool
from metafit.bayes.priors import HalfCauchy, HalfNormal, NormalPrior, TauPrior, Uniform

PRIORS = (HalfNormal(0.5), HalfCauchy(0.5), Uniform(3.0))

#: Named tolerance: what rounding may do to eleven-digit quadrature and its quantiles.
ROUNDING = 1e-8


@st.composite
def studies(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = draw(st.integers(2, 7))
    v = np.exp(rng.normal(-2.0, draw(st.sampled_from([0.1, 1.0, 3.0])), k))
    return rng.normal(0.0, np.sqrt(v + draw(st.sampled_from([0.0, 0.3, 3.0])) ** 2)), v


def _numbers(fit: BayesFit) -> np.ndarray:
    def flat(one: Posterior) -> list[float]:
        values = dataclasses.astuple(one)
        return [float(x) for value in values for x in np.ravel(value)]

    return np.array([*flat(fit.mu), *flat(fit.tau), *flat(fit.new), float(fit.below_null)])


@settings(max_examples=15, deadline=None)
@given(studies(), st.sampled_from(PRIORS))
def test_each_interval_is_in_order_and_the_shortest_is_shortest(
    data: tuple[np.ndarray, np.ndarray], prior: TauPrior
) -> None:
    fit = bayes_pool(*data, tau_prior=prior)
    assert fit.status == Status.OK
    for one in (fit.mu, fit.tau, fit.new):
        assert one.central.low < one.median < one.central.high
        assert one.shortest.low <= one.mode <= one.shortest.high
        central, short = one.central.high - one.central.low, one.shortest.high - one.shortest.low
        assert short <= central * (1.0 + ROUNDING)
    assert fit.new.central.high - fit.new.central.low > fit.mu.central.high - fit.mu.central.low


@settings(max_examples=10, deadline=None)
@given(studies(), st.sampled_from([1e-60, 1e-3, 1e3, 1e60]), st.floats(-50.0, 50.0))
def test_units_and_origin_are_the_readers_business(
    data: tuple[np.ndarray, np.ndarray], unit: float, shift: float
) -> None:
    y, v = data
    one = bayes_pool(y, v, tau_prior=HalfCauchy(0.5), mu_prior=NormalPrior(0.1, 2.0))
    other = bayes_pool(
        (y + shift) * unit,
        v * unit**2,
        tau_prior=HalfCauchy(0.5 * unit),
        mu_prior=NormalPrior((0.1 + shift) * unit, 2.0 * unit),
        null=shift * unit,
    )
    np.testing.assert_allclose(other.mu.median / unit - shift, one.mu.median, atol=1e-8)
    np.testing.assert_allclose(other.tau.median / unit, one.tau.median, rtol=1e-8)
    np.testing.assert_allclose(other.new.shortest.high / unit - shift, one.new.shortest.high, atol=1e-7)
    np.testing.assert_allclose(other.below_null, one.below_null, atol=1e-9)


@settings(max_examples=5, deadline=None)
@given(st.lists(studies(), min_size=2, max_size=3), st.sampled_from(PRIORS))
def test_a_batch_is_a_loop(sets: list[tuple[np.ndarray, np.ndarray]], prior: TauPrior) -> None:
    y, v = np.full((len(sets), 8), np.nan), np.full((len(sets), 8), np.nan)
    for i, (yi, vi) in enumerate(sets):
        y[i, 1 : yi.size + 1], v[i, 1 : vi.size + 1] = yi, vi
    batch = bayes_pool(y, v, tau_prior=prior)
    for i, (yi, vi) in enumerate(sets):
        one = bayes_pool(yi[::-1], vi[::-1], tau_prior=prior)
        assert batch.k[i] == one.k
        np.testing.assert_allclose(batch.mu.shortest.low[i], one.mu.shortest.low, atol=1e-7)
        np.testing.assert_allclose(batch.tau.central.high[i], one.tau.central.high, rtol=1e-8)
        np.testing.assert_allclose(batch.new.mean[i], one.new.mean, atol=1e-8)


@settings(max_examples=8, deadline=None)
@given(studies(), st.sampled_from(PRIORS))
def test_studies_shrink_towards_the_mean(data: tuple[np.ndarray, np.ndarray], prior: TauPrior) -> None:
    y, v = data
    each = bayes_blups(np.append(y, np.nan), np.append(v, 1.0), tau_prior=prior)
    assert np.isnan(each.mean[-1])
    lowest, highest = np.argmin(y), np.argmax(y)
    assert each.mean[lowest] >= y[lowest]
    assert each.mean[highest] <= y[highest]
    assert (each.central.low[:-1] < each.median[:-1]).all()


def test_what_has_no_answer() -> None:
    nan = np.nan
    y = np.array([[nan, nan, nan], [0.1, 0.2, nan], [0.1, 0.2, 0.5], [0.1, 0.2, 0.5], [0.1, 0.2, 0.5]])
    v = np.array([[0.1, 0.1, 0.1], [0.1, 0.1, nan], [0.1, 0.0, 0.1], [0.1, -1.0, 0.1], [0.1, 0.1, 0.1]])
    fit = bayes_pool(y, v, tau_prior=Uniform())
    assert [Status(s).name for s in fit.status] == [
        "NO_STUDIES", "NOT_ESTIMABLE", "ZERO_VARIANCE", "BAD_INPUT", "OK",
    ]  # fmt: skip
    assert np.isnan(fit.mu.median[:4]).all()
    assert np.isfinite(fit.mu.median[4])
    assert bayes_pool(y[1], v[1], tau_prior=HalfNormal(1.0)).status == Status.OK


@pytest.mark.parametrize("make", [lambda: HalfNormal(0.0), lambda: HalfCauchy(-1.0), lambda: Uniform(float("nan"))])
def test_a_prior_needs_a_scale(make: object) -> None:
    with pytest.raises(StatsInputError, match="positive"):
        make()  # type: ignore[operator]


def test_a_level_is_a_fraction() -> None:
    with pytest.raises(StatsInputError, match=r"0\.95"):
        bayes_pool([0.1], [0.1], tau_prior=HalfNormal(1.0), level=195)
