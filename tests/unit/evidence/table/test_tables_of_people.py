"""Tables as people have them, written before the reader was looked at: read rightly, or doubted in a sentence."""

from __future__ import annotations

import functools
import math
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deqi.errors import InputError
from deqi.evidence.table.contrasts import NetworkTable, pool_contrasts
from deqi.evidence.table.pooled import PooledTable, parse_table, pool_table

WRITTEN = yaml.load(
    Path(__file__).with_name("tables_of_people.yaml").read_text(encoding="utf-8"),
    Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),
)
NAMES_A_CELL = re.compile(r"row \d+, column |row \d+: \d")
DOUBT = re.compile(r"\?|look at the paper|look again|take the row out|keep one")
"""What no sentence says of a table that is well made."""

Answer = PooledTable | NetworkTable


def cases() -> list[Any]:
    found = []
    for case in WRITTEN["cases"]:
        for word in case.get("with", [""]):
            filled = {name: text.replace("{}", word) if isinstance(text, str) else text for name, text in case.items()}
            found.append(pytest.param(filled, id=filled["what"]))
    return found


def answered(text: str, case: dict[str, Any]) -> Answer:
    table = parse_table(text.encode(case.get("encoding", "utf-8")), "t.csv")
    measure = case.get("measure")
    return pool_contrasts(table, measure=measure) if case.get("network") else pool_table(table, measure=measure)


def numbers(answer: Answer) -> list[tuple[float, ...]]:
    if isinstance(answer, NetworkTable):
        found = [(abs(float(one)),) for one in answer.fit.estimate.ravel() if math.isfinite(one)]
    else:
        found = [(one.yi, one.vi) for one in answer.studies if one.yi is not None and one.vi is not None]
    return sorted(tuple(round(one, 9) for one in several) for several in found)


@functools.cache
def well_made(like: str, network: bool, measure: str | None) -> Answer:
    case = {"network": network, "measure": "OR" if like.startswith("OR") else measure}
    return answered(WRITTEN["well-made"][like], case)


@pytest.mark.parametrize("case", cases())
def test_a_table_is_read_rightly_or_doubted_in_a_sentence(case: dict[str, Any]) -> None:
    says = case.get("says")
    try:
        answer = answered(case["table"], case)
    except InputError as error:
        assert case.get("refused", says is not None), str(error)
        assert says is None or re.search(says, str(error)) or NAMES_A_CELL.search(str(error)), str(error)
        return
    assert not case.get("refused")
    told = " ".join(answer.warnings)
    assert says is None or re.search(says, told), told
    if "like" in case:
        clean = well_made(case["like"], bool(case.get("network")), case.get("measure"))
        assert numbers(answer) == numbers(clean)
        if says is None:
            assert [one for one in answer.warnings if one not in clean.warnings and DOUBT.search(one)] == []


@pytest.mark.parametrize("name", [name for name in WRITTEN["well-made"] if not name.startswith("NET")])
def test_well_made_tables_are_not_doubted(name: str) -> None:
    assert not DOUBT.search(" ".join(well_made(name, False, None).warnings))
