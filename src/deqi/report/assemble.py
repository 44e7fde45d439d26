"""Gathering a report from the evidence and the rules."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator

from deqi.evidence.benefits import benefit_evidence
from deqi.evidence.harm_lists import event_harms
from deqi.evidence.harms import harm_rates, over_a_course, parts_of
from deqi.evidence.network import network_verdict
from deqi.knowledge import Knowledge
from deqi.knowledge.editorial.gaps import find_gaps
from deqi.knowledge.rules import SEVERITIES, Rule
from deqi.knowledge.tables.base import Row
from deqi.knowledge.tables.evidence import Indication, IndicationDetail, PublishedPool, Trial
from deqi.knowledge.tables.harms import (
    HarmModifier,
    HarmRow,
    HarmSurvey,
    HarmUse,
    PublishedHarmPool,
    PublishedHarmPoolNote,
)
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Condition
from deqi.knowledge.tables.words import Alternative, Claim, Event, Guideline, Practicality
from deqi.knowledge.thresholds import thresholds
from deqi.report.model import (
    EventLine,
    HarmLine,
    Harms,
    ListedRule,
    Misprint,
    Network,
    Networks,
    OtherUse,
    PersonalPart,
    PublishedHarm,
    Report,
    Uncounted,
)
from deqi.report.topics import Topic

OTHER = "other"
"""The event of whatever fits no other: nothing can be said of it."""
EVERYONE = frozenset({"any", "all"})
GENERAL_CLAIMS = ("what-it-is", "how-it-works", "used-for", "risk", "candidacy")


def assemble(
    knowledge: Knowledge,
    topic: Topic,
    as_of: dt.date,
    *,
    sessions: int | None = None,
    personal: PersonalPart | None = None,
) -> Report:
    """The report on a topic as the knowledge stands. sessions: of a course, for harms; else the usual number."""
    found = tuple(_claims(knowledge, topic))
    claims = tuple(claim for claim, _ in found)
    names = _names(knowledge, topic, claims)
    named = {reference for claim in claims for reference in claim.rows} if topic.kind == "reviews" else set()
    details = {one.indication: one for one in knowledge.rows(IndicationDetail)}
    uses = [one for one in knowledge.rows(Indication) if topic.kind == "trials" or one.title == topic.id]
    report = Report(
        topic=topic,
        conditions={row.condition: row.cli_name.replace("-", " ") for row in knowledge.rows(Condition)},
        as_of=as_of,
        edition=knowledge.edition.version,
        claims=claims,
        own_claims=tuple(claim.claim for claim, own in found if own),
        evidence=benefit_evidence(knowledge, topic.id) if topic.kind == "trials" else None,
        network=_networks(knowledge, topic.id) if topic.kind == "trials" else None,
        uses=tuple(OtherUse(one, details.get(one.indication)) for one in uses),
        harms=_harms(knowledge, sessions or thresholds().course_sessions),
        alternatives=tuple(one for one in knowledge.rows(Alternative) if one.condition in names),
        guidelines=tuple(
            one for one in knowledge.rows(Guideline) if one.condition in names or f"guideline:{one.guideline}" in named
        ),
        rules=_listed(knowledge.rules),
        practicalities=knowledge.rows(Practicality),
        gaps=find_gaps(knowledge),
        sources=(),
        personal=personal,
    )
    cited = set(_cited(report))
    return dataclasses.replace(report, sources=tuple(row for row in knowledge.rows(Source) if row.source in cited))


def _names(knowledge: Knowledge, topic: Topic, claims: Iterable[Claim]) -> frozenset[str]:
    """The conditions whose alternatives and guidelines belong: the topic, what it is part of, its parts."""
    rows = {one.condition: one for one in knowledge.rows(Condition)}
    if topic.kind == "reviews":
        return EVERYONE | {topic.id}
    above = rows[topic.id].part_of
    parts = (name for name, one in rows.items() if one.part_of == topic.id)
    return EVERYONE | {topic.id, *([above] if above else []), *parts}


def _claims(knowledge: Knowledge, topic: Topic) -> Iterator[tuple[Claim, bool]]:
    """Claims about acupuncture as such, and those whose rows touch the topic; and whether a claim is of it alone."""
    conditions = {row.condition: row.part_of for row in knowledge.rows(Condition)}
    inside = {name for name, above in conditions.items() if topic.id in (name, above)}
    trials = {row.trial: row.condition for row in knowledge.rows(Trial)}
    pools = {row.pool: row.condition for row in knowledge.rows(PublishedPool)}
    about = {row.indication: row.title for row in knowledge.rows(Indication)}
    for claim in knowledge.rows(Claim):
        parts = [reference.partition(":") for reference in claim.rows]
        touched = {trials[key] for kind, _, key in parts if kind == "trial" and key in trials}
        touched |= {pools[key] for kind, _, key in parts if kind == "pool" and key in pools}
        titles = {about[key] for kind, _, key in parts if kind == "indication" and key in about}
        if claim.group == "used-for":
            if topic.kind == "trials" or topic.id in titles:
                yield claim, topic.id in titles
        elif claim.group in GENERAL_CLAIMS or topic.id == "neuropathy" or not touched or touched & inside:
            yield claim, claim.group == "neuropathy" and touched == {topic.id}


def _networks(knowledge: Knowledge, condition: str) -> Networks:
    found = network_verdict(knowledge, condition)
    shown = tuple(
        Network(one.measure, one.comparisons, tuple(caveat.value for caveat in one.caveats), one.rows)
        for one in found.networks
    )
    return Networks(shown, found.nearest, found.trials)


def _harms(knowledge: Knowledge, sessions: int) -> Harms:
    rates = harm_rates(knowledge)
    listed = event_harms(knowledge)
    told = {one.event for one in listed}
    parts = parts_of(knowledge)
    events = {one.event: one for one in knowledge.rows(Event)}
    notes = {one.pool: one for one in knowledge.rows(PublishedHarmPoolNote)}
    rows = {one.harm: one for one in knowledge.rows(HarmRow)}
    studies = {one.survey: one.study for one in knowledge.rows(HarmSurvey)}
    return Harms(
        events=tuple(EventLine(one, events[one.event]) for one in listed),
        lines=tuple(HarmLine(one, over_a_course(one, sessions), events.get(one.event)) for one in rates),
        no_rate=tuple(
            Uncounted(one, tuple(events[part].plain_name for part in sorted(parts.get(name, ())) if part in told))
            for name, one in events.items()
            if name not in told and name != OTHER
        ),
        published=tuple(
            PublishedHarm(one, notes.get(one.pool))
            for one in knowledge.rows(PublishedHarmPool)
            if one.verified != "no" and one.estimate is not None
        ),
        modifiers=tuple(one for one in knowledge.rows(HarmModifier) if one.usable and one.verified != "no"),
        withheld=tuple(one for one in knowledge.rows(HarmModifier) if not one.usable or one.verified == "no"),
        misprints=tuple(
            Misprint(one.harm, studies[rows[one.harm].survey], one.known_error, one.correction)
            for one in knowledge.rows(HarmUse)
            if one.known_error
        ),
        sessions=sessions,
    )


def _listed(rules: Iterable[Rule]) -> tuple[ListedRule, ...]:
    """The rules about persons, signs of an emergency first, then strictest first."""
    shown = [rule for rule in rules if rule.stage != "plan" and rule.severity != "information"]
    shown.sort(
        key=lambda rule: (
            not rule.red_flag,
            SEVERITIES.index(rule.severity),
            not any(one.everything for one in rule.restricts),
        )
    )
    return tuple(
        ListedRule(
            rule=rule.id,
            title=rule.title,
            severity=rule.severity,
            stage=rule.stage,
            everything=any(one.everything for one in rule.restricts),
            red_flag=rule.red_flag,
            plain=rule.plain,
            instead=rule.instead,
            basis=rule.basis,
            verified=rule.verified,
            source=rule.source,
        )
        for rule in shown
    )


def _cited(report: Report) -> Iterator[str]:
    """Every source id the report rests on."""
    rows: list[Row | ListedRule] = [
        *report.claims, *report.alternatives, *report.guidelines, *report.rules, *report.practicalities,
        *report.harms.modifiers, *report.harms.withheld, *(one.event for one in report.harms.no_rate),
        *(one.pool for one in report.harms.published), *(line.event for line in report.harms.events),
        *(one.row for one in report.uses), *(line.event for line in report.harms.lines if line.event),
    ]  # fmt: skip
    if report.evidence:
        evidence = report.evidence
        rows += [one.pool for cell in evidence.cells for one in cell.published]
        rows += [one.pool for one in (*evidence.published_mixed, *evidence.published_other, *evidence.hope)]
        shown = [*evidence.other]
        for cell in evidence.cells:
            shown += [*cell.treatment, *cell.unclear, *cell.companions, *cell.prevention, *cell.not_randomised]
            for benefit in cell.benefits:
                for reason in benefit.certainty.reasons:
                    if reason.domain == "cited-review" and reason.fields["review"]:
                        yield reason.fields["review"]
            for synthesis in cell.syntheses:
                for effect in synthesis.effects:
                    yield from effect.source
        for one in shown:
            yield from one.source
    for line in report.harms.lines:
        yield from line.rate.source
    for row in rows:
        yield from row.source
    if report.personal:
        for finding in report.personal.findings:
            yield from finding.source
