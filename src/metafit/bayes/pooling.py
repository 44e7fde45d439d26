"""`bayes_pool`: random-effects meta-analysis with a prior on the heterogeneity, by direct integration.

The normal-normal hierarchical model: y_i ~ N(theta_i, v_i), theta_i ~ N(mu, tau^2). Given tau everything is normal, so
each posterior is a mixture of normals over tau (Roever 2020, doi:10.18637/jss.v093.i06) and nothing is sampled.
With few studies the likelihood hardly speaks of tau: the prior matters, and is part of every result.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.bayes.grid import TauCurve, TauPosterior, integrate, normal_precision
from metafit.bayes.priors import NormalPrior, TauPrior
from metafit.bayes.shape import Distribution, Mixture, mode, shortest
from metafit.display.shown import Shown
from metafit.inputs import Values, take
from metafit.inverse_variance.layout import as_batch
from metafit.levels import as_fraction
from metafit.results import Bools, Floats, Interval, Status

_sum = np.add.reduce
_CHUNK_ELEMENTS = 2_000
"""Studies times data sets integrated at once; each needs hundreds of nodes."""


@dataclass(frozen=True, slots=True, repr=False)
class Posterior(Shown):
    """One posterior distribution, on the analysis scale, with the batch's shape.

    mean and sd are NaN where the integral that defines them is infinite (few studies with a heavy-tailed prior). The
    central interval leaves half of the rest on each side; the shortest has the highest densities.
    """

    mean: Floats
    sd: Floats
    median: Floats
    mode: Floats
    central: Interval
    shortest: Interval


@dataclass(frozen=True, slots=True, repr=False)
class BayesFit(Shown):
    """mu: the mean effect. tau: the standard deviation between studies. new: the true effect of a new study.

    below_null is the posterior probability that mu lies below `null`; log_evidence the log of the marginal likelihood,
    NaN where a prior is improper.
    """

    tau_prior: TauPrior
    mu_prior: NormalPrior | None
    level: float
    null: float
    status: npt.NDArray[np.int64]
    k: npt.NDArray[np.int64]
    mu: Posterior
    tau: Posterior
    new: Posterior
    below_null: Floats
    log_evidence: Floats
    measure: str = "GEN"


class _Set:
    """A chunk of usable data sets, integrated."""

    def __init__(self, y: Floats, v: Floats, tau_prior: TauPrior, mu_prior: NormalPrior | None) -> None:
        # (B, k) -> (k, B), in units of a power of two so that nothing overflows, around the most precise study.
        y, v = y.T, v.T
        best = v.argmin(0)
        columns = np.arange(y.shape[1])
        self.origin = y[best, columns]
        self.unit = np.ldexp(1.0, np.frexp(v[best, columns])[1] // 2)
        here = np.isfinite(v)
        self.k = here.sum(0)
        self.y = np.where(here, (y - self.origin) / self.unit, 0.0)
        self.v = v / self.unit / self.unit
        mean, precision = normal_precision(mu_prior, self.unit, self.origin)
        curve = TauCurve(self.y, self.v, self.unit, tau_prior, mean, precision)
        self.flat = mu_prior is None
        # The likelihood of tau falls as tau^-(k - 1) once the mean is integrated over a flat prior, else as tau^-k.
        self.order = tau_prior.tail + self.k - (1.0 if self.flat else 0.0)
        if np.isfinite(tau_prior.upper):
            self.order = np.full(self.k.shape, np.inf)
        self.posterior, self.agree = integrate(curve, self.order)
        self.tau = self.posterior.tau
        self.weight = self.posterior.weight
        self.mean, total, _ = curve.conditional(self.tau)
        self.se = np.sqrt(1.0 / total)

    def has_moment(self, power: float) -> Bools:
        """Whether the posterior mean of tau to this power is finite."""
        finite: Bools = self.order - power > 1.0
        return finite

    def mixture(self, mean: Floats, sd: Floats) -> Mixture:
        return Mixture(self.weight, mean, sd)


@asked
def bayes_pool(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    tau_prior: TauPrior,
    mu_prior: NormalPrior | None = None,
    level: float = 0.95,
    null: float = 0.0,
) -> BayesFit:
    """Pool effects yi with sampling variances vi under a prior on tau.

    yi, vi: arrays (..., k), NaN marks an absent study; the leading axes are a batch. tau_prior: HalfNormal, HalfCauchy
    or Uniform. mu_prior None means a flat prior on the mean.

    An improper posterior (fewer than three studies with an endless uniform prior) is NOT_ESTIMABLE. One study is
    analysed (status SINGLE_STUDY): tau then keeps its prior. Raises StatsInputError for arguments without meaning.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    tau_prior
        Prior of the standard deviation between studies.
    mu_prior
        Prior of the mean; None is flat.
    level
        Of the intervals; 95 and 0.95 are the same.
    null
        Value that the probability `below_null` refers to.

    Returns
    -------
    BayesFit
        Posteriors of mu, tau and a new study.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    given = take(yi, vi)
    y, v, shape = _prepare(given.yi, given.vi)
    status, k = _status(y, v, tau_prior, mu_prior)
    results = np.full((26, y.shape[0]), np.nan)
    for rows in _chunks(status, y.shape[1]):
        with np.errstate(all="ignore"):
            data = _Set(y[rows], v[rows], tau_prior, mu_prior)
            results[:, rows] = _everything(data, level, null)
        status[rows] = np.where(data.agree, status[rows], Status.NOT_CONVERGED)
    results[:, status > Status.SINGLE_STUDY] = np.nan

    def give(x: npt.NDArray[Any]) -> Any:
        return x.reshape(shape)[()]

    def shape_of(first: int) -> Posterior:
        return _posterior(results[first : first + 8], shape)

    return BayesFit(
        tau_prior=tau_prior,
        mu_prior=mu_prior,
        level=level,
        null=null,
        status=give(status),
        k=give(k),
        mu=shape_of(0),
        tau=shape_of(8),
        new=shape_of(16),
        below_null=give(results[24]),
        log_evidence=give(results[25]),
        measure=given.measure,
    )


@asked
def bayes_blups(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    tau_prior: TauPrior,
    mu_prior: NormalPrior | None = None,
    level: float = 0.95,
) -> Posterior:
    """Each study's true effect, shrunken towards the mean; every number (..., k). Arguments as for `bayes_pool`.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    tau_prior
        Prior of the standard deviation between studies.
    mu_prior
        Prior of the mean; None is flat.
    level
        Confidence level; 95 and 0.95 are the same.

    Returns
    -------
    Posterior
        Median, mean, sd and intervals.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    given = take(yi, vi)
    y, v, shape = _prepare(given.yi, given.vi)
    status, _ = _status(y, v, tau_prior, mu_prior)
    width = y.shape[1]
    results = np.full((8, *y.shape), np.nan)
    for rows in _chunks(status, width * width):
        with np.errstate(all="ignore"):
            data = _Set(y[rows], v[rows], tau_prior, mu_prior)
            for study in range(width):
                here = np.isfinite(data.v[study])
                own = np.where(here, data.v[study], 1.0)
                trust = data.tau**2 / (data.tau**2 + own)
                mean = trust * data.y[study] + (1.0 - trust) * data.mean
                sd = np.sqrt(trust * own + ((1.0 - trust) * data.se) ** 2)
                always = np.ones(here.size, dtype=np.bool_)
                numbers = _summary(data, data.mixture(mean, sd), level, mean, sd, always, always)
                results[:, rows, study] = np.where(here & data.agree, numbers, np.nan)
    return _posterior(results, (*shape, width))


def _prepare(yi: npt.ArrayLike, vi: npt.ArrayLike) -> tuple[Floats, Floats, tuple[int, ...]]:
    y, v = as_batch(yi, vi)
    shape = y.shape[:-1]
    y, v = y.reshape(prod(shape), y.shape[-1]).copy(), v.reshape(prod(shape), v.shape[-1]).copy()
    absent = np.isnan(y) | np.isnan(v)
    y[absent], v[absent] = 0.0, np.nan
    return y, v, shape


def _status(
    y: Floats, v: Floats, tau_prior: TauPrior, mu_prior: NormalPrior | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """A status for each row, and its studies; absent ones get v = inf."""
    k = (~np.isnan(v)).sum(1)
    status = np.zeros(y.shape[0], dtype=np.int64)
    order = tau_prior.tail + k - (1 if mu_prior is None else 0)
    status[k == 1] = Status.SINGLE_STUDY
    if not np.isfinite(tau_prior.upper):
        status[order <= 1.0] = Status.NOT_ESTIMABLE
    status[k == 0] = Status.NO_STUDIES
    status[(v == 0.0).any(1)] = Status.ZERO_VARIANCE
    status[((v < 0.0) | np.isinf(v) | np.isinf(y)).any(1)] = Status.BAD_INPUT
    v[np.isnan(v)] = np.inf
    return status, k


def _chunks(status: npt.NDArray[np.int64], width: int) -> list[npt.NDArray[np.int64]]:
    rows = np.flatnonzero(status <= Status.SINGLE_STUDY)
    size = max(1, _CHUNK_ELEMENTS // max(width, 1))
    return [rows[i : i + size] for i in range(0, rows.size, size)]


def _summary(
    data: _Set, shape: Distribution, level: float, mean: Floats, sd: Floats, has_mean: Bools, has_sd: Bools
) -> Floats:
    """(8, B): mean, sd, median, mode, central low and high, shortest low and high, in the effects' units.

    mean and sd (N, B) are those at each node of tau.
    """
    columns = mean.shape[1]
    average = _sum(data.weight * mean, 0)
    variance = _sum(data.weight * (sd**2 + (mean - average) ** 2), 0)
    tail = 0.5 * (1.0 - level)
    ends = shape.quantile(np.repeat([[tail], [0.5], [1.0 - tail]], columns, axis=1))
    x, below = shape.sketch()
    low, high = shortest(shape, level, x, below)
    here = [np.where(has_mean, average, np.nan), np.where(has_sd, np.sqrt(variance), np.nan)]
    here += [ends[1], mode(shape, x), ends[0], ends[2], low, high]
    numbers: Floats = np.stack(here) * data.unit
    numbers[[0, 2, 3, 4, 5, 6, 7]] += data.origin
    return numbers


def _summary_of_tau(data: _Set, posterior: TauPosterior, level: float) -> Floats:
    columns = data.k.size
    average = _sum(data.weight * data.tau, 0)
    spread = np.sqrt(_sum(data.weight * (data.tau - average) ** 2, 0))
    tail = 0.5 * (1.0 - level)
    ends = posterior.quantile(np.repeat([[tail], [0.5], [1.0 - tail]], columns, axis=1))
    x, below = posterior.sketch()
    low, high = shortest(posterior, level, x, below, bounded=True)
    here = [
        np.where(data.has_moment(1.0), average, np.nan),
        np.where(data.has_moment(2.0), spread, np.nan),
        ends[1],
        mode(posterior, x, np.zeros(columns)),
        ends[0],
        ends[2],
        low,
        high,
    ]
    numbers: Floats = np.stack(here) * data.unit
    return numbers


def _everything(data: _Set, level: float, null: float) -> Floats:
    """(26, B): eight numbers each for mu, tau and a new study; the probability below null; the log evidence."""
    always = np.ones(data.k.size, dtype=np.bool_)
    first, second = data.has_moment(1.0), data.has_moment(2.0)
    # Given tau, mu has variance tau^2 / k in the tail under a flat prior, and that of the prior at most otherwise.
    mu = data.mixture(data.mean, data.se)
    of_mu = (first, second) if data.flat else (always, always)
    spread = np.sqrt(data.se**2 + data.tau**2)
    new = data.mixture(data.mean, spread)
    below = mu.cdf(((null - data.origin) / data.unit)[None])
    log_evidence: Floats = data.posterior.log_total - (data.k - 1.0) * np.log(data.unit) - 0.5 * data.k * log(2.0 * pi)
    if data.flat or not data.posterior.curve.prior.proper:
        log_evidence = np.full_like(log_evidence, np.nan)
    return np.concatenate(
        [
            _summary(data, mu, level, data.mean, data.se, *of_mu),
            _summary_of_tau(data, data.posterior, level),
            _summary(data, new, level, data.mean, spread, first, second),
            below,
            log_evidence[None],
        ]
    )


def _posterior(rows: Floats, shape: tuple[int, ...]) -> Posterior:
    mean, sd, median, top, low, high, short_low, short_high = (row.reshape(shape)[()] for row in rows)
    return Posterior(mean, sd, median, top, Interval(low, high), Interval(short_low, short_high))
