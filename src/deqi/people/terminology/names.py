"""Names in free text: whole words, with what negates them or speaks of somebody or some other time left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

_WORD = re.compile(r"\w+|[.;\n]")
_DOTTED = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}")
_STOPS = frozenset({".", ";", "\n", "but", "however", "although", "except"})

_BEFORE: tuple[tuple[str, ...], ...] = tuple(
    tuple(words.split())
    for words in (
        "no", "not", "never", "without", "denies", "denied", "deny", "denying", "negative for", "free of",
        "absence of", "ruled out", "rule out", "rules out", "r o", "excluded", "excludes", "unlikely",
        "history of", "hx of", "h o", "family history", "fhx", "fh", "mother", "father", "sister", "brother",
        "aunt", "uncle", "grandmother", "grandfather", "sibling", "parent", "cousin", "risk of", "risk for",
        "screening for", "screen for", "vaccination against", "vaccine against", "fear of",
    )
)  # fmt: skip
"""Said before a name within the same sentence, these cancel it. Cancelling makes nothing absent: it stays unknown."""

_AFTER: tuple[tuple[str, ...], ...] = tuple(
    tuple(words.split())
    for words in (
        "ruled out", "excluded", "unlikely", "denied", "absent", "negative", "not present", "not found", "not seen",
        "screening", "vaccine", "vaccination", "risk", "in family", "in mother", "in father", "family history",
    )
)  # fmt: skip
_AFTER_REACH = 4

_TESTS_BEFORE = (("test", "for"), ("testing", "for"), ("measurement", "of"))
_TESTS_AFTER = (("test",), ("testing",), ("antibody",), ("antigen",), ("measurement",), ("titre",), ("titer",))
"""Looking for a thing is not having it. Where the name is that of a result, these words are a part of it."""


_NO_RESULT = (
    ("target",), ("targets",), ("goal",), ("goals",), ("previous",), ("previously",), ("prior",), ("former",),
    ("threshold",), ("trigger",), ("desired",), ("ideal",), ("expected",),
)  # fmt: skip
"""Beside the name of a result: what it ought to be, or was before, is not what it is."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case; ``.``, ``;`` and line ends stay, as the ends of sentences."""
    return tuple(_WORD.findall(without_dots(text.casefold())))


def without_dots(text: str) -> str:
    """A text with its abbreviations written together (``i.c.d.`` is ``icd``)."""
    return _DOTTED.sub(lambda found: found[0].replace(".", "") + " ", text) if "." in text else text


class NameFinder:
    """Finds which sets a text names. ``entries`` are (set, names, words that cancel); ``results`` says that they are
    names of results, so that a test for one is the thing itself."""

    def __init__(self, entries: Iterable[tuple[str, Iterable[str], Iterable[str]]], *, results: bool = False) -> None:
        self._elsewhere = _Phrases(_NO_RESULT if results else ())
        self._before = _Phrases(_BEFORE if results else _BEFORE + _TESTS_BEFORE)
        self._after = _Phrases(_AFTER if results else _AFTER + _TESTS_AFTER)
        self._names: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._cancels: dict[str, _Phrases] = {}
        for name, names, cancels in entries:
            for words in filter(None, map(words_of, names)):
                self._names[words[0]].append((words, name))
            self._cancels[name] = _Phrases(filter(None, map(words_of, cancels)))

    def find(self, text: str) -> frozenset[str]:
        """The sets that the text names as something this person has or takes now."""
        words = words_of(text)
        found: set[str] = set()
        for place, word in enumerate(words):
            for name, owner in self._names.get(word, ()):
                end = place + len(name)
                if owner not in found and words[place:end] == name and self._stands(words, place, end, owner):
                    found.add(owner)
        return frozenset(found)

    def _stands(self, words: tuple[str, ...], start: int, end: int, owner: str) -> bool:
        if self._cancels[owner].any_in(words):
            return False
        name = words[start:end]
        if self._elsewhere.any_in(words[:start] + words[end:]) and not self._elsewhere.any_in(name):
            return False
        first = max((place + 1 for place in range(start) if words[place] in _STOPS), default=0)
        last = min((place for place in range(end, len(words)) if words[place] in _STOPS), default=len(words))
        before, after = words[first:start], words[end : min(last, end + _AFTER_REACH)]
        return not (self._before.any_in(before) or self._after.any_in(after))


class _Phrases:
    """Phrases of one or more words, ready to be looked for."""

    def __init__(self, phrases: Iterable[tuple[str, ...]]) -> None:
        self._phrases = frozenset(phrases)
        self._sizes = tuple(sorted({len(phrase) for phrase in self._phrases}))

    def any_in(self, words: tuple[str, ...]) -> bool:
        """Whether any of them stands in the words."""
        return any(
            words[place : place + size] in self._phrases
            for size in self._sizes
            for place in range(len(words) - size + 1)
        )
