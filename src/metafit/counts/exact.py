"""Exact intervals for one proportion or one rate, and what 0 of n still allows.

Clopper and Pearson (1934), doi:10.2307/2331986, for proportions; Garwood (1936) for Poisson counts. Both hold at
least the stated level.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, gammaincinv

from metafit.asked import asked
from metafit.counts.data import Numbers
from metafit.errors import StatsInputError
from metafit.levels import as_fraction
from metafit.results import Floats, Interval


@asked
def exact_proportion(events: Numbers, total: Numbers, *, level: float = 0.95) -> Interval:
    """Clopper-Pearson interval; arrays of any one shape, as proportions. NaN where the counts cannot be.

    Parameters
    ----------
    events
        Number of events, whole and not negative; any shape that broadcasts.
    total
        Number of people; any shape that broadcasts.
    level
        Confidence level; 95 and 0.95 are the same.

    Returns
    -------
    Interval
        Lower and upper ends, of the shape of the arguments.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    y, n = _pair(events, total)
    ok = (n > 0) & (y >= 0) & (y <= n) & np.isfinite(n)
    y, n = np.where(ok, y, 0.0), np.where(ok, n, 1.0)
    tail = 0.5 * (1.0 - level)
    low = np.where(y > 0, betaincinv(np.where(y > 0, y, 1.0), n - y + 1.0, tail), 0.0)
    high = np.where(y < n, 1.0 - betaincinv(np.where(y < n, n - y, 1.0), y + 1.0, tail), 1.0)
    # 1 - x loses the digits of a small upper bound: take the other tail directly there
    direct = betaincinv(y + 1.0, np.where(y < n, n - y, 1.0), 1.0 - tail)
    high = np.where((y < n) & (direct < 0.5), direct, high)
    return Interval(np.where(ok, low, np.nan)[()], np.where(ok, high, np.nan)[()])


@asked
def exact_rate(events: Numbers, time: Numbers, *, level: float = 0.95) -> Interval:
    """Garwood interval of events per unit of time; arrays of any one shape. NaN where the counts cannot be.

    Parameters
    ----------
    events
        Number of events, whole and not negative; any shape that broadcasts.
    time
        Person-time in any unit; effects are per that unit.
    level
        Confidence level; 95 and 0.95 are the same.

    Returns
    -------
    Interval
        Lower and upper ends, of the shape of the arguments.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    y, t = _pair(events, time)
    ok = (t > 0) & (y >= 0) & np.isfinite(t) & np.isfinite(y)
    y, t = np.where(ok, y, 0.0), np.where(ok, t, 1.0)
    tail = 0.5 * (1.0 - level)
    low = np.where(y > 0, gammaincinv(np.where(y > 0, y, 1.0), tail), 0.0) / t
    high = gammaincinv(y + 1.0, 1.0 - tail) / t
    return Interval(np.where(ok, low, np.nan)[()], np.where(ok, high, np.nan)[()])


@asked
def zero_upper(total: Numbers, *, level: float = 0.95, sides: int = 1) -> Floats:
    """Highest risk that 0 events among `total` people still allow: 1 - (1 - level)^(1/n).

    sides=1: the one-sided exact bound at the level; sides=2: the upper end of the two-sided exact interval.

    Parameters
    ----------
    total
        Number of people; any shape that broadcasts.
    level
        Confidence level; 95 and 0.95 are the same.
    sides
        1 or 2: whether the level is one-sided.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    n, _ = _pair(total, total)
    if sides not in (1, 2):
        raise StatsInputError(f"sides must be 1 or 2, not {sides!r}")
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = -np.expm1(np.log((1.0 - level) / sides) / n)
    return np.where(n > 0, bound, np.nan)[()]


@asked
def rule_of_three(total: Numbers) -> Floats:
    """3/n: the round-number stand-in for `zero_upper(n)` at 95 %, one-sided; never above 1.

    Parameters
    ----------
    total
        Number of people; any shape that broadcasts.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.
    """
    n = np.asarray(total, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 0, np.minimum(3.0 / n, 1.0), np.nan)[()]


def _pair(a: Numbers, b: Numbers) -> tuple[Floats, Floats]:
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    try:
        x, y = np.broadcast_arrays(x, y)
    except ValueError:
        raise StatsInputError(f"events and totals must match, but have {x.shape} and {y.shape}") from None
    return x, y
