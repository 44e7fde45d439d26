"""One convention for confidence levels, everywhere: metafor's."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from metafit.errors import StatsInputError


class Level(float):
    """A level that was understood already: 0.2 of `as_fraction(20)` does not become 0.8 when it is passed on."""

    __slots__ = ()


def as_fraction(level: float) -> float:
    """A confidence level as a fraction, whichever way it was written.

    Parameters
    ----------
    level
        95 and 0.95 are the same level, and so is 0.05 (an error rate): as `level` of metafor, numbers from 1 on are
        percent, and fractions up to one half are what lies outside.

    Returns
    -------
    float
        The share inside, between 0 and 1.

    Raises
    ------
    StatsInputError
        Not between 0 and 100.

    Examples
    --------
    >>> as_fraction(95), as_fraction(0.95), as_fraction(0.05)
    (0.95, 0.95, 0.95)
    """
    given: Any = level
    if isinstance(given, Level):
        return given
    if isinstance(given, (bool, np.bool_)) or not isinstance(given, (Real, str)):
        raise StatsInputError(f"level: give a number, not a {type(given).__name__}; write 95 or 0.95.")
    try:
        value = float(given)
    except (ValueError, OverflowError):
        value = float("nan")
    if not 0.0 < value < 100.0:
        raise StatsInputError(f"level: {level!r} must lie between 0 and 100; write 95 or 0.95.")
    if value >= 1.0:
        return Level(value / 100.0)
    return Level(value if value > 0.5 else 1.0 - value)
