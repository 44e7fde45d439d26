"""Columns that are printed and become a data frame: one list of them serves both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from metafit.display.natural import WORDS, natural
from metafit.display.summary import MOST_ROWS, Block, Summary, number, percent
from metafit.text import say


class Column(NamedTuple):
    """A heading, and the values by their names in a data frame; two of them are an interval in one printed cell."""

    heading: str
    values: Mapping[str, Any]
    show: Callable[[Any], str] = number

    def cells(self, shape: tuple[int, ...]) -> list[str]:
        """The printed cells of every row, in row-major order."""
        flat = [np.broadcast_to(np.asarray(one, dtype=object), shape).ravel() for one in self.values.values()]
        return [say("span", low=cell[0], high=cell[1]) if len(cell) == 2 else cell[0] for cell in self._shown(flat)]

    def _shown(self, flat: Sequence[npt.NDArray[Any]]) -> list[list[str]]:
        return [[self.show(one) for one in row] for row in zip(*flat, strict=True)]


class Rows(NamedTuple):
    """A table with a label a row."""

    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    shape: tuple[int, ...]

    def block(self, heading: str = "") -> Block:
        """As printed, its first rows where it is long."""
        cells = [one.cells(self.shape)[:MOST_ROWS] for one in self.columns]
        heads = [one.heading for one in self.columns]
        if any(self.labels):
            cells, heads = [list(self.labels[:MOST_ROWS]), *cells], ["", *heads]
        return Block(heading, tuple(heads), tuple(zip(*cells, strict=True)))

    def left_out(self) -> tuple[str, ...]:
        """A note where not every row is printed."""
        rest = len(self.labels) - MOST_ROWS
        return (say("more", count=rest),) if rest > 0 else ()

    def frame(self) -> dict[str, Any]:
        """As columns of a data frame."""
        values = {name: one for column in self.columns for name, one in column.values.items()}
        flat = {name: np.broadcast_to(np.asarray(one), self.shape).ravel() for name, one in values.items()}
        return {**({"name": list(self.labels)} if any(self.labels) else {}), **flat}

    def summary(self, title: str, heading: str = "", notes: tuple[str, ...] = (), line: str = "") -> Summary:
        """This table alone under a title."""
        return Summary(title, (self.block(heading),), (*self.left_out(), *notes), line)


def table(columns: Sequence[Column], labels: Sequence[object] | None = None, word: str = "") -> Rows:
    """Columns that broadcast to one shape, with labels; without them each row is numbered, after a word."""
    shape = np.broadcast_shapes(*(np.shape(one) for column in columns for one in column.values.values()))
    if labels is not None:
        told = tuple(map(str, labels))
    else:
        places = ("" if shape == () else ", ".join(str(i + 1) for i in place) for place in np.ndindex(shape))
        told = tuple(f"{word} {place}".strip() if place else "" for place in places)
    return Rows(told, tuple(columns), shape)


def interval(level: float, low: npt.ArrayLike, high: npt.ArrayLike, name: str = "ci") -> Column:
    """An interval of a level, in one cell."""
    return Column(say("interval-of", level=percent(level)), {f"{name}_low": low, f"{name}_high": high})


def on_natural_scale(
    measure: str, level: float, estimate: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike,
    size: npt.ArrayLike | None = None,
) -> list[Column]:  # fmt: skip
    """The same once more on the natural scale of a measure; nothing where that is the analysis scale."""
    moved = [natural(measure, one, size) for one in (estimate, low, high)]
    if any(one is None for one in moved):
        return []
    middle, left, right = (np.asarray(one) for one in moved)
    return [Column(WORDS[measure], {"natural": middle}), interval(level, left, right, "natural")]
