"""How often a harm happens, in words: the count, its interval, who said so, and who else said otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from deqi.evidence.harm_lists import EventHarm
from deqi.evidence.harms import HarmRate, SurveyCount
from deqi.knowledge.tables.words import Event
from deqi.report.model import EventLine, HarmLine
from deqi.report.phrase import Phrases, one_in, percent, significant, span

CARE = ("soon", "today")


def event_name(line: HarmLine | EventLine) -> str:
    """The event as people call it."""
    if line.event is not None:
        return line.event.plain_name
    assert isinstance(line, HarmLine)
    return line.rate.event.replace("_", " ")


def urgency(event: Event | None) -> str:
    """``now``, ``care`` or ``no``: when the events table says to seek help."""
    if event is None or event.seek_help in CARE:
        return "care"
    return event.seek_help


def harm_words(harm: EventHarm, phrases: Phrases) -> str:
    """One event of one list: how many, from where to where, who said so; others beside it."""
    said = f"{_count(harm, phrases)} ({_who(harm.reporters, phrases)})."
    if harm.cases and harm.shape == "none":
        said += f" {phrases.say('harm.cases')}"
    other = harm.other
    if other is not None and harm.shape != "none":
        said += f" {_beside(other, phrases)}"
    return said


def _count(harm: EventHarm, phrases: Phrases) -> str:
    unit = unit_of(harm, phrases)
    if harm.shape == "none":
        fields = {"n": f"{harm.total:,.0f}", "unit": unit, "k": harm.surveys, "often": one_in(harm.high, phrases)}
        return phrases.say("harm.none" if harm.surveys > 1 else "harm.none.one", fields)
    if harm.shape == "once":
        first, *rest = sorted(harm.counts, key=lambda count: -count.denominator)
        said = phrases.say("harm.once", {"n": f"{first.denominator:,.0f}", "unit": unit})
        for count in rest:
            said += phrases.say("harm.once.other", {"x": f"{count.events:,.0f}", "n": f"{count.denominator:,.0f}"})
        return said
    if harm.rate * harm.per >= 0.95:
        fields = {
            "x": people(harm.rate * harm.per),
            "low": people(harm.low * harm.per),
            "high": people(harm.high * harm.per),
            "per": f"{harm.per:,}",
            "unit": unit,
        }
        return phrases.say("harm.of" if harm.listed != "treatments" else "harm.after", fields)
    fields = {"x": f"{harm.events:,.0f}", "n": f"{harm.total:,.0f}", "unit": unit, "often": one_in(harm.rate, phrases)}
    fields |= {"rare": one_in(harm.low, phrases), "common": one_in(harm.high, phrases)}
    return phrases.say("harm.rare", fields)


def people(value: float) -> str:
    """A number of people (or treatments) of a list: whole, below ten with two digits."""
    return f"{round(value):,}" if value >= 9.95 else significant(value)


def unit_of(harm: EventHarm, phrases: Phrases) -> str:
    """What the list counts: people, or treatments."""
    return _counted_in("person" if harm.listed != "treatments" else "treatment", harm.counts, phrases)


def _counted_in(per: str, counts: Iterable[SurveyCount], phrases: Phrases) -> str:
    """People, courses or treatments, as the surveys counted."""
    if per == "person" and all(count.row.unit == "courses" for count in counts):
        return phrases.say("unit.course")
    return phrases.say(f"unit.{per}")


def _who(reporters: tuple[str, ...], phrases: Phrases) -> str:
    return phrases.say(f"harm.said.{reporters[0] if len(reporters) == 1 else 'several'}")


def _beside(rate: HarmRate, phrases: Phrases) -> str:
    """Another reporter's count of the same event, in its own unit: both stand side by side."""
    count = rate.largest
    said_in_unit = rate.per != "person" or count.row.unit == "courses"
    asked = "" if said_in_unit or not count.survey.window else phrases.say(f"window.{count.survey.window}")
    fields = {
        "x": f"{count.events:,.0f}",
        "n": f"{count.denominator:,.0f}",
        "unit": _counted_in(rate.per, (count,), phrases),
        "window": f" {asked}" if asked else "",
    }
    stem = "harm.beside_once." if count.events == 1 else "harm.beside."
    return phrases.say(f"{stem}{rate.reporter}", fields)


def rate_numbers(line: HarmLine, phrases: Phrases) -> str:
    """A rate with its interval, as a fraction of people or treatments."""
    rate = line.rate
    if rate.model == "none":
        return "; ".join(f"{count.events:,.0f}/{count.denominator:,.0f}" for count in rate.counts)
    if rate.upper_only:
        return phrases.say("numbers.harm.upper", {"high": percent(rate.high)})
    return f"{percent(rate.rate)} ({percent(rate.low)} to {percent(rate.high)})"


def course_numbers(line: HarmLine, phrases: Phrases) -> str:
    """Per hundred people over a course, or why not."""
    course = line.course
    if course.basis == "not-comparable":
        return phrases.say("numbers.harm.apart")
    times = phrases.say("numbers.harm.times") if course.basis == "treatment-times-sessions" else ""
    fields = {"times": times, "high": significant(course.high)}
    if line.rate.upper_only:
        return phrases.say("numbers.harm.course.upper", fields)
    return phrases.say(
        "numbers.harm.course", {**fields, "value": significant(course.per_100), "low": significant(course.low)}
    )


def prediction_numbers(line: HarmLine) -> str:
    """Where a new survey would be expected, in percent."""
    rate = line.rate
    if rate.prediction_low != rate.prediction_low:
        return "–"
    return f"{span(100 * rate.prediction_low, 100 * rate.prediction_high)} %"
