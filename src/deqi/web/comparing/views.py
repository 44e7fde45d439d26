"""One synthesis, by the trials and the method in the address."""

from __future__ import annotations

import dataclasses
import functools
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.api import comparing, html, look_up
from deqi.api.types import BenefitCell, Evidence, Repooled, Synthesis, Topic
from deqi.errors import InputError
from deqi.web.site import library, pages
from deqi.web.site.cache import PAGES, Key, answer

MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json", "svg": "image/svg+xml"}


@dataclasses.dataclass(frozen=True)
class Choice:
    """What an address asks for. ``trials`` is None where nothing was ticked: all trials count."""

    topic: Topic
    cell: BenefitCell
    synthesis: Synthesis
    trials: tuple[str, ...] | None
    method: str

    @property
    def query(self) -> str:
        """The choice as it stands in an address, in one order whatever order it came in."""
        asked = [("s", one) for one in self.trials or ()]
        if self.trials is not None and not self.trials:
            asked.append(("s", ""))
        return urlencode([*asked, ("method", self.method)])

    def pooled(self) -> Repooled:
        return comparing.repool(self.cell, self.synthesis, self.trials, self.method)


@functools.lru_cache(maxsize=64)
def _evidence(topic: Topic) -> Evidence:
    return comparing.evidence(library.library(), topic)


def _topic(name: str) -> Topic:
    for found in look_up.topics(library.library()):
        if found.name == name and found.kind == "trials":
            return found
    raise Http404


def _choice(request: HttpRequest, topic: str, group: str, outcome: str) -> Choice:
    found = _topic(topic)
    at = comparing.find(_evidence(found), group, outcome)
    if at is None:
        raise Http404
    cell, synthesis = at
    order = [one.trial.trial for one in synthesis.effects]
    asked = request.GET.getlist("s")
    method = request.GET.get("method", comparing.methods()[0])
    if method not in comparing.methods() or set(asked) - {*order, ""}:
        raise InputError(pages.words("compare.unknown"))
    trials = tuple(one for one in order if one in asked) if asked else None
    return Choice(found, cell, synthesis, None if trials == tuple(order) else trials, method)


@require_safe
def overview(request: HttpRequest, topic: str) -> HttpResponse:
    """Every comparison of a topic that has numbers."""
    found = _topic(topic)
    return pages.kept_page(
        request,
        found.name,
        "compare",
        lambda: pages.render(
            "comparing/overview.html.j2", {"topic": found, "cells": _evidence(found).cells, "key_of": comparing.name_of}
        ),
    )


@require_safe
def comparison(request: HttpRequest, topic: str, group: str, outcome: str) -> HttpResponse:
    """The page of one comparison."""
    choice = _choice(request, topic, group, outcome)
    section = f"compare/{group}/{outcome}"
    return pages.kept_page(request, choice.topic.name, section, lambda: _page(choice), choice.query)


def _page(choice: Choice) -> str:
    found = choice.pooled()
    return pages.render(
        "comparing/comparison.html.j2",
        {
            "topic": choice.topic,
            "choice": choice,
            "found": found,
            "blocks": comparing.blocks(found, library.library()),
            "chosen": {one.trial.trial for one in found.chosen},
            "methods": comparing.methods(),
            "ctx": html.bare(),
            "here": f"/t/{choice.topic.name}/{choice.cell.group}/{comparing.name_of(choice.synthesis)}",
        },
    )


@require_safe
def download(request: HttpRequest, topic: str, group: str, outcome: str, form: str) -> HttpResponse:
    """The numbers or the plot of a comparison as a file."""
    choice = _choice(request, topic, group, outcome)
    edition = library.library().edition
    key = Key(edition, pages.LOCALE, choice.topic.name, f"compare/{group}/{outcome}.{form}", choice.query)
    response = answer(request, PAGES.get(key, lambda: _file(choice, form), MEDIA[form]))
    response["Content-Disposition"] = f'attachment; filename="{topic}-{group}-{outcome}.{form}"'
    return response


def _file(choice: Choice, form: str) -> str:
    found = choice.pooled()
    if form == "json":
        return comparing.as_json(found, library.library())
    if form == "csv":
        return comparing.as_csv(found)
    drawn = comparing.as_svg(found, library.library())
    if drawn is None:
        raise Http404
    return drawn


def warm(found: Topic) -> None:
    """Make one comparison of a topic once, so that all it needs is loaded."""
    for cell in _evidence(found).cells:
        for synthesis in cell.syntheses:
            _page(Choice(found, cell, synthesis, None, comparing.methods()[0]))
            return
