"""Home, the search for a topic, and a topic: its page to decide with and its full report."""

from __future__ import annotations

import datetime as dt
import functools

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.api import ReportRequest, html, look_up, report
from deqi.api import pages as blocks
from deqi.api.types import InputError, Report, Topic
from deqi.web.reading.places import Why, places
from deqi.web.site import library, pages

MOST_TYPED = 80
PARTS = {"benefits": "benefits", "risks": "harms", "may-i": "who-should-not", "sure": "how-sure", "else": "what-else"}
"""The parts of a report that have an address of their own, by the last word of it, and their sections."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Find your kind of neuropathy or complaint."""
    return pages.kept_page(
        request, "", "home", lambda: pages.render("reading/home.html.j2", {"topics": _by_kind(), "typed": ""})
    )


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Topics for what was typed; what was typed is shown again and not kept."""
    typed = request.GET.get("q", "")[:MOST_TYPED].strip()
    found = _matching(typed) if typed else ()
    return pages.private_page("reading/find.html.j2", {"typed": typed, "found": found, "topics": _by_kind()})


def _by_kind() -> dict[str, list[Topic]]:
    found = look_up.topics(library.library())
    return {kind: [one for one in found if one.kind == kind] for kind in ("trials", "reviews")}


def _matching(typed: str) -> tuple[Topic, ...]:
    """The topic that is meant, else all with a word of what was typed."""
    try:
        return (look_up.topic(library.library(), typed),)
    except InputError:
        words = [word for word in typed.casefold().replace(",", " ").split() if len(word) > 2]
        every = look_up.topics(library.library())
        told = {one: f"{one.name} {one.plain_name} {one.clinical_name}".casefold() for one in every}
        return tuple(one for one in every if any(word in told[one] for word in words))


def topic_named(name: str) -> Topic:
    """A topic by the name in an address.

    Raises
    ------
    Http404
        No such topic, or another spelling of one: an address has one spelling.
    """
    for found in look_up.topics(library.library()):
        if found.name == name:
            return found
    raise Http404


@functools.lru_cache(maxsize=64)
def made(topic: Topic) -> Report:
    """The report of a topic as of the day of its edition: the same address says the same until the edition changes."""
    released = dt.date.fromisoformat(library.library().knowledge.edition.released)
    return report(library.library(), ReportRequest(released, topic.name))


@require_safe
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    """The page to decide with."""
    found = topic_named(topic)
    return pages.kept_page(request, found.name, "topic", lambda: _decide(found))


@require_safe
def clinician(request: HttpRequest, topic: str) -> HttpResponse:
    """One sheet of paper for a clinician."""
    found = topic_named(topic)
    return pages.kept_page(request, found.name, "clinician", lambda: _one_sheet(found))


@require_safe
def full(request: HttpRequest, topic: str) -> HttpResponse:
    """Everything, with every row and source."""
    found = topic_named(topic)
    return pages.kept_page(request, found.name, "full", lambda: _full(found))


def _decide(found: Topic) -> str:
    """The decision page; a topic that rests on published reviews alone has its report instead."""
    sheet = blocks.decision(made(found), library.library())
    if sheet is None:
        return _full(found)
    body = html.decision_body(sheet, Why(found.name))
    given = {"topic": found, "title": sheet.title, "body": body, "parts": PARTS}
    return pages.render("reading/topic.html.j2", given)


@require_safe
def printed(request: HttpRequest, topic: str) -> HttpResponse:
    """The page to decide with as it is printed: no links to tap, its address and edition on the paper."""
    found = topic_named(topic)
    return pages.kept_page(request, found.name, "print", lambda: _printed(found))


@require_safe
def part(request: HttpRequest, topic: str, part: str) -> HttpResponse:
    """One question of the report: in a sentence, on a card, with every row."""
    found = topic_named(topic)
    return pages.kept_page(request, found.name, f"part/{part}", lambda: _part(found, part))


def _printed(found: Topic) -> str:
    sheet = blocks.decision(made(found), library.library())
    if sheet is None:
        raise Http404
    given = {"topic": found, "title": sheet.title, "body": html.decision_body(sheet)}
    return pages.render("reading/print.html.j2", given)


def _part(found: Topic, name: str) -> str:
    page = blocks.report(made(found), library.library())
    section = next((one for one in page.sections if one.id == PARTS[name]), None)
    if section is None:
        raise Http404
    given = {
        "topic": found, "page": page, "section": section, "at": name, "parts": PARTS,
        "ctx": html.around(page, places(found.name)),
    }  # fmt: skip
    return pages.render("reading/part.html.j2", given)


def _one_sheet(found: Topic) -> str:
    sheet = blocks.one_pager(made(found), library.library())
    if sheet is None:
        raise Http404
    return pages.render("reading/clinician.html.j2", {"topic": found, "body": html.one_pager_body(sheet)})


def _full(found: Topic) -> str:
    page = blocks.report(made(found), library.library())
    # Rows and sources have pages of their own, to which every number leads.
    sections = [one for one in page.sections if one.id not in ("rows", "sources")]
    given = {"topic": found, "page": page, "sections": sections, "ctx": html.around(page, places(found.name))}
    return pages.render("reading/full.html.j2", given)


def warm(found: Topic) -> None:
    """Make the pages of a topic once, so that all they need is loaded."""
    _decide(found)
    _full(found)
    _one_sheet(found)
