"""Absolute numbers stay within what can happen: from none to all of those counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metafit.absolute import absolute_effect

_RISK = st.floats(0.001, 0.999)
_EFFECT = st.floats(-4, 4)


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
@given(risk=_RISK, effects=st.tuples(_EFFECT, _EFFECT, _EFFECT))
def test_nobody_is_counted_twice(measure: str, risk: float, effects: tuple[float, float, float]) -> None:
    low, middle, high = sorted(effects)
    found = absolute_effect(measure, middle, low, high, baseline=risk)  # type: ignore[arg-type]
    for value in (found.treated, found.treated_low, found.treated_high):
        # Not a number where the effect is impossible at this risk.
        assert np.isnan(value) or 0 <= value <= found.per
    assert measure != "OR" or not np.isnan(found.treated)
