"""The posterior of tau by direct integration, for a batch of data sets.

Given tau the mean is normal and integrates out in closed form, so one dimension is left. It is integrated by
Gauss-Legendre panels in t, with tau = exp(t), or upper / (1 + exp(-t)) where the prior ends: in t the density is
smooth and falls off exponentially at both ends whatever the scales of the data and of the prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from metafit.bayes.priors import NormalPrior, TauPrior
from metafit.results import Bools, Floats

_sum = np.add.reduce

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)
_COARSE = 240
_NEGLIGIBLE = 42.0
"""Log of the density relative to its peak below which nothing is kept: 6e-19."""
_MOST_PANELS = 2048
_AGREE = 1e-11
_NEWTON = 80


@dataclass(frozen=True, slots=True)
class TauCurve:
    """The unnormalised posterior of tau for B data sets.

    y, v: (k, B) in units of `unit` (B,) and measured from an origin; absent studies have v = inf. mean, precision (B,)
    of the normal prior on the mean in the same units; precision 0 for a flat one.
    """

    y: Floats
    v: Floats
    unit: Floats
    prior: TauPrior
    mean: Floats
    precision: Floats

    def conditional(self, tau: Floats) -> tuple[Floats, Floats, Floats]:
        """At tau (..., B): the mean's conditional mean and total precision, and the log of y's density.

        The constant (2 pi) factors are left out; a flat prior on the mean has density 1.
        """
        w = 1.0 / (self._spread(self.v) + tau * tau)
        y = self._spread(self.y)
        total = _sum(w, 0) + self.precision
        mean = (_sum(w * y, 0) + self.precision * self.mean) / total
        form = _sum(w * (y - mean) ** 2, 0) + self.precision * (self.mean - mean) ** 2
        logs = _sum(np.log(np.where(w > 0.0, w, 1.0)), 0) + np.log(np.where(self.precision > 0, self.precision, 1.0))
        return mean, total, 0.5 * (logs - np.log(total) - form)

    def _spread(self, x: Floats) -> Floats:
        # (k, B) against tau (..., B) of one or two dimensions.
        return x[:, None, :]

    def log_density(self, tau: Floats) -> Floats:
        """Log posterior density of tau (M, B), up to a constant."""
        return self.prior.log_density(tau * self.unit) + self.conditional(tau)[2]

    def slope(self, tau: Floats) -> Floats:
        """d log density / d tau, (M, B)."""
        w = 1.0 / (self._spread(self.v) + tau * tau)
        y = self._spread(self.y)
        total = _sum(w, 0) + self.precision
        mean = (_sum(w * y, 0) + self.precision * self.mean) / total
        by_square = _sum(w * w, 0) / total - _sum(w, 0) + _sum((w * (y - mean)) ** 2, 0)
        slope: Floats = tau * by_square + self.unit * self.prior.slope(tau * self.unit)
        return slope

    def take(self, columns: Bools) -> TauCurve:
        """Some of the data sets."""
        return TauCurve(
            self.y[:, columns],
            self.v[:, columns],
            self.unit[columns],
            self.prior,
            self.mean[columns],
            self.precision[columns],
        )

    def tau(self, t: Floats) -> Floats:
        """From the integration variable to tau."""
        if np.isfinite(self.prior.upper):
            value: Floats = self.prior.upper / self.unit * expit(t)
            return value
        return np.exp(t)

    def log_in_t(self, t: Floats) -> Floats:
        """Log density of t: that of tau and the Jacobian."""
        logs = self.log_density(self.tau(t))
        if np.isfinite(self.prior.upper):
            # d tau / d t = upper expit(t) expit(-t)
            jacobian: Floats = np.log(self.prior.upper / self.unit) - np.logaddexp(0.0, t) - np.logaddexp(0.0, -t)
            return logs + jacobian
        return logs + t


def normal_precision(prior: NormalPrior | None, unit: Floats, origin: Floats) -> tuple[Floats, Floats]:
    """A prior on the mean as mean and precision in a curve's units."""
    if prior is None:
        return np.zeros_like(unit), np.zeros_like(unit)
    return (prior.mean - origin) / unit, (unit / prior.sd) ** 2


def _window(curve: TauCurve, order: Floats) -> tuple[Floats, Floats]:
    """The range of t that holds the posterior, (B,). order: of its algebraic tail in tau, > 1."""
    here = np.isfinite(curve.v)
    size = curve.prior.size / curve.unit
    small = np.fmin(np.sqrt(curve.v.min(0)), size)
    spread = np.where(here, np.abs(curve.y), 0.0).max(0) + np.abs(curve.mean) * (curve.precision > 0.0)
    large = np.fmax(np.fmax(np.sqrt(np.where(here, curve.v, 0.0).max(0)), spread), size)
    if np.isfinite(curve.prior.upper):
        upper = curve.prior.upper / curve.unit
        low, high = np.log(np.fmin(small, upper)) - np.log(upper) - 45.0, np.full_like(small, 45.0)
    else:
        reach = np.where(np.isfinite(order), 45.0 / np.maximum(order - 1.0, 1e-9), 5.0)
        low, high = np.log(small) - 45.0, np.log(large) + np.minimum(reach, 60.0)
    steps = np.linspace(0.0, 1.0, _COARSE)[:, None]
    for _ in range(4):
        t = low + (high - low) * steps
        logs = curve.log_in_t(t)
        keep = logs > logs.max(0) - _NEGLIGIBLE
        first, last = keep.argmax(0), _COARSE - 1 - keep[::-1].argmax(0)
        columns = np.arange(low.size)
        low, high = t[np.maximum(first - 1, 0), columns], t[np.minimum(last + 1, _COARSE - 1), columns]
    return low, high


@dataclass(frozen=True, slots=True)
class TauPosterior:
    """The posterior of tau for B data sets, as quadrature: tau and probability of each node, (N, B)."""

    curve: TauCurve
    edges: Floats
    """(P + 1, B) ends of the panels, in t."""
    below: Floats
    """(P + 1, B) probability below each edge."""
    log_total: Floats
    """Log of the integral of the unnormalised posterior, (B,)."""
    tau: Floats
    weight: Floats

    def pdf(self, x: Floats) -> Floats:
        """Density at tau = x, (M, B)."""
        density: Floats = np.exp(self.curve.log_density(x) - self.log_total)
        return np.where((x >= 0.0) & (x * self.curve.unit <= self.curve.prior.upper), density, 0.0)

    def slope(self, x: Floats) -> Floats:
        """Sign and size of the density's slope (of its log), (M, B)."""
        return self.curve.slope(x)

    def sketch(self) -> tuple[Floats, Floats]:
        """The nodes, and roughly the probability below each, (N, B)."""
        return self.tau, np.cumsum(self.weight, 0) - 0.5 * self.weight

    def quantile(self, p: Floats, start: Floats | None = None) -> Floats:
        """tau with probability p (M, B) below it."""
        panel = np.clip((self.below[None] <= p[:, None, :]).sum(1) - 1, 0, self.edges.shape[0] - 2)
        columns = np.arange(p.shape[1])
        first, stop = self.edges[panel, columns], self.edges[panel + 1, columns]
        base, total = self.below[panel, columns], self.below[panel + 1, columns]
        low, high = first, stop
        t = first + (stop - first) * np.clip((p - base) / np.maximum(total - base, 1e-300), 0.0, 1.0)
        for _ in range(_NEWTON):
            half = 0.5 * (t - first)
            nodes = first[None] + half[None] * (1.0 + _NODES[:, None, None])
            flat = nodes.reshape(-1, p.shape[1])
            mass = np.exp(self.curve.log_in_t(flat) - self.log_total).reshape(nodes.shape)
            off = base + half * np.tensordot(_WEIGHTS, mass, axes=(0, 0)) - p
            density = np.exp(self.curve.log_in_t(t) - self.log_total)
            low, high = np.where(off < 0.0, t, low), np.where(off < 0.0, high, t)
            new = t - off / density
            inside = (new >= low) & (new <= high)
            new = np.where(inside, new, 0.5 * (low + high))
            moved = np.abs(new - t)
            t = new
            if (moved <= 4e-14 * np.maximum(1.0, np.abs(t))).all() or (np.abs(off) <= 1e-15).all():
                break
        tau = self.curve.tau(t)
        tau = np.where(p <= 0.0, 0.0, tau)
        return np.where(p >= 1.0, self.curve.prior.upper / self.curve.unit, tau)


def _panels(curve: TauCurve, low: Floats, high: Floats, panels: int) -> TauPosterior:
    edges = low + (high - low) * np.linspace(0.0, 1.0, panels + 1)[:, None]
    half = 0.5 * (high - low) / panels
    t = (edges[:-1, None, :] + half * (1.0 + _NODES[None, :, None])).reshape(-1, low.size)
    logs = curve.log_in_t(t)
    peak = logs.max(0)
    mass = np.exp(logs - peak) * np.tile(_WEIGHTS, panels)[:, None] * half
    total = _sum(mass, 0)
    weight = mass / total
    by_panel = weight.reshape(panels, _NODES.size, -1).sum(1)
    below = np.concatenate([np.zeros((1, low.size)), np.cumsum(by_panel, 0)])
    below /= below[-1]
    return TauPosterior(curve, edges, below, np.log(total) + peak, curve.tau(t), weight)


def _moments(found: TauPosterior) -> Floats:
    # Moments that exist for every posterior: the mean of tau itself may not.
    return np.stack(
        [
            found.log_total,
            _sum(found.weight * np.log(found.tau), 0),
            _sum(found.weight * np.sqrt(found.tau / (1.0 + found.tau)), 0),
        ]
    )


def integrate(curve: TauCurve, order: Floats) -> tuple[TauPosterior, Bools]:
    """Integrate to eleven digits.

    order (B,): the posterior density of tau falls as tau to minus this power; above 1. Returns the posterior and, for
    each data set, whether two successive refinements agree.
    """
    low, high = _window(curve, order)
    panels = 8
    found = _panels(curve, low, high, panels)
    agree: Bools = np.zeros(low.size, dtype=np.bool_)
    while not agree.all() and panels < _MOST_PANELS:
        panels *= 2
        finer = _panels(curve, low, high, panels)
        old, new = _moments(found), _moments(finer)
        agree = np.all(np.abs(new - old) <= _AGREE * np.maximum(1.0, np.abs(new)), axis=0)
        found = finer
    return found, agree
