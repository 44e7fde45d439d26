"""Rows of OMOP that say less never say no: the compiled rules, many people at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from tests.properties.doubt import engines, omop
from tests.properties.doubt.settings import EXAMPLES, of_one_seed

# Of what may mean a pregnancy it is not known how far it has come: which trimester is then open, or neither.
_MOVES_WITH_THE_DAY = {"pregnancy-t1-abdomen-sacrum", "pregnancy-t2t3-abdomen"}
_CLEAR = {"no", "cleared"}


@pytest.mark.parametrize("complete", [True, False], ids=["every list complete", "no list complete"])
def test_rows_that_say_less_never_say_no(tmp_path: Path, complete: bool) -> None:
    drawn = _drawn(max(150, EXAMPLES // 4))
    people = [rows for _, before, after in drawn for rows in (before, after)]
    states = engines.screened_states(omop.write(tmp_path / "cdm", people), complete=complete)
    wrong = []
    for number, (done, before, after) in enumerate(drawn):
        was, now = (states[str(2 * number + one)] for one in (1, 2))
        wrong += [
            f"{done}: {rule}: {state} became {now[rule]}: {before} became {after}"
            for rule, state in was.items()
            if state not in {"no", now[rule]} and now[rule] in _CLEAR and rule not in _MOVES_WITH_THE_DAY
        ]
    assert wrong == []


def _drawn(count: int) -> list[tuple[str, list[omop.Record], list[omop.Record]]]:
    found: list[tuple[str, list[omop.Record], list[omop.Record]]] = []

    @of_one_seed(count)
    @given(omop.pairs())
    def draw(pair: tuple[str, list[omop.Record], list[omop.Record]]) -> None:
        found.append(pair)

    draw()
    return found
