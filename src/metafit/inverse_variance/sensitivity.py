"""How much the answer hangs on single studies: leave-one-out, cumulative, influence, all subsets (GOSH).

Each is one batch for `pool`, with absent studies as NaN.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inputs import Given, Names, Values, take
from metafit.inverse_variance.layout import as_floats
from metafit.inverse_variance.pooling import pool
from metafit.inverse_variance.tau2 import FIXED
from metafit.results import Bools, Fit, Floats, Status


def _single(yi: Values, vi: npt.ArrayLike | None, names: Names | None) -> tuple[Floats, Floats, Given]:
    given = take(yi, vi, names=names)
    y, v = as_floats("yi", given.yi), as_floats("vi", given.vi)
    if y.ndim != 1 or y.shape != v.shape:
        raise StatsInputError("yi and vi: give one analysis: two arrays of the same length.")
    if given.names is not None and len(given.names) != y.size:
        raise StatsInputError(f"names: {len(given.names)} for {y.size} studies; give one for each.")
    return y, v, given


def _names(given: Given, k: int) -> tuple[str, ...]:
    return given.names if given.names is not None else tuple(f"study {i + 1}" for i in range(k))


def _sizes(size: npt.ArrayLike | None, used: Bools) -> Floats | None:
    """The harmonic mean of the sizes in each analysis, at which its pool goes back; None where no study has one."""
    if size is None:
        return None
    every = np.broadcast_to(np.asarray(size, dtype=np.float64), used.shape)
    with np.errstate(all="ignore"):
        harmonic: Floats = used.sum(axis=1) / np.where(used, 1.0 / every, 0.0).sum(axis=1)
    return harmonic


def _masked(y: Floats, v: Floats, keep: Bools, method: str, test: str | None, level: float) -> Fit:
    return pool(np.where(keep, y, np.nan), np.broadcast_to(v, keep.shape), method=method, test=test, level=level)


@asked
def leave_one_out(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    names: Names | None = None,
) -> Fit:
    """A batch of k fits; the i-th leaves study i out.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.
    names
        Names of the studies, (k,).

    Returns
    -------
    Fit
        As `pool` gives it, one analysis a leading index.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    y, v, given = _single(yi, vi, names)
    keep = ~np.eye(y.size, dtype=bool)
    fit = _masked(y, v, keep, method, test, level)
    labels = tuple(f"without {name}" for name in _names(given, y.size))
    sizes = _sizes(given.size, keep & np.isfinite(y) & np.isfinite(v))
    return dataclasses.replace(fit, measure=given.measure, labels=labels, sizes=sizes)


@asked
def cumulative(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    order: npt.ArrayLike | None = None,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    names: Names | None = None,
) -> Fit:
    """A batch of k fits; the i-th uses the first i + 1 studies, in the given order (values to sort by).

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    order
        Values (k,) to sort the studies by; None keeps their order.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.
    names
        Names of the studies, (k,).

    Returns
    -------
    Fit
        As `pool` gives it, one analysis a leading index.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    y, v, given = _single(yi, vi, names)
    ordered, size = _names(given, y.size), given.size
    if order is not None:
        rank = np.argsort(np.asarray(order), kind="stable")
        if rank.shape != y.shape:
            raise StatsInputError("order: give one value for each study.")
        y, v, ordered = y[rank], v[rank], tuple(ordered[i] for i in rank)
        size = None if size is None else np.asarray(size)[rank]
    keep = np.tri(y.size, dtype=bool)
    fit = _masked(y, v, keep, method, test, level)
    labels = tuple(f"{'+ ' if i else ''}{name}" for i, name in enumerate(ordered))
    sizes = _sizes(size, keep & np.isfinite(y) & np.isfinite(v))
    return dataclasses.replace(fit, measure=given.measure, labels=labels, sizes=sizes)


@dataclass(frozen=True, slots=True, repr=False)
class Influence(Shown):
    """Diagnostics for each study, arrays (k,), with metafor's names and its rule for `influential`.

    status: that of the fit of all studies, or NOT_ESTIMABLE where fewer than two studies leave nothing to take away.
    """

    status: Status

    rstudent: Floats
    dffits: Floats
    cook_d: Floats
    cov_r: Floats
    tau2_del: Floats
    qe_del: Floats
    hat: Floats
    weight: Floats
    dfbs: Floats
    influential: Bools
    names: tuple[str, ...] | None = None


@asked
def influence(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    method: str = "REML",
    test: str | None = None,
    names: Names | None = None,
) -> Influence:
    """Case diagnostics of a pooled mean (Viechtbauer & Cheung 2010); absent studies get NaN.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    names
        Names of the studies, (k,).

    Returns
    -------
    Influence
        One value a study of each measure, (k,).

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    y, v, given = _single(yi, vi, names)
    full = pool(y, v, method=method, test=test)
    without = leave_one_out(y, v, method=method, test=test)
    present = np.isfinite(y) & np.isfinite(v)
    k = int(present.sum())
    with np.errstate(all="ignore"):
        weight = 1.0 / (v + full.tau2)
        hat = weight / np.nansum(weight)
        shift = full.estimate - without.estimate
        tau2 = without.tau2
        scatter = tau2 + v
        # The variance factors of the deleted fits, which standardise dffits and dfbs.
        own = 1.0 / (v[None, :] + tau2[:, None])
        factor = np.ones_like(y)
        if full.test in ("knha", "adhoc"):
            own_del = np.where(np.eye(y.size, dtype=bool) | ~present, 0.0, own)
            factor = without.se**2 * own_del.sum(1)
        rstudent = (y - without.estimate) / np.sqrt(factor * scatter + without.se**2)
        total = np.where(present, own, 0.0).sum(1)
        dffits = shift / np.sqrt(factor * hat * scatter)
        dfbs = shift / np.sqrt(factor / total)
        cook_d = (shift / full.se) ** 2
        cov_r = (without.se / full.se) ** 2
    half = 0.45493642311957283  # median of a chi-square on 1 degree of freedom
    flagged = np.zeros_like(present)
    status = Status(int(full.status))
    if k > 1:
        flagged = (np.abs(dffits) > 3.0 * np.sqrt(1.0 / (k - 1.0))) | (cook_d > half) | (hat > 3.0 / k)
        flagged = (flagged | (np.abs(dfbs) > 1.0)) & present
    elif status == Status.SINGLE_STUDY:
        status = Status.NOT_ESTIMABLE

    def blank(x: Floats) -> Floats:
        return np.where(present, x, np.nan)

    return Influence(
        status,
        blank(rstudent),
        blank(dffits),
        blank(cook_d),
        blank(cov_r),
        blank(np.zeros_like(y) if method in FIXED else tau2),
        blank(without.heterogeneity.q),
        blank(hat),
        blank(100.0 * hat),
        blank(dfbs),
        flagged,
        _names(given, y.size),
    )


@dataclass(frozen=True, slots=True, repr=False)
class Gosh(Shown):
    """Fits of subsets of the studies: subsets (n, k) says which are in; fit is a batch (n,).

    complete: every non-empty subset is there.
    """

    subsets: Bools
    fit: Fit
    complete: bool


@asked
def gosh(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    most: int = 1 << 15,
    seed: int = 0,
    measure: str | None = None,
) -> Gosh:
    """Pool every subset of the studies (Olkin, Dahabreh & Trikalinos 2012), or `most` drawn at random.

    A drawn subset contains each study with probability 1/2, independently; the empty one is not drawn. The same seed
    gives the same subsets.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.
    most
        Most subsets; beyond it they are drawn at random.
    seed
        Of the drawing; the same seed gives the same subsets.
    measure
        Which effect, by metafor's name; it fixes the analysis scale.

    Returns
    -------
    Gosh
        The subsets and their fits, one a subset.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if most < 1:
        raise StatsInputError("most: take one subset or more.")
    y, v, given = _single(yi, vi, None)
    here = np.flatnonzero(np.isfinite(y) & np.isfinite(v))
    k = here.size
    if k == 0:
        raise StatsInputError("yi: there is no study to take subsets of.")
    complete = k < 63 and (1 << k) - 1 <= most
    if complete:
        chosen = (np.arange(1, 1 << k)[:, None] >> np.arange(k)) & 1 == 1
    else:
        chosen = np.random.default_rng(seed).random((most, k)) < 0.5
        empty = np.flatnonzero(~chosen.any(1))
        chosen[empty, empty % k] = True
    subsets = np.zeros((chosen.shape[0], y.size), dtype=bool)
    subsets[:, here] = chosen
    fit = dataclasses.replace(_masked(y, v, subsets, method, test, level), measure=measure or given.measure)
    return Gosh(subsets, fit, complete)
