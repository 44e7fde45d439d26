"""Partial dates are ranges; instants order results but stay on their own day."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.people.dates import DateRange, aged, day, parse_date, span


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2019-03", "2019-03-01", "2019-03-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-03-09", "2019-03-09", "2019-03-09"),
        ("2026-11-24T23:30:00-05:00", "2026-11-24", "2026-11-24"),
        ("2026-11-24T23:30:00.123Z", "2026-11-24", "2026-11-24"),
    ],
)
def test_a_date_is_the_days_it_may_mean(text, earliest, latest):
    found = parse_date(text)
    assert (found.earliest.isoformat(), found.latest.isoformat()) == (earliest, latest)


@pytest.mark.parametrize(
    "text", ["", "19", "2019-13", "2019-02-30", "2019-3-1", "0000", "yesterday", "2019-03-09 10:00:00"]
)
def test_what_is_no_date_is_none(text):
    assert parse_date(text) is None


def test_an_instant_is_kept_in_utc_for_ordering():
    assert parse_date("2026-11-24T10:00:00-05:00").instant.isoformat() == "2026-11-24T15:00:00"
    assert parse_date("2026-11-24T10:00:00").instant is None


def test_results_of_one_day_are_ordered_by_their_instants():
    morning_there = parse_date("2026-11-24T10:00:00-05:00")
    earlier_by_clock = parse_date("2026-11-24T14:00:00Z")
    assert earlier_by_clock.before(morning_there)
    assert not morning_there.before(earlier_by_clock)


def test_what_cannot_be_told_apart_is_not_before():
    timed, untimed = parse_date("2026-11-24T10:00:00Z"), day(dt.date(2026, 11, 24))
    assert not timed.before(untimed)
    assert not untimed.before(timed)
    assert not parse_date("2026").before(untimed)


def test_the_last_day_of_the_calendar_does_not_overflow():
    assert parse_date("9999-12-31T23:59:59-12:00") is None
    assert parse_date("9999").latest == dt.date.max


def test_a_span_runs_from_the_first_to_the_last_day():
    assert span(parse_date("2020"), parse_date("2021-02")) == DateRange(dt.date(2020, 1, 1), dt.date(2021, 2, 28))
    assert span(None, parse_date("2021")) == parse_date("2021")


@given(st.integers(0, 120), st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 1, 1)))
@settings(deadline=None)
def test_an_age_gives_exactly_the_births_that_have_it(years, on):
    def completed(birth):
        return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))

    born = aged(years, on)
    assert completed(born.latest) == years or (on.month, on.day) == (2, 29)
    assert completed(born.earliest) == years
    assert completed(born.earliest - dt.timedelta(days=1)) == years + 1


@given(st.text(max_size=45))
@settings(deadline=None)
def test_no_text_breaks_the_parser(text):
    found = parse_date(text)
    assert found is None or found.earliest <= found.latest
