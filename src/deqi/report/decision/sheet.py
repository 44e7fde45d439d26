"""The decision page in the reader's order."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.report.blocks import Say
from deqi.report.decision.choosing import ask_section, else_section, may_section, who_section
from deqi.report.decision.helping import harm_section, help_section
from deqi.report.decision.model import Decision
from deqi.report.decision.parts import Heading, Notice, Part, Sheet, SheetSection, Steps
from deqi.report.model import PersonalPart
from deqi.report.phrase import Phrases
from deqi.report.unclear import unclear_line

MOST_QUESTIONS = 6
BARRING = ("absolute", "relative", "caution")


def decision_sheet(decision: Decision, phrases: Phrases) -> Sheet:
    """Will it help, can it hurt, may I have it, what else is there, what do I ask, who checked this."""
    name = decision.topic.id
    own = f"decision.question.{name}"
    sections = [
        *([_for_you(decision, decision.personal, phrases)] if decision.personal is not None else []),
        help_section(decision, phrases),
        harm_section(decision, phrases),
        may_section(decision, phrases),
        else_section(decision, phrases),
        ask_section(decision, phrases),
        who_section(decision, phrases),
    ]
    return Sheet(
        title=phrases.say("decision.title", {"condition": decision.topic.plain_name}),
        decision=phrases.say(own if own in phrases.texts else "decision.question"),
        lead=_lead(decision, phrases),
        unchecked="" if decision.checked else phrases.say("decision.unchecked"),
        scope=phrases.say("decision.scope"),
        sections=tuple(sections),
        report=phrases.say("decision.report"),
    )


def _lead(decision: Decision, phrases: Phrases) -> Say:
    """The answer in four sentences: whether anything is known, that it may hurt, that some must not."""
    benefits = [one for compared in decision.compared for one in compared.cell.benefits]
    rows = tuple(row for one in benefits[:3] for row in one.rows)
    if not benefits:
        return Say(phrases.say("decision.lead.none"))
    sure = any(one.clear and one.certainty.level in ("moderate", "high") for one in benefits)
    return Say(phrases.say("decision.lead.better" if sure else "decision.lead.open"), rows)


def _about(decision: Decision, part: PersonalPart, phrases: Phrases) -> Iterator[Part]:
    """Which kind of nerve damage the page is about, and whether that was taken from the record."""
    fields = {"records": "; ".join(part.own), "topic": decision.topic.plain_name}
    if part.named:
        yield Say(phrases.say("decision.you.own", fields))
    elif part.own:
        yield Say(phrases.say("decision.you.several", fields))


def _for_you(decision: Decision, part: PersonalPart, phrases: Phrases) -> SheetSection:
    """What bars and changes first, then what to find out."""
    parts: list[Part] = [Notice("first", Say(phrases.say(f"candidacy.{part.candidacy}")))]
    parts += _about(decision, part, phrases)
    order = sorted(
        (one for one in part.findings if one.severity in BARRING), key=lambda one: BARRING.index(one.severity)
    )
    if order:
        parts.append(Heading(phrases.say("decision.you.bars")))
        parts += [Say(one.plain, (f"rule:{one.rule}",), one.title) for one in order]
    elif not part.possible:
        parts.append(Say(phrases.say("decision.you.none")))
    parts += _unclear(part, phrases)
    if part.questions:
        parts.append(Heading(phrases.say("decision.you.ask")))
        shown = part.questions[:MOST_QUESTIONS]
        parts.append(Steps(tuple(Say(one.text, (f"question:{one.question}",)) for one in shown)))
        if len(part.questions) > len(shown):
            parts.append(Say(phrases.say("decision.you.more", {"count": len(part.questions) - len(shown)})))
    return SheetSection("d-you", phrases.say("decision.you.heading"), tuple(parts))


def _unclear(part: PersonalPart, phrases: Phrases) -> Iterator[Part]:
    """Records that may mean a hazard, those that no table knows, and what could not be read: never silence."""
    if part.possible:
        yield Heading(phrases.say("unclear.possible"))
        yield from (Say(one) for one in part.possible)
    if part.not_understood:
        yield Say(unclear_line(list(part.not_understood), phrases))
    if part.skipped:
        yield Say(phrases.say("unclear.skipped", {"files": ", ".join(part.skipped)}))
    if part.unreadable:
        yield Say(phrases.say("personal.unreadable", {"kinds": ", ".join(part.unreadable)}))
