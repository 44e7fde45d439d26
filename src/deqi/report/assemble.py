"""Gathering a report from the evidence and the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from deqi.evidence.benefits import BenefitCell, benefit_cells
from deqi.evidence.harms import HarmRate, harm_rates, over_a_course
from deqi.knowledge import Knowledge
from deqi.knowledge.gaps import find_gaps
from deqi.knowledge.rules import SEVERITIES, Rule
from deqi.knowledge.tables.evidence import Indication, IndicationDetail
from deqi.knowledge.tables.harms import HarmModifier, PublishedHarmPool
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Condition
from deqi.knowledge.tables.words import Alternative, Claim, Event, Guideline, Practicality
from deqi.report.model import Bar, HarmLine, OtherUse, Report
from deqi.report.phrase import Phrases, significant


def assemble(knowledge: Knowledge, condition: str, as_of: dt.date) -> Report:
    """The report on a condition (its id) as the knowledge stands."""
    row = next(one for one in knowledge.rows(Condition) if one.condition == condition)
    benefits = benefit_cells(knowledge, condition)
    rates = harm_rates(knowledge)
    events = {one.event: one for one in knowledge.rows(Event)}
    details = {one.indication: one for one in knowledge.rows(IndicationDetail)}
    names = _with_parts(condition, knowledge.rows(Condition))
    report = Report(
        condition=row,
        as_of=as_of,
        edition=knowledge.edition.version,
        headline=_headline(Phrases(knowledge.texts), row, benefits, rates),
        claims=knowledge.rows(Claim),
        benefits=benefits,
        uses=tuple(OtherUse(one, details.get(one.indication)) for one in knowledge.rows(Indication)),
        harms=tuple(HarmLine(one, over_a_course(one), events.get(one.event)) for one in rates),
        published_harms=tuple(one for one in knowledge.rows(PublishedHarmPool) if one.verified != "no"),
        modifiers=tuple(one for one in knowledge.rows(HarmModifier) if one.usable and one.verified != "no"),
        alternatives=tuple(one for one in knowledge.rows(Alternative) if one.condition in names | {"any", "all"}),
        guidelines=tuple(one for one in knowledge.rows(Guideline) if one.condition in names | {"any", "all"}),
        bars=_bars(knowledge.rules),
        practicalities=knowledge.rows(Practicality),
        gaps=find_gaps(knowledge),
        sources=(),
    )
    return _with_sources(report, knowledge)


def _with_parts(condition: str, conditions: Iterable[Condition]) -> set[str]:
    """The condition, what it is part of, and its parts."""
    rows = {one.condition: one for one in conditions}
    above = rows[condition].part_of
    return {condition, *([above] if above else []), *(name for name, one in rows.items() if one.part_of == condition)}


def _headline(
    phrases: Phrases, condition: Condition, benefits: tuple[BenefitCell, ...], rates: tuple[HarmRate, ...]
) -> tuple[str, ...]:
    """The report in three sentences, each from numbers below."""
    seen = sum(cell.sign.seen for cell in benefits)
    sham = [cell for cell in benefits if cell.group == "sham"]
    sentences = []
    if seen:
        sentences.append(
            phrases.say(
                "headline.seen",
                {
                    "condition": condition.plain_name,
                    "favour": sum(cell.sign.favour for cell in benefits),
                    "seen": seen,
                    "sham_favour": sum(cell.sign.favour for cell in sham),
                    "sham_seen": sum(cell.sign.seen for cell in sham),
                },
            )
        )
    else:
        sentences.append(phrases.say("headline.none", {"condition": condition.plain_name}))
    any_harm = next(
        (one for one in rates if one.event == "any_ae" and one.per == "person" and one.reporter == "patient"), None
    )
    if any_harm is not None and any_harm.model != "none":
        sentences.append(phrases.say("headline.harm", {"per_100": significant(100 * any_harm.rate, 1)}))
    sentences.append(phrases.say("headline.sure"))
    return tuple(sentences)


def _bars(rules: Iterable[Rule]) -> tuple[Bar, ...]:
    """The rules about persons, strictest first."""
    shown = [rule for rule in rules if rule.stage != "plan" and rule.severity != "information"]
    shown.sort(key=lambda rule: (SEVERITIES.index(rule.severity), not any(one.everything for one in rule.restricts)))
    return tuple(
        Bar(
            rule=rule.id,
            title=rule.title,
            severity=rule.severity,
            stage=rule.stage,
            everything=any(one.everything for one in rule.restricts),
            plain=rule.plain,
            instead=rule.instead,
            basis=rule.basis,
            verified=rule.verified,
            source=rule.source,
        )
        for rule in shown
    )


def _with_sources(report: Report, knowledge: Knowledge) -> Report:
    """Add the sources the report rests on."""
    import dataclasses

    cited: set[str] = set()
    for rows in (
        report.claims, report.published_harms, report.modifiers, report.alternatives, report.guidelines, report.bars,
        report.practicalities,
    ):  # fmt: skip
        for row in rows:
            cited.update(row.source)
    for use in report.uses:
        cited.update(use.row.source)
    for line in report.harms:
        cited.update(line.rate.source)
        cited.update(line.event.source if line.event else ())
    for cell in report.benefits:
        for one in (*cell.treatment, *cell.prevention, *cell.not_randomised):
            cited.update(one.source)
        for pool in cell.published:
            cited.update(pool.source)
    return dataclasses.replace(report, sources=tuple(row for row in knowledge.rows(Source) if row.source in cited))
