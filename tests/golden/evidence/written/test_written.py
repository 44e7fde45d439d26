"""Tables as people and programs write them give R's numbers for the trials in them, and say what was understood."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from deqi.evidence.table.pooled import parse_table, pool_table
from tests.golden.evidence.written.tables import TABLES, Written

POOLS: Final = {
    call["ours"]["key"]: call for call in json.loads((Path(__file__).parent / "pools.json").read_text())["calls"]
}


@pytest.mark.parametrize("written", TABLES, ids=lambda one: one.name)
def test_equals_r(written: Written) -> None:
    found = pool_table(parse_table(written.data, "t.csv"), **written.options)  # type: ignore[arg-type]
    call = POOLS[written.key]
    numbers = {"estimate": found.estimate, "ci_low": found.ci[0], "ci_high": found.ci[1]}
    assert numbers == pytest.approx(call["want"], rel=call["rel"])
    assert written.told in " ".join(found.warnings)


def test_every_call_to_r_is_used() -> None:
    assert {one.key for one in TABLES} == set(POOLS)
