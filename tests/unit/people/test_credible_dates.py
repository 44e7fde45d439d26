"""Slips in dates: before the person was born, an end before its own beginning."""

from __future__ import annotations

import pytest

from deqi.people.dates import ANY_DAY, DateRange, parse_date
from deqi.people.facts import Fact, with_credible_dates


def _date(text: str) -> DateRange | None:
    return parse_date(text) if text else None


@pytest.mark.parametrize(
    ("born", "start", "end", "recorded", "kept"),
    [
        ("1961-05-01", "1961-05-01", "2020", "2020-03-01", ("1961-05-01", "2020", "2020-03-01")),
        ("1961-05-01", "1950-01-01", "", "2026-11-01", (None, None, "2026-11-01")),
        ("1961", "1961-02", "", "", ("1961-02", None, None)),
        ("1961-05-01", "", "1900-01-01", "0026-11-20", (None, "any", None)),
        ("1961-05-01", "2026-10-01", "2016-10-05", "", ("2026-10-01", "any", None)),
        ("1961-05-01", "2026", "2026-03", "", ("2026", "2026-03", None)),
        ("", "1900-01-01", "", "", (None, None, None)),
        ("", "1931", "", "", ("1931", None, None)),
    ],
)
def test_a_slip_tells_nothing(born: str, start: str, end: str, recorded: str, kept: tuple[str | None, ...]) -> None:
    fact = Fact(kind="condition", start=_date(start), end=_date(end), recorded=_date(recorded))
    found = with_credible_dates(fact, _date(born))
    wanted = tuple(ANY_DAY if text == "any" else _date(text or "") for text in kept)
    assert (found.start, found.end, found.recorded) == wanted
