"""Several outcomes a study: against the likelihood spelled out, against simpler models, and in other units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import (
    MultivariateFit,
    StatsInputError,
    Status,
    contrasts,
    pool,
    pool_multilevel,
    pool_multivariate,
    sampling_covariance,
    sigma2_intervals,
    three_level,
)

#: Named tolerance: where the search for the covariance may stop.
STOP = 1e-5
#: Named tolerance: how far below the summit of a flat likelihood it may.
HEIGHT = 1e-5
Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@st.composite
def outcomes(draw: st.DrawFn, m: int = 2) -> Data:
    """Effects, their covariance, studies, outcomes; some rows absent."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(5, 12))
    study, outcome = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    kept = rng.random(n * m) < 0.85
    kept[: 3 * m] = True
    study, outcome = study[kept], outcome[kept]
    vi = np.exp(rng.normal(-2.0, 0.7, study.size))
    v = sampling_covariance(vi, study, draw(st.sampled_from([0.0, 0.5])))
    own = draw(st.sampled_from([0.0, 0.4])) * rng.normal(size=(n, m))
    common = draw(st.sampled_from([0.0, 0.5])) * rng.normal(size=n)
    y = 0.3 * outcome + common[study] + own[study, outcome] + np.linalg.cholesky(v) @ rng.normal(size=study.size)
    return y, v, study, outcome


def log_likelihood(g: np.ndarray, data: Data, method: str) -> float:
    """As in a textbook, with whole matrices."""
    y, v, study, outcome = data
    pick = np.eye(len(g))[outcome]
    marginal = v + np.where(study[:, None] == study[None, :], pick @ g @ pick.T, 0.0)
    inverse = np.linalg.inv(marginal)
    gram = pick.T @ inverse @ pick
    residual = y - pick @ np.linalg.solve(gram, pick.T @ inverse @ y)
    value = -0.5 * (np.linalg.slogdet(marginal)[1] + residual @ inverse @ residual)
    if method == "REML":
        value += 0.5 * (np.linalg.slogdet(pick.T @ pick)[1] - np.linalg.slogdet(gram)[1])
    free = y.size - (len(g) if method == "REML" else 0)
    return float(value - 0.5 * free * np.log(2.0 * np.pi))


def _between(fit: MultivariateFit) -> np.ndarray:
    sd = np.sqrt(fit.tau2)
    return np.nan_to_num(fit.correlation) * np.outer(sd, sd)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from([2, 3]).flatmap(outcomes),
    st.sampled_from(["UN", "HCS", "CS", "DIAG"]),
    st.sampled_from(["REML", "ML"]),
)
def test_no_covariance_does_better(data: Data, structure: str, method: str) -> None:
    y, v, study, outcome = data
    fit = pool_multivariate(y, v, study, outcome, structure=structure, method=method)
    assert fit.status == Status.OK
    assert fit.log_likelihood == pytest.approx(log_likelihood(_between(fit), data, method), abs=1e-7)
    m, rng = len(fit.outcomes), np.random.default_rng(0)
    for _ in range(60):
        sd, rho = np.exp(rng.normal(-1.0, 1.0, m)), rng.uniform(-0.99 / (m - 1), 0.99)
        if structure == "CS":
            sd[:] = sd[0]
        if structure == "DIAG":
            rho = 0.0
        g = np.where(np.eye(m, dtype=bool), 1.0, rho) * np.outer(sd, sd)
        assert log_likelihood(g, data, method) <= fit.log_likelihood + 1e-7
    assert np.linalg.eigvalsh(_between(fit))[0] > -1e-9


@settings(max_examples=15, deadline=None)
@given(outcomes(), st.sampled_from(["UN", "HCS", "DIAG"]))
def test_units_and_origins_of_outcomes_and_order_change_nothing_else(data: Data, structure: str) -> None:
    y, v, study, outcome = data
    unit, origin = np.array([10.0, 0.2]), np.array([3.0, -1.0])
    mixed = np.random.default_rng(1).permutation(y.size)
    mixed = np.concatenate([mixed[outcome[mixed] == 0][:1], [i for i in mixed if i != mixed[outcome[mixed] == 0][0]]])
    one = pool_multivariate(y, v, study, outcome, structure=structure)
    moved = unit[outcome] * y + origin[outcome]
    scaled = v * np.outer(unit[outcome], unit[outcome])
    other = pool_multivariate(
        moved[mixed], scaled[np.ix_(mixed, mixed)], study[mixed], outcome[mixed], structure=structure
    )
    assert one.outcomes == other.outcomes
    np.testing.assert_allclose((other.effects.estimate - origin) / unit, one.effects.estimate, atol=STOP)
    np.testing.assert_allclose(other.effects.se / unit, one.effects.se, rtol=1e-4, atol=STOP)
    np.testing.assert_allclose(other.tau2 / unit**2, one.tau2, rtol=1e-3, atol=STOP)
    assert other.q == pytest.approx(one.q, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(outcomes(), st.sampled_from(["REML", "ML"]))
def test_two_outcomes_have_one_correlation(data: Data, method: str) -> None:
    y, v, study, outcome = data
    one = pool_multivariate(y, v, study, outcome, structure="UN", method=method)
    other = pool_multivariate(y, v, study, outcome, structure="HCS", method=method)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=HEIGHT)
    np.testing.assert_allclose(one.effects.estimate, other.effects.estimate, atol=1e-3)
    less = pool_multivariate(y, v, study, outcome, structure="CS", method=method)
    assert less.log_likelihood <= one.log_likelihood + HEIGHT


@settings(max_examples=15, deadline=None)
@given(outcomes(m=3))
def test_outcomes_without_anything_in_common_are_pools(data: Data) -> None:
    y, v, study, outcome = data
    fit = pool_multivariate(y, np.diag(v), study, outcome, structure="DIAG", test="z")
    for one in range(3):
        here = outcome == one
        alone = pool(y[here], np.diag(v)[here], test="z")
        assert fit.tau2[one] == pytest.approx(alone.tau2, rel=STOP, abs=STOP)
        assert fit.effects.estimate[one] == pytest.approx(alone.estimate, abs=STOP)
        assert fit.effects.p[one] == pytest.approx(alone.p, rel=1e-3, abs=STOP)
        only = pool_multivariate(y[here], np.diag(v)[here], study[here], outcome[here], structure="UN")
        assert only.tau2[0] == pytest.approx(alone.tau2, rel=STOP, abs=STOP)


def test_one_positive_correlation_is_a_model_of_three_levels() -> None:
    rng = np.random.default_rng(2)
    study, outcome = np.repeat(np.arange(30), 2), np.tile([0, 1], 30)
    vi = rng.uniform(0.02, 0.1, 60)
    y = 0.2 * outcome + rng.normal(0.0, 0.5, 30)[study] + rng.normal(0.0, 0.3, 60) + rng.normal(0.0, np.sqrt(vi))
    fit = pool_multivariate(y, vi, study, outcome, structure="CS")
    other = three_level(y, vi, study, moderators=outcome.astype(float))
    assert fit.tau2[0] == pytest.approx(other.sigma2.sum(), rel=STOP)
    assert fit.correlation[0, 1] == pytest.approx(other.sigma2[0] / other.sigma2.sum(), rel=STOP)
    difference = contrasts(fit.effects, [-1.0, 1.0])
    assert difference.estimate[0] == pytest.approx(other.estimate[1], rel=STOP)
    assert difference.p[0] == pytest.approx(other.p[1], rel=1e-3)


def test_a_moderator_has_a_slope_for_each_outcome() -> None:
    rng = np.random.default_rng(4)
    table = {
        "study": np.repeat(np.arange(9), 2),
        "outcome": ["pain", "sleep"] * 9,
        "year": np.repeat(np.arange(9.0), 2),
    }
    table |= {"yi": rng.normal(0.0, 0.4, 18) + 0.1 * table["year"], "vi": np.full(18, 0.05)}
    fit = pool_multivariate("yi", "vi", "study", "outcome", ["year"], data=table)
    assert fit.effects.names == ("pain", "sleep", "pain: year", "sleep: year") and fit.effects.df == 14
    lines = [np.polyfit(np.arange(9.0), np.asarray(table["yi"])[i::2], 1) for i in (0, 1)]
    assert (np.abs(fit.effects.estimate[2:] - [one[0] for one in lines]) < 0.02).all()


@settings(max_examples=5, deadline=None)
@given(outcomes(), st.sampled_from(["REML", "ML"]))
def test_the_interval_of_one_outcome_is_that_of_one_grouping(data: Data, method: Any) -> None:
    y, v, study, outcome = data
    here = outcome == 0
    fit = pool_multivariate(y[here], np.diag(v)[here], study[here], outcome[here], method=method, intervals=True)
    assert fit.intervals is not None
    other = sigma2_intervals(pool_multilevel(y[here], np.diag(v)[here], [study[here]], method=method))
    np.testing.assert_allclose(fit.intervals.ci_low, other.low, rtol=STOP, atol=STOP)
    np.testing.assert_allclose(fit.intervals.ci_high, other.high, rtol=STOP, atol=STOP)


@settings(max_examples=3, deadline=None)
@given(outcomes())
def test_two_structures_that_are_one_have_the_same_intervals(data: Data) -> None:
    """UN and HCS of two outcomes, which are written and searched in different parameters."""
    found = []
    for structure in ("UN", "HCS"):
        fit = pool_multivariate(*data, structure=structure, intervals=True)
        assert fit.intervals is not None
        found.append(fit.intervals)
    one, other = found
    # an end on a shelf of the likelihood moves far for the height of the search's last step
    np.testing.assert_allclose(one.ci_low, other.ci_low, rtol=0.01, atol=1e-3)
    np.testing.assert_allclose(one.ci_high, other.ci_high, rtol=0.01, atol=1e-3)


def test_beside_a_variance_that_may_be_0_every_correlation_may_be() -> None:
    y, v = [0.3, 0.5, 0.1, -0.4, 0.25, 0.9, 0.2, 0.1, 0.15, -0.2], [0.04] * 10
    study, outcome = np.repeat(np.arange(5), 2), ["x", "y"] * 5
    fit = pool_multivariate(y, v, study, outcome, intervals=True)
    assert fit.intervals is not None
    assert fit.intervals.names == ("tau2 x", "tau2 y", "rho x, y")
    assert fit.intervals.ci_low.tolist()[0] == 0.0
    assert (fit.intervals.ci_low[2], fit.intervals.ci_high[2]) == (-1.0, 1.0)
    assert fit.intervals.ci_low[1] < fit.tau2[1] < fit.intervals.ci_high[1]
    assert "by profile likelihood" in str(fit) and "rho x, y" in str(fit)
    assert "by profile likelihood" not in str(pool_multivariate(y, v, study, outcome))
    assert pool_multivariate(y, v, np.arange(10), outcome, intervals=True).intervals is None
    pytest.importorskip("pandas")
    table = fit.to_frame("between")
    assert table["name"].tolist() == list(fit.intervals.names)
    np.testing.assert_array_equal(table["ci_high"], fit.intervals.ci_high)


def test_a_cliff_of_the_likelihood_ends_no_search() -> None:
    """Variances over ten decades: the best correlation is 1, and behind it the likelihood falls by 1e11 a unit."""
    rng = np.random.default_rng(139)
    n, m = int(rng.integers(3, 8)), int(rng.integers(2, 4))
    study, outcome = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    decades = rng.uniform(0, 10)
    v = 10 ** rng.uniform(-decades / 2, decades / 2, n * m)
    y = rng.normal(size=n)[study] * 10 ** rng.uniform(-2, 2) * (rng.random() < 0.6)
    y = (
        y
        + rng.normal(size=n * m) * 10 ** rng.uniform(-2, 2) * (rng.random() < 0.6)
        + rng.normal(size=n * m) * np.sqrt(v)
    )
    one, other = (pool_multivariate(y, v, study, outcome, structure=kind) for kind in ("UN", "HCS"))
    assert one.status == other.status == Status.OK
    assert other.log_likelihood == pytest.approx(one.log_likelihood, abs=HEIGHT)


def test_what_has_no_answer() -> None:
    y, v, study, outcome = [0.1, 0.5, 0.3, 0.7, 0.2, 0.6], [0.1] * 6, list("aabbcc"), ["x", "y"] * 3

    def status(y: Any, v: Any, study: Any, outcome: Any, **more: Any) -> Status:
        fit = pool_multivariate(y, v, study, outcome, **more)
        assert np.isnan(fit.effects.p).all() and np.isnan(fit.tau2).all() and np.isnan(fit.log_likelihood)
        return fit.status

    assert status([np.nan] * 6, v, study, outcome) == Status.NO_STUDIES
    assert status(y, [0.1] * 5 + [0.0], study, outcome) == Status.ZERO_VARIANCE
    assert status(y, [0.1] * 5 + [-0.1], study, outcome) == Status.BAD_INPUT
    assert status([*y[:5], np.inf], v, study, outcome) == Status.BAD_INPUT
    assert status(y, np.full((6, 6), 0.1), study, outcome) == Status.BAD_INPUT
    assert status(y, v, list("abcdef"), outcome) == Status.NOT_ESTIMABLE  # never together
    assert pool_multivariate(y, v, list("abcdef"), outcome, structure="DIAG").status == Status.OK
    assert status(y, v, study, ["x", "y", "x", "z", "x", "z"]) == Status.NOT_ESTIMABLE  # y in one study
    assert status(y, v, study, outcome, moderators=[1.0] * 6) == Status.NOT_ESTIMABLE
    absent = pool_multivariate([*y, np.nan, 0.3], [*v, 0.1, np.nan], [*study, "d", "d"], [*outcome, "x", "y"])
    assert absent.k == 6 and absent.studies == 3 and absent.rows.tolist() == [3, 3]


def test_covariances_from_correlations() -> None:
    v = sampling_covariance([1.0, 4.0, 9.0, 1.0], list("aaab"), {("x", "y"): 0.5, ("z", "x"): -0.2, ("y", "z"): 0.1},
                            outcome=list("xyzx"))  # fmt: skip
    np.testing.assert_allclose(v, [[1.0, 1.0, -0.6, 0.0], [1.0, 4.0, 0.6, 0.0], [-0.6, 0.6, 9.0, 0.0], [0, 0, 0, 1.0]])


def test_calls_without_meaning_are_refused() -> None:
    y, v, study, outcome = [0.1, 0.5, 0.3, 0.7], [0.1] * 4, list("aabb"), ["x", "y"] * 2
    calls: list[tuple[Any, str]] = [
        (lambda: pool_multivariate(y, v, study, outcome, structure="AR"), "'AR' is not one of UN, HCS, CS, DIAG"),
        (lambda: pool_multivariate(y, v, study, outcome, method="DL"), "'DL' is not one of REML, ML"),
        (lambda: pool_multivariate(y, v, study, outcome, test="knha"), "'knha' is not one of z, t"),
        (lambda: pool_multivariate(y, np.eye(3), study, outcome), "does not match 4 effects"),
        (lambda: pool_multivariate(y, v, study[:3], outcome), "3 labels for 4 effects"),
        (lambda: pool_multivariate([y], [v], study, outcome), "not a batch"),
        (lambda: pool_multivariate(y, v, study, outcome, [1.0]), "does not match 4 studies"),
        (lambda: pool_multivariate(y, v, study, outcome, v, names=["a", "b"]), "2 for 1 moderators"),
        (lambda: sampling_covariance(v, study, 1.5), "between -1 and 1"),
        (lambda: sampling_covariance(v, study, {("x", "y"): 0.5}), "need the outcome"),
        (lambda: sampling_covariance(v, study, {("x", "z"): 0.5}, outcome=outcome), "no correlation for x and y"),
        (lambda: sampling_covariance([v], study, 0.5), "one variance for each row"),
    ]
    for call, told in calls:
        with pytest.raises(StatsInputError, match=told):
            call()


@pytest.mark.parametrize(("seed", "correlation"), [(772, -1.0), (1164, 1.0), (765, 1.0)])
def test_a_variance_of_zero_hides_no_higher_top(seed: int, correlation: float) -> None:
    """With one correlation the slope at 0 depends on the correlation; variances of 0 were found, one or both."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 13))
    study, outcome = np.repeat(np.arange(n), 2), np.tile(np.arange(2), n)
    kept = rng.random(2 * n) < 0.85
    kept[:6] = True
    study, outcome = study[kept], outcome[kept]
    vi = np.exp(rng.normal(-2.0, 0.7, study.size))
    v = sampling_covariance(vi, study, rng.choice([0.0, 0.5]))
    own, common = rng.choice([0.0, 0.4]) * rng.normal(size=(n, 2)), rng.choice([0.0, 0.5]) * rng.normal(size=n)
    y = 0.3 * outcome + common[study] + own[study, outcome] + np.linalg.cholesky(v) @ rng.normal(size=study.size)
    one = pool_multivariate(y, v, study, outcome, structure="HCS")
    other = pool_multivariate(y, v, study, outcome, structure="UN")
    assert (one.tau2 > 0.0).all()
    assert one.correlation[0, 1] == correlation
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)
