"""The day a command is for; the one place of the command line that reads the clock."""

from __future__ import annotations

import datetime as dt

from deqi.errors import InputError


def day_of(written: str | None) -> dt.date:
    """The day written, or today.

    Raises:
        InputError: not a date.
    """
    if written is None:
        return dt.datetime.now().astimezone().date()
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        raise InputError(f"--as-of {written!r} is not a date; write it as 2026-11-24.") from None
