"""Dates as people record them: a year, a month, a day or an instant, each kept as the days it may mean."""

from __future__ import annotations

import calendar
import datetime as dt
import re

import msgspec

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


class DateRange(msgspec.Struct, frozen=True, gc=False):
    """The days a recorded date may mean, both included.

    ``earliest`` and ``latest`` are calendar days where the fact was recorded (the offset of an instant is not applied
    to them: an evening result stays on its own day). ``instant`` is UTC without a zone, and there only when a time of
    day and an offset were recorded; it orders results of one day.
    """

    earliest: dt.date
    latest: dt.date
    instant: dt.datetime | None = None

    @property
    def exact(self) -> bool:
        """One day only."""
        return self.earliest == self.latest

    def on_or_before(self, as_of: dt.date) -> bool:
        """Whether it may lie on the day or before it; an instant by the end of the day in UTC."""
        return (self.earliest if self.instant is None else self.instant.date()) <= as_of

    def before(self, other: DateRange) -> bool:
        """Certainly earlier than ``other``; two times that cannot be told apart are not."""
        if self.instant is not None and other.instant is not None:
            return self.instant < other.instant
        return self.latest < other.earliest


ANY_DAY = DateRange(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
"""A day of which nothing is known."""
FIRST_DAY = dt.date(1900, 1, 2)
"""The first day of which a date may tell: 1 January 1900 stands for no date in many systems."""


def day(date: dt.date) -> DateRange:
    """The range of one day."""
    return DateRange(date, date)


def parse_date(text: str) -> DateRange | None:
    """A FHIR date, dateTime or instant as a range; None when it is none of these.

    ``2019`` is 2019-01-01 to 2019-12-31, ``2019-03`` the days of that month.
    """
    if len(text) > 10:
        return _instant(text)
    found = _PARTIAL.fullmatch(text)
    if found is None:
        return None
    year, month, date = int(found[1]), found[2], found[3]
    try:
        if date:
            one = dt.date(year, int(month), int(date))
            return DateRange(one, one)
        if month:
            return DateRange(dt.date(year, int(month), 1), dt.date(year, int(month), _last(year, int(month))))
        return DateRange(dt.date(year, 1, 1), dt.date(year, 12, 31))
    except ValueError:
        return None


def _last(year: int, month: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError
    return calendar.monthrange(year, month)[1]


def _instant(text: str) -> DateRange | None:
    if text[10] != "T" or len(text) > 40:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
        local = moment.date()
        if moment.tzinfo is None:
            return DateRange(local, local)
        return DateRange(local, local, (moment - (moment.utcoffset() or dt.timedelta())).replace(tzinfo=None))
    except (ValueError, OverflowError):
        return None


def span(start: DateRange | None, end: DateRange | None) -> DateRange | None:
    """From the earliest day of ``start`` to the latest day of ``end``, for something that lay between the two."""
    if start is None or end is None:
        return start or end
    first, last = min(start.earliest, end.earliest), max(start.latest, end.latest)
    return DateRange(first, last, end.instant if first == last else None)


def aged(years: int, on: dt.date) -> DateRange:
    """The birth dates of somebody of so many completed years on a day.

    Raises:
        ValueError: the years reach before the calendar begins.
    """
    latest = _back(on, years)
    return DateRange(_back(on, years + 1) + dt.timedelta(days=1), latest)


def _back(on: dt.date, years: int) -> dt.date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)
