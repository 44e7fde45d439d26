"""Units by table: a value is converted by listed factors or not at all."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable

from deqi.knowledge.tables.vocabulary import Unit, UnitWord
from deqi.people.terminology.unit_spellings import PER_MICROLITRE, UnitSpellings

_MAX_STEPS = 3


class UnitTable:
    """Converts between UCUM units along the rows of the units table, in both directions.

    A row with a ``quantity`` holds for that quantity only (mass to amount of vitamin B12). No unit at all is UCUM's
    unity, ``1``. A unit of a quantity that is no UCUM code is read by its spelling. An unknown unit converts to
    nothing: the value is unusable, never guessed.
    """

    def __init__(
        self, edges: dict[tuple[str, str], list[tuple[str, float, float]]], spellings: UnitSpellings | None = None
    ) -> None:
        self._edges = edges
        self._spellings = spellings or UnitSpellings()
        self._found: dict[tuple[str, str, str], tuple[float, float] | None] = {}

    @classmethod
    def build(cls, rows: Iterable[Unit], words: Iterable[UnitWord] = ()) -> UnitTable:
        """The table of the given rows and spellings. A row without a usable factor is left out."""
        edges: dict[tuple[str, str], list[tuple[str, float, float]]] = defaultdict(list)
        for row in rows:
            if row.factor == 0 or not (math.isfinite(row.factor) and math.isfinite(row.offset)):
                continue
            edges[row.code, row.quantity].append((row.to, row.factor, row.offset))
            edges[row.to, row.quantity].append((row.code, 1 / row.factor, -row.offset / row.factor))
        return cls(dict(edges), UnitSpellings(words))

    def convert(self, value: float, unit: str, to: str, quantity: str = "") -> float | None:
        """``value`` in the unit ``to``, or None when the table knows no way."""
        way = self.way(unit, to, quantity)
        if way is None:
            return None
        value = value * way[0] + way[1]
        return value if math.isfinite(value) else None

    def way(self, unit: str, to: str, quantity: str = "") -> tuple[float, float] | None:
        """The factor and what is then added, or None when the table knows no way."""
        unit = unit or "1"
        to = to or "1"
        if unit == to:
            return 1.0, 0.0
        key = (unit, to, quantity)
        if key not in self._found:
            self._found[key] = self._search(unit, to, quantity) or self._spelt(unit, to, quantity)
        return self._found[key]

    def _spelt(self, unit: str, to: str, quantity: str) -> tuple[float, float] | None:
        """The way of a unit that is written as no UCUM code is, once it is known what it stands for."""
        if not quantity:
            return None
        meant = self._spellings.unit(unit, quantity)
        if meant is not None and meant != unit:
            return (1.0, 0.0) if meant == to else self._search(meant, to, quantity)
        count = self._spellings.count(unit)
        way = None if count is None else self._search(PER_MICROLITRE, to, quantity)
        return None if count is None or way is None else (count * way[0], way[1])

    def _search(self, unit: str, to: str, quantity: str) -> tuple[float, float] | None:
        """Breadth first, so that the shortest way is taken."""
        seen = {unit}
        frontier = [(unit, 1.0, 0.0)]
        for _ in range(_MAX_STEPS):
            reached: list[tuple[str, float, float]] = []
            for here, factor, offset in frontier:
                for there, more, plus in self._ways(here, quantity):
                    if there in seen:
                        continue
                    step = (there, factor * more, offset * more + plus)
                    if there == to:
                        return step[1], step[2]
                    seen.add(there)
                    reached.append(step)
            frontier = reached
        return None

    def _ways(self, unit: str, quantity: str) -> list[tuple[str, float, float]]:
        general = self._edges.get((unit, ""), [])
        return [*self._edges.get((unit, quantity), []), *general] if quantity else general
