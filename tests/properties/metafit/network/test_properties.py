"""What must hold for any network, small networks worked out by hand, and what has no answer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import StatsInputError, Status, pool
from metafit.network.consistency import design_test, geometry, node_split, split_evidence
from metafit.network.fit import METHODS, p_scores, pool_network

Rows = list[tuple[str, str, str, float, float]]

#: Named tolerance: where the search for tau2 may stop.
STOP = 1e-7


def columns(rows: Rows) -> tuple[list[str], list[str], list[str], list[float], list[float]]:
    return tuple(list(column) for column in zip(*rows, strict=True))  # type: ignore[return-value]


@st.composite
def networks(draw: st.DrawFn) -> Rows:
    """Trials of two or three arms among four treatments, every pair of arms listed."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tau = draw(st.sampled_from([0.0, 0.5]))
    truth = dict(zip("abcd", rng.normal(0.0, 1.0, 4), strict=True))
    rows: Rows = []
    sets = ["ab", "bc", "cd", *("".join(rng.choice(list("abcd"), rng.integers(2, 4), replace=False)) for _ in range(6))]
    for s, arms in enumerate(sets):
        variance = np.exp(rng.normal(-2.0, 0.5, len(arms)))
        mean = [truth[t] for t in arms] + rng.normal(0.0, np.sqrt(variance + tau**2 / 2))
        for i, j in itertools.combinations(range(len(arms)), 2):
            rows.append((f"s{s}", arms[i], arms[j], mean[i] - mean[j], variance[i] + variance[j]))
    return rows


@settings(max_examples=25, deadline=None)
@given(networks(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_how_the_table_is_written_does_not_matter(rows: Rows, method: str, rnd: object) -> None:
    turned = [(s, b, a, -y, v) if i % 2 else (s, a, b, y, v) for i, (s, a, b, y, v) in enumerate(rows)]
    rnd.shuffle(turned)  # type: ignore[attr-defined]
    one = pool_network(*columns(rows), method=method)  # type: ignore[arg-type]
    other = pool_network(*columns(turned), method=method)  # type: ignore[arg-type]
    assert one.status == other.status == Status.OK
    np.testing.assert_allclose(one.estimate, other.estimate, atol=STOP)
    np.testing.assert_allclose(one.se, other.se, atol=STOP)
    np.testing.assert_allclose(one.tau2, other.tau2, atol=STOP)


@settings(max_examples=25, deadline=None)
@given(networks(), st.sampled_from(METHODS))
def test_comparisons_add_up(rows: Rows, method: str) -> None:
    fit = pool_network(*columns(rows), method=method)  # type: ignore[arg-type]
    e = fit.estimate
    np.testing.assert_allclose(e, -e.T, atol=1e-12)
    for i, j, k in itertools.permutations(range(4), 3):
        assert e[i, j] + e[j, k] == pytest.approx(e[i, k], abs=1e-10)
    assert p_scores(fit, small_is_good=True).sum() == pytest.approx(2.0)
    np.testing.assert_allclose(p_scores(fit, small_is_good=True) + p_scores(fit, small_is_good=False), 1.0)


@settings(max_examples=25, deadline=None)
@given(networks())
def test_q_splits_without_remainder(rows: Rows) -> None:
    found = design_test(pool_network(*columns(rows), method="FE"))
    assert found is not None
    assert found.total.q == pytest.approx(found.within.q + found.between.q)
    assert found.total.df == found.within.df + found.between.df
    assert found.between.q >= 0.0
    assert found.between_random.q >= 0.0 and found.between_random.df == found.between.df


@settings(max_examples=20, deadline=None)
@given(networks(), st.sampled_from(["FE", "DL"]))
def test_direct_and_indirect_make_the_whole(rows: Rows, method: str) -> None:
    fit = pool_network(*columns(rows), method=method)  # type: ignore[arg-type]
    for one in split_evidence(fit):
        whole = fit.estimate[fit.index(one.treatment), fit.index(one.control)]
        assert 0.0 <= one.share <= 1.0 + 1e-9
        if 0.0 < one.share < 1.0 - 1e-9:
            weights = one.direct_se**-2, one.indirect_se**-2
            assert (weights[0] * one.direct + weights[1] * one.indirect) / sum(weights) == pytest.approx(whole)


@settings(max_examples=15, deadline=None)
@given(networks())
def test_both_ways_of_splitting_agree_where_they_are_one(rows: Rows) -> None:
    """Trials of two arms, no heterogeneity: the model's split is the back-calculated one."""
    two = [row for row in rows if sum(other[0] == row[0] for other in rows) == 1]
    fit = pool_network(*columns(two), method="FE")
    for one in split_evidence(fit):
        other = node_split(fit, one.treatment, one.control)
        if one.studies and one.share < 1.0 - 1e-6:
            assert other.difference == pytest.approx(one.difference, abs=1e-7)
            assert other.difference_se == pytest.approx(one.difference_se, rel=1e-6)
        else:
            assert np.isnan(other.difference)


@settings(max_examples=10, deadline=None)
@given(networks(), st.sampled_from(METHODS))
def test_two_treatments_are_the_usual_pool(rows: Rows, method: str) -> None:
    y, v = [row[3] for row in rows], [row[4] for row in rows]
    k = len(y)
    fit = pool_network(list(range(k)), ["new"] * k, ["old"] * k, y, v, method=method)  # type: ignore[arg-type]
    usual = pool(y, v, method=method, test="z")
    i, j = fit.index("new"), fit.index("old")
    assert fit.estimate[i, j] == pytest.approx(usual.estimate, abs=1e-6)
    assert fit.ci_low[i, j] == pytest.approx(usual.ci_low, abs=1e-6)
    assert fit.tau2 == pytest.approx(usual.tau2, abs=1e-6)
    assert fit.q == pytest.approx(usual.heterogeneity.q)
    if method != "FE":
        assert np.isfinite(fit.prediction_high[i, j])
        for way, test in (("V", "t"), ("S", "z")):
            one = pool_network(list(range(k)), ["new"] * k, ["old"] * k, y, v, method=method, prediction=way)  # type: ignore[arg-type]
            same = pool(y, v, method=method, test=test).prediction.high  # type: ignore[arg-type]
            assert one.prediction_high[i, j] == pytest.approx(same, abs=1e-5)


def test_a_chain_is_a_sum() -> None:
    fit = pool_network(["1", "2"], ["a", "b"], ["b", "c"], [0.5, 0.3], [0.04, 0.05], method="REML")
    assert fit.estimate[fit.index("a"), fit.index("c")] == pytest.approx(0.8)
    assert fit.se[fit.index("a"), fit.index("c")] ** 2 == pytest.approx(0.09)
    assert (fit.tau2, fit.q_df, fit.q_p) == (0.0, 0, 1.0)
    through = next(one for one in split_evidence(fit) if (one.treatment, one.control) == ("a", "c"))
    assert through.studies == 0
    assert through.indirect == pytest.approx(0.8)
    assert np.isnan([through.direct, through.difference, through.p]).all()
    assert geometry(fit).loops == 0


def test_a_triangle_disagrees_by_its_circuit() -> None:
    fit = pool_network(list("123"), list("aab"), list("bcc"), [0.5, 1.2, 0.3], [0.04, 0.05, 0.06], method="FE")
    split = node_split(fit, "a", "c")
    assert split.direct == pytest.approx(1.2)
    assert split.indirect == pytest.approx(0.8)
    assert split.difference_se**2 == pytest.approx(0.15)
    assert fit.q == pytest.approx(0.4**2 / 0.15)
    found = design_test(fit)
    assert found is not None
    assert found.between.q == pytest.approx(fit.q)
    assert (found.within.df, found.between.df) == (0, 1)


def test_three_arms_by_variances_or_by_covariances() -> None:
    """One trial of three arms with variances 0.1, 0.2, 0.3."""
    pairs = pool_network(["t"] * 3, list("aab"), list("bcc"), [1.0, 3.0, 2.0], [0.3, 0.4, 0.5], method="FE")
    matrix = [[0.3, 0.1], [0.1, 0.4]]
    basic = pool_network(["t"] * 2, list("aa"), list("bc"), [1.0, 3.0], matrix, method="FE")
    np.testing.assert_allclose(pairs.estimate, basic.estimate)
    np.testing.assert_allclose(pairs.se, basic.se)
    assert pairs.se[pairs.index("b"), pairs.index("c")] ** 2 == pytest.approx(0.5)
    assert geometry(pairs).several_arms == (("a", "b", "c"),)


def test_parts_that_nothing_connects() -> None:
    fit = pool_network(list("123"), list("abd"), list("bce"), [0.5, 0.3, 0.2], [0.1, 0.1, 0.1], method="DL")
    assert fit.parts == (("a", "b", "c"), ("d", "e"))
    assert np.isnan(fit.estimate[fit.index("a"), fit.index("d")])
    assert np.isfinite(fit.estimate[fit.index("d"), fit.index("e")])
    assert np.isnan(p_scores(fit, small_is_good=True)).all()
    assert geometry(fit).parts == 2


def test_where_the_nodes_stand() -> None:
    shape = geometry(
        pool_network(list("1234"), list("aaab"), list("bbdd"), [0.1] * 4, [0.1, 0.2, 0.1, 0.1], method="FE")
    )
    assert [(node.treatment, node.studies) for node in shape.nodes] == [("a", 3), ("b", 3), ("d", 2)]
    assert (shape.nodes[0].x, shape.nodes[0].y) == pytest.approx((0.0, 1.0))
    assert all(node.x**2 + node.y**2 == pytest.approx(1.0) for node in shape.nodes)
    edges = {(edge.treatment, edge.control): (edge.studies, edge.precision) for edge in shape.edges}
    assert edges["a", "b"] == (2, pytest.approx(15.0))
    assert shape.loops == 1


def test_what_has_no_answer() -> None:
    nan = float("nan")
    empty = pool_network([], [], [], [], [])
    assert empty.status == Status.NO_STUDIES
    assert (split_evidence(empty), design_test(empty)) == ((), None)
    assert pool_network(["1"], ["a"], ["b"], [nan], [0.1]).status == Status.NO_STUDIES
    assert pool_network(["1"], ["a"], ["b"], [0.1], [0.0]).status == Status.ZERO_VARIANCE
    bad = pool_network(list("12"), list("ab"), list("bc"), [0.1, 0.2], [0.1, -0.1])
    assert bad.status == Status.BAD_INPUT
    assert np.isnan([bad.estimate[0, 1], bad.tau2, bad.q]).all()
    impossible = pool_network(["t"] * 3, list("aab"), list("bcc"), [1.0, 3.0, 2.0], [0.1, 0.1, 5.0])
    assert impossible.status == Status.BAD_INPUT
    assert pool_network(["1"], ["a"], ["b"], [0.3], [0.1]).status == Status.OK
    assert np.isnan(node_split(bad, "a", "b").direct)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([("t", "a", "a", 0.1, 0.1)], "itself"),
        ([("t", "a", "b", 0.1, 0.1), ("t", "a", "c", 0.1, 0.1)], "3 arms need all 3"),
        ([("t", "a", "b", 0.1, 0.1), ("t", "b", "a", 0.1, 0.1)], "two rows"),
        ([("t", "a", "b", 0.1, 0.1), ("t", "b", "c", 0.1, 0.1), ("t", "a", "c", 0.9, 0.1)], "contradict"),
    ],
)
def test_tables_without_meaning_are_refused(rows: Rows, says: str) -> None:
    with pytest.raises(StatsInputError, match=says):
        pool_network(*columns(rows))


def test_calls_without_meaning_are_refused() -> None:
    one = (["1"], ["a"], ["b"], [0.1], [0.1])
    with pytest.raises(StatsInputError, match="PM"):
        pool_network(*one, method="PM")  # type: ignore[arg-type]
    with pytest.raises(StatsInputError, match="number of rows"):
        pool_network(["1"], ["a"], ["b"], [0.1, 0.2], [0.1, 0.2])
    with pytest.raises(StatsInputError, match="not in the network"):
        node_split(pool_network(*one), "a", "z")
    with pytest.raises(StatsInputError, match="connect"):
        pool_network(["t"] * 2, list("ab"), list("ba"), [0.1, 0.2], [[0.1, 0.0], [0.0, 0.1]])
