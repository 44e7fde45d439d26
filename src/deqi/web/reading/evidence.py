"""Trials, surveys, rules, sources and single rows at addresses that stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.api import html, look_up
from deqi.api import pages as blocks
from deqi.api.types import InputError, Library, Page
from deqi.web.reading.places import MOST, places, references
from deqi.web.reading.topics import topic_named
from deqi.web.reading.views import page_of
from deqi.web.site import library, pages

View = Callable[..., HttpResponse]


def _found(find: Callable[[], Any]) -> Any:
    """What is looked up, or 404; asked for only while a page is made, not when it is kept already."""
    try:
        return find()
    except InputError:
        raise Http404 from None


def _all(name: str, find: Callable[[Library], Any], write: Callable[[Any, Library], Page]) -> View:
    """The view of everything of a kind."""

    def view(request: HttpRequest) -> HttpResponse:
        shelf = library.library()
        return page_of(request, name, lambda: write(find(shelf), shelf))

    safe: View = require_safe(view)
    return safe


def _one(kind: str, find: Callable[[Library, str], Any], write: Callable[[Any, Library], Page]) -> View:
    """The view of one of a kind, by the name in its address."""

    def view(request: HttpRequest, name: str) -> HttpResponse:
        shelf = library.library()
        return page_of(request, kind, lambda: write(_found(lambda: find(shelf, name)), shelf), name)

    safe: View = require_safe(view)
    return safe


trials = _all("trials", look_up.trials, blocks.trials)
sources = _all("sources", look_up.sources, blocks.sources)
trial = _one("trial", look_up.trial, blocks.trial)
survey = _one("survey", look_up.survey, blocks.survey)
rule = _one("rule", look_up.rule, blocks.rule_card)
source = _one("source", look_up.source, blocks.source)


@require_safe
def row(request: HttpRequest, topic: str, kind: str, name: str) -> HttpResponse:
    """Why this number: a row, what it belongs to, its sources, and the sentences of a topic that rest on it."""
    shelf = library.library()
    about = topic_named(topic)
    released = dt.date.fromisoformat(shelf.knowledge.edition.released)
    reference = f"{kind}:{name}"

    def made() -> Page:
        return blocks.chain(_found(lambda: look_up.explain(shelf, reference, about.name, released)), about, shelf)

    return page_of(request, "row", made, f"{about.name} {reference}")


@require_safe
def why(request: HttpRequest, topic: str) -> HttpResponse:
    """Why these words: the rows that a sentence rests on, each a link to all that is known of it."""
    about = topic_named(topic)
    asked = dict.fromkeys(request.GET.get("r", "").split()[:MOST])
    known = tuple(one for one in asked if one in references())
    if not known:
        raise Http404

    def made() -> str:
        shelf = library.library()
        page = blocks.rows_behind(look_up.rows(shelf, known), shelf)
        given = {"title": pages.words("why.title"), "page": page, "ctx": html.around(page, places(about.name))}
        return pages.render("reading/blocks.html.j2", given)

    return pages.kept_page(request, about.name, "why", made, " ".join(known))
