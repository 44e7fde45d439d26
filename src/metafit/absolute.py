"""From a relative or standardised effect to people: events per 100, number needed to treat, responders.

Every function takes a risk the caller names (a trial's control arm); none invents one. Arrays broadcast. The
intervals carry the uncertainty of the effect only, not of that risk (Cochrane Handbook 5.1, 12.5.4.5). NNT with an
interval across no effect: Altman (1998), doi:10.1136/bmj.317.7168.1309. Continuous outcomes to responders:
Furukawa and Leucht (2011), doi:10.1371/journal.pone.0019070; da Costa et al. (2012), doi:10.1093/ije/dys124.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr, ndtri

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.results import Bools, Floats
from metafit.text import say

Numbers = npt.ArrayLike
Measure = Literal["RR", "OR", "RD", "SMD"]
MEASURES: Final = ("RR", "OR", "RD", "SMD")


class Assumption(Enum):
    """What had to be taken for granted; to be shown beside the number."""

    NONE = say("assumption.none")
    NORMAL = say("assumption.normal")
    LOGISTIC = say("assumption.logistic")
    GROUP_BASELINE = say("assumption.group-baseline")


@dataclass(frozen=True, slots=True, repr=False)
class Nnt(Shown):
    """Number needed to treat, for one more person who benefits or (benefit False) is harmed.

    value: at the estimate; infinite at no difference. best and worst: at the ends of the interval, each with the
    direction it is in (best_benefit, worst_benefit). crosses: the interval runs from NNTB best through infinity to
    NNTH worst, so it must not be read as "from best to worst".
    """

    value: Floats
    benefit: Bools
    best: Floats
    best_benefit: Bools
    worst: Floats
    worst_benefit: Bools
    crosses: Bools


@dataclass(frozen=True, slots=True, repr=False)
class Absolute(Shown):
    """People per `per` with the event, without and with treatment; difference is treated minus control.

    low and high are the ends of the interval in the order of the numbers. NaN where the baseline or the effect is
    impossible (a risk outside 0 to 1).
    """

    per: float
    control: Floats
    treated: Floats
    treated_low: Floats
    treated_high: Floats
    difference: Floats
    difference_low: Floats
    difference_high: Floats
    assumption: Assumption


@asked
def absolute_effect(
    measure: Measure,
    estimate: Numbers,
    low: Numbers,
    high: Numbers,
    *,
    baseline: Numbers,
    per: float = 100.0,
    smd: Literal["normal", "logistic"] = "normal",
) -> Absolute:
    """Events per `per` people at a baseline risk.

    estimate, low, high: on the analysis scale (log for RR and OR). baseline: the risk without treatment, 0 to 1.
    SMD: positive means the event (being above the cut that `baseline` of the untreated pass) becomes commoner; turn
    the sign of a scale on which lower is better. Raises StatsInputError for an unknown measure.

    Parameters
    ----------
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    estimate
        Effect on the analysis scale; any shape.
    low
        Lower ends of the intervals, of the shape of the estimate.
    high
        Upper ends of the intervals, of the shape of the estimate.
    baseline
        Risk without treatment, a proportion from 0 to 1.
    per
        How many people the answer is for, for example 100 or 1,000.
    smd
        How scores are distributed, for SMD: normal or logistic.

    Returns
    -------
    Absolute
        Events with and without treatment, with intervals and what was assumed.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if measure not in MEASURES:
        raise StatsInputError(f"measure: {measure!r} is not one of {', '.join(MEASURES)}.")
    if smd not in ("normal", "logistic"):
        raise StatsInputError(f"smd: {smd!r} is not one of normal, logistic.")
    if not (per > 0 and np.isfinite(per)):
        raise StatsInputError(f"per: {per!r} must be a positive number, for example 100.")
    e, a, b, p = _same_shape(estimate, low, high, baseline)
    a, b = np.minimum(a, b), np.maximum(a, b)
    certain = measure in ("RR", "RD")
    p = np.where((p >= 0) & (p <= 1) if certain else (p > 0) & (p < 1), p, np.nan)
    treated = _move(measure, e, p, smd)
    treated = np.where((treated >= 0) & (treated <= 1), treated, np.nan)
    there = np.isfinite(treated)
    ends = [np.where(there, np.clip(_move(measure, x, p, smd), 0.0, 1.0), np.nan) for x in (a, b)]
    if measure == "SMD":
        assumption = Assumption.NORMAL if smd == "normal" else Assumption.LOGISTIC
    else:
        assumption = Assumption.NONE
    return _absolute(p, treated, ends[0], ends[1], per, assumption)


@asked
def responders(
    baseline_mean: Numbers,
    end_mean_control: Numbers,
    end_sd: Numbers,
    difference: Numbers,
    low: Numbers,
    high: Numbers,
    *,
    fraction: float = 0.3,
    per: float = 100.0,
) -> Absolute:
    """People per `per` whose score fell by at least `fraction` of where they started (lower is better).

    baseline_mean: mean score before; end_mean_control, end_sd: after, in the control arm; difference, low, high:
    treated minus control after, in the same units (negative is better). The share of a normal distribution below
    (1 - fraction) times the mean baseline: Furukawa et al. (2005), Int Clin Psychopharmacol 20:49-52. 30 % less pain
    is a moderately important improvement in Dworkin et al. (2008), doi:10.1016/j.jpain.2007.09.005.

    Parameters
    ----------
    baseline_mean
        Mean score at the start.
    end_mean_control
        Mean score of the control arm at the end.
    end_sd
        Standard deviation at the end, the same in both arms.
    difference
        Difference, treated minus control.
    low
        Lower ends of the intervals, of the shape of the estimate.
    high
        Upper ends of the intervals, of the shape of the estimate.
    fraction
        Share of the start by which a score must fall, 0 to 1.
    per
        How many people the answer is for, for example 100 or 1,000.

    Returns
    -------
    Absolute
        Events with and without treatment, with intervals and what was assumed.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if not 0 < fraction < 1:
        raise StatsInputError(f"fraction: {fraction!r} must lie between 0 and 1, for example 0.3.")
    if not (per > 0 and np.isfinite(per)):
        raise StatsInputError(f"per: {per!r} must be a positive number, for example 100.")
    start, end, sd, d, a, b = _same_shape(baseline_mean, end_mean_control, end_sd, difference, low, high)
    a, b = np.minimum(a, b), np.maximum(a, b)
    ok = (sd > 0) & (start > 0)
    sd = np.where(ok, sd, 1.0)
    cut = (1.0 - fraction) * start
    share = [np.where(ok, ndtr((cut - end - shift) / sd), np.nan) for shift in (0.0, d, b, a)]
    return _absolute(share[0], share[1], share[2], share[3], per, Assumption.GROUP_BASELINE)


@asked
def number_needed(difference: Numbers, low: Numbers, high: Numbers, *, event: Literal["good", "bad"]) -> Nnt:
    """Number needed to treat from a difference in risk, treated minus control, as proportions (-1 to 1).

    event: whether the event is one to want ("good": more of it is benefit) or to avoid ("bad").

    Parameters
    ----------
    difference
        Difference, treated minus control.
    low
        Lower ends of the intervals, of the shape of the estimate.
    high
        Upper ends of the intervals, of the shape of the estimate.
    event
        good: more of it is benefit; bad: less of it is.

    Returns
    -------
    Nnt
        Number needed, with direction, and its interval.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if event not in ("good", "bad"):
        raise StatsInputError(f"event: {event!r} is not one of good, bad.")
    d, a, b = _same_shape(difference, low, high)
    sign = 1.0 if event == "good" else -1.0
    gain = sign * d
    ends = np.sort(np.stack([sign * a, sign * b]), axis=0)
    worst, best = ends[0], ends[1]
    with np.errstate(divide="ignore"):
        values = [np.where(np.abs(x) <= 1.0, 1.0 / np.abs(x), np.nan) for x in (gain, best, worst)]
    return Nnt(
        value=values[0][()],
        benefit=(gain > 0)[()],
        best=values[1][()],
        best_benefit=(best > 0)[()],
        worst=values[2][()],
        worst_benefit=(worst > 0)[()],
        crosses=((worst < 0) & (best > 0))[()],
    )


class _LogOdds(NamedTuple):
    log_odds: Floats
    se: Floats | None


class LogOdds(Shown, _LogOdds):
    """Log odds ratio and its standard error, as a pair; None where there is no standard error."""

    __slots__ = ()


@asked
def smd_to_log_odds(smd: Numbers, se: Numbers | None = None) -> LogOdds:
    """Log odds ratio, and its standard error, of a standardised mean difference: times pi / sqrt(3).

    Assumes logistic scores with one spread: Chinn (2000),
    doi:10.1002/1097-0258(20001130)19:22<3127::aid-sim784>3.0.co;2-m.

    Parameters
    ----------
    smd
        Standardised mean difference (treated minus control).
    se
        Standard errors, of the shape of the effects.

    Returns
    -------
    LogOdds
        Log odds ratio, and its standard error where `se` was given.
    """
    factor = np.pi / np.sqrt(3.0)
    moved = None if se is None else (np.asarray(se, dtype=np.float64) * factor)[()]
    return LogOdds((np.asarray(smd, dtype=np.float64) * factor)[()], moved)


def _move(measure: str, effect: Floats, p: Floats, smd: str) -> Floats:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if measure == "RR":
            moved = p * np.exp(effect)
        elif measure == "RD":
            moved = p + effect
        elif measure == "OR":
            moved = expit(logit(p) + effect)
        elif smd == "logistic":
            moved = expit(logit(p) + effect * np.pi / np.sqrt(3.0))
        else:
            moved = ndtr(ndtri(p) + effect)
    answer: Floats = np.asarray(moved)
    return answer


def _absolute(p: Floats, treated: Floats, low: Floats, high: Floats, per: float, assumption: Assumption) -> Absolute:
    def scale(x: Floats) -> Floats:
        scaled: Floats = (per * x)[()]
        return scaled

    return Absolute(
        per=per,
        control=scale(p),
        treated=scale(treated),
        treated_low=scale(low),
        treated_high=scale(high),
        difference=scale(treated - p),
        difference_low=scale(low - p),
        difference_high=scale(high - p),
        assumption=assumption,
    )


def _same_shape(*values: Numbers) -> tuple[Floats, ...]:
    try:
        return tuple(np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in values)))
    except ValueError as error:
        raise StatsInputError(f"the numbers do not have the same shape: {error}") from error
