"""The day a request is for."""

from __future__ import annotations

import datetime as dt

from deqi.api.types import InputError
from deqi.web.site.pages import words

EARLIEST, LATEST = 1900, 2200
"""Years outside which a day is a mistake."""


def today() -> dt.date:
    """The day of this machine."""
    return dt.datetime.now().astimezone().date()


def day_of(written: dt.date | None) -> dt.date:
    """The day written, or today.

    Raises
    ------
    InputError
        A day of another age.
    """
    if written is None:
        return today()
    if not EARLIEST <= written.year <= LATEST:
        raise InputError(words("api.fault.age", {"earliest": EARLIEST, "latest": LATEST}))
    return written
