"""Where a profile of a likelihood meets its floor."""

from __future__ import annotations

from collections.abc import Callable


def crossing(above: Callable[[float], float], outside: float, inside: float, *, narrow: float, flat: float) -> float:
    """Where `above` is 0, between a value outside the interval (negative) and one inside (positive).

    It ends where the two are as close as `narrow`, relative to their size, or `above` is within `flat` of 0.
    """
    f_out, f_in = above(outside), above(inside)
    point = inside
    for step in range(100):
        line = outside + (inside - outside) * f_out / (f_out - f_in)
        between = min(outside, inside) < line < max(outside, inside)
        point = line if between and step % 4 < 3 else 0.5 * (outside + inside)
        here = above(point)
        # Illinois: the end that stays loses half of its value, so that both ends close in.
        if here < 0.0:
            outside, f_out, f_in = point, here, 0.5 * f_in
        else:
            inside, f_in, f_out = point, here, 0.5 * f_out
        if abs(inside - outside) <= narrow * max(abs(inside), abs(outside)) or abs(here) <= flat:
            break
    return point
