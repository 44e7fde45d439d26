"""Rankograms as small multiples: a panel a treatment, the best first, a bar a rank."""

from __future__ import annotations

from metafit.network.ranks import Rankogram
from metafit.plots.axis import Scale
from metafit.plots.svg import BLUE, SMALL, document, fold, line, rect, text, text_width
from metafit.text import say

_GAP, _LEFT, _RIGHT = 14.0, 34.0, 12.0
_PANEL, _UNDER = 84.0, 40.0
_NARROWEST = 120.0


def panels(found: Rankogram, *, title: str, width: float) -> str:
    """All treatments on one scale of probability, each under its name and SUCRA; NaN cannot be drawn."""
    size = len(found.treatments)
    order = sorted(range(size), key=lambda i: -found.sucra[i])
    across = max(1, min(size, int((width - _LEFT - _RIGHT + _GAP) // (_NARROWEST + _GAP))))
    room = (width - _LEFT - _RIGHT - (across - 1) * _GAP) / across
    names = {i: fold(str(found.treatments[i]), room, 1.06 * SMALL) for i in order}
    most = max(len(one) for one in names.values())
    above = 16.0 + 14.0 * most
    high = above + _PANEL + _UNDER
    parts: list[str] = []
    for place, i in enumerate(order):
        left, top = _LEFT + (place % across) * (room + _GAP), (place // across) * high
        for row, words in enumerate(names[i]):
            parts.append(text(left, top + 14 * (1 + row + most - len(names[i])), words, size=SMALL, bold=True))
        parts.append(text(left, top + above - 4, f"SUCRA {found.sucra[i]:.2f}", size=SMALL))
        parts += _bars(found, i, left, top + above + 4, room, first=place % across == 0)
        if place + across >= size:
            middle = left + room / 2
            parts.append(text(middle, top + above + _PANEL + 34, say("ranks.axis"), anchor="middle", size=SMALL))
    said = "; ".join(
        say(
            "ranks.said",
            treatment=found.treatments[i],
            best=f"{found.probability[i, 0]:.2f}",
            sucra=f"{found.sucra[i]:.2f}",
        )
        for i in order
    )
    return document(width, ((size - 1) // across + 1) * high, title, said + ".", parts)


def _bars(found: Rankogram, i: int, left: float, top: float, room: float, *, first: bool) -> list[str]:
    """One panel: bars from rank 1, a frame of three lines, ticks that have room."""
    size = len(found.treatments)
    base = top + _PANEL
    scale = Scale(0.0, 1.0, base, top)
    parts = [line(left, scale.at(one), left + room, scale.at(one), opacity=0.15) for one in (0.5, 1.0)]
    step = room / size
    every = 1 + int((text_width(str(size), SMALL) + 4) // step)
    for rank in range(size):
        x, y = left + rank * step, scale.at(float(found.probability[i, rank]))
        parts.append(rect(x + 0.1 * step, y, 0.8 * step, base - y, fill=BLUE))
        if rank % every == 0:
            parts.append(text(x + step / 2, base + 15, str(rank + 1), anchor="middle", size=SMALL))
    parts.append(line(left, base, left + room, base))
    if first:
        parts += [text(left - 6, scale.at(one) + 4, f"{one:g}", anchor="end", size=SMALL) for one in (0.0, 0.5, 1.0)]
    return parts
