"""The mixed models on counts as objectives for `maximise`: which parameters, which linear predictors.

Names are metafor's. In every two-arm model the random treatment effect is coded +1/2 and -1/2, so swapping the
arms only changes the sign. Shared parameters come in the order (theta, tau, mu, sigma), those a model has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metafit.counts.kernel import laplace2, scalar
from metafit.counts.newton import Evaluation, Maximum, maximise
from metafit.results import Bools, Floats, Ints

_ONE = np.array([1.0])
_HALVES = np.array([0.5, -0.5])
_BOTH = np.array([1.0, 1.0])
_CROSSED = np.array([[0.5, 1.0], [-0.5, 1.0]])
_FINE = 1e-4


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts of one batch: y, n `(a, k, m)`; v `(a, k)` a rough variance per study; v_typical `(a,)`."""

    family: str
    y: Floats
    n: Floats
    v: Floats
    v_typical: Floats

    def take(self, rows: Ints) -> Cells:
        """These analyses only."""
        return Cells(self.family, self.y[rows], self.n[rows], self.v[rows], self.v_typical[rows])

    def repeat(self, times: int) -> Cells:
        """The batch several times over, one copy after the other: a fit from several starts."""

        def tile(x: Floats) -> Floats:
            return np.tile(x, (times,) + (1,) * (x.ndim - 1))

        return Cells(self.family, tile(self.y), tile(self.n), tile(self.v), tile(self.v_typical))


def rough_rate(family: str, y: Floats, n: Floats) -> Floats:
    """Logit or log of y out of n, 1/2 added to each so that it is always finite."""
    if family == "binomial":
        return np.asarray(np.log((y + 0.5) / (n - y + 0.5)))
    return np.asarray(np.log((y + 0.5) / np.where(n > 0, n, 1.0)))


def rough_levels(cells: Cells) -> tuple[Floats, Floats]:
    """Starts for two arms: the pooled effect, `(a,)`, and the level of each study, `(a, k)`."""
    each = rough_rate(cells.family, cells.y, cells.n)
    effect = each[..., 0] - each[..., 1]
    w = np.where(cells.n.sum(-1) > 0, 1.0 / cells.v, 0.0)
    theta = (w * effect).sum(-1) / w.sum(-1)
    return theta, rough_rate(cells.family, cells.y.sum(-1), cells.n.sum(-1)) - 0.5 * theta[:, None]


def level_spread(level: Floats, used: Bools) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the levels of the studies in use, the latter at least 0.1."""
    seen = np.where(used, level, np.nan)
    return np.nanmean(seen, axis=-1), np.maximum(np.nanstd(seen, axis=-1), 0.1)


def one_arm(cells: Cells, theta: Floats, tau: Floats, points: int) -> Maximum:
    """Studies differ in their own logit or log rate: eta = theta + tau u."""

    def objective(rows: Ints, shared: Floats, nuisance: Floats | None, start: Floats | None) -> Evaluation:
        eta = shared[:, :, 0, None, None]
        s = scalar(cells.family, cells.y[rows, None], cells.n[rows, None], eta, _ONE, shared[:, :, 1], points, start)
        slopes = np.empty((*s.value.shape, 2))
        slopes[..., 0], slopes[..., 1] = s.eta_grad[0], s.scale_grad[0]
        return s.value, slopes, None, s.mode

    return maximise(objective, np.stack([theta, tau], -1), None, lambda rows, p: (_steps(cells, rows, p, 1), None))


def fixed_study(cells: Cells, theta: Floats, tau: Floats, alpha: Floats, points: int) -> Maximum:
    """UM.FS: a free level per study, alpha; treated alpha + theta + tau u/2, control alpha - tau u/2."""

    def objective(rows: Ints, shared: Floats, nuisance: Floats | None, start: Floats | None) -> Evaluation:
        eta = _two(nuisance, shared[:, :, 0, None])
        s = scalar(cells.family, cells.y[rows, None], cells.n[rows, None], eta, _HALVES, shared[:, :, 1], points, start)
        g = np.stack([s.eta_grad[0], s.scale_grad[0]], -1)
        return s.value, g, s.eta_grad[0] + s.eta_grad[1], s.mode

    def resolution(rows: Ints, p: Floats) -> tuple[Floats, Floats]:
        return _steps(cells, rows, p, 1), _FINE * np.sqrt(cells.v[rows])

    return maximise(objective, np.stack([theta, tau], -1), alpha, resolution)


def fixed_study_equal(cells: Cells, theta: Floats, alpha: Floats) -> Maximum:
    """UM.FS with tau 0: logistic or Poisson regression on study and arm."""

    def objective(rows: Ints, shared: Floats, nuisance: Floats | None, start: Floats | None) -> Evaluation:
        eta = _two(nuisance, shared[:, :, 0, None])
        zero = np.zeros(shared.shape[:2])
        s = scalar(cells.family, cells.y[rows, None], cells.n[rows, None], eta, _HALVES, zero, 1, start)
        return s.value, s.eta_grad[0][..., None], s.eta_grad[0] + s.eta_grad[1], s.mode

    def resolution(rows: Ints, p: Floats) -> tuple[Floats, Floats]:
        return _steps(cells, rows, p), _FINE * np.sqrt(cells.v[rows])

    return maximise(objective, theta[:, None], alpha, resolution)


def random_study(cells: Cells, theta: Floats, tau: Floats, mu: Floats, sigma: Floats) -> Maximum:
    """UM.RS: study levels mu + sigma u0, treatment effect theta + tau u1, independent; Laplace."""

    def objective(rows: Ints, shared: Floats, nuisance: Floats | None, start: Floats | None) -> Evaluation:
        level = np.broadcast_to(shared[:, :, 2, None], (*shared.shape[:2], cells.y.shape[1]))
        eta = _two(level, shared[:, :, 0, None])
        scales = (shared[:, :, 1], shared[:, :, 3])
        s = laplace2(cells.family, cells.y[rows, None], cells.n[rows, None], eta, _CROSSED, scales, start)
        g0, g1 = s.eta_grad
        return s.value, np.stack([g0, s.scale_grad[0], g0 + g1, s.scale_grad[1]], -1), None, s.mode

    start = np.stack([theta, tau, mu, sigma], -1)
    return maximise(objective, start, None, lambda rows, p: (_steps(cells, rows, p, 1, 3), None))


def random_study_equal(cells: Cells, theta: Floats, mu: Floats, sigma: Floats) -> Maximum:
    """UM.RS with tau 0; shared parameters (theta, mu, sigma); Laplace."""

    def objective(rows: Ints, shared: Floats, nuisance: Floats | None, start: Floats | None) -> Evaluation:
        level = np.broadcast_to(shared[:, :, 1, None], (*shared.shape[:2], cells.y.shape[1]))
        eta = _two(level, shared[:, :, 0, None])
        s = scalar(cells.family, cells.y[rows, None], cells.n[rows, None], eta, _BOTH, shared[:, :, 2], 1, start)
        g0, g1 = s.eta_grad
        return s.value, np.stack([g0, g0 + g1, s.scale_grad[0]], -1), None, s.mode

    start = np.stack([theta, mu, sigma], -1)
    return maximise(objective, start, None, lambda rows, p: (_steps(cells, rows, p, 2), None))


def random_study_saturated(cells: Cells, mu: Floats, sigma: Floats, effects: Floats) -> Maximum:
    """UM.RS with a treatment effect of its own per study; shared (mu, sigma), nuisance the effects."""

    def objective(rows: Ints, shared: Floats, nuisance: Floats | None, start: Floats | None) -> Evaluation:
        level = np.broadcast_to(shared[:, :, 0, None], (*shared.shape[:2], cells.y.shape[1]))
        eta = _two(level, np.zeros(()) if nuisance is None else nuisance)
        s = scalar(cells.family, cells.y[rows, None], cells.n[rows, None], eta, _BOTH, shared[:, :, 1], 1, start)
        g0, g1 = s.eta_grad
        return s.value, np.stack([g0 + g1, s.scale_grad[0]], -1), g0, s.mode

    def resolution(rows: Ints, p: Floats) -> tuple[Floats, Floats]:
        return _steps(cells, rows, p, 1), _FINE * np.sqrt(cells.v[rows])

    return maximise(objective, np.stack([mu, sigma], -1), effects, resolution)


def _two(level: Floats | None, effect: Floats) -> Floats:
    base = np.zeros(()) if level is None else level
    return np.stack(np.broadcast_arrays(base + effect, base), axis=-1)


def _steps(cells: Cells, rows: Ints, shared: Floats, *scales: int) -> Floats:
    """Difference steps: a small part of the width over which the likelihood of one study changes."""
    wide = cells.v_typical[rows]
    for i in scales:
        wide = wide + shared[:, i] ** 2
    return np.broadcast_to((_FINE * np.sqrt(wide))[:, None], shared.shape)
