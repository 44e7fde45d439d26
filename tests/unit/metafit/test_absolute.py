"""Absolute effects against worked examples in print, and what must hold for any risk."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metafit import StatsInputError
from metafit.absolute import (
    Assumption,
    absolute_effect,
    number_needed,
    responders,
    smd_to_log_odds,
)

risk = st.floats(0.001, 0.999)


def test_cochrane_handbook_examples() -> None:
    """Handbook 5.1, 12.5.4.3: OR 0.73 at 0.3 is 62 fewer per 1000; 12.5.4.2: RR 0.92 at 0.3 is 24 fewer, NNT 42."""
    odds = absolute_effect("OR", np.log(0.73), np.log(0.6), np.log(0.9), baseline=0.3, per=1000)
    assert round(float(odds.difference)) == -62
    ratio = absolute_effect("RR", np.log(0.92), np.log(0.8), np.log(1.1), baseline=0.3, per=1000)
    assert round(float(ratio.difference)) == -24
    nnt = number_needed(ratio.difference / 1000, ratio.difference_low / 1000, ratio.difference_high / 1000, event="bad")
    assert np.ceil(nnt.value) == 42 and nnt.benefit and nnt.crosses


def test_altmans_interval_through_infinity() -> None:
    """BMJ 1998;317:1309 as discussed there: risk reduction -5 % to 25 % is NNTB 4 to infinity to NNTH 20."""
    nnt = number_needed(-0.10, -0.25, 0.05, event="bad")
    assert (nnt.value, nnt.best, nnt.worst) == pytest.approx((10, 4, 20))
    assert nnt.crosses and nnt.best_benefit and not nnt.worst_benefit
    clear = number_needed(0.2, 0.1, 0.25, event="good")
    assert not clear.crosses and (clear.best, clear.worst) == pytest.approx((4, 10)) and clear.worst_benefit
    assert np.isinf(number_needed(0, 0, 0, event="good").value)
    assert np.isnan(number_needed(1.2, 0, 0, event="good").value)


def test_odds_ratio_of_a_standardised_difference() -> None:
    log_odds, se = smd_to_log_odds(1.0, 0.5)
    assert log_odds == pytest.approx(1.81, abs=0.005)  # the factor as Chinn (2000) prints it
    assert se == pytest.approx(log_odds / 2)


def test_an_smd_moves_the_share_beyond_a_cut() -> None:
    half = absolute_effect("SMD", 0.5, 0.2, 0.8, baseline=0.5)
    assert half.treated == pytest.approx(69.146246, abs=1e-5)
    assert half.assumption is Assumption.NORMAL
    logistic = absolute_effect("SMD", 0.5, 0.2, 0.8, baseline=0.5, smd="logistic")
    as_odds = absolute_effect("OR", *(smd_to_log_odds(x)[0] for x in (0.5, 0.2, 0.8)), baseline=0.5)
    assert logistic.treated == pytest.approx(float(as_odds.treated))


def test_responders_from_mean_scores() -> None:
    # 0-10 pain from 6.0; untreated end at 4.2, which is exactly 30 % less, so half of them respond
    r = responders(6.0, 4.2, 2.0, -1.0, -1.8, -0.2)
    assert r.control == pytest.approx(50)
    assert r.treated == pytest.approx(69.146246, abs=1e-5)
    assert r.treated_low < r.treated < r.treated_high
    assert r.assumption is Assumption.GROUP_BASELINE
    assert np.isnan(responders(6.0, 4.2, 0.0, -1, -2, 0).treated)


@pytest.mark.parametrize(
    ("measure", "estimate", "baseline"), [("RR", np.log(3), 0.5), ("OR", 0.1, 1.0), ("RD", 0.6, 0.5)]
)
def test_an_impossible_risk_is_no_number(measure: str, estimate: float, baseline: float) -> None:
    out = absolute_effect(measure, estimate, estimate, estimate, baseline=baseline)  # type: ignore[arg-type]
    assert np.isnan(out.treated) and np.isnan(out.treated_low) and np.isnan(out.difference_high)


@given(risk, st.floats(-1, 1), st.floats(0.01, 1))
def test_risks_stay_risks_and_intervals_hold_their_estimate(p: float, effect: float, width: float) -> None:
    for measure in ("OR", "SMD"):
        out = absolute_effect(measure, effect, effect - width, effect + width, baseline=p)  # type: ignore[arg-type]
        assert 0 <= out.treated_low <= out.treated <= out.treated_high <= 100
        assert out.control + out.difference == pytest.approx(float(out.treated))
        assert (out.difference > 0) == (effect > 0) or abs(effect) < 1e-9


def test_arrays_and_refusals() -> None:
    many = absolute_effect("OR", [0.0, 0.5], [-1, 0], [1, 1], baseline=[[0.1], [0.4]])
    assert many.treated.shape == (2, 2) and many.treated[:, 0] == pytest.approx([10, 40])
    for bad in (
        lambda: absolute_effect("HR", 0, 0, 0, baseline=0.1),  # type: ignore[arg-type]
        lambda: absolute_effect("OR", 0, 0, 0, baseline=0.1, per=0),
        lambda: number_needed(0, 0, 0, event="maybe"),  # type: ignore[arg-type]
        lambda: responders(6, 4, 2, -1, -2, 0, fraction=30),
        lambda: absolute_effect("OR", [0, 1], [0, 1, 2], 0, baseline=0.1),
    ):
        with pytest.raises(StatsInputError):
            bad()
