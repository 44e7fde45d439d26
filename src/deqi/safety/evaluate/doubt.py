"""Records that are there and cannot be used: those that could mean a hazard, and those that nobody understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from deqi.knowledge.leaves import AnyLeaf, Coded, Medication, Observation, Recorded
from deqi.people.facts import Fact
from deqi.safety.evaluate.context import Context, exists, still_meant
from deqi.safety.evaluate.verdict import Verdict

Why = Literal["unread", "undated", "alarm", "stale", "lapsed", "planned", "later", "state"]
WHYS: tuple[Why, ...] = get_args(Why)
"""Why a record is possible: a result that could not be used, or that has no date; words that may mean a set; an old
order that is still called active; a supply that should be used up, or a dose that was given; what was only meant to be
done; a date after the day of reading; a status that leaves it open."""


class Possible(msgspec.Struct, frozen=True):
    """A record that could mean a hazard and is not settled, the sets that it may mean, and why."""

    fact: Fact
    sets: tuple[str, ...]
    why: Why

    @property
    def words(self) -> str:
        """What was written."""
        return self.fact.words


def possible_records(context: Context, verdicts: Sequence[Verdict]) -> tuple[Possible, ...]:
    """The records that some leaf counted as possible, the likeliest to be a hazard first."""
    found: dict[Fact, dict[str, Why]] = {}
    looked_at = None if context.plan is not None else context.catalog.without_plan
    for number, verdict in enumerate(verdicts):
        if not verdict.maybe or (looked_at is not None and number not in looked_at):
            continue
        about = leaf_set(context.catalog.leaves[number])
        if about is None:
            continue
        for fact in verdict.maybe:
            why = why_possible(fact, about, context)
            if why is not None:
                found.setdefault(fact, {})[about] = why
    if not found:
        return ()
    listed = [
        Possible(fact, tuple(sorted(found[fact])), min(found[fact].values(), key=WHYS.index))
        for fact in dict.fromkeys(context.person.facts)
        if fact in found
    ]
    return tuple(sorted(listed, key=lambda one: WHYS.index(one.why)))


def leaf_set(leaf: AnyLeaf) -> str | None:
    """The code set or the measurement that a leaf looks for."""
    if isinstance(leaf, Recorded | Medication):
        return leaf.set
    return leaf.observation if isinstance(leaf, Observation | Coded) else None


def why_possible(fact: Fact, about: str, context: Context) -> Why | None:
    """Why a record is listed under a set; None for one that is only vague in its dates."""
    if not exists(fact, context.as_of):
        return "later"
    if fact.match(about) is None:
        return "alarm"
    if fact.state == "planned":
        return "planned"
    if fact.kind == "observation":
        return "undated" if fact.start is None and fact.recorded is None and not fact.value_missing else "unread"
    if fact.state == "present" and fact.kind == "medication":
        return "stale" if fact.end is None or fact.end.latest >= context.as_of else "lapsed"
    return "state" if fact.state in ("unknown", "inactive") else None


def not_understood(context: Context, possible: Sequence[Possible]) -> tuple[Fact, ...]:
    """The records that no table knows and that are not possible: those that may mean what an answer denies come
    first."""
    if not context.not_understood:
        return ()
    listed = {one.fact for one in possible}
    found = (
        fact
        for fact in dict.fromkeys(context.person.facts)
        if not fact.understood and fact not in listed and (fact.state != "planned" or still_meant(fact, context.as_of))
    )
    return tuple(sorted(found, key=lambda fact: not fact.alarms))
