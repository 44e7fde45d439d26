"""Records that are there and could not be used: what they may mean, and what nobody understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.vocabulary import CodeSet, ObservationKind
from deqi.people.facts import Fact
from deqi.report.blocks import Items, Section, say
from deqi.report.phrase import Phrases
from deqi.safety.evaluate.doubt import Possible
from deqi.safety.findings import Assessment

MOST_NAMED = 8
"""Records of no known concern that are named; the others are counted."""


def set_titles(knowledge: Knowledge) -> Mapping[str, str]:
    """The code sets and measurements as people name them."""
    measured = {row.observation: row.title for row in knowledge.rows(ObservationKind)}
    return {row.set: row.title for row in knowledge.rows(CodeSet)} | measured


def possible_words(one: Possible, fact: str, phrases: Phrases, titles: Mapping[str, str]) -> str:
    """A record that may mean a hazard: what stands there, what it may mean, why it is open, and the nearest names."""
    may_mean = ", ".join(titles.get(name, name) for name in one.sets)
    words = phrases.say(f"unclear.{one.why}", {"fact": fact, "sets": may_mean})
    if one.fact.meant:
        words += " " + phrases.say("unclear.meant", {"names": ", ".join(one.fact.meant)})
    return words


def unclear_sections(
    result: Assessment, knowledge: Knowledge, phrases: Phrases, fact_words: Callable[[Fact], str]
) -> tuple[Section, ...]:
    """What may be a hazard, and in one line what nobody understood; sections without content are left out."""
    titles = set_titles(knowledge)
    possible = tuple(say(possible_words(one, fact_words(one.fact), phrases, titles)) for one in result.possible)
    return (
        Section("possible", phrases.say("unclear.possible"), card=(Items("", possible),) if possible else ()),
        Section(
            "not-understood",
            phrases.say("unclear.not-understood") if result.not_understood or result.skipped else "",
            lead=tuple(say(line) for line in not_understood_lines(result, phrases)),
        ),
    )


def not_understood_lines(result: Assessment, phrases: Phrases) -> tuple[str, ...]:
    """One line with a count for records of no known concern, and one for files that were passed over."""
    lines = []
    if result.not_understood:
        named = [unclear_words(one, phrases) for one in result.not_understood]
        lines.append(unclear_line(named, phrases))
    if result.skipped:
        lines.append(phrases.say("unclear.skipped", {"files": ", ".join(result.skipped)}))
    return tuple(lines)


def unclear_words(fact: Fact, phrases: Phrases) -> str:
    """What stands there, and the nearest names."""
    if not fact.meant:
        return fact.words
    return f"{fact.words} ({phrases.say('unclear.meant', {'names': ', '.join(fact.meant)})})"


def unclear_line(named: list[str], phrases: Phrases) -> str:
    """How many records nobody understood, and the first of them."""
    shown = "; ".join(named[:MOST_NAMED])
    more = phrases.say("unclear.more", {"count": len(named) - MOST_NAMED}) if len(named) > MOST_NAMED else ""
    return phrases.say("unclear.count", {"count": len(named), "records": shown + more})
