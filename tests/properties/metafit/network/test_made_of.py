"""What must hold for league tables, ranks and components of any network."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import (
    NetworkFit,
    StatsInputError,
    Status,
    arm_contrasts,
    binary_effects,
    component_network,
    league_table,
    mean_effects,
    p_scores,
    pool_network,
    rankogram,
    split_evidence,
)
from tests.properties.metafit.network.test_properties import Rows, columns, networks

#: Named tolerance: where the search for tau2 may stop.
STOP = 1e-7


def _fit(rows: Rows, method: str = "DL", measure: str = "GEN") -> NetworkFit:
    return pool_network(*columns(rows), method=method, measure=measure)  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(networks(), st.booleans(), st.sampled_from(["FE", "DL", "REML"]))
def test_a_league_table_holds_the_fit_and_its_direct_evidence(rows: Rows, small: bool, method: str) -> None:
    fit = _fit(rows, method, "OR")
    table = league_table(fit, small_is_good=small)
    assert sorted(table.p_scores, reverse=True) == list(table.p_scores)
    place = [fit.index(one) for one in table.treatments]
    np.testing.assert_allclose(table.estimate, np.exp(fit.estimate[np.ix_(place, place)]))
    np.testing.assert_allclose(table.ci_low * table.ci_high.T, 1.0)
    for one in split_evidence(fit):
        i, j = table.treatments.index(one.treatment), table.treatments.index(one.control)
        assert table.studies[i, j] == table.studies[j, i] == one.studies
        if one.studies:
            assert table.direct[i, j] == pytest.approx(np.exp(one.direct))
            assert np.log(table.direct_high[i, j] / table.direct_low[i, j]) == pytest.approx(
                2 * 1.959963984540054 * one.direct_se
            )
        else:
            assert np.isnan(table.direct[i, j]) and np.isnan(table.direct_low[j, i])


@settings(max_examples=15, deadline=None)
@given(networks(), st.booleans())
def test_ranks_are_probabilities_and_sucra_is_the_p_score(rows: Rows, small: bool) -> None:
    fit = _fit(rows)
    found = rankogram(fit, small_is_good=small, draws=20_000, seed=7)
    np.testing.assert_allclose(found.probability.sum(0), 1.0)
    np.testing.assert_allclose(found.probability.sum(1), 1.0)
    # a mean of 20,000 draws from 0 to 1 has a standard error of 0.0036 at most
    np.testing.assert_allclose(found.sucra, p_scores(fit, small_is_good=small), atol=5 * 0.0036)
    other = rankogram(fit, small_is_good=not small, draws=20_000, seed=7)
    np.testing.assert_allclose(other.sucra, 1.0 - found.sucra, atol=1e-12)
    np.testing.assert_allclose(other.probability, found.probability[:, ::-1], atol=1e-12)
    again = rankogram(fit, small_is_good=small, draws=20_000, seed=7)
    np.testing.assert_array_equal(again.probability, found.probability)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_three_treatments_are_exact(seed: int, small: bool) -> None:
    rng = np.random.default_rng(seed)
    effects, variances = rng.normal(0.0, 0.5, 4), np.exp(rng.normal(-2.0, 1.0, 4))
    fit = pool_network(list("1234"), list("aaba"), list("bccb"), effects, variances, method="FE")
    found = rankogram(fit, small_is_good=small)
    assert found.draws == 0 and found.error == 0.0
    np.testing.assert_allclose(found.sucra, found.p_scores, atol=1e-12)
    np.testing.assert_allclose(found.probability.sum(0), 1.0, atol=1e-12)
    assert (found.probability > -1e-12).all()
    two = rankogram(pool_network(["1"], ["a"], ["b"], [-0.3], [0.04], method="FE"), small_is_good=True)
    assert two.probability[0] == pytest.approx([0.9331927987311419, 0.06680720126885807])


def test_equal_treatments_rank_alike() -> None:
    """Three that nothing tells apart: a quadrant whose corner is at both means."""
    fit = pool_network(list("123"), list("aab"), list("bcc"), [0.0, 0.0, 0.0], [0.1, 0.1, 0.1], method="FE")
    np.testing.assert_allclose(rankogram(fit, small_is_good=True).probability, 1 / 3, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(networks(), st.sampled_from(["FE", "DL", "REML"]))
def test_components_without_combinations_are_the_network(rows: Rows, method: str) -> None:
    fit = _fit(rows, method)
    parts = component_network(fit, inactive="a")
    np.testing.assert_allclose(parts.pairs, fit.estimate, atol=STOP)
    np.testing.assert_allclose(parts.pairs_se, fit.se, atol=STOP)
    np.testing.assert_allclose(parts.estimate, fit.estimate[1:, 0], atol=STOP)
    assert parts.tau2 == pytest.approx(fit.tau2, abs=STOP)
    assert (parts.difference.q, parts.difference.df, parts.difference.p) == (0.0, 0, 1.0)
    every = component_network(fit)
    assert np.isnan(every.estimate).all(), "differences alone tell nobody what one component adds"
    np.testing.assert_allclose(every.pairs, fit.estimate, atol=STOP)


@settings(max_examples=20, deadline=None)
@given(networks())
def test_q_is_never_smaller_under_additivity(rows: Rows) -> None:
    named = {"a": "none", "b": "x", "c": "y", "d": "y + x"}
    renamed = [(s, named[a], named[b], y, v) for s, a, b, y, v in rows]
    fit = _fit(renamed, "FE")
    parts = component_network(fit, inactive="none")
    assert parts.additive.q >= parts.standard.q - 1e-9
    assert parts.additive.df == parts.standard.df + parts.difference.df == parts.standard.df + 1
    i = {t: parts.treatments.index(t) for t in named.values()}
    whole = parts.pairs[i["y + x"], i["none"]]
    assert whole == pytest.approx(sum(parts.estimate)) and parts.components == ("x", "y")
    free = component_network(
        fit, design={"x": [float("x" in t) for t in fit.treatments], "y": [float("y" in t) for t in fit.treatments],
                     "x:y": [float(t == "y + x") for t in fit.treatments]}
    )  # fmt: skip
    np.testing.assert_allclose(free.pairs, fit.estimate, atol=1e-9)
    assert free.difference.df == 0, "with the interaction, sums are the treatments themselves"


def test_components_join_what_trials_leave_in_parts() -> None:
    fit = pool_network(list("12"), ["a", "a + b"], ["p", "b"], [0.5, 0.7], [0.1, 0.1], method="FE")
    parts = component_network(fit, inactive="p")
    assert fit.parts == (("a", "p"), ("a + b", "b"))
    assert parts.estimate[0] == pytest.approx(0.6) and np.isnan(parts.estimate[1])
    assert parts.se[0] ** 2 == pytest.approx(0.05)
    assert (parts.additive.df, parts.difference.df) == (1, 1)
    i, j = fit.index("a + b"), fit.index("a")
    assert np.isnan(parts.pairs[i, j]), "it would need what b adds"
    assert parts.pairs[fit.index("a + b"), fit.index("b")] == pytest.approx(0.6)


def test_what_has_no_answer() -> None:
    bad = pool_network(list("12"), list("ab"), list("bc"), [0.1, 0.2], [0.1, -0.1])
    parts = component_network(bad)
    assert parts.status == Status.BAD_INPUT and np.isnan(parts.estimate).all() and np.isnan(parts.tau2)
    assert np.isnan(rankogram(bad, small_is_good=True).sucra).all()
    table = league_table(bad, small_is_good=True)
    assert table.status == Status.BAD_INPUT and np.isnan(table.estimate[0, 1])
    empty = pool_network([], [], [], [], [])
    assert league_table(empty).treatments == () and rankogram(empty, small_is_good=True).sucra.size == 0
    apart = pool_network(list("12"), list("ac"), list("bd"), [0.1, 0.2], [0.1, 0.1])
    assert league_table(apart, small_is_good=True).treatments == tuple("abcd")
    assert "not all connected" in str(rankogram(apart, small_is_good=True))
    same = pool_network(list("1"), ["x + y"], ["y + x"], [0.1], [0.1])
    assert component_network(same).status == Status.NOT_ESTIMABLE


@pytest.mark.parametrize(
    ("names", "options", "says"),
    [
        (("a", "b"), {"inactive": "placebo"}, "not one of the components a, b"),
        (("a +", "b"), {}, "a component is empty"),
        (("a + a", "b"), {}, "named twice"),
        (("a", "b"), {"separator": " "}, "separator"),
        (("a", "b"), {"design": {"x": [1.0]}}, "each of the 2 treatments"),
        (("a", "b"), {"design": {"x": [1.0, 0.0]}, "inactive": "b"}, "one of the two"),
    ],
)
def test_components_without_meaning_are_refused(names: tuple[str, str], options: dict[str, object], says: str) -> None:
    fit = pool_network(["1"], [names[0]], [names[1]], [0.1], [0.1])
    with pytest.raises(StatsInputError, match=says):
        component_network(fit, **options)  # type: ignore[arg-type]


def test_orders_without_meaning_are_refused() -> None:
    fit = pool_network(["1"], ["a"], ["b"], [0.1], [0.1])
    for options, says in (
        ({"order": ["a"]}, "each of a, b once"),
        ({"order": ["a", "c"]}, "not in the network"),
        ({"order": ["b", "a"], "small_is_good": True}, "not both"),
    ):
        with pytest.raises(StatsInputError, match=says):
            league_table(fit, **options)  # type: ignore[arg-type]
    with pytest.raises(StatsInputError, match="draws"):
        rankogram(fit, small_is_good=True, draws=0)
    orders = [league_table(fit, order=one).treatments for one in itertools.permutations("ab")]
    assert orders == [("a", "b"), ("b", "a")]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["OR", "RR", "RD", "AS"]))
def test_two_arms_are_the_usual_effect(seed: int, measure: str) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(5, 40, (8, 2))
    x = rng.binomial(n, 0.15)
    usual = binary_effects(measure, x[:, 1], n[:, 1], x[:, 0], n[:, 0], drop_no_events=measure in ("OR", "RR"))
    arms = arm_contrasts(
        measure, np.repeat(np.arange(8), 2).tolist(), ["p", "t"] * 8, events=x.ravel(), total=n.ravel()
    )
    kept = [s for s in range(8) if np.isfinite(usual.yi[s])]
    assert list(arms.study) == kept
    np.testing.assert_allclose(arms.yi, usual.yi[kept], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.diag(arms.v), usual.vi[kept], rtol=1e-12)
    mean, sd = rng.normal(0.0, 1.0, (8, 2)), np.exp(rng.normal(0.0, 0.2, (8, 2)))
    for one in ("MD", "SMD"):
        wanted = mean_effects(one, mean[:, 1], sd[:, 1], n[:, 1], mean[:, 0], sd[:, 0], n[:, 0])
        made = arm_contrasts(
            one, np.repeat(np.arange(8), 2).tolist(), ["p", "t"] * 8, mean=mean.ravel(), sd=sd.ravel(), n=n.ravel()
        )
        np.testing.assert_allclose(made.yi, wanted.yi, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(np.diag(made.v), wanted.vi, rtol=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["OR", "RD", "MD"]))
def test_which_arm_stands_first_does_not_matter(seed: int, measure: str) -> None:
    rng = np.random.default_rng(seed)
    study, treatment = np.repeat(np.arange(5), 3), np.tile(list("abc"), 5)
    order = rng.permutation(15)
    n = rng.integers(20, 60, 15)
    numbers = (
        {"mean": rng.normal(0, 1, 15), "sd": np.exp(rng.normal(0, 0.2, 15)), "n": n}
        if measure == "MD"
        else {"events": rng.binomial(n, 0.3), "total": n}
    )
    fits = []
    for rows in (np.arange(15), order):
        made = arm_contrasts(
            measure, study[rows].tolist(), treatment[rows].tolist(), **{k: v[rows] for k, v in numbers.items()}
        )  # fmt: skip
        fits.append(pool_network(made.study, made.treatment, made.control, made.yi, made.v, method="DL"))
    np.testing.assert_allclose(fits[0].estimate, fits[1].estimate, atol=1e-9)
    np.testing.assert_allclose(fits[0].se, fits[1].se, atol=1e-9)


def test_arms_without_meaning_are_refused() -> None:
    with pytest.raises(StatsInputError, match="OR: give events, total"):
        arm_contrasts("OR", ["1"], ["a"], events=[1.0])
    with pytest.raises(StatsInputError, match="'XX' is not one of"):
        arm_contrasts("XX", ["1"], ["a"], events=[1.0], total=[2.0])
    with pytest.raises(StatsInputError, match="in two arms"):
        arm_contrasts("RD", ["1", "1"], ["a", "a"], events=[1.0, 1.0], total=[5.0, 5.0])
    with pytest.raises(StatsInputError, match="number of rows"):
        arm_contrasts("RD", ["1"], ["a", "b"], events=[1.0, 1.0], total=[5.0, 5.0])
    lone = arm_contrasts("MD", ["1", "1"], ["a", "b"], mean=[1.0, np.nan], sd=[1.0, 1.0], n=[9.0, 9.0])
    assert lone.alone == ("1",) and lone.yi.size == 0 and "fewer than two arms have numbers: 1" in str(lone)
