"""The report as plain text, at most so many columns wide."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.report.blocks import Block, Entry, Figure, Form, Items, Page, Pairs, Say, Section, Table, every_section
from deqi.report.sheet_text import as_sheet, columns, wrapped


def as_text(page: Page, width: int = 80, *, trace: bool = False) -> str:
    """The page. trace: every table, and behind each number the rows it rests on."""
    if page.layout == "sheet":
        return as_sheet(page, width)
    lines = [*_title(page, width)]
    for section in page.sections:
        lines += _section(section, width, trace, "=")
    if not trace:
        lines += ["", *wrapped(_more(page), width)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _more(page: Page) -> str:
    """Where the rest is."""
    tables = sum(isinstance(block, Table) for section in every_section(page.sections) for block in section.full)
    return page.labels["more"].format(count=tables)


def _title(page: Page, width: int) -> Iterator[str]:
    title = wrapped(page.title.upper(), width)
    yield from title
    yield "=" * max(map(len, title))
    yield from wrapped(f"{page.dated} {page.notice}", width)


def _section(section: Section, width: int, trace: bool, rule: str) -> Iterator[str]:
    yield ""
    yield section.heading if rule == "-" else section.heading.upper()
    yield rule * min(len(section.heading), width)
    for words in section.lead:
        yield from _say(words, width, trace)
    for block in section.card:
        yield from _block(block, width, trace, section.heading)
    for words in section.brief:
        yield from wrapped(_words(words, trace), width, "  ", "    ")
    if trace or (not section.card and not section.lead):
        for block in section.full:
            yield from _block(block, width, trace)
    for inner in section.inner:
        yield from _section(inner, width, trace, "-")


def _block(block: Block, width: int, trace: bool, heading: str = "") -> Iterator[str]:
    if isinstance(block, Say):
        yield from _say(block, width, trace)
    elif isinstance(block, Items | Figure):
        title, items = (block.title, block.items) if isinstance(block, Items) else (block.caption, block.words)
        if title and items:
            yield from wrapped(f"{title}:", width)
        for item in items:
            yield from wrapped(_words(item, trace), width, "  ", "    ")
    elif isinstance(block, Table):
        yield from _table(block, width, trace, heading)
    elif isinstance(block, Entry):
        yield from wrapped(_words(block.title, trace), width, "  ", "    ")
        for line in block.lines:
            yield from wrapped(_words(line, trace), width, "      ", "        ")
    elif isinstance(block, Pairs):
        for name, words in block.rows:
            yield from wrapped(f"{name}: {_words(words, trace)}", width, "  ", "    ")
    elif isinstance(block, Form):
        yield from block.lines


def _say(words: Say, width: int, trace: bool) -> Iterator[str]:
    yield from wrapped(_words(words, trace), width)


def _words(words: Say, trace: bool) -> str:
    text = words.text
    if words.strong:
        text = f"{words.strong}{'' if words.strong[-1] in '.?!”:' else ':'} {text}"
    if trace and words.refs:
        text += f" {{{', '.join(words.refs)}}}"
    return text


def _table(table: Table, width: int, trace: bool, heading: str) -> Iterator[str]:
    """A table as records: a narrow terminal holds no eight columns."""
    if table.caption != heading:
        yield ""
        yield f"{table.caption}:"
    if table.narrow:
        yield from columns(table, width)
        return
    for row in table.rows:
        yield from wrapped(_words(row[0], trace), width, "  ", "    ")
        for name, cell in zip(table.head[1:], row[1:], strict=True):
            if cell.text and cell.text != "–":
                yield from wrapped(f"{name}: {_words(cell, trace)}", width, "      ", "        ")
