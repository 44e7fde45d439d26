"""Likelihoods and information criteria against R's metafor (see tests/golden/live_r.py for the files)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import metafit
from tests.golden.live_r import differences, noise

GOLDEN = Path(__file__).parent
Numbers = dict[str, Any]


def _calls() -> list[Any]:
    docs = [(path.stem, json.loads(path.read_text())) for path in sorted(GOLDEN.glob("*.json"))]
    return [
        pytest.param(doc["data"], call, id=f"{stem}-{i}: {call['r'][:60]}")
        for stem, doc in docs
        for i, call in enumerate(doc["calls"])
    ]


def _fit(data: dict[str, Any], options: Numbers) -> Any:
    function = options.pop("fit")
    columns = {name: np.array(column, dtype=float)[: options.get("first")] for name, column in data.items()}
    options.pop("first", None)
    moderators = [columns[name] for name in options.pop("mods", ())]
    if function == "pool":
        return metafit.pool(columns["yi"], columns["vi"], **options)
    if function == "regress":
        return metafit.regress(columns["yi"], columns["vi"], np.column_stack(moderators), **options)
    if function == "three_level":
        given = {"moderators": np.column_stack(moderators)} if moderators else {}
        return metafit.three_level(columns["yi"], columns["vi"], data["district"], data["school"], **given, **options)
    control = metafit.OneArm(columns["ci"], columns["n2i"])
    both = metafit.TwoArms(columns["ai"], columns["n1i"], columns["ci"], columns["n2i"])
    return metafit.pool_counts(control if options["measure"] == "PLO" else both, **options)


@pytest.mark.parametrize(("data", "call"), _calls())
def test_equals_r(data: dict[str, Any], call: Numbers) -> None:
    options = dict(call["ours"])
    restricted = options.pop("restricted", None)
    found = metafit.fit_statistics(_fit(data, options), restricted=restricted)
    assert len(call["want"]) >= 5
    for name, want in call["want"].items():
        off = differences(want, float(getattr(found, name)), noise(name, call["rel"]))
        assert off <= call["rel"], f"{name}: off by {off:.1e}: {getattr(found, name)} but R has {want}"


def test_the_fit_says_which_likelihood() -> None:
    y, v = [0.1, 0.4, 0.8, -0.2], [0.05, 0.04, 0.1, 0.08]
    assert metafit.fit_statistics(metafit.pool(y, v)).restricted
    assert not metafit.fit_statistics(metafit.pool(y, v, method="ML")).restricted
    assert np.isnan(metafit.fit_statistics(metafit.pool([0.1, 0.2], [0.0, 0.1])).aic)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: metafit.fit_statistics(metafit.pool(np.zeros((2, 3)), np.ones((2, 3)))), "not a batch"),
        (
            lambda: metafit.fit_statistics(
                metafit.pool_counts(metafit.TwoArms([1], [9], [2], [8]), measure="OR", method="MH")
            ),
            "no such likelihood",
        ),
    ],
)
def test_what_has_no_likelihood(call: Any, told: str) -> None:
    with pytest.raises(metafit.StatsInputError, match=told):
        call()
