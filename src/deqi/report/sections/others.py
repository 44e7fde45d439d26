"""The sections that are lists of cited rows: what it is, what else, who should not, practical questions, claims."""

from __future__ import annotations

from collections.abc import Iterable

from deqi.knowledge.tables.words import Alternative, Claim
from deqi.report.assemble import EVERYONE
from deqi.report.blocks import Block, Items, Say, Section, Table, cells, say
from deqi.report.model import Bar, Report
from deqi.report.phrase import Phrases, capital, marked, standing
from deqi.report.sections.reviews import uses_table


def about_section(report: Report, phrases: Phrases) -> Section | None:
    """The two accounts, each labelled, each sentence with its verdict."""
    kinds = (("what-it-is", "about.traditional"), ("how-it-works", "about.physiological"))
    card: list[Block] = []
    for group, key in kinds:
        claims = [claim for claim in report.claims if claim.group == group]
        if claims:
            card.append(Items(phrases.say(key), tuple(_claim(claim, phrases) for claim in claims)))
    if not card:
        return None
    return Section("what-it-is", phrases.say("about.heading"), (say(phrases.say("about.lead")),), tuple(card))


def _claim(claim: Claim, phrases: Phrases) -> Say:
    verdict = phrases.say(f"verdict.{claim.verdict}")
    refs = (*claim.rows, *(f"source:{one}" for one in claim.source))
    return Say(claim.says_instead, tuple(dict.fromkeys(refs)), f"“{claim.sentence}” {capital(verdict)}")


def else_section(report: Report, phrases: Phrases) -> Section:
    """Doing nothing, other treatments, guidelines."""
    neuropathy = any(one.condition == "neuropathy" for one in report.alternatives)
    lead = [say(phrases.say("else.lead" if neuropathy else "else.lead.other"))]
    card: list[Block] = []
    if report.alternatives:
        first = sorted(report.alternatives, key=lambda one: (not _waiting(one.what), one.condition != report.topic.id))
        names = [_named(one, report, phrases) for one in first]
        items = tuple(
            Say(
                " ".join(part for part in (one.benefit, _harm(one.harm, phrases)) if part),
                tuple(f"source:{source}" for source in one.source),
                name,
            )
            for one, name in zip(first, names, strict=True)
        )
        card.append(Items("", items))
        rows = tuple(
            cells(Say(name, tuple(f"source:{source}" for source in one.source)), one.benefit_number or "–", one.harm)
            for one, name in zip(first, names, strict=True)
        )
        full: list[Block] = [Table(phrases.say("else.heading"), ("What", "Numbers", "Harm"), rows)]
    else:
        lead.append(say(phrases.say("else.none")))
        full = []
    if report.guidelines:
        card.append(
            Items(
                phrases.say("else.guidelines"),
                tuple(
                    Say(
                        one.recommendation,
                        tuple(f"source:{source}" for source in one.source),
                        f"{one.body}{f', {one.year}' if one.year else ''}: {one.topic}",
                    )
                    for one in report.guidelines
                    if one.covers_acupuncture == "yes"
                ),
            )
        )
        rows = tuple(
            cells(
                Say(one.body, tuple(f"source:{source}" for source in one.source)),
                f"{one.year or '–'}",
                one.topic,
                one.recommendation,
                one.strength or "–",
                one.certainty_as_graded or "–",
            )
            for one in report.guidelines
        )
        head = ("Body", "Year", "About", "Says", "Strength", "Certainty as graded")
        full.append(Table(phrases.say("else.guidelines"), head, rows))
    else:
        card.append(say(phrases.say("else.guidelines.none")))
    return Section("what-else", phrases.say("else.heading"), tuple(lead), tuple(card), tuple(full))


def _named(one: Alternative, report: Report, phrases: Phrases) -> str:
    """What it is, and for which part of the topic where it is not for all of it."""
    if one.condition in (report.topic.id, "neuropathy", *EVERYONE):
        return one.what
    return phrases.say("else.for", {"what": one.what, "condition": report.conditions.get(one.condition, one.condition)})


def _harm(words: str, phrases: Phrases) -> str:
    return phrases.say("else.harm", {"harm": words[:1].lower() + words[1:]}) if words else ""


def _waiting(what: str) -> bool:
    return what.casefold().startswith(("doing nothing", "waiting", "looking for a cause"))


def bars_section(report: Report, phrases: Phrases) -> Section:
    """Who should not have it: signs of an emergency, absolute rules, then counts; every rule in full."""
    absolute = [bar for bar in report.bars if bar.severity == "absolute"]
    red = [bar for bar in report.bars if bar.red_flag]
    everything = [bar for bar in absolute if bar.everything and not bar.red_flag]
    part = [bar for bar in absolute if not bar.everything and not bar.red_flag]
    counts = {
        "absolute": len(absolute),
        "other": len(report.bars) - len(absolute),
        "relative": sum(bar.severity == "relative" for bar in report.bars),
        "caution": sum(bar.severity == "caution" for bar in report.bars),
    }
    card: list[Block] = [
        Items(phrases.say(key), tuple(_bar(bar, phrases) for bar in bars))
        for key, bars in (("bars.red", red), ("bars.everything", everything), ("bars.part", part))
        if bars
    ]
    card.append(say(phrases.say("bars.more", counts)))
    return Section(
        "who-should-not",
        phrases.say("bars.heading"),
        (say(phrases.say("bars.lead", counts)), say(phrases.say("medicines"))),
        tuple(card),
        (_bar_table(report.bars, phrases),),
    )


def _bar(bar: Bar, phrases: Phrases) -> Say:
    return Say(marked(bar.plain, bar.basis, bar.verified, phrases), _bar_refs(bar), bar.title)


def _bar_refs(bar: Bar) -> tuple[str, ...]:
    return (f"rule:{bar.rule}", *(f"source:{one}" for one in bar.source))


def _bar_table(bars: Iterable[Bar], phrases: Phrases) -> Table:
    rows = tuple(
        cells(
            Say(bar.title, _bar_refs(bar)),
            phrases.say(f"severity.{bar.severity}") + ("" if bar.everything else " (in part)"),
            bar.plain,
            bar.instead,
            standing(bar.basis, bar.verified, phrases) or "–",
        )
        for bar in bars
    )
    return Table(phrases.say("bars.table"), ("What", "How strict", "In plain words", "Instead", "Label"), rows)


def practical_section(report: Report, phrases: Phrases) -> Section:
    """Questions and cited answers."""
    items = tuple(
        Say(
            marked(one.answer + (f" ({one.country})" if one.country else ""), one.basis, one.verified, phrases),
            tuple(f"source:{source}" for source in one.source),
            one.question,
        )
        for one in report.practicalities
    )
    return Section(
        "practical", phrases.say("practical.heading"), (say(phrases.say("practical.lead")),), (Items("", items),)
    )


def uses_section(report: Report, phrases: Phrases) -> Section | None:
    """The other uses, each with its verdict."""
    if report.evidence is None:
        return None
    claims = [claim for claim in report.claims if claim.group == "used-for"]
    return Section(
        "other-uses",
        phrases.say("uses.heading"),
        (say(phrases.say("uses.lead")),),
        (Items("", tuple(_claim(claim, phrases) for claim in claims)),),
        (uses_table(report.uses, phrases.say("uses.table")),),
    )


def claims_section(report: Report, phrases: Phrases) -> Section:
    """The claims that stand in no other section, and the whole ledger in full."""
    shown = [claim for claim in report.claims if claim.group in ("neuropathy", "risk", "candidacy")]
    supported = sum(claim.verdict == "supported" for claim in report.claims)
    rows = tuple(
        cells(
            Say(claim.sentence, tuple(dict.fromkeys((*claim.rows, *(f"source:{one}" for one in claim.source))))),
            phrases.say(f"verdict.{claim.verdict}"),
            claim.certainty.replace("-", " "),
            claim.says_instead,
            claim.why,
        )
        for claim in report.claims
    )
    return Section(
        "claims",
        phrases.say("claims.heading"),
        (say(phrases.say("claims.lead", {"supported": supported, "all": len(report.claims)})),),
        (Items("", tuple(_claim(claim, phrases) for claim in shown)),),
        (Table(phrases.say("claims.heading"), ("Claim", "Verdict", "Certainty", "What we say", "Why"), rows),),
    )
