"""Many yes-or-no flags of a person in a few integers, so that one pass over the facts sets them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import ibis.expr.types as ir

BITS = 62
"""Flags an integer holds; it stays positive in engines whose integers have a sign."""


class Numbering:
    """Numbers things in the order in which they are first named; a number is a flag's index."""

    def __init__(self, keys: Iterable[Any] = ()) -> None:
        self._places: dict[Any, int] = {}
        for key in keys:
            self.index(key)

    def index(self, key: Any) -> int:
        """The index of a thing, new if need be."""
        return self._places.setdefault(key, len(self._places))

    def __contains__(self, key: Any) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[Any]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def words(self) -> int:
        """Integers needed, at least one."""
        return max(1, -(-len(self._places) // BITS))


def word_and_mask(index: int) -> tuple[int, int]:
    """Which integer a flag is in, and its bit."""
    return index // BITS, 1 << (index % BITS)


def collect(rows: ir.Table, family: str, words: int, when: ir.BooleanValue | None = None) -> dict[str, ir.Value]:
    """Aggregates over rows with ``word`` and ``mask``: the integers of a family of flags, for rows ``when`` holds."""
    found = {}
    for number in range(words):
        here = rows["word"] == number
        found[f"{family}_{number}"] = (here if when is None else here & when).ifelse(rows["mask"], 0).bit_or()
    return found


def has(table: ir.Table, family: str, index: int) -> ir.BooleanValue:
    """Whether a flag is set."""
    word, mask = word_and_mask(index)
    flag: ir.BooleanValue = (table[f"{family}_{word}"] & mask) != 0
    return flag
