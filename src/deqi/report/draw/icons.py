"""A hundred people as icons: how many of them a number means."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from metafit.plots.svg import BLUE, INK, SMALL, VERMILION, circle, document, fold, line, rect, text


@dataclasses.dataclass(frozen=True)
class IconGroup:
    """So many of the people. ``tone``: ``good``, ``harm``, or ``worse`` for the part of a harm that needs care."""

    label: str
    count: int
    tone: str


FILLS = {"good": BLUE, "harm": "#E69F00", "worse": VERMILION}


def icon_array(
    groups: Sequence[IconGroup],
    *,
    title: str,
    description: str = "",
    rest: str = "",
    total: int = 100,
    width: float = 360,
) -> str:
    """An icon array as SVG: groups in order, then everybody else; the shape differs with the tone.

    Raises:
        ValueError: more people in the groups than there are, or an unknown tone.
    """
    if sum(group.count for group in groups) > total or any(group.count < 0 for group in groups):
        raise ValueError(f"groups: counts must add up to {total} at most")
    if any(group.tone not in FILLS for group in groups):
        raise ValueError(f"groups: tone must be one of {', '.join(FILLS)}")
    across = 20
    step = min(18.0, width / across)
    r = step * 0.36
    tones = [group.tone for group in groups for _ in range(group.count)]
    tones += [""] * (total - len(tones))
    parts = []
    for index, tone in enumerate(tones):
        x, y = (index % across + 0.5) * step, (index // across + 0.5) * step
        parts.append(_icon(tone, x, y, r))
    y = step * (-(-total // across)) + 20
    keys = [(group.tone, f"{group.count}: {group.label}") for group in groups]
    if rest:
        keys.append(("", f"{total - sum(group.count for group in groups)}: {rest}"))
    for tone, words in keys:
        parts.append(_icon(tone, 8, y - 4, r))
        for one in fold(words, width - 26, SMALL):
            parts.append(text(22, y, one, size=SMALL))
            y += 16
    said = description or "; ".join(f"{words} of {total}" for _, words in keys) + "."
    return document(width, y - 4, title, said, parts)


def _icon(tone: str, x: float, y: float, r: float) -> str:
    if tone == "":
        return circle(x, y, r * 0.8, fill=INK, opacity=0.18)
    if tone == "good":
        return circle(x, y, r, fill=FILLS[tone])
    if tone == "harm":
        # Orange alone stands out too little from white paper.
        return rect(x - r, y - r, 2 * r, 2 * r, fill=FILLS[tone], stroke=INK)
    return rect(x - r, y - r, 2 * r, 2 * r, fill=FILLS[tone]) + line(
        x - r, y - r, x + r, y + r, stroke="#FFFFFF", width=1.6
    )
