"""A selection model whose likelihood has no curvature that can be computed says so."""

from __future__ import annotations

import numpy as np
import pytest

from metafit import Status, selection_model


@pytest.mark.parametrize("k", [20, 27, 60])
def test_studies_that_say_the_same_many_times_are_no_error(k: int) -> None:
    """Effects far on one side and all alike: the weights run away from what can be computed."""
    effects = np.array([-0.98, -0.39, 0.0, *np.full(k, -1.9)])
    found = selection_model(effects, np.array([1.2, 0.4, 0.9, *np.full(k, 0.3)]))
    assert found.status in (Status.OK, Status.NOT_CONVERGED, Status.NOT_ESTIMABLE)
    assert (found.status == Status.OK) == bool(np.isfinite(found.se))


def test_a_likelihood_without_curvature_does_not_converge(monkeypatch: pytest.MonkeyPatch) -> None:
    import metafit.bias.selection as module

    monkeypatch.setattr(module, "_information", lambda *_: np.full((2, 2), np.nan))
    rng = np.random.default_rng(1)
    found = selection_model(rng.normal(0.3, 0.3, 20), rng.uniform(0.01, 0.1, 20))
    assert found.status == Status.NOT_CONVERGED
    assert np.isnan(found.estimate)


@pytest.mark.parametrize("unit", [2.0**-20, 2.0**20])
def test_units_change_nothing_else(unit: float) -> None:
    """metafor 3.8.1's selmodel ends lower where effects are a millionth: its starts, like ours before, had a size."""
    rng = np.random.default_rng(3)
    y, v = rng.normal(0.1, 0.3, 20), rng.uniform(0.01, 0.1, 20)
    one, other = selection_model(y, v), selection_model(y * unit, v * unit**2)
    assert one.status == other.status == Status.OK
    assert other.estimate / unit == pytest.approx(one.estimate, rel=1e-9)
    assert other.tau2 / unit**2 == pytest.approx(one.tau2, rel=1e-9)
    assert other.log_likelihood + 20 * np.log(unit) == pytest.approx(one.log_likelihood, rel=1e-9)
    np.testing.assert_allclose(other.delta, one.delta, rtol=1e-9)


def test_a_likelihood_that_ends_level_has_its_limit() -> None:
    """One study has nearly all the weight and the others are all on one side of the step: any large weight will do."""
    found = selection_model([0.4928, -0.4249, 0.4056, 0.3065], [1.399e-06, 0.2249, 0.1374, 0.03053])
    assert found.status == Status.OK
    assert found.delta[1] == np.inf and np.isnan(found.se_delta[1])
    assert found.estimate == pytest.approx(0.4928, abs=1e-4)
    assert found.se == pytest.approx(np.sqrt(1.399e-06), rel=1e-3)


def test_a_likelihood_that_rises_for_ever_has_no_answer() -> None:
    """All but one lie far beyond the step: the mean runs away with the weight, and so would any number given here."""
    effects = [-0.9040736846041196, -0.8233525851064476, 86.98496907787425]
    found = selection_model(effects, [0.08517280153843908, 0.1990515971628927, 0.042719277580187454], steps=(0.5,))
    assert found.status == Status.NOT_ESTIMABLE
    assert np.isnan(found.estimate)
