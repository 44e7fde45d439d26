"""How often a harm happens, in words."""

from __future__ import annotations

from deqi.report.model import HarmLine, Harms
from deqi.report.phrase import Phrases, one_in, percent, significant, span, whole

CARE = ("soon", "today")


def event_name(line: HarmLine) -> str:
    """The event as people call it."""
    return line.event.plain_name if line.event else line.rate.event.replace("_", " ")


def group_of(line: HarmLine) -> str:
    """``now``, ``care`` or ``no``: when the events table says to seek help."""
    if line.event is None:
        return "care"
    return "care" if line.event.seek_help in CARE else line.event.seek_help


def how_often(line: HarmLine, harms: Harms, phrases: Phrases) -> str:
    """One rate in a few words."""
    rate, course = line.rate, line.course
    if rate.model == "none":
        first, second = (one_in(count.events / count.denominator) for count in rate.counts)
        return phrases.say("harm.two", {"first": first, "second": second, "unit": phrases.say(f"unit.{rate.per}")})
    if rate.upper_only:
        total = sum(count.denominator for count in rate.counts)
        fields = {"n": f"{total:,.0f}", "unit": phrases.say(f"unit.{rate.per}"), "often": one_in(rate.high)}
        return phrases.say("harm.none_seen", fields)
    if course.basis == "per treatment times sessions":
        return phrases.say("harm.times", {"often": one_in(course.per_100 / 100), "sessions": harms.sessions})
    if course.basis == "per person":
        if course.per_100 >= 0.95:
            return phrases.say("harm.per100", {"n": whole(course.per_100)})
        return phrases.say("harm.onein", {"often": one_in(rate.rate)})
    if rate.rate >= 0.0095:
        return phrases.say("harm.treatment", {"n": whole(100 * rate.rate)})
    return phrases.say("harm.treatment.rare", {"often": one_in(rate.rate)})


def rate_numbers(line: HarmLine) -> str:
    """A rate with its interval, as a fraction of people or treatments."""
    rate = line.rate
    if rate.model == "none":
        return "; ".join(f"{count.events:,.0f}/{count.denominator:,.0f}" for count in rate.counts)
    if rate.upper_only:
        return f"0 (up to {percent(rate.high)})"
    return f"{percent(rate.rate)} ({percent(rate.low)} to {percent(rate.high)})"


def course_numbers(line: HarmLine) -> str:
    """Per hundred people over a course, or why not."""
    course = line.course
    if course.basis == "not comparable":
        return "not comparable"
    times = ", × sessions" if course.basis == "per treatment times sessions" else ""
    if line.rate.upper_only:
        return f"up to {significant(course.high)}{times}"
    return f"{significant(course.per_100)} ({significant(course.low)} to {significant(course.high)}){times}"


def prediction_numbers(line: HarmLine) -> str:
    """Where a new survey would be expected, in percent."""
    rate = line.rate
    if rate.prediction_low != rate.prediction_low:
        return "–"
    return f"{span(100 * rate.prediction_low, 100 * rate.prediction_high)} %"
