"""Harms: one denominator a list, each line with who said so; then every rate behind them."""

from __future__ import annotations

from deqi.evidence.harm_lists import LISTS
from deqi.evidence.harms import SurveyCount
from deqi.knowledge.tables.harms import HarmModifier
from deqi.report.blocks import Block, Figure, Items, Say, Section, Table, cells, say
from deqi.report.draw import IconGroup, icon_array
from deqi.report.model import EventLine, HarmLine, Report, Uncounted
from deqi.report.phrase import Phrases, capital, marked, number, one_in, plain, span, whole
from deqi.report.sections.harmwords import (
    course_numbers,
    event_name,
    harm_words,
    people,
    prediction_numbers,
    rate_numbers,
    urgency,
)


def event_line(report: Report, event: str) -> EventLine | None:
    """An event as it stands in its list."""
    return next((line for line in report.harms.events if line.harm.event == event), None)


def common_harm(report: Report) -> tuple[EventLine, EventLine] | None:
    """Any side effect, and one that was treated, both over a course; None where either is missing."""
    any_ae, care = event_line(report, "any_ae"), event_line(report, "ae_requiring_treatment")
    if any_ae and care and any_ae.harm.listed == care.harm.listed == "course":
        return any_ae, care
    return None


def harm_lead(report: Report, phrases: Phrases) -> tuple[Say, ...]:
    """The sentence on common harm."""
    both = common_harm(report)
    if both is None:
        return ()
    any_ae, care = (line.harm for line in both)
    fields = {
        "per": f"{any_ae.per:,}",
        "any": people(any_ae.rate * any_ae.per),
        "any_low": people(any_ae.low * any_ae.per),
        "any_high": people(any_ae.high * any_ae.per),
        "care": people(care.rate * care.per),
        "care_low": people(care.low * care.per),
        "care_high": people(care.high * care.per),
        "n": f"{any_ae.total:,.0f}",
    }
    return (Say(phrases.say("harm.lead", fields), (*any_ae.rows, *care.rows)),)


def serious_lead(report: Report, phrases: Phrases) -> tuple[Say, ...]:
    """The sentences on serious harm: the largest count, what patients say, what a review found, and deaths."""
    found = []
    serious, death = event_line(report, "serious_ae"), event_line(report, "death")
    if serious is not None and serious.harm.shape == "rate":
        harm = serious.harm
        words = phrases.say("answer.serious", {"words": harm_words(harm, phrases)})
        rows = [*harm.rows, *(harm.other.rows if harm.other else ())]
        for pool in harm.published:
            if pool.unit == "patients" and pool.per:
                fields = {
                    "k": pool.k,
                    "often": one_in((pool.estimate or 0.0) / pool.per, phrases),
                    "rare": one_in((pool.ci_low or 0.0) / pool.per, phrases),
                    "common": one_in((pool.ci_high or 0.0) / pool.per, phrases),
                }
                words += f" {phrases.say('answer.serious.pool', fields)}"
                rows.append(f"harmpool:{pool.pool}")
        found.append(Say(words, tuple(rows)))
    if death is not None and death.harm.shape == "none":
        words = phrases.say("answer.death", {"words": harm_words(death.harm, phrases)})
        found.append(Say(words, death.harm.rows))
    return tuple(found)


def icon_figure(report: Report, phrases: Phrases) -> Figure | None:
    """A hundred people over a course."""
    both = common_harm(report)
    if both is None:
        return None
    any_ae, care = (int(whole(100 * line.harm.rate)) for line in both)
    title = phrases.say("balance.icons")
    groups = [
        IconGroup(phrases.say("balance.icons.care"), care, "worse"),
        IconGroup(phrases.say("balance.icons.any"), max(any_ae - care, 0), "harm"),
    ]
    rest = phrases.say("balance.icons.rest")
    return Figure(title, lambda width: icon_array(groups, title=title, rest=rest, width=min(width, 380)))


def harm_section(report: Report, phrases: Phrases) -> Section:
    """The harms, list by list."""
    who = phrases.say("harm.who")
    if report.evidence is not None:
        who += f" {phrases.say('harm.who.neuropathy')}"
    lead = [say(who)]
    if report.evidence is not None and report.evidence.trials:
        fields = {"trials": report.evidence.trials, "reporting": report.evidence.reporting_harm}
        lead.append(say(phrases.say("harm.trials", fields)))
    card: list[Block] = []
    figure = icon_figure(report, phrases)
    if figure:
        card.append(figure)
    for name in LISTS:
        lines = [line for line in report.harms.events if line.harm.listed == name]
        if lines:
            title, items = phrases.say(f"harm.list.{name}"), tuple(_one(line, phrases) for line in lines)
            card.append(Items(title, items, closed=name != LISTS[0]))
    if report.harms.no_rate:
        items = tuple(_uncounted(one, phrases) for one in report.harms.no_rate)
        card.append(Items(phrases.say("harm.list.uncounted"), items, closed=True))
    withheld = _withheld_names(report)
    if withheld:
        card.append(say(phrases.say("harm.withheld", {"factors": withheld})))
    return Section(
        id="harms",
        heading=phrases.say("harm.heading"),
        lead=tuple(lead),
        card=tuple(card),
        full=tuple(_full(report, phrases)),
    )


def _one(line: EventLine, phrases: Phrases) -> Say:
    beside = line.harm.other.rows if line.harm.other is not None and line.harm.shape != "none" else ()
    return Say(
        harm_words(line.harm, phrases), (*line.harm.rows, *beside), f"{event_name(line)}{_press(line, phrases)}:"
    )


def _press(line: EventLine, phrases: Phrases) -> str:
    """What is pressing says so beside its name."""
    return f" ({phrases.say('harm.now')})" if urgency(line.event) == "now" else ""


def _uncounted(one: Uncounted, phrases: Phrases) -> Say:
    said = phrases.say("harm.no_rate")
    if one.counted:
        said = phrases.say("harm.no_rate.contains", {"parts": ", ".join(part.lower() for part in one.counted)})
    return Say(
        marked(said, one.event.basis, one.event.verified, phrases),
        tuple(f"source:{source}" for source in one.event.source),
        f"{one.event.plain_name}:",
    )


def _withheld_names(report: Report) -> str:
    return ", ".join(dict.fromkeys(one.factor for one in report.harms.withheld))


def _full(report: Report, phrases: Phrases) -> list[Block]:
    harms = report.harms
    blocks: list[Block] = [_advice(report, phrases), _rates(report, phrases), _counts(report, phrases)]
    if harms.published:
        blocks.append(_published(report, phrases))
    if harms.modifiers:
        blocks.append(_modifiers(report, phrases))
    if harms.misprints:
        rows = tuple(cells(say(one.study, f"harm:{one.harm}"), one.printed, one.correction) for one in harms.misprints)
        head = tuple(phrases.say(f"head.{name}") for name in ("survey", "printed", "right"))
        blocks.append(Table(phrases.say("harm.misprints"), head, rows))
    return blocks


def _advice(report: Report, phrases: Phrases) -> Table:
    """What each event looks like and what to do, the most pressing first."""
    order = ("now", "today", "soon", "no")
    events = {line.event.event: line.event for line in report.harms.lines if line.event}
    events.update({one.event.event: one.event for one in report.harms.no_rate})
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
    head = tuple(phrases.say(f"head.{name}") for name in ("what", "looks_like", "do", "help"))
    return Table(phrases.say("harm.what"), head, rows)


def _rates(report: Report, phrases: Phrases) -> Table:
    rows = tuple(
        cells(
            Say(event_name(line), line.rate.rows),
            _per(line, phrases),
            line.rate.window.replace("_", " ") or "–",
            line.rate.reporter,
            rate_numbers(line, phrases),
            prediction_numbers(line),
            course_numbers(line, phrases),
            phrases.say(
                "numbers.harm.model.none" if line.rate.model == "none" else "numbers.harm.model",
                {"model": line.rate.model, "k": line.rate.k},
            ),
            line.rate.certainty.level if line.rate.certainty else "–",
        )
        for line in report.harms.lines
    )
    names = ("what", "per", "window", "said_by", "rate", "new_survey", "course", "how", "certainty")
    head = tuple(phrases.say(f"head.{name}", {"sessions": report.harms.sessions}) for name in names)
    return Table(phrases.say("harm.table"), head, rows, (4, 5, 6))


def _per(line: HarmLine, phrases: Phrases) -> str:
    unit = phrases.say(f"unit.{line.rate.per}")
    return phrases.say("numbers.harm.events", {"unit": unit}) if "event" in line.rate.per else unit


def _counts(report: Report, phrases: Phrases) -> Table:
    rows = tuple(
        cells(
            Say(event_name(line), (f"harm:{count.row.harm}", *(f"source:{one}" for one in count.row.source))),
            count.survey.study,
            count.survey.population,
            _remark(count, phrases),
            f"{count.denominator:,.0f} {phrases.say(f'unit.{line.rate.per}')}",
            count.survey.reporter,
        )
        for line in report.harms.lines
        for count in line.rate.counts
    )
    head = tuple(phrases.say(f"head.{name}") for name in ("what", "survey", "people", "events", "out_of", "reporter"))
    return Table(phrases.say("harm.counts"), head, rows, (3, 4))


def _remark(count: SurveyCount, phrases: Phrases) -> str:
    """A count, and where it is not as printed: worked back from a rate, or the zero of a wider event."""
    events = f"{count.events:,.0f}"
    if count.within:
        return phrases.say("numbers.harm.within", {"events": events, "event": count.within.replace("_", " ")})
    return phrases.say("numbers.harm.implied", {"events": events}) if count.implied else events


def _published(report: Report, phrases: Phrases) -> Table:
    rows = []
    for one in report.harms.published:
        pool = one.pool
        interval = "" if pool.ci_low is None else f" ({plain(pool.ci_low)} to {plain(pool.ci_high)})"
        each = {"per": f"{pool.per or 0:,.0f}", "unit": pool.unit}
        per = phrases.say("numbers.harm.per", each) if pool.per else pool.measure
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
    head = tuple(phrases.say(f"head.{name}") for name in ("review", "what", "result", "unit", "k", "note"))
    return Table(phrases.say("harm.published"), head, tuple(rows), (2,))


def _modifiers(report: Report, phrases: Phrases) -> Table:
    """What makes an event likelier, those whose numbers are withheld named among their siblings."""
    shown = [(one, True) for one in report.harms.modifiers] + [(one, False) for one in report.harms.withheld]
    shown.sort(key=lambda pair: (pair[0].event, not pair[1], pair[0].factor))
    rows = tuple(
        cells(
            Say(capital(one.factor), (f"modifier:{one.modifier}", *(f"source:{source}" for source in one.source))),
            one.outcome,
            _likelier(one) if usable else phrases.say("harm.modifier.withheld"),
            "–" if not one.adjusted else one.adjusted,
            one.note,
        )
        for one, usable in shown
    )
    head = tuple(phrases.say(f"head.{name}") for name in ("factor", "event", "likelier", "adjusted", "note"))
    return Table(phrases.say("harm.modifiers"), head, rows, (2,))


def _likelier(one: HarmModifier) -> str:
    interval = f" ({span(one.ci_low, one.ci_high)})" if one.ci_low is not None else ""
    return f"{one.measure} {number(one.estimate)}{interval}"
