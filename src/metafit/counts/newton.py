"""Newton's method for many small likelihoods at once, with one nuisance parameter per study.

The curvature is the central difference of an analytic gradient, taken per study, so that the nuisance parameters
(a diagonal block) are eliminated exactly and a fit with 200 studies costs little more than one with two.

Shapes: a analyses, p points, k studies, s shared parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from metafit.results import Bools, Floats, Ints

#: value `(a, p, k)`, gradient for shared `(a, p, k, s)`, for nuisance `(a, p, k)` or None, and the warm start.
Evaluation = tuple[Floats, Floats, Floats | None, Floats]
#: Called with the analyses (rows of the batch) asked for, the parameters of those, and their warm start.
Objective = Callable[[Ints, Floats, Floats | None, Floats | None], Evaluation]

Resolution = Callable[[Ints, Floats], tuple[Floats, Floats | None]]

_MAX_STEPS = 150
_TOL = 1e-15  # squared step length in standard errors
_STALLED = 1e-8
_CAP = 3.0


@dataclass(frozen=True, slots=True)
class Maximum:
    """shared `(a, s)`, nuisance `(a, k)` or None, value `(a,)`, and minus the second derivatives at the maximum.

    info: `(a, s, s)` with the nuisance eliminated. info_nuisance `(a, k)` and info_cross `(a, k, s)`: the blocks
    it was made from.
    """

    shared: Floats
    nuisance: Floats | None
    value: Floats
    info: Floats
    info_nuisance: Floats | None
    info_cross: Floats | None
    converged: Bools


@dataclass(frozen=True, slots=True)
class _Local:
    value: Floats
    step: Floats
    step_nuisance: Floats | None
    decrement: Floats
    info: Floats
    info_nuisance: Floats | None
    info_cross: Floats | None

    def take(self, other: _Local, rows: Ints, chosen: Bools) -> None:
        """Overwrite these rows with the chosen ones of another."""
        for name in self.__slots__:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is not None:
                mine[rows] = theirs[chosen]


def maximise(
    objective: Objective,
    shared: Floats,
    nuisance: Floats | None,
    resolution: Resolution,
) -> Maximum:
    """Climb from a start to the nearest maximum, every analysis at its own pace.

    resolution: rows and their shared parameters -> difference steps, `(a, s)` and `(a, k)`.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a bad trial point is refused below
        return _climb(objective, shared, nuisance, resolution)


def _climb(objective: Objective, shared: Floats, nuisance: Floats | None, resolution: Resolution) -> Maximum:
    a = shared.shape[0]
    shared = shared.copy()
    nuisance = None if nuisance is None else nuisance.copy()
    rows = np.arange(a)
    here, mode = _look(objective, rows, shared, nuisance, resolution(rows, shared), None)
    scale = np.ones(a)
    done = here.decrement < _TOL
    converged = done.copy()
    for _ in range(_MAX_STEPS):
        rows = np.flatnonzero(~done)
        if not rows.size:
            break
        move = scale[rows, None]
        trial = shared[rows] + move * here.step[rows]
        trial_n = None
        if nuisance is not None and here.step_nuisance is not None:
            trial_n = nuisance[rows] + move * here.step_nuisance[rows]
        there, new_mode = _look(objective, rows, trial, trial_n, resolution(rows, trial), mode[rows])
        before = here.value[rows]
        floor = before - 1e-13 * np.abs(before) - 1e-12
        better = (there.value >= floor) & np.isfinite(there.decrement)
        # rounding in the gradient of huge counts sets a floor that no further step can lower
        level = (there.decrement < 1e-9) & (there.decrement > 0.25 * here.decrement[rows])
        small = better & ((there.decrement < _TOL) | level)
        if rows.size == a and better.all():
            shared, nuisance, mode, here, done = trial, trial_n, new_mode, there, small
            scale[:] = 1.0
            continue
        won = rows[better]
        shared[won] = trial[better]
        if nuisance is not None and trial_n is not None:
            nuisance[won] = trial_n[better]
        mode[won] = new_mode[better]
        here.take(there, won, better)
        scale[rows] = np.where(better, 1.0, scale[rows] * 0.5)
        stuck = ~better & (scale[rows] < 1e-9)
        done[rows] = small | stuck
    converged |= here.decrement < _STALLED
    return Maximum(shared, nuisance, here.value, here.info, here.info_nuisance, here.info_cross, converged)


def _look(
    objective: Objective,
    rows: Ints,
    shared: Floats,
    nuisance: Floats | None,
    steps: tuple[Floats, Floats | None],
    mode: Floats | None,
) -> tuple[_Local, Floats]:
    """Value, Newton step and curvature at a point, from one evaluation of all the points around it."""
    s = shared.shape[1]
    d, d_n = steps
    p = 1 + 2 * s + (0 if nuisance is None else 2)
    points = shared[:, None, :] + d[:, None, :] * _around(s, p)
    around = None
    if nuisance is not None and d_n is not None:
        around = np.repeat(nuisance[:, None, :], p, axis=1)
        around[:, -2] += d_n
        around[:, -1] -= d_n
    value, g, g_n, mode = objective(rows, points, around, mode)

    plus, minus = g[:, 1 : 1 + 2 * s : 2], g[:, 2 : 2 + 2 * s : 2]
    hess = ((plus - minus) / (2.0 * d[:, :, None, None])).sum(2)
    hess = 0.5 * (hess + hess.transpose(0, 2, 1))
    grad = g[:, 0].sum(1)
    info = -hess
    own = cross = slope = None
    if g_n is not None and d_n is not None:
        slope = g_n[:, 0]
        own = -(g_n[:, -2] - g_n[:, -1]) / (2.0 * d_n)
        own = np.where(own > 0.0, own, 1.0)  # an absent study has no curvature and no slope
        cross = -(g[:, -2] - g[:, -1]) / (2.0 * d_n[:, :, None])
        info = info - np.einsum("aks,akt->ast", cross / own[..., None], cross)
        grad = grad - np.einsum("aks,ak->as", cross, slope / own)
    usable = np.isfinite(info).all((1, 2)) & np.isfinite(grad).all(1)
    sure = bool(usable.all())
    values, vectors = eigen(info if sure else np.where(usable[:, None, None], info, np.eye(s)))
    size = np.abs(values)
    size = np.maximum(size, 1e-9 * size.max(-1, keepdims=True) + 1e-300)
    along = ((grad if sure else np.where(usable[:, None], grad, 0.0))[:, None, :] @ vectors)[:, 0]
    step = (vectors @ (along / size)[..., None])[..., 0]
    decrement = (along * along / size).sum(-1)
    decrement[~usable] = np.nan
    step_n = None
    if slope is not None and own is not None and cross is not None:
        step_n = (slope - np.einsum("aks,as->ak", cross, step)) / own
        decrement = decrement + (slope * slope / own).sum(-1)
    longest = np.abs(step).max(-1)
    if step_n is not None:
        longest = np.maximum(longest, np.abs(step_n).max(-1))
    shrink = np.minimum(1.0, _CAP / np.maximum(longest, 1e-300))
    step = step * shrink[:, None]
    if step_n is not None:
        step_n = step_n * shrink[:, None]
    return _Local(value[:, 0].sum(-1), step, step_n, decrement, info, own, cross), mode


@lru_cache(maxsize=32)
def _around(s: int, p: int) -> Floats:
    """The point itself, a step up and down along each shared parameter, and itself again, `(p, s)`."""
    places = np.zeros((p, s))
    for i in range(s):
        places[1 + 2 * i, i], places[2 + 2 * i, i] = 1.0, -1.0
    places.flags.writeable = False
    return places


def eigen(m: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues and vectors of symmetric matrices; two by two in closed form, which is most of them."""
    if m.shape[-1] != 2:
        values, vectors = np.linalg.eigh(m)
        return values, vectors
    if m.shape[0] == 1:
        return _eigen_of_one(*m.ravel().tolist())
    a, b, c = m[:, 0, 0], m[:, 0, 1], m[:, 1, 1]
    angle = 0.5 * np.arctan2(2.0 * b, a - c)
    cos, sin = np.cos(angle), np.sin(angle)
    cross = 2.0 * b * cos * sin
    values, vectors = np.empty(m.shape[:-1]), np.empty(m.shape)
    values[:, 0] = a * cos * cos + cross + c * sin * sin
    values[:, 1] = a * sin * sin - cross + c * cos * cos
    vectors[:, 0, 0] = vectors[:, 1, 1] = cos
    vectors[:, 0, 1], vectors[:, 1, 0] = -sin, sin
    return values, vectors


def _eigen_of_one(a: float, b: float, _b: float, c: float) -> tuple[Floats, Floats]:
    """The same for one matrix, in plain floats."""
    angle = 0.5 * math.atan2(2.0 * b, a - c)
    cos, sin = math.cos(angle), math.sin(angle)
    cross = 2.0 * b * cos * sin
    values = (a * cos * cos + cross + c * sin * sin, a * sin * sin - cross + c * cos * cos)
    return np.array([values]), np.array([[[cos, -sin], [sin, cos]]])
