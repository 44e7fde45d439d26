"""Where there is no asymmetry to be seen: one precision for all, or one effect."""

from __future__ import annotations

import numpy as np
import pytest

from metafit import egger, pet_peese, trim_and_fill

EFFECTS = [0.31, -0.2, 0.55, 0.1, 0.42, -0.05, 0.27, 0.6, 0.13, 0.38, 0.02, 0.49]


@pytest.mark.parametrize("apart", [0.0, 1e-15, 1e-9])
@pytest.mark.parametrize("variance", [0.0731, 1e-8, 3e5])
def test_no_line_goes_through_equal_precisions(apart: float, variance: float) -> None:
    vi = np.full(len(EFFECTS), variance)
    vi[0] *= 1.0 + apart
    line = egger(EFFECTS, vi)
    assert np.isnan([line.slope, line.se, line.p, line.limit]).all()
    found = pet_peese(EFFECTS, vi)
    assert np.isnan([found.pet.slope, found.peese.slope, found.estimate]).all()


@pytest.mark.parametrize("estimator", ["L0", "R0"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("effect", [0.5, -0.1, 1 / 3, 1e-9])
def test_of_identical_effects_none_is_missing(estimator: str, side: str, effect: float) -> None:
    """Whatever rounding leaves between them and their mean."""
    vi = 1.0 / np.arange(3.0, 16.0)
    found = trim_and_fill(np.full(vi.size, effect), vi, estimator=estimator, side=side)  # type: ignore[arg-type]  # words of a table
    assert found.missing == 0
    assert found.converged
