"""The few SVG elements the figures need, as strings.

Everything is said with presentation attributes, so that a page's content policy may forbid inline styles. Text and
lines take ``currentColor`` and follow the page from light to dark; filled marks come from Okabe and Ito's colours,
which people with the common kinds of colour blindness can tell apart, and every mark also differs in shape.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
GREY = "#808080"
INK = "currentColor"

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
TEXT = 13.0
SMALL = 11.5

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


def fmt(value: float) -> str:
    """A coordinate, to a tenth of a unit."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def document(width: float, height: float, title: str, description: str, body: Iterable[str]) -> str:
    """A whole figure: it scales to its container, and never above its own width.

    ``title`` and ``description`` are read aloud in place of the figure.
    """
    inner = "".join(body)
    mark = f"f{zlib.crc32(f'{title}|{description}|{width}|{inner}'.encode()):08x}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {fmt(width)} {fmt(height)}" width="{fmt(width)}" '
        f'height="{fmt(height)}" role="img" aria-labelledby="{mark}t {mark}d" font-family="{FONT}" '
        f'font-size="{fmt(TEXT)}" fill="{INK}"><title id="{mark}t">{escape(title)}</title>'
        f'<desc id="{mark}d">{escape(description)}</desc>{inner}</svg>'
    )


def text(
    x: float, y: float, words: str, *, anchor: Anchor = "start", size: float = TEXT, bold: bool = False,
    faint: bool = False, fill: str = INK,
) -> str:  # fmt: skip
    """Words with their baseline at y."""
    more = "" if anchor == "start" else f' text-anchor="{anchor}"'
    more += "" if size == TEXT else f' font-size="{fmt(size)}"'
    more += ' font-weight="bold"' if bold else ""
    more += ' fill-opacity="0.8"' if faint else ""
    more += "" if fill == INK else f' fill="{fill}"'
    return f'<text x="{fmt(x)}" y="{fmt(y)}"{more}>{escape(words, quote=False)}</text>'


def line(
    x1: float, y1: float, x2: float, y2: float, *, stroke: str = INK, width: float = 1.0, opacity: float = 1.0,
    dash: str = "",
) -> str:  # fmt: skip
    """A straight line."""
    more = "" if opacity == 1.0 else f' stroke-opacity="{opacity:g}"'
    more += f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{fmt(x1)}" y1="{fmt(y1)}" x2="{fmt(x2)}" y2="{fmt(y2)}" stroke="{stroke}" '
        f'stroke-width="{fmt(width)}"{more}/>'
    )


def rect(
    x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none", opacity: float = 1
) -> str:
    """A rectangle from its upper left corner."""
    more = "" if stroke == "none" else f' stroke="{stroke}"'
    more += "" if opacity == 1 else f' fill-opacity="{opacity:g}"'
    return f'<rect x="{fmt(x)}" y="{fmt(y)}" width="{fmt(width)}" height="{fmt(height)}" fill="{fill}"{more}/>'


def circle(x: float, y: float, r: float, *, fill: str, stroke: str = "none", opacity: float = 1) -> str:
    """A circle."""
    more = "" if stroke == "none" else f' stroke="{stroke}" stroke-width="1.5"'
    more += "" if opacity == 1 else f' fill-opacity="{opacity:g}"'
    return f'<circle cx="{fmt(x)}" cy="{fmt(y)}" r="{fmt(r)}" fill="{fill}"{more}/>'


def polygon(points: Sequence[Point], *, fill: str, stroke: str = "none", opacity: float = 1) -> str:
    """A closed shape."""
    more = "" if stroke == "none" else f' stroke="{stroke}" stroke-width="1.5"'
    more += "" if opacity == 1 else f' fill-opacity="{opacity:g}"'
    corners = " ".join(f"{fmt(x)},{fmt(y)}" for x, y in points)
    return f'<polygon points="{corners}" fill="{fill}"{more}/>'


_NARROW = frozenset("iljtfrI.,;:'|!()[] -/")
_WIDE = frozenset("mwMW@%")


def text_width(words: str, size: float = TEXT) -> float:
    """About how wide words come out in a sans serif face: enough to lay out columns, with a little to spare."""
    units = 0.0
    for one in words:
        units += 0.33 if one in _NARROW else 0.86 if one in _WIDE else 0.7 if one.isupper() else 0.57
        units += 0.45 if ord(one) > 0x2E7F else 0.0
    return units * size


def shorten(words: str, room: float, size: float = TEXT) -> str:
    """Words cut to fit a room, with an ellipsis where something was cut."""
    if text_width(words, size) <= room:
        return words
    while words and text_width(words + "…", size) > room:
        words = words[:-1]
    return words.rstrip(" ,;(") + "…"


def fold(words: str, room: float, size: float = TEXT) -> list[str]:
    """Words broken into lines that fit a room."""
    lines: list[str] = []
    for word in words.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
