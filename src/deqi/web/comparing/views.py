"""One synthesis, by the trials and the method in the address."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deqi.errors import InputError
from deqi.evidence.benefits import BenefitCell, Evidence, benefit_evidence
from deqi.evidence.outcomes import Synthesis
from deqi.evidence.repool import METHODS, Repooled, find, key_of, repool
from deqi.report.blocks import Figure
from deqi.report.html import WIDE, Around
from deqi.report.repooled import CSV_HEAD, repooled_blocks, repooled_json, repooled_rows
from deqi.report.topics import Topic, topics
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
        return repool(self.cell, self.synthesis, self.trials, self.method)


@functools.lru_cache(maxsize=64)
def _evidence(topic: Topic) -> Evidence:
    return benefit_evidence(library.knowledge(), topic.id)


def _topic(name: str) -> Topic:
    for found in topics(library.knowledge()):
        if found.name == name and found.kind == "trials":
            return found
    raise Http404


def _choice(request: HttpRequest, topic: str, group: str, outcome: str) -> Choice:
    found = _topic(topic)
    at = find(_evidence(found), group, outcome)
    if at is None:
        raise Http404
    cell, synthesis = at
    order = [one.trial.trial for one in synthesis.effects]
    asked = request.GET.getlist("s")
    method = request.GET.get("method", METHODS[0])
    if method not in METHODS or set(asked) - {*order, ""}:
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
            "comparing/overview.html.j2", {"topic": found, "cells": _evidence(found).cells, "key_of": key_of}
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
            "blocks": repooled_blocks(found, library.phrases()),
            "chosen": {one.trial.trial for one in found.chosen},
            "methods": METHODS,
            "ctx": Around(frozenset(), {}),
            "here": f"/t/{choice.topic.name}/{choice.cell.group}/{key_of(choice.synthesis)}",
        },
    )


@require_safe
def download(request: HttpRequest, topic: str, group: str, outcome: str, form: str) -> HttpResponse:
    """The numbers or the plot of a comparison as a file."""
    choice = _choice(request, topic, group, outcome)
    edition = library.knowledge().edition.version
    key = Key(edition, pages.LOCALE, choice.topic.name, f"compare/{group}/{outcome}.{form}", choice.query)
    response = answer(request, PAGES.get(key, lambda: _file(choice, form, edition), MEDIA[form]))
    response["Content-Disposition"] = f'attachment; filename="{topic}-{group}-{outcome}.{form}"'
    return response


def _file(choice: Choice, form: str, edition: str) -> str:
    found = choice.pooled()
    if form == "json":
        return repooled_json(found, edition).decode()
    if form == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(CSV_HEAD)
        writer.writerows(repooled_rows(found))
        return out.getvalue()
    for block in repooled_blocks(found, library.phrases()):
        if isinstance(block, Figure):
            return block.draw(WIDE)
    raise Http404
