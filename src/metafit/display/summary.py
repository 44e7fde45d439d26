"""Titled tables of text: what is printed and what a notebook shows come from the same cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from metafit.display.shown import Shown
from metafit.display.width import padded, printable, wide

_GAP = "  "
MOST_ROWS = 60
ROUNDING = 1e-14
FEW_ROWS = 2
"""A table of more rows is not told in one line."""
LINE = 110
"""Characters of a line that a table which may be folded does not pass."""


@dataclass(frozen=True, slots=True, repr=False)
class Block(Shown):
    """One table: a heading, names of columns, rows of cells. The first column is words, the others numbers.

    folds: as text, columns that do not fit in a line stand below the others, behind the first column once more.
    """

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folds: bool = False

    def summary(self) -> Summary:
        """This table alone."""
        return Summary("", (self,))

    def text(self) -> str:
        """Aligned columns; words to the left, numbers to the right."""
        cells = [[printable(cell) for cell in row] for row in (self.columns, *self.rows)]
        widths = [max(wide(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [self.heading] if self.heading else []
        for place, group in enumerate(folded(widths, LINE) if self.folds else [range(1, len(widths))]):
            lines += [""] if place else []
            for row in cells:
                shown = (padded(row[i], widths[i], right=i > 0) for i in (0, *group))
                lines.append(_GAP.join(shown).rstrip())
        return "\n".join(lines)

    def html(self) -> str:
        """The same cells as a table."""
        head = "".join(f'<th scope="col">{escape(printable(name))}</th>' for name in self.columns)
        body = "".join(
            f'<tr><th scope="row">{escape(printable(row[0]))}</th>'
            f"{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>"
            for row in self.rows
        )
        caption = f"<caption>{escape(self.heading)}</caption>" if self.heading else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True, repr=False)
class Summary(Shown):
    """A result in words and tables. brief: what stands in a list of results; else the first row."""

    title: str
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()
    brief: str = ""

    def summary(self) -> Summary:
        """Itself."""
        return self

    def line(self) -> str:
        """The result in one line."""
        if self.brief:
            return self.brief
        table = next((block for block in self.blocks if block.rows), None)
        head = self.title or (table.heading if table else "")
        if table is None:
            return head
        if len(table.columns) == 2:  # names and values
            cells = [" ".join(row) for row in table.rows]
        elif len(table.rows) > FEW_ROWS:
            return head
        else:
            cells = [f"{name} {cell}".strip() for name, cell in zip(table.columns, table.rows[0], strict=True) if cell]
        return f"{head}: {', '.join(cells)}" if head else ", ".join(cells)

    def text(self) -> str:
        """For a terminal."""
        parts = [self.title, *(block.text() for block in self.blocks), *map(printable, self.notes)]
        return "\n\n".join(part for part in parts if part)

    def html(self) -> str:
        """For a notebook: the same words and cells."""
        title = f"<p><strong>{escape(self.title)}</strong></p>" if self.title else ""
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<div>{title}{''.join(b.html() for b in self.blocks)}{notes}</div>"


def folded(widths: Sequence[int], line: int) -> list[list[int]]:
    """Columns that stand side by side within a line behind the first one; at least one, however wide."""
    groups: list[list[int]] = [[]]
    room = line - widths[0]
    for i, width in enumerate(widths[1:], 1):
        if groups[-1] and room < len(_GAP) + width:
            groups.append([])
            room = line - widths[0]
        groups[-1].append(i)
        room -= len(_GAP) + width
    return groups


def number(value: object, digits: int = 4) -> str:
    """A number with so many decimals; very large and very small ones with so many significant digits.

    What is nearer to 0 than the rounding of the numbers behind it is 0.
    """
    x = float(value)  # type: ignore[arg-type]  # object, tried as a number
    if not math.isfinite(x):
        return "-" if math.isnan(x) else ("inf" if x > 0 else "-inf")
    if abs(x) < ROUNDING:
        return f"{0.0:.{digits}f}"
    if abs(x) >= 1e6 or abs(x) < 10.0 ** (1 - digits):
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
