"""Which treatment is best, second, third ...: rankograms, SUCRA beside the P-score."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, owens_t

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.network.fit import NetworkFit, covariance, p_scores
from metafit.results import Floats, Status

_AT_ONCE = 10_000
"""Draws that are held in memory together."""
_EXACT = 3
"""Treatments up to which the normal distribution gives each rank without drawing."""


@dataclass(frozen=True, slots=True, repr=False)
class Rankogram(Shown):
    """How likely each of T treatments takes each rank, 1 the best.

    probability (T, T): treatment by rank; cumulative: of that rank or a better one. sucra (T,): the mean of the
    cumulative ones below the last, 0 to 1. p_scores (T,): what SUCRA comes to in the limit of many draws. mean_rank
    (T,). draws: 0 where the probabilities are exact. error: largest standard error of a probability from drawing. NaN
    unless everything is connected.
    """

    treatments: tuple[Hashable, ...]
    status: Status
    small_is_good: bool
    probability: Floats
    cumulative: Floats
    sucra: Floats
    p_scores: Floats
    mean_rank: Floats
    draws: int
    seed: int
    error: float


@asked
def rankogram(fit: NetworkFit, *, small_is_good: bool, draws: int = 100_000, seed: int = 1) -> Rankogram:
    """Probability of each rank, and SUCRA, from the normal distribution of a network's estimates.

    Sets of estimates are drawn from the multivariate normal with the fit's means and covariances, and ranked (Salanti,
    Ades & Ioannidis 2011, doi:10.1016/j.jclinepi.2010.03.016). With two or three treatments the probabilities are
    exact, without drawing. SUCRA has the P-score as its limit (Rücker & Schwarzer 2015,
    doi:10.1186/s12874-015-0060-8); how far they differ is what the drawing missed. A rank says nothing of how large or
    how certain the differences are: the intervals do.

    Parameters
    ----------
    fit
        A fit of a network; everything connected, else the ranks are NaN.
    small_is_good
        Whether smaller effects are better.
    draws
        Sets of estimates to draw.
    seed
        Of the drawing; the same seed gives the same ranks.

    Returns
    -------
    Rankogram
        Probabilities (T, T) by treatment and rank.

    Raises
    ------
    StatsInputError
        No draws.
    """
    if draws < 1:
        raise StatsInputError(f"draws: {draws} must be 1 or more.")
    size = len(fit.treatments)
    scores = p_scores(fit, small_is_good=small_is_good)
    if np.isnan(scores).any() or size < 2:
        probability, drawn = np.full((size, size), np.nan), 0
    else:
        if size <= _EXACT:
            probability, drawn = _exact(fit.estimate, fit.se), 0
        else:
            probability, drawn = _drawn(fit.estimate[:, 0], covariance(fit), draws, seed), draws
        if small_is_good:
            probability = probability[:, ::-1]
    cumulative = np.cumsum(probability, axis=1)
    sucra = cumulative[:, :-1].mean(axis=1) if size > 1 else np.full(size, np.nan)
    with np.errstate(invalid="ignore"):
        spread = np.sqrt(np.maximum(probability * (1.0 - probability), 0.0) / drawn) if drawn else np.zeros((1, 1))
    return Rankogram(
        treatments=fit.treatments,
        status=fit.status,
        small_is_good=small_is_good,
        probability=probability,
        cumulative=cumulative,
        sucra=sucra,
        p_scores=scores,
        mean_rank=size - (size - 1) * sucra,
        draws=drawn,
        seed=seed,
        error=float(spread.max()),
    )


def _drawn(mean: Floats, cov: Floats, draws: int, seed: int) -> Floats:
    """Shares of the ranks among draws, the largest first. The first treatment, against which all are, is 0."""
    size = mean.size
    values, vectors = np.linalg.eigh(cov)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    source = np.random.default_rng(seed)
    counts = np.zeros((size, size))
    columns = np.broadcast_to(np.arange(size), (min(draws, _AT_ONCE), size))
    for start in range(0, draws, _AT_ONCE):
        some = min(_AT_ONCE, draws - start)
        worth = mean + source.standard_normal((some, size)) @ root.T
        np.add.at(counts, (np.argsort(-worth, axis=1), columns[:some]), 1.0)
    return counts / draws


def _exact(better: Floats, se: Floats) -> Floats:
    """Ranks of two or three treatments, the largest first: quadrants of the normal distribution of two differences."""
    size = better.shape[0]
    first, last = np.empty(size), np.empty(size)
    for i in range(size):
        others = [j for j in range(size) if j != i]
        z = [float(better[i, j] / se[i, j]) for j in others]
        if size == 2:
            first[i], last[i] = ndtr(z[0]), ndtr(-z[0])
            continue
        j, k = others
        rho = float((se[i, j] ** 2 + se[i, k] ** 2 - se[j, k] ** 2) / (2.0 * se[i, j] * se[i, k]))
        first[i], last[i] = _quadrant(z[0], z[1], rho), _quadrant(-z[0], -z[1], rho)
    if size == 2:
        return np.column_stack([first, last])
    return np.column_stack([first, 1.0 - first - last, last])


def _quadrant(h: float, k: float, rho: float) -> float:
    """P(X < h and Y < k) for standard normals with correlation rho, by Owen's T function."""
    rest = np.sqrt(1.0 - rho * rho)
    if h == 0.0 and k == 0.0:
        return float(0.25 + np.arcsin(rho) / (2.0 * np.pi))

    def part(one: float, other: float) -> float:
        if one == 0.0:
            return 0.25 if other > 0.0 else -0.25
        return float(owens_t(one, (other / one - rho) / rest))

    below = 0.0 if h * k > 0.0 or (h * k == 0.0 and h + k >= 0.0) else 0.5
    return float(0.5 * (ndtr(h) + ndtr(k)) - part(h, k) - part(k, h) - below)
