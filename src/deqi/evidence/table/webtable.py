"""A table of a web page or of LaTeX, as rows of cells that a CSV file would have."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_CELLS: Final = ("td", "th")
_MOST_SPANNED: Final = 20


class _Rows(HTMLParser):
    """Rows of every table; what stands in a superscript is a footnote's mark and no digit of the number before it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._close()
            self.tables[-1].append([])
        elif tag in _CELLS and self.tables:
            self._close()
            wide = dict(attrs).get("colspan") or "1"
            self._cell, self._span = [], min(int(wide), _MOST_SPANNED) if re.fullmatch(r"[0-9]{1,3}", wide) else 1
        elif self._cell is not None and tag in ("br", "p"):
            self._cell.append(" ")
        elif self._cell is not None and tag == "sup":
            self._cell.append("[")

    def handle_endtag(self, tag: str) -> None:
        if tag == "sup" and self._cell is not None:
            self._cell.append("]")
        elif tag in (*_CELLS, "tr", "table"):
            self._close()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _close(self) -> None:
        if self._cell is not None and self.tables:
            if not self.tables[-1]:
                self.tables[-1].append([])
            text = " ".join("".join(self._cell).split())
            self.tables[-1][-1] += [text, *[""] * (self._span - 1)]
        self._cell = None


def of_web_page(text: str) -> str | None:
    """The one table of a web page, a line a row and tabs between its cells; None where there is none, or several."""
    rows = _Rows()
    rows.feed(text)
    rows.close()
    tables = [found for table in rows.tables if len(found := [row for row in table if any(row)]) > 1]
    return "\n".join("\t".join(row) for row in tables[0]) + "\n" if len(tables) == 1 else None


def of_latex(text: str) -> str:
    """Rows of a LaTeX table with tabs between their cells; other text as it is."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rows = [line for line in lines if "&" in line and re.search(r"\\\\(?:\[[^\]]{0,20}\])?\s*(?:\\\w+\s*)*$", line)]
    if len(rows) < 2 or 2 * len(rows) <= len(lines):
        return text
    bare = [re.sub(r"^(?:\\[a-z]+(?:\{[^{}]*\})?\s*)+(?=[^&]*&)|\\\\.*$", "", row) for row in rows]
    split = [re.split(r"(?<!\\)&", re.sub(r"\$|\\textbf|\\textit|[{}]", "", row)) for row in bare]
    return "\n".join("\t".join(re.sub(r"\\([%&#_])", r"\1", cell).strip() for cell in row) for row in split) + "\n"
