"""Two conditions side by side, question by question."""

from __future__ import annotations

from collections.abc import Sequence

from deqi.evidence.benefits import GROUPS, BenefitCell
from deqi.report.blocks import Page, Say, Section, Table, cells, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases, capital, labels, number, span
from deqi.report.sections.harms import harm_lead
from deqi.report.sections.numbers import result_words
from deqi.report.sections.sure import reasons


def compare_page(reports: Sequence[Report], phrases: Phrases) -> Page:
    """The page of a comparison. Two conditions differ in their trials; the harms of a course are counted once."""
    head = ("Question", *(capital(report.topic.plain_name) for report in reports))
    sections = [
        Section(
            f"compare-{group.replace('_', '-')}",
            phrases.say(f"group.{group}"),
            (),
            (Table(phrases.say(f"group.{group}"), head, _rows(reports, group, phrases)),),
        )
        for group in GROUPS
        if any(_cell(report, group) for report in reports)
    ]
    names = " and ".join(report.topic.clinical_name for report in reports)
    opening = Section(
        "in-short",
        phrases.say("answer.heading"),
        (say(phrases.say("compare.lead")), *harm_lead(reports[0], phrases, "answer.harm")),
    )
    return Page(
        title=phrases.say("title", {"condition": names}),
        dated=phrases.say("dated", {"as_of": reports[0].as_of.isoformat(), "edition": reports[0].edition}),
        notice=phrases.say("notice"),
        labels=labels(phrases),
        sections=(opening, *sections),
    )


def _cell(report: Report, group: str) -> BenefitCell | None:
    if report.evidence is None:
        return None
    return next((one for one in report.evidence.cells if one.group == group and one.treatment), None)


def _rows(reports: Sequence[Report], group: str, phrases: Phrases) -> tuple[tuple[Say, ...], ...]:
    found = [_cell(report, group) for report in reports]
    outcomes = dict.fromkeys(one.name for cell in found if cell for one in cell.syntheses)
    rows = [
        cells("Which way the trials went", *(_direction(cell, phrases) for cell in found)),
        *(cells(capital(name), *(_numbers(cell, name, phrases) for cell in found)) for name in outcomes),
        cells("Certainty", *(_certainty(cell) for cell in found)),
    ]
    return tuple(rows)


def _direction(cell: BenefitCell | None, phrases: Phrases) -> str | Say:
    if cell is None:
        return phrases.say("benefit.none")
    sign = cell.sign
    missing = f" {phrases.say('benefit.not_seen', {'not_seen': sign.not_seen})}" if sign.not_seen else ""
    rows = tuple(f"trial:{one.trial.trial}" for one in cell.treatment)
    return Say(phrases.say("benefit.lead.seen", {"favour": sign.favour, "seen": sign.seen}) + missing, rows)


def _numbers(cell: BenefitCell | None, name: str, phrases: Phrases) -> str | Say:
    synthesis = next((one for one in cell.syntheses if one.name == name), None) if cell else None
    if synthesis is None or not synthesis.effects:
        return "–"
    estimate = synthesis.estimate
    if estimate is not None:
        words = f"{estimate.measure} {number(estimate.value)} ({span(estimate.low, estimate.high)}), k = {estimate.k}"
        return Say(words, estimate.rows)
    words = "; ".join(result_words(one, phrases) for one in synthesis.effects)
    return Say(words, tuple(row for one in synthesis.effects for row in one.rows))


def _certainty(cell: BenefitCell | None) -> str:
    if cell is None or cell.certainty is None:
        return "–"
    return f"{cell.certainty.level}: {reasons(cell.certainty)}"
