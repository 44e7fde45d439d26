"""Effects somebody else computed: from a standard error, an interval or a p value; and the way back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtri, stdtrit

from metafit.asked import asked
from metafit.effects.base import Effects, WarningKind, arrays, check_measure, finish
from metafit.errors import StatsInputError
from metafit.levels import as_fraction
from metafit.results import Floats

NATURAL = ("SMD", "SMDH", "MD", "RD", "PR", "IR", "IRD", "MC", "MN", "COR", "SMCC", "SMCR", "GEN")
LOGS = ("RR", "OR", "HR", "PETO", "ROM", "CVR", "VR", "PLN", "IRLN", "IRR", "MNLN")
OFF_CENTRE = 0.1
"""Share of the interval's width by which an estimate may miss the middle before a warning."""


def _quantile(tail: Floats, df: npt.ArrayLike | None) -> Floats:
    quantile: Floats = -ndtri(tail) if df is None else -stdtrit(np.asarray(df, dtype=np.float64), tail)
    return quantile


@asked
def se_effects(estimate: npt.ArrayLike, se: npt.ArrayLike, *, measure: str = "GEN") -> Effects:
    """From estimate and standard error, both on the analysis scale.

    Parameters
    ----------
    estimate
        Effects on the analysis scale; any shape.
    se
        Standard errors, of the shape of the effects.
    measure
        Which effect, by metafor's name; it fixes the analysis scale.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    y, error = arrays(estimate, se)
    with np.errstate(over="ignore", invalid="ignore"):
        return finish(measure, y, error**2, error < 0)


@asked
def interval_effects(
    estimate: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    level: float = 0.95,
    ratio: bool = False,
    df: npt.ArrayLike | None = None,
    measure: str = "GEN",
) -> Effects:
    """From an estimate and its confidence interval; ratio=True takes logs of all three first.

    df: degrees of freedom when the interval was made with t.

    Parameters
    ----------
    estimate
        Effect on the analysis scale, or ratios as printed where `ratio` is true; any shape.
    low
        Lower ends of the intervals, of the shape of the estimate.
    high
        Upper ends of the intervals, of the shape of the estimate.
    level
        Confidence level; 95 and 0.95 are the same.
    ratio
        Whether the numbers are ratios as printed, of which logarithms are taken.
    df
        Degrees of freedom; None for the normal distribution.
    measure
        Which effect, by metafor's name; it fixes the analysis scale.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    y, lower, upper = arrays(estimate, low, high)
    with np.errstate(all="ignore"):
        impossible = (lower > upper) | (y < lower) | (y > upper)
        if ratio:
            impossible = impossible | (lower <= 0)
            y, lower, upper = np.log(y), np.log(lower), np.log(upper)
        width = upper - lower
        se = width / (2.0 * _quantile(np.asarray((1.0 - level) / 2.0), df))
        vi = se**2
        off = np.abs(y - (lower + upper) / 2.0) > OFF_CENTRE * width
    doubts = (WarningKind.INTERVAL_NOT_CENTRED, off), (WarningKind.NO_SPREAD, (width == 0) & ~impossible)
    return finish(measure, y, vi, impossible, *doubts)


@asked
def p_value_effects(
    estimate: npt.ArrayLike,
    p: npt.ArrayLike,
    *,
    ratio: bool = False,
    df: npt.ArrayLike | None = None,
    measure: str = "GEN",
) -> Effects:
    """From an estimate and its exact two-sided p (not "< 0.05"); an estimate of no effect has no answer.

    Parameters
    ----------
    estimate
        Effect on the analysis scale, or ratios as printed where `ratio` is true; any shape.
    p
        Exact two-sided p values, between 0 and 1.
    ratio
        Whether the numbers are ratios as printed, of which logarithms are taken.
    df
        Degrees of freedom; None for the normal distribution.
    measure
        Which effect, by metafor's name; it fixes the analysis scale.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    y, prob = arrays(estimate, p)
    with np.errstate(all="ignore"):
        impossible = (prob <= 0) | (prob >= 1)
        if ratio:
            impossible = impossible | (y <= 0)
            y = np.log(y)
        se = np.abs(y) / _quantile(prob / 2.0, df)
        vi = se**2
        impossible = impossible | (y == 0)
    return finish(measure, y, vi, impossible)


@asked
def harmonic_mean(n: npt.ArrayLike, axis: int = -1) -> Floats:
    """Harmonic mean along an axis, ignoring NaN: the sample size at which a pooled PFT is turned back.

    Parameters
    ----------
    n
        Number of people; any shape that broadcasts.
    axis
        Axis along which to average.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.
    """
    sizes = np.atleast_1d(np.asarray(n, dtype=np.float64))
    if not -sizes.ndim <= axis < sizes.ndim:
        raise StatsInputError(f"axis: {axis} is no axis of an array of {sizes.ndim} dimensions.")
    here = ~np.isnan(sizes)
    inverse: Floats = np.where(here, 1.0 / sizes, 0.0).sum(axis)
    mean: Floats = here.sum(axis) / inverse
    return mean


@asked
def back_transform(measure: str, x: npt.ArrayLike, *, n: npt.ArrayLike | None = None) -> Floats:
    """Analysis scale to natural scale.

    Logs are exponentiated, PLO goes through the logistic function, ZCOR through tanh, PAS and IRS are squared, PFT
    (Miller 1978) and IRFT inverted exactly for sample size or person-time n: for a pooled value give `harmonic_mean` of
    the studies'. Measures already natural, and standardised differences, come back unchanged. NaN stays NaN.

    Parameters
    ----------
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    x
        Values on the analysis scale; any shape.
    n
        Number of people; any shape that broadcasts.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    y = np.asarray(x, dtype=np.float64)
    check_measure(measure, (*LOGS, "PLO", "PAS", "IRS", "ZCOR", "PFT", "IRFT", *NATURAL))
    if measure in LOGS:
        with np.errstate(over="ignore"):
            return np.exp(y)
    if measure == "PLO":
        logistic: Floats = expit(y)
        return logistic
    if measure == "ZCOR":
        return np.tanh(y)
    if measure == "PAS":
        return np.sin(np.clip(y, 0.0, np.pi / 2.0)) ** 2
    if measure == "IRS":
        return np.maximum(y, 0.0) ** 2
    if measure in NATURAL:
        return y
    if n is None:
        raise StatsInputError(f"n: {measure} is turned back with a sample size or person-time.")
    size = np.asarray(n, dtype=np.float64)
    if measure == "PFT":
        return _inverse_freeman_tukey(y, size)
    with np.errstate(all="ignore"):
        root = y - 1.0 / (4.0 * size * y)
    return np.where(np.isnan(y), np.nan, np.where(y > 0.0, np.maximum(root, 0.0), 0.0) ** 2)


def _inverse_freeman_tukey(y: Floats, n: Floats) -> Floats:
    """Miller 1978; values beyond what 0 of n and n of n give are 0 and 1."""
    lowest = 0.5 * np.arcsin(np.sqrt(1.0 / (n + 1.0)))
    highest = np.pi / 2.0 - lowest
    with np.errstate(all="ignore"):
        sine = np.sin(2.0 * y)
        inner = 1.0 - (sine + (sine - 1.0 / sine) / n) ** 2
        p = 0.5 * (1.0 - np.sign(np.cos(2.0 * y)) * np.sqrt(np.maximum(inner, 0.0)))
    p = np.where(y <= lowest, 0.0, np.where(y >= highest, 1.0, p))
    return np.where(np.isnan(y), np.nan, p)
