"""Contrasts and inflation hold whatever units, origins and reference levels the moderators have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metafit import Regression, StatsInputError, contrasts, joint_test, pairwise, regress, vif

#: Named tolerance: two bases of one model, each with its own rounding.
SAME = 1e-6


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    k = draw(st.integers(9, 20))
    kind = rng.permutation(np.resize(["a", "b", "c"], k))
    v = np.exp(rng.normal(-2.0, 0.7, k))
    x = rng.normal(size=k)
    z = 0.5 * x + rng.normal(size=k)
    y = 0.3 * x + (kind == "b") * 0.5 + rng.normal(0.0, np.sqrt(v + 0.1))
    return {"yi": y, "vi": v, "x": x, "z": z, "kind": kind}


def _fit(table: dict[str, Any], test: str) -> Regression:
    return regress("yi", "vi", ["x", "z", "kind"], data=table, test=test)


@settings(max_examples=25, deadline=None)
@given(tables(), st.sampled_from(["z", "knha"]), st.floats(-50, 50), st.floats(0.01, 100))
def test_units_and_origins_of_moderators_change_no_inflation_and_no_test(
    table: dict[str, Any], test: str, origin: float, unit: float
) -> None:
    moved = {**table, "x": origin + unit * table["x"]}
    one, other = _fit(table, test), _fit(moved, test)
    np.testing.assert_allclose(vif(one).vif, vif(other).vif, rtol=SAME)
    np.testing.assert_allclose(joint_test(one, ["x", "kind"]).qm, joint_test(other, ["x", "kind"]).qm, rtol=SAME)
    assert (vif(one).vif >= 1.0 - SAME).all()


@settings(max_examples=25, deadline=None)
@given(tables(), st.sampled_from(["z", "knha"]))
def test_another_reference_level_is_the_same_model(table: dict[str, Any], test: str) -> None:
    renamed = {"a": "c", "b": "a", "c": "b"}  # b is now the reference
    other = {**table, "kind": np.array([renamed[one] for one in table["kind"]])}
    before, after = _fit(table, test), _fit(other, test)
    pairs = {tuple(sorted(name.split(" - "))): i for i, name in enumerate(pairwise(after, "kind").names)}
    first, second = pairwise(before, "kind"), pairwise(after, "kind")
    for i, name in enumerate(first.names):
        late, early = name.split(" - ")
        place = pairs[tuple(sorted((renamed[late], renamed[early])))]
        sign = 1.0 if second.names[place].startswith(renamed[late]) else -1.0
        assert second.estimate[place] == pytest.approx(sign * first.estimate[i], rel=SAME, abs=SAME)
        assert second.p[place] == pytest.approx(first.p[i], rel=SAME, abs=SAME)
    assert second.qm == pytest.approx(first.qm, rel=SAME) and first.qm_df == 2
    assert joint_test(before, "kind").qm == pytest.approx(first.qm, rel=SAME)
    np.testing.assert_allclose(vif(before).vif, vif(after).vif, rtol=SAME)


@settings(max_examples=25, deadline=None)
@given(tables(), st.sampled_from(["z", "knha"]))
def test_saying_a_thing_twice_tests_it_once(table: dict[str, Any], test: str) -> None:
    fit = _fit(table, test)
    rows = np.array([[0.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 0.0]])
    once, twice = contrasts(fit, rows, [0.1, 0.2]), contrasts(fit, np.vstack([rows, 7.0 * rows]), [0.1, 0.2, 0.7, 1.4])
    assert twice.qm == pytest.approx(once.qm, rel=SAME) and twice.qm_df == once.qm_df == 2
    assert np.isnan(contrasts(fit, np.vstack([rows[0], rows[0]]), [0.1, 0.2]).qm)
    whole = joint_test(fit, ["x", "z", "kind"])
    assert whole.qm == pytest.approx(float(fit.qm), rel=SAME) and whole.qm_df == fit.qm_df


def test_unrelated_moderators_have_no_inflation() -> None:
    x = [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]
    np.testing.assert_allclose(vif(regress([0.1, 0.4, 0.2, 0.9], [0.1] * 4, x)).vif, 1.0, rtol=1e-9)


def test_questions_without_meaning_are_refused() -> None:
    table = {
        "yi": [0.1, 0.4, 0.2, 0.9, 0.5],
        "vi": [0.1] * 5,
        "x": [1.0, 2, 3, 4, 6],
        "kind": ["a", "b", "a", "b", "a"],
    }
    fit = regress("yi", "vi", ["x", "kind"], data=table)
    for call, told in (
        (lambda: contrasts(fit, [1.0, 0.0]), "does not match 3 coefficients"),
        (lambda: contrasts(fit, [0.0, 0.0, 0.0]), "one that is not 0"),
        (lambda: contrasts(fit, np.eye(3), [1.0, 2.0]), "2 for 3 combinations"),
        (lambda: joint_test(fit, "y"), "'y' is none of intercept, x, kind: b"),
        (lambda: joint_test(fit, ["x", 1]), "each once"),
        (lambda: pairwise(fit, "x"), "no moderator of words"),
        (lambda: vif(fit, [["intercept"]]), "the intercept has no inflation"),
        (lambda: vif(regress([[0.1, 0.2, 0.4]], [[0.1] * 3], [1.0, 2.0, 3.0])), "not a batch"),
        (lambda: regress("yi", "vi", ["kind"], data={**table, "kind": ["a"] * 5}), "1 different words"),
        (lambda: regress("yi", "vi", ["x"], data=table, names=["one", "two"]), "2 for 1 moderators"),
    ):
        with pytest.raises(StatsInputError, match=told):
            call()


def test_a_study_without_a_word_is_left_out() -> None:
    table = {
        "yi": [0.1, 0.4, 0.2, 0.9, 0.5],
        "vi": [0.1] * 5,
        "kind": np.array(["a", "b", None, "b", "a"], dtype=object),
    }
    fit = regress("yi", "vi", ["kind"], data=table)
    assert fit.k == 4 and fit.labels == ("intercept", "kind: b")
    assert fit.coefficients[0] == pytest.approx(0.3) and fit.coefficients[1] == pytest.approx(0.35)
