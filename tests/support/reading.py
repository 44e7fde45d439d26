"""How hard a text is to read: the Flesch-Kincaid grade (Kincaid 1975), with syllables from hyphenation patterns."""

from __future__ import annotations

import functools
import re

import pyphen

EXEMPT = frozenset(
    (
        *("acupuncture", "electroacupuncture", "neuropathy", "chemotherapy", "practitioner", "practitioners"),
        *("diabetes", "diabetic", "carpal", "tunnel", "syndrome", "medicine", "medicines", "vitamins", "infection"),
        *("specialist", "specialist's", "emergency", "emergencies"),
    )
)
"""Words the page cannot do without; readers of this page know them, and they count as two syllables."""

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_SENTENCE = re.compile(r"[.!?:;]+(?=\s|$)|\n+")


@functools.cache
def _dictionary() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US", left=1, right=1)


@functools.cache
def syllables(word: str) -> int:
    lower = word.lower().replace("’", "'")
    if lower in EXEMPT:
        return min(2, len(_dictionary().positions(lower)) + 1)
    return len(_dictionary().positions(lower.replace("'", ""))) + 1


def grade(text: str) -> float:
    """The grade of a text. Numbers are not words; a colon or semicolon ends a sentence, as a reader pauses there."""
    words = _WORD.findall(text)
    sentences = [one for one in _SENTENCE.split(text) if _WORD.search(one)]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
