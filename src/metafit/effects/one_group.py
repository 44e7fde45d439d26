"""Effects of one group that are no change and no count: its mean, and the correlation of two of its measurements."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.effects.base import Effects, WarningKind, arrays, check_measure, finish

ONE_MEAN = ("MN", "MNLN")
CORRELATIONS = ("COR", "ZCOR")


@asked
def one_mean_effects(measure: str, mean: npt.ArrayLike, sd: npt.ArrayLike, n: npt.ArrayLike) -> Effects:
    """MN (the mean itself) or MNLN (its logarithm, for means above 0) of one group.

    Parameters
    ----------
    measure
        MN or MNLN.
    mean, sd, n
        Of each study, any shapes that broadcast.

    Returns
    -------
    Effects
        NaN where a number is impossible (a negative SD, no people, a mean not above 0 for MNLN).
    """
    check_measure(measure, ONE_MEAN)
    m, s, size = arrays(mean, sd, n)
    with np.errstate(all="ignore"):
        impossible = (s < 0) | (size <= 0)
        if measure == "MN":
            yi, vi = m.copy(), s**2 / size
        else:
            impossible = impossible | (m <= 0)
            yi, vi = np.log(m), s**2 / (size * m**2)
    return finish(measure, yi, vi, impossible, (WarningKind.NO_SPREAD, s == 0))


@asked
def correlation_effects(measure: str, correlation: npt.ArrayLike, n: npt.ArrayLike) -> Effects:
    """COR (the correlation itself) or ZCOR (Fisher's r-to-z) from correlations of n people.

    COR has the large-sample variance (1 - r^2)^2 / (n - 1); ZCOR has 1 / (n - 3). A pool of ZCOR goes back with
    `back_transform("ZCOR", ...)`.

    Parameters
    ----------
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    correlation
        Correlation of the two measurements, from -1 to 1.
    n
        Number of people; any shape that broadcasts.

    Returns
    -------
    Effects
        Effects yi and variances vi with warnings about rows; NaN where numbers cannot be.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    check_measure(measure, CORRELATIONS)
    r, size = arrays(correlation, n)
    with np.errstate(all="ignore"):
        impossible = (np.abs(r) > 1) | (size <= 0)
        if measure == "COR":
            yi, vi = r.copy(), (1 - r**2) ** 2 / (size - 1)
        else:
            yi, vi = np.arctanh(r), 1 / (size - 3)
            impossible = impossible | (size <= 3)
    return finish(measure, yi, vi, impossible)
