"""The list of points, the map with its views, and a page for each point."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.http import require_safe

from deqi.api import atlas
from deqi.api.types import InputError
from deqi.web.site import library, pages


def point_address(code: str) -> str:
    """Where a point has its page."""
    return f"/points/{code}"


def picture(
    view: str,
    chosen: Collection[str] | None = None,
    link: Callable[[str], str] = point_address,
    near: str | None = None,
    *,
    area: Callable[[str], str] | None = None,
    marked: Collection[str] = (),
) -> str:
    """A view of the map as it stands in a page."""
    title = pages.words(f"map.view.{view}")
    return atlas.picture(
        library.library(),
        view,
        title=title,
        description=pages.words("map.schematic"),
        link=link,
        area_link=area or area_address,
        chosen=chosen,
        near=near,
        marked=marked,
    )


def area_address(view: str) -> str:
    """Where a tap on the whole body leads: a nearer view."""
    return f"/points/map/{view}"


def _protocol(request: HttpRequest) -> atlas.ProtocolPoints | None:
    name = request.GET.get("protocol", "")
    if not name:
        return None
    for one in atlas.protocols(library.library()):
        if one.name == name:
            return one
    raise Http404


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The whole body from four sides, and every nearer view by name."""
    chosen = _protocol(request)
    return pages.kept_page(
        request,
        "",
        f"map?{chosen.name}" if chosen else "map",  # a few protocols: worth the hardest compression
        lambda: pages.render(
            "atlas/overview.html.j2",
            {
                "parts": atlas.PARTS,
                "protocols": atlas.protocols(library.library()),
                "chosen": chosen,
                "shown": atlas.fewest_views(library.library(), chosen.points) if chosen else (),
                "pictures": {name: picture(name, chosen.points if chosen else None) for name in atlas.PARTS["whole"]},
            },
        ),
    )


@require_safe
def view(request: HttpRequest, view: str) -> HttpResponse:
    """One view, perhaps with the points of a protocol alone named."""
    shelf = library.library()
    if view not in atlas.views():
        raise Http404
    chosen = _protocol(request)

    def made() -> str:
        codes = set(atlas.points_on(shelf, view))
        if chosen is not None or atlas.is_whole(view):
            codes &= set(chosen.points) if chosen else set()
        return pages.render(
            "atlas/view.html.j2",
            {
                "view": view,
                "drawn": picture(view, chosen.points if chosen else None),
                "parts": atlas.PARTS,
                "protocols": atlas.protocols(shelf),
                "chosen": chosen,
                "points": [one for one in atlas.all_points(shelf) if one.code in codes],
            },
        )

    section = f"map/{view}?{chosen.name}" if chosen else f"map/{view}"
    return pages.kept_page(request, "", section, made)


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Every point by channel; or those that fit what was typed."""
    shelf = library.library()
    typed = request.GET.get("q", "").strip()[:80]
    if typed:
        found = atlas.find(shelf, typed)
        return pages.private_page("atlas/found.html.j2", {"typed": typed, "points": found})

    def made() -> str:
        channels: dict[str, list[object]] = {}
        for one in atlas.all_points(shelf):
            channels.setdefault(one.channel or one.code.partition("-")[0], []).append(one)
        return pages.render(
            "atlas/points.html.j2",
            {
                "channels": channels,
                "count": len(atlas.all_points(shelf)),
                "regions": atlas.regions(shelf),
                "nerves": atlas.nerves(shelf),
            },
        )

    return pages.kept_page(request, "", "points", made)


@require_safe
def point(request: HttpRequest, code: str) -> HttpResponse:
    """One point: where it lies, what is beneath, how deep, and who uses it."""
    shelf = library.library()
    try:
        found = atlas.point(shelf, code)
    except InputError:
        raise Http404 from None
    if found.row.code != code:
        return HttpResponsePermanentRedirect(point_address(found.row.code))
    return pages.kept_page(request, "", f"point/{code}", lambda: _point_page(found))


def _point_page(found: atlas.PointFacts) -> str:
    shown = found.views[:2]
    return pages.render(
        "atlas/point.html.j2",
        {
            "found": found,
            "card": found.card,
            "row": found.row,
            "pictures": {name: picture(name, near=found.row.code) for name in shown},
        },
    )


def warm() -> None:
    """Draw one view and one point, so that all they need is loaded."""
    _point_page(atlas.point(library.library(), atlas.points_on(library.library(), "chest")[0]))
