"""Effect sizes beyond what escalc does: doubts, impossible rows, medians, intervals, and the way back."""

from __future__ import annotations

from decimal import Decimal, getcontext
from statistics import NormalDist

import numpy as np
import pytest

import metafit as stats
from metafit import WarningKind


def kinds(effects: stats.Effects) -> dict[WarningKind, tuple[int, ...]]:
    return {warning.kind: warning.rows for warning in effects.warnings}


def test_peto_gets_no_constant_unless_asked() -> None:
    """escalc adds 1/2, though the method exists to need none."""
    plain = stats.binary_effects("PETO", [0], [10], [2], [11])
    assert plain.warnings == ()
    asked = stats.binary_effects("PETO", [0], [10], [2], [11], add=0.5)
    assert WarningKind.ZERO_CELLS_ADJUSTED in kinds(asked)
    assert plain.yi[0] != asked.yi[0]


def test_impossible_rows_give_nothing() -> None:
    effects = stats.binary_effects("RR", [12, 1, -1], [10, 10, 10], [2, 2, 2], [11, 11, 11])
    np.testing.assert_array_equal(np.isnan(effects.yi), [True, False, True])
    assert kinds(effects)[WarningKind.IMPOSSIBLE] == (0, 2)
    assert np.isnan(stats.mean_effects("MD", 1, -2, 10, 2, 1, 10).yi)
    assert np.isnan(stats.single_rate_effects("IR", 3, 0).yi)


def test_no_events_in_either_arm_is_said() -> None:
    effects = stats.binary_effects("RR", [0, 3], [10, 10], [0, 2], [11, 11])
    assert kinds(effects)[WarningKind.NO_EVENTS] == (0,)
    dropped = stats.binary_effects("RR", [0, 3], [10, 10], [0, 2], [11, 11], drop_no_events=True)
    assert np.isnan(dropped.yi[0])


def test_a_standard_error_taken_for_a_standard_deviation_is_suspected() -> None:
    """Pain 3.1 (SE 0.2) against 4.0 (SE 0.2), 50 people each: read as SDs it would be an SMD of -4.5."""
    effects = stats.mean_effects("SMD", [3.1, 3.1], [0.2, 1.4], [50, 50], [4.0, 4.0], [0.2, 1.4], [50, 50])
    found = kinds(effects)
    assert found[WarningKind.LARGE_SMD] == (0,)
    assert found[WarningKind.SD_LOOKS_LIKE_SE] == (0,)
    one_arm = stats.mean_effects("MD", [3.1], [0.2], [50], [3.3], [1.4], [50])
    assert kinds(one_arm)[WarningKind.SD_LOOKS_LIKE_SE] == (0,)


def test_medians_follow_wan_and_luo() -> None:
    """Their formulas, worked for n = 25."""
    quartiles = stats.from_quartiles(2.0, 4.0, 9.0, 25)
    assert quartiles.mean == pytest.approx((0.7 + 0.39 / 25) * 5.5 + (0.3 - 0.39 / 25) * 4.0)
    assert quartiles.sd == pytest.approx(7.0 / (2 * NormalDist().inv_cdf(18.625 / 25.25)))
    whole = stats.from_range(0.0, 4.0, 12.0, 25)
    weight = 4.0 / (4.0 + 25**0.75)
    assert whole.mean == pytest.approx(weight * 6.0 + (1 - weight) * 4.0)
    assert np.isnan(stats.from_quartiles(5.0, 4.0, 9.0, 25).mean)


def test_medians_of_normal_samples_are_not_biased() -> None:
    samples = np.random.default_rng(0).normal(10.0, 3.0, (4000, 41))
    five = np.quantile(samples, [0, 0.25, 0.5, 0.75, 1], axis=1)
    for found in (
        stats.from_quartiles(five[1], five[2], five[3], 41),
        stats.from_range(five[0], five[2], five[4], 41),
        stats.from_five_numbers(*five, 41),
    ):
        assert found.mean.mean() == pytest.approx(10.0, abs=0.05)
        assert found.sd.mean() == pytest.approx(3.0, abs=0.08)


def test_change_scores_need_a_correlation() -> None:
    assert stats.sd_of_change(2.0, 2.0, 0.5) == pytest.approx(2.0)
    assert stats.sd_of_change(2.0, 2.0, 1.0) == 0.0
    assert np.isnan(stats.sd_of_change(2.0, 2.0, 1.5))
    assert stats.sd_from_se(0.4, 25) == pytest.approx(2.0)
    # Cochrane Handbook 6.5.2.2: for 25 people the interval is divided by 4.128, not by 3.92
    assert stats.sd_from_interval(30.0, 34.2, 25) == pytest.approx(5 * 4.2 / 4.128, rel=1e-4)
    assert stats.sd_from_interval(30.0, 34.2, 1e9, level=95) == pytest.approx(1e9**0.5 * 4.2 / 3.919928, rel=1e-6)
    assert np.isnan(stats.sd_from_interval([2.0, 1.0], [1.0, 2.0], [25, 1])).all()
    assert stats.sd_from_interval(1.0, 1.0, 25) == 0.0


def test_intervals_and_p_values_turn_back_into_themselves() -> None:
    given = stats.interval_effects(0.8, 0.5, 1.28, ratio=True)
    se = float(np.sqrt(given.vi))
    assert np.exp(given.yi - 1.959963984540054 * se) == pytest.approx(0.5)
    fit = stats.pool([0.3], [0.04])
    assert stats.p_value_effects(0.3, fit.p).vi == pytest.approx(0.04)
    t = stats.interval_effects(1.0, 1.0 - 2.2281388519649385, 1.0 + 2.2281388519649385, df=10)
    assert t.vi == pytest.approx(1.0)


def test_an_estimate_off_the_middle_of_its_interval_is_suspected() -> None:
    """A ratio given as if it were a difference: 0.8 (0.4 to 1.6)."""
    assert WarningKind.INTERVAL_NOT_CENTRED in kinds(stats.interval_effects([0.8], [0.4], [1.6]))
    assert not stats.interval_effects([0.8], [0.4], [1.6], ratio=True).warnings
    assert np.isnan(stats.interval_effects([3.0], [0.4], [1.6]).yi[0])


@pytest.mark.parametrize("measure", ["PR", "PLN", "PLO", "PAS", "PFT"])
def test_proportions_come_back(measure: str) -> None:
    effects = stats.proportion_effects(measure, [3, 20, 44], [50, 50, 50])
    np.testing.assert_allclose(stats.back_transform(measure, effects.yi, n=50), [0.06, 0.4, 0.88], rtol=1e-12)


def test_freeman_tukey_comes_back_at_its_ends() -> None:
    effects = stats.proportion_effects("PFT", [0, 10], [10, 10])
    np.testing.assert_allclose(stats.back_transform("PFT", effects.yi, n=10), [0.0, 1.0], atol=1e-15)
    rates = stats.single_rate_effects("IRFT", [0, 5], [10.0, 20.0])
    np.testing.assert_allclose(stats.back_transform("IRFT", rates.yi, n=[10.0, 20.0]), [0.0, 0.25], atol=1e-15)
    with pytest.raises(stats.StatsInputError, match="sample size"):
        stats.back_transform("PFT", effects.yi)


@pytest.mark.parametrize("df", [150.0, 199.0, 201.0, 1e4, 1e7])
def test_the_exact_correction_keeps_its_digits(df: float) -> None:
    """Against the gamma functions in 60 digits (Stirling's series)."""
    getcontext().prec = 60
    m = Decimal(df)
    exact = (log_gamma(m / 2) - (m / 2).ln() / 2 - log_gamma((m - 1) / 2)).exp()
    assert stats.hedges_factor(df) == pytest.approx(float(exact), rel=1e-13 if df > 200 else 1e-12)


def log_gamma(x: Decimal) -> Decimal:
    """Stirling's series for large x, without the constant, which cancels."""
    total = (x - Decimal("0.5")) * x.ln() - x
    coefficients = [Decimal(1) / 12, Decimal(-1) / 360, Decimal(1) / 1260, Decimal(-1) / 1680, Decimal(1) / 1188]
    return total + sum((c / x ** (2 * i + 1) for i, c in enumerate(coefficients)), Decimal(0))


def test_counts_that_are_not_whole_are_told() -> None:
    found = [
        stats.binary_effects("OR", [1.204, 3.0], [13.598, 30.0], [1.3, 4.0], [12.867, 40.0]),
        stats.proportion_effects("PLO", [0.12, 3.0], [204.0, 30.0]),
        stats.rate_effects("IRR", [1.5, 3.0], [10.5, 30.0], [1.0, 4.0], [12.5, 40.0]),
        stats.single_rate_effects("IRLN", [1.5, 3.0], [10.5, 30.5]),
    ]
    assert [[one.rows for one in e.warnings if one.kind is WarningKind.NOT_WHOLE] for e in found] == [[(0,)]] * 4
