"""Permutation tests of a pool or a meta-regression: p values that rest on no distribution of the statistic.

A pool is tested by changing signs of effects, a regression by giving the moderators of one study to another; the model
is fitted to every arrangement, all of them through the batch kernel. Meanings are those of metafor's `permutest`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from math import comb, factorial, prod
from typing import Literal

import numpy as np

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inverse_variance.pooling import pool
from metafit.inverse_variance.tau2 import METHODS
from metafit.regression.fit import Regression, omnibus, prepare, solve_prepared
from metafit.results import Fit, Floats, Ints, Status

MOST_EXACT = 5_000_000
"""Arrangements beyond which an exact test is refused."""
_TIE = 1.5e-8
"""A statistic this close to the observed one counts as equal, as in metafor: arrangements may be the same model."""
_CHUNK = 4_096


@dataclass(frozen=True, slots=True, repr=False)
class PermutationTest(Shown):
    """A permutation test; arrays (p,), one value a coefficient (of a pool, one).

    kind: signs of effects, or rows of moderators. exact: whether all arrangements were tried; `permutations` says how
    many were, the observed one included, and `seed` which ones where not all. statistic: z or t of the fit. p_model: by
    its distribution. p: the share of arrangements whose statistic is at least as far from 0. qm, qm_p: the omnibus test
    of a regression's moderators, NaN for a pool. draws: the statistics of the arrangements (permutations, p), those of
    sign changes in pairs of which one is listed.
    """

    kind: Literal["signs", "rows"]
    method: str
    test: str
    exact: bool
    permutations: int
    seed: int | None
    names: tuple[str, ...]
    estimate: Floats
    statistic: Floats
    p_model: Floats
    p: Floats
    qm: float
    qm_p: float
    draws: Floats = field(compare=False)


@asked
def permutation_test(
    fit: Fit | Regression, *, exact: bool = False, draws: int = 1000, seed: int = 1
) -> PermutationTest:
    """Test a pool or a meta-regression by permutation.

    Parameters
    ----------
    fit
        One analysis, by `pool` or `regress`, not a batch.
    exact
        Try every arrangement. Without it that is done where there are no more of them than `draws`.
    draws
        How many arrangements otherwise, the observed one first, the others at random.
    seed
        Of the random arrangements: the same seed gives the same answer.

    Returns
    -------
    PermutationTest
        Two-sided p values. NaN where the fit has no answer.

    Raises
    ------
    StatsInputError
        A batch, a pool of counts, a regression without moderators; too many arrangements for an exact test; fewer than
        one draw.

    References
    ----------
    Follmann & Proschan 1999, doi:10.1111/j.0006-341x.1999.00732.x (signs); Higgins & Thompson 2004,
    doi:10.1002/sim.1752 (rows).

    Examples
    --------
    >>> found = permutation_test(pool([0.4, 0.6, 0.3, 0.5, 0.2], [0.04, 0.05, 0.03, 0.06, 0.05]))
    >>> found.exact, found.permutations, float(found.p[0])
    (True, 32, 0.0625)
    """
    if draws < 1:
        raise StatsInputError(f"draws: {draws} must be 1 or more.")
    if fit.studies is None:
        raise StatsInputError("permutation_test: give one analysis, not a batch.")
    if fit.method not in METHODS:
        raise StatsInputError(f"permutation_test: a pool by {fit.method} has no effects to rearrange.")
    if isinstance(fit, Regression):
        return _of_rows(fit, exact, draws, seed)
    return _of_signs(fit, exact, draws, seed)


def _share(statistics: Floats, observed: Floats) -> Floats:
    """Share of rows at least as far from 0 as the observed statistics; rows without an answer do not count."""
    found: Floats = np.full(observed.shape, np.nan)
    answered = ~np.isnan(statistics)
    counted = answered.sum(0)
    usable = (counted > 0) & ~np.isnan(observed)
    with np.errstate(invalid="ignore"):
        extreme = (np.abs(statistics) >= np.abs(observed) - _TIE) & answered
    found[usable] = extreme.sum(0)[usable] / counted[usable]
    return found


def _distances(fit: Fit) -> Floats:
    """The statistics; of identical effects without Knapp-Hartung's standard error, further from 0 than any other."""
    bare = np.ravel(fit.status) == Status.NO_STANDARD_ERROR
    estimate, statistic = np.ravel(fit.estimate), np.ravel(np.asarray(fit.statistic, dtype=np.float64))
    return np.where(bare & (estimate != 0.0), np.copysign(np.inf, estimate), statistic)


def _check(count: int, exact: bool, draws: int) -> bool:
    """Whether to try all arrangements."""
    if exact and count > MOST_EXACT:
        raise StatsInputError(f"exact: there are {count} arrangements; leave exact out, and give draws.")
    return exact or count <= draws


def _of_signs(fit: Fit, exact: bool, draws: int, seed: int) -> PermutationTest:
    studies = fit.studies
    assert studies is not None
    here = np.isfinite(studies.yi) & np.isfinite(studies.vi)
    y, v = studies.yi[here], studies.vi[here]
    k = y.size
    every = _check(2**k, exact, draws)
    if every:
        # Changing all signs changes that of the statistic only: the first sign may stay.
        numbers = np.arange(2 ** max(k - 1, 0))
        bits = (numbers[:, None] >> np.arange(max(k - 1, 0))) & 1
        signs = np.column_stack([np.ones((len(numbers), min(k, 1)), dtype=np.int8), (1 - 2 * bits).astype(np.int8)])
    else:
        rng = np.random.default_rng(seed)
        signs = np.vstack([np.ones((1, k), dtype=np.int8), 1 - 2 * rng.integers(0, 2, (draws - 1, k), dtype=np.int8)])
    parts = [
        _distances(pool(part * y, np.broadcast_to(v, part.shape), method=fit.method, test=fit.test))
        for part in _chunks(signs)
    ]
    statistics = np.concatenate(parts)[:, None]
    observed = np.atleast_1d(np.asarray(fit.statistic, dtype=np.float64))
    return PermutationTest(
        kind="signs",
        method=fit.method,
        test=fit.test,
        exact=every,
        permutations=2**k if every else draws,
        seed=None if every else seed,
        names=("pooled",),
        estimate=np.atleast_1d(fit.estimate),
        statistic=observed,
        p_model=np.atleast_1d(fit.p),
        p=_share(statistics, _distances(fit)),
        qm=float("nan"),
        qm_p=float("nan"),
        draws=statistics,
    )


def _of_rows(fit: Regression, exact: bool, draws: int, seed: int) -> PermutationTest:
    studies, x = fit.studies, fit.moderators
    assert studies is not None and x is not None
    if not fit.terms:
        raise StatsInputError("permutation_test: the regression has no moderator; test the pool.")
    here = np.isfinite(studies.yi) & np.isfinite(studies.vi) & np.isfinite(x).all(1)
    y, v = studies.yi[here], studies.vi[here]
    different, label, sizes = np.unique(x[here], axis=0, return_inverse=True, return_counts=True)
    label = label.reshape(-1)
    k = y.size
    count = factorial(k) // prod(factorial(int(one)) for one in sizes)
    every = _check(count, exact, draws)
    if every:
        labels = _arrangements(sizes)
    else:
        rng = np.random.default_rng(seed)
        labels = np.vstack([label[None], rng.permuted(np.tile(label, (draws - 1, 1)), axis=1)])
    # The moderators stay in order and the studies move: one design for the whole batch.
    design = np.repeat(different, sizes, axis=0)
    first = 1 if fit.intercept and fit.coefficients.size > 1 else 0
    parts, wholes = [], []
    for some in _chunks(labels):
        order = np.argsort(some, axis=1, kind="stable")
        solved = solve_prepared(prepare(y[order], v[order], design, fit.intercept), fit.method, fit.test)
        with np.errstate(all="ignore"):
            parts.append(solved.beta / np.sqrt(np.diagonal(solved.cov, axis1=1, axis2=2)))
        df = np.full(len(some), float(np.nan_to_num(fit.df, nan=1.0)))
        wholes.append(omnibus(solved.beta[:, first:], solved.cov[:, first:, first:], fit.test, df)[0])
    statistics, whole = np.concatenate(parts), np.concatenate(wholes)[:, None]
    return PermutationTest(
        kind="rows",
        method=fit.method,
        test=fit.test,
        exact=every,
        permutations=len(labels),
        seed=None if every else seed,
        names=fit.labels,
        estimate=fit.coefficients,
        statistic=fit.statistic,
        p_model=fit.p,
        p=_share(statistics, fit.statistic),
        qm=float(fit.qm),
        qm_p=float(_share(whole, np.atleast_1d(fit.qm))[0]),
        draws=statistics,
    )


def _chunks(rows: Ints) -> Iterator[Ints]:
    for first in range(0, len(rows), _CHUNK):
        yield rows[first : first + _CHUNK]


def _arrangements(sizes: Ints) -> Ints:
    """Every different order of labels 0, 1 ... of which there are so many each, (n, k)."""
    k = int(sizes.sum())
    placed = np.full((1, k), -1, dtype=np.int16)
    left = k
    for label, size in enumerate(sizes):
        free = np.nonzero(placed < 0)[1].reshape(len(placed), left)
        chosen = np.array(list(combinations(range(left), int(size))))
        where = free[:, chosen].reshape(-1, int(size))
        placed = np.repeat(placed, comb(left, int(size)), axis=0)
        np.put_along_axis(placed, where, np.int16(label), axis=1)
        left -= int(size)
    found: Ints = placed.astype(np.int64)
    return found
