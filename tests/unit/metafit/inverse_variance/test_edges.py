"""Nothing, one, two, identical, zero, tiny, huge: a number that is right, or NaN and a reason."""

from __future__ import annotations

import numpy as np
import pytest

import metafit as stats
from metafit import StatsInputError, Status, pool

NAN = float("nan")
METHODS = ("FE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("yi", "vi", "status"),
    [
        ([], [], Status.NO_STUDIES),
        ([NAN], [1.0], Status.NO_STUDIES),
        ([1.0, 2.0], [0.0, 1.0], Status.ZERO_VARIANCE),
        ([1.0, 2.0], [-1.0, 1.0], Status.BAD_INPUT),
        ([1.0, np.inf], [1.0, 1.0], Status.BAD_INPUT),
        ([1.0, 2.0], [1.0, np.inf], Status.BAD_INPUT),
    ],
)
def test_no_answer_is_nan_with_a_reason(method: str, yi: list[float], vi: list[float], status: Status) -> None:
    fit = pool(yi, vi, method=method)
    assert fit.status == status
    assert not fit.ok
    numbers = [fit.estimate, fit.se, fit.p, fit.ci_low, fit.tau2, fit.heterogeneity.q_p, fit.prediction.high]
    assert np.isnan(numbers).all()


@pytest.mark.parametrize("method", METHODS)
def test_one_study_is_that_study(method: str) -> None:
    fit = pool([NAN, 1.5], [1.0, 4.0], method=method)
    assert fit.status == Status.SINGLE_STUDY
    assert (fit.estimate, fit.se, fit.tau2, fit.heterogeneity.i2) == (1.5, 2.0, 0.0, 0.0)
    assert fit.ci_high == pytest.approx(1.5 + 2.0 * 1.959963984540054)
    assert np.isnan(fit.prediction.low)


@pytest.mark.parametrize("method", METHODS)
def test_identical_studies(method: str) -> None:
    fit = pool([2.0, 2.0, 2.0], [1.0, 1.0, 1.0], method=method)
    assert fit.status == Status.OK
    assert (fit.estimate, fit.tau2, fit.heterogeneity.q) == (2.0, 0.0, 0.0)
    assert fit.se == pytest.approx(3**-0.5)
    if method != "FE":
        # metafor gives a standard error of 0 here; a zero-width interval is never an answer.
        bare = pool([2.0, 2.0], [1.0, 1.0], method=method, test="knha")
        assert bare.status == Status.NO_STANDARD_ERROR and not bare.ok
        assert (bare.estimate, bare.tau2, bare.heterogeneity.q) == (2.0, 0.0, 0.0)
        assert np.isnan([bare.se, bare.ci_low, bare.p]).all()


@pytest.mark.parametrize("unit", [1e-150, 1e150])
@pytest.mark.parametrize("method", METHODS)
def test_variances_near_the_ends_of_floating_point(method: str, unit: float) -> None:
    y, v = np.array([1.0, 2.0, 5.0]), np.array([1.0, 2.0, 1.0])
    plain, extreme = pool(y, v, method=method), pool(y * unit, v * unit * unit, method=method)
    assert extreme.estimate / unit == pytest.approx(plain.estimate, rel=1e-12)
    assert extreme.tau2 / unit / unit == pytest.approx(plain.tau2, rel=1e-12)


@pytest.mark.parametrize("method", ["REML", "ML", "PM", "DL", "HE"])
def test_a_dominant_study_loses_no_digits(method: str) -> None:
    """Variances 300 powers of ten apart, and the neighbours of such a row in its batch."""
    fit = pool([[1.0, 2.0, 5.0], [1.0, 2.0, 5.0]], [[1e-300, 1.0, 1e300], [1.0, 2.0, 1.0]], method=method, test="z")
    assert fit.estimate[0] == 1.0
    assert fit.se[0] == pytest.approx(1e-150)
    assert fit.estimate[1] == pytest.approx(pool([1.0, 2.0, 5.0], [1.0, 2.0, 1.0], method=method).estimate)


def test_effects_beyond_floating_point_are_refused() -> None:
    assert pool([1e200, -1e200, 3.0], [1.0, 1.0, 1.0]).status == Status.NOT_ESTIMABLE


def test_a_batch_keeps_its_shape() -> None:
    fit = pool(np.zeros((2, 0, 3)), np.ones((2, 0, 3)))
    assert fit.estimate.shape == (2, 0)
    assert pool(np.arange(12.0).reshape(2, 2, 3), np.ones(3)).tau2.shape == (2, 2)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"method": "REMLL"}, "method: 'REMLL' is not one of"),
        ({"test": "f"}, "test: 'f' is not one of"),
        ({"method": "FE", "test": "knha"}, "needs a random-effects method"),
        ({"method": "EE", "test": "adhoc"}, "needs a random-effects method"),
        ({"level": 195}, "between 0 and 100"),
    ],
)
def test_calls_without_meaning(options: dict[str, object], told: str) -> None:
    with pytest.raises(StatsInputError, match=told):
        pool([1.0, 2.0], [1.0, 1.0], **options)  # type: ignore[arg-type]


def test_shapes_that_do_not_match() -> None:
    with pytest.raises(StatsInputError, match="do not match"):
        pool([1.0, 2.0], [1.0, 1.0, 1.0])
    with pytest.raises(StatsInputError, match="last axis"):
        pool(1.0, 1.0)
    with pytest.raises(StatsInputError, match="yi: give numbers"):
        pool(["a"], [1.0])  # type: ignore[list-item]


def test_regression_says_when_it_cannot() -> None:
    y, v = [1.0, 2.0, 3.0, 4.5], [1.0, 1.0, 1.0, 1.0]
    assert stats.regress(y, v, [1, 1, 1, 1]).status == Status.NOT_ESTIMABLE
    assert stats.regress(y[:2], v[:2], [1, 2]).status == Status.NOT_ESTIMABLE
    assert stats.regress(y, [1.0, 0.0, 1.0, 1.0], [1, 2, 3, 4]).status == Status.ZERO_VARIANCE
    absent = stats.regress(y, v, [1, 2, 3, NAN])
    assert absent.k == 3
    with pytest.raises(StatsInputError, match="does not match 4 studies"):
        stats.regress(y, v, [1, 2, 3])


def test_agreement_beyond_chance_has_the_empty_interval() -> None:
    """As metafor's confint, which prints it as 0 to 0."""
    found = stats.heterogeneity_intervals([1.0, 1.01, 1.02, 1.0], [1.0, 1.0, 1.0, 1.0])
    assert (found.tau2.low, found.tau2.high, found.h2.high) == (0.0, 0.0, 1.0)


def test_asymmetry_is_refused_below_ten_studies() -> None:
    y, v = np.linspace(0, 1, 9), np.linspace(0.1, 0.5, 9)
    for function in (stats.egger, stats.trim_and_fill):
        with pytest.raises(stats.TooFewStudiesError, match="there are 9"):
            function(y, v)
        assert function(y, v, force=True)


def test_gosh_draws_the_same_subsets_for_the_same_seed() -> None:
    y, v = np.linspace(0, 1, 20), np.full(20, 0.1)
    first, second = stats.gosh(y, v, most=50, seed=3), stats.gosh(y, v, most=50, seed=3)
    assert not first.complete
    assert first.subsets.shape == (50, 20)
    assert first.subsets.any(1).all()
    np.testing.assert_array_equal(first.fit.estimate, second.fit.estimate)
    assert stats.gosh(y[:4], v[:4]).subsets.shape == (15, 4)
