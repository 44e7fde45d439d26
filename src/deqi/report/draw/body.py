"""Where needles need most care, and what a session is: two pictures without numbers, to remember a warning by.

The outline and the organs are schematic: they show which regions lie over lung and large vessels, not where a point
is. Where a point lies and how deep is the atlas's.
"""

from __future__ import annotations

from collections.abc import Sequence

from metafit.plots.svg import BLUE, INK, SMALL, VERMILION, circle, document, fold, line, polygon, rect, text

OUTLINE = (
    (100, 52), (112, 60), (134, 66), (146, 78), (152, 130), (158, 176), (150, 178), (142, 136), (136, 100),
    (132, 150), (134, 180), (128, 250), (124, 300), (108, 300), (104, 200), (96, 200), (92, 300), (76, 300),
    (72, 250), (66, 180), (68, 150), (64, 100), (58, 136), (50, 178), (42, 176), (48, 130), (54, 78), (66, 66),
    (88, 60),
)  # fmt: skip
LUNGS = (
    ((96, 66), (92, 70), (76, 84), (70, 110), (70, 130), (94, 124)),
    ((104, 66), (108, 70), (124, 84), (130, 110), (130, 130), (106, 124)),
)
VESSELS = ((100, 112, 100, 176), (100, 176, 84, 204), (100, 176, 116, 204), (92, 60, 96, 48), (108, 60, 104, 48))


def danger_map(labels: Sequence[str], *, title: str, description: str, width: float = 340) -> str:
    """Lungs and large vessels in a body outline. labels: of the lungs, of the vessels, of numb feet."""
    parts = [
        circle(100, 28, 20, fill="none", stroke=INK),
        polygon(OUTLINE, fill="none", stroke=INK),
        *(polygon(shape, fill=BLUE, opacity=0.55) for shape in LUNGS),
        *(line(x1, y1, x2, y2, stroke=VERMILION, width=4) for x1, y1, x2, y2 in VESSELS),
        rect(75, 276, 18, 24, fill=INK, opacity=0.25),
        rect(107, 276, 18, 24, fill=INK, opacity=0.25),
    ]
    targets = ((128, 104), (102, 150), (126, 288))
    for words, (x, y) in zip(labels, targets, strict=True):
        lines = fold(words, width - 192, SMALL)
        base = y - 6 * (len(lines) - 1) + 4
        parts.append(line(x, y, 182, y, stroke=INK, opacity=0.6))
        parts += [text(186, base + 14 * index, one, size=SMALL) for index, one in enumerate(lines)]
    return document(width, 312, title, description, parts)


def session_strip(steps: Sequence[str], stop: str, *, title: str, description: str, width: float = 340) -> str:
    """A session from coming in to going home, and on one line below: when to say stop."""
    parts: list[str] = []
    y = 6.0
    for index, words in enumerate(steps):
        parts.append(circle(12, y + 12, 10, fill=BLUE))
        parts.append(text(12, y + 16, f"{index + 1}", anchor="middle", size=SMALL, bold=True, fill="#FFFFFF"))
        lines = fold(words, width - 36, SMALL)
        parts += [text(30, y + 16 + 14 * row, one, size=SMALL) for row, one in enumerate(lines)]
        height = max(28.0, 14.0 * len(lines) + 14)
        if index < len(steps) - 1:
            parts.append(line(12, y + 22, 12, y + height + 2, stroke=BLUE, width=2))
        y += height
    lines = fold(stop, width - 36, SMALL)
    parts.append(rect(0, y, 5, 14.0 * len(lines) + 10, fill=VERMILION))
    parts += [text(14, y + 16 + 14 * row, one, size=SMALL, bold=True) for row, one in enumerate(lines)]
    return document(width, y + 14 * len(lines) + 14, title, description, parts)
