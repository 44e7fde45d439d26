"""A view as a picture: outlines, landmarks, what lies under the skin, channels as lines, and points that are links.

Presentation attributes only, so that a page's policy may forbid inline styles; classes let a page colour and hide.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from html import escape

from deqi.bodymap.areas import area
from deqi.bodymap.build import Chart, Placed
from deqi.bodymap.geometry import Body
from deqi.bodymap.labels import DOT, Label, place
from deqi.bodymap.outlines import outlines
from deqi.bodymap.scenes import SCENES, Layer, View
from deqi.knowledge.tables.places import BodyMark
from metafit.plots.svg import BLUE, GREEN, INK, PURPLE, VERMILION, fmt, text_width

Point = tuple[float, float]
WIDTH = 360.0
"""Units across a view: a phone's width, so that a name is as large there as it is drawn."""
NAME = 11.0
LEAST_MARK = 4.0
"""Units: a landmark smaller than this is not seen on a picture of the whole body."""
SKIN, EDGE = "#efe6dc", "#6b6459"
ORGANS: Mapping[str, str] = {
    "lung": BLUE, "heart": VERMILION, "organ": PURPLE, "vessel": VERMILION, "cord": GREEN, "eye": GREEN,
}  # fmt: skip
COLOURS = ("#0072B2", "#B3541E", "#00795A", "#9A4C7F", "#5C6BC0", "#7A6A00")


@dataclasses.dataclass(frozen=True)
class Look:
    """What is asked of a picture: words read aloud, where a point or an area leads, and which points to name.

    Where only some are named, the others are small dots that lead nowhere. ``marked`` stand out.
    """

    title: str
    description: str
    link: Callable[[str], str]
    spoken: Callable[[str], str]
    chosen: Collection[str] | None = None
    area_link: Callable[[str], str] | None = None
    marked: Collection[str] = ()


def draw(chart: Chart, view: View, look: Look) -> str:
    """The picture as SVG."""
    left, top, right, bottom = view.window
    scale = WIDTH / (right - left)
    height = (bottom - top) * scale

    def at(point: Point) -> Point:
        return ((point[0] - left) * scale, (point[1] - top) * scale)

    layers = _layers(view)
    shown = chart.placed(view)
    named = [one for one in shown if look.chosen is None or one.point in look.chosen]
    quiet = [one for one in shown if look.chosen and one.point not in look.chosen and not view.whole]
    name = escape(f"map-{view.view}")
    clip = f'<clipPath id="{name}-c"><rect width="{fmt(WIDTH)}" height="{fmt(height)}"/></clipPath>'
    body = [
        _skin(chart.body, layers, view, at),
        *_marks(chart.body, chart.marks, layers, view, at),
        *_channels(shown, view, at),
        *(_areas(chart, layers, look.area_link, at) if view.whole and look.area_link else ()),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bodymap" viewBox="0 0 {fmt(WIDTH)} {fmt(height)}" '
        f'role="group" aria-labelledby="{name}-t" aria-describedby="{name}-d" '
        f'font-family="Helvetica, Arial, \'Liberation Sans\', sans-serif" font-size="{fmt(NAME)}" fill="{INK}">'
        f'<title id="{name}-t">{escape(look.title)}</title><desc id="{name}-d">{escape(look.description)}</desc>'
        f'<defs>{clip}</defs><g clip-path="url(#{name}-c)">{"".join(body)}</g>'
        f"{''.join(_quiet(quiet, at))}"
        f"{''.join(_points(named, at, (2.0, 2.0, WIDTH - 2.0, height - 2.0), look))}</svg>"
    )


def _layers(view: View) -> list[Layer]:
    """The layers drawn, those of the right side behind where the view shows both."""
    own = [layer for layer in SCENES[view.scene] if layer.part in view.parts]
    twins = [layer.mirrored for layer in own if layer.part != "body"] if view.scene in ("front", "back") else []
    return [*twins, *own]


def _skin(body: Body, layers: Sequence[Layer], view: View, at: Callable[[Point], Point]) -> str:
    """All outlines once as lines, then all as areas over them: what is left of the lines is the edge of the union."""
    shapes = [shape for layer in layers for shape in outlines(body, layer, view.tubes)]
    path, name = "".join(smooth([at(p) for p in shape], closed=True) for shape in shapes), f"map-{view.view}-s"
    return (
        f'<defs><path id="{name}" d="{path}"/></defs>'
        f'<use class="edge" href="#{name}" fill="none" stroke="{EDGE}" stroke-width="2.6" stroke-linejoin="round"/>'
        f'<use class="skin" href="#{name}" fill="{SKIN}"/>'
        if path
        else ""
    )


def _marks(
    body: Body, marks: Sequence[BodyMark], layers: Sequence[Layer], view: View, at: Callable[[Point], Point]
) -> Iterator[str]:
    for mark in marks:
        row = body.segments[mark.segment]
        if view.tubes and mark.segment not in view.named:
            continue
        for layer in layers:
            if layer.part != row.part:
                continue
            for flip in (1.0, -1.0) if row.part == "body" and mark.both else (1.0,):
                path = _path(body, mark, layer, flip, at)
                if path:
                    yield _painted(mark, path)


def _path(body: Body, mark: BodyMark, layer: Layer, flip: float, at: Callable[[Point], Point]) -> str:
    row = body.segments[mark.segment]
    spots = []
    for pair in mark.path:
        along, around = (float(one) for one in pair.split("/"))
        flat = row.across != "none"
        spots.append(body.at(row.segment, along, None if flat else around * flip, around * flip if flat else None))
    if not all(layer.sees(spot) for spot in spots):
        return ""
    if mark.seen != "all" and abs(layer.eye[2]) < 0.5 and row.part == "body" and layer.eye[0] and mark.seen == "back":
        return ""
    line = [at(layer.put(spot)) for spot in spots]
    if max(math.dist(line[0], one) for one in line) < LEAST_MARK:
        return ""
    return smooth(line, closed=mark.kind not in ("line", "vessel", "cord"))


def _painted(mark: BodyMark, path: str) -> str:
    if mark.kind in ("line", "shape"):
        return f'<path class="mark" d="{path}" fill="none" stroke="{EDGE}" stroke-width="1"/>'
    colour = ORGANS[mark.kind]
    if mark.kind in ("vessel", "cord"):
        return (
            f'<path class="organ" d="{path}" fill="none" stroke="{colour}" stroke-opacity="0.55" stroke-width="3.4"/>'
        )
    return f'<path class="organ" d="{path}" fill="{colour}" fill-opacity="0.2"/>'


def _areas(
    chart: Chart, layers: Sequence[Layer], link: Callable[[str], str], at: Callable[[Point], Point]
) -> Iterator[str]:
    """Regions as links to the view that shows them from near: one link a region and view, both sides of it together."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in chart.areas:
        part = chart.body.segments[row.segment].part
        for layer in layers:
            if layer.part != part:
                continue
            for flip in (1.0, -1.0) if part == "body" and row.around_from > 0 else (1.0,):
                shape = [at(p) for p in area(chart.body, layer, row, flip)]
                if shape:
                    corners = "L".join(f"{fmt(x)} {fmt(y)}" for x, y in shape)
                    found.setdefault((row.region, row.view), []).append(f"M{corners}z")
    for (region, view), shapes in found.items():
        name = escape(chart.region_names[region])
        drawn = f'<path class="area" d="{"".join(shapes)}" fill-opacity="0"/>'
        yield f'<a href="{escape(link(view))}" aria-label="{name}">{drawn}</a>'


def _channels(shown: Sequence[Placed], view: View, at: Callable[[Point], Point]) -> Iterator[str]:
    """A line through the points of each channel, broken where a row says so or a point between is out of sight."""
    runs: dict[str, list[list[Point]]] = {}
    before: Placed | None = None
    for one in shown:
        if one.order is None or one.twin:
            continue
        joined = before is not None and before.channel == one.channel and before.order == one.order - 1
        if joined and not one.starts:
            runs[one.channel][-1].append(at(one.at))
        else:
            runs.setdefault(one.channel, []).append([at(one.at)])
        before = one
    for channel, lines in runs.items():
        path = "".join(smooth(run, closed=False) for run in lines if len(run) > 1)
        if path:
            colour, name = colour_of(channel)
            yield (
                f'<path class="channel {name}" d="{path}" fill="none" stroke="{colour}" '
                f'stroke-opacity="0.6" stroke-width="1.6"/>'
            )


CHANNELS = ("LU", "LI", "ST", "SP", "HT", "SI", "BL", "KI", "PC", "TE", "GB", "LR", "GV", "CV")


def colour_of(channel: str) -> tuple[str, str]:
    """One of six colours, so that neighbours differ; and its class, by which a dark page takes a lighter one."""
    if channel not in CHANNELS:
        return INK, ""
    number = CHANNELS.index(channel) % len(COLOURS)
    return COLOURS[number], f"c{number}"


def _quiet(dots: Sequence[Placed], at: Callable[[Point], Point]) -> Iterator[str]:
    for one in dots:
        x, y = at(one.at)
        yield f'<circle cx="{fmt(x)}" cy="{fmt(y)}" r="1.5" fill="{INK}" fill-opacity="0.35"/>'


def _points(
    named: Sequence[Placed], at: Callable[[Point], Point], frame: tuple[float, float, float, float], look: Look
) -> Iterator[str]:
    dots = [at(one.at) for one in named]
    labelled = [k for k, one in enumerate(named) if one.label]
    quiet = [dots[k] for k in range(len(named)) if k not in set(labelled)]
    names = place([dots[k] for k in labelled], [text_width(named[k].label, NAME) + 1 for k in labelled], frame, quiet)
    found: dict[int, Label | None] = dict(zip(labelled, names, strict=True))
    for k, one in enumerate(named):
        yield _dot(one, dots[k], found.get(k), look)


def _dot(one: Placed, dot: Point, label: Label | None, look: Look) -> str:
    colour, name = colour_of(one.channel)
    spot = f'cx="{fmt(dot[0])}" cy="{fmt(dot[1])}" r="{fmt(DOT)}" fill="{colour}"'
    marks = [f'<circle class="{name}" {spot}/>' if name else f"<circle {spot}/>"]
    if one.critical:
        marks.insert(
            0,
            f'<circle class="danger" cx="{fmt(dot[0])}" cy="{fmt(dot[1])}" r="{fmt(DOT + 2.6)}" fill="none" '
            f'stroke="{VERMILION}" stroke-width="1.8"/>',
        )
    if one.point in look.marked:
        marks.insert(0, f'<circle cx="{fmt(dot[0])}" cy="{fmt(dot[1])}" r="{fmt(DOT + 3.4)}" fill="{INK}"/>')
    if label is not None:
        if label.joint is not None:
            marks.insert(
                0,
                f'<path d="M{fmt(dot[0])} {fmt(dot[1])}L{fmt(label.joint[0])} {fmt(label.joint[1])}" '
                f'stroke="{INK}" stroke-opacity="0.45" stroke-width="0.8"/>',
            )
        bold = ' font-weight="bold"' if one.point in look.marked else ""
        marks.append(f'<text x="{fmt(label.base[0])}" y="{fmt(label.base[1])}"{bold}>{escape(one.label)}</text>')
    inner = "".join(marks)
    return f'<a href="{escape(look.link(one.point))}" aria-label="{escape(look.spoken(one.point))}">{inner}</a>'


def smooth(points: Sequence[Point], *, closed: bool) -> str:
    """A soft line through points (Catmull and Rom's spline as cubic curves)."""
    if len(points) < 3:
        return "M" + "L".join(f"{fmt(x)} {fmt(y)}" for x, y in points)
    count = len(points)
    parts = [f"M{fmt(points[0][0])} {fmt(points[0][1])}"]
    for k in range(count if closed else count - 1):
        a = points[k - 1] if closed or k else points[0]
        b, c = points[k], points[(k + 1) % count]
        d = points[(k + 2) % count] if closed or k + 2 < count else c
        reach = 0.4 * math.dist(b, c)
        first, second = _handle(b, a, c, reach), _handle(c, d, b, reach)
        parts.append("C" + " ".join(f"{fmt(x)} {fmt(y)}" for x, y in (first, second, c)))
    return "".join(parts) + ("z" if closed else "")


def _handle(at: Point, behind: Point, ahead: Point, most: float) -> Point:
    """Where a curve is heading from a point: no farther than its own stretch, or it overshoots beside a long one."""
    x, y = (ahead[0] - behind[0]) / 6, (ahead[1] - behind[1]) / 6
    size = math.hypot(x, y)
    part = min(1.0, most / size) if size else 0.0
    return (at[0] + x * part, at[1] + y * part)
