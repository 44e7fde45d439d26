"""Which code sets a fact belongs to: by code, by a product's ingredient, by an organisation's ValueSet, by name."""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from deqi.knowledge.tables.vocabulary import AlarmWord, Code, CodeSet, DrugProduct
from deqi.people.facts import Coding, Fact, How, Kind, SetMatch
from deqi.people.terminology.hearing import Heard, Hearing
from deqi.people.terminology.lexicon import Lexicon, plain
from deqi.people.terminology.names import NameFinder
from deqi.people.terminology.systems import plain_code

_CATEGORY_SYSTEMS = frozenset({"icd10cm", "icd10", "atc"})
_READS_ALSO: Mapping[str, tuple[str, ...]] = {"icd10": ("icd10", "icd10cm")}
"""ICD-10-CM refines ICD-10, and the sets list ICD-10 only where it differs."""

NAMED_KINDS: Mapping[str, frozenset[str]] = {
    "condition": frozenset({"condition", "procedure", "device", "allergy"}),
    "procedure": frozenset({"condition", "procedure", "device"}),
    "device": frozenset({"device", "procedure"}),
    "medication": frozenset({"medication"}),
    "allergy": frozenset({"allergy"}),
    "observation": frozenset({"observation"}),
    "value": frozenset({"value"}),
}
"""By name, a fact of one kind may be in sets of these kinds: an allergy to a medicine is not taking it."""

_SHORTEST_CATEGORY = 3
_TAG = re.compile(r" \((?:disorder|finding|situation|procedure|physical object|substance|product|qualifier value)\)$")
"""What SNOMED CT puts behind the words of a concept."""
_CACHE_LIMIT = 200_000


class CodeIndex:
    """The code sets, ready to be asked about a coding or a text.

    Codes are compared within their system. A ``category`` code (ICD, ATC) also takes its subdivisions. A medicine's
    product is followed to its ingredients. Where no code of a fact is in any list, its words speak for every set;
    otherwise only for sets that hold no code of its systems, and for a medicine not at all.
    """

    def __init__(
        self,
        sets: Mapping[str, CodeSet],
        exact: Mapping[tuple[str, str], frozenset[tuple[str, How]]],
        category: Mapping[tuple[str, str], frozenset[str]],
        ingredients: Mapping[tuple[str, str], frozenset[str]],
        displays: Mapping[tuple[str, str], str],
        alarm_words: Iterable[AlarmWord] = (),
        lexicon: Lexicon | None = None,
    ) -> None:
        self.sets = sets
        self._alarm_words = tuple(alarm_words)
        self._lexicon = lexicon or Lexicon()
        self._hearing = Hearing(sets, self._alarm_words, self._lexicon, NAMED_KINDS)
        self._exact = exact
        self._category = category
        self._ingredients = ingredients
        self._displays = displays
        self._systems: dict[str, set[str]] = defaultdict(set)
        for (system, _), members in exact.items():
            for name, _how in members:
                self._systems[name].add(system)
        for (system, _), names in category.items():
            for name in names:
                self._systems[name].add(system)
        self._finders = {
            kind: NameFinder(
                [(row.set, row.names, row.not_names) for row in sets.values() if row.names and row.kind in wanted],
                results=kind in ("observation", "value"),
            )
            for kind, wanted in NAMED_KINDS.items()
        }
        self._by_coding: dict[tuple[str, str], tuple[SetMatch, ...]] = {}
        self._by_text: dict[tuple[str, str], frozenset[str]] = {}

    @classmethod
    def build(
        cls,
        sets: Iterable[CodeSet],
        codes: Iterable[Code],
        products: Iterable[DrugProduct] = (),
        alarm_words: Iterable[AlarmWord] = (),
        lexicon: Lexicon | None = None,
    ) -> CodeIndex:
        """The index of the shipped tables."""
        exact: dict[tuple[str, str], set[tuple[str, How]]] = defaultdict(set)
        category: dict[tuple[str, str], set[str]] = defaultdict(set)
        ingredients: dict[tuple[str, str], set[str]] = defaultdict(set)
        displays: dict[tuple[str, str], str] = {}
        for row in codes:
            key = (row.system, plain_code(row.system, row.code))
            displays.setdefault(key, row.display)
            if row.match == "category" and row.system in _CATEGORY_SYSTEMS:
                category[key].add(row.set)
            else:
                exact[key].add((row.set, "code"))
        for product in products:
            ingredients[product.system, plain_code(product.system, product.code)].add(product.ingredient)
        return cls(
            {row.set: row for row in sets},
            {key: frozenset(members) for key, members in exact.items()},
            {key: frozenset(names) for key, names in category.items()},
            {key: frozenset(codes_of) for key, codes_of in ingredients.items()},
            displays,
            alarm_words,
            lexicon,
        )

    def with_value_sets(self, members: Mapping[str, Iterable[Coding]]) -> CodeIndex:
        """A new index in which the given codings were added to our sets (set name -> codings)."""
        exact = {key: set(owners) for key, owners in self._exact.items()}
        for name, codings in members.items():
            for coding in codings:
                key = (coding.system, plain_code(coding.system, coding.code))
                if (name, "code") not in exact.setdefault(key, set()):
                    exact[key].add((name, "valueset"))
        return CodeIndex(
            self.sets,
            {key: frozenset(owners) for key, owners in exact.items()},
            self._category,
            self._ingredients,
            self._displays,
            self._alarm_words,
            self._lexicon,
        )

    def covers(self, name: str, system: str) -> bool:
        """Whether the set holds any code that a code of this system could match."""
        held = self._systems.get(name, set())
        return any(one in held for one in _READS_ALSO.get(system, (system,)))

    def listed(self) -> Counter[tuple[str, str]]:
        """How many codes of each system each set lists, as (set, system)."""
        found: Counter[tuple[str, str]] = Counter()
        for (system, _), members in self._exact.items():
            found.update((name, system) for name, _how in members)
        for (system, _), names in self._category.items():
            found.update((name, system) for name in names)
        return found

    def display(self, system: str, code: str) -> str:
        """Our own words for a code of a set, or nothing."""
        return self._displays.get((system, plain_code(system, code)), "")

    def match(self, fact: Fact) -> tuple[SetMatch, ...]:
        """The sets the fact belongs to."""
        return self.match_codes(fact.kind, fact.codes, fact.text)

    def hear(self, kind: Kind, codes: tuple[Coding, ...], text: str) -> Heard:
        """The sets, whether the record is understood, and what else it may mean."""
        return self._hearing.hear(kind, codes, text, self._match(kind, codes, text))

    def match_value(self, codes: tuple[Coding, ...], text: str) -> tuple[SetMatch, ...]:
        """The value sets that a coded result belongs to."""
        return self._match("value", codes, text)

    def match_codes(self, kind: Kind, codes: tuple[Coding, ...], text: str) -> tuple[SetMatch, ...]:
        """The sets that codings and a text belong to, each once, the surest way first."""
        return self._match(kind, codes, text)

    def _match(self, kind: str, codes: tuple[Coding, ...], text: str) -> tuple[SetMatch, ...]:
        found: dict[str, SetMatch] = {}
        for coding in codes:
            for match in self._of_coding(coding.system, coding.code):
                found.setdefault(match.set, match)
        known = any(self._known(coding) for coding in codes)
        for name in self._named(kind, codes, text, known):
            if name not in found and (not known or kind == "medication" or not self._coded(name, codes)):
                found[name] = SetMatch(name, "name")
        return tuple(found.values())

    def _named(self, kind: str, codes: tuple[Coding, ...], text: str, known: bool) -> Iterable[str]:
        """The sets that the words name. A medicine's words are those of its codes that no list knows."""
        if kind == "medication":
            words = [coding.display for coding in codes if not self._known(coding)]
            words += [] if known else [text]
        else:
            words = [text, *(coding.display for coding in codes)]
        if not any(words):
            words = [self._lexicon.official(coding.system, plain_code(coding.system, coding.code)) for coding in codes]
        return dict.fromkeys(name for one in words if one for name in sorted(self._of_text(kind, one)))

    def _coded(self, name: str, codes: tuple[Coding, ...]) -> bool:
        return any(self.covers(name, coding.system) for coding in codes)

    def _known(self, coding: Coding) -> bool:
        return bool(self._of_coding(coding.system, coding.code)) or (
            (coding.system, plain_code(coding.system, coding.code)) in self._ingredients
        )

    def _of_text(self, kind: str, text: str) -> frozenset[str]:
        key = (kind, text)
        found = self._by_text.get(key)
        if found is None:
            if len(self._by_text) >= _CACHE_LIMIT:
                self._by_text.clear()
            if kind == "medication":
                # A brand is heard as its ingredient.
                text = " ; ".join([text, *self._lexicon.ingredients(text)[0]])
            found = self._by_text[key] = self._finders[kind].find(text) | self._of_display(kind, key[1])
        return found

    def _of_display(self, kind: str, text: str) -> frozenset[str]:
        """The sets of the codes of which a text is the display or the official words, word for word."""
        said = _TAG.sub("", " ".join(plain(text).split()))
        found = set(self._by_display.get(said, ()))
        if kind != "medication" and (code := self._lexicon.code_of(said)):
            found.update(match.set for match in self._look_up("icd10cm", code))
        return frozenset(name for name in found if self.sets[name].kind in NAMED_KINDS[kind])

    @functools.cached_property
    def _by_display(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for key, display in self._displays.items():
            said = _TAG.sub("", " ".join(plain(display).split()))
            if said:
                found[said].update(name for name, how in self._exact.get(key, ()) if how == "code")
                found[said].update(self._category.get(key, ()))
        return {said: frozenset(names) for said, names in found.items()}

    def _of_coding(self, system: str, code: str) -> tuple[SetMatch, ...]:
        key = (system, code)
        found = self._by_coding.get(key)
        if found is None:
            if len(self._by_coding) >= _CACHE_LIMIT:
                self._by_coding.clear()
            found = self._by_coding[key] = self._look_up(system, code)
        return found

    def _look_up(self, system: str, code: str) -> tuple[SetMatch, ...]:
        bare = plain_code(system, code)
        found: dict[str, SetMatch] = {}
        for one in _READS_ALSO.get(system, (system,)):
            for name, how in sorted(self._exact.get((one, bare), ())):
                found.setdefault(name, SetMatch(name, how, system, code))
            if one in _CATEGORY_SYSTEMS:
                for length in range(_SHORTEST_CATEGORY, len(bare) + 1):
                    for name in sorted(self._category.get((one, bare[:length]), ())):
                        found.setdefault(name, SetMatch(name, "code", system, code))
        for ingredient in sorted(self._ingredients.get((system, bare), ())):
            for name, _how in sorted(self._exact.get(("rxnorm", ingredient), ())):
                found.setdefault(name, SetMatch(name, "product", system, code))
        return tuple(found.values())
