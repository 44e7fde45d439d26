"""Columns of a page of text."""

from __future__ import annotations

from deqi.report.blocks import Table, cells
from deqi.report.sheet_text import columns
from metafit.display.width import wide


def test_names_of_any_script_are_aligned() -> None:
    rows = tuple(cells(name, "0.5") for name in ("李明 2004", "Müller 2009"))
    lines = list(columns(Table("", ("", ""), rows, numeric=(1,), narrow=True), 80))
    assert [wide(line) for line in lines] == [wide(lines[0])] * 2
