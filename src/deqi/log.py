"""What a run did, for who keeps a server: names of steps, counts and times, and never a value of a person.

Silent unless the program that uses deqi sets up `logging` for the logger ``deqi``.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import PurePath

from deqi.plain import escaped

_LOGGER = logging.getLogger("deqi")
_LOGGER.addHandler(logging.NullHandler())
Value = int | float | bool
"""What an event may tell: numbers. Words are names that stand in the code, never in a record."""


def event(name: str, numbers: Mapping[str, Value], level: int = logging.INFO) -> None:
    """Log one event with its numbers, as one line of JSON.

    Raises:
        TypeError: something that is no number, and so might be a person's.
    """
    for key, value in numbers.items():
        if not isinstance(value, int | float):
            raise TypeError(f"{key}: only numbers are logged")
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, escaped(json.dumps({"event": name, **numbers})))


def fault(error: BaseException) -> None:
    """Log an error by its type and the places in the code that led to it: its message may quote a record."""
    if not _LOGGER.isEnabledFor(logging.ERROR):
        return
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{PurePath(code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    _LOGGER.error(json.dumps({"event": "fault", "type": type(error).__name__, "places": places}))
