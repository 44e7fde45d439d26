"""Words and names that need no concern: names of medicines, the official words of ICD-10-CM, words of English.

The lists are large and seldom needed, so each is read when first asked for.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from deqi.people.terminology.names import without_dots

_WORD = re.compile(r"\w+")
_ENDINGS = ("es", "s", "ed", "ing")
_LEARNED = re.compile(
    r"\w{2,}(?:scopy|ectomy|plasty|graphy|graphic|metry|otomy|ostomy|therapy|logy|logist|pathy|itis|emia|uria|osis|"
    r"algia|gram|pexy|centesis|lysis|scopic|desis|tripsy|ation|ization|isation|ology|ically)"
)
"""English words of medicine are made at need; their endings tell the language. They tell nothing of the spelling."""
_DEVICE = re.compile(r"\bdevices?\b")
_LONGEST_NAME = 4
"""Words in the longest name of a medicine that is looked for."""
SHORTEST_WORD = 4
"""Shorter words are abbreviations or particles and say nothing about the language."""


def plain(text: str) -> str:
    """A text without capitals and accents, as words are compared (``Hämophilie`` is ``hamophilie``)."""
    text = without_dots(text.casefold())
    if text.isascii():
        return text
    split = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(one for one in split if not unicodedata.combining(one)))


def plain_words(text: str) -> list[str]:
    """The words of a text without capitals and accents."""
    return _WORD.findall(plain(text))


class Lexicon:
    """The lists of a folder; without a folder they are empty."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[type[Lexicon], tuple[Path | None]]:
        return Lexicon, (self._folder,)

    def _lines(self, name: str) -> list[str]:
        if self._folder is None:
            return []
        lines = (self._folder / name).read_text("utf-8").splitlines()
        return [line for line in lines if not line.startswith("#")]

    @functools.cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(self._lines("words.txt"))

    @functools.cached_property
    def _forms(self) -> frozenset[str]:
        return frozenset(self._lines("medicine_forms.txt"))

    @functools.cached_property
    def medicines(self) -> Mapping[str, str]:
        """Names of medicines, each with its ingredient."""
        found: dict[str, str] = {}
        for line in self._lines("medicines.tsv"):
            name, _, ingredient = line.partition("\t")
            found[name] = ingredient or name
        return found

    @functools.cached_property
    def _by_beginning(self) -> Mapping[tuple[str, int], list[str]]:
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for name in self.medicines:
            found[name[0], len(name)].append(name)
        return found

    def medicines_like(self, word: str, most: int) -> list[str]:
        """The names of medicines that begin as a word does and differ in length by so many letters at most."""
        lengths = range(len(word) - most, len(word) + most + 1)
        return [name for length in lengths for name in self._by_beginning.get((word[0], length), ())]

    @functools.cached_property
    def _icd10cm(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for line in self._lines("icd10cm.tsv"):
            code, _, words = line.partition("\t")
            found[code] = words
        return found

    def official(self, system: str, code: str) -> str:
        """The official words of an ICD-10-CM code, or of the longest beginning of it that has some.

        A code of ICD-10 (WHO, GM) shares only the category, the first three places.
        """
        if system not in ("icd10cm", "icd10") or not self._icd10cm:
            return ""
        for length in range(3 if system == "icd10" else len(code), 2, -1):
            if (found := self._icd10cm.get(code[:length])) is not None:
                return found
        return ""

    @functools.cached_property
    def _by_official(self) -> Mapping[str, str]:
        return {plain(words): code for code, words in self._icd10cm.items()}

    def code_of(self, words: str) -> str:
        """The ICD-10-CM code of which these are the official words, without its dot."""
        return self._by_official.get(words, "")

    def is_word(self, word: str) -> bool:
        """Whether it is a word of English, perhaps with an ending."""
        if word in self._words:
            return True
        if "ae" in word or "oe" in word:
            # British and American spelling of Greek words.
            return self.is_word(word.replace("ae", "e").replace("oe", "e"))
        return any(word.endswith(ending) and word[: -len(ending)] in self._words for ending in _ENDINGS)

    @functools.cached_property
    def _empty(self) -> frozenset[str]:
        return frozenset(self._lines("empty_words.txt"))

    def says_something(self, text: str) -> bool:
        """Whether a text holds more than words such as see notes or withheld, single letters and bare numbers."""
        words = (word for word in plain_words(text) if not word.isdigit() and (len(word) > 1 or not word.isascii()))
        return any(word not in self._empty for word in words)

    def is_form(self, word: str) -> bool:
        """Whether it is a unit, a form, a salt or a way of taking a medicine."""
        return word in self._forms

    def strangers(self, text: str) -> list[str]:
        """The words of a text that are none of English; a word in another script is one."""
        return [word for word in plain_words(text) if self._is_strange(word)]

    @functools.cached_property
    def _abbreviations(self) -> frozenset[str]:
        return frozenset(self._lines("abbreviations.txt"))

    def unknown_abbreviations(self, text: str) -> list[str]:
        """The short words of a text that are none of English and no everyday abbreviation: each may mean anything."""
        return [
            word
            for word in plain_words(text)
            if 1 < len(word) < SHORTEST_WORD
            and word.isascii()
            and word.isalpha()
            and word not in self._abbreviations
            and word not in self._empty
            and not self.is_word(word)
        ]

    def _is_strange(self, word: str) -> bool:
        if not word.isascii():
            return not word.isdigit()
        if len(word) < SHORTEST_WORD or not word.isalpha() or self.is_word(word) or word in self.medicines:
            return False
        return _LEARNED.fullmatch(word) is None

    @functools.cached_property
    def _devices(self) -> re.Pattern[str]:
        names = "|".join(re.escape(name) for name in self._lines("harmless_devices.txt"))
        return re.compile(rf"\b(?:{names})" if names else "(?!)")

    def without_harmless_device(self, text: str) -> str:
        """The text itself, or what is left of its words beside the name of a device that no rule needs to know of."""
        said = " ".join(plain_words(text))
        rest = self._devices.sub(" ", said)
        return text if rest == said else _DEVICE.sub(" ", rest)

    def ingredients(self, text: str) -> tuple[list[str], list[str]]:
        """The ingredients that a medicine's words name, and the words of no name (the short and the forms too)."""
        words = plain_words(text)
        found: list[str] = []
        left: list[str] = []
        place = 0
        while place < len(words):
            for size in range(min(_LONGEST_NAME, len(words) - place), 0, -1):
                name = " ".join(words[place : place + size])
                ingredient = self.medicines.get(name)
                if ingredient is not None and not (size == 1 and self.is_form(name)):
                    found.append(ingredient)
                    place += size
                    break
            else:
                left.append(words[place])
                place += 1
        if not found:
            # Salts of their own: magnesium citrate.
            found = [self.medicines[word] for word in left if self.is_form(word) and word in self.medicines]
        return found, left

    def is_content(self, word: str) -> bool:
        """Whether a word of a medicine that is no name could be one."""
        if not word.isascii():
            return not word.isdigit()
        return len(word) >= SHORTEST_WORD and word.isalpha() and not self.is_form(word) and not self.is_word(word)
