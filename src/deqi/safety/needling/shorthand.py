"""A plan as people jot it down: ``ST36 L/R 15mm oblique``, a needling a line.

The place comes first, in as many words as it has; behind it, in any order, side, depth, angle, technique and minutes.
A word that is none of these is refused and said; nothing is guessed, and what is not written stays open.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.atlas import AngleWord
from deqi.knowledge.tables.plans import ShorthandWord
from deqi.knowledge.tables.vocabulary import Technique

MAX_LINES = 100
MAX_WORD = 40
_BREAK = re.compile(r"[\n\r;]+")
_GLUED = re.compile(r"(?<=\d)\s+(?=(?:mm|deg|degrees|min|minutes)\b)", re.IGNORECASE)
_DEPTH = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?)mm", re.IGNORECASE)
_DEGREES = re.compile(r"(\d{1,2})(?:°|deg|degrees)", re.IGNORECASE)
_MINUTES = re.compile(r"(\d{1,3})(?:min|minutes|')", re.IGNORECASE)
_PART = re.compile(r"(?:web|toe|finger)-[1-5]|thoracic|lumbar", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Jotted:
    """One needling as it was written, every field as text; empty where nothing was written."""

    place: str
    side: str = ""
    depth: str = ""
    angle: str = ""
    technique: str = ""
    segment: str = ""
    minutes: str = ""


@dataclasses.dataclass(frozen=True)
class Refused:
    """A word that is not understood: its line, from 1, the word, and the line as it was written."""

    line: int
    word: str
    text: str


class Shorthand:
    """The words of one edition."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._words: dict[str, tuple[str, str]] = {
            row.written.casefold(): (row.field, row.means) for row in knowledge.rows(ShorthandWord)
        }
        for angle in knowledge.rows(AngleWord):
            self._words.setdefault(angle.angle, ("angle", angle.angle))
        for technique in knowledge.rows(Technique):
            self._words.setdefault(technique.technique, ("technique", technique.technique))
        self._longest = max(len(written.split()) for written in self._words)

    def read(self, text: str) -> tuple[tuple[Jotted, ...], tuple[Refused, ...]]:
        """The needlings of a text and the words that were refused. A line with a refused word gives no needling."""
        found: list[Jotted] = []
        refused: list[Refused] = []
        for number, line in enumerate(_BREAK.split(text)[:MAX_LINES], 1):
            words = _GLUED.sub("", line.replace(",", " ") if "mm" not in line.casefold() else _commas(line)).split()
            if not words:
                continue
            place, fields, bad = self._line(words)
            if bad or not place:
                refused += [Refused(number, word[:MAX_WORD], line.strip()) for word in bad or words[:1]]
            else:
                found.append(Jotted(place, **fields))
        return tuple(found), tuple(refused)

    def _line(self, words: list[str]) -> tuple[str, dict[str, str], list[str]]:
        place: list[str] = []
        fields: dict[str, str] = {}
        bad: list[str] = []
        k = 0
        while k < len(words):
            taken, field, value = self._word(words, k)
            if not field and not fields and not bad:
                place.append(words[k])
            elif not field or fields.get(field, value) != value or not place:
                bad.append(words[k])
            else:
                fields[field] = value
            k += taken
        return " ".join(place), fields, bad

    def _word(self, words: list[str], k: int) -> tuple[int, str, str]:
        """How many words are taken, which field they fill, and with what; no field: none."""
        for count in range(min(self._longest, len(words) - k), 0, -1):
            if known := self._words.get(" ".join(words[k : k + count]).casefold()):
                return count, *known
        word = words[k]
        if found := _DEPTH.fullmatch(word):
            return 1, "depth", found[1].replace(",", ".")
        if found := _DEGREES.fullmatch(word):
            return 1, "angle", found[1]
        if found := _MINUTES.fullmatch(word):
            return 1, "minutes", found[1]
        if _PART.fullmatch(word):
            return 1, "segment", word.casefold()
        return 1, "", ""


def _commas(line: str) -> str:
    """A comma between two digits is a decimal comma; any other only parts words."""
    return re.sub(r",(?!\d)|(?<!\d),", " ", line)


def written(jotted: Iterable[Jotted]) -> Iterator[str]:
    """Needlings in shorthand again."""
    for one in jotted:
        depth = f"{one.depth}mm" if one.depth else ""
        angle = f"{one.angle}°" if one.angle.isdigit() else one.angle
        minutes = f"{one.minutes}min" if one.minutes else ""
        parts = (one.place, one.segment, one.side, depth, angle, one.technique, minutes)
        yield " ".join(part for part in parts if part)


def as_mapping(one: Jotted) -> Mapping[str, object]:
    """A needling without its place as plan files write it, for the reader of plan files to judge."""
    fields: dict[str, object] = {}
    if one.side:
        fields["side"] = one.side
    if one.depth:
        fields["depth_mm"] = float(one.depth) if _NUMBER.fullmatch(one.depth) else one.depth
    if one.angle:
        fields["angle"] = int(one.angle) if one.angle.isdigit() else one.angle
    if one.technique:
        fields["technique"] = one.technique
    if one.segment:
        fields["segment"] = one.segment
    if one.minutes:
        fields["retention_min"] = float(one.minutes) if _NUMBER.fullmatch(one.minutes) else one.minutes
    return fields


_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,3})?")
