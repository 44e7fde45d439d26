"""Rows of a file that are no studies: titles above the header, units below it, the header again, notes underneath."""

from __future__ import annotations

import functools
from typing import Final

from deqi.evidence.table.cells import looks_like_number, says_missing
from deqi.evidence.table.sentences import say, some

Row = tuple[int, list[str]]
_MOST_TITLES: Final = 10


def without_titles(lines: list[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows from the header on; a single filled cell above wider rows is a title."""
    start = 0
    while start < min(len(lines) - 1, _MOST_TITLES) and len(_filled(lines[start])) == 1:
        start += 1
    if start == 0 or len(_filled(lines[start])) == 1:
        return lines, ()
    return lines[start:], (say("stray.title", rows=_numbers(lines[:start])),)


def without_strays(header: list[str], body: list[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows that may be studies, and sentences about those that are not."""
    again = [row for row in body if _folded(row[1]) == _folded(header)]
    units = [row for row in body[:1] if _is_units(row[1])]
    notes = [row for row in body if len(row[1]) < len(header) and len(_filled(row)) == 1 and not _number_in(row)]
    notes += [row for row in _last_words(header, body) if row not in notes]
    said = [
        say(
            f"stray.{key}",
            rows=_numbers(rows),
            cells=some(list(dict.fromkeys(cell for row in rows for cell in _filled(row)))),
        )
        for key, rows in (("header", again), ("units", units), ("notes", notes))
        if rows and len(rows) < len(body)
    ]
    passed = {number for rows in (again, units, notes) for number, _ in rows}
    kept = [row for row in body if row[0] not in passed]
    return (kept, tuple(said)) if kept else (body, ())


def _last_words(header: list[str], body: list[Row]) -> list[Row]:
    """Rows at the end that are as wide as no other and hold words alone: a note with commas in it."""
    found: list[Row] = []
    for row in reversed(body):
        odd = len(row[1]) != len(header) and any(row[1][len(header) :] or [len(row[1]) < len(header)])
        if not odd or _number_in(row) or any(cell and says_missing(cell) for cell in row[1]):
            break
        found.insert(0, row)
    return found


def _filled(row: Row) -> list[str]:
    return [cell for cell in row[1] if cell]


def _folded(cells: list[str]) -> list[str]:
    return [cell.casefold() for cell in cells if cell]


def _number_in(row: Row) -> bool:
    return any(map(looks_like_number, row[1]))


def _is_units(cells: list[str]) -> bool:
    """Whether every cell that says something names a unit, a kind of number, or that these are units."""
    filled = [cell.casefold().strip("()[] ") for cell in cells if cell]
    return bool(filled) and all(cell in _units() for cell in filled)


@functools.cache
def _units() -> frozenset[str]:
    return frozenset(say("stray.unit-words").split())


def _numbers(rows: list[Row]) -> str:
    return some([str(number) for number, _ in rows])
