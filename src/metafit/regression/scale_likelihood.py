"""The likelihood of a location-scale model, its slope and curvature, and the search for its top.

y_i ~ N(x_i beta, v_i + exp(z_i alpha)), beta profiled out. With P = W - W X (X'WX)^-1 X'W every derivative is a sum
over studies and a product of small matrices, so that the work grows with the number of studies, not with its square.
"""

from __future__ import annotations

from math import log, pi
from typing import NamedTuple

import numpy as np

from metafit.ascent import highest
from metafit.results import Bools, Floats

_FLAT = 1e-10
"""Curvature below which nothing tells where a scale coefficient lies; in units in which a likelihood has about 1."""
_SINGULAR = 1e-14
_SLOPES, _PIVOTS, _BEST_OF_EACH = (1.0, 3.0, 9.0, 27.0), 9, 2
_GONE = 1e-6
"""A variance between studies this much smaller than that within is on its way to 0."""


class _Point(NamedTuple):
    value: float
    gradient: Floats
    second: Floats
    beta: Floats
    cov: Floats
    w: Floats
    tau2: Floats


class ScaleTop(NamedTuple):
    """The top: beta (p,) and its covariance, gamma (q,) with the curvature there, weights and variances (k,).

    known: whether anything tells what gamma is; where the variance of some studies runs to 0 nothing does.
    """

    beta: Floats
    cov: Floats
    gamma: Floats
    information: Floats
    w: Floats
    tau2: Floats
    value: float
    converged: bool
    known: bool


class ScaleModel:
    """x (k, p), z (k, q) with orthonormal columns, z times the root of k; log tau2 = z gamma - offset."""

    def __init__(self, y: Floats, v: Floats, x: Floats, z: Floats, offset: float, restricted: bool) -> None:
        self.y, self.v, self.x, self.z = y, v, x, z
        self.offset, self.restricted = offset, restricted

    def at(self, gamma: Floats) -> _Point:
        """Likelihood and derivatives; value -inf where numbers overflow."""
        x, z = self.x, self.z
        k, p = x.shape
        with np.errstate(all="ignore"):
            tau2 = np.exp(z @ gamma - self.offset)
            w = 1.0 / (self.v + tau2)
            gram = (x * w[:, None]).T @ x
            sizes = np.linalg.eigvalsh(gram) if np.isfinite(gram).all() and w.min() > 1e-250 else np.zeros(p)
            if not sizes[0] > _SINGULAR * sizes[-1]:
                nothing = np.full(p, np.nan)
                return _Point(-np.inf, z[0], np.outer(z[0], z[0]), nothing, np.outer(nothing, nothing), w, tau2)
            cov = np.asarray(np.linalg.inv(gram))
            beta = cov @ (x.T @ (w * self.y))
            residual = self.y - x @ beta
            value = 0.5 * np.log(w).sum() - 0.5 * (w * residual * residual).sum()
            if self.restricted:
                value -= 0.5 * np.linalg.slogdet(gram)[1] + 0.5 * (k - p) * log(2.0 * pi)
            else:
                value -= 0.5 * k * log(2.0 * pi)
        u = w * residual
        t = tau2[:, None] * z
        wx = w[:, None] * x
        root = np.linalg.cholesky(cov)
        a = wx @ root
        lost = (a * a).sum(1) if self.restricted else np.zeros(k)
        slope = 0.5 * (u * u - w + lost)
        through = (u[:, None] * t).T @ a
        second = z.T @ ((tau2 * slope)[:, None] * z) - t.T @ ((u * u * w)[:, None] * t) + through @ through.T
        second += 0.5 * t.T @ ((w * w - (2.0 * w * lost if self.restricted else 0.0))[:, None] * t)
        if self.restricted:
            outer = np.einsum("km,ki,kj->mij", t, a, a).reshape(z.shape[1], -1)
            second += 0.5 * outer @ outer.T
        return _Point(float(value), t.T @ slope, second, beta, cov, w, tau2)

    def top(self) -> ScaleTop | None:
        """The highest point found; None where there is none."""

        def hill(gamma: Floats) -> tuple[float, Floats, Floats]:
            here = self.at(gamma)
            return here.value, here.gradient, here.second

        ends = np.full(self.z.shape[1], np.inf)
        gamma, value, converged = highest(hill, self._starts(), -ends, ends)
        if not np.isfinite(value):
            return None
        best = self.at(gamma)
        information = -best.second
        curvature, axes = np.linalg.eigh(information)
        flat = curvature <= _FLAT
        vanished: Bools = np.zeros(self.y.size, dtype=np.bool_)
        if flat.any():
            moving = np.abs(self.z @ axes[:, flat]).max(1)
            vanished = moving > 1e-6 * moving.max()
            if not (best.tau2[vanished] < _GONE * self.v[vanished]).all():
                return None
        tau2 = np.where(vanished, 0.0, best.tau2)
        parts = (best.beta, best.cov, gamma, information, best.w, tau2, best.value)
        return ScaleTop(*parts, converged, not flat.any())

    def _values(self, gammas: Floats) -> Floats:
        """Likelihoods at points (n, q), up to a constant; -inf where numbers overflow."""
        x, p = self.x, self.x.shape[1]
        with np.errstate(all="ignore"):
            w = 1.0 / (self.v + np.exp(gammas @ self.z.T - self.offset))
            gram = np.einsum("nk,ki,kj->nij", w, x, x)
            moment = np.einsum("nk,k,ki->ni", w, self.y, x)
            usable = np.isfinite(gram).all((1, 2)) & (w.min(1) > 1e-250)
            value = np.full(len(gammas), -np.inf)
            gram = np.where(usable[:, None, None], gram, np.eye(p))
            sizes = np.linalg.eigvalsh(gram)
            usable &= sizes[:, 0] > _SINGULAR * sizes[:, -1]
            gram = np.where(usable[:, None, None], gram, np.eye(p))
            beta = np.linalg.solve(gram, moment[..., None])[..., 0]
            residual = self.y - beta @ x.T
            found = 0.5 * np.log(w).sum(1) - 0.5 * (w * residual * residual).sum(1)
            if self.restricted:
                found -= 0.5 * np.linalg.slogdet(gram)[1]
            value[usable & np.isfinite(found)] = found[usable & np.isfinite(found)]
        return value

    def _starts(self) -> list[Floats]:
        """The best points of a wide grid, by the direction in which variances rise, and what squared residuals say.

        Along each column variances rise gently or steeply, up or down, through several levels at several studies: a
        likelihood may be highest where only few studies vary.
        """
        k, q = self.z.shape
        residual = self.y - self.x @ (self.x.T @ self.y)
        total, within = max(float(residual @ residual) / k, 1e-12), float(np.exp(np.log(self.v).mean()))
        levels = np.log(np.array([0.01 * within, max(total - within, 0.1 * within), 4.0 * max(total, within)]))
        flat = [np.full(k, level) for level in (*levels, np.log(within))]
        families = [flat]
        for j in range(q):
            column = self.z[:, j]
            pivots = np.quantile(column, np.linspace(0.0, 1.0, _PIVOTS))
            for way in (1.0, -1.0):
                leaning = [
                    level + way * slope * (column - pivot) for slope in _SLOPES for pivot in pivots for level in levels
                ]
                families.append(leaning)
        found = []
        for family in families:
            points = (np.array(family) + self.offset) @ self.z / k
            values = self._values(points)
            found += [points[i] for i in np.argsort(-values)[:_BEST_OF_EACH] if np.isfinite(values[i])]
        excess = np.log(np.maximum(residual * residual - self.v, 0.1 * self.v))
        return [*found, self.z.T @ (excess + self.offset) / k]
