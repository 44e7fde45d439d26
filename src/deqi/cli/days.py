"""The day a command is for; the one place of the command line that reads the clock."""

from __future__ import annotations

import datetime as dt

from deqi.errors import InputError

_EARLIEST, _LATEST = 1900, 2200
"""Years outside which a day is a mistake."""


def day_of(written: str | None) -> dt.date:
    """The day written, or today.

    Raises:
        InputError: not a date, or one of another age.
    """
    if written is None:
        return dt.datetime.now().astimezone().date()
    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        raise InputError(f"--as-of {written!r} is not a date; write it as 2026-11-24.") from None
    if not _EARLIEST <= day.year <= _LATEST:
        raise InputError(f"--as-of {written!r}: write a day of the years {_EARLIEST} to {_LATEST}.")
    return day
