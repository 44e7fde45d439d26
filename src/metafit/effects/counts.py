"""Effects from events: two-by-two tables, proportions, person-time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.effects.base import AddTo, Effects, WarningKind, added, arrays, check_measure, finish
from metafit.results import Bools, Floats

BINARY = ("RR", "OR", "RD", "PETO", "AS")
PROPORTION = ("PR", "PLN", "PLO", "PAS", "PFT")
TWO_RATES = ("IRR", "IRD", "IRSD")
ONE_RATE = ("IR", "IRLN", "IRS", "IRFT")


#: Defined without a constant, so none is ever added.
_NEVER = ("AS", "PAS", "PFT", "IRSD", "IRS", "IRFT")


def _constant(measure: str, add: float | None) -> float:
    """1/2 unless said otherwise. Peto's method exists to need none and gets one only on request (escalc adds it)."""
    if measure in _NEVER:
        return 0.0
    if add is None:
        return 0.0 if measure == "PETO" else 0.5
    return add


def _zero_flag(has_zero: Bools, constant: Floats) -> tuple[WarningKind, Bools]:
    return WarningKind.ZERO_CELLS_ADJUSTED, has_zero & (constant > 0)


def _not_whole(*counts: Floats) -> tuple[WarningKind, Bools]:
    with np.errstate(invalid="ignore"):
        return WarningKind.NOT_WHOLE, np.any([np.isfinite(one) & (one != np.floor(one)) for one in counts], axis=0)


@asked
def binary_effects(
    measure: str,
    events_t: npt.ArrayLike,
    total_t: npt.ArrayLike,
    events_c: npt.ArrayLike,
    total_c: npt.ArrayLike,
    *,
    add: float | None = None,
    to: AddTo = "only0",
    drop_no_events: bool = False,
) -> Effects:
    """RR, OR (log), RD, PETO (log odds ratio, one-step) or AS from two arms.

    add (1/2; for PETO 0) is added to all four cells of the tables `to` names; AS takes no constant.
    drop_no_events leaves out tables in which nobody, or everybody, in both arms had the event.

    Parameters
    ----------
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    events_t
        Events in the treated arm, whole; any shapes that broadcast.
    total_t
        People in the treated arm.
    events_c
        Events in the control arm.
    total_c
        People in the control arm.
    add
        Constant for tables with an empty cell; None is 1/2, and 0 where the measure needs none.
    to
        Tables that get the constant: only0, all or none.
    drop_no_events
        Leave out tables in which nobody, or everybody, had the event.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    check_measure(measure, BINARY)
    x1, m1, x2, m2 = arrays(events_t, total_t, events_c, total_c)
    with np.errstate(all="ignore"):
        impossible = (x1 < 0) | (x2 < 0) | (x1 > m1) | (x2 > m2) | (m1 <= 0) | (m2 <= 0)
        has_zero = (x1 == 0) | (x2 == 0) | (x1 == m1) | (x2 == m2)
        uninformative = ((x1 == 0) & (x2 == 0)) | ((x1 == m1) & (x2 == m2))
        constant = added(has_zero, _constant(measure, add), to)
        a, b, c, d = x1 + constant, m1 - x1 + constant, x2 + constant, m2 - x2 + constant
        n1, n2 = a + b, c + d
        if measure == "RR":
            yi, vi = np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
        elif measure == "OR":
            yi, vi = np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d
        elif measure == "RD":
            yi, vi = a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
        elif measure == "PETO":
            total, events = n1 + n2, a + c
            information = events * (b + d) * (n1 / total) * (n2 / total) / (total - 1)
            yi, vi = (a - events * n1 / total) / information, 1 / information
        else:
            yi = np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2))
            vi = 1 / (4 * n1) + 1 / (4 * n2)
    if drop_no_events:
        yi = np.where(uninformative, np.nan, yi)
    return finish(
        measure,
        yi,
        vi,
        impossible,
        _zero_flag(has_zero, constant),
        (WarningKind.NO_EVENTS, uninformative),
        _not_whole(x1, m1, x2, m2),
    )


@asked
def proportion_effects(
    measure: str, events: npt.ArrayLike, total: npt.ArrayLike, *, add: float | None = None, to: AddTo = "only0"
) -> Effects:
    """PR (raw), PLN (log), PLO (logit), PAS (arcsine of the root) or PFT (Freeman-Tukey) of one group.

    Parameters
    ----------
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    events
        Number of events, whole and not negative; any shape that broadcasts.
    total
        Number of people; any shape that broadcasts.
    add
        Constant for tables with an empty cell; None is 1/2, and 0 where the measure needs none.
    to
        Tables that get the constant: only0, all or none.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    check_measure(measure, PROPORTION)
    x, n = arrays(events, total)
    with np.errstate(all="ignore"):
        impossible = (x < 0) | (x > n) | (n <= 0)
        has_zero = (x == 0) | (x == n)
        constant = added(has_zero, _constant(measure, add), to)
        a, b = x + constant, n - x + constant
        m = a + b
        if measure == "PR":
            yi, vi = a / m, a * b / m**3
        elif measure == "PLN":
            yi, vi = np.log(a / m), 1 / a - 1 / m
        elif measure == "PLO":
            yi, vi = np.log(a / b), 1 / a + 1 / b
        elif measure == "PAS":
            yi, vi = np.arcsin(np.sqrt(a / m)), 1 / (4 * m)
        else:
            yi = 0.5 * (np.arcsin(np.sqrt(a / (m + 1))) + np.arcsin(np.sqrt((a + 1) / (m + 1))))
            vi = 1 / (4 * m + 2)
    size = n if measure == "PFT" else None
    return finish(measure, yi, vi, impossible, _zero_flag(has_zero, constant), _not_whole(x, n), size=size)


@asked
def rate_effects(
    measure: str,
    events_t: npt.ArrayLike,
    time_t: npt.ArrayLike,
    events_c: npt.ArrayLike,
    time_c: npt.ArrayLike,
    *,
    add: float | None = None,
    to: AddTo = "only0",
) -> Effects:
    """IRR (log), IRD or IRSD (difference of square roots) from events and person-time in two arms.

    Parameters
    ----------
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    events_t
        Events in the treated arm, whole; any shapes that broadcast.
    time_t
        Person-time in the treated arm, in any unit.
    events_c
        Events in the control arm.
    time_c
        Person-time in the control arm, in the same unit.
    add
        Constant for tables with an empty cell; None is 1/2, and 0 where the measure needs none.
    to
        Tables that get the constant: only0, all or none.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    check_measure(measure, TWO_RATES)
    x1, t1, x2, t2 = arrays(events_t, time_t, events_c, time_c)
    with np.errstate(all="ignore"):
        impossible = (x1 < 0) | (x2 < 0) | (t1 <= 0) | (t2 <= 0)
        has_zero = (x1 == 0) | (x2 == 0)
        constant = added(has_zero, _constant(measure, add), to)
        a, c = x1 + constant, x2 + constant
        if measure == "IRR":
            yi, vi = np.log(a / t1) - np.log(c / t2), 1 / a + 1 / c
        elif measure == "IRD":
            yi, vi = a / t1 - c / t2, a / t1**2 + c / t2**2
        else:
            yi, vi = np.sqrt(a / t1) - np.sqrt(c / t2), 1 / (4 * t1) + 1 / (4 * t2)
    return finish(
        measure,
        yi,
        vi,
        impossible,
        _zero_flag(has_zero, constant),
        (WarningKind.NO_EVENTS, (x1 == 0) & (x2 == 0)),
        _not_whole(x1, x2),
    )


@asked
def single_rate_effects(
    measure: str, events: npt.ArrayLike, time: npt.ArrayLike, *, add: float | None = None, to: AddTo = "only0"
) -> Effects:
    """IR (raw), IRLN (log), IRS (square root) or IRFT (Freeman-Tukey) of events in person-time.

    Parameters
    ----------
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    events
        Number of events, whole and not negative; any shape that broadcasts.
    time
        Person-time in any unit; effects are per that unit.
    add
        Constant for tables with an empty cell; None is 1/2, and 0 where the measure needs none.
    to
        Tables that get the constant: only0, all or none.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    check_measure(measure, ONE_RATE)
    x, t = arrays(events, time)
    with np.errstate(all="ignore"):
        impossible = (x < 0) | (t <= 0)
        constant = added(x == 0, _constant(measure, add), to)
        a = x + constant
        if measure == "IR":
            yi, vi = a / t, a / t**2
        elif measure == "IRLN":
            yi, vi = np.log(a / t), 1 / a
        elif measure == "IRS":
            yi, vi = np.sqrt(a / t), 1 / (4 * t)
        else:
            yi, vi = 0.5 * (np.sqrt(a / t) + np.sqrt((a + 1) / t)), 1 / (4 * t)
    size = t if measure == "IRFT" else None
    return finish(measure, yi, vi, impossible, _zero_flag(x == 0, constant), _not_whole(x), size=size)
