"""A short page as plain text: an assessment, a look-up, a sheet to print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from deqi.report.blocks import Block, Entry, Form, Items, Page, Pairs, Say, Section, Table
from metafit.display.width import padded, wide


def as_sheet(page: Page, width: int) -> str:
    """The page: its title if it has one, then each section under its heading, with a line free between them."""
    lines = wrapped(page.title, width) if page.title else []
    for section in page.sections:
        lines += [""] if lines else []
        lines += _section(section, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _section(section: Section, width: int) -> Iterator[str]:
    indent = "  " if section.heading else ""
    if section.heading:
        yield section.heading.upper()
    first = not section.heading
    for block in (*section.lead, *section.card, *section.full):
        if isinstance(block, Entry) and not first:
            yield ""
        yield from _block(block, width, indent)
        first = False
    for inner in section.inner:
        yield ""
        yield from _section(inner, width)


def _block(block: Block, width: int, indent: str) -> Iterator[str]:
    match block:
        case Say():
            yield from wrapped(_words(block), width, indent, indent + "  ")
        case Entry():
            yield from wrapped(_words(block.title), width, indent, indent + "  ")
            for line in block.lines:
                yield from wrapped(_words(line), width, indent + "  ", indent + "    ")
        case Items():
            if block.title:
                yield f"{indent}{block.title}:"
            for item in block.items:
                yield from wrapped(_words(item), width, "  ", "    ")
        case Pairs():
            longest = max((len(name) for name, _ in block.rows), default=0) + 2
            for name, words in block.rows:
                label = f"{name}:".ljust(longest)
                yield from wrapped(label + _words(words), width, indent, indent + " " * longest)
        case Table():
            if block.caption:
                yield f"{indent}{block.caption}:"
            yield from columns(block, width)
        case Form():
            yield from block.lines


def columns(table: Table, width: int) -> Iterator[str]:
    """A table in columns, as wide as their longest cells; of too many numbers, some beneath the others."""
    rows = [list(table.head), *([_words(cell) for cell in row] for row in table.rows)]
    widths = [max(wide(row[column]) for row in rows) for column in range(len(table.head))]
    for group, some in enumerate(_beneath(table.head, widths, width) if table.of else [list(range(len(widths)))]):
        if group:
            yield ""
        for row in rows if any(table.head) else rows[1:]:
            yield "  ".join(padded(row[column], widths[column], right=column in table.numeric) for column in some)


def _beneath(head: tuple[str, ...], widths: list[int], width: int) -> list[list[int]]:
    """The columns that stand beside each other, the first in each; of two with one name, each after what it is of."""
    groups = [[0]]
    for column in range(1, len(widths)):
        taken = sum(widths[one] + 2 for one in groups[-1])
        if len(groups[-1]) > 1 and taken + widths[column] > width:
            of = [groups[-1].pop()] if head.count(head[column]) > 1 and len(groups[-1]) > 2 else []
            groups.append([0, *of])
        groups[-1].append(column)
    return groups


def _words(words: Say) -> str:
    if not words.strong:
        return words.text
    return f"{words.strong}{'' if words.strong[-1] in '.?!”:' else ':'} {words.text}".rstrip()


def wrapped(text: str, width: int, indent: str = "", hang: str = "") -> list[str]:
    """Words in lines; a long address is never broken."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
