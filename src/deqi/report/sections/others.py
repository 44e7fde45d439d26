"""The sections that are lists of cited rows: what it is, what else, who should not, practical questions, claims."""

from __future__ import annotations

from collections.abc import Iterable

from deqi.knowledge.tables.words import Alternative, Claim, Guideline
from deqi.report.assemble import EVERYONE
from deqi.report.blocks import Block, Items, Say, Section, Table, cells, say
from deqi.report.model import ListedRule, Report
from deqi.report.phrase import Phrases, capital, marked, standing
from deqi.report.sections.reviews import uses_table


def about_section(report: Report, phrases: Phrases) -> Section | None:
    """The two accounts, each labelled, each sentence with its verdict."""
    kinds = (("what-it-is", "about.traditional"), ("how-it-works", "about.physiological"))
    card: list[Block] = []
    for group, key in kinds:
        claims = [claim for claim in report.claims if claim.group == group]
        if claims:
            card.append(Items(phrases.say(key), tuple(_claim(claim, phrases) for claim in claims), folded=True))
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
        card.append(Items("", items, folded=True))
        rows = tuple(
            cells(Say(name, tuple(f"source:{source}" for source in one.source)), one.benefit_number)
            for one, name in zip(first, names, strict=True)
            if one.benefit_number
        )
        head = (phrases.say("head.what"), phrases.say("head.number"))
        full: list[Block] = [Table(phrases.say("else.numbers"), head, rows)] if rows else []
    else:
        lead.append(say(phrases.say("else.none")))
        full = []
    if report.guidelines:
        spoken = tuple(_guideline(one, phrases) for one in report.guidelines if one.covers_acupuncture == "yes")
        if spoken:
            card.append(Items(phrases.say("else.guidelines"), spoken, folded=True))
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
            if one.covers_acupuncture != "yes"
        )
        if rows:
            graded = ("body", "year", "about", "says", "strength", "graded")
            heads = tuple(phrases.say(f"head.{name}") for name in graded)
            full.append(Table(phrases.say("else.guidelines.other"), heads, rows))
    else:
        card.append(say(phrases.say("else.guidelines.none")))
    return Section("what-else", phrases.say("else.heading"), tuple(lead), tuple(card), tuple(full))


def _guideline(one: Guideline, phrases: Phrases) -> Say:
    """What a guideline says of acupuncture, with how strongly and how sure it was."""
    graded = (("strength", one.strength), ("level", one.certainty_as_graded))
    said = [phrases.say(f"else.guideline.{name}", {name: word}) for name, word in graded if word]
    words = " ".join((one.recommendation, *said))
    refs = (f"guideline:{one.guideline}", *(f"source:{source}" for source in one.source))
    return Say(words, refs, f"{one.body}{f', {one.year}' if one.year else ''}: {one.topic}")


def _named(one: Alternative, report: Report, phrases: Phrases) -> str:
    """What it is, and for which part of the topic where it is not for all of it."""
    if one.condition in (report.topic.id, "neuropathy", *EVERYONE):
        return one.what
    return phrases.say("else.for", {"what": one.what, "condition": report.conditions.get(one.condition, one.condition)})


def _harm(words: str, phrases: Phrases) -> str:
    return phrases.say("else.harm", {"harm": words[:1].lower() + words[1:]}) if words else ""


def _waiting(what: str) -> bool:
    return what.casefold().startswith(("doing nothing", "waiting", "looking for a cause"))


def rules_section(report: Report, phrases: Phrases) -> Section:
    """Who should not have it: signs of an emergency, absolute rules, then counts; every rule in full."""
    absolute = [rule for rule in report.rules if rule.severity == "absolute"]
    red = [rule for rule in report.rules if rule.red_flag]
    everything = [rule for rule in absolute if rule.everything and not rule.red_flag]
    part = [rule for rule in absolute if not rule.everything and not rule.red_flag]
    counts = {
        "absolute": len(absolute),
        "other": len(report.rules) - len(absolute),
        "relative": sum(rule.severity == "relative" for rule in report.rules),
        "caution": sum(rule.severity == "caution" for rule in report.rules),
    }
    card: list[Block] = [
        Items(phrases.say(f"bars.{key}"), tuple(_rule(rule, phrases) for rule in rules), closed=key != "red")
        for key, rules in (("red", red), ("everything", everything), ("part", part))
        if rules
    ]
    card.append(say(phrases.say("bars.more", counts)))
    shown = {rule.rule for rule in (*red, *absolute)}
    rest = [rule for rule in report.rules if rule.rule not in shown]
    return Section(
        "who-should-not",
        phrases.say("bars.heading"),
        (say(phrases.say("bars.lead", counts)), say(phrases.say("medicines"))),
        tuple(card),
        (_rest_table(rest, phrases), _instead_table((*red, *everything, *part), phrases)),
    )


def _rule(rule: ListedRule, phrases: Phrases) -> Say:
    return Say(marked(rule.plain, rule.basis, rule.verified, phrases), _rule_refs(rule), rule.title)


def _rule_refs(rule: ListedRule) -> tuple[str, ...]:
    return (f"rule:{rule.rule}", *(f"source:{one}" for one in rule.source))


def _rest_table(rules: Iterable[ListedRule], phrases: Phrases) -> Table:
    """The rules that stand nowhere above, in full."""
    rows = tuple(
        cells(
            Say(rule.title, _rule_refs(rule)),
            phrases.say(f"severity.{rule.severity}" if rule.everything else f"severity.{rule.severity}.part"),
            rule.plain,
            rule.instead,
            standing(rule.basis, rule.verified, phrases) or "–",
        )
        for rule in rules
    )
    head = tuple(phrases.say(f"head.{name}") for name in ("what", "strict", "plain", "instead", "label"))
    return Table(phrases.say("bars.table"), head, rows)


def _instead_table(rules: Iterable[ListedRule], phrases: Phrases) -> Table:
    """What can be done instead, for the rules said above."""
    rows = tuple(cells(Say(rule.title, (f"rule:{rule.rule}",)), rule.instead) for rule in rules)
    return Table(phrases.say("bars.instead"), (phrases.say("head.what"), phrases.say("head.instead")), rows)


def practical_section(report: Report, phrases: Phrases) -> Section:
    """Questions and cited answers."""
    items = tuple(
        Say(
            marked(one.answer, one.basis, one.verified, phrases),
            tuple(f"source:{source}" for source in one.source),
            f"{one.question} ({one.country})" if one.country else one.question,
        )
        for one in report.practicalities
    )
    lead = (say(phrases.say("practical.lead")),)
    return Section("practical", phrases.say("practical.heading"), lead, (Items("", items, folded=True),))


def uses_section(report: Report, phrases: Phrases) -> Section | None:
    """The other uses, each with its verdict."""
    if report.evidence is None:
        return None
    claims = [claim for claim in report.claims if claim.group == "used-for"]
    return Section(
        "other-uses",
        phrases.say("uses.heading"),
        (say(phrases.say("uses.lead")),),
        (Items("", tuple(_claim(claim, phrases) for claim in claims), folded=True),),
        (uses_table(report.uses, phrases),),
    )


def claims_section(report: Report, phrases: Phrases) -> Section:
    """The claims that stand in no other section; in full, how sure each verdict is and why."""
    shown = [
        claim
        for claim in report.claims
        if claim.group in ("neuropathy", "risk", "candidacy") and claim.claim not in report.own_claims
    ]
    supported = sum(claim.verdict == "supported" for claim in report.claims)
    rows = tuple(
        cells(
            Say(claim.sentence, tuple(dict.fromkeys((*claim.rows, *(f"source:{one}" for one in claim.source))))),
            claim.certainty.replace("-", " "),
            claim.why,
        )
        for claim in report.claims
    )
    head = tuple(phrases.say(f"head.{name}") for name in ("claim", "certainty", "why"))
    return Section(
        "claims",
        phrases.say("claims.heading"),
        (say(phrases.say("claims.lead", {"supported": supported, "all": len(report.claims)})),),
        (Items("", tuple(_claim(claim, phrases) for claim in shown), folded=True),),
        (Table(phrases.say("claims.table"), head, rows),),
    )
