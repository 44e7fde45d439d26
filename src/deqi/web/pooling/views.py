"""The form, the result beneath it, and the result as a file."""

from __future__ import annotations

import dataclasses

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from deqi.api import html, pooling, write
from deqi.api import pages as blocks
from deqi.api.types import InputError, PooledTable
from deqi.web.pooling.answers import SVG, attached
from deqi.web.pooling.asked import Asked, asked
from deqi.web.pooling.figures import SHOWN, drawn, svg
from deqi.web.site import library, pages
from deqi.web.site.sentences import without_dashes

NUMBERS = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
"""What the numbers of a result may be asked for as, and the media type; a figure is asked for by its name."""


@require_http_methods(["GET", "HEAD", "POST"])
def pool(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the form as it was sent with its result, or its fault, or the result as a file."""
    if request.method != "POST":
        return pages.kept_page(request, "", "pool", lambda: pages.render("pooling/pool.html.j2", _form(Asked())))
    wanted, form = Asked(), request.POST.get("do", "")
    try:
        wanted = asked(request)
        if form in pooling.figures():
            with_figure = dataclasses.replace(wanted, figures=(*wanted.figures, form))
            return attached(svg(form, with_figure.pooled(), wanted.favours), f"pool-{form}.svg", SVG)
        found = wanted.pooled()
        if form in NUMBERS:
            text = write.json(found.as_json()) if form == "json" else pooling.studies_csv(found)
            return attached(text, f"pool-{form}.{form}", NUMBERS[form])
    except InputError as error:
        given = _form(wanted) | {"fault": without_dashes(str(error))}
        return pages.private_page("pooling/pool.html.j2", given, 422)
    return pages.private_page("pooling/pool.html.j2", _form(wanted) | _result(found, wanted))


def _form(wanted: Asked) -> dict[str, object]:
    return {
        "asked": wanted,
        "measures": pooling.measures(),
        "methods": pooling.methods(),
        "models": pooling.models(),
        "mixed": pooling.mixed_models(),
        "tests": pooling.tests(),
        "checks": pooling.checks(),
        "further_figures": [one for one in pooling.figures() if one not in SHOWN],
        "fault": "",
        "found": None,
    }


def _result(found: PooledTable, wanted: Asked) -> dict[str, object]:
    # the notes stand above the result here
    page = blocks.pooled(
        found, pages.words("pool.name"), library.library(), figures=True, notes=False, favours=wanted.favours or None
    )
    funnel = drawn("funnel", found, wanted.favours)
    more = [drawn(kind, found, wanted.favours) for kind in wanted.figures if kind not in SHOWN]
    return {
        "found": found,
        "page": page,
        "ctx": html.around(page),
        "notes": [without_dashes(one) for one in found.warnings],
        "funnel": funnel.figure,
        "more": more,
        "numbers": tuple(NUMBERS),
        "figures": ("forest", *(one.kind for one in (funnel, *more) if one.figure is not None)),
    }
