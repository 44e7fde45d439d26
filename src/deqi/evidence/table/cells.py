"""One cell of a table as a number: minus signs, thousands, footnotes and percent as people write them.

What has one reading is read, and said; what has two is refused with both.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from deqi.evidence.table.sentences import say

Key = Literal["thousands", "mark", "percent-beside", "fraction", "share", "exponent"]

_NUMBER: Final = re.compile(r"[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
#: 1,204 and 1.204 are one number or another, by who wrote them; 0,204 and 12,04 are not.
_GROUP: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_SPACED: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:[ '’]\d{3})+(?:[.,]\d+)?", re.ASCII)
_COMMA_GROUPS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+\.\d+|[+-]?[1-9]\d{0,2}(?:,\d{3}){2,}", re.ASCII)
_POINT_GROUPS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+|[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}", re.ASCII)
_POINT: Final = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?", re.ASCII)
_COMMA: Final = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)
_MARKS: Final = re.compile(r"(?<=[\d.])\s*(?:[*†‡§¶#⁰¹²³⁴-⁹ᵃ-ᵥ]|\[\w{1,2}\]|\([a-z]\))+$")
#: 1,23,456 as India writes it.
_LAKHS: Final = re.compile(r"[+-]?[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?", re.ASCII)
_MINUS: Final = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d\u207b", "-"))
#: 12 (25 %) and 12 (25.0): a count and its share.
_SHARE: Final = re.compile(r"(\d+)\s*[(\[]\s*(\d+(?:[.,]\d+)?\s*%|\d+[.,]\d+)\s*[)\]]", re.ASCII)
_EMPTY: Final = frozenset("-.?*…· ")
_HINTS: Final = (
    ("percent", re.compile(r".*\d\s*%")),
    ("bound", re.compile(r"[<>≤≥=~≈]+\s*[\d.,]+")),
    ("two", re.compile(r"\d+\s*(?:/|of)\s*\d+")),
    ("several", re.compile(r"[-+\d.,]+\s*(?:±|\+/-|\(|\[|to|;).*\d.*")),
    ("date", re.compile(r"(?:\d{1,4}[-. ])?[A-Za-z]{3,9}[-. ]\d{1,4}|\d{1,2}-[A-Za-z]{3,9}")),
    ("letter", re.compile(r"[-+\d.,]+\s*[a-z]{1,2}")),
)


@dataclass(frozen=True, slots=True)
class Style:
    """How a table writes numbers: comma, point: whether some cell has a decimal comma, a decimal point."""

    comma: bool
    point: bool
    commas_separate: bool

    @property
    def decimal_comma(self) -> bool:
        """Whether 1,5 is 1.5 here."""
        return self.comma or (not self.commas_separate and not self.point)


PLAIN: Final = Style(comma=False, point=False, commas_separate=True)


def style_of(cells: Iterable[str], delimiter: str) -> Style:
    """What decimal marks the cells show, where they can be nothing else."""
    comma = point = False
    for cell in cells:
        if not (comma and point) and cell[-1:].isdigit() and not _GROUP.fullmatch(text := cell.translate(_MINUS)):
            comma = comma or _COMMA.fullmatch(text) is not None
            point = point or _POINT.fullmatch(text) is not None
    return Style(comma, point, delimiter == ",")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a cell is no number: the key of a sentence about it, and the two numbers it may be."""

    key: str
    readings: tuple[str, str] = ("", "")


def read_cell(cell: str, style: Style, *, whole: bool) -> tuple[float | Unreadable | None, Key | None]:
    """The number in a cell (None: it says that there is none), and what had to be understood on the way.

    whole: the column counts, so 1,204 can only be a thousand where commas separate cells or decimals have points.
    """
    if _NUMBER.fullmatch(cell) and not _GROUP.fullmatch(cell):
        return _finite(cell), "exponent" if whole and _lost_digits(cell) else None
    text = "".join(c for c in cell if unicodedata.category(c) != "Cf").strip()
    unmarked = _MARKS.sub("", text)
    was_marked = unmarked != text
    text = unicodedata.normalize("NFKC", unmarked).translate(_MINUS).strip()
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text).replace("\u066b", ".")
    text = re.sub(r"^([+-])\s+(?=[\d.])", r"\1", re.sub(r"^=\s*(?=[-+]?[\d.])", "", text))
    if _is_missing(text):
        return None, None
    key: Key | None = "mark" if was_marked else None
    if _SPACED.fullmatch(text):
        return _finite(re.sub(r"[ '’]", "", text).replace(",", ".")), "thousands"
    if _COMMA_GROUPS.fullmatch(text):
        return _finite(text.replace(",", "")), "thousands"
    if _LAKHS.fullmatch(text):
        return _finite(text.replace(",", "")), "thousands"
    if _POINT_GROUPS.fullmatch(text):
        return _finite(text.replace(".", "").replace(",", ".")), "thousands"
    if _GROUP.fullmatch(text):
        return _group(text, style, whole, key)
    if style.decimal_comma and _COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if whole and (share := _SHARE.fullmatch(text)):
        return _finite(share[1]), "percent-beside"
    text = re.sub(r"^[pP]\s*=\s*", "", text)
    if whole:
        text = re.sub(r"^[nN]\s*=\s*", "", text)
        if (counted := re.fullmatch(r"(\d+)\s*([^\W\d_]+)\.?", text)) and counted[2].casefold() in _people():
            text = counted[1]
    text = re.sub(r"(?<=\d)·(?=\d)", ".", text)  # decimals of the Lancet
    if not _NUMBER.fullmatch(text):
        return Unreadable(next((name for name, shape in _HINTS if shape.fullmatch(text)), "other")), None
    return _finite(text), key


def _lost_digits(cell: str) -> bool:
    """Whether an exponent leaves last digits of a whole number unsaid, as a narrow column of a spreadsheet does."""
    found = re.fullmatch(r"\d(?:[.,](\d*))?[eE]\+?(\d+)", cell)
    return found is not None and len(found[1] or "") < int(found[2])


def share_beside(cell: str) -> tuple[float, int] | None:
    """The percentage beside a count, and its decimals; None where none stands there."""
    found = _SHARE.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if found is None:
        return None
    digits = found[2].replace(",", ".").replace("%", "").strip()
    return float(digits), len(digits.partition(".")[2])


def says_missing(cell: str) -> bool:
    """Whether a cell says that there is no number."""
    return _is_missing(unicodedata.normalize("NFKC", cell).translate(_MINUS).strip())


def looks_like_number(cell: str) -> bool:
    """Whether a cell is read as a number, however it is written."""
    value, _ = read_cell(cell, PLAIN, whole=False)
    return isinstance(value, float)


def _group(text: str, style: Style, whole: bool, key: Key | None) -> tuple[float | Unreadable, Key | None]:
    """Three digits behind one comma or point."""
    decimal, thousand = text.replace(",", "."), re.sub("[.,]", "", text)
    if "," in text:
        if style.comma and style.point:
            return Unreadable("thousand", (thousand, decimal)), None
        if not style.comma and (style.point or (whole and style.commas_separate)):
            return float(thousand), "thousands"
        if style.decimal_comma:
            return float(decimal), key
        return Unreadable("thousand", (thousand, decimal)), None
    if style.comma and not whole:
        return Unreadable("thousand", (thousand, decimal)), None
    return float(decimal), key


def _finite(text: str) -> float | Unreadable:
    value = float(text)
    return value if math.isfinite(value) else Unreadable("other")


def _is_missing(text: str) -> bool:
    if all(c in _EMPTY for c in text) or re.fullmatch(r"#[A-Z/0!]+[!?]?", text):  # a spreadsheet's fault
        return True
    if text in _missing()[0]:
        return True
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"[^a-z]+", " ", folded).strip()
    return (plain.replace(" ", "") in _missing()[0] and not re.search(r"\d", text)) or plain in _missing()[1]


@functools.cache
def _people() -> frozenset[str]:
    """What is counted, written behind its number."""
    return frozenset(say("cell.people").split())


@functools.cache
def _missing() -> tuple[frozenset[str], frozenset[str]]:
    """Short forms, and phrases, for a number that is not there."""
    return frozenset(say("missing-short").split()), frozenset(one.strip() for one in say("missing-words").split("|"))
