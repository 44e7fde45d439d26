"""Tables with a row for each arm: two arms of a study are set side by side, or a sentence says that they should be."""

from __future__ import annotations

import dataclasses
from collections import defaultdict

from deqi.errors import InputError
from deqi.evidence.table.columns import ColumnSet, first_set
from deqi.evidence.table.headers import arm_words, words_of
from deqi.evidence.table.reading import Table
from deqi.evidence.table.repeats import one_spelling
from deqi.evidence.table.sentences import say

_KINDS = ("proportion", "rate", "one_mean")
#: Columns by these names hold arms; by the others, groups of people too.
_SURELY = ("arm", "arms", "treatment", "treatments", "treat", "trt", "intervention")
_PERHAPS = ("group", "groups", "allocation")


def arms_beside(table: Table, measure: str | None) -> tuple[Table, tuple[str, ...]]:
    """The table with the two arms of each study in one row, and what was understood; unchanged where rows are studies.

    Raises:
        InputError: rows are arms, but nothing says which is the control, or there are more than two.
    """
    chosen = first_set(table.columns)
    if chosen is None or chosen.kind not in _KINDS or "study" not in table.columns:
        return table, ()
    if measure is not None and measure in chosen.measures:
        return table, ()
    for column in (*_SURELY, *_PERHAPS):
        if column in table.columns and (studies := _studies(table, column)):
            control = _control(table, column, studies)
            if control is not None:
                return _joined(table, chosen, column, studies, control)
            if column in _SURELY:
                wanted = ", ".join(f"{name}{arm}" for arm in ("_t", "_c") for name in chosen.columns)
                where = {"name": table.name, "column": column, "wanted": wanted, "measure": chosen.measures[0]}
                raise InputError(say("rows-are-arms", **where))
    return table, ()


def _studies(table: Table, column: str) -> list[list[int]]:
    """The rows of each study, where all but a few have several with different arms; empty otherwise."""
    place, arm = table.columns.index("study"), table.columns.index(column)
    rows: dict[str, list[int]] = defaultdict(list)
    last = ""
    for i, (_, cells) in enumerate(table.rows):
        last = one_spelling(cells[place]) or last  # a name may stand only above the first arm
        rows[last].append(i)
    several = [
        found
        for found in rows.values()
        if len(found) > 1 and len({table.rows[i][1][arm].casefold() for i in found}) == len(found)
    ]
    return list(rows.values()) if 2 * len(several) > len(rows) else []


def _control(table: Table, column: str, studies: list[list[int]]) -> str | None:
    """What the control arm is called, where every study has it once beside one other arm."""
    arm = table.columns.index(column)
    told = [[table.rows[i][1][arm].casefold() for i in rows] for rows in studies]
    if any(len(found) != 2 for found in told):
        return None
    named = {
        word for found in told for word in found if set(arm_words(words_of(word))) & set(say("header.arm.c").split())
    }
    return (
        next(iter(named))
        if len(named) == 1 and all(sum(one in named for one in found) == 1 for found in told)
        else None
    )


def _joined(
    table: Table, chosen: ColumnSet, column: str, studies: list[list[int]], control: str
) -> tuple[Table, tuple[str, ...]]:
    arm, study = table.columns.index(column), table.columns.index("study")
    places = [table.columns.index(name) for name in chosen.columns]
    kept = [i for i in range(len(table.columns)) if i not in (*places, arm, study)]
    rows = []
    for first, second in studies:
        treated, other = (second, first) if table.rows[first][1][arm].casefold() == control else (first, second)
        ours = [table.rows[i][1] for i in (treated, other)]
        named = table.rows[min(first, second)][1][study]
        numbers = [cells[place] for cells in ours for place in places]
        rows.append((table.rows[min(first, second)][0], (named, *numbers, *(ours[0][i] for i in kept))))
    names = [f"{name}{arm}" for arm in ("_t", "_c") for name in chosen.columns]
    columns = ("study", *names, *(table.columns[i] for i in kept))
    notes = (say("arms-joined", control=control, column=column),)
    return dataclasses.replace(table, columns=columns, rows=tuple(rows), own=None), notes
