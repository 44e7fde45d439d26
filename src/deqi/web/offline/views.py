"""The page to keep a copy from, the worker that answers from it, and what makes it an app on the home screen.

The copy is a fixed list of pages, the same for everybody: what lies on a device does not tell what was read there.
"""

from __future__ import annotations

import functools
import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.api import look_up
from deqi.web.reading.topics import PARTS
from deqi.web.site import assets, library, pages
from deqi.web.site.cache import PAGES, Key, answer

ABOUT = ("/", "/claims", "/methods", "/about", "/about/ipdas", "/e/changes", "/e/gaps", "/offline")
"""Pages about the whole."""
FILES = (assets.STYLE, "favicon.svg", "offline.js")
JAVASCRIPT = "text/javascript; charset=utf-8"


@functools.cache
def readable() -> tuple[str, ...]:
    """The addresses of the pages in the copy."""
    topics = [f"/t/{topic.name}" for topic in look_up.topics(library.library())]
    return (*ABOUT, *(address for at in topics for address in (at, *(f"{at}/{part}" for part in PARTS))))


@functools.cache
def kept() -> tuple[str, ...]:
    """The pages, and the files that they are shown with."""
    return (*readable(), *map(assets.address, FILES))


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Keep the pages on this device, or remove them; where there is no network, what to do."""
    given = {"count": len(readable())}
    return pages.kept_page(request, "", "offline", lambda: pages.render("offline/offline.html.j2", given))


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker: the network first, and the copy where that does not answer."""
    key = Key(library.library().edition, pages.LOCALE, "", "offline/worker")
    response = answer(request, PAGES.get(key, lambda: pages.render("offline/worker.js", {"kept": kept()}), JAVASCRIPT))
    # It lies under /offline and answers for the whole site.
    response["Service-Worker-Allowed"] = "/"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Name and picture for a home screen."""
    told = {
        "name": pages.words("home.heading"),
        "short_name": pages.words("name"),
        "description": pages.words("description"),
        "lang": pages.words("lang"),
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#ffffff",
        "theme_color": "#0b6e4f",
        "icons": [{"src": assets.address("favicon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    key = Key(library.library().edition, pages.LOCALE, "", "offline/manifest")
    return answer(request, PAGES.get(key, lambda: json.dumps(told), "application/manifest+json"))
