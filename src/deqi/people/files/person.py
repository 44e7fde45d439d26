"""The person file: somebody in five lines of YAML (or the same as JSON)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from deqi.errors import InputError
from deqi.knowledge.thresholds import thresholds
from deqi.knowledge.words import say
from deqi.people.dates import DateRange, aged, parse_date
from deqi.people.facts import Coding, Fact, Kind, Origin, Person, SetMatch, Side, State, with_credible_dates
from deqi.people.files.answers import answers_in
from deqi.people.files.yaml_text import finite, iso, read_document
from deqi.people.terminology.codes import NAMED_KINDS, CodeIndex
from deqi.people.terminology.sites import SiteFinder, side_of_text
from deqi.people.terminology.systems import SHORT, SPELLINGS

LISTS: Mapping[str, Kind] = {
    "conditions": "condition",
    "medications": "medication",
    "procedures": "procedure",
    "devices": "device",
    "allergies": "allergy",
    "observations": "observation",
}
"""The lists of a person file and the kind of fact each holds."""

KEYS = frozenset({"sex", "born", "age", "date", "deceased", "complete", "answers", *LISTS})
ITEM_KEYS = frozenset(
    {"name", "set", "code", "status", "since", "until", "date", "site", "side", "value", "unit", "comparator"}
)
STATUSES: Mapping[str, State] = {
    "current": "present",
    "inactive": "inactive",
    "past": "past",
    "refuted": "refuted",
    "planned": "planned",
    "unknown": "unknown",
}
_COMPARATORS = ("<", "<=", ">=", ">")


def read_person_file(
    data: bytes, name: str, index: CodeIndex, sites: SiteFinder, as_of: dt.date | None = None
) -> Person:
    """One person from a person file. Items are given to code sets by set name, code, or name.

    Raises:
        InputError: with the place (``conditions[2].since``), what is wrong, and what to write instead.
    """
    document = read_document(data, name)
    _only(document, KEYS, name)
    reader = _Reader(name, index, sites)
    written = reader.date(document.get("date"), "date")
    on = written.latest if written else as_of
    birth = _birth(document, reader, on)
    return Person(
        token="p1",
        facts=tuple(with_credible_dates(one, birth) for one in reader.facts(document)),
        answers=tuple(answers_in(document.get("answers"), name, "answers", written)),
        sex=_sex(document.get("sex"), name),
        birth=birth,
        deceased=_yes(document.get("deceased"), f"{name}, deceased"),
        complete=complete_lists(document.get("complete"), name),
        origin=Origin(name),
    )


def _only(mapping: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    if any(key not in keys for key in mapping):
        raise InputError(f"{where}: a key that is not known here; the keys are {', '.join(sorted(keys))}")


def _sex(value: Any, name: str) -> Literal["female", "male"] | None:
    if value is None or value in ("other", "unknown"):
        return None
    if value not in ("female", "male"):
        raise InputError(f"{name}, sex: write female, male, other or unknown")
    return "female" if value == "female" else "male"


def _yes(value: Any, where: str) -> bool:
    if value not in (None, True, False):
        raise InputError(f"{where}: write yes or no")
    return bool(value)


def _birth(document: Mapping[str, Any], reader: _Reader, on: dt.date | None) -> DateRange | None:
    if "born" in document and "age" in document:
        raise InputError(f"{reader.name}: both born and age; keep one of them")
    if "born" in document:
        return reader.date(document["born"], "born")
    age = document.get("age")
    if age is None:
        return None
    if not isinstance(age, int) or isinstance(age, bool) or not 0 <= age <= thresholds().oldest_age:
        raise InputError(f"{reader.name}, age: write whole years from 0 to {thresholds().oldest_age}")
    if on is None:
        raise InputError(f"{reader.name}, age: add the day it was true, such as date: 2026-11-24, or write born")
    return aged(age, on)


def complete_lists(value: Any, name: str) -> frozenset[Kind]:
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(one, str) and one in LISTS for one in value):
        raise InputError(f"{name}, complete: write a list of {', '.join(LISTS)}")
    return frozenset(LISTS[one] for one in value)


class _Reader:
    """The items of one file."""

    def __init__(self, name: str, index: CodeIndex, sites: SiteFinder) -> None:
        self.name = name
        self._index = index
        self._sites = sites

    def facts(self, document: Mapping[str, Any]) -> Iterator[Fact]:
        """The facts of all lists, in the order of the file's format."""
        for key, kind in LISTS.items():
            items = document.get(key)
            if items is None:
                continue
            if not isinstance(items, list):
                raise InputError(f"{self.name}, {key}: write a list, such as [{_example(kind)}]")
            for place, item in enumerate(items):
                yield self._fact(kind, item, f"{key}[{place}]")

    def date(self, value: Any, path: str) -> DateRange | None:
        """A day, month or year; None when there is none."""
        if value is None:
            return None
        text = iso(value)
        found = parse_date(text) if text else None
        if found is None:
            raise self._fault(path, "write a date such as 2026-11-24, 2026-11 or 2026")
        return found

    def _fault(self, path: str, advice: str) -> InputError:
        return InputError(f"{self.name}, {path}: {advice}")

    def _fact(self, kind: Kind, item: Any, path: str) -> Fact:
        if isinstance(item, str):
            item = {"name": item}
        if not isinstance(item, dict):
            raise self._fault(path, f"write a name, or a mapping such as {{name: {_example(kind)}}}")
        _only(item, ITEM_KEYS, f"{self.name}, {path}")
        text = self._text(item, "name", path)
        codes = self._codes(item.get("code"), f"{path}.code")
        own = self._set(item, kind, text, path)
        if not text and not codes and own is None:
            raise self._fault(path, "name it: add name, code or set")
        heard = self._index.hear(kind, codes, text)
        sets = heard.sets
        if own is not None and all(found.set != own for found in sets):
            sets = (SetMatch(own, "set"), *sets)
        matched = {(found.system, found.code) for found in sets}
        first = next((one for one in codes if (one.system, one.code) in matched), codes[0] if codes else Coding("", ""))
        value, value_codes, value_text, value_sets = self._value(kind, item, path)
        when = self.date(item.get("date"), f"{path}.date")
        start = self.date(item.get("since"), f"{path}.since") or when
        state = self._state(item, path)
        # The one day of a procedure, or of a medicine that is over, is its end too.
        done = when if kind == "procedure" or (kind == "medication" and state == "past") else None
        end = self.date(item.get("until"), f"{path}.until") or done
        return Fact(
            kind=kind,
            codes=codes,
            system=first.system,
            code=first.code,
            display=first.display or self._index.display(first.system, first.code),
            text=text or (self._index.sets[own].title if own else ""),
            value=value,
            unit=self._text(item, "unit", path),
            comparator=self._choice(item, "comparator", _COMPARATORS, path),
            value_codes=value_codes,
            value_text=value_text,
            value_missing=kind == "observation" and value is None and not value_codes and not value_text,
            site=self._site(item, path) or (self._sites.find_within(text) if sets else None),
            side=self._side(item, text, path),
            start=start,
            end=end,
            recorded=when,
            state=state,
            status=self._text(item, "status", path),
            origin=Origin(self.name, None, path),
            sets=sets,
            value_sets=value_sets,
            understood=heard.understood or own is not None,
            alarms=tuple(one for one in heard.alarms if one != own),
            meant=heard.meant if own is None else (),
        )

    def _text(self, item: Mapping[str, Any], key: str, path: str) -> str:
        value = item.get(key)
        if value is None:
            return ""
        if key == "unit" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            raise self._fault(f"{path}.{key}", "write it as a word or in quotes")
        return value.strip()

    def _choice(self, item: Mapping[str, Any], key: str, choices: tuple[str, ...], path: str) -> str:
        value = item.get(key)
        if value is not None and value not in choices:
            raise self._fault(f"{path}.{key}", f"write one of {' '.join(choices)}")
        return value or ""

    def _codes(self, value: Any, path: str) -> tuple[Coding, ...]:
        """``icd10cm E11.42``, or a list of such."""
        if value is None:
            return ()
        codes = []
        for one in value if isinstance(value, list) else [value]:
            parts = one.split() if isinstance(one, str) else []
            system = SPELLINGS.get(parts[0].casefold(), parts[0].casefold()) if parts else ""
            if len(parts) != 2 or system not in SHORT:
                raise self._fault(path, f"write system and code, such as icd10cm E11.42 (systems: {_systems()})")
            codes.append(Coding(system, parts[1]))
        return tuple(codes)

    def _set(self, item: Mapping[str, Any], kind: Kind, text: str, path: str) -> str | None:
        """The code set the item names: under ``set``, or because its name is a set's name."""
        if "set" in item:
            name = item["set"]
            if not isinstance(name, str) or name not in self._index.sets:
                raise self._fault(f"{path}.set", "not one of deqi's code sets; write its name, or use name or code")
            return name
        written = text.casefold().replace(" ", "-")
        found = self._index.sets.get(written)
        return written if found is not None and found.kind in NAMED_KINDS[kind] else None

    def _site(self, item: Mapping[str, Any], path: str) -> str | None:
        text = self._text(item, "site", path)
        site = self._sites.find(text) if text else None
        if text and site is None:
            raise self._fault(f"{path}.site", "not a region deqi knows; write one such as hand, foot or lower-back")
        return site

    def _side(self, item: Mapping[str, Any], text: str, path: str) -> Side | None:
        value = item.get("side")
        if value is None:
            return side_of_text(text) or side_of_text(self._text(item, "site", path))
        sides: tuple[Side, ...] = get_args(Side)
        for side in sides:
            if value == side:
                return side
        raise self._fault(f"{path}.side", "write left, right or both")

    def _state(self, item: Mapping[str, Any], path: str) -> State:
        value = item.get("status")
        if value is None:
            return "past" if item.get("until") is not None else "present"
        if not isinstance(value, str) or value not in STATUSES:
            raise self._fault(f"{path}.status", f"write one of {', '.join(STATUSES)}")
        return STATUSES[value]

    def _value(
        self, kind: Kind, item: Mapping[str, Any], path: str
    ) -> tuple[float | None, tuple[Coding, ...], str, tuple[SetMatch, ...]]:
        """A number, or words: the name of a value set, a code, or free text."""
        value = item.get("value")
        if value is None:
            return None, (), "", ()
        if kind != "observation":
            raise self._fault(f"{path}.value", "only observations have a value; move it to observations")
        if isinstance(value, bool):
            value = "yes" if value else "no"
        number = finite(value)
        if number is not None:
            return number, (), "", ()
        if not isinstance(value, str) or not value.strip():
            raise self._fault(f"{path}.value", "write a finite number or a word")
        parts = value.split()
        if len(parts) == 2 and parts[0] in SHORT:
            codes = (Coding(parts[0], parts[1]),)
            return None, codes, "", self._index.match_value(codes, "")
        sets = self._index.match_value((), value)
        own = self._index.sets.get(value.casefold().replace(" ", "-"))
        if own is not None and own.kind == "value" and all(found.set != own.set for found in sets):
            sets = (SetMatch(own.set, "set"), *sets)
        return None, (), value, sets


def _example(kind: Kind) -> str:
    return say(f"person-file.example.{kind}")


def _systems() -> str:
    return " ".join(sorted(SHORT))
