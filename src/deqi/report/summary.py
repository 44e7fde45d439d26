"""The GRADE summary of findings: benefits and harms on one page.

Columns as in the GRADE guidance for summary-of-findings tables (Guyatt 2013, J Clin Epidemiol 66:158).
"""

from __future__ import annotations

from collections.abc import Iterator

from deqi.evidence.outcomes import Benefit
from deqi.report.blocks import Items, Page, Say, Section, Table, cells, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases, capital, labels, number, span
from deqi.report.sections.benefitwords import against, doubt
from deqi.report.sections.harmwords import event_name, harm_words, unit_of, urgency
from deqi.report.sections.opening import whole_signed
from deqi.report.sections.sure import reasons

Row = tuple[Say, ...]
HEAD = ("outcome_comparison", "without_short", "with_short", "relative", "people_each", "certainty", "comment")
HARM_HEAD = ("harm", "often", "counted", "certainty", "who_said")


def summary_page(report: Report, phrases: Phrases) -> Page:
    """The page: benefits, what needs care or is serious among harms, and a numbered reason for every level."""
    notes: list[str] = []
    benefits = tuple(_benefits(report, phrases, notes))
    harms = tuple(_harms(report, phrases, notes))
    card: list[Table | Items] = []
    if benefits:
        card.append(Table(phrases.say("benefit.heading"), _head(HEAD, phrases), benefits, (1, 2, 4)))
    card.append(Table(phrases.say("harm.heading"), _head(HARM_HEAD, phrases), harms, (2,)))
    card.append(
        Items(phrases.say("sure.heading"), tuple(Say(note, (), f"{index}") for index, note in enumerate(notes, 1)))
    )
    lead = (
        say(phrases.say("summary.lead", {"condition": report.topic.plain_name, "sessions": report.harms.sessions})),
        say(phrases.say("benefit.personal")),
    )
    return Page(
        title=phrases.say("title", {"condition": report.topic.clinical_name}),
        dated=phrases.say("dated", {"as_of": report.as_of.isoformat(), "edition": report.edition}),
        notice=phrases.say("notice"),
        labels=labels(phrases),
        sections=(Section("summary", phrases.say("summary.heading"), lead, tuple(card)),),
    )


def _head(names: tuple[str, ...], phrases: Phrases) -> tuple[str, ...]:
    return tuple(phrases.say(f"head.{name}") for name in names)


def _note(words: str, notes: list[str]) -> int:
    """The number of a footnote; the same words share one."""
    if words not in notes:
        notes.append(words)
    return notes.index(words) + 1


def _benefits(report: Report, phrases: Phrases, notes: list[str]) -> Iterator[Row]:
    for cell in report.evidence.cells if report.evidence else ():
        for one in cell.benefits:
            yield _numbers(one, cell.broad, phrases, notes)


def _numbers(one: Benefit, broad: bool, phrases: Phrases, notes: list[str]) -> Row:
    absolute = one.per_hundred
    comment = [phrases.say("summary.broad")] if broad and one.basis == "pool" else []
    comment += [phrases.say("how.adjusted")] if one.adjusted else []
    without = treated = "–"
    if absolute is not None:
        without = phrases.say("numbers.per_hundred", {"value": whole_signed(absolute.control)})
        low, high = whole_signed(absolute.treated_low), whole_signed(absolute.treated_high)
        treated = f"{whole_signed(absolute.treated)} ({low} to {high})"
        comment.append(phrases.say("summary.risk", {"trial": absolute.trial}))
    comment.append(phrases.say(f"benefit.doubt.{doubt(one)}"))
    return cells(
        Say(f"{capital(one.outcome)}, v {against(one, phrases)}", one.rows),
        without,
        treated,
        f"{one.measure} {number(one.value)} ({span(one.low, one.high)})",
        f"{one.people:,} ({len(one.trials)})",
        f"{one.certainty.level} [{_note(reasons(one.certainty, phrases), notes)}]",
        "; ".join(comment),
    )


def _harms(report: Report, phrases: Phrases, notes: list[str]) -> Iterator[Row]:
    """Any side effect, and what needs care or is serious; each with what it is counted in."""
    for line in report.harms.events:
        harm = line.harm
        if harm.certainty and (harm.event == "any_ae" or urgency(line.event) != "no"):
            yield cells(
                Say(event_name(line), harm.rows),
                harm_words(harm, phrases),
                f"{harm.total:,.0f} {unit_of(harm, phrases)} ({harm.surveys})",
                f"{harm.certainty.level} [{_note(reasons(harm.certainty, phrases), notes)}]",
                phrases.say(f"harm.said.{harm.reporters[0]}"),
            )
