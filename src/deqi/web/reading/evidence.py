"""Trials, surveys, rules, sources and single rows at addresses that stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.api import html, look_up
from deqi.api import pages as blocks
from deqi.api.types import InputError, Page
from deqi.web.reading.places import MOST, places, references
from deqi.web.reading.topics import topic_named
from deqi.web.reading.views import page_of
from deqi.web.site import library, pages


def _found(make: Callable[[], Page]) -> Page:
    try:
        return make()
    except InputError:
        raise Http404 from None


@require_safe
def trials(request: HttpRequest) -> HttpResponse:
    """Every comparison of every trial."""
    shelf = library.library()
    return page_of(request, "trials", lambda: blocks.trials(look_up.trials(shelf), shelf))


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every work."""
    shelf = library.library()
    return page_of(request, "sources", lambda: blocks.sources(look_up.sources(shelf), shelf))


@require_safe
def trial(request: HttpRequest, name: str) -> HttpResponse:
    """One trial with its numbers."""
    shelf = library.library()
    page = _found(lambda: blocks.trial(look_up.trial(shelf, name), shelf))
    return page_of(request, "trial", lambda: page, name)


@require_safe
def survey(request: HttpRequest, name: str) -> HttpResponse:
    """One safety survey with its counts."""
    shelf = library.library()
    page = _found(lambda: blocks.survey(look_up.survey(shelf, name), shelf))
    return page_of(request, "survey", lambda: page, name)


@require_safe
def rule(request: HttpRequest, name: str) -> HttpResponse:
    """One rule."""
    shelf = library.library()
    page = _found(lambda: blocks.rule_card(look_up.rule(shelf, name), shelf))
    return page_of(request, "rule", lambda: page, name)


@require_safe
def source(request: HttpRequest, name: str) -> HttpResponse:
    """One work, and the rows that rest on it."""
    shelf = library.library()
    page = _found(lambda: blocks.source(look_up.source(shelf, name), shelf))
    return page_of(request, "source", lambda: page, name)


@require_safe
def row(request: HttpRequest, topic: str, kind: str, name: str) -> HttpResponse:
    """Why this number: a row, what it belongs to, its sources, and the sentences of a topic that rest on it."""
    shelf = library.library()
    about = topic_named(topic)
    released = dt.date.fromisoformat(shelf.knowledge.edition.released)
    reference = f"{kind}:{name}"
    page = _found(lambda: blocks.chain(look_up.explain(shelf, reference, about.name, released), about, shelf))
    return page_of(request, "row", lambda: page, f"{about.name} {reference}")


@require_safe
def why(request: HttpRequest, topic: str) -> HttpResponse:
    """Why these words: the rows that a sentence rests on, each a link to all that is known of it."""
    about = topic_named(topic)
    asked = dict.fromkeys(request.GET.get("r", "").split()[:MOST])
    known = tuple(one for one in asked if one in references())
    if not known:
        raise Http404
    shelf = library.library()
    page = blocks.rows_behind(look_up.rows(shelf, known), shelf)
    given = {"title": pages.words("why.title"), "page": page, "ctx": html.around(page, places(about.name))}
    return pages.kept_page(
        request, about.name, "why", lambda: pages.render("reading/blocks.html.j2", given), " ".join(known)
    )
