"""Cells of events that bring their people with them, or say a share of them: 12/48, 25 %.

Events and people of one cell are taken apart where the column of people is empty or says the same. A percentage becomes
a count where one count alone is printed so; otherwise a sentence says how many could be.
"""

from __future__ import annotations

import dataclasses
import math
import re
import unicodedata
from decimal import Decimal
from typing import Final, Literal

from deqi.errors import InputError
from deqi.evidence.table.cells import PLAIN, read_cell, says_missing
from deqi.evidence.table.derived import ARMS, SHARES
from deqi.evidence.table.reading import Table, shown
from deqi.evidence.table.sentences import say

Made = Literal["fraction", "share"]
_FRACTION: Final = re.compile(
    r"(\d{1,15})\s*(?:/|of|out of)\s*(\d{1,15})(\s*[(\[]\s*\d+(?:[.,]\d+)?\s*%\s*[)\]])?", re.ASCII
)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,10})?)\s*%", re.ASCII)
_DECIMAL: Final = re.compile(r"\d{0,3}[.,]?\d{1,10}", re.ASCII)


def with_counts(table: Table) -> tuple[Table, tuple[tuple[int, Made], ...]]:
    """The table with whole counts of events where its cells tell them, and the rows (by index) of which it was so.

    Raises:
        InputError: people of a cell and of the column that differ, or a percentage of no count or of several.
    """
    rows = [list(cells) for _, cells in table.rows]
    columns = list(table.columns)
    made: list[tuple[int, Made]] = []
    for arm in ARMS:
        if f"total{arm}" not in columns:
            continue
        shares = [name for one in SHARES if (name := f"{one}{arm}") in columns]
        if f"events{arm}" not in columns:
            if not shares:
                continue
            columns.append(f"events{arm}")
            for cells in rows:
                cells.append("")
        events, total = columns.index(f"events{arm}"), columns.index(f"total{arm}")
        for i, ((row, _), cells) in enumerate(zip(table.rows, rows, strict=True)):
            where = {"name": table.name, "row": row, "column": columns[events]}
            text = _normal(cells[events])
            if together := _FRACTION.fullmatch(text):
                told = _count(cells[total], table)
                if told is None or told == int(together[2]):
                    cells[events], cells[total] = f"{together[1]}{together[3] or ''}", together[2]
                    made.append((i, "fraction"))
                else:
                    raise InputError(
                        say("people-apart", **where, cell=shown(cells[events]), total=columns[total], told=f"{told:g}")
                    )
                continue
            share = _PERCENT.fullmatch(text)
            column, times = columns[events], 1
            if says_missing(text):
                column = next((name for name in shares if not says_missing(cells[columns.index(name)])), "")
                beside = _normal(cells[columns.index(column)]) if column else ""
                share = _PERCENT.fullmatch(beside) or _DECIMAL.fullmatch(beside)
                times = 100 if share and column.startswith("proportion") and not beside.endswith("%") else 1
            people = _count(cells[total], table) if share else None
            if share is None or people is None:
                continue
            cell = share[0]
            least, most = counts_of_share(share[1] if share.re is _PERCENT else cell, int(people), times)
            if least != most:
                key = "share-of-several" if least < most else "share-of-none"
                ends = {"least": least, "most": most} if least < most else {}
                raise InputError(say(key, **{**where, "column": column}, cell=shown(cell), total=f"{people:g}", **ends))
            cells[events] = str(least)
            made.append((i, "share"))
    if not made:
        return table, ()
    whole = tuple((row, tuple(cells)) for (row, _), cells in zip(table.rows, rows, strict=True))
    return dataclasses.replace(table, columns=tuple(columns), rows=whole), tuple(made)


def counts_of_share(digits: str, people: int, times: int = 1) -> tuple[int, int]:
    """The least and most of so many people that are rounded to this percentage (times 100: to this proportion).

    The least is above the most where none is.
    """
    printed = Decimal(digits.replace(",", "."))
    exponent = printed.as_tuple().exponent
    share, half = printed * times, Decimal(times).scaleb(exponent if isinstance(exponent, int) else 0) / 2
    low, high = ((share + sign * half) * people / 100 for sign in (-1, 1))
    return max(0, math.ceil(low)), min(people, math.floor(high))


def _count(cell: str, table: Table) -> float | None:
    """The people in a cell; None where it tells no whole number of them."""
    value, _ = read_cell(cell, table.style or PLAIN, whole=True)
    return value if isinstance(value, float) and value > 0 and value == math.floor(value) else None


def _normal(cell: str) -> str:
    return re.sub(r"(?<=\d)·(?=\d)", ".", unicodedata.normalize("NFKC", cell)).strip()
