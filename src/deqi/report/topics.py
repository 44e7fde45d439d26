"""What a report can be about: a condition trials were gathered for, or another use of acupuncture with its reviews."""

from __future__ import annotations

import dataclasses
from typing import Literal

from deqi.errors import InputError
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import Indication
from deqi.knowledge.tables.vocabulary import Condition, ConditionName


@dataclasses.dataclass(frozen=True)
class Topic:
    """``trials``: our own synthesis of trials; ``reviews``: what published reviews of another use found."""

    id: str
    name: str
    plain_name: str
    clinical_name: str
    kind: Literal["trials", "reviews"]


def topics(knowledge: Knowledge) -> tuple[Topic, ...]:
    """Every topic: the conditions in their order, then the other uses in theirs."""
    conditions = [
        Topic(row.condition, row.cli_name, row.plain_name, row.clinical_name, "trials")
        for row in sorted(knowledge.rows(Condition), key=lambda row: row.order)
    ]
    names = dict.fromkeys(row.title for row in knowledge.rows(Indication))
    taken = {topic.name for topic in conditions}
    uses = [Topic(name, _slug(name), name.partition(" (")[0], name, "reviews") for name in names]
    return (*conditions, *(topic for topic in uses if topic.name not in taken))


def topic_of(knowledge: Knowledge, written: str) -> Topic:
    """The topic a user means; ``back`` does for ``back-pain``.

    Raises:
        InputError: no such topic.
    """
    known = topics(knowledge)
    wanted = _slug(written)
    other = {_slug(row.alias): row.condition for row in knowledge.rows(ConditionName)}
    for topic in known:
        if wanted in (topic.id, topic.name) or other.get(wanted) == topic.id:
            return topic
    close = [topic for topic in known if topic.name.startswith(f"{wanted}-")]
    if wanted and len(close) == 1:
        return close[0]
    raise InputError(f"--condition {written!r} is not known; write one of {', '.join(topic.name for topic in known)}.")


def _slug(words: str) -> str:
    return "-".join(words.casefold().partition(" (")[0].split())
