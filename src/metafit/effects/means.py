"""Effects from means and standard deviations, and means and standard deviations from what papers print.

Sources: Hedges 1981 for the exact correction; Bonett 2009 for SMDH; Nakagawa et al. 2015 for CVR and VR; Cochrane
Handbook 6.5.2 for change scores; medians: Wan et al. 2014 (doi:10.1186/1471-2288-14-135) for the standard deviation,
Luo et al. 2018, "Optimally estimating the sample mean from the sample size, median, mid-range, and/or mid-quartile
range", Stat Methods Med Res, for the mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, ndtri, stdtrit

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.effects.base import Effects, WarningKind, arrays, check_measure, finish
from metafit.levels import as_fraction
from metafit.results import Bools, Floats

MEANS = ("MD", "SMD", "SMDH", "ROM", "CVR", "VR")
CHANGES = ("MC", "SMCC", "SMCR")

LARGE_SMD = 3.0
PLAUSIBLE_SMD = 1.5
"""A difference beyond LARGE_SMD that would be within this were the "SD" a standard error is flagged as one."""
ARM_RATIO = 4.0

_MANY = 200.0


@asked
def hedges_factor(df: npt.ArrayLike) -> Floats:
    """Exact bias correction of a standardised difference on df degrees of freedom; NaN below 2.

    Parameters
    ----------
    df
        Degrees of freedom; None for the normal distribution.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.
    """
    m = np.asarray(df, dtype=np.float64)
    few, many = np.clip(m, 2.0, _MANY), np.maximum(m, _MANY)
    exact = np.exp(gammaln(few / 2) - 0.5 * np.log(few / 2) - gammaln((few - 1) / 2))
    # Differences of large log gammas lose digits: the series of gamma(x + 1/2) / gamma(x) does not.
    x = (many - 1) / 2
    series = 1 + (-1 / 8 + (1 / 128 + (5 / 1024 + (-21 / 32768 - 399 / 262144 / x) / x) / x) / x) / x
    factor = np.where(m <= _MANY, exact, np.sqrt(2 * x / many) * series)
    return np.where(m >= 2, factor, np.nan)


@asked
def mean_effects(
    measure: str,
    mean_t: npt.ArrayLike,
    sd_t: npt.ArrayLike,
    n_t: npt.ArrayLike,
    mean_c: npt.ArrayLike,
    sd_c: npt.ArrayLike,
    n_c: npt.ArrayLike,
) -> Effects:
    """MD, SMD (Hedges' g, exact correction, large-sample variance) or another contrast of two groups.

    Parameters
    ----------
    measure
        MD; SMD; SMDH (by the root of the mean of both variances, which need not be equal); ROM, CVR, VR (log ratio of
        means, of coefficients of variation, of standard deviations).
    mean_t, sd_t, n_t, mean_c, sd_c, n_c
        Of the treated and the control group; any shapes that broadcast.

    Returns
    -------
    Effects
        NaN where numbers cannot be, with warnings for spreads that look misread.
    """
    check_measure(measure, MEANS)
    m1, s1, n1, m2, s2, n2 = arrays(mean_t, sd_t, n_t, mean_c, sd_c, n_c)
    with np.errstate(all="ignore"):
        impossible = (s1 < 0) | (s2 < 0) | (n1 <= 0) | (n2 <= 0)
        pooled = np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / (n1 + n2 - 2))
        correction = hedges_factor(n1 + n2 - 2)
        g = correction * (m1 - m2) / pooled
        if measure == "MD":
            yi, vi = m1 - m2, s1**2 / n1 + s2**2 / n2
        elif measure == "SMD":
            yi, vi = g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))
        elif measure == "SMDH":
            yi, vi = _unequal_variances(m1 - m2, s1**2, s2**2, n1 - 1, n2 - 1)
        elif measure == "VR":
            yi = np.log(s1 / s2) + 1 / (2 * (n1 - 1)) - 1 / (2 * (n2 - 1))
            vi = 1 / (2 * (n1 - 1)) + 1 / (2 * (n2 - 1))
        else:
            impossible = impossible | (m1 * m2 <= 0)
            yi, vi = np.log(m1 / m2), s1**2 / (n1 * m1**2) + s2**2 / (n2 * m2**2)
            if measure == "CVR":
                yi = np.log(s1 / np.abs(m1)) - np.log(s2 / np.abs(m2)) + 1 / (2 * (n1 - 1)) - 1 / (2 * (n2 - 1))
                vi = vi + 1 / (2 * (n1 - 1)) + 1 / (2 * (n2 - 1))
        doubt = _doubt_sd(g, s1, s2, n1, n2)
    return finish(measure, yi, vi, impossible, *doubt)


def _unequal_variances(difference: Floats, v1: Floats, v2: Floats, df1: Floats, df2: Floats) -> tuple[Floats, Floats]:
    """SMDH and its variance (Bonett 2009, times the square of the correction, as metafor has it)."""
    both = v1 + v2
    correction = hedges_factor(df1 + df2)
    g = correction * difference / np.sqrt(both / 2)
    spread = g**2 * (v1**2 / df1 + v2**2 / df2) / (2 * both**2) + 2 * (v1 / df1 + v2 / df2) / both
    return g, correction**2 * spread


def _doubt_sd(g: Floats, s1: Floats, s2: Floats, n1: Floats, n2: Floats) -> list[tuple[WarningKind, Bools]]:
    """Is this spread believable? Rules of thumb, meant to make someone look at the paper again."""
    large = np.abs(g) > LARGE_SMD
    harmonic = 2.0 * n1 * n2 / (n1 + n2)
    like_se = large & (np.abs(g) / np.sqrt(harmonic) <= PLAUSIBLE_SMD)
    ratio = np.maximum(s1, s2) / np.minimum(s1, s2)
    # One arm printed as SD, the other as SE: they differ by about the root of the arm's size.
    small_n = np.where(s1 < s2, n1, n2)
    one_arm = (ratio >= ARM_RATIO) & (np.abs(np.log(ratio / np.sqrt(small_n))) < np.log(1.5))
    return [
        (WarningKind.LARGE_SMD, large),
        (WarningKind.SD_LOOKS_LIKE_SE, (like_se | one_arm) & (s1 > 0) & (s2 > 0)),
        (WarningKind.ARMS_DIFFER, (ratio >= ARM_RATIO) & (s1 > 0) & (s2 > 0)),
        (WarningKind.NO_SPREAD, (s1 == 0) | (s2 == 0)),
    ]


@asked
def change_effects(
    measure: str,
    mean_post: npt.ArrayLike,
    mean_pre: npt.ArrayLike,
    sd_pre: npt.ArrayLike,
    sd_post: npt.ArrayLike,
    n: npt.ArrayLike,
    correlation: npt.ArrayLike,
) -> Effects:
    """MC (post - pre), SMCC (by the SD of the change) or SMCR (by the SD before) of one group.

    correlation of before and after must be stated: there is no default, because none is right.

    Parameters
    ----------
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    mean_post
        Mean after.
    mean_pre
        Mean before.
    sd_pre
        Standard deviation before.
    sd_post
        Standard deviation after.
    n
        Number of people; any shape that broadcasts.
    correlation
        Correlation of the two measurements, from -1 to 1.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    check_measure(measure, CHANGES)
    m2, m1, s1, s2, size, r = arrays(mean_post, mean_pre, sd_pre, sd_post, n, correlation)
    with np.errstate(all="ignore"):
        impossible = (s1 < 0) | (s2 < 0) | (size <= 0) | (np.abs(r) > 1)
        change = m2 - m1
        variance = s1**2 + s2**2 - 2 * r * s1 * s2
        correction = hedges_factor(size - 1)
        if measure == "MC":
            yi, vi = change, variance / size
        elif measure == "SMCC":
            yi = correction * change / np.sqrt(variance)
            vi = 1 / size + yi**2 / (2 * size)
        else:
            yi = correction * change / s1
            vi = 2 * (1 - r) / size + yi**2 / (2 * size)
        large = np.abs(change / s1) > LARGE_SMD
        no_spread = (s1 == 0) | (s2 == 0)
    return finish(measure, yi, vi, impossible, (WarningKind.LARGE_SMD, large), (WarningKind.NO_SPREAD, no_spread))


@asked
def sd_of_change(sd_pre: npt.ArrayLike, sd_post: npt.ArrayLike, correlation: npt.ArrayLike) -> Floats:
    """SD of (post - pre) from the two SDs and their stated correlation.

    Parameters
    ----------
    sd_pre
        Standard deviation before.
    sd_post
        Standard deviation after.
    correlation
        Correlation of the two measurements, from -1 to 1.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    before, after, r = arrays(sd_pre, sd_post, correlation)
    with np.errstate(all="ignore"):
        r = np.where(np.abs(r) <= 1, r, np.nan)
        return np.sqrt(np.maximum(before**2 + after**2 - 2 * r * before * after, 0.0))


@asked
def sd_from_se(se: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
    """SD of a group from the standard error of its mean.

    Parameters
    ----------
    se
        Standard errors, of the shape of the effects.
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
    error, size = arrays(se, n)
    return error * np.sqrt(size)


@asked
def sd_from_interval(low: npt.ArrayLike, high: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> Floats:
    """SD of a group from the confidence interval of its mean, by t on n - 1 degrees of freedom.

    Parameters
    ----------
    low, high
        Limits of the interval.
    n
        Number of people; any shape that broadcasts.
    level
        Of the interval; 95 and 0.95 are the same.

    Returns
    -------
    Floats
        Array of float64; NaN where the limits are exchanged, and below two people.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.

    References
    ----------
    Cochrane Handbook 6.5.2.2.

    Examples
    --------
    >>> float(sd_from_interval(30.0, 34.2, 25).round(3))
    5.087
    """
    lower, upper, size = arrays(low, high, n)
    share = as_fraction(level)
    with np.errstate(all="ignore"):
        half = (upper - lower) / 2.0
        sd = np.sqrt(size) * half / stdtrit(size - 1.0, 0.5 + share / 2.0)
        return np.where((half >= 0) & (size >= 2), sd, np.nan)[()]


@dataclass(frozen=True, slots=True, repr=False)
class MeanSd(Shown):
    """Estimated mean and SD."""

    mean: Floats
    sd: Floats


@asked
def from_quartiles(q1: npt.ArrayLike, median: npt.ArrayLike, q3: npt.ArrayLike, n: npt.ArrayLike) -> MeanSd:
    """Mean (Luo 2018) and SD (Wan 2014) from median and quartiles; NaN where they are out of order.

    Parameters
    ----------
    q1
        Lower quartile.
    median
        Median.
    q3
        Upper quartile.
    n
        Number of people; any shape that broadcasts.

    Returns
    -------
    MeanSd
        mean and sd, of the shape of the arguments; NaN where numbers are out of order.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    low, middle, high, size = arrays(q1, median, q3, n)
    with np.errstate(all="ignore"):
        weight = 0.7 + 0.39 / size
        mean = weight * (low + high) / 2 + (1 - weight) * middle
        sd = (high - low) / (2 * ndtri((0.75 * size - 0.125) / (size + 0.25)))
        return _ordered(mean, sd, (low <= middle) & (middle <= high) & (size > 1))


@asked
def from_range(minimum: npt.ArrayLike, median: npt.ArrayLike, maximum: npt.ArrayLike, n: npt.ArrayLike) -> MeanSd:
    """Mean (Luo 2018) and SD (Wan 2014) from median and range.

    Parameters
    ----------
    minimum
        Smallest value.
    median
        Median.
    maximum
        Largest value.
    n
        Number of people; any shape that broadcasts.

    Returns
    -------
    MeanSd
        mean and sd, of the shape of the arguments; NaN where numbers are out of order.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    low, middle, high, size = arrays(minimum, median, maximum, n)
    with np.errstate(all="ignore"):
        weight = 4.0 / (4.0 + size**0.75)
        mean = weight * (low + high) / 2 + (1 - weight) * middle
        sd = (high - low) / (2 * ndtri((size - 0.375) / (size + 0.25)))
        return _ordered(mean, sd, (low <= middle) & (middle <= high) & (size > 1))


@asked
def from_five_numbers(
    minimum: npt.ArrayLike,
    q1: npt.ArrayLike,
    median: npt.ArrayLike,
    q3: npt.ArrayLike,
    maximum: npt.ArrayLike,
    n: npt.ArrayLike,
) -> MeanSd:
    """Mean (Luo 2018) and SD (Wan 2014) from the five-number summary.

    Parameters
    ----------
    minimum
        Smallest value.
    q1
        Lower quartile.
    median
        Median.
    q3
        Upper quartile.
    maximum
        Largest value.
    n
        Number of people; any shape that broadcasts.

    Returns
    -------
    MeanSd
        mean and sd, of the shape of the arguments; NaN where numbers are out of order.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    a, lower, middle, upper, b, size = arrays(minimum, q1, median, q3, maximum, n)
    with np.errstate(all="ignore"):
        w_range = 2.2 / (2.2 + size**0.75)
        w_quart = 0.7 - 0.72 / size**0.55
        mean = w_range * (a + b) / 2 + w_quart * (lower + upper) / 2 + (1 - w_range - w_quart) * middle
        sd = (b - a) / (4 * ndtri((size - 0.375) / (size + 0.25)))
        sd = sd + (upper - lower) / (4 * ndtri((0.75 * size - 0.125) / (size + 0.25)))
        order = (a <= lower) & (lower <= middle) & (middle <= upper) & (upper <= b)
        return _ordered(mean, sd, order & (size > 1))


def _ordered(mean: Floats, sd: Floats, fine: Bools) -> MeanSd:
    return MeanSd(np.where(fine, mean, np.nan), np.where(fine, sd, np.nan))
