"""Profile-likelihood intervals of the variances and correlations between studies: metafor's `confint` of `rma.mv`.

The best log-likelihood with one of them held is followed away from the estimate until it has fallen by half the
chi-square quantile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from scipy.special import chdtri

from metafit.ascent import ascend
from metafit.crossing import crossing
from metafit.display.shown import Shown
from metafit.multivariate.rows import Scaled
from metafit.multivariate.search import Guess, guesses, hill_of, summit
from metafit.multivariate.structures import Structure, least_correlation, with_correlation, with_tau2
from metafit.results import Floats

_EDGE = 1e-4
"""With an eigenvalue of correlations below this a start is moved off the edge, where no slope shows the way."""
_OFF = 0.05
_FARTHEST = 1e12
_NARROW, _FLAT = 1e-10, 1e-9
"""Where the search for the end of an interval ends."""
_SAME = 1e-8
"""Two heights this close are the same one."""


@dataclass(frozen=True, slots=True, repr=False)
class BetweenIntervals(Shown):
    """Variances and correlations between studies with their intervals: arrays (r,) in the order of `names`.

    A variance whose interval reaches 0 ends there, and a correlation at the least or the greatest that there is, where
    the likelihood does not exclude it. ci_high is NaN where nothing bounds a variance; all are NaN without a fit.
    """

    names: tuple[str, ...]
    estimate: Floats
    ci_low: Floats
    ci_high: Floats
    level: float


@dataclass(slots=True)
class _Profile:
    """How far the best log-likelihood with one value held lies above a floor; each search starts at the last one."""

    scaled: Scaled
    related: bool
    held: Callable[[float], Structure]
    floor: float
    last: Floats = field(repr=False)

    def __call__(self, value: float) -> float:
        model, structure = self.scaled.model, self.held(value)
        starts = [structure.parameters(*one) for one in guesses(self.scaled.spreads, self.related)]
        likely = max(starts, key=lambda one: model.height(structure.covariance(one)))
        top, height, _ = summit(hill_of(model, structure), structure, [self._near(structure), likely])
        return self._kept(structure, top, height)

    def follow(self, value: float) -> float:
        """The same from the last top alone: it may be on a lower hill."""
        structure = self.held(value)
        top, height, _ = ascend(hill_of(self.scaled.model, structure), self._near(structure), *structure.bounds())
        return self._kept(structure, top, height)

    def end(self, outside: float, inside: float) -> float:
        """Where the profile meets the floor: the last top is followed there, and what it gives asked of all starts."""
        start = self.last
        found = crossing(self.follow, outside, inside, narrow=_NARROW, flat=_FLAT)
        if abs(self(found)) <= _SAME:
            return found
        self.last = start
        return crossing(self, outside, inside, narrow=_NARROW, flat=_FLAT)

    def _near(self, structure: Structure) -> Floats:
        return structure.parameters(*_guess(self.last, self.scaled.spreads))

    def _kept(self, structure: Structure, top: Floats, height: float) -> float:
        self.last = structure.covariance(top)
        return height - self.floor


def _guess(g: Floats, spreads: Floats) -> Guess:
    """A covariance as standard deviations and correlations from which a search can leave in every direction."""
    sd = np.maximum(np.sqrt(np.maximum(np.diag(g), 0.0)), 0.01 * spreads)
    correlation = np.where(np.eye(sd.size, dtype=np.bool_), 1.0, g / np.outer(sd, sd))
    if np.linalg.eigvalsh(correlation)[0] < _EDGE:
        correlation = (1.0 - _OFF) * correlation + _OFF * np.eye(sd.size)
    return sd, correlation


def profiled(
    scaled: Scaled, kind: str, outcomes: tuple[str, ...], tau2: Floats, correlation: Floats, level: float
) -> BetweenIntervals:
    """The intervals of a fit with these variances and correlations between studies."""
    m = len(outcomes)
    related = m > 1 and kind != "DIAG"
    rho = np.where(np.isnan(correlation), 0.0, correlation)
    best = rho * np.sqrt(np.outer(tau2, tau2)) / np.outer(scaled.units, scaled.units)
    at = scaled.model.at(best)
    assert at is not None, "a fit has a likelihood"
    floor = at.value - 0.5 * float(chdtri(1.0, 1.0 - level))
    found: list[tuple[str, float, float, float]] = []
    alike = kind == "CS"
    vanishing = np.zeros(m, dtype=np.bool_)
    for i, name in enumerate(outcomes[:1] if alike else outcomes):
        above = _Profile(scaled, related, partial(with_tau2, kind if m > 1 else "DIAG", m, i), floor, best)
        unit2 = float(scaled.units[i]) ** 2
        low, high = _ends_of_variance(above, float(best[i, i]))
        vanishing[i] = low == 0.0
        found.append(("tau2" if alike else f"tau2 {name}", float(tau2[i]), low * unit2, high * unit2))
    for words, i, j in _correlations(kind, outcomes) if related else ():
        one = float(correlation[i, j])
        if kind != "UN" and not np.isnan(correlation[~np.eye(m, dtype=np.bool_)]).all():
            one = float(np.nanmean(correlation[~np.eye(m, dtype=np.bool_)]))
        above = _Profile(scaled, related, partial(with_correlation, kind, m, i, j), floor, best)
        least = -1.0 if kind == "UN" else least_correlation(m)
        # Beside a variance that may be 0 every correlation may be, unless other outcomes have the same one.
        free = bool(vanishing[[i, j]].any()) and (kind != "HCS" or m == 2)
        found.append((words, one, *((least, 1.0) if free else _ends_of_correlation(above, one, least, best))))
    names, *numbers = zip(*found, strict=True)
    estimate, low_, high_ = (np.array(one) for one in numbers)
    return BetweenIntervals(names, estimate, low_, high_, level)


def _correlations(kind: str, outcomes: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """What each correlation is called, and two outcomes that have it."""
    if kind != "UN":
        return [("rho", 0, 1)]
    m = len(outcomes)
    return [(f"rho {outcomes[i]}, {outcomes[j]}", i, j) for i in range(m) for j in range(i + 1, m)]


def _ends_of_variance(above: _Profile, best: float) -> tuple[float, float]:
    start = above.last
    low = 0.0
    if best > 0.0 and above(0.0) < 0.0:
        low = above.end(0.0, best)
    above.last = start
    step = max(best, 0.5)
    while above(best + step) > 0.0:
        step *= 2.0
        if step > _FARTHEST:
            return low, float("nan")
    return low, above.end(best + step, best)


def _ends_of_correlation(above: _Profile, best: float, least: float, start: Floats) -> tuple[float, float]:
    if np.isnan(best):
        # Without a variance every correlation is as good as any other.
        return least, 1.0
    ends = []
    for end in (least, 1.0):
        above.last = start
        ends.append(end if end == best or above(end) >= 0.0 else above.end(end, best))
    return ends[0], ends[1]
