"""What is asked of a meta-regression equals metafor's answers, call by call (the files: tests/golden/live_r.py)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import metafit
from tests.golden.live_r import differences, noise

Numbers = dict[str, Any]


def _calls() -> list[Any]:
    found = []
    for path in sorted(Path(__file__).parent.glob("*.json")):
        doc = json.loads(path.read_text())
        found += [
            pytest.param(doc["data"], call, id=f"{path.stem}-{i}: {call['r'][:80]}")
            for i, call in enumerate(doc["calls"])
        ]
    return found


def _columns(data: Numbers, options: Numbers) -> tuple[list[str], dict[str, Any]]:
    """The moderators asked for, and the data with codes turned into words."""
    moderators = options.pop("moderators", [])
    words = options.pop("words", None)
    columns: dict[str, Any] = {name: np.array(column, dtype=float) for name, column in data.items()}
    if words:
        columns["words"] = [f"level {code}" for code in data[words]]
        moderators = [*moderators, "words"]
    return moderators, columns


def _asked(data: Numbers, options: Numbers) -> Numbers:
    function = options.pop("function")
    own = {name: options.pop(name) for name in ("groups", "which", "matrix", "value") if name in options}
    moderators, columns = _columns(data, options)
    fit = metafit.regress("yi", "vi", moderators, data=columns, **options)
    if function == "vif":
        found = metafit.vif(fit, own.get("groups"))
        return {"vif": found.vif, "sif": found.sif}
    if function == "joint":
        tested = metafit.joint_test(fit, own["which"])
    else:
        tested = metafit.contrasts(fit, own["matrix"], own.get("value", 0.0))
    names = ("qm", "qm_df", "qm_p", "se", "statistic", "p")
    # metafor subtracts the hypothesis from the estimate it prints
    return {name: getattr(tested, name) for name in names} | {"estimate": tested.estimate - tested.value}


def _permuted(data: Numbers, options: Numbers) -> Numbers:
    options.pop("function")
    first, last = options.pop("first", 0), options.pop("rows", None)
    two = options.pop("two", None)
    chosen = {name: column[first:last] for name, column in data.items()}
    moderators, columns = _columns(chosen, options)
    if two:
        columns["is second"] = columns[two] == 2
        moderators = ["is second"]
    if moderators:
        fit: Any = metafit.regress("yi", "vi", moderators, data=columns, **options)
    else:
        fit = metafit.pool("yi", "vi", data=columns, **options)
    found = metafit.permutation_test(fit, exact=True)
    return {name: getattr(found, name) for name in ("p", "statistic", "qm", "qm_p", "permutations")}


def _scaled(data: Numbers, options: Numbers) -> Numbers:
    options.pop("function")
    moderators, columns = _columns(data, options)
    fit = metafit.location_scale("yi", "vi", moderators or None, data=columns, **options)
    names = ("estimate", "se", "statistic", "p", "ci_low", "ci_high", "qm", "qm_p")
    numbers = {name: getattr(fit.location, name) for name in names}
    numbers |= {f"scale_{name}": getattr(fit.scale, name) for name in names}
    return numbers | {name: getattr(fit, name) for name in ("tau2", "log_likelihood", "q", "q_p")}


_KINDS = {"vif": _asked, "joint": _asked, "contrasts": _asked, "permutation": _permuted, "scale": _scaled}


def _plain(value: Any) -> Any:
    numbers = [None if np.isnan(x) else float(x) for x in np.ravel(np.asarray(value, dtype=float))]
    return numbers[0] if len(numbers) == 1 else numbers


@pytest.mark.parametrize(("data", "call"), _calls())
def test_equals_r(data: Numbers, call: Numbers) -> None:
    ours = _KINDS[call["ours"]["function"]](data, dict(call["ours"]))
    assert call["want"]
    if "log_likelihood" in call["want"]:  # R's optimiser stops where it is content: never below it
        assert ours["log_likelihood"] >= call["want"]["log_likelihood"] - 1e-9
    for name, want in call["want"].items():
        off = differences(want, _plain(ours[name]), noise(name, call["rel"]))
        assert off <= call["rel"], f"{name}: off by {off:.1e}: {_plain(ours[name])} but R has {want}"
