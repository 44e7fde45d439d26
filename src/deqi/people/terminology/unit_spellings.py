"""How laboratories write units: case, micro signs, exponents, words and thousands, read by a table of spellings.

A unit of counting ("K/UL", "x10(3)/mcL", "Tsd./µl", "lakh/cumm") is a number of things in a volume, each part by the
table. Every other unit is a spelling of one UCUM code. What neither knows stays unknown: nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from deqi.knowledge.tables.vocabulary import UnitWord

PER_MICROLITRE = "/uL"
"""The unit in which counts are spelt out: things in a microlitre."""

LONGEST = 60
"""Letters of a unit that are looked at; what is longer is a sentence."""

_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_PER = re.compile(r"(?<![a-z])per(?![a-z])")
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_INVERSE = re.compile(r"[.*]?([a-z]+\d?)\^?\(?-1\)?$")
_THOUSANDS = re.compile(r"(?<=\d)[,'\u2019 ](?=000)")
_ZEROS = re.compile(r"10*(?![\d*^(ex~-])")
_POWER = re.compile(r"10(?:\*\*|[*x]?\^|[\^*(ex~]|exp|)\+?(\d{1,2})\)?(?!\d)|1?e\+?(\d{1,2})(?!\d)")
_LOST_EXPONENTS = frozenset({3, 4, 5, 6, 9, 12})
"""``103/uL`` and ``109/L`` have lost their superscript; other digits after a ten are no power that counts use."""
_LARGEST_POWER = 12


def normal(unit: str) -> str:
    """A unit as spellings are compared: one case, one micro sign, plain exponents, no blanks."""
    text = _SUPERSCRIPT.sub(lambda found: "^" + found[0].translate(_PLAIN_DIGITS), unit.strip())
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _PER.sub("/", text.replace("\u03bc", "u").replace("×", "x").replace("·", "."))
    return re.sub(r"\s+", "", _THOUSANDS.sub("", text))


class UnitSpellings:
    """Reads spellings of units. ``rows`` are those of the table ``unit_words``."""

    def __init__(self, rows: Iterable[UnitWord] = ()) -> None:
        self._units: dict[tuple[str, str], str] = {}
        self._numbers: dict[str, float] = {}
        self._things: set[str] = set()
        self._volumes: dict[str, float] = {}
        for row in rows:
            written = normal(row.written)
            match row.part:
                case "unit":
                    self._units[row.quantity, written] = row.means
                case "number":
                    self._numbers[written] = row.factor
                case "thing":
                    self._things.add(written)
                case "volume":
                    self._volumes[written] = row.factor
        longest_first = sorted({*self._numbers, *self._things}, key=len, reverse=True)
        self._words = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def unit(self, written: str, quantity: str) -> str | None:
        """The UCUM code that a spelling stands for, of this quantity or of any."""
        if not quantity or len(written) > LONGEST:
            return None
        text = normal(written)
        found = self._units.get((quantity, text))
        return found if found is not None else self._units.get(("", text))

    def count(self, written: str) -> float | None:
        """How many things in a microlitre one of this unit is; None where it is no unit of counting."""
        if len(written) > LONGEST:
            return None
        text = _ANNOTATION.sub("", normal(written))
        top, slash, bottom = text.rpartition("/")
        if not slash:
            inverse = _INVERSE.search(text)
            if inverse is None:
                return None
            top, bottom = text[: inverse.start()], inverse[1]
        volume = self._volumes.get(bottom.rstrip(".").removeprefix("1"))
        number = self._number(top)
        return None if volume is None or number is None else number / volume

    def _number(self, text: str) -> float | None:
        """The product that the top of a unit of counting states: one figure, one word, any names of things."""
        text = text.strip(".*[]()").lstrip("x#*").strip()
        number, place = 1.0, 0
        figure = _ZEROS.match(text) or _POWER.match(text)
        if figure is not None:
            value = _power(figure)
            if value is None:
                return None
            number, place = value, figure.end()
        worded = False
        while place < len(text):
            if text[place] in ".x*-":
                place += 1
                continue
            word = self._words.match(text, place)
            if word is None or (word[0] in self._numbers and worded):
                return None
            if word[0] in self._numbers:
                number, worded = number * self._numbers[word[0]], True
            place = word.end()
        return number


def _power(figure: re.Match[str]) -> float | None:
    if figure.re is _ZEROS:
        return float(figure[0])
    exponent = int(figure[1] or figure[2])
    lost = figure[0] == f"10{exponent}"
    if exponent > _LARGEST_POWER or (lost and exponent not in _LOST_EXPONENTS):
        return None
    return float(10**exponent)
