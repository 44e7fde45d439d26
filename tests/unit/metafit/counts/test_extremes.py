"""Where other software stops: empty arms, full arms, one or two studies, ten million people."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import binom, norm, poisson

from metafit import StatsInputError, Status, pool
from metafit.counts.conditional import conditional
from metafit.counts.data import OneArm, TwoArms
from metafit.counts.exact import exact_proportion, exact_rate, rule_of_three, zero_upper
from metafit.counts.pooling import pool_counts

TOL = 1e-6


@pytest.mark.parametrize(
    ("events", "total", "status"),
    [
        ([0, 0, 0], [10, 20, 30], Status.NOT_ESTIMABLE),
        ([10, 20, 30], [10, 20, 30], Status.NOT_ESTIMABLE),
        ([0, 10], [10, 10], Status.NOT_ESTIMABLE),  # tau runs away
        ([], [], Status.NO_STUDIES),
        ([np.nan], [np.nan], Status.NO_STUDIES),
        ([-1, 2], [10, 10], Status.BAD_INPUT),
        ([11, 2], [10, 10], Status.BAD_INPUT),
        ([1.5, 2], [10, 10], Status.BAD_INPUT),
        ([0, 2], [0, 10], Status.BAD_INPUT),
        ([1, 2], [10, np.inf], Status.BAD_INPUT),
        ([0], [10], Status.NOT_ESTIMABLE),
    ],
)
def test_no_number_where_there_is_none(events: list[float], total: list[float], status: Status) -> None:
    fit = pool_counts(OneArm(events, total), measure="PLO")
    assert fit.status == status
    assert np.isnan(fit.estimate) and np.isnan(fit.ci_low) and np.isnan(fit.tau2)


@pytest.mark.parametrize("method", ["GLMM", "MH", "PETO"])
@pytest.mark.parametrize(
    ("table", "status"),
    [
        (TwoArms([0, 0], [10, 20], [0, 0], [10, 20]), None),
        (TwoArms([10, 20], [10, 20], [10, 20], [10, 20]), None),
        (TwoArms([], [], [], []), Status.NO_STUDIES),
        (TwoArms([3, 1], [10, 20], [-1, 0], [10, 20]), Status.BAD_INPUT),
    ],
)
def test_no_odds_ratio_where_there_is_none(method: str, table: TwoArms, status: Status | None) -> None:
    fit = pool_counts(table, measure="OR", method=method)  # type: ignore[arg-type]
    assert not fit.ok
    assert np.isnan(fit.estimate)
    assert status is None or fit.status == status


@pytest.mark.parametrize("model", ["UM.FS", "UM.RS"])
def test_all_events_in_one_arm_have_no_finite_ratio(model: str) -> None:
    table = TwoArms([3, 1, 0], [50, 50, 50], [0, 0, 0], [50, 50, 50])
    fit = pool_counts(table, measure="OR", model=model)  # type: ignore[arg-type]
    assert fit.status == Status.NOT_ESTIMABLE
    assert pool_counts(table, measure="OR", method="MH").status == Status.NOT_ESTIMABLE
    assert np.isfinite(pool_counts(table, measure="OR", method="PETO").estimate)


def test_a_single_study_is_itself() -> None:
    fit = pool_counts(OneArm([7], [12]), measure="PLO")
    assert fit.status == Status.SINGLE_STUDY
    assert fit.estimate == pytest.approx(np.log(7 / 5), rel=TOL)
    assert fit.se == pytest.approx(np.sqrt(1 / 7 + 1 / 5), rel=TOL)
    assert fit.tau2 == 0 and np.isnan(fit.prediction.low)
    ratio = pool_counts(TwoArms([7], [100.0], [5], [80.0]), measure="IRR")
    assert ratio.estimate == pytest.approx(np.log((7 / 100) / (5 / 80)), rel=TOL)


def test_two_studies_have_one_degree_of_freedom() -> None:
    fit = pool_counts(OneArm([7, 30], [12, 100]), measure="PLO")
    assert fit.status == Status.OK and fit.df == 1
    # t on 1 df is honest about how little two studies say
    assert fit.ci_high - fit.estimate == pytest.approx(12.706204736 * float(fit.se), rel=1e-8)


def test_studies_without_events_in_either_arm_say_nothing_about_a_ratio() -> None:
    with_zero = TwoArms([3, 5, 0], [50, 60, 40], [6, 9, 0], [50, 60, 40])
    without = TwoArms([3, 5], [50, 60], [6, 9], [50, 60])
    for measure, method in (("OR", "GLMM"), ("OR", "PETO"), ("OR", "MH"), ("RR", "MH")):
        a = pool_counts(with_zero, measure=measure, method=method)  # type: ignore[arg-type]
        b = pool_counts(without, measure=measure, method=method)  # type: ignore[arg-type]
        assert a.estimate == pytest.approx(b.estimate, rel=TOL)
        assert a.se == pytest.approx(b.se, rel=TOL)


def test_huge_counts_become_the_normal_model() -> None:
    rng = np.random.default_rng(3)
    n = np.full(12, 1e7)
    y = rng.binomial(10_000_000, 1 / (1 + np.exp(-rng.normal(-3, 0.4, 12)))).astype(float)
    fit = pool_counts(OneArm(y, n), measure="PLO", test="z")
    normal = pool(np.log(y / (n - y)), 1 / y + 1 / (n - y), method="ML", test="z")
    assert fit.estimate == pytest.approx(float(normal.estimate), abs=1e-5)
    assert fit.tau2 == pytest.approx(float(normal.tau2), rel=1e-4)
    assert fit.se == pytest.approx(float(normal.se), rel=1e-4)


def test_one_event_in_ten_million() -> None:
    fit = pool_counts(OneArm([2, 0, 1, 0, 3], [1e7] * 5), measure="PLO", test="z")
    assert fit.status == Status.OK
    assert 1e-8 < 1 / (1 + np.exp(-float(fit.estimate))) < 1e-6


def test_the_binomial_maximum_agrees_with_brute_force() -> None:
    y, n = np.array([0, 2, 9, 4]), np.array([20, 30, 25, 40])

    u = np.linspace(-12, 12, 4001)  # the trapezoid rule is exact to rounding for so smooth an integrand

    def minus(p: np.ndarray) -> float:
        chance = 1 / (1 + np.exp(-p[0] - p[1] * u))
        each = binom.pmf(y[:, None], n[:, None], chance) * norm.pdf(u)
        return -float(np.log(each.sum(-1) * (u[1] - u[0])).sum())

    best = minimize(minus, [-1.5, 1.0], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-11})
    fit = pool_counts(OneArm(y, n), measure="PLO", nagq=40)
    assert fit.estimate == pytest.approx(best.x[0], abs=1e-5)
    assert fit.tau2 == pytest.approx(best.x[1] ** 2, abs=2e-5)
    assert fit.loglik == pytest.approx(-best.fun, abs=1e-8)


def test_the_poisson_log_likelihood_carries_its_constant() -> None:
    y, t = np.array([3, 8, 2]), np.array([100.0, 210.0, 40.0])
    fit = pool_counts(OneArm(y, t), measure="IRLN", nagq=40)
    mu, tau = float(fit.estimate), float(np.sqrt(fit.tau2))
    total = 0.0
    for i in range(3):
        total += np.log(quad(lambda u, i=i: poisson.pmf(y[i], t[i] * np.exp(mu + tau * u)) * norm.pdf(u), -12, 12)[0])
    assert fit.loglik == pytest.approx(total, abs=1e-7)


def test_zero_of_n() -> None:
    assert zero_upper(30, sides=2) == pytest.approx(float(exact_proportion(0, 30).high), rel=1e-12)
    assert zero_upper(100) == pytest.approx(1 - 0.05 ** (1 / 100), rel=1e-12)
    assert rule_of_three(100) == 0.03
    # the rule is a round stand-in for the one-sided bound, and never below it
    n = np.array([30, 100, 1e4, 2.2e6])
    assert np.all(rule_of_three(n) >= zero_upper(n)) and np.all(rule_of_three(n) < 1.06 * zero_upper(n))


def test_exact_intervals_refuse_what_cannot_be() -> None:
    assert np.isnan(exact_proportion([5, -1, 3], [4, 10, 0]).high).all()
    assert np.isnan(exact_rate([-1, 2], [10, 0]).low).all()
    assert exact_proportion(10, 10).high == 1 and exact_proportion(0, 10).low == 0


def test_calls_without_meaning_are_refused() -> None:
    two = TwoArms([1, 2], [10, 10], [2, 3], [10, 10])
    for kwargs in (
        {"measure": "RR"},
        {"measure": "PLO"},
        {"measure": "OR", "method": "MH", "test": "t"},
        {"measure": "OR", "method": "median"},
        {"measure": "OR", "model": "CM.XX"},
        {"measure": "IRR", "model": "CM.EL"},
        {"measure": "OR", "level": 195},
        {"measure": "OR", "nagq": 0},
    ):
        with pytest.raises(StatsInputError):
            pool_counts(two, **kwargs)  # type: ignore[arg-type]
    with pytest.raises(StatsInputError, match="one shape"):
        pool_counts(OneArm([1, 2, 3], [10, 10]), measure="PLO")


def test_the_higher_of_two_maxima_whichever_arm_is_called_treated() -> None:
    """rma.glmm(measure="OR", ai=c(3,3,120), n1i=c(11,10,358), ci=c(124,107,89), n2i=c(245,237,94), model="UM.FS").

    R 4.2.2, metafor 3.8.1: -1.88862, tau2 1.0646. The common effect, -2.78, is a maximum too, and lower.
    """
    treated, control = ([3, 3, 120], [11, 10, 358]), ([124, 107, 89], [245, 237, 94])
    for table, sign in ((TwoArms(*treated, *control), 1.0), (TwoArms(*control, *treated), -1.0)):
        fit = pool_counts(table, measure="OR")
        assert float(fit.estimate) == pytest.approx(sign * -1.88862, abs=1e-5)
        assert float(fit.tau2) == pytest.approx(1.0646, abs=1e-4)


def test_the_exact_conditional_model_of_many_studies() -> None:
    """From 400 studies on one analysis was divided into parts without any study."""
    x, c = np.array([3.0, 1.0, 4.0, 2.0] * 150), np.array([1.0, 2.0, 2.0, 0.0] * 150)
    fits = [pool_counts(TwoArms(x, x * 0 + 6, c, x * 0 + 6), measure="OR", model=model) for model in ("CM.EL", "UM.FS")]
    assert all(fit.status == Status.OK and fit.k == 600 for fit in fits)
    assert 0.9 < float(fits[0].estimate) < float(fits[1].estimate)  # which takes a parameter for each study


def test_the_exact_conditional_model_is_bounded() -> None:
    """Its work grows with the people: a small table of very large trials must not fill the memory."""
    y, n = np.full((10, 2), 5e8), np.full((10, 2), 1e9)
    with pytest.raises(StatsInputError, match="too many"):
        conditional(y, n, 0.0, 0.1)


@pytest.mark.parametrize("measure", ["RR", "RD"])
def test_mantel_haenszel_gives_no_error_of_rounding(measure: str) -> None:
    """Everybody had the event in both arms, or all of one arm and none of the other: nothing varies."""
    n, m = np.array([7.0, 11.0, 13.0, 97.0]), np.array([5.0, 17.0, 3.0, 89.0])
    assert pool_counts(TwoArms(n, n, m, m), measure=measure, method="MH").status == Status.NOT_ESTIMABLE
    assert pool_counts(TwoArms(n, n, 0 * m, m), measure=measure, method="MH").status == Status.NOT_ESTIMABLE


def test_one_arm_with_nearly_all_the_people_is_on_the_higher_hill() -> None:
    """At -3.276 with tau2 0.145, where `rma.glmm` stops, the log-likelihood is 1.36 lower by R's `integrate`."""
    fit = pool_counts(OneArm([2945, 1, 0, 5], [55197, 109, 16, 136]), measure="PLO")
    assert float(fit.estimate) == pytest.approx(np.log(2951 / (55458 - 2951)), abs=1e-9)
    assert fit.heterogeneity.tau2 == 0.0
