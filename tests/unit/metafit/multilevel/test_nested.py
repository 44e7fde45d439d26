"""The closed form of nested groupings says what the general likelihood says."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from metafit.multilevel.fit import pool_multilevel
from metafit.multilevel.model import (
    MixedModel,
    cut,
    derivatives,
    identified,
    prepared,
    solve,
)
from metafit.multilevel.nested import Nested
from metafit.multilevel.search import maximise
from metafit.results import Status


def model_of(seed: int, *, restricted: bool, kind: str) -> MixedModel:
    rng = np.random.default_rng(seed)
    k = int(rng.integers(12, 40))
    outer = rng.integers(0, 5, k)
    inner = np.arange(k) if kind == "rows" else outer * 10 + rng.integers(0, 3, k)
    groups = {"one": [outer], "rows": [outer, inner], "groups": [outer, inner], "turned": [inner, outer]}[kind]
    x = np.column_stack([np.ones(k), rng.normal(size=k)])[:, : 1 + seed % 2]
    v = rng.uniform(0.05, 0.5, k)
    y = rng.normal(0, np.sqrt(v)) + rng.normal(0, 0.6, 5)[outer]
    return MixedModel(y, v, x, tuple(groups), restricted)


@pytest.mark.parametrize("kind", ["one", "rows", "groups", "turned"])
@pytest.mark.parametrize("restricted", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_the_same_numbers(kind: str, restricted: bool, seed: int) -> None:
    model = model_of(seed, restricted=restricted, kind=kind)
    fast, slow = prepared(model), cut(model)
    assert isinstance(fast, Nested)
    rng = np.random.default_rng(seed)
    for s in (np.zeros(len(model.parts)), *rng.uniform(0.0, 3.0, (3, len(model.parts)))):
        ours, theirs = solve(fast, s), solve(slow, s)
        assert ours.log_likelihood == pytest.approx(theirs.log_likelihood, rel=1e-11)
        np.testing.assert_allclose(ours.beta, theirs.beta, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(ours.cov, theirs.cov, rtol=1e-9)
        for one, other in zip(derivatives(fast, ours), derivatives(slow, theirs), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-9)
    (s, at, converged), (s2, at2, converged2) = maximise(fast), maximise(slow)
    assert converged and converged2
    assert at.log_likelihood == pytest.approx(at2.log_likelihood, rel=1e-11)
    np.testing.assert_allclose(s, s2, rtol=1e-5, atol=1e-7)


def test_no_digits_are_lost_beside_a_large_variance() -> None:
    model = model_of(2, restricted=True, kind="rows")
    tiny = MixedModel(model.y, model.v * 1e-9, model.x, model.parts, True)
    s = np.array([4e6, 0.3])
    assert solve(prepared(tiny), s).log_likelihood == pytest.approx(solve(cut(tiny), s).log_likelihood, rel=1e-9)


def test_q_beside_a_study_that_takes_all_the_weight() -> None:
    """Weighted least squares on one moderator, in fractions that round nothing."""
    y, x = [1000.3, 20.0, 51.0, 9.0, 40.0, 33.3], [0.1, 0.2, 0.7, 0.3, 0.9, 0.4]
    v = [1e-12, 1.0, 2.0, 3.0, 1.0, 2.0]
    rows = [(Fraction(a), Fraction(b), 1 / Fraction(c)) for a, b, c in zip(y, x, v, strict=True)]
    total = sum(w for _, _, w in rows)
    mean_y = sum(w * a for a, _, w in rows) / total
    mean_x = sum(w * b for _, b, w in rows) / total
    slope = sum(w * (b - mean_x) * (a - mean_y) for a, b, w in rows) / sum(w * (b - mean_x) ** 2 for _, b, w in rows)
    q = sum(w * (a - mean_y - slope * (b - mean_x)) ** 2 for a, b, w in rows)
    for groups in ("aabbcc", "aabbbc"):
        assert pool_multilevel(y, v, [list(groups)], moderators=x).q == pytest.approx(float(q), rel=1e-12)


def test_a_contradiction_that_dwarfs_the_rest_stops_no_search() -> None:
    """Two nearly errorless effects of one group apart: their part of the likelihood is a billion, and constant."""
    y, v = [50.0, 63.0, 49.0, 58.0, -2.0, 13.0], [1e-8, 7e-8, 23.0, 90.0, 983.0, 406.0]
    assert pool_multilevel(y, v, [list("aabbcc")]).status == Status.OK


def test_a_ridge_is_followed_into_the_corner() -> None:
    """Two precise effects of two groups beside one that weighs nothing: only the sum of the variances is seen.

    metafor 3.8.1, rma.mv(yi, vi, random = ~ 1 | outer/inner), stops on the ridge with log-likelihood -5.0764538.
    """
    y, v = [0.00731927643658899, 0.12067364694505002, 70.47710375526016], [0.0018032916, 0.0023790835, 50628.054196763]
    fit = pool_multilevel(y, v, [list("aba"), list("xyz")])
    assert fit.status == Status.OK
    assert fit.log_likelihood > -5.0764338
    model = fit.model
    for outer in (0.0, *np.geomspace(1e-5, 1e3, 25)):
        for inner in (0.0, *np.geomspace(1e-5, 1e3, 25)):
            there = solve(cut(model), np.array([outer, inner])).log_likelihood
            assert there <= fit.log_likelihood + 1e-9 * abs(there)


def test_groupings_across_each_other_or_errors_that_are_not_independent_have_no_closed_form() -> None:
    model = model_of(1, restricted=True, kind="rows")
    k = model.y.size
    across = np.arange(k) % 4
    assert not isinstance(prepared(MixedModel(model.y, model.v, model.x, (model.parts[0], across), True)), Nested)
    correlated = np.diag(model.v) + 0.01 * (model.parts[0][:, None] == model.parts[0])
    assert not isinstance(prepared(MixedModel(model.y, correlated, model.x, model.parts, True)), Nested)


def test_variances_that_cannot_be_told_apart() -> None:
    model = model_of(1, restricted=True, kind="rows")
    rows = np.arange(model.y.size)
    assert identified(model)
    assert not identified(MixedModel(model.y, model.v, model.x, (rows, rows), True))
    assert not identified(MixedModel(model.y, model.v, model.x, (np.zeros_like(rows), rows), True))
