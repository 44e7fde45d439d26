"""What a record is heard as: its code sets, whether it is understood, and what else it may mean.

One function for every reader (person file, FHIR, OMOP). It looks at the kind, codes and words alone, never at dates or
states. Understood is a record in one of the lists; a medicine by its ingredient; a device known to be harmless; other
words of a language that is read. What alarms is named, whether understood or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import OSA

from deqi.knowledge.tables.vocabulary import AlarmWord, CodeSet
from deqi.people.facts import Coding, Kind, SetMatch
from deqi.people.terminology.alarms import AlarmWords
from deqi.people.terminology.lexicon import Lexicon, plain, plain_words
from deqi.people.terminology.names import NameFinder

_ONE_EDIT, _TWO_EDITS = 5, 8
"""Letters of a name from which one, and two, edits still make it the nearest."""
_MOST_MEANT = 3
_BRAND = re.compile(r"\[[^\[\]]*\]\s*\}?$")
_CACHE_LIMIT = 100_000

_MISPLACED: Mapping[Kind, str] = {
    "condition": "medication", "procedure": "medication", "device": "medication", "medication": "device",
    "allergy": "device",
}  # fmt: skip
"""Where things of another kind are looked for by name: an allergy to a medicine is not taking it."""
_NOT_USE = (
    "allergy", "allergic", "intolerance", "intolerant", "hypersensitivity", "induced", "poisoning", "overdose",
    "underdosing", "adverse", "toxicity", "reaction", "resistance", "deficiency",
)  # fmt: skip
"""Said beside a medicine, these speak of it and not of taking it now."""

Near = tuple[str, tuple[str, ...]]
"""A name near to a word, and the sets it stands for."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """How a record is heard; see `Fact` for the fields."""

    sets: tuple[SetMatch, ...] = ()
    understood: bool = True
    alarms: tuple[str, ...] = ()
    meant: tuple[str, ...] = ()


class Hearing:
    """Judges records of which the code sets are already known."""

    def __init__(
        self,
        sets: Mapping[str, CodeSet],
        alarm_words: Iterable[AlarmWord],
        lexicon: Lexicon,
        named_kinds: Mapping[str, frozenset[str]],
    ) -> None:
        self._lexicon = lexicon
        rows = tuple(alarm_words)
        kinds: tuple[Kind, ...] = ("condition", "procedure", "device", "allergy", "observation", "medication")
        self._classes = {row.stem: row.may_mean for row in rows if row.match == "atc"}
        self._names: dict[str, dict[str, tuple[str, ...]]] = {kind: {} for kind in kinds}
        for row in sets.values():
            for kind in kinds:
                if row.kind in named_kinds[kind]:
                    for name in row.names:
                        held = self._names[kind].get(plain(name), ())
                        self._names[kind][plain(name)] = (*held, row.set)
        devices, medicines = (
            frozenset(row.set for row in sets.values() if row.kind == kind) for kind in ("device", "medication")
        )
        self._alarms = {
            kind: AlarmWords(
                (row for row in rows if kind in row.about), self._spelt, self._names[kind], devices, medicines
            )
            for kind in kinds
        }
        # A medicine that is told of among the conditions is taken all the same, a device among the medicines worn.
        self._misplaced = {
            kind: NameFinder(
                (row.set, row.names, (*row.not_names, *_NOT_USE))
                for row in sets.values()
                if row.kind == wanted and wanted not in named_kinds[kind]
            )
            for kind, wanted in _MISPLACED.items()
        }
        self._near: dict[tuple[str, str], tuple[Near, ...]] = {}
        self._elsewhere: dict[tuple[str, str], frozenset[str]] = {}

    def _spelt(self, word: str) -> bool:
        return self._lexicon.is_word(word) or word in self._lexicon.medicines

    def hear(self, kind: Kind, codes: tuple[Coding, ...], text: str, sets: tuple[SetMatch, ...]) -> Heard:
        """The record as heard, its sets being known."""
        words = [one for one in dict.fromkeys((text, *(coding.display for coding in codes))) if one.strip()]
        if kind == "medication":
            return self._medicine(codes, words, sets)
        held = {match.set for match in sets}
        by_code = any(match.how != "name" for match in sets)
        official = [found for coding in codes if (found := self._lexicon.official(coding.system, _bare(coding)))]
        if by_code:
            # The words of a code in one of the lists are heard by it; words of their own may say more, and so may a
            # display that names what the code does not.
            displays = {coding.display for coding in codes}
            own = [one for one in words if one not in displays and len(displays) == 1]
            strange = set(self._alarmed(kind, (one for one in displays if one), held)) if official else set()
            more = {*self._alarmed(kind, own, held), *(strange - set(self._alarmed(kind, official, held)))}
            return Heard(sets, True, tuple(sorted(more)))
        alarms = self._alarmed(kind, [*words, *official], held)
        if kind == "observation":
            return Heard(sets, bool(sets) or not alarms, alarms)
        if held:
            return Heard(sets, True, alarms)
        meant, near = self._nearest(kind, words) if words else ((), ())
        alarms = tuple(sorted({*alarms, *near} - held))
        if kind == "device":
            rest = [self._lexicon.without_harmless_device(one) for one in words]
            harmless = rest != words and not self._alarmed(kind, rest, held)
            return Heard(sets, harmless, () if harmless else alarms, () if harmless else meant)
        return Heard(sets, bool(official) or self._readable(words, coded=bool(codes)), alarms, meant)

    def _readable(self, words: list[str], *, coded: bool) -> bool:
        """Whether the words are of a language that is read: all of them, or most where they are those of a code."""
        if not any(map(self._lexicon.says_something, words)):
            return False
        said = sum(one.isalpha() for text in words for one in plain_words(text))
        strange = sum(len(self._lexicon.strangers(text)) for text in words)
        if not coded:
            strange += sum(len(self._lexicon.unknown_abbreviations(text)) for text in words)
        return said > 0 and strange <= (said // 2 if coded else 0)

    def _alarmed(self, kind: Kind, words: Iterable[str], held: set[str]) -> tuple[str, ...]:
        """The sets that words may mean; a word of which one meaning is already heard says nothing more."""
        found: set[str] = set()
        for one in words:
            for may_mean in self._alarms[kind].find(one):
                if held.isdisjoint(may_mean):
                    found.update(may_mean)
            if kind in _MISPLACED:
                found |= self._misplaced_in(kind, one)
        return tuple(sorted(found - held))

    def _misplaced_in(self, kind: Kind, text: str) -> frozenset[str]:
        """The sets that words name as something of another kind."""
        key = (kind, text)
        known = self._elsewhere.get(key)
        if known is None:
            if len(self._elsewhere) >= _CACHE_LIMIT:
                self._elsewhere.clear()
            said = self._alarms[kind].heard(text)
            if _MISPLACED[kind] == "medication":
                # A brand is heard as its ingredient.
                said = " ; ".join([said, *self._lexicon.ingredients(said)[0]])
            known = self._elsewhere[key] = self._misplaced[kind].find(said)
        return known

    def _medicine(self, codes: tuple[Coding, ...], words: list[str], sets: tuple[SetMatch, ...]) -> Heard:
        """A medicine is understood by its ingredient: an ATC class or words that alarm say what else it may be."""
        held = {match.set for match in sets}
        if any(match.how != "name" for match in sets):
            return Heard(sets)
        found: set[str] = set()
        for coding in codes:
            if coding.system == "atc":
                found.update(*(sets_ for stem, sets_ in self._classes.items() if coding.code.upper().startswith(stem)))
        meant: list[str] = []
        resolved, strange = False, False
        for one in words:
            ingredients, left = self._lexicon.ingredients(one)
            if ingredients:
                # RxNorm puts the brand behind its ingredients; where they are known it says nothing more.
                left = self._lexicon.ingredients(_BRAND.sub(" ", one))[1]
            resolved = resolved or bool(ingredients)
            found.update(self._alarmed("medication", [" ".join(left), *ingredients], held))
            for word in filter(self._lexicon.is_content, left):
                near = self._names_near("medication", word)
                strange = True
                meant.extend(name for name, _ in near)
                found.update(*(of for _, of in near if held.isdisjoint(of)))
        understood = bool(sets) or (resolved and not strange)
        alarms = tuple(sorted(found - held))
        return Heard(sets, understood, alarms, () if understood else tuple(dict.fromkeys(meant))[:_MOST_MEANT])

    def _nearest(self, kind: Kind, words: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The names that misspelt words are near to, and the sets these stand for."""
        meant: list[str] = []
        found: set[str] = set()
        for one in words:
            for word in self._lexicon.strangers(one):
                for name, of in self._names_near(kind, word):
                    meant.append(name)
                    found.update(of)
        return tuple(dict.fromkeys(meant))[:_MOST_MEANT], tuple(sorted(found))

    def _names_near(self, kind: str, word: str) -> tuple[Near, ...]:
        """The names within an edit of a word (two where it is long), the nearest first."""
        if len(word) < _ONE_EDIT:
            return ()
        key = (kind, word)
        known = self._near.get(key)
        if known is None:
            if len(self._near) >= _CACHE_LIMIT:
                self._near.clear()
            most = 2 if len(word) >= _TWO_EDITS else 1
            known = tuple(
                (name, self._names[kind][name])
                for name, _, _ in process.extract(
                    word, self._names[kind].keys(), scorer=OSA.distance, score_cutoff=most, limit=_MOST_MEANT
                )
            )
            if not known and kind == "medication":
                medicines = self._lexicon.medicines_like(word, most)
                known = tuple(
                    (name, ())
                    for name, _, _ in process.extract(
                        word, medicines, scorer=OSA.distance, score_cutoff=most, limit=_MOST_MEANT
                    )
                )
            self._near[key] = known
        return known


def _bare(coding: Coding) -> str:
    return coding.code.strip().upper().rstrip("*†+!").replace(".", "")
