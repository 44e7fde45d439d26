"""Counts as they come from trials and surveys, checked and laid out for the estimators.

Arrays are `(..., k)`: the last axis is the study, everything before it is a batch, NaN is an absent study.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.results import Bools, Floats

Numbers = npt.ArrayLike | Sequence[float]

#: Measures on one arm and on two, and the family each count follows.
ONE_ARM: Final = {"PLO": "binomial", "IRLN": "poisson"}
TWO_ARMS: Final = {
    "OR": "binomial",
    "RR": "binomial",
    "RD": "binomial",
    "IRR": "poisson",
    "IRD": "poisson",
}


@dataclass(frozen=True, slots=True, repr=False)
class OneArm(Shown):
    """Events among `total` people (a proportion) or in `total` person-time (a rate); each `(..., k)`."""

    events: Numbers
    total: Numbers


@dataclass(frozen=True, slots=True, repr=False)
class TwoArms(Shown):
    """Events and totals (people or person-time) of a treated and a control arm; each `(..., k)`."""

    events_t: Numbers
    total_t: Numbers
    events_c: Numbers
    total_c: Numbers


@dataclass(frozen=True, slots=True)
class Laid:
    """The table laid out: y and n are `(a, k, m)` with m arms (treated first), absent studies 0 of 0.

    shape: the batch shape of the input. used: `(a, k)` studies present. bad: `(a,)` analyses with a number
    that cannot be.
    """

    y: Floats
    n: Floats
    used: Bools
    bad: Bools
    shape: tuple[int, ...]
    family: str


def lay_out(table: OneArm | TwoArms, measure: str) -> Laid:
    """Check a table against its measure and lay it out.

    Raises StatsInputError when the measure does not fit the table or the shapes do not match.
    """
    one = isinstance(table, OneArm)
    families = ONE_ARM if one else TWO_ARMS
    if measure not in families:
        known = ", ".join(families)
        kind = "one arm" if one else "two arms"
        raise StatsInputError(f"measure {measure!r} does not fit counts of {kind}: use one of {known}")
    family = families[measure]
    if isinstance(table, OneArm):
        columns = [table.events, table.total]
    else:
        columns = [table.events_t, table.events_c, table.total_t, table.total_c]
    arrays = [np.atleast_1d(np.asarray(c, dtype=np.float64)) for c in columns]
    try:
        arrays = list(np.broadcast_arrays(*arrays))
    except ValueError:
        shapes = ", ".join(str(a.shape) for a in arrays)
        raise StatsInputError(f"events and totals must have one shape, but have {shapes}") from None
    shape = arrays[0].shape[:-1]
    k = arrays[0].shape[-1]
    stack = np.stack(arrays, axis=-1).reshape(math.prod(shape), k, len(arrays))
    m = len(arrays) // 2
    y, n = stack[..., :m], stack[..., m:]
    used: Bools = np.asarray(~np.isnan(stack).any(axis=-1))
    y = np.where(used[..., None], y, 0.0)
    n = np.where(used[..., None], n, 0.0)
    wrong: Bools = (y < 0) | ~np.isfinite(y) | ~np.isfinite(n) | (n < 0) | (used[..., None] & (n == 0))
    wrong = wrong | (np.floor(y) != y)
    if family == "binomial":
        wrong = wrong | (y > n) | (np.floor(n) != n)
    bad: Bools = np.asarray(wrong.any(axis=(-1, -2)))
    y = np.where(bad[:, None, None], 0.0, y)
    n = np.where(bad[:, None, None], 0.0, n)
    return Laid(y=y, n=n, used=used & ~bad[:, None], bad=bad, shape=shape, family=family)
