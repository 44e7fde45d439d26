"""One treatment, one study, written in several ways: what is joined and said, and what is asked.

Capitals and blanks make no other treatment, and no dash another study: the spellings are joined, and that is said,
unless they are two arms of one study, which then tells them apart or doubles an arm. Accents, letters and the hyphens
of treatments may, so those are asked about.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from deqi.evidence.table.reading import Table
from deqi.evidence.table.repeats import one_spelling
from deqi.evidence.table.sentences import say, some

#: Names shorter than this differ by a letter because they are others (TENS, TEAS; arm A, arm B).
_LONG_ENOUGH: Final = 7
_LONG_ENOUGH_WITHOUT: Final = 4
"""... where one has a letter more (sham, shamm)."""
#: Names beyond this many are not held against each other.
_MOST_COMPARED: Final = 300


def respelled(table: Table, *, arms: bool) -> tuple[Table, list[str]]:
    """A network's table with one spelling a treatment and a study, and what was joined. arms: a row is an arm."""
    named = [i for i, name in enumerate(table.columns) if name in ("treatment", "control")]
    study = table.columns.index("study")
    rows = [list(cells) for _, cells in table.rows]
    # an arm has one row, and stands in several comparisons of its study
    places = [one[study] if arms else str(number) for (number, _), one in zip(table.rows, rows, strict=True)]
    meeting = [(place, [one[i] for i in named]) for place, one in zip(places, rows, strict=True)]
    treatments = _joined([one[i] for one in rows for i in named], meeting)
    for one in rows:
        for i in named:
            one[i] = treatments.get(one[i], one[i])
    compared = [(" ".join(sorted(one[i] for i in named)), [one[study]]) for one in rows]
    studies = _joined([one[study] for one in rows], compared, _folded_study)
    for one in rows:
        one[study] = studies.get(one[study], one[study])
    told = (("joined", treatments), ("joined-studies", studies))
    notes = [say(f"network.{key}", names=_groups(found)) for key, found in told if found]
    made = tuple((number, tuple(one)) for (number, _), one in zip(table.rows, rows, strict=True))
    return dataclasses.replace(table, rows=made), notes


def asked(treatments: Sequence[str]) -> list[str]:
    """Treatments whose names differ by signs, or by one letter of a long word, in a question."""
    spelled: dict[str, list[str]] = defaultdict(list)
    for one in treatments:
        spelled[_bare(one) or one].append(one)
    twice = [" and ".join(found) for found in spelled.values() if len(found) > 1]
    bare = sorted(spelled)
    if len(bare) <= _MOST_COMPARED:
        close = [pair for pair in itertools.combinations(bare, 2) if _a_letter_apart(*pair)]
        twice += [f"{spelled[one][0]} and {spelled[other][0]}" for one, other in close]
    return [say("network.spelled", names=some(twice))] if twice else []


def _joined(
    names: Iterable[str], meeting: Sequence[tuple[str, Sequence[str]]], folded: Callable[[str], str] | None = None
) -> Mapping[str, str]:
    """Other spellings by the usual one, where only capitals and blanks differ and no two meet in one place."""
    folded = folded or _folded
    count = Counter(names)
    alike: dict[str, list[str]] = defaultdict(list)
    for name in count:
        alike[folded(name)].append(name)
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for place, found in meeting:
        for name in found:
            places[place].add((folded(name), name))
    apart = {
        key for found in places.values() for key, times in Counter(key for key, _ in found).items() if times > 1
    }  # fmt: skip
    usual = {
        key: max(found, key=lambda one: (count[one], one == " ".join(one.split()))) for key, found in alike.items()
    }
    return {
        name: usual[key] for key, found in alike.items() if key not in apart for name in found if name != usual[key]
    }


def _folded(name: str) -> str:
    """A name without capitals and superfluous blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _folded_study(name: str) -> str:
    """A study's name without dashes too."""
    return " ".join(re.sub(r"[-\u2010-\u2015\u2212_]+", " ", _folded(name)).split())


def _groups(found: Mapping[str, str]) -> str:
    groups: dict[str, list[str]] = defaultdict(list)
    for other, usual in found.items():
        groups[usual].append(other)
    return some([f"{usual} ({', '.join(others)})" for usual, others in groups.items()])


def _bare(name: str) -> str:
    """Letters and digits alone; what is joined by a plus stays apart."""
    return "+".join(one_spelling(part).replace(" ", "") for part in name.split("+"))


def _a_letter_apart(one: str, other: str) -> bool:
    """Whether one letter too many, too few or other makes one long word of another."""
    short, long = sorted((one, other), key=len)
    enough = _LONG_ENOUGH if len(short) == len(long) else _LONG_ENOUGH_WITHOUT
    if len(short) < enough or len(long) - len(short) > 1 or any(c.isdigit() for c in one + other):
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]
