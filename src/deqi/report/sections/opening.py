"""The answer in a few sentences, and both sides per hundred people."""

from __future__ import annotations

from deqi.evidence.benefits import BenefitCell, Synthesis
from deqi.report.blocks import Block, Figure, Say, Section, Table, cells, say
from deqi.report.draw import LedgerRow, ledger
from deqi.report.model import HarmLine, Report
from deqi.report.phrase import Phrases, number, one_in, significant, span, trial_label, whole
from deqi.report.sections.benefits import FEWEST
from deqi.report.sections.harms import chosen_line, harm_lead
from deqi.report.sections.harmwords import course_numbers, event_name, how_often

LEVELS = ("high", "moderate", "low", "very low")


def opening_section(report: Report, phrases: Phrases) -> Section:
    """The whole report in six sentences, each from numbers below."""
    sentences = list(_good(report, phrases))
    sentences += harm_lead(report, phrases, "answer.harm")
    serious = chosen_line(report, "serious_ae")
    if serious and serious.course.basis == "per person" and not serious.rate.upper_only:
        often = f"about {one_in(serious.rate.rate)} people"
        sentences.append(Say(phrases.say("answer.serious", {"often": often}), serious.rate.rows))
    sentences.append(say(phrases.say("answer.next")))
    return Section("in-short", phrases.say("answer.heading"), tuple(sentences))


def _good(report: Report, phrases: Phrases) -> list[Say]:
    if report.evidence is None:
        return [
            Say(claim.says_instead, (*claim.rows, *(f"source:{one}" for one in claim.source)))
            for claim in report.claims
            if claim.group == "used-for"
        ]
    cells_ = {cell.group: cell for cell in report.evidence.cells}
    sham, care = cells_.get("sham"), cells_.get("no_needling")
    if not any(cell.sign.seen for cell in report.evidence.cells):
        return [say(phrases.say("answer.trials.none", {"condition": report.topic.plain_name}))]
    sentences = []
    if sham is None or not sham.sign.seen:
        sentences.append(say(phrases.say("answer.sham.none")))
    else:
        sentences.append(_counted("answer.sham" if sham.sign.seen >= FEWEST else "answer.sham.few", sham, phrases))
    if care is not None and care.sign.seen:
        sentences.append(_counted("answer.care" if care.sign.seen >= FEWEST else "answer.care.few", care, phrases))
    found = [cell.certainty.level for cell in report.evidence.cells if cell.certainty]
    if found:
        # The fairest comparison speaks for the whole; where there is none, the least sure.
        fairest = sham.certainty if sham else None
        level = fairest.level if fairest else max(found, key=LEVELS.index)
        sentences.append(say(phrases.say("answer.sure", {"level": phrases.say(f"level.{level}")})))
    return sentences


def _counted(key: str, cell: BenefitCell, phrases: Phrases) -> Say:
    fields = {"favour": cell.sign.favour, "seen": cell.sign.seen}
    return Say(phrases.say(key, fields), tuple(f"trial:{one.trial.trial}" for one in cell.treatment))


def balance_section(report: Report, phrases: Phrases) -> Section:
    """Benefit and harm in the same unit."""
    good, harm = _good_rows(report, phrases), _harm_rows(report, phrases)
    sessions = {"sessions": report.harms.sessions}
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
    full: list[Block] = [say(phrases.say("balance.named")), say(phrases.say("balance.times", sessions))]
    if good:
        rows = tuple(table_row for _, table_row in good)
        head = (
            "Comparison",
            "Without acupuncture",
            "With acupuncture",
            "Difference (95 % interval)",
            "Control risk from",
        )
        full.append(Table(phrases.say("balance.good"), head, rows, (1, 2, 3)))
    rows = tuple(table_row for _, table_row in harm)
    full.append(Table(phrases.say("balance.harm"), ("What", "Per 100 people", "In words"), rows, (1,)))
    return Section(
        "balance",
        phrases.say("balance.heading"),
        (say(phrases.say("balance.lead", sessions)),),
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
    return [
        _good_row(cell, synthesis, phrases)
        for cell in report.evidence.cells
        for synthesis in cell.syntheses
        if synthesis.absolute is not None
    ]


def _good_row(cell: BenefitCell, synthesis: Synthesis, phrases: Phrases) -> Ledgered:
    absolute, estimate = synthesis.absolute, synthesis.estimate
    assert absolute is not None
    named = next(one.trial for one in synthesis.effects if one.trial.trial == absolute.trial)
    group = phrases.say(f"group.in.{cell.group}")
    if estimate is None:
        label = phrases.say("balance.trial", {"trial": trial_label(named), "group": group})
    else:
        key = "balance.pooled.broad" if cell.broad else "balance.pooled"
        label = phrases.say(key, {"k": estimate.k, "group": group})
    low, high = absolute.difference_low, absolute.difference_high
    words = f"{whole_signed(absolute.difference)} ({whole_signed(low)} to {whole_signed(high)})"
    refs = estimate.rows if estimate else absolute.rows
    table = cells(
        Say(label, refs),
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
    lines = [line for line in report.harms.lines if _comparable(line)]
    lines.sort(key=lambda line: -line.course.per_100)
    found = []
    for line in lines:
        course = line.course
        words = f"{significant(course.per_100)} ({significant(course.low)} to {significant(course.high)})"
        row = LedgerRow(event_name(line), course.per_100, course.low, course.high, words)
        often = how_often(line, report.harms, phrases)
        found.append((row, cells(Say(event_name(line), line.rate.rows), course_numbers(line), often)))
    return found


def _comparable(line: HarmLine) -> bool:
    return line.chosen and line.course.basis != "not comparable" and line.course.per_100 > 0
