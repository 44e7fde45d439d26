"""What the rules say of one person and one plan."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.knowledge.tables.harms import HarmModifier
from deqi.report.blocks import Block, Items, Say, Section, Table, cells, say
from deqi.report.model import PersonalFinding, PersonalPart, Report
from deqi.report.phrase import Phrases, capital, number
from deqi.report.unclear import unclear_line

MOST_QUESTIONS = 8
"""Questions on the card: the worst first; all stand in the table."""
STATUSES = ("omit", "change", "ask", "no-data", "ok-note", "ok")


def personal_section(report: Report, phrases: Phrases) -> Section | None:
    """The person's part; None when the report is for nobody in particular."""
    part = report.personal
    if part is None:
        return None
    lead = [say(phrases.say("personal.candidacy", {"words": phrases.say(f"candidacy.{part.candidacy}")}))]
    if part.if_clear != part.candidacy:
        words = phrases.say(f"candidacy.{part.if_clear}").lower()
        lead.append(say(phrases.say("personal.clear", {"words": words})))
    lead.append(say(phrases.say("medicines")))
    if part.unreadable:
        lead.append(say(phrases.say("personal.unreadable", {"kinds": ", ".join(part.unreadable)})))
    return Section(
        "for-this-person",
        phrases.say("personal.heading"),
        tuple(lead),
        tuple(_card(part, phrases)),
        tuple(_full(part, phrases)),
    )


def _plan(part: PersonalPart, phrases: Phrases) -> tuple[Say, ...]:
    """The needlings by what is to be done with them, those with the same words together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for line in part.plan:
        groups.setdefault((line.status, line.text), []).append(line.place)
    order = sorted(groups.items(), key=lambda item: STATUSES.index(item[0][0]))
    return tuple(
        Say(text or "–", (), f"{capital(phrases.say(f'plan.{status}'))}: {', '.join(places)}")
        for (status, text), places in order
    )


def _full(part: PersonalPart, phrases: Phrases) -> Iterator[Block]:
    if part.findings:
        yield _table(part, phrases)
    if part.questions:
        rows = tuple(
            cells(Say(one.text, (f"question:{one.question}",)), one.audience, ", ".join(one.decides))
            for one in part.questions
        )
        head = tuple(phrases.say(f"head.{name}") for name in ("question", "for", "decides"))
        yield Table(phrases.say("personal.questions"), head, rows)


def _card(part: PersonalPart, phrases: Phrases) -> list[Block]:
    blocks: list[Block] = []
    if part.findings:
        blocks.append(Items(phrases.say("personal.findings"), tuple(_finding(one, phrases) for one in part.findings)))
    elif not part.possible:
        blocks.append(say(phrases.say("personal.none")))
    if part.possible:
        blocks.append(Items(phrases.say("unclear.possible"), tuple(say(one) for one in part.possible)))
    if part.not_understood:
        blocks.append(say(unclear_line(list(part.not_understood), phrases)))
    if part.skipped:
        blocks.append(say(phrases.say("unclear.skipped", {"files": ", ".join(part.skipped)})))
    if part.plan:
        blocks.append(Items(phrases.say("personal.plan"), _plan(part, phrases)))
    if part.questions:
        items = tuple(Say(one.text, (f"question:{one.question}",)) for one in part.questions[:MOST_QUESTIONS])
        blocks.append(Items(phrases.say("personal.questions"), items))
        more = len(part.questions) - MOST_QUESTIONS
        if more > 0:
            blocks.append(say(phrases.say("personal.questions.more", {"count": more})))
    if part.modifiers or part.withheld:
        shown = [_modifier(one, phrases) for one in part.modifiers]
        shown += [_withheld(one, phrases) for one in part.withheld]
        blocks.append(Items(phrases.say("personal.modifiers"), tuple(shown)))
    blocks.append(say(phrases.say("personal.benefit")))
    return blocks


def _modifier(one: HarmModifier, phrases: Phrases) -> Say:
    """One risk factor; an interval across 1 raises nothing."""
    crosses = one.ci_low is not None and one.ci_high is not None and one.ci_low <= 1 <= one.ci_high
    fields = {
        "outcome": capital(one.outcome),
        "times": number(one.estimate, 1),
        "factor": one.factor,
        "low": number(one.ci_low, 1),
        "high": number(one.ci_high, 1),
    }
    words = phrases.say("personal.modifier.open" if crosses else "personal.modifier", fields)
    return Say(words, _modifier_refs(one))


def _withheld(one: HarmModifier, phrases: Phrases) -> Say:
    fields = {"outcome": one.outcome or one.event.replace("_", " "), "factor": one.factor, "note": one.note}
    return Say(phrases.say("personal.withheld", fields), _modifier_refs(one))


def _modifier_refs(one: HarmModifier) -> tuple[str, ...]:
    return (f"modifier:{one.modifier}", *(f"source:{source}" for source in one.source))


def _finding(one: PersonalFinding, phrases: Phrases) -> Say:
    severity = phrases.say(f"severity.{one.severity}")
    label = f" [{one.label}]" if one.label else ""
    return Say(f"{one.plain}{label}", (f"rule:{one.rule}",), f"{one.title} ({severity})")


def _table(part: PersonalPart, phrases: Phrases) -> Table:
    rows = tuple(
        cells(
            Say(one.title, (f"rule:{one.rule}", *(f"source:{source}" for source in one.source))),
            phrases.say(f"severity.{one.severity}"),
            "; ".join(one.because) or "–",
            one.instead,
        )
        for one in part.findings
    )
    head = tuple(phrases.say(f"head.{name}") for name in ("what", "strict", "because", "instead"))
    return Table(phrases.say("personal.findings"), head, rows)
