"""What must hold for any counts: order, arms, batches, intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import Status
from metafit.counts.data import OneArm, TwoArms
from metafit.counts.exact import exact_proportion
from metafit.counts.pooling import pool_counts

arm = st.integers(2, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
two_arms = st.lists(st.tuples(arm, arm), min_size=2, max_size=6)


def _table(rows: list[tuple[tuple[int, int], tuple[int, int]]]) -> TwoArms:
    a = np.array(rows, dtype=float)
    return TwoArms(a[:, 0, 0], a[:, 0, 1], a[:, 1, 0], a[:, 1, 1])


def _swap(t: TwoArms) -> TwoArms:
    return TwoArms(t.events_c, t.total_c, t.events_t, t.total_t)


@settings(max_examples=60, deadline=None)
@given(two_arms, st.sampled_from([("OR", "GLMM"), ("IRR", "GLMM"), ("OR", "MH"), ("OR", "PETO"), ("RD", "MH")]))
def test_swapping_the_arms_changes_the_sign(rows: list, kind: tuple[str, str]) -> None:
    table = _table(rows)
    a = pool_counts(table, measure=kind[0], method=kind[1])  # type: ignore[arg-type]
    b = pool_counts(_swap(table), measure=kind[0], method=kind[1])  # type: ignore[arg-type]
    assert a.status == b.status != Status.NOT_CONVERGED
    if a.ok:
        assert a.estimate == pytest.approx(-b.estimate, abs=2e-5)
        assert a.se == pytest.approx(b.se, rel=1e-4)
        assert a.tau2 == pytest.approx(b.tau2, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(two_arms, st.randoms())
def test_order_does_not_matter_and_an_absent_study_is_absent(rows: list, random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    a = pool_counts(_table(rows), measure="OR")
    b = pool_counts(_table([*shuffled, ((np.nan, np.nan), (np.nan, np.nan))]), measure="OR")
    assert a.status == b.status and a.k == b.k
    if a.ok:
        assert a.estimate == pytest.approx(b.estimate, abs=2e-5)
        assert a.tau2 >= 0


def test_a_batch_is_its_analyses_one_by_one() -> None:
    rng = np.random.default_rng(5)
    n = rng.integers(5, 300, (3, 2, 6)).astype(float)
    y = np.floor(n * rng.uniform(0, 0.4, n.shape))
    y[0, 0, :2] = np.nan
    y[1, 1] = 0
    for measure in ("PLO", "IRLN"):
        batch = pool_counts(OneArm(y, n), measure=measure)
        assert batch.estimate.shape == (3, 2)
        for i in np.ndindex(3, 2):
            one = pool_counts(OneArm(y[i], n[i]), measure=measure)
            assert batch.status[i] == one.status and batch.k[i] == one.k
            np.testing.assert_allclose(batch.estimate[i], one.estimate, rtol=1e-7)
            np.testing.assert_allclose(batch.se[i], one.se, rtol=1e-6)
            np.testing.assert_allclose(batch.heterogeneity.lrt[i], one.heterogeneity.lrt, rtol=1e-9)
    control = np.floor(n * 0.3)
    for method, measure in (("MH", "RR"), ("PETO", "OR")):
        batch = pool_counts(TwoArms(y, n, control, n), measure=measure, method=method)  # type: ignore[arg-type]
        for i in np.ndindex(3, 2):
            table = TwoArms(y[i], n[i], control[i], n[i])
            one = pool_counts(table, measure=measure, method=method)  # type: ignore[arg-type]
            np.testing.assert_allclose(batch.estimate[i], one.estimate, rtol=1e-12)


def test_every_fit_of_a_thousand_sparse_tables_converges() -> None:
    rng = np.random.default_rng(11)
    n = rng.integers(3, 200, (300, 8)).astype(float)
    tau = rng.choice([0.0, 0.3, 1.5], (300, 1))
    y = rng.binomial(n.astype(int), 1 / (1 + np.exp(3 - tau * rng.normal(size=n.shape)))).astype(float)
    fit = pool_counts(OneArm(y, n), measure="PLO")
    assert set(np.unique(fit.status)) <= {int(Status.OK), int(Status.NOT_ESTIMABLE)}
    assert np.array_equal(fit.status == Status.NOT_ESTIMABLE, y.sum(-1) == 0)
    good = np.asarray(fit.status) == Status.OK
    assert np.isfinite(fit.estimate[good]).all() and (fit.se[good] > 0).all()


@given(arm)
def test_more_confidence_is_wider(counts: tuple[int, int]) -> None:
    narrow, wide = exact_proportion(*counts, level=0.9), exact_proportion(*counts, level=0.99)
    assert wide.low <= narrow.low <= counts[0] / counts[1] <= narrow.high <= wide.high
