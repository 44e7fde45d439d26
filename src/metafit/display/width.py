"""How wide text stands on a terminal: Chinese takes two places, an accent set on a letter none."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Text on one line, without what a terminal would obey: tabs, ends of lines, escapes, turned directions."""
    if text.isprintable():
        return text
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    return " ".join("".join(kept).split())


def wide(text: str) -> int:
    """Places that printable text takes."""
    if text.isascii():
        return len(text)
    return sum(_places(c) for c in text)


def _places(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, places: int, *, right: bool = False) -> str:
    """Text filled with spaces to a number of places; right: it stands at the right."""
    space = " " * (places - wide(text))
    return space + text if right else text + space
