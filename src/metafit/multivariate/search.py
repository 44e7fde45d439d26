"""The search for the covariance between outcomes that is most likely."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from metafit.ascent import Hill, highest
from metafit.multivariate.likelihood import MultivariateModel
from metafit.multivariate.structures import Structure
from metafit.results import Floats

_CORRELATIONS = (0.0, 0.5, 0.9)
_SIZES = (1.0, 0.1, 5.0)

Guess = tuple[Floats, Floats]
"""Standard deviations (m,) and correlations (m, m)."""


def guesses(spreads: Floats, related: bool) -> list[Guess]:
    """Spreads of several sizes with correlations of several sizes and signs."""
    m = spreads.size
    signs = [np.array((1.0, *one)) for one in product((1.0, -1.0), repeat=min(m - 1, 3))]
    signs = [np.append(one, np.ones(m - one.size)) for one in signs]
    found = []
    for size, rho in product(_SIZES, _CORRELATIONS if related else _CORRELATIONS[:1]):
        for sign in signs if rho > 0.0 else signs[:1]:
            correlation = np.where(np.eye(m, dtype=np.bool_), 1.0, rho * np.outer(sign, sign))
            found.append((np.sqrt(size) * spreads, correlation))
    return found


def hill_of(model: MultivariateModel, structure: Structure) -> Hill:
    """The likelihood as a function of the parameters of a structure."""
    upper = np.triu_indices(model.m)

    def hill(parameters: Floats) -> tuple[float, Floats, Floats]:
        g, first, second = structure.shape(parameters)
        at = model.at(g)
        if at is None:
            return -np.inf, parameters, np.outer(parameters, parameters)
        down = first[:, upper[0], upper[1]]
        curved = np.einsum("ijt,t->ij", second[:, :, upper[0], upper[1]], at.gradient)
        return at.value, down @ at.gradient, down @ at.second @ down.T + curved

    return hill


def summit(hill: Hill, structure: Structure, starts: Sequence[Floats]) -> tuple[Floats, float, bool]:
    """The highest of the tops reached from the starts: parameters, height, and whether the search ended there."""
    low, high = structure.bounds()
    found = highest(hill, starts, low, high)
    beside = structure.beside(found[0])
    return highest(hill, [found[0], *beside], low, high) if beside else found
