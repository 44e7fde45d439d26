"""Alarm words: what may mean a hazard although no list and no name settles it.

Quieters come first ("family history of", "benign neoplasm"): what they cover alarms nobody. A denial covers only what
it names: the hazards right behind it, where nothing else is said of them. A word that is itself a
word of English is no misspelling; any other word alarms within one edit of a stem (one letter more, less, other, or two
exchanged).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from rapidfuzz.distance import OSA

from deqi.knowledge.tables.vocabulary import AlarmWord
from deqi.people.terminology.lexicon import plain, plain_words

_SENTENCE = re.compile(r"[.;,\n]|\bbut\b|\bhowever\b|\bexcept\b")
_SHORTEST_FUZZY = 5
"""Letters of a stem from which a misspelling is looked for: shorter ones are near too many words."""
_LONGEST_WORD = 40
_CACHE_LIMIT = 100_000
_LEADING = frozenset({"on", "in", "to", "for", "with", "is", "are", "was", "were"})
"""Words at which a sentence turns, but not before anything was named."""

Sets = tuple[str, ...]


class AlarmWords:
    """The alarm words of one kind of record. ``is_word`` says of a word that it is spelt right.

    ``names`` are those of sets that a record of the kind may be in, as phrases: denied or not, they are no stray words.
    ``devices`` and ``medicines`` are sets of these, of which trouble may be denied though they are there.
    """

    def __init__(
        self,
        rows: Iterable[AlarmWord],
        is_word: Callable[[str], bool],
        names: Mapping[str, Iterable[str]] | None = None,
        devices: frozenset[str] = frozenset(),
        medicines: frozenset[str] = frozenset(),
    ) -> None:
        self._is_word = is_word
        self._devices = devices
        self._medicines = medicines
        self._names: dict[str, list[tuple[list[str], Sets]]] = defaultdict(list)
        for name, of in (names or {}).items():
            words = plain_words(name)
            self._names[words[0]].append((words, tuple(of)))
        self._light: dict[str, str] = {}
        self._whole: dict[str, Sets] = {}
        self._starts: dict[str, Sets] = {}
        self._inside: dict[str, Sets] = {}
        self._endings: dict[str, Sets] = {}
        self._phrases: dict[str, list[tuple[list[str], Sets, bool]]] = defaultdict(list)
        self._quieters: dict[str, list[tuple[list[str], str]]] = defaultdict(list)
        self._still: dict[str, frozenset[str]] = {}
        self._of_word: dict[str, frozenset[Sets]] = {}
        self._longest = 0
        for row in rows:
            words = plain_words(row.stem)
            if row.match in ("denied", "denied-trouble", "denied-medicine", "turns"):
                self._light[row.stem] = row.match
            elif row.match == "denies" or row.match.startswith("quiets"):
                phrase = words if row.stem[-1:] != "*" else [*words, "*"]
                self._quieters[words[0][:1]].append((phrase, row.match))
                if row.may_mean:
                    self._still[" ".join(phrase)] = frozenset(row.may_mean)
            elif len(words) > 1:
                self._phrases[words[0]].append((words, row.may_mean, row.match == "start"))
            elif row.match == "word":
                self._whole[words[0]] = (*self._whole.get(words[0], ()), *row.may_mean)
            elif row.match == "start":
                self._starts[words[0]] = (*self._starts.get(words[0], ()), *row.may_mean)
                self._longest = max(self._longest, len(words[0]))
            elif row.match == "inside":
                self._inside[words[0]] = row.may_mean
            elif row.match == "ending":
                self._endings[words[0]] = row.may_mean
        self._near_starts = NearBeginnings(stem for stem in self._starts if len(stem) >= _SHORTEST_FUZZY)
        self._near_inside = NearBeginnings(stem for stem in self._inside if len(stem) > _SHORTEST_FUZZY)

    def find(self, text: str) -> frozenset[Sets]:
        """What the words of a text may mean, for each of them that alarms: the sets of its row."""
        found: set[Sets] = set()
        still: frozenset[str] | None = None
        for sentence in _SENTENCE.split(plain(text)):
            words = plain_words(sentence)
            if not words:
                continue
            left, denying, loud = self._quieted(words)
            if loud is not None:
                if not loud:
                    return frozenset()
                still = loud if still is None else still & loud
            for place, word in enumerate(left):
                if word:
                    found |= self._alarms(word)
                    found.update(self._phrases_at(left, place))
                    if denying:
                        # A name behind a denial joins no set, though the denial may be of something else.
                        found.update(sets for _, sets in self._named_at(left, place))
        if still is not None:
            return frozenset(kept for sets in found if (kept := tuple(one for one in sets if one in still)))
        return frozenset(found)

    def heard(self, text: str) -> str:
        """A text without what a quieter or a denial covers."""
        kept = []
        for sentence in _SENTENCE.split(plain(text)):
            left, _, loud = self._quieted(plain_words(sentence))
            if loud is not None and not loud:
                return ""
            kept.append(" ".join(filter(None, left)))
        return " ; ".join(kept)

    def _quieted(self, words: list[str]) -> tuple[list[str], bool, frozenset[str] | None]:
        """The words with those left empty that a quieter covers, whether anything is denied, and the sets that are
        still heard where the whole text is quiet."""
        left = list(words)
        denying = False
        loud: frozenset[str] | None = None
        for place, word in enumerate(words):
            for phrase, how in self._quieters.get(word[:1], ()):
                open_end = phrase[-1] == "*"
                wanted = phrase[:-1] if open_end else phrase
                end = place + len(wanted)
                here = words[place:end]
                if here != wanted and not (
                    open_end and here[:-1] == wanted[:-1] and here and here[-1].startswith(wanted[-1])
                ):
                    continue
                if how == "quiets-text":
                    still = self._still.get(" ".join(phrase), frozenset())
                    loud = still if loud is None else loud & still
                    continue
                stop = end
                if how == "denies":
                    denying = True
                    stop = self._denied_up_to(words, place, end)
                elif how == "quiets-rest":
                    turns = (at for at in range(end, len(words)) if self._light.get(words[at]) == "turns")
                    stop = next(turns, len(words))
                left[place:stop] = [""] * (stop - place)
        return left, denying, loud

    def _denied_up_to(self, words: list[str], start: int, place: int) -> int:
        """Where what a denial names ends."""
        covered, named = place, bool(self._hazard_at(words, start, place)[0])
        while place < len(words):
            size, sets = self._hazard_at(words, place, len(words))
            if size and not (named and self._light.get(words[place]) == "turns"):
                if not self._ends_there(words, place + size, sets):
                    return covered
                place += size
                covered, named = place, True
            elif self._passes(words[place], named=named):
                place += 1
            else:
                return covered
        return covered

    def _passes(self, word: str, *, named: bool) -> bool:
        """Whether the words that a denial names may go on behind this one. *Not on warfarin*, but *no bleeding on
        warfarin*."""
        kind = self._light.get(word)
        return kind == "denied" or (kind == "turns" and not named and word in _LEADING)

    def _ends_there(self, words: list[str], place: int, sets: frozenset[str]) -> bool:
        """Whether a hazard is the last of what is named, and not said of something else (pacemaker problems)."""
        there = sets & (self._devices | self._medicines)
        for at in range(place, len(words)):
            kind = self._light.get(words[at])
            if kind == "turns":
                return True
            size, more = self._hazard_at(words, at, len(words))
            if size:
                # Shocks of a defibrillator: it is there, the shocks are not.
                return at > place or not there or not sets.isdisjoint(more)
            light = kind == "denied" or (kind == "denied-trouble" and not there)
            if not (light or (kind == "denied-medicine" and sets & self._medicines)):
                return False
        return True

    def _hazard_at(self, words: list[str], place: int, end: int) -> tuple[int, frozenset[str]]:
        """How many words from a place on are the name of a hazard, and the sets that it may mean."""
        phrases = [(len(phrase), sets) for phrase, sets, _ in self._matching(words, place)]
        phrases += [(len(name), sets) for name, sets in self._named_at(words, place)]
        phrases += [(1, sets) for sets in self._alarms(words[place])]
        fitting = [(size, sets) for size, sets in phrases if place + size <= end]
        if not fitting:
            return 0, frozenset()
        return max(size for size, _ in fitting), frozenset(one for _, sets in fitting for one in sets)

    def _named_at(self, words: list[str], place: int) -> Iterable[tuple[list[str], Sets]]:
        for name, sets in self._names.get(words[place], ()):
            if words[place : place + len(name)] == name:
                yield name, sets

    def _alarms(self, word: str) -> frozenset[Sets]:
        found = self._of_word.get(word)
        if found is None:
            if len(self._of_word) >= _CACHE_LIMIT:
                self._of_word.clear()
            found = self._of_word[word] = frozenset(self._exact(word) or self._near(word))
        return found

    def _exact(self, word: str) -> set[Sets]:
        found = {self._whole[word]} if word in self._whole else set()
        if word.endswith("s") and word[:-1] in self._whole:
            found.add(self._whole[word[:-1]])
        found.update(
            sets for length in range(2, min(len(word), self._longest) + 1) if (sets := self._starts.get(word[:length]))
        )
        found.update(sets for stem, sets in self._inside.items() if stem in word)
        found.update(sets for stem, sets in self._endings.items() if word.endswith(stem))
        return found

    def _near(self, word: str) -> set[Sets]:
        """The stems that a misspelt word may have been meant for."""
        if len(word) < _SHORTEST_FUZZY or not word.isalpha() or self._is_word(word):
            return set()
        word = word[:_LONGEST_WORD]
        found = {self._starts[stem] for stem in self._near_starts.of(word)}
        for place in range(len(word) - _SHORTEST_FUZZY + 1):
            found.update(self._inside[stem] for stem in self._near_inside.of(word[place:]))
        return found

    def _phrases_at(self, words: list[str], place: int) -> Iterable[Sets]:
        """What the phrases of several words that begin at a place may mean."""
        return (sets for _, sets, _ in self._matching(words, place))

    def _matching(self, words: list[str], place: int) -> Iterable[tuple[list[str], Sets, bool]]:
        for phrase, sets, open_end in self._phrases.get(words[place], ()):
            here = words[place : place + len(phrase)]
            if len(here) < len(phrase) or here[:-1] != phrase[:-1]:
                continue
            if here[-1] == phrase[-1] or (open_end and here[-1].startswith(phrase[-1])):
                yield phrase, sets, open_end


class NearBeginnings:
    """The stems within one edit of which a word begins.

    One edit leaves one of two parts of a stem as it is, for one of two cuts beside each other (an exchange over one of
    them does not touch the other). By these parts a few stems are found that may be near; only they are compared.
    """

    def __init__(self, stems: Iterable[str]) -> None:
        self._fronts: dict[str, set[str]] = defaultdict(set)
        self._backs: dict[tuple[int, str], set[str]] = defaultdict(set)
        for stem in stems:
            for cut in (len(stem) // 2, len(stem) // 2 + 1):
                self._fronts[stem[:cut]].add(stem)
                self._backs[cut, stem[cut:]].add(stem)
        self._front_sizes = sorted({len(front) for front in self._fronts})
        self._back_sizes = sorted({(cut, len(back)) for cut, back in self._backs})

    def of(self, word: str) -> set[str]:
        """The stems near to the beginning of a word."""
        maybe: set[str] = set()
        for size in self._front_sizes:
            maybe |= self._fronts.get(word[:size], _NONE)
        for cut, size in self._back_sizes:
            for place in (cut - 1, cut, cut + 1):
                maybe |= self._backs.get((cut, word[place : place + size]), _NONE)
        return {stem for stem in maybe if _begins_near(word, stem)}


_NONE: frozenset[str] = frozenset()


def _begins_near(word: str, stem: str) -> bool:
    """Whether a word begins within one edit of a stem."""
    return any(
        OSA.distance(word[: len(stem) + more], stem, score_cutoff=1) <= 1
        for more in (-1, 0, 1)
        if len(word) >= len(stem) + more
    )
