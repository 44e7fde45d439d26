"""What a decision page is made of: a few kinds of part, each with its words said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Literal

from deqi.report.blocks import Figure, Say


@dataclasses.dataclass(frozen=True)
class Heading:
    """A smaller heading inside a section."""

    words: str


@dataclasses.dataclass(frozen=True)
class Notice:
    """Words that must not be missed. ``hospital`` and ``stop`` are the pressing ones."""

    tone: Literal["hospital", "stop", "first", "plain"]
    say: Say


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two pictures side by side with their captions, and how they are read."""

    left: Figure
    right: Figure
    key: str


@dataclasses.dataclass(frozen=True)
class Sure:
    """How sure we are: drawn and said."""

    level: str
    drawn: Figure
    say: Say


@dataclasses.dataclass(frozen=True)
class Lines:
    """Short rows of a name and up to two numbers; ``head`` names the columns.

    ``narrow`` is the shape of the columns: ``numbers`` (a name and two numbers) or ``options`` (a name, a number, a
    few words).
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Say, ...], ...]
    narrow: Literal["numbers", "options"] = "options"


@dataclasses.dataclass(frozen=True)
class Tile:
    """One thing that may be true of a person, and what it means."""

    title: str
    words: str
    refs: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Tiles:
    """What may be true of a person."""

    tiles: tuple[Tile, ...]


@dataclasses.dataclass(frozen=True)
class Ticks:
    """Boxes to tick, on the screen or on paper; ``one``: only one of them."""

    title: str
    name: str
    choices: tuple[str, ...]
    one: bool = False


@dataclasses.dataclass(frozen=True)
class Steps:
    """A numbered list."""

    items: tuple[Say, ...]


@dataclasses.dataclass(frozen=True)
class Fold:
    """What is one tap away."""

    summary: str
    parts: tuple[Part, ...]


Part = Say | Heading | Notice | Pair | Sure | Lines | Tiles | Ticks | Steps | Fold | Figure


def words_of(part: Part) -> Iterator[Say]:
    """Every piece of words of a part."""
    match part:
        case Say():
            yield part
        case Notice() | Sure():
            yield part.say
        case Lines():
            for row in part.rows:
                yield from row
        case Steps():
            yield from part.items
        case Fold():
            for inner in part.parts:
                yield from words_of(inner)


@dataclasses.dataclass(frozen=True)
class SheetSection:
    """One question of the reader."""

    id: str
    heading: str
    parts: tuple[Part, ...]


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The decision page, ready to be written. ``unchecked`` is empty once a clinician has checked the rows."""

    title: str
    decision: str
    lead: Say
    unchecked: str
    scope: str
    sections: tuple[SheetSection, ...]
    report: str
    """The words of the tap behind which the full report lies."""
