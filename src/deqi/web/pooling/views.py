"""The form, the result beneath it, and the result as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from deqi.api import html, pooling, write
from deqi.api import pages as blocks
from deqi.api.types import InputError, PooledTable
from deqi.web.pooling.asked import Asked, asked
from deqi.web.site import library, pages
from deqi.web.site.sentences import without_dashes

FILES = {
    "json": ("application/json", "json"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "forest": ("image/svg+xml", "svg"),
    "funnel": ("image/svg+xml", "svg"),
}
"""What a result may be asked for as: media type and ending."""


@require_http_methods(["GET", "HEAD", "POST"])
def pool(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: the form as it was sent with its result, or its fault, or the result as a file."""
    if request.method != "POST":
        return pages.kept_page(request, "", "pool", lambda: pages.render("pooling/pool.html.j2", _form(Asked())))
    wanted = Asked()
    try:
        wanted = asked(request)
        found = wanted.pooled()
        if (form := request.POST.get("do", "")) in FILES:
            return _file(found, form)
    except InputError as error:
        given = _form(wanted) | {"fault": without_dashes(str(error))}
        return pages.private_page("pooling/pool.html.j2", given, 422)
    return pages.private_page("pooling/pool.html.j2", _form(wanted) | _result(found))


def _form(wanted: Asked) -> dict[str, object]:
    return {
        "asked": wanted,
        "measures": pooling.measures(),
        "methods": pooling.methods(),
        "models": pooling.models(),
        "mixed": pooling.mixed_models(),
        "fault": "",
        "found": None,
    }


def _result(found: PooledTable) -> dict[str, object]:
    # the notes stand above the result here
    page = blocks.pooled(found, pages.words("pool.name"), library.library(), figures=True, notes=False)
    return {
        "found": found,
        "page": page,
        "ctx": html.around(page),
        "notes": [without_dashes(one) for one in found.warnings],
        "funnel": blocks.funnel_figure(found, library.library()),
        "files": FILES,
    }


def _file(found: PooledTable, form: str) -> HttpResponse:
    shelf = library.library()
    if form == "json":
        text = write.json(found.as_json())
    elif form == "csv":
        text = pooling.studies_csv(found)
    else:
        text = blocks.figure(form, found, shelf)
    media, ending = FILES[form]
    response = HttpResponse(text, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="pool-{form}.{ending}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
