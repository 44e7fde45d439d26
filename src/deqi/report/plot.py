"""Forest and funnel plots on Matplotlib Axes, for researchers who compose their own figures (extra ``plot``).

The same rows as :mod:`deqi.report.draw`; the caller keeps the figure, its size and its file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deqi.report.draw import ForestRow, FunnelPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, VERMILION, INK = "#0072B2", "#D55E00", "#333333"
_SQUARE, _DIAMOND_HALF = 6.0, 0.3


def forest_axes(rows: Sequence[ForestRow], ax: Axes, *, null: float = 0.0, log: bool = False) -> Axes:
    """Draw a forest plot: the first row at the top; squares grow with weight, diamonds are pools.

    ``null`` is where nothing differs; ``log`` sets a logarithmic axis (for ratios, whose null is 1).

    Raises:
        ValueError: no row has an estimate, or a ratio is not positive.
    """
    shown = [row for row in rows if not math.isnan(row.estimate)]
    if not shown:
        raise ValueError("no row has an estimate to draw")
    if log and min(min(row.estimate, row.low) for row in shown) <= 0:
        raise ValueError("a logarithmic axis needs positive estimates and limits")
    heaviest = max((row.weight or 0.0 for row in shown if row.kind == "study"), default=0.0)
    for place, row in enumerate(rows):
        if math.isnan(row.estimate):
            continue
        if row.kind == "study":
            size = _SQUARE * (0.5 + (row.weight or 0.0) / heaviest) if heaviest else _SQUARE
            ax.plot([row.low, row.high], [place, place], color=INK, linewidth=1.2)
            ax.plot([row.estimate], [place], marker="s", markersize=size, color=BLUE, linestyle="none")
            continue
        if not math.isnan(row.prediction_low):
            ax.plot([row.prediction_low, row.prediction_high], [place, place], color=VERMILION, linewidth=2.0)
        ax.fill(
            [row.low, row.estimate, row.high, row.estimate],
            [place, place - _DIAMOND_HALF, place, place + _DIAMOND_HALF],
            color=VERMILION,
        )
    ax.axvline(1.0 if log and null == 0.0 else null, color=INK, linewidth=0.8, linestyle=":")
    if log:
        ax.set_xscale("log")
    ax.set_yticks(range(len(rows)), [row.label for row in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return ax


def funnel_axes(points: Sequence[FunnelPoint], centre: float, ax: Axes, *, z: float = 1.959963984540054) -> Axes:
    """Draw a funnel plot on the analysis scale: effect across, standard error downwards; hollow points are imputed.

    Raises:
        ValueError: no point with a positive standard error.
    """
    largest = max((point.se for point in points), default=0.0)
    if largest <= 0:
        raise ValueError("no point has a positive standard error")
    bottom = 1.05 * largest
    ax.fill([centre, centre - z * bottom, centre + z * bottom], [0.0, bottom, bottom], color="#eeeeee", zorder=0)
    ax.axvline(centre, color=INK, linewidth=0.8)
    for filled in (True, False):
        some = [point for point in points if point.filled is filled]
        ax.plot(
            [point.estimate for point in some],
            [point.se for point in some],
            marker="o",
            linestyle="none",
            color=BLUE,
            markerfacecolor=BLUE if filled else "white",
        )
    ax.set_ylim(bottom, 0.0)
    ax.set_ylabel("Standard error")
    return ax
