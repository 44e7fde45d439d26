"""A hundred people: filled for as many as the lower end of the interval, tinted to the best guess, outlined to its
upper end; everybody else grey. Two of these side by side show a difference without a relative number.
"""

from __future__ import annotations

import math

from metafit.plots.svg import BLUE, GREY, document, fmt

ACROSS = 10
STEP = 16.0
TOTAL = 100


def people(value: float, low: float, high: float, *, title: str, description: str, width: float = 160) -> str:
    """The picture as SVG.

    Parameters
    ----------
    value, low, high
        People of 100, in order ``low <= value <= high``.
    title, description
        Read aloud in place of the picture.

    Raises
    ------
    ValueError
        The three are out of order or outside 0 to 100.
    """
    if not 0 <= low <= value <= high <= TOTAL:
        raise ValueError("people: 0 <= low <= value <= high <= 100")
    sure, best, most = (math.floor(one + 0.5) for one in (low, value, high))
    step = width / ACROSS
    parts = [
        _group(range(sure), step, f'fill="{BLUE}"'),
        _group(range(sure, best), step, f'fill="{BLUE}" fill-opacity="0.45" stroke="{BLUE}" stroke-width="1"'),
        _group(range(best, most), step, f'fill="none" stroke="{BLUE}" stroke-width="1.2"'),
        _group(range(most, TOTAL), step, f'fill="{GREY}"'),
    ]
    return document(width, step * (TOTAL // ACROSS), title, description, parts)


def _group(which: range, step: float, paint: str) -> str:
    """People of one paint as one path: a head and a body each."""
    if not which:
        return ""
    r, w, h = 0.15 * step, 0.36 * step, 0.42 * step
    drawn = []
    for index in which:
        x, y = (index % ACROSS + 0.5) * step, (index // ACROSS + 0.5) * step
        head = y - 0.26 * step
        drawn.append(
            f"M{fmt(x - r)} {fmt(head)}a{fmt(r)} {fmt(r)} 0 1 1 {fmt(2 * r)} 0a{fmt(r)} {fmt(r)} 0 1 1 {fmt(-2 * r)} 0z"
            f"M{fmt(x - w / 2)} {fmt(y + 0.02 * step)}q0 {fmt(-0.1 * step)} {fmt(0.1 * step)} {fmt(-0.1 * step)}"
            f"h{fmt(w - 0.2 * step)}q{fmt(0.1 * step)} 0 {fmt(0.1 * step)} {fmt(0.1 * step)}v{fmt(h)}h{fmt(-w)}z"
        )
    return f'<path d="{"".join(drawn)}" {paint}/>'
