"""The atlas: views of the body map, points by what people type, and one point with all that is held about it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from deqi.api.library import Library
from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.knowledge.atlas import PointCard
    from deqi.knowledge.tables.atlas import Point
    from deqi.knowledge.tables.vocabulary import Region

PARTS = {
    "whole": ("front", "back", "left", "right"),
    "head": ("head-front", "head-left", "head-right", "head-back", "head-top", "ear"),
    "trunk": ("chest", "belly", "upper-back", "lower-back", "trunk-left", "trunk-right"),
    "arm": ("arm-front", "arm-back", "arm-outer", "arm-inner", "palm", "hand-back"),
    "leg": ("leg-front", "leg-back", "leg-outer", "leg-inner", "foot-top", "foot-outer", "foot-inner", "sole"),
}
"""Views by the part of the body they show."""


def views() -> tuple[str, ...]:
    """Every view, the whole body first."""
    from deqi.bodymap.scenes import VIEWS

    return tuple(VIEWS)


def is_whole(view: str) -> bool:
    """Whether a view shows the whole body, where points are named only on demand."""
    from deqi.bodymap.scenes import VIEWS

    return VIEWS[view].whole


def picture(
    library: Library,
    view: str,
    *,
    title: str,
    description: str,
    link: Callable[[str], str],
    area_link: Callable[[str], str] | None = None,
    chosen: Collection[str] | None = None,
    near: str | None = None,
    marked: Collection[str] = (),
) -> str:
    """A view as SVG.

    ``chosen`` names the only points that are named, ``area_link`` makes regions links, ``near`` shows only the
    neighbourhood of a point; that and the ``marked`` stand out.
    """
    from deqi.bodymap.drawing import Look, draw
    from deqi.bodymap.scenes import VIEWS

    found = VIEWS[view] if near is None else library.chart.near(VIEWS[view], near)
    spoken = {one.code: f"{one.code} {one.pinyin_tone or one.pinyin}" for one in all_points(library)}
    named = () if found.whole and chosen is None else chosen
    bold = {*marked, *((near,) if near else ())}
    return draw(library.chart, found, Look(title, description, link, lambda code: spoken[code], named, area_link, bold))


def points_on(library: Library, view: str) -> tuple[str, ...]:
    """The points of a view, in channel order."""
    from deqi.bodymap.scenes import VIEWS

    return tuple(dict.fromkeys(one.point for one in library.chart.placed(VIEWS[view])))


def views_of(library: Library, code: str) -> tuple[str, ...]:
    """The views near enough to name a point, on which it can be seen."""
    return tuple(view for view in views() if not is_whole(view) and code in points_on(library, view))


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A view with those of some points that it shows."""

    view: str
    points: tuple[str, ...]


def fewest_views(library: Library, points: Sequence[str]) -> tuple[Drawn, ...]:
    """The fewest near views, one after the other the one that shows most of what is left, that show all points."""
    left, found = set(points), []
    while left:
        best = max(
            (view for view in views() if not is_whole(view)), key=lambda view: len(left & set(points_on(library, view)))
        )
        here = left & set(points_on(library, best))
        if not here:
            break
        found.append(Drawn(best, tuple(one for one in points_on(library, best) if one in here)))
        left -= here
    return tuple(found)


def all_points(library: Library) -> tuple[Point, ...]:
    """Every point, in channel order."""
    from deqi.knowledge.tables.atlas import Point

    return library.knowledge.rows(Point)


@dataclasses.dataclass(frozen=True)
class ProtocolPoints:
    """A published protocol and the points it uses; none where they were not found."""

    name: str
    title: str
    condition: str
    points: tuple[str, ...]


def protocols(library: Library) -> tuple[ProtocolPoints, ...]:
    """The published protocols whose points are known."""
    found = []
    for one in library.knowledge.protocols:
        named = [needling.point for component in one.components for needling in component.needlings]
        codes = tuple(dict.fromkeys((*named, *one.optional_points)))
        found.append(ProtocolPoints(one.id, one.title, one.condition, codes))
    return tuple(one for one in found if one.points)


@dataclasses.dataclass(frozen=True)
class PointFacts:
    """One point: its card, where it is seen, the regions it lies in, and the protocols that use it."""

    row: Point
    card: PointCard
    views: tuple[str, ...]
    regions: tuple[Region, ...]
    protocols: tuple[ProtocolPoints, ...]


def point(library: Library, code: str) -> PointFacts:
    """All that is held about a point.

    Raises:
        InputError: no point has this code.
    """
    from deqi.knowledge.atlas import card
    from deqi.knowledge.tables.vocabulary import Region, RegionPoint

    row = next((one for one in all_points(library) if one.code.casefold() == code.casefold()), None)
    if row is None:
        raise InputError(library.phrases.say("map.no-point"))
    within = {one.region for one in library.knowledge.rows(RegionPoint) if one.point == row.code}
    return PointFacts(
        row,
        card(library.knowledge, row.code),
        views_of(library, row.code),
        tuple(one for one in library.knowledge.rows(Region) if one.region in within),
        tuple(one for one in protocols(library) if row.code in one.points),
    )


def regions(library: Library) -> tuple[tuple[Region, tuple[str, ...]], ...]:
    """The regions that hold points, each with its points; parents come before their parts."""
    from deqi.knowledge.tables.vocabulary import Region, RegionPoint

    held: dict[str, list[str]] = {}
    for one in library.knowledge.rows(RegionPoint):
        held.setdefault(one.region, []).append(one.point)
    return tuple((row, tuple(held[row.region])) for row in library.knowledge.rows(Region) if row.region in held)


def nerves(library: Library) -> tuple[tuple[str, int], ...]:
    """The nerves that the atlas names, with how many points lie at each."""
    from deqi.knowledge.tables.atlas import PointAnatomy

    count: dict[str, int] = {}
    for row in library.knowledge.rows(PointAnatomy):
        inner = [name for name in re.findall(r"\(([^)]*)\)", row.nerve_family) if " " in name]
        plain = re.sub(r"\([^)]*\)", "", row.nerve_family).split(";")
        for name in {part.strip() for part in (*plain, *inner) if part.strip()}:
            count[name] = count.get(name, 0) + 1
    return tuple(sorted(count.items()))


def find(library: Library, typed: str) -> tuple[Point, ...]:
    """Points by code, pinyin, Chinese characters, region or nerve; none where nothing fits."""
    from deqi.knowledge.atlas import codes_near, finder

    words = typed.strip()[:80]
    if not words:
        return ()
    codes: Collection[str] = finder(library.knowledge).find(words).codes
    if not codes:
        wanted = words.casefold()
        codes = [
            code
            for region, held in regions(library)
            if wanted in (region.region, region.name.casefold(), region.plain_name.casefold())
            for code in held
        ]
    if not codes:
        codes = codes_near(library.knowledge, words.casefold().removesuffix(" nerve"))
    return tuple(one for one in all_points(library) if one.code in set(codes))
