"""The answer in a few sentences, and both sides in people."""

from __future__ import annotations

from deqi.evidence.benefits import BenefitCell
from deqi.evidence.outcomes import Benefit
from deqi.knowledge.tables.evidence import Trial
from deqi.report.blocks import Block, Figure, Say, Section, Table, cells, say
from deqi.report.draw import LedgerRow, ledger
from deqi.report.model import EventLine, Report
from deqi.report.phrase import Phrases, capital, number, significant, span, trial_label, whole
from deqi.report.sections.benefits import size_words, trials_named
from deqi.report.sections.benefitwords import against, benefit_words
from deqi.report.sections.harms import event_line, harm_lead, serious_lead
from deqi.report.sections.harmwords import event_name, harm_words


def opening_section(report: Report, phrases: Phrases) -> Section:
    """The whole report in a few sentences, each from numbers below."""
    sentences = list(_good(report, phrases))
    sentences += harm_lead(report, phrases)
    sentences += serious_lead(report, phrases)
    sentences.append(say(phrases.say("answer.next")))
    return Section("in-short", phrases.say("answer.heading"), tuple(sentences))


def _good(report: Report, phrases: Phrases) -> list[Say]:
    if report.evidence is None:
        return [
            Say(claim.says_instead, (*claim.rows, *(f"source:{one}" for one in claim.source)))
            for claim in report.claims
            if claim.group == "used-for"
        ]
    found = {cell.group: cell for cell in report.evidence.cells}
    names = trials_named(report.evidence)
    if not any(cell.seen for cell in report.evidence.cells):
        return [say(phrases.say("answer.trials.none", {"condition": report.topic.plain_name}))]
    sham, care = found.get("sham"), found.get("no_needling")
    sentences = [size_words(sham, phrases) if sham else say(phrases.say("answer.sham.none"))]
    if care is not None and care.benefits:
        sentences.append(size_words(care, phrases) if care.broad else _first(care, names, phrases))
        sentences.append(say(phrases.say("answer.care.hope")))
    first = next(iter(report.evidence.benefits), None)
    if first is not None:
        level = phrases.say(f"level.{first.certainty.level}")
        sentences.append(Say(phrases.say("answer.sure", {"level": level}), first.rows))
    return sentences


def _first(cell: BenefitCell, names: dict[str, Trial], phrases: Phrases) -> Say:
    """The best known outcome of a comparison in words."""
    first = cell.benefits[0]
    words = benefit_words(first, names, phrases)
    return Say(words, first.rows, f"{capital(first.plain_name)}:")


def balance_section(report: Report, phrases: Phrases) -> Section:
    """Benefit and harm side by side: people of 100 who got better, people of 1,000 who had something."""
    good, harm = _good_rows(report, phrases), _harm_rows(report, phrases)
    title = phrases.say("answer.figure")
    none = phrases.say("balance.none" if report.evidence else "balance.none.reviews")
    figure = Figure(
        title,
        lambda width: ledger(
            [row for row, _ in good],
            [row for row, _ in harm],
            title=title,
            good_title=phrases.say("balance.good"),
            harm_title=phrases.say("balance.harm"),
            good_axis=phrases.say("balance.good.axis"),
            harm_axis=phrases.say("balance.harm.axis"),
            nothing=none,
            width=width,
        ),
    )
    card: list[Block] = [figure]
    if not good:
        card.append(say(none))
    full: list[Block] = [say(phrases.say("balance.named")), say(phrases.say("balance.apart"))]
    if good:
        head = (
            "Comparison",
            "Without acupuncture",
            "With acupuncture",
            "Difference (95 % interval)",
            "Control risk from",
        )
        full.append(Table(phrases.say("balance.good"), head, tuple(row for _, row in good), (1, 2, 3)))
    rows = tuple(row for _, row in harm)
    full.append(Table(phrases.say("balance.harm"), ("What", "Per 1,000 people", "In words"), rows, (1,)))
    return Section(
        "balance",
        phrases.say("balance.heading"),
        (say(phrases.say("balance.lead")),),
        tuple(card),
        tuple(full),
        tuple(Say(f"{row.words} {phrases.say('balance.good.axis')}", table[0].refs, row.label) for row, table in good)
        + tuple(
            Say(f"{row.words} {phrases.say('balance.harm.axis')}", table[0].refs, row.label) for row, table in harm
        ),
    )


Ledgered = tuple[LedgerRow, tuple[Say, ...]]


def _good_rows(report: Report, phrases: Phrases) -> list[Ledgered]:
    if report.evidence is None:
        return []
    names = trials_named(report.evidence)
    return [
        _good_row(one, names, phrases)
        for cell in report.evidence.cells
        for one in cell.benefits
        if one.per_hundred is not None and not cell.broad
    ]


def _good_row(benefit: Benefit, names: dict[str, Trial], phrases: Phrases) -> Ledgered:
    absolute = benefit.per_hundred
    assert absolute is not None
    named = names[absolute.trial]
    fields = {"what": capital(benefit.plain_name), "group": against(benefit, phrases), "n": f"{benefit.people:,}"}
    if benefit.basis == "trial":
        label = phrases.say("balance.trial", {**fields, "trial": trial_label(named)})
    else:
        label = phrases.say("balance.pooled", {**fields, "k": len(benefit.trials)})
    low, high = absolute.difference_low, absolute.difference_high
    words = f"{whole_signed(absolute.difference)} ({whole_signed(low)} to {whole_signed(high)})"
    table = cells(
        Say(label, benefit.rows),
        number(absolute.control, 1),
        f"{number(absolute.treated, 1)} ({span(absolute.treated_low, absolute.treated_high, 1)})",
        f"{number(absolute.difference, 1)} ({span(low, high, 1)})",
        Say(f"{trial_label(named)}: {absolute.baseline_events} of {absolute.baseline_total}", absolute.rows),
    )
    return LedgerRow(label, absolute.difference, low, high, words), table


def whole_signed(value: float) -> str:
    """A whole number of people with a real minus sign."""
    return whole(value).replace("-", "−")


def _harm_rows(report: Report, phrases: Phrases) -> list[Ledgered]:
    """Only what was asked over a course: one denominator, nothing multiplied."""
    found = []
    for line in course_lines(report):
        harm = line.harm
        value, low, high = (harm.per * one for one in (harm.rate, harm.low, harm.high))
        words = f"{significant(value)} ({significant(low)} to {significant(high)})"
        label = f"{event_name(line)} ({phrases.say(f'harm.said.{harm.reporters[0]}')})"
        row = LedgerRow(label, value, low, high, words)
        found.append((row, cells(Say(label, harm.rows), words, harm_words(harm, phrases))))
    return found


def course_lines(report: Report) -> list[EventLine]:
    """The events of the list over a course, commonest first."""
    return [line for line in report.harms.events if line.harm.listed == "course" and line.harm.shape == "rate"]


__all__ = ["balance_section", "course_lines", "event_line", "opening_section", "whole_signed"]
