"""Harms: what matters in one line each, then every rate with who said so."""

from __future__ import annotations

from deqi.report.blocks import Block, Figure, Items, Say, Section, Table, cells, say
from deqi.report.draw import IconGroup, icon_array
from deqi.report.model import HarmLine, Report
from deqi.report.phrase import Phrases, capital, marked, number, plain, span, whole
from deqi.report.sections.harmwords import (
    course_numbers,
    event_name,
    group_of,
    how_often,
    prediction_numbers,
    rate_numbers,
)


def chosen_line(report: Report, event: str) -> HarmLine | None:
    """The line put in a sentence for an event."""
    return next((line for line in report.harms.lines if line.chosen and line.rate.event == event), None)


def common_harm(report: Report) -> tuple[HarmLine, HarmLine] | None:
    """Any side effect, and one that needs care, both per person; None where either is missing."""
    any_ae, care = chosen_line(report, "any_ae"), chosen_line(report, "ae_requiring_treatment")
    if any_ae and care and any_ae.course.basis == care.course.basis == "per person":
        return any_ae, care
    return None


def harm_lead(report: Report, phrases: Phrases, key: str) -> tuple[Say, ...]:
    """The sentence on common harm."""
    both = common_harm(report)
    if both is None:
        return ()
    any_ae, care = both
    words = phrases.say(key, {"any": whole(any_ae.course.per_100), "care": whole(care.course.per_100)})
    return (Say(words, (*any_ae.rate.rows, *care.rate.rows)),)


def icon_figure(report: Report, phrases: Phrases) -> Figure | None:
    """A hundred people over a course."""
    both = common_harm(report)
    if both is None:
        return None
    any_ae, care = (int(whole(line.course.per_100)) for line in both)
    title = phrases.say("balance.icons", {"sessions": report.harms.sessions})
    groups = [
        IconGroup(phrases.say("balance.icons.care"), care, "worse"),
        IconGroup(phrases.say("balance.icons.any"), max(any_ae - care, 0), "harm"),
    ]
    rest = phrases.say("balance.icons.rest")
    return Figure(title, lambda width: icon_array(groups, title=title, rest=rest, width=min(width, 380)))


def harm_section(report: Report, phrases: Phrases) -> Section:
    """The harms of a course."""
    harms = report.harms
    lead = list(harm_lead(report, phrases, "harm.lead"))
    who = phrases.say("harm.who")
    if report.evidence is not None:
        who += f" {phrases.say('harm.who.neuropathy')}"
    lead.append(say(who))
    if report.evidence is not None and report.evidence.trials:
        fields = {"trials": report.evidence.trials, "reporting": report.evidence.reporting_harm}
        lead.append(say(phrases.say("harm.trials", fields)))
    card: list[Block] = []
    figure = icon_figure(report, phrases)
    if figure:
        card.append(figure)
    for group in ("no", "care", "now"):
        lines = [line for line in harms.lines if line.chosen and group_of(line) == group]
        items = [_one(line, report, phrases) for line in lines]
        items += [
            Say(
                marked(phrases.say("harm.no_rate"), event.basis, event.verified, phrases),
                tuple(f"source:{one}" for one in event.source),
                event.plain_name,
            )
            for event in harms.no_rate
            if group == ("care" if event.seek_help in ("soon", "today") else event.seek_help)
        ]
        card.append(Items(phrases.say(f"harm.group.{group}"), tuple(items)))
    return Section(
        id="harms",
        heading=phrases.say("harm.heading"),
        lead=tuple(lead),
        card=tuple(card),
        full=tuple(_full(report, phrases)),
    )


def _one(line: HarmLine, report: Report, phrases: Phrases) -> Say:
    said = phrases.say(f"harm.said.{line.rate.reporter}")
    words = f"{how_often(line, report.harms, phrases)} ({said})"
    return Say(words, line.rate.rows, event_name(line))


def _full(report: Report, phrases: Phrases) -> list[Block]:
    harms = report.harms
    blocks: list[Block] = [_advice(report, phrases), _rates(report, phrases), _counts(report, phrases)]
    if harms.published:
        blocks.append(_published(report, phrases))
    if harms.modifiers:
        blocks.append(_modifiers(report, phrases))
    if harms.misprints:
        rows = tuple(cells(say(one.study, f"harm:{one.harm}"), one.printed, one.correction) for one in harms.misprints)
        blocks.append(Table(phrases.say("harm.misprints"), ("Survey", "Printed", "Right"), rows))
    return blocks


def _advice(report: Report, phrases: Phrases) -> Table:
    """What each event looks like and what to do, the most pressing first."""
    order = ("now", "today", "soon", "no")
    events = {line.event.event: line.event for line in report.harms.lines if line.event}
    events.update({event.event: event for event in report.harms.no_rate})
    rows = tuple(
        cells(
            Say(
                marked(event.plain_name, event.basis, event.verified, phrases),
                tuple(f"source:{one}" for one in event.source),
            ),
            event.looks_like,
            event.do_now,
            event.help_when,
        )
        for event in sorted(events.values(), key=lambda event: order.index(event.seek_help))
    )
    return Table(phrases.say("harm.what"), ("What", "What it looks like", "What to do", "When to get help"), rows)


def _rates(report: Report, phrases: Phrases) -> Table:
    rows = tuple(
        cells(
            Say(event_name(line), line.rate.rows),
            phrases.say(f"unit.{line.rate.per}") + (" (events counted)" if "event" in line.rate.per else ""),
            line.rate.reporter,
            rate_numbers(line),
            prediction_numbers(line),
            course_numbers(line),
            f"{line.rate.model}, k = {line.rate.k}" if line.rate.model != "none" else f"not pooled, k = {line.rate.k}",
            line.rate.certainty.level if line.rate.certainty else "–",
        )
        for line in report.harms.lines
    )
    head = (
        "What", "Counted per", "Said by", "Rate (95 % interval)", "A new survey (95 %)",
        f"Per 100 people over {report.harms.sessions} sessions", "How", "Certainty",
    )  # fmt: skip
    return Table(phrases.say("harm.table"), head, rows, (3, 4, 5))


def _counts(report: Report, phrases: Phrases) -> Table:
    rows = tuple(
        cells(
            Say(event_name(line), (f"harm:{count.row.harm}", *(f"source:{one}" for one in count.row.source))),
            count.survey.study,
            count.survey.population,
            f"{count.events:,.0f}" + (" (worked back from a rate)" if count.implied else ""),
            f"{count.denominator:,.0f} {phrases.say(f'unit.{line.rate.per}')}",
            count.survey.reporter,
        )
        for line in report.harms.lines
        for count in line.rate.counts
    )
    return Table(phrases.say("harm.counts"), ("What", "Survey", "People", "Events", "Out of", "Reporter"), rows, (3, 4))


def _published(report: Report, phrases: Phrases) -> Table:
    rows = []
    for one in report.harms.published:
        pool = one.pool
        interval = "" if pool.ci_low is None else f" ({plain(pool.ci_low)} to {plain(pool.ci_high)})"
        per = f"per {pool.per:,.0f} {pool.unit}" if pool.per else pool.measure
        rows.append(
            cells(
                Say(pool.review, (f"harmpool:{pool.pool}", *(f"source:{source}" for source in pool.source))),
                pool.outcome,
                f"{plain(pool.estimate)}{interval}",
                per,
                f"{pool.k}" if pool.k else "–",
                one.note.note if one.note else "",
            )
        )
    return Table(phrases.say("harm.published"), ("Review", "What", "Result", "Unit", "k", "Note"), tuple(rows), (2,))


def _modifiers(report: Report, phrases: Phrases) -> Table:
    rows = tuple(
        cells(
            Say(capital(one.factor), (f"modifier:{one.modifier}", *(f"source:{source}" for source in one.source))),
            one.outcome,
            f"{one.measure} {number(one.estimate)} ({span(one.ci_low, one.ci_high)})"
            if one.ci_low is not None
            else f"{one.measure} {number(one.estimate)}",
            one.note,
        )
        for one in report.harms.modifiers
    )
    return Table(phrases.say("harm.modifiers"), ("Factor", "Event", "How much likelier", "Note"), rows, (2,))
