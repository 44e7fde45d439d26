"""Our own SVG drawn again by matplotlib, for PNG and PDF: the few elements of `metafit.plots.svg` and no others."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from typing import Any

from metafit.errors import StatsInputError

_INCH = 96.0
"""Units of SVG to the inch."""
_POINT = 72.0 / _INCH
_INK = "#1a1a1a"
_FACE = 0.9
"""DejaVu Sans, which matplotlib always has, is this much wider than what the layout reckons with."""


def render(svg: str, kind: str, *, scale: float = 2.5) -> bytes:
    """The bytes of a PNG or PDF of the same figure; scale: pixels to a unit, for PNG.

    Raises StatsInputError where matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise StatsInputError("PNG and PDF need matplotlib: install it, or write .svg.") from None
    root = ElementTree.fromstring(svg)
    width, height = (float(x) for x in root.attrib["viewBox"].split()[2:])
    figure = Figure(figsize=(width / _INCH, height / _INCH), dpi=_INCH * scale, facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(0.0, width)
    axes.set_ylim(height, 0.0)
    axes.axis("off")
    size = float(root.attrib.get("font-size", "13"))
    for order, one in enumerate(root):
        _draw(axes, one, size, order)
    stream = io.BytesIO()
    metadata = {"Software": None} if kind == "png" else {"CreationDate": None}
    figure.savefig(stream, format=kind, metadata=metadata)
    return stream.getvalue()


def _draw(axes: Any, one: ElementTree.Element, size: float, order: int) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Circle, Polygon, Rectangle

    a, tag = one.attrib, one.tag.rpartition("}")[2]
    if tag == "text":
        align = {"middle": "center", "end": "right"}.get(a.get("text-anchor", ""), "left")
        axes.text(
            float(a["x"]), float(a["y"]), (one.text or "").replace("$", r"\$"),
            ha=align, va="baseline", fontsize=_FACE * float(a.get("font-size", size)) * _POINT,
            color=_colour(a.get("fill")),
            fontweight=a.get("font-weight", "normal"), alpha=float(a.get("fill-opacity", 1)), zorder=order,
            family="DejaVu Sans",
        )  # fmt: skip
        return
    if tag == "line":
        dash = a.get("stroke-dasharray")
        axes.add_line(
            Line2D(
                (float(a["x1"]), float(a["x2"])), (float(a["y1"]), float(a["y2"])), color=_colour(a.get("stroke")),
                linewidth=float(a.get("stroke-width", 1)) * _POINT, alpha=float(a.get("stroke-opacity", 1)),
                dashes=tuple(float(x) for x in dash.split()) if dash else (None, None), zorder=order,
            )
        )  # fmt: skip
        return
    style: dict[str, Any] = {"zorder": order, "alpha": float(a.get("fill-opacity", 1))}
    style["facecolor"] = "none" if a.get("fill") == "none" else _colour(a.get("fill"))
    stroke = a.get("stroke", "none")
    style["edgecolor"] = "none" if stroke == "none" else _colour(stroke)
    style["linewidth"] = float(a.get("stroke-width", 1)) * _POINT if stroke != "none" else 0.0
    if tag == "rect":
        axes.add_patch(Rectangle((float(a["x"]), float(a["y"])), float(a["width"]), float(a["height"]), **style))
    elif tag == "circle":
        axes.add_patch(Circle((float(a["cx"]), float(a["cy"])), float(a["r"]), **style))
    elif tag == "polygon":
        corners = [tuple(float(x) for x in pair.split(",")) for pair in a["points"].split()]
        axes.add_patch(Polygon(corners, closed=True, **style))


def _colour(name: str | None) -> str:
    return _INK if name in (None, "currentColor") else str(name)
