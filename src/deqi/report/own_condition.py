"""Which kind of nerve damage a person's record names, so that the page is about theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.vocabulary import ConditionRecord
from deqi.people.facts import Fact, Person
from deqi.people.terminology.systems import plain_code

WHOLE = "neuropathy"


@dataclasses.dataclass(frozen=True)
class OwnCondition:
    """The condition, empty where the record names none or several; ``words`` are the records themselves."""

    condition: str
    words: tuple[str, ...]


def own_condition(knowledge: Knowledge, person: Person) -> OwnCondition:
    """The one kind that present records name. Past and doubtful records name none."""
    found: dict[str, dict[str, None]] = {}
    for condition, fact in _named(knowledge, person):
        found.setdefault(condition, {})[fact.display or fact.text or fact.code] = None
    words = tuple(dict.fromkeys(one for records in found.values() for one in records))
    return OwnCondition(next(iter(found)) if len(found) == 1 else "", words)


def _named(knowledge: Knowledge, person: Person) -> Iterator[tuple[str, Fact]]:
    present = [fact for fact in person.facts if fact.state == "present" and fact.kind == "condition"]
    for row in knowledge.rows(ConditionRecord):
        for fact in present:
            beside = not row.also or any(other.match(row.also) for other in present)
            if beside and _means(fact, row):
                yield row.condition, fact


def _means(fact: Fact, row: ConditionRecord) -> bool:
    if row.set:
        return fact.match(row.set) is not None
    if row.name:
        said = (" ".join(words.casefold().replace("’", "'").split()) for words in (fact.display, fact.text))
        return any(words.startswith(row.name) for words in said)
    plain = plain_code(row.system, row.code)
    return any(plain_code(row.system, one.code).startswith(plain) for one in fact.codes if one.system == row.system)
