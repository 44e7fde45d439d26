"""Where a method has no answer, a status says so: never an exception, never a number that looks like one."""

from __future__ import annotations

import numpy as np
import pytest

from metafit import Status, influence, pool_network, trim_and_fill


@pytest.mark.parametrize("k", [0, 1])
def test_influence_needs_two_studies(k: int) -> None:
    found = influence(np.full(k, 0.1), np.full(k, 0.1))
    assert found.status == (Status.NO_STUDIES, Status.NOT_ESTIMABLE)[k]
    assert not found.influential.any()


def test_influence_of_two_studies_is_ok() -> None:
    assert influence([0.1, 0.4], [0.1, 0.2]).status == Status.OK


def test_contrasts_that_no_independent_arms_can_have() -> None:
    """Arms A to D with variances of contrasts from 0.1 and 0.2: the arm D would need -0.05 or less."""
    pairs = [("A", "B"), ("A", "C"), ("B", "C"), ("A", "D"), ("B", "D"), ("C", "D")]
    treated, control = [p[0] for p in pairs], [p[1] for p in pairs]
    effects = dict(zip("ABCD", (0.4, 0.3, 0.2, 0.0), strict=True))
    yi = [effects[a] - effects[b] for a, b in pairs]
    arms = dict(zip("ABCD", (0.1, 0.1, 0.1, -0.05), strict=True))
    impossible = [arms[a] + arms[b] for a, b in pairs]
    assert pool_network(["s"] * 6, treated, control, yi, impossible).status == Status.BAD_INPUT
    arms["D"] = 0.02
    possible = [arms[a] + arms[b] for a, b in pairs]
    assert pool_network(["s"] * 6, treated, control, yi, possible).status == Status.OK


def test_trimming_all_but_two_studies_says_nothing() -> None:
    found = trim_and_fill([0.62, -1.16, 2.3], [0.9, 0.07, 0.45], side="left", force=True)
    assert found.status == Status.NOT_ESTIMABLE and not found.converged
    assert not found.filled.any() and found.fit.k == 3
