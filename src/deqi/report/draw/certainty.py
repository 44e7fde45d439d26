"""How sure we are, drawn: four circles, as many of them filled as GRADE's level allows."""

from __future__ import annotations

from metafit.plots.svg import BLUE, circle, document

LEVELS = ("very low", "low", "moderate", "high")


def certainty_scale(level: str, *, title: str, width: float = 72) -> str:
    """The scale as SVG. The level's word stands beside it on every page: colour says nothing alone.

    Raises:
        ValueError: an unknown level.
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {level!r}")
    step = width / len(LEVELS)
    filled = LEVELS.index(level) + 1
    parts = [
        circle((index + 0.5) * step, step / 2, step * 0.36, fill=BLUE if index < filled else "none", stroke=BLUE)
        for index in range(len(LEVELS))
    ]
    return document(width, step, title, title, parts)
