"""What a person is told after answering for themselves: plain words, what to do now, what to tell and ask.

Never says that acupuncture is safe: at best that no reason against it was found in what was told.
"""

from __future__ import annotations

from collections.abc import Iterable

from deqi.knowledge import Knowledge
from deqi.people.facts import Answer, Fact
from deqi.report.blocks import Entry, Items, Page, Say, Section, say, sheet
from deqi.report.fact_words import Names
from deqi.report.phrase import Phrases, labels
from deqi.report.unclear import unclear_words
from deqi.safety.document import question_text
from deqi.safety.evaluate.doubt import Possible
from deqi.safety.findings import Assessment, Finding
from deqi.safety.rules.catalog import Catalog

MOST_LISTED = 12
"""Records named one by one; the rest is counted."""


def told_page(result: Assessment, catalog: Catalog, knowledge: Knowledge) -> Page:
    """The page of somebody's own answers.

    The order is what to do now, what bars, what must change, what is worth knowing, what to tell, what nobody answered,
    what was not understood, what will be asked on the day.
    """
    phrases = Phrases(knowledge.texts)
    names = Names(knowledge, catalog)
    now = [one for one in result.findings if one.rule.emergency or one.rule.red_flag]
    rest = [one for one in result.findings if one not in now]
    by: dict[str, list[Finding]] = {"bars": [], "changes": [], "know": []}
    for one in rest:
        by[_weight(one)].append(one)
    return sheet(
        phrases.say("told.title"),
        labels(phrases),
        _now(now, phrases),
        _verdict(result, bool(now), phrases),
        *(_findings(name, found, phrases) for name, found in by.items()),
        _tell(result, names, catalog, phrases),
        _open(result, catalog, "booking", phrases),
        _listed("possible", [_possible(one) for one in result.possible], phrases),
        _listed("not_understood", [unclear_words(fact, phrases) for fact in result.not_understood], phrases),
        _open(result, catalog, "session", phrases),
        _needle_day(phrases),
    )


def _weight(found: Finding) -> str:
    """Against all needling, against some of it, or only worth knowing."""
    if found.rule.severity == "information":
        return "know"
    return "bars" if any(one.everything for one in found.restricts) else "changes"


def _verdict(result: Assessment, now: bool, phrases: Phrases) -> Section:
    lead = [say(phrases.say(f"told.verdict.{result.candidacy}"))]
    if result.if_clear != result.candidacy:
        lead.append(say(phrases.say(f"told.if_clear.{result.if_clear}")))
    if now:
        lead.append(say(phrases.say("told.verdict.first")))
    lead.append(say(phrases.say("told.medicines")))
    return Section("verdict", phrases.say("told.verdict"), lead=tuple(lead))


def _now(found: list[Finding], phrases: Phrases) -> Section:
    return _findings("now", found, phrases)


def _findings(name: str, found: Iterable[Finding], phrases: Phrases) -> Section:
    entries = tuple(Entry(say(one.rule.plain), (say(one.rule.instead),)) for one in found)
    return Section(name, phrases.say(f"told.{name}"), card=entries)


def _tell(result: Assessment, names: Names, catalog: Catalog, phrases: Phrases) -> Section:
    facts = dict.fromkeys(fact for one in result.findings for fact in one.because)
    lines = dict.fromkeys(_recorded(fact, names, catalog, phrases) for fact in facts)
    items = Items("", tuple(say(line) for line in lines))
    return Section("tell", phrases.say("told.tell"), card=(items,) if lines else ())


def _recorded(fact: Fact | Answer, names: Names, catalog: Catalog, phrases: Phrases) -> str:
    """A fact of a chart as it stands; an answer as the question and what was said to it."""
    if not isinstance(fact, Answer) or fact.question not in catalog.questions:
        return names.fact(fact)
    row = catalog.questions[fact.question]
    value = f"{fact.value:g} {row.unit}".strip() if isinstance(fact.value, float) else str(fact.value)
    return phrases.say("told.answered", {"question": question_text(row), "answer": value})


def _open(result: Assessment, catalog: Catalog, stage: str, phrases: Phrases) -> Section:
    rows = [catalog.questions[one.question] for one in result.questions]
    items = tuple(
        Say(question_text(row), strong="" if row.audience == "patient" else phrases.say(f"told.for.{row.audience}"))
        for row in rows
        if row.stage == stage and (stage == "booking" or row.audience == "patient")
    )
    return Section(f"open-{stage}", phrases.say(f"told.open.{stage}"), card=(Items("", items),) if items else ())


def _possible(one: Possible) -> str:
    meant = f" ({', '.join(one.fact.meant)}?)" if one.fact.meant else ""
    return f"{one.words}{meant}"


def _listed(name: str, words: list[str], phrases: Phrases) -> Section:
    lines = list(dict.fromkeys(words))
    items = [say(line) for line in lines[:MOST_LISTED]]
    if len(lines) > MOST_LISTED:
        items.append(say(phrases.say("told.more", {"count": len(lines) - MOST_LISTED})))
    lead = (say(phrases.say(f"told.{name}.lead")),) if items else ()
    return Section(name, phrases.say(f"told.{name}"), lead=lead, card=(Items("", tuple(items)),) if items else ())


def _needle_day(phrases: Phrases) -> Section:
    keys = ("licence", "single_use", "depth", "stop", "after")
    items = Items("", tuple(say(phrases.say(f"told.ask.{key}")) for key in keys))
    return Section("ask", phrases.say("told.ask"), card=(items,))
