"""A column that names the measure of each row: what all rows say is believed, and unlike measures are not pooled."""

from __future__ import annotations

from typing import Final

from deqi.errors import InputError
from deqi.evidence.table.cells import says_missing
from deqi.evidence.table.columns import GIVEN_KINDS, ColumnSet
from deqi.evidence.table.headers import measure_of, words, words_of
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say

#: Of effects as papers print them; yi is on the scale of the analysis, whatever its rows are called.
_AS_PRINTED: Final = ("interval", "p_value")


def measure_of_rows(table: Table, chosen: ColumnSet, measure: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The measure asked for, or else the one that a column of the table says of every row; and a sentence about it.

    Raises:
        InputError: rows of several measures, and nobody said as which they are to be pooled.
    """
    if chosen.kind not in GIVEN_KINDS:
        return measure, ()
    for i, column in enumerate(table.header):
        if not set(words_of(column)) <= {*words("measure-column"), *words("noise")}:
            continue
        cells = [cell for _, row in table.rows if not says_missing(cell := row[i])]
        told = [measure_of(cell.casefold()) for cell in cells]
        if not told or None in told:
            continue
        found = list(dict.fromkeys(one for one in told if one is not None))
        if len(found) > 1:
            mixed = say("measures-mixed", name=table.name, column=column, measures=", ".join(found))
            if measure is None:
                raise InputError(mixed)
            return measure, (mixed,)
        if measure is None and chosen.kind in _AS_PRINTED and found[0] in chosen.measures:
            return found[0], (say("measure-of-rows", column=column, measure=found[0]),)
    return measure, ()
