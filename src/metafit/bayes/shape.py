"""Quantiles, modes and shortest intervals of posterior distributions, for a batch."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import Protocol

import numpy as np
from scipy.special import ndtr, ndtri

from metafit.results import Floats

_sum = np.add.reduce
_STEPS = 100
_GRID = 65
_SHARES = 81


class Distribution(Protocol):
    """B distributions; x and p are (M, B)."""

    def pdf(self, x: Floats) -> Floats:
        """Density."""

    def slope(self, x: Floats) -> Floats:
        """A number with the sign of the density's slope."""

    def quantile(self, p: Floats, start: Floats | None = None) -> Floats:
        """Value with probability p below it; start: a guess."""

    def sketch(self) -> tuple[Floats, Floats]:
        """Values in rising order and roughly the probability below them, each (G, B), for a first look."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """B mixtures of N normals; weight, mean, sd are (N, B)."""

    weight: Floats
    mean: Floats
    sd: Floats

    def _z(self, x: Floats) -> Floats:
        z: Floats = (x[None] - self.mean[:, None]) / self.sd[:, None]
        return z

    def cdf(self, x: Floats) -> Floats:
        """Probability below x, (M, B)."""
        below: Floats = _sum(self.weight[:, None] * ndtr(self._z(x)), 0)
        return below

    def pdf(self, x: Floats) -> Floats:
        """Density at x, (M, B)."""
        z = self._z(x)
        z *= z
        density: Floats = _sum((self.weight / self.sd)[:, None] * np.exp(-0.5 * z), 0)
        density /= sqrt(2.0 * pi)
        return density

    def slope(self, x: Floats) -> Floats:
        """Slope of the density at x, (M, B)."""
        z = self._z(x)
        slope: Floats = _sum((self.weight / self.sd**2)[:, None] * -z * np.exp(-0.5 * z * z), 0)
        return slope

    def quantile(self, p: Floats, start: Floats | None = None) -> Floats:
        """Value with probability p (M, B), 0 < p < 1, below it."""
        z = ndtri(p)
        counted = self.weight > 0.0
        low, high = np.empty(p.shape), np.empty(p.shape)
        for row in range(p.shape[0]):
            # The mixture's quantile lies between those of its parts.
            ends = self.mean + z[row] * self.sd
            low[row], high[row] = np.where(counted, ends, np.inf).min(0), np.where(counted, ends, -np.inf).max(0)
        size = _sum(self.weight * self.sd, 0)
        x = _sum(self.weight * self.mean, 0) + z * size if start is None else start
        x = np.clip(x, low, high)
        for _ in range(_STEPS):
            below = self.cdf(x)
            off = below - p
            low, high = np.where(off < 0.0, x, low), np.where(off < 0.0, high, x)
            # Newton on the normal scale, where the distribution is nearly a straight line.
            reached = ndtri(below)
            slope = self.pdf(x) * sqrt(2.0 * pi) * np.exp(0.5 * reached * reached)
            new = x - (reached - z) / slope
            new = np.where((new > low) & (new < high), new, 0.5 * (low + high))
            done = (np.abs(new - x) <= 4e-14 * (np.abs(x) + size)) | (np.abs(off) <= 2e-16)
            x = np.where(np.abs(off) <= 2e-16, x, new)
            if done.all():
                break
        return x

    def sketch(self) -> tuple[Floats, Floats]:
        """Equal steps over all but the outer thousandths."""
        columns = self.weight.shape[1]
        ends = self.quantile(np.repeat([[5e-4], [1.0 - 5e-4]], columns, axis=1))
        x = ends[:1] + (ends[1:] - ends[:1]) * np.linspace(0.0, 1.0, _GRID)[:, None]
        return x, self.cdf(x)


def _root_of_slope(shape: Distribution, low: Floats, high: Floats) -> Floats:
    """Where the slope goes from + to - between low and high, (1, B); by halving."""
    for _ in range(60):
        middle = 0.5 * (low + high)
        rising = shape.slope(middle) > 0.0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        if (high - low <= 1e-14 * np.maximum(np.abs(low), np.abs(high))).all():
            break
    root: Floats = 0.5 * (low + high)
    return root


def mode(shape: Distribution, x: Floats, lowest: Floats | None = None) -> Floats:
    """The highest point of each density, (B,).

    x (G, B): rising values to look at first. lowest: end of the support (B,), itself a candidate.
    """
    best = shape.pdf(x).argmax(0)
    every = np.arange(x.shape[1])
    left, right = x[np.maximum(best - 1, 0), every][None], x[np.minimum(best + 1, x.shape[0] - 1), every][None]
    if lowest is not None:
        left = np.where(best == 0, lowest, left)
    top = _root_of_slope(shape, left, right)
    if lowest is not None:
        at_end = shape.pdf(lowest[None]) >= shape.pdf(top)
        top = np.where(at_end, lowest[None], top)
    highest: Floats = top[0]
    return highest


def _start(x: Floats, below: Floats, level: float, *, bounded: bool) -> tuple[Floats, Floats, Floats]:
    """Roughly where the shortest interval is: its lower probability between two (1, B), and its ends' curve (x, B)."""
    rest = 1.0 - level
    edge = 0.0 if bounded else 1e-6
    shares = rest * np.clip(np.linspace(0.0, 1.0, _SHARES), edge, 1.0 - edge)
    best = np.empty(x.shape[1], dtype=np.int64)
    for column in range(x.shape[1]):
        low = np.interp(shares, below[:, column], x[:, column])
        high = np.interp(shares + level, below[:, column], x[:, column])
        # Ends beyond the sketch would look too close.
        outside = (shares + level > below[-1, column]) | ((shares < below[0, column]) & (not bounded))
        best[column] = np.where(outside, np.inf, high - low).argmin()
    low, high = shares[np.maximum(best - 4, 0)], shares[np.minimum(best + 4, _SHARES - 1)]
    return low[None], high[None], shares[[0, -1]]


def shortest(
    shape: Distribution, level: float, x: Floats, below: Floats, *, bounded: bool = False
) -> tuple[Floats, Floats]:
    """The shortest interval with probability `level`, each end (B,).

    x, below: a sketch. bounded: the support has ends, so the interval may start at its lowest value.
    """
    left, right, ends = _start(x, below, level, bounded=bounded)

    def tilt(share: Floats) -> tuple[Floats, Floats, Floats]:
        """> 0 where the interval should move left, and the interval."""
        both = shape.quantile(np.concatenate([share, np.minimum(share + level, 1.0)]))
        a, b = both[:1], both[1:]
        density = shape.pdf(np.concatenate([a, np.where(np.isfinite(b), b, a)]))
        return density[:1] - np.where(np.isfinite(b), density[1:], 0.0), a, b

    g_left, low, high = tilt(left)
    g_right, low_right, high_right = tilt(right)
    # A first look that missed gives way to the whole range.
    left, right = np.where(g_left >= 0.0, ends[0], left), np.where(g_right <= 0.0, ends[1], right)
    if (g_left >= 0.0).any() or (g_right <= 0.0).any():
        g_left, low, high = tilt(left)
        g_right, low_right, high_right = tilt(right)
    at_left, at_right = g_left >= 0.0, g_right <= 0.0
    low, high = np.where(at_left, low, low_right), np.where(at_left, high, high_right)
    stopped = at_left | at_right
    for step in range(_STEPS):
        if stopped.all():
            break
        line = left - g_left * (right - left) / (g_right - g_left)
        share = np.where((line > left) & (line < right) & (step % 4 < 3), line, 0.5 * (left + right))
        g, a, b = tilt(share)
        low, high = np.where(stopped, low, a), np.where(stopped, high, b)
        up = g < 0.0
        # Illinois: the end that stays loses half of its value, so that both ends close in.
        g_right = np.where(up, 0.5 * g_right, g)
        g_left = np.where(up, g, 0.5 * g_left)
        left, right = np.where(up, share, left), np.where(up, right, share)
        peak = shape.pdf(0.5 * (a + b))
        stopped = stopped | (right - left <= 1e-13 * (1.0 - level)) | (np.abs(g) <= 1e-13 * peak)
    return low[0], high[0]
