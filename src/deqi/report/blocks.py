"""The report as a reader meets it: sections at three depths, made of a few kinds of block.

Text, Markdown and HTML are written from these and nothing else, so every surface says the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping


@dataclasses.dataclass(frozen=True)
class Say:
    """Words, and the rows they rest on (``value:O012``, ``harm:H001``, ``source:witt2009``)."""

    text: str
    refs: tuple[str, ...] = ()
    strong: str = ""
    """Words set before the text to find it by."""


@dataclasses.dataclass(frozen=True)
class Items:
    """A list under a short title."""

    title: str
    items: tuple[Say, ...]


@dataclasses.dataclass(frozen=True)
class Table:
    """A table; the first column names the row. ``numeric`` are the columns set to the right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Say, ...], ...]
    numeric: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Figure:
    """A figure drawn at a width; its table or list says the same in words."""

    caption: str
    draw: Callable[[float], str]


Block = Say | Items | Table | Figure


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


def say(text: str, *refs: str) -> Say:
    """Words with rows."""
    return Say(text, tuple(refs))


def cells(*words: str | Say) -> tuple[Say, ...]:
    """A table row."""
    return tuple(word if isinstance(word, Say) else Say(word) for word in words)


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
        if isinstance(block, Say):
            yield block
        elif isinstance(block, Items):
            yield from block.items
        elif isinstance(block, Table):
            for row in block.rows:
                yield from row
