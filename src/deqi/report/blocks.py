"""A page as a reader meets it: sections at three depths, made of a few kinds of block.

Text, Markdown, HTML and JSON are written from these and nothing else, so every surface says the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Literal


@dataclasses.dataclass(frozen=True)
class Say:
    """Words, and the rows they rest on (``value:O012``, ``harm:H001``, ``source:witt2009``)."""

    text: str
    refs: tuple[str, ...] = ()
    strong: str = ""
    """Words set before the text to find it by."""


@dataclasses.dataclass(frozen=True)
class Items:
    """A list under a short title.

    On a screen each item of a ``folded`` list opens from its name with a tap, and a ``closed`` list from its title.
    """

    title: str
    items: tuple[Say, ...]
    folded: bool = False
    closed: bool = False


@dataclasses.dataclass(frozen=True)
class Table:
    """A table; the first column names the row. ``numeric`` are the columns set to the right.

    ``narrow`` tables stand in columns in plain text; others are written as records there. ``of`` is what the table
    belongs to, for a screen reader that jumps from one to the next, where captions come up again.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Say, ...], ...]
    numeric: tuple[int, ...] = ()
    narrow: bool = False
    of: str = ""


@dataclasses.dataclass(frozen=True)
class Figure:
    """A figure drawn at a width. ``words`` say the same where nothing can be drawn: a surface shows one of them."""

    caption: str
    draw: Callable[[float], str]
    words: tuple[Say, ...] = ()


@dataclasses.dataclass(frozen=True)
class Entry:
    """A record: what it is, and what is said of it below.

    On a screen ``behind`` opens with a tap on ``tap``, and all of a ``folded`` record from its title.
    """

    title: Say
    lines: tuple[Say, ...] = ()
    tap: str = ""
    behind: tuple[Say, ...] = ()
    folded: bool = False


@dataclasses.dataclass(frozen=True)
class Pairs:
    """Names, each with what is said of it."""

    rows: tuple[tuple[str, Say], ...]


@dataclasses.dataclass(frozen=True)
class Form:
    """Lines to copy or to fill in, kept as they are written."""

    lines: tuple[str, ...]


Block = Say | Items | Table | Figure | Entry | Pairs | Form
Layout = Literal["report", "sheet"]
"""How a page looks as plain text: with headings underlined, or short, in columns, as a look-up or a sheet."""


@dataclasses.dataclass(frozen=True)
class Section:
    """One question. ``lead`` answers it in a sentence, ``card`` on a card, ``full`` with every row."""

    id: str
    heading: str
    lead: tuple[Say, ...] = ()
    card: tuple[Block, ...] = ()
    full: tuple[Block, ...] = ()
    brief: tuple[Say, ...] = ()
    """The numbers of ``full`` in a line each, for plain text."""
    inner: tuple[Section, ...] = ()


@dataclasses.dataclass(frozen=True)
class Page:
    """A whole report, ready to be written."""

    title: str
    dated: str
    notice: str
    sections: tuple[Section, ...]
    labels: Mapping[str, str]
    """The words around the content (``skip``, ``contents``, ``details``, ``rows``, ``sources``, ``refs``, ``more``)."""
    layout: Layout = "report"


def say(text: str, *refs: str) -> Say:
    """Words with rows."""
    return Say(text, tuple(refs))


def cells(*words: str | Say) -> tuple[Say, ...]:
    """A table row."""
    return tuple(word if isinstance(word, Say) else Say(word) for word in words)


def sheet(title: str, labels: Mapping[str, str], *sections: Section) -> Page:
    """A short page: an assessment, a look-up, a sheet. Sections without content are left out."""
    filled = tuple(one for one in sections if one.lead or one.card or one.full or one.inner)
    return Page(title, "", "", filled, labels, layout="sheet")


def every_section(sections: tuple[Section, ...]) -> Iterator[Section]:
    """All sections, each before those inside it."""
    for section in sections:
        yield section
        yield from every_section(section.inner)


def every_say(section: Section, *, card_only: bool = False) -> Iterator[Say]:
    """Every piece of words of one section (not of those inside it)."""
    yield from section.lead
    yield from () if card_only else section.brief
    for block in section.card if card_only else (*section.card, *section.full):
        yield from words_of(block)


def words_of(block: Block) -> Iterator[Say]:
    """Every piece of words of a block."""
    match block:
        case Say():
            yield block
        case Items():
            yield from block.items
        case Figure():
            yield from block.words
        case Table():
            for row in block.rows:
                yield from row
        case Entry():
            yield block.title
            yield from block.lines
            yield from block.behind
        case Pairs():
            for _, words in block.rows:
                yield words
