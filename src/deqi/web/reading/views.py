"""Home, and a topic in the reader's order."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.api import look_up
from deqi.api.types import InputError, Topic
from deqi.web.site import library, pages


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Find your kind of neuropathy or complaint."""
    return pages.kept_page(request, "", "home", lambda: pages.render("reading/home.html.j2", {"topics": _topics()}))


@require_safe
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    """The page of one topic."""
    found = _topic(topic)
    return pages.kept_page(
        request, found.name, "topic", lambda: pages.render("reading/topic.html.j2", {"topic": found})
    )


def _topics() -> dict[str, list[Topic]]:
    found = look_up.topics(library.library())
    return {kind: [one for one in found if one.kind == kind] for kind in ("trials", "reviews")}


def _topic(name: str) -> Topic:
    try:
        found = look_up.topic(library.library(), name)
    except InputError:
        raise Http404 from None
    if found.name != name:
        raise Http404
    return found
