"""Every public function, with every argument in turn replaced by something it cannot use or by another way to say it.

One sentence of metafit's own or an answer; never an error of NumPy or Python, never a warning; inputs never change.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import metafit
from metafit import StatsInputError
from metafit.display.shown import Shown

YI = [0.10, 0.45, -0.20, 0.70, 0.30, 0.55]
VI = [0.04, 0.09, 0.05, 0.12, 0.03, 0.08]
X1, N1, X2, N2 = (
    [4, 6, 3, 62, 33, 18],
    [123, 306, 231, 1361, 508, 154],
    [11, 29, 11, 248, 47, 45],
    [139, 303, 220, 1288, 499, 147],
)
WHERE = list("aabbcc")
SIZES = [20, 30, 40, 25, 35, 50]
FLOATS = [1.0, 2.0, 1.5, 2.5, 0.5, 3.0]
DATA = {"yi": YI, "vi": VI, "x": FLOATS, "group": WHERE}
NET = {
    "study": list("123444"),
    "treatment": list("xxyxxy"),
    "control": list("yzzyzz"),
    "yi": [0.1, 0.2, 0.3, 0.2, 0.1, -0.1],
    "v": [0.1] * 6,
}
TABLE = {"events_t": X1, "total_t": N1, "events_c": X2, "total_c": N2}
POOL = {"yi": YI, "vi": VI, "method": "REML", "test": "z", "level": 0.95}


def calls() -> dict[str, dict[str, Any]]:
    two = metafit.TwoArms(*(np.array(one) for one in TABLE.values()))
    net = metafit.pool_network(**NET)
    parts = metafit.pool_network(list("123"), ["a+b", "b", "a"], ["c", "c", "c"], [0.1, 0.2, 0.3], [0.1] * 3)
    fit = metafit.pool(YI, VI)
    line = metafit.regress("yi", "vi", ["x", "group"], data=DATA)
    plain = metafit.regress(YI, VI, FLOATS)
    levels = metafit.three_level(YI, VI, WHERE)
    prior = metafit.HalfNormal(0.5)
    return {
        "absolute_effect": {"measure": "RR", "estimate": -0.3, "low": -0.6, "high": 0.0, "baseline": 0.1, "per": 100.0},
        "arm_contrasts": {
            "measure": "OR",
            "study": list("112233"),
            "treatment": list("ababab"),
            "events": X1,
            "total": N1,
            "add": 0.5,
        },
        "arm_variance": {"measure": "MD", "sd": FLOATS, "n": SIZES},
        "as_fraction": {"level": 0.95},
        "back_transform": {"measure": "PFT", "x": [0.5, 0.6], "n": [20, 30]},
        "bayes_blups": {
            "yi": YI,
            "vi": VI,
            "tau_prior": prior,
            "mu_prior": metafit.NormalPrior(0.0, 1.0),
            "level": 0.95,
        },
        "bayes_pool": {
            "yi": YI,
            "vi": VI,
            "tau_prior": prior,
            "mu_prior": metafit.NormalPrior(0.0, 1.0),
            "level": 0.95,
            "null": 0.0,
        },
        "binary_effects": {"measure": "OR", **TABLE, "add": 0.5, "to": "only0", "drop_no_events": False},
        "blups": POOL,
        "change_effects": {
            "measure": "MC",
            "mean_post": FLOATS,
            "mean_pre": FLOATS,
            "sd_pre": FLOATS,
            "sd_post": FLOATS,
            "n": SIZES,
            "correlation": 0.5,
        },
        "component_network": {"fit": parts, "separator": "+", "inactive": "c"},
        "contrasts": {"fit": plain, "matrix": [[0.0, 1.0]], "value": 0.0, "names": ["slope"]},
        "correlation_effects": {"measure": "ZCOR", "correlation": [0.1, 0.5], "n": [20, 30]},
        "cumulative": {**POOL, "order": [1, 2, 3, 4, 5, 6], "names": list("uvwxyz")},
        "design_test": {"fit": net},
        "egger": {"yi": YI, "vi": VI, "model": "lm", "method": "REML", "test": "z", "level": 0.95, "force": True},
        "escalc": {
            "measure": "OR",
            "columns": ["a", "n1", "c", "n2"],
            "data": {"a": X1, "n1": N1, "c": X2, "n2": N2},
            "names": WHERE,
        },
        "exact_proportion": {"events": X1, "total": N1, "level": 0.95},
        "exact_rate": {"events": X1, "time": N1, "level": 0.95},
        "fit_statistics": {"fit": fit, "restricted": True},
        "from_five_numbers": {"minimum": [0.0], "q1": [1.0], "median": [2.0], "q3": [3.0], "maximum": [4.0], "n": [40]},
        "from_quartiles": {"q1": [1.0], "median": [2.0], "q3": [3.0], "n": [40]},
        "from_range": {"minimum": [0.0], "median": [2.0], "maximum": [4.0], "n": [40]},
        "geometry": {"fit": net},
        "gosh": {**POOL, "most": 20, "seed": 0, "measure": "OR"},
        "harbord": {**TABLE, "level": 0.95, "force": True},
        "harmonic_mean": {"n": SIZES, "axis": -1},
        "hedges_factor": {"df": SIZES},
        "heterogeneity_intervals": {"yi": YI, "vi": VI, "moderators": FLOATS, "level": 0.95, "intercept": True},
        "influence": {"yi": YI, "vi": VI, "method": "REML", "test": "z", "names": WHERE},
        "interval_effects": {
            "estimate": [1.0, 2.0],
            "low": [0.5, 1.0],
            "high": [2.0, 4.0],
            "level": 0.95,
            "ratio": True,
            "df": [10, 20],
            "measure": "OR",
        },
        "joint_test": {"fit": line, "moderators": ["x", "group"]},
        "league_table": {"fit": net, "order": list("xyz")},
        "leave_one_out": {**POOL, "names": list("uvwxyz")},
        "location_scale": {
            "yi": YI,
            "vi": VI,
            "moderators": FLOATS,
            "scale": FLOATS,
            "method": "REML",
            "test": "z",
            "level": 0.95,
            "intercept": True,
            "scale_intercept": True,
            "names": ["x"],
            "scale_names": ["x"],
            "measure": "OR",
        },
        "mean_effects": {
            "measure": "SMD",
            "mean_t": FLOATS,
            "sd_t": FLOATS,
            "n_t": SIZES,
            "mean_c": FLOATS,
            "sd_c": FLOATS,
            "n_c": SIZES,
        },
        "node_split": {"fit": net, "treatment": "x", "control": "y"},
        "node_splits": {"fit": net},
        "number_needed": {"difference": -0.03, "low": -0.05, "high": 0.01, "event": "bad"},
        "one_mean_effects": {"measure": "MN", "mean": FLOATS, "sd": FLOATS, "n": SIZES},
        "p_scores": {"fit": net, "small_is_good": True},
        "p_value_effects": {"estimate": [0.5, 1.2], "p": [0.04, 0.3], "ratio": True, "df": [10, 20], "measure": "OR"},
        "pairwise": {"fit": line, "moderator": "group"},
        "permutation_test": {"fit": plain, "exact": False, "draws": 20, "seed": 1},
        "pet_peese": {"yi": YI, "vi": VI, "cut": 0.1, "level": 0.95, "force": True},
        "peters": {**TABLE, "level": 0.95, "force": True},
        "pool": {**POOL, "names": list("uvwxyz"), "measure": "OR", "compiled": False},
        "pool_counts": {
            "table": two,
            "measure": "OR",
            "method": "MH",
            "model": "UM.FS",
            "test": "z",
            "level": 0.95,
            "nagq": 7,
            "correct": True,
        },
        "pool_multilevel": {
            "yi": YI,
            "v": VI,
            "groupings": [WHERE],
            "moderators": FLOATS,
            "intercept": True,
            "method": "REML",
            "test": "z",
            "level": 0.95,
        },
        "pool_multivariate": {
            "yi": YI,
            "v": VI,
            "study": WHERE,
            "outcome": list("uvuvuv"),
            "moderators": None,
            "structure": "CS",
            "method": "REML",
            "test": "z",
            "level": 0.95,
            "intervals": False,
            "measure": "OR",
        },
        "pool_network": {**NET, "method": "REML", "test": "z", "level": 0.95, "measure": "OR"},
        "predict": {"fit": plain, "moderators": [[1.0], [2.0]]},
        "proportion_effects": {"measure": "PLO", "events": X1, "total": N1, "add": 0.5, "to": "only0"},
        "rankogram": {"fit": net, "small_is_good": True, "draws": 50, "seed": 1},
        "rate_effects": {
            "measure": "IRR",
            "events_t": X1,
            "time_t": N1,
            "events_c": X2,
            "time_c": N2,
            "add": 0.5,
            "to": "only0",
        },
        "regress": {
            "yi": YI,
            "vi": VI,
            "moderators": FLOATS,
            "method": "REML",
            "test": "z",
            "level": 0.95,
            "intercept": True,
            "names": ["x"],
            "measure": "OR",
        },
        "responders": {
            "baseline_mean": 60.0,
            "end_mean_control": 40.0,
            "end_sd": 20.0,
            "difference": -8.0,
            "low": -12.0,
            "high": -4.0,
            "fraction": 0.3,
            "per": 100.0,
        },
        "robust": {"fit": levels, "cluster": WHERE, "kind": "CR2", "level": 0.95},
        "rule_of_three": {"total": N1},
        "sampling_covariance": {"vi": VI, "cluster": WHERE, "rho": 0.5, "outcome": list("uvuvuv")},
        "sd_from_interval": {"low": [0.1] * 6, "high": [0.9] * 6, "n": SIZES, "level": 0.95},
        "sd_from_se": {"se": FLOATS, "n": SIZES},
        "sd_of_change": {"sd_pre": FLOATS, "sd_post": FLOATS, "correlation": 0.5},
        "se_effects": {"estimate": FLOATS, "se": FLOATS, "measure": "OR"},
        "selection_model": {"yi": YI, "vi": VI, "steps": (0.025,), "alternative": "greater", "level": 0.95},
        "shared_arm_covariance": {"study": WHERE, "vi": VI, "shared": [0.01] * 6},
        "sigma2_intervals": {"fit": levels, "level": 0.95},
        "single_rate_effects": {"measure": "IRLN", "events": X1, "time": N1, "add": 0.5, "to": "only0"},
        "smd_covariance": {"study": WHERE, "yi": YI, "vi": VI, "n_shared": SIZES, "n_total": [90] * 6},
        "smd_to_log_odds": {"smd": 0.5, "se": 0.1},
        "split_evidence": {"fit": net},
        "subgroups": {**POOL, "groups": WHERE, "common_tau2": False},
        "three_level": {
            "yi": YI,
            "vi": VI,
            "outer": WHERE,
            "inner": list("xyxyxy"),
            "moderators": FLOATS,
            "method": "REML",
            "test": "z",
            "level": 0.95,
        },
        "trim_and_fill": {**POOL, "estimator": "L0", "side": "left", "force": True},
        "vif": {"fit": line, "groups": [["x"], ["group"]]},
        "weights": {"vi": VI, "tau2": 0.1},
        "zero_upper": {"total": N1, "level": 0.95, "sides": 1},
    }


CALLS = calls()
WRONG: dict[str, Callable[[], Any]] = {
    "a word": lambda: "nonsense",
    "None": lambda: None,
    "nothing": list,
    "a dictionary": dict,
    "an object": object,
    "a function": lambda: len,
    "bytes": lambda: b"abc",
    "a set": lambda: {1, 2, 3},
    "a generator": lambda: (one for one in range(6)),
    "NaN": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "a negative": lambda: -1,
    "zero": lambda: 0,
    "a truth": lambda: True,
    "a fraction": lambda: 2.5,
    "an endless integer": lambda: 10**400,
    "a complex number": lambda: 1j,
    "words": lambda: list("pqrstu"),
    "too few": lambda: [0.1, 0.2],
    "a matrix": lambda: [[0.1, 0.2], [0.3, 0.4]],
    "a cube": lambda: np.full((2, 3, 6), 0.2),
    "ragged rows": lambda: [[1, 2], [3]],
    "NaN throughout": lambda: [float("nan")] * 6,
    "infinities": lambda: [float("inf")] * 6,
    "negatives": lambda: [-1.0] * 6,
    "Nones": lambda: [None] * 6,
    "truths": lambda: [True, False] * 3,
    "complex numbers": lambda: [1j] * 6,
    "endless integers": lambda: [10**400] * 6,
    "days": lambda: np.array(["2020-01-01"] * 6, dtype="datetime64[D]"),
    "a masked array": lambda: np.ma.masked_array([0.1] * 6, mask=[0, 1, 0, 0, 0, 0]),
    "an array of no dimension": lambda: np.array(0.3),
}


def test_every_public_function_is_walked() -> None:
    assert set(CALLS) == {name for name in metafit.__all__ if inspect.isfunction(getattr(metafit, name))}


def ask(name: str, arguments: dict[str, Any]) -> Any:
    """The answer, or the sentence; any other error or warning fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return getattr(metafit, name)(**arguments)
        except StatsInputError as error:
            assert "\n" not in str(error), str(error)
            return str(error)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_wrong_argument_is_told_in_one_sentence(name: str) -> None:
    for argument in CALLS[name]:
        for told, make in WRONG.items():
            try:
                ask(name, CALLS[name] | {argument: make()})
            except Exception as error:
                raise AssertionError(f"{name}({argument}={told}): {error!r}") from error


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Shown):
        return str(one) == str(other)
    return bool(np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True))


def numeric(value: Any) -> bool:
    return isinstance(value, list) and np.asarray(value).dtype.kind in "fi"


def other_ways(value: list[Any]) -> dict[str, Any]:
    """The same numbers: an array that may not be written to, a column of a larger one, a series with an odd index."""
    fixed = np.array(value)
    fixed.flags.writeable = False
    apart = np.zeros((*fixed.shape, 2), dtype=fixed.dtype)
    apart[..., 0] = fixed
    found = {"read-only": fixed, "strided": apart[..., 0], "a tuple": tuple(value), "objects": fixed.astype(object)}
    if fixed.ndim == 1:
        pandas = pytest.importorskip("pandas")
        found["a series"] = pandas.Series(value, index=[3, 1, 0, 9, -2, 7][: fixed.size])
    return found


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_same_numbers_in_another_array_give_the_same_answer(name: str) -> None:
    arguments = CALLS[name]
    want = ask(name, arguments)
    assert not isinstance(want, str), want
    for argument, value in arguments.items():
        for told, other in other_ways(value).items() if numeric(value) else ():
            assert same(want, ask(name, arguments | {argument: other})), f"{name}({argument}={told})"


@pytest.mark.parametrize("name", sorted(CALLS))
def test_arguments_are_never_changed(name: str) -> None:
    arguments = {key: np.array(value) if numeric(value) else value for key, value in CALLS[name].items()}
    plain = {key: value for key, value in arguments.items() if isinstance(value, (np.ndarray, list, dict))}
    before = copy.deepcopy(plain)
    ask(name, arguments)
    for key, value in before.items():
        np.testing.assert_equal(plain[key], value, err_msg=f"{name}({key})")


def test_a_mask_is_an_absent_study() -> None:
    masked = np.ma.masked_array(YI, mask=[0, 1, 0, 0, 0, 0])
    assert same(metafit.pool(masked, VI), metafit.pool([YI[0], np.nan, *YI[2:]], VI))


def test_one_effect_is_not_spread_over_several_variances() -> None:
    for name in ("pool", "blups", "egger", "pet_peese", "selection_model", "heterogeneity_intervals", "trim_and_fill"):
        arguments = {key: value for key, value in CALLS[name].items() if key != "moderators"}
        told = ask(name, arguments | {"yi": [0.3]})
        assert isinstance(told, str) and told.startswith("yi"), name


@pytest.mark.parametrize(
    ("given", "named"),
    [((YI, VI, "DL"), {}), ((YI, VI), {"yi": YI}), ((), {"vi": VI}), ((YI, VI), {"methods": "DL"})],
)
def test_a_call_that_python_refuses_is_refused(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Arguments by name alone, twice, missing or unknown."""
    with pytest.raises(TypeError, match=r"pool\(\)"):
        metafit.pool(*given, **named)
