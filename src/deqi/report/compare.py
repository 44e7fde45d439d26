"""Two conditions side by side, question by question."""

from __future__ import annotations

from collections.abc import Sequence

from deqi.evidence.benefits import BenefitCell
from deqi.evidence.comparisons import GROUPS
from deqi.report.blocks import Page, Say, Section, Table, cells, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases, capital, labels, number, span
from deqi.report.sections.benefits import size_words, trials_named
from deqi.report.sections.benefitwords import benefit_words
from deqi.report.sections.harms import harm_lead, serious_lead


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
        (say(phrases.say("compare.lead")), *harm_lead(reports[0], phrases), *serious_lead(reports[0], phrases)),
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
    outcomes = dict.fromkeys(one.measured.name for cell in found if cell for one in cell.syntheses)
    rows = [
        cells(phrases.say("compare.size"), *(_size(cell, phrases) for cell in found)),
        *(
            cells(
                capital(name),
                *(_numbers(cell, report, name, phrases) for cell, report in zip(found, reports, strict=True)),
            )
            for name in outcomes
        ),
    ]
    return tuple(rows)


def _size(cell: BenefitCell | None, phrases: Phrases) -> str | Say:
    if cell is None:
        return phrases.say("benefit.none")
    words = size_words(cell, phrases)
    missing = f" {phrases.say('benefit.not_seen', {'not_seen': cell.sign.not_seen})}" if cell.sign.not_seen else ""
    return Say(words.text + missing, words.refs)


def _numbers(cell: BenefitCell | None, report: Report, name: str, phrases: Phrases) -> str | Say:
    """Every benefit of one outcome: in words, with its numbers and its certainty."""
    synthesis = next((one for one in cell.syntheses if one.measured.name == name), None) if cell else None
    if synthesis is None or report.evidence is None:
        return "–"
    names = trials_named(report.evidence)
    words = [
        f"{benefit_words(one, names, phrases)} {one.measure} {number(one.value)} ({span(one.low, one.high)}). "
        f"{phrases.say('benefit.certainty', {'level': phrases.say(f'level.{one.certainty.level}')})}"
        for one in synthesis.benefits
    ]
    return Say(" ".join(words), tuple(row for one in synthesis.benefits for row in one.rows))
