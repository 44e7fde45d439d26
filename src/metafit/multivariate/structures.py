"""Structures of the covariance G of the true effects of several outcomes, as functions of free parameters.

Each is written so that a singular G, which data often prefer, lies inside or on a bound of the parameters, where the
likelihood is as smooth as elsewhere. A profile holds one variance or one correlation: a bound at both ends, or one
parameter less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from metafit.results import Floats

STRUCTURES = ("UN", "HCS", "CS", "DIAG")
_TINY = 1e-12
_SOME = 0.1
"""A small standard deviation, where 1 is that of a usual sampling error."""


class Shape(NamedTuple):
    """G (m, m); first (f, m, m) and second (f, f, m, m) derivatives in the parameters."""

    g: Floats
    first: Floats
    second: Floats


@dataclass(frozen=True, slots=True)
class Roots:
    """G = LL', L the sum of fixed matrices (f, m, m), orthogonal to each other, times parameters between low and high.

    order: the outcomes, so that L is lower triangular in it; none where L is symmetric.
    """

    matrices: Floats
    low: Floats
    high: Floats
    order: tuple[int, ...] = ()

    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper ends of the parameters."""
        return self.low, self.high

    def parameters(self, sd: Floats, correlation: Floats) -> Floats:
        """Those of a G with these standard deviations and correlations, or near it where the structure has no such."""
        g = correlation * np.outer(sd, sd) + _TINY * np.diag(sd * sd)
        if self.order:
            # Row i and column j of L belong to the outcomes at places i and j of the order.
            places = np.argsort(self.order)
            root = np.linalg.cholesky(g[np.ix_(self.order, self.order)])[places]
        else:
            values, vectors = np.linalg.eigh(g)
            root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
        size = (self.matrices**2).sum((1, 2))
        return np.asarray(np.clip((self.matrices * root).sum((1, 2)) / size, self.low, self.high))

    def beside(self, parameters: Floats) -> list[Floats]:
        """None: where a variance is 0, slopes and curvatures show every way up."""
        return []

    def covariance(self, parameters: Floats) -> Floats:
        """G."""
        root = np.tensordot(parameters, self.matrices, 1)
        g: Floats = root @ root.T
        return g

    def shape(self, parameters: Floats) -> Shape:
        """G and its derivatives."""
        root = np.tensordot(parameters, self.matrices, 1)
        one = self.matrices @ root.T
        two = self.matrices[:, None] @ np.swapaxes(self.matrices, -1, -2)
        return Shape(root @ root.T, one + np.swapaxes(one, -1, -2), two + np.swapaxes(two, -1, -2))


@dataclass(frozen=True, slots=True)
class OneCorrelation:
    """G of m standard deviations and one correlation, the last parameter; each between low and high."""

    low: Floats
    high: Floats

    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper ends of the parameters."""
        return self.low, self.high

    def parameters(self, sd: Floats, correlation: Floats) -> Floats:
        """Those of these standard deviations and of the mean correlation."""
        rho = float(correlation[~np.eye(sd.size, dtype=np.bool_)].mean())
        return np.asarray(np.clip(np.append(sd, rho), self.low, self.high))

    def beside(self, parameters: Floats) -> list[Floats]:
        """Where to look again beside a standard deviation of 0: with another correlation it might rise."""
        sd, free = parameters[:-1], self.low[-1] < self.high[-1]
        some = np.where(sd > 0.0, sd, _SOME)
        ends = (self.low[-1], self.high[-1]) if free and (sd == 0.0).any() else ()
        return [np.clip(np.append(some, end), self.low, self.high) for end in ends]

    def covariance(self, parameters: Floats) -> Floats:
        """G."""
        sd, rho = parameters[:-1], parameters[-1]
        g: Floats = np.outer(sd, sd) * (rho + (1.0 - rho) * np.eye(sd.size))
        return g

    def shape(self, parameters: Floats) -> Shape:
        """G and its derivatives."""
        sd, rho = parameters[:-1], parameters[-1]
        m, f = sd.size, parameters.size
        first, second = np.zeros((f, m, m)), np.zeros((f, f, m, m))
        unit = np.eye(m)
        correlation = rho + (1.0 - rho) * unit
        off = 1.0 - unit
        for i in range(m):
            one = np.outer(unit[i], sd)
            both = one + one.T
            first[i] = both * correlation
            second[i, m] = second[m, i] = both * off
            for j in range(m):
                two = np.outer(unit[i], unit[j])
                second[i, j] = (two + two.T) * correlation
        first[m] = np.outer(sd, sd) * off
        return Shape(np.outer(sd, sd) * correlation, first, second)


Structure = Roots | OneCorrelation


def structure_of(kind: str, m: int) -> Structure:
    """UN: any covariance. HCS: one correlation. CS: one correlation and one variance. DIAG: no correlation."""
    if kind == "HCS":
        return _one_correlation(m)
    if kind == "CS":
        return _free(np.stack(_halves(m)))
    if kind == "DIAG":
        return _free(_units(m, list(zip(range(m), range(m), strict=True))), tuple(range(m)))
    return _unstructured(tuple(range(m)))


def with_tau2(kind: str, m: int, i: int, value: float) -> Structure:
    """The structure with the variance of outcome i held; of all outcomes under CS."""
    sd = float(np.sqrt(value))
    if kind in ("HCS", "CS"):
        free = _one_correlation(m)
        held = np.append(np.arange(m) == i if kind == "HCS" else np.ones(m, dtype=np.bool_), False)
        return OneCorrelation(np.where(held, sd, free.low), np.where(held, sd, free.high))
    free_ = structure_of("DIAG", m) if kind == "DIAG" else _unstructured((i, *(j for j in range(m) if j != i)))
    assert isinstance(free_, Roots)
    # The held outcome's row of L has one element, its standard deviation.
    own = free_.matrices[:, i, :].any(1)
    return Roots(free_.matrices, np.where(own, sd, free_.low), np.where(own, sd, free_.high), free_.order)


def with_correlation(kind: str, m: int, i: int, j: int, value: float) -> Structure:
    """The structure with the correlation of outcomes i and j held; of all outcomes under HCS and CS."""
    if kind == "HCS":
        free = _one_correlation(m)
        last = np.arange(m + 1) == m
        return OneCorrelation(np.where(last, value, free.low), np.where(last, value, free.high))
    if kind == "CS":
        ones, rest = _halves(m)
        sizes = np.sqrt(np.maximum([1.0 + (m - 1) * value, 1.0 - value], 0.0))
        return _free((sizes[0] * ones + sizes[1] * rest)[None])
    order = (i, j, *(one for one in range(m) if one not in (i, j)))
    both = _units(m, [(j, 0), (j, 1)])
    row = value * both[0] + np.sqrt(max(1.0 - value * value, 0.0)) * both[1]
    others = _units(m, [(i, 0), *((order[a], b) for a in range(2, m) for b in range(a + 1))])
    matrices = np.concatenate([others, row[None]])
    # Turned about, the spread of one of the two would turn the sign of what is held.
    signed = np.isin(np.arange(len(matrices)), (0, len(matrices) - 1))
    return Roots(matrices, np.where(signed, 0.0, -np.inf), np.full(len(matrices), np.inf), order)


def least_correlation(m: int) -> float:
    """The smallest correlation that m outcomes can all have with each other."""
    return -1.0 / (m - 1) if m > 1 else 0.0


def _free(matrices: Floats, order: tuple[int, ...] = ()) -> Roots:
    wide = np.full(len(matrices), np.inf)
    return Roots(matrices, -wide, wide, order)


def _unstructured(order: tuple[int, ...]) -> Roots:
    return _free(_units(len(order), [(one, b) for a, one in enumerate(order) for b in range(a + 1)]), order)


def _one_correlation(m: int) -> OneCorrelation:
    return OneCorrelation(np.append(np.zeros(m), least_correlation(m)), np.append(np.full(m, np.inf), 1.0))


def _units(m: int, places: list[tuple[int, int]]) -> Floats:
    """Matrices with a single 1."""
    found = np.zeros((len(places), m, m))
    for one, place in zip(found, places, strict=True):
        one[place] = 1.0
    return found


def _halves(m: int) -> tuple[Floats, ...]:
    """The projections on equal outcomes, and on what is left of them where there are several."""
    ones = np.full((m, m), 1.0 / m)
    return (ones, np.eye(m) - ones) if m > 1 else (ones,)
