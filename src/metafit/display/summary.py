"""Titled tables of text: what is printed and what a notebook shows come from the same cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Block:
    """One table: a heading, names of columns, rows of cells. The first column is words, the others numbers."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Aligned columns; words to the left, numbers to the right."""
        cells = (self.columns, *self.rows)
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [
            _GAP.join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
            for row in cells
        ]
        return "\n".join([*([self.heading] if self.heading else []), *(line.rstrip() for line in lines)])

    def html(self) -> str:
        """The same cells as a table."""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.columns)
        body = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in row[1:])}</tr>'
            for row in self.rows
        )
        caption = f"<caption>{escape(self.heading)}</caption>" if self.heading else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True)
class Summary:
    """A result in words and tables."""

    title: str
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """For a terminal."""
        return "\n\n".join([self.title, *(block.text() for block in self.blocks), *self.notes])

    def html(self) -> str:
        """For a notebook: the same words and cells."""
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<div><p><strong>{escape(self.title)}</strong></p>{''.join(b.html() for b in self.blocks)}{notes}</div>"

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()


def number(value: object, digits: int = 4) -> str:
    """A number with so many decimals; very large and very small ones with so many significant digits."""
    x = float(value)  # type: ignore[arg-type]  # object, tried as a number
    if not math.isfinite(x):
        return "-" if math.isnan(x) else ("inf" if x > 0 else "-inf")
    if x != 0.0 and (abs(x) >= 1e6 or abs(x) < 10.0 ** (1 - digits)):
        return f"{x:.{digits}g}"
    return f"{x:.{digits}f}"


def p_value(value: object) -> str:
    """A p value to four decimals, never printed as 0."""
    x = float(value)  # type: ignore[arg-type]  # object, tried as a number
    if math.isnan(x):
        return "-"
    return "<0.0001" if x < 0.0001 else f"{x:.4f}"


def span(low: object, high: object, digits: int = 4) -> str:
    """An interval."""
    return f"{number(low, digits)} to {number(high, digits)}"


def percent(level: float) -> str:
    """A level as people write it."""
    return f"{100 * level:g} %"
