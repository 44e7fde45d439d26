"""Up a smooth hill to its top: Newton's method that cannot be led astray by a saddle, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from metafit.results import Floats

Hill = Callable[[Floats], "tuple[float, Floats, Floats]"]
"""A point to its height, gradient and second derivatives; the height is -inf where the point is not allowed."""

_MOST_STEPS = 300
_HALVINGS = 40
_LONGEST = 4.0
"""No coordinate moves further in a step: the surfaces here change their shape over about one unit."""
_ROUGH = 1e-6
_UNSEEN = 1e-8
"""A rise that no height tells from rounding."""


def ascend(hill: Hill, start: Floats, low: Floats, high: Floats, *, close: float = 1e-14) -> tuple[Floats, float, bool]:
    """The top that is reached from a start: the point, its height, and whether the search ended there.

    It ends once the rise still to be had is at most `close`. Where the surface is curved the wrong way the step is that
    of a surface curved as much the right way, which always leads uphill (Dauphin et al. 2014, arXiv:1406.2572).
    """
    x = np.clip(start, low, high)
    height, gradient, second = hill(x)
    if not np.isfinite(height):
        return x, height, False
    gain = np.inf
    for _ in range(_MOST_STEPS):
        held = ((x <= low) & (gradient <= 0.0)) | ((x >= high) & (gradient >= 0.0))
        free = np.flatnonzero(~held)
        step = np.zeros_like(x)
        if free.size:
            curvature, axes = np.linalg.eigh(-second[np.ix_(free, free)])
            size = np.maximum(np.abs(curvature), 1e-13 * max(float(np.abs(curvature).max()), 1e-300))
            step[free] = axes @ ((axes.T @ gradient[free]) / size)
        longest = float(np.abs(step).max(initial=0.0))
        if longest > _LONGEST:
            step *= _LONGEST / longest
        gain = float(gradient @ step)
        if gain <= close * (1.0 + abs(height)):
            # One more step doubles the digits where the top is round; where it is flat the height does not tell.
            last = np.clip(x + step, low, high)
            value = hill(last)[0]
            return (last, value, True) if value >= height - 1e-13 * (1.0 + abs(height)) else (x, height, True)
        share = 1.0
        for halving in range(_HALVINGS):
            new = moved(x, share * step, low, high)
            there = hill(new)
            # Below rounding of the height the slope alone is trusted.
            rounding = 1e-12 * (1.0 + abs(height))
            needed = 1e-4 * float(gradient @ (new - x)) if gain > 1e-9 else -rounding
            if there[0] - height >= needed:
                break
            share = first_bound(x, step, low, high) if halving == 0 else 0.5 * share
        else:
            return x, height, gain < _UNSEEN
        x, (height, gradient, second) = new, there
    # Beside a cliff the slope itself is rounded, and steps that lead nowhere never end.
    return x, height, gain < _UNSEEN


def first_bound(x: Floats, step: Floats, low: Floats, high: Floats) -> float:
    """The share of a step at which it meets its first bound; at most a half.

    On a ridge one coordinate gives up what another takes. Cut off at its bound in one of them alone a step leaves the
    ridge and falls; as far as the bound it rises.
    """
    room = np.where(step < 0.0, low - x, high - x)
    meets = (step != 0.0) & (room != 0.0)
    return float(np.min(room[meets] / step[meets], initial=0.5))


def moved(x: Floats, step: Floats, low: Floats, high: Floats) -> Floats:
    """The point after a step, and exactly on a bound where it ends there."""
    room = np.where(step < 0.0, low - x, high - x)
    return np.where(
        (step != 0.0) & (np.abs(step) >= (1.0 - 1e-12) * np.abs(room)), np.where(step < 0.0, low, high), x + step
    )


def highest(hill: Hill, starts: Iterable[Floats], low: Floats, high: Floats) -> tuple[Floats, float, bool]:
    """The best of the tops reached from several starts: all roughly, and the best to the end."""
    found = max((ascend(hill, start, low, high, close=_ROUGH) for start in starts), key=lambda one: one[1])
    return ascend(hill, found[0], low, high)
