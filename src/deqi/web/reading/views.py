"""Pages about the whole: claims, methods, gaps, changes, about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.api import html, look_up
from deqi.api import pages as blocks
from deqi.api.types import Page
from deqi.web.site import library, pages

METHOD_KEYS = ("rows", "one", "pool", "small", "people", "harm", "sure", "rules", "doubt", "checked")
ABOUT_KEYS = ("use", "notuse", "who", "paid", "update", "review", "code", "contact")
IPDAS_QUALIFY = ("condition", "decision", "options", "good", "bad", "like")
IPDAS_CERTIFY = ("equal", "citations", "date", "policy", "uncertainty", "funding")


def page_of(request: HttpRequest, name: str, make: Callable[[], Page], choice: str = "") -> HttpResponse:
    """A page of blocks in the frame of the site."""

    def written() -> str:
        page = make()
        title = page.title or pages.words(f"page.{name}")
        if choice and not page.title:
            title = f"{title}: {choice}"
        return pages.render("reading/blocks.html.j2", {"title": title, "page": page, "ctx": html.around(page)})

    return pages.kept_page(request, "", f"page/{name}", written, choice)


def _list_page(request: HttpRequest, name: str, groups: Mapping[str, tuple[str, ...]]) -> HttpResponse:
    return pages.kept_page(
        request, "", name, lambda: pages.render("reading/list.html.j2", {"at": name, "groups": groups})
    )


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """What people are told, and what the evidence says."""
    shelf = library.library()
    return page_of(request, "claims", lambda: blocks.claims(look_up.claims(shelf), shelf))


@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """What is not known, not checked, or due for review."""
    shelf = library.library()
    return page_of(request, "gaps", lambda: blocks.gaps(look_up.gaps(), shelf))


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed between editions, from the recorded changes."""
    shelf = library.library()
    return page_of(request, "changes", lambda: blocks.recorded_changes(shelf))


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Intended use, who wrote and checked it, who paid, how it is kept up to date."""
    return _list_page(request, "about.", {"about": ABOUT_KEYS})


@require_safe
def ipdas(request: HttpRequest) -> HttpResponse:
    """The criteria for decision aids, item by item."""
    return _list_page(request, "ipdas.", {"qualify": IPDAS_QUALIFY, "certify": IPDAS_CERTIFY})


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """How the numbers are made; the defaults come from the code itself."""
    return pages.kept_page(
        request,
        "",
        "methods",
        lambda: pages.render(
            "reading/methods.html.j2", {"keys": METHOD_KEYS, "defaults": look_up.defaults(library.library())}
        ),
    )
