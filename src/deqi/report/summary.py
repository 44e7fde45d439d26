"""The GRADE summary of findings: benefits and harms on one page.

Columns as in the GRADE guidance for summary-of-findings tables (Guyatt 2013, J Clin Epidemiol 66:158).
"""

from __future__ import annotations

from collections.abc import Iterator

from deqi.evidence.benefits import BenefitCell, Synthesis
from deqi.report.blocks import Items, Page, Say, Section, Table, cells, say
from deqi.report.model import HarmLine, Report
from deqi.report.phrase import Phrases, capital, labels, number, significant, span
from deqi.report.sections.harmwords import event_name, group_of, how_often
from deqi.report.sections.numbers import result_words
from deqi.report.sections.opening import whole_signed
from deqi.report.sections.sure import reasons

Row = tuple[Say, ...]
HEAD = ("Outcome and comparison", "Without", "With", "Relative effect", "People (studies)", "Certainty", "Comment")


HARM_HEAD = ("Harm of a course", "Per 100 people", "People or treatments (studies)", "Certainty", "Who said so")


def summary_page(report: Report, phrases: Phrases) -> Page:
    """The page: benefits, what needs care or is serious among harms, and a numbered reason for every level."""
    notes: list[str] = []
    benefits = tuple(_benefits(report, phrases, notes))
    harms = tuple(_harms(report, phrases, notes))
    card: list[Table | Items] = []
    if benefits:
        card.append(Table(phrases.say("benefit.heading"), HEAD, benefits, (1, 2, 4)))
    card.append(Table(phrases.say("harm.heading"), HARM_HEAD, harms, (1, 2)))
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


def _note(words: str, notes: list[str]) -> int:
    """The number of a footnote; the same words share one."""
    if words not in notes:
        notes.append(words)
    return notes.index(words) + 1


def _benefits(report: Report, phrases: Phrases, notes: list[str]) -> Iterator[Row]:
    for cell in report.evidence.cells if report.evidence else ():
        group = phrases.say(f"group.in.{cell.group}")
        for synthesis in cell.syntheses:
            if not (cell.broad and synthesis.domain):
                yield _numbers(cell, synthesis, phrases, notes)
        if cell.certainty and cell.treatment:
            people = sum(one.n or 0 for one in cell.treatment)
            yield cells(
                Say(f"Which way trials went, v {group}", tuple(f"trial:{one.trial.trial}" for one in cell.treatment)),
                "–",
                "–",
                f"{cell.sign.favour} of {cell.sign.seen} favour acupuncture",
                f"{people:,} ({len(cell.treatment)})",
                f"{cell.certainty.level} [{_note(reasons(cell.certainty), notes)}]",
                phrases.say("benefit.not_seen", {"not_seen": cell.sign.not_seen}) if cell.sign.not_seen else "",
            )


def _numbers(cell: BenefitCell, synthesis: Synthesis, phrases: Phrases, notes: list[str]) -> Row:
    group = phrases.say(f"group.in.{cell.group}")
    estimate, absolute = synthesis.estimate, synthesis.absolute
    rows = tuple(row for one in synthesis.effects for row in one.rows)
    people = sum(one.n_acupuncture + one.n_control for one in synthesis.effects)
    if estimate is None:
        relative = "; ".join(result_words(one, phrases) for one in synthesis.effects)
        certainty = "each trial alone: not graded"
    else:
        relative = f"{estimate.measure} {number(estimate.value)} ({span(estimate.low, estimate.high)})"
        certainty = f"{estimate.certainty.level} [{_note(reasons(estimate.certainty), notes)}]"
    comment = "broad pool: all kinds of neuropathy together" if cell.broad and estimate else ""
    without = treated = "–"
    if absolute is not None:
        without = f"{whole_signed(absolute.control)} per 100"
        low, high = whole_signed(absolute.treated_low), whole_signed(absolute.treated_high)
        treated = f"{whole_signed(absolute.treated)} ({low} to {high})"
        comment = "; ".join(part for part in (comment, f"control risk of {absolute.trial}") if part)
    return cells(
        Say(f"{capital(synthesis.name)}, v {group}", rows),
        without,
        treated,
        relative,
        f"{people:,} ({len(synthesis.effects)})",
        certainty,
        comment,
    )


def _harms(report: Report, phrases: Phrases, notes: list[str]) -> Iterator[Row]:
    for line in report.harms.lines:
        if line.chosen and line.rate.certainty and (line.rate.event == "any_ae" or group_of(line) != "no"):
            total = sum(count.denominator for count in line.rate.counts)
            yield cells(
                Say(event_name(line), line.rate.rows),
                _course(line, report, phrases),
                f"{total:,.0f} {phrases.say(f'unit.{line.rate.per}')} ({line.rate.k})",
                f"{line.rate.certainty.level} [{_note(reasons(line.rate.certainty), notes)}]",
                phrases.say(f"harm.said.{line.rate.reporter}"),
            )


def _course(line: HarmLine, report: Report, phrases: Phrases) -> str:
    """Per hundred people, or the rate as it was counted where that cannot be said."""
    course = line.course
    if course.basis == "not comparable":
        return f"not comparable: {how_often(line, report.harms, phrases)}"
    if line.rate.upper_only:
        return f"0 (up to {significant(course.high)})"
    return f"{significant(course.per_100)} ({significant(course.low)} to {significant(course.high)})"
