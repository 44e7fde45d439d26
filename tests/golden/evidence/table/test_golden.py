"""The example tables against R's metafor, through the whole path from bytes to the answer."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from deqi.evidence.table.pooled import PooledTable, pool_table, read_table

EXAMPLES = Path(__file__).parents[4] / "examples"
GOLDEN = Path(__file__).parent


def _calls() -> list[Any]:
    return [
        pytest.param(call, id=f"{path.stem}: {call['r'][:70]}")
        for path in sorted(GOLDEN.glob("*.json"))
        for call in json.loads(path.read_text())["calls"]
    ]


def _numbers(pooled: PooledTable, group: str | None) -> dict[str, Any]:
    numbers: dict[str, Any] = {name: getattr(pooled, name) for name in pooled.__dataclass_fields__}
    numbers |= dict(zip(("ci_low", "ci_high"), pooled.ci, strict=True))
    numbers["natural"] = pooled.estimate_natural
    if pooled.prediction is not None:
        numbers |= dict(zip(("prediction_low", "prediction_high"), pooled.prediction, strict=True))
    if pooled.tau2_ci is not None:
        numbers |= dict(zip(("tau2_low", "tau2_high"), pooled.tau2_ci, strict=True))
    numbers |= {f"weight_{i + 1}": study.weight for i, study in enumerate(pooled.studies)}
    if pooled.moderators is not None:
        second, whole = pooled.moderators.coefficients[1], pooled.moderators
        numbers |= {"mod_estimate": second.estimate, "mod_se": second.se, "mod_low": second.ci[0], "mod_p": second.p}
        numbers |= {"qm": whole.qm, "qm_p": whole.qm_p, "r2": whole.r2}
        last = whole.terms[-1]
        numbers |= {"term_qm": last.statistic, "term_p": last.p, "term_vif": last.vif}
        numbers["difference_estimate"] = [one.estimate for one in last.differences]
        numbers["difference_p"] = [one.p for one in last.differences]
    for check in pooled.checks:
        numbers |= _check_numbers(check.name, check.numbers)
    if group is not None:
        one = next(g for g in pooled.subgroups if g.group == group)
        numbers |= {"group_estimate": one.estimate, "group_low": one.ci[0], "group_tau2": one.tau2, "group_k": one.k}
    return numbers


def _check_numbers(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """What the command prints of a permutation test or a location-scale model, as in its JSON."""
    if name == "permutation":
        return {f"permutation_{one}": _one(found[one]) for one in ("p", "qm_p", "permutations", "statistic")}
    if name == "location-scale":
        parts = ("estimate", "se", "statistic", "p", "ci_low", "ci_high", "qm", "qm_p")
        numbers = {f"{part}_{one}": _one(found[part][one]) for part in ("location", "scale") for one in parts}
        return numbers | {f"spread_{one}": found[one] for one in ("tau2", "log_likelihood", "q", "q_p")}
    return {}


def _one(value: Any) -> Any:
    """The number of a list of one, as R has it."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


@pytest.mark.parametrize("call", _calls())
def test_equals_r(call: dict[str, Any]) -> None:
    ours = dict(call["ours"])
    group = ours.pop("group", None)
    table = read_table(EXAMPLES / ours.pop("file"))
    table = dataclasses.replace(table, rows=table.rows[: ours.pop("rows", None)])
    pooled = pool_table(table, **{k: tuple(v) if isinstance(v, list) else v for k, v in ours.items()})
    numbers = _numbers(pooled, group)
    assert call["want"]
    for name, want in call["want"].items():
        assert numbers[name] == pytest.approx(want, rel=call["rel"], abs=1e-9), name


def test_every_example_is_described_and_compared() -> None:
    described = (EXAMPLES / "README.md").read_text()
    for path in EXAMPLES.glob("*.csv"):
        assert f"`{path.name}`" in described
        assert (GOLDEN / f"{path.stem}.json").exists()
