"""Permutation tests: against every arrangement spelled out, under changes of unit, sign and order, and by chance."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import OneArm, StatsInputError, permutation_test, pool, pool_counts, regress

#: Statistics this close are one and the same arrangement, read in another order.
TIE = 1.5e-8


@st.composite
def studies(draw: st.DrawFn, most: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = draw(st.integers(4, most))
    v = np.exp(rng.normal(-2.0, 0.7, k))
    x = rng.integers(0, 3, k).astype(float)
    x[:2] = 0.0, 1.0
    return rng.normal(0.2, np.sqrt(v + 0.1)), v, x


@settings(max_examples=15, deadline=None)
@given(studies(), st.sampled_from([("REML", "z"), ("DL", "adhoc"), ("FE", "z")]))
def test_every_change_of_sign_one_by_one(data: tuple[np.ndarray, ...], model: tuple[str, str]) -> None:
    y, v, _ = data
    method, test = model
    fit = pool(y, v, method=method, test=test)
    by_hand = [pool(y * signs, v, method=method, test=test).statistic for signs in product((1, -1), repeat=y.size)]
    found = permutation_test(fit, exact=True)
    assert found.permutations == 2**y.size and found.seed is None
    assert found.p[0] == np.mean(np.abs(by_hand) >= abs(fit.statistic) - TIE)


@settings(max_examples=8, deadline=None)
@given(studies(most=5))
def test_every_order_one_by_one(data: tuple[np.ndarray, ...]) -> None:
    y, v, x = data
    fit = regress(y, v, x)
    by_hand = [regress(y, v, x[list(order)]) for order in permutations(range(y.size))]
    found = permutation_test(fit, exact=True)
    statistics = np.abs([one.statistic for one in by_hand])
    np.testing.assert_allclose(found.p, (statistics >= np.abs(fit.statistic) - TIE).mean(0), rtol=1e-12)
    whole = np.array([one.qm for one in by_hand])
    assert found.qm_p == pytest.approx((whole >= fit.qm - TIE).mean(), rel=1e-12)
    assert found.permutations * np.prod(
        [np.prod(np.arange(1, n + 1)) for n in np.unique(x, return_counts=True)[1]]
    ) == len(by_hand)


@settings(max_examples=15, deadline=None)
@given(studies(), st.floats(0.01, 100), st.randoms(use_true_random=False))
def test_unit_sign_and_order_change_nothing(data: tuple[np.ndarray, ...], unit: float, rnd: object) -> None:
    y, v, x = data
    mixed = np.arange(y.size)
    rnd.shuffle(mixed)  # type: ignore[attr-defined]
    one = permutation_test(regress(y, v, x, method="DL"), exact=True)
    other = permutation_test(regress(-unit * y[mixed], unit**2 * v[mixed], 3.0 - x[mixed], method="DL"), exact=True)
    assert one.p[1] == other.p[1] and one.qm_p == other.qm_p
    pooled = permutation_test(pool(y, v, method="DL"), exact=True)
    assert pooled.p == permutation_test(pool(-unit * y[mixed], unit**2 * v[mixed], method="DL"), exact=True).p


def test_random_arrangements_come_close_to_all() -> None:
    """10,000 draws: within four standard errors of the share among all."""
    rng = np.random.default_rng(5)
    y, v = rng.normal(0.15, 0.4, 14), rng.uniform(0.05, 0.2, 14)
    x = np.repeat([0.0, 1.0], 7)
    for fit in (pool(y, v), regress(y, v, x)):
        whole, some = permutation_test(fit, exact=True), permutation_test(fit, draws=2_000, seed=3)
        assert whole.exact and not some.exact and some.seed == 3
        error = np.sqrt(whole.p * (1.0 - whole.p) / some.permutations)
        assert (np.abs(some.p - whole.p) < 4.0 * error).all()
        np.testing.assert_array_equal(some.p, permutation_test(fit, draws=2_000, seed=3).p)
        assert (some.p != permutation_test(fit, draws=2_000, seed=4).p).any()
        np.testing.assert_allclose(some.draws[0], fit.statistic)  # the observed one is the first


def test_few_arrangements_are_all_tried() -> None:
    fit = pool([0.4, 0.6, 0.3, 0.5], [0.04, 0.05, 0.03, 0.06])
    assert permutation_test(fit, draws=16).exact and not permutation_test(fit, draws=15).exact
    assert "all 16 changes of sign" in str(permutation_test(fit))
    assert "15 changes of sign, drawn with seed 7" in str(permutation_test(fit, draws=15, seed=7))


def test_absent_studies_are_not_arranged() -> None:
    fit = regress([0.1, np.nan, 0.5, 0.3, 0.9], [0.1, 0.1, 0.1, 0.2, 0.1], [1.0, 2.0, 3.0, np.nan, 5.0])
    assert permutation_test(fit).permutations == 6
    assert permutation_test(pool([0.1, np.nan, 0.3], [0.1] * 3)).permutations == 4
    assert np.isnan(permutation_test(pool([], [])).p[0])


def test_calls_without_meaning_are_refused() -> None:
    long = pool(np.linspace(0, 1, 40), np.full(40, 0.1))
    for call, told in (
        (lambda: permutation_test(long, exact=True), "1099511627776 arrangements"),
        (lambda: permutation_test(long, draws=0), "must be 1 or more"),
        (lambda: permutation_test(pool([[0.1, 0.2]], [[0.1, 0.1]])), "not a batch"),
        (lambda: permutation_test(pool_counts(OneArm([1, 2, 3], [9, 9, 9]), measure="PLO")), "one analysis|rearrange"),
        (lambda: permutation_test(regress([0.1, 0.2, 0.4], [0.1] * 3, np.empty((3, 0)))), "no moderator"),
    ):
        with pytest.raises(StatsInputError, match=told):
            call()


@pytest.mark.parametrize(("effect", "k"), [(0.5, 4), (-0.2, 6), (1 / 3, 5)])
def test_identical_effects_are_as_far_from_none_as_any_signs_are(effect: float, k: int) -> None:
    """R: permutest(rma(rep(0.5, 4), ..., test = "knha"), exact = TRUE) has p 0.125, 2 of 16."""
    fit = pool(np.full(k, effect), 0.1 + 0.01 * np.arange(k), test="knha")
    assert float(permutation_test(fit, exact=True).p[0]) == 2.0 / 2**k
