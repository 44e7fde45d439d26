"""What the code sets can see in a chart: which systems it is coded in, and which sets hold no code of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from deqi.people.facts import Kind, Person
from deqi.people.terminology.codes import CodeIndex

NO_CODE = "(text only)"


class Coverage(msgspec.Struct, frozen=True):
    """The facts of one kind coded in one system: how many, how many are in a set, and the sets of that kind that
    hold no code of the system (for them such a fact stays unknown). A fact with several codings counts under each."""

    kind: Kind
    system: str
    facts: int
    matched: int
    blind_sets: tuple[str, ...]


def coverage(persons: Iterable[Person], index: CodeIndex) -> tuple[Coverage, ...]:
    """One row for each kind and system that occurs, commonest first."""
    facts: Counter[tuple[Kind, str]] = Counter()
    matched: Counter[tuple[Kind, str]] = Counter()
    for person in persons:
        for fact in person.facts:
            for system in {coding.system for coding in fact.codes} or {NO_CODE}:
                facts[fact.kind, system] += 1
                matched[fact.kind, system] += bool(fact.sets)
    return tuple(
        Coverage(kind, system, count, matched[kind, system], _blind(index, kind, system))
        for (kind, system), count in sorted(facts.items(), key=lambda one: (-one[1], one[0]))
    )


def _blind(index: CodeIndex, kind: Kind, system: str) -> tuple[str, ...]:
    own = [row for row in index.sets.values() if row.kind == kind]
    if system == NO_CODE:
        return tuple(sorted(row.set for row in own if not row.names))
    return tuple(sorted(row.set for row in own if not index.covers(row.set, system)))
