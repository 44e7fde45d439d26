"""Are the effects of the studies the same? Likelihood ratio and Wald tests beside a mixed model on counts.

Both compare one effect for all with one effect a study, as metafor's `rma.glmm` does: with fixed study levels in
closed form, with random study levels by fitting both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from metafit.counts import models
from metafit.counts.newton import Maximum
from metafit.results import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Tests:
    """Statistics `(a,)` against equal effects, and what the fit at equal effects leaves for later ones.

    equal: its log-likelihood. theta `(a,)` and level `(a, k)`: the pooled effect and study levels to start from.
    """

    lrt: Floats
    wald: Floats
    equal: Floats
    theta: Floats
    level: Floats

    def take(self, rows: Ints) -> Tests:
        """These analyses only."""
        return Tests(self.lrt[rows], self.wald[rows], self.equal[rows], self.theta[rows], self.level[rows])


def _saturated(family: str, y: Floats, n: Floats) -> Floats:
    """Highest log-likelihood of each cell, without its constant."""
    safe = np.where(n > 0, n, 1.0)
    if family == "binomial":
        rest = np.where(n > 0, n - y, 0.0)
        return np.asarray(xlogy(y, y / safe) + xlogy(rest, rest / safe))
    return np.asarray(xlogy(y, y / safe) - y)


def heterogeneity(cells: models.Cells, used: Bools, model: str) -> Tests:
    """Likelihood ratio and Wald statistics of equal effects against one effect a study.

    A study with an empty cell has an infinite effect of its own with no weight: the limit of the Wald statistic
    leaves it out, and keeps its degree of freedom.
    """
    y, n, family = cells.y, cells.n, cells.family
    if model == "":
        theta, level = models.rough_rate(family, y.sum((1, 2)), n.sum((1, 2))), np.zeros(y.shape[:2])
        equal = _saturated(family, y.sum((1, 2)), n.sum((1, 2)))
    else:
        theta, level = models.rough_levels(cells)
        if model == "UM.RS":
            return _random(cells, used, theta, level)
        equal = models.fixed_study_equal(cells, theta, level).value
    top = _saturated(family, y, n).sum((1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        if family == "binomial":
            v = (1.0 / y + 1.0 / (n - y)).sum(-1)
            e = np.log(y / (n - y))
        else:
            v = (1.0 / y).sum(-1)
            e = np.log(y / n)
        effect = e[..., 0] - e[..., 1] if y.shape[-1] == 2 else e[..., 0]
        seen = used & np.isfinite(v)
        w = np.where(seen, 1.0 / v, 0.0)
        effect = np.where(seen, effect, 0.0)
        mean = (w * effect).sum(-1) / w.sum(-1)
        wald = (w * (effect - mean[:, None]) ** 2).sum(-1)
    wald = np.where(seen.any(-1), wald, np.nan)
    return Tests(np.maximum(2.0 * (top - equal), 0.0), wald, equal, theta, level)


def _random(cells: models.Cells, used: Bools, theta: Floats, level: Floats) -> Tests:
    """The same for random study levels; cells that an infinite effect fits perfectly are left out."""
    y, n = cells.y, cells.n
    mu, sigma = models.level_spread(level, used)
    equal = models.random_study_equal(cells, theta, mu, sigma)
    perfect = y[..., 0] == 0
    if cells.family == "binomial":
        perfect |= y[..., 0] == n[..., 0]
    blank = np.where(perfect, 0.0, 1.0)
    keep = np.stack([blank, np.ones_like(blank)], axis=-1)
    cut = models.Cells(cells.family, y * keep, n * keep, cells.v, cells.v_typical)
    each = models.rough_rate(cells.family, y, n)
    effects = np.where(perfect, 0.0, each[..., 0] - each[..., 1])
    top = models.random_study_saturated(cut, mu, sigma, effects)
    lrt = np.maximum(2.0 * (top.value - equal.value), 0.0)
    lrt = np.where(top.converged & equal.converged, lrt, np.nan)
    value = np.where(equal.converged, equal.value, -np.inf)
    return Tests(lrt, _wald(top, used & ~perfect), value, theta, level)


def _wald(top: Maximum, seen: Bools) -> Floats:
    """Wald statistic of equality of the study effects of a saturated fit with shared parameters."""
    out = np.full(seen.shape[0], np.nan)
    if top.nuisance is None or top.info_nuisance is None or top.info_cross is None:
        return out
    for i in range(seen.shape[0]):
        s = seen[i]
        if s.sum() < 1 or not top.converged[i]:
            continue
        own, cross = top.info_nuisance[i, s], top.info_cross[i, s]
        # info is what is left of the shared block; put the eliminated part back
        shared = top.info[i] + np.einsum("ks,kt->st", cross / own[:, None], cross)
        weight = np.diag(own) - cross @ np.linalg.solve(shared, cross.T)
        effect = top.nuisance[i, s]
        row = weight.sum(0)
        mean = row @ effect / row.sum()
        out[i] = (effect - mean) @ weight @ (effect - mean)
    return out
