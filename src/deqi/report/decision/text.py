"""The decision on a terminal: at most forty lines of eighty, naming where the rest is."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.report.blocks import Say
from deqi.report.decision.parts import Heading, Lines, Notice, Pair, Part, Sheet, Steps, Sure, Tiles
from deqi.report.sheet_text import wrapped

MOST_LINES = 40
SKIPPED = ("d-ask", "d-who")
MOST_ROWS = 3
LONG = 130
"""Words longer than this are details of a number; they stand on the page."""


def decision_text(sheet: Sheet, width: int, more: str) -> str:
    """The page in short. more: the line that says how to read all of it."""
    lines = [*wrapped(sheet.title.upper(), width), *wrapped(f"{sheet.unchecked} {sheet.lead.text}".strip(), width)]
    for section in sheet.sections:
        if section.id in SKIPPED:
            continue
        if section.id == "d-you":
            lines += ["", section.heading.upper(), *(line for part in section.parts for line in _yours(part, width))]
            continue
        parts = tuple(part for part in section.parts if section.id != "d-else" or isinstance(part, Lines))
        lines += ["", *wrapped(f"{section.heading.upper()} {' '.join(_said(parts))}", width)]
    lines += ["", *wrapped(more, width)]
    return "\n".join(lines) + "\n"


def _yours(part: Part, width: int) -> Iterator[str]:
    """One part of a person's own section, a line each: nothing of it is left out."""
    if isinstance(part, Steps):
        for index, item in enumerate(part.items, 1):
            yield from wrapped(f"{index}. {item.text}", width)
    elif isinstance(part, Heading):
        yield f"{part.words}:"
    elif isinstance(part, Notice):
        yield from wrapped(part.say.text, width)
    elif isinstance(part, Say):
        yield from wrapped(f"{part.strong}: {part.text}" if part.strong else part.text, width)


def _said(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Pair):
            yield f"{part.left.caption} {part.right.caption}"
        elif isinstance(part, Heading):
            yield f"{part.words}:"
        elif isinstance(part, Sure) or (isinstance(part, Notice) and part.tone in ("hospital", "stop")):
            yield part.say.text
        elif isinstance(part, Tiles):
            yield "; ".join(tile.title.lower() for tile in part.tiles) + "."
        elif isinstance(part, Lines):
            rows = "; ".join(f"{row[0].text} {row[1].text}" for row in part.rows[:MOST_ROWS])
            yield f"{part.title}{': ' if part.title else ''}{rows}."
        elif isinstance(part, Say) and len(part.text) < LONG and not part.strong:
            yield part.text
