"""The form with its result, the map to tap, the sheet and the files."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deqi.api import atlas, html, planning, read, write
from deqi.api import pages as blocks
from deqi.api.types import Assessed, InputError, Jotted, PlanCheck
from deqi.web.atlas.views import picture
from deqi.web.planning.form import ANSWER, Form, checked, other_of, read_form, with_rows
from deqi.web.site import library, pages
from deqi.web.site.cache import LIGHT, answer, keep

PACKED = (b"\x1f\x8b", b"PK\x03\x04")
"""How gzip and zip files begin: a record is read as it is."""
MOST_ASKED = 8
"""Questions put at once below a result: those that hold up most needles first."""
FILES = {"yaml": "application/yaml; charset=utf-8", "json": "application/json"}


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """GET: an empty plan, or one with the points of the address. POST: the plan as it was sent, checked where asked."""
    shelf = library.library()
    if request.method != "POST":
        form = read_form(QueryDict(), shelf)
        return _page(with_rows(form, [planning.row(place=one) for one in _codes(request)], shelf))
    form = read_form(request.POST, shelf)
    do, _, which = request.POST.get("do", "edit").partition(" ")
    if do == "protocol":
        named = request.POST.get("protocol", "")
        if named not in {one.name for one in atlas.protocols(shelf)}:
            raise InputError(pages.words("plan.protocol.unknown"))
        form = with_rows(form, [*form.rows, *planning.rows_of(read.plan(f"protocol:{named}", shelf))], shelf)
        return _page(form)
    if do not in ("check", "instead") or not form.plan.needlings or form.faults or form.refused:
        return _page(form, status=422 if form.faults or form.refused else 200)
    chart = _chart(request)
    if do == "instead":
        form = with_rows(form, _swapped(form, checked(form, shelf, _today(), chart).check, which), shelf)
    return _page(form, checked(form, shelf, _today(), chart), chart=chart)


def _chart(request: HttpRequest) -> bytes:
    """A record in FHIR that came with the form: read in memory, gone with the answer."""
    given = request.FILES.get("chart")
    data = b"" if given is None else given.read()
    if data.startswith(PACKED):
        raise InputError(pages.words("ask.chart.packed"))
    return data or b"{}"


def _codes(request: HttpRequest) -> list[str]:
    """The points an address names; it names no person."""
    known = {one.code for one in atlas.all_points(library.library())}
    return [one for one in request.GET.getlist("p")[:60] if one in known]


def _swapped(form: Form, check: PlanCheck | None, which: str) -> list[Jotted]:
    """The rows with one needling changed for another that passes."""
    rows = list(form.rows)
    number, _, place = which.partition(" ")
    if check is not None and number.isdecimal() and place.isdecimal():
        offers = check.alternatives.get(int(number), ())
        if int(place) < len(offers) and int(number) < len(rows):
            rows[int(number)] = planning.row_of(offers[int(place)].needling)
    return rows


def _page(form: Form, found: Assessed | None = None, status: int = 200, *, chart: bytes = b"{}") -> HttpResponse:
    shelf = library.library()
    check = None if found is None else found.check
    first = {one.question for one in planning.ticks(shelf)}
    catalog = shelf.engine.catalog
    waiting = planning.still_to_ask(shelf, check) if check else ()
    asked = [one for one in waiting if one.question not in first and one.question not in form.answers]
    beside = other_of(form, shelf) if check is not None and form.other else None
    return pages.private_page(
        "planning/plan.html.j2",
        {
            "needles": planning.written(form.rows),
            "record": chart != b"{}",
            "beside": beside,
            "other": checked(beside, shelf, _today(), chart).check
            if beside is not None and beside.plan.needlings
            else None,
            "form": form,
            "check": check,
            "found": found,
            "light": planning.light,
            "worst": "" if check is None else _worst(check),
            "own": _own(check),
            "instead": lambda one: planning.instead(shelf, one),
            "ticks": planning.ticks(shelf),
            "waiting": sum(one.question in first for one in waiting),
            "write": planning.to_write(check) if check else (),
            "asked": asked[:MOST_ASKED],
            "more": max(0, len(asked) - MOST_ASKED),
            "answered": [(catalog.questions[name], value) for name, value in form.answers.items()],
            "prefix": ANSWER,
            "techniques": planning.techniques(shelf),
            "angles": [(one, one.replace("-", " ")) for one in planning.angles(shelf)],
            "postures": [(one, pages.words(f"plan.posture.{one}")) for one in planning.postures()],
            "protocols": atlas.protocols(shelf),
            "regions": [row for row, _ in atlas.regions(shelf) if row.kind == "anatomy"],
            "tap": "/plan/map/front" + (f"?{_query(form.points)}" if form.points else ""),
        },
        status,
    )


def _worst(check: PlanCheck) -> str:
    """The worst colour of the needles and of the session; a question about the person is amber too."""
    statuses = [one.status for one in check.needlings] + [line.status for line in check.session]
    found = {planning.light(one) for one in statuses}
    return next(one for one in ("red", "amber", "green") if one in found)


def _own(check: PlanCheck | None) -> set[str]:
    """Lines that only ask for something to be written down."""
    lines = [] if check is None else [line for one in check.needlings for line in one.lines]
    return {line.id for line in lines if line.id.startswith("check:")}


def _query(points: tuple[str, ...] | list[str]) -> str:
    return urlencode([("p", one) for one in points])


@require_safe
def tap(request: HttpRequest, view: str) -> HttpResponse:
    """A view on which a tap adds a point to the plan, or takes it out; the address holds the points and no person."""
    if view not in atlas.views():
        raise Http404
    codes = _codes(request)

    def link(code: str) -> str:
        after = [one for one in codes if one != code] if code in codes else [*codes, code]
        return f"/plan/map/{view}?{_query(after)}"

    def near(name: str) -> str:
        return f"/plan/map/{name}" + (f"?{_query(codes)}" if codes else "")

    page = pages.render(
        "planning/tap.html.j2",
        {
            "view": view,
            "codes": codes,
            "drawn": picture(view, codes or () if atlas.is_whole(view) else None, link, area=near, marked=codes),
            "parts": atlas.PARTS,
            "near": near,
            "plan": "/plan" + (f"?{_query(codes)}" if codes else ""),
        },
    )
    # It says nothing of anybody, so it may be compressed; but there are too many such choices to keep.
    response = answer(request, keep(page, "text/html; charset=utf-8", LIGHT))
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def sheet(request: HttpRequest) -> HttpResponse:
    """One page to print: what goes in where, with the points drawn."""
    shelf = library.library()
    form = read_form(request.POST, shelf)
    found = checked(form, shelf, _today(), _chart(request))
    page = blocks.sheet(found, shelf)
    return pages.private_page(
        "planning/sheet.html.j2",
        {
            "page": page,
            "ctx": html.around(page),
            "pictures": [(one.view, picture(one.view, one.points)) for one in atlas.fewest_views(shelf, form.points)],
        },
    )


@require_POST
def download(request: HttpRequest, form: str) -> HttpResponse:
    """The plan as a file for ``--plan``, or what the check found as the published document."""
    if form not in FILES:
        raise Http404
    shelf = library.library()
    sent = read_form(request.POST, shelf)
    text = (
        planning.plan_file(sent.plan)
        if form == "yaml"
        else write.json(checked(sent, shelf, _today(), _chart(request)).document)
    )
    response = HttpResponse(text, content_type=FILES[form])
    response["Content-Disposition"] = f'attachment; filename="plan.{form}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def warm(day: dt.date) -> None:
    """Check one plan once, so that all it needs is loaded."""
    shelf = library.library()
    form = with_rows(read_form(QueryDict(), shelf), [planning.row(place=atlas.all_points(shelf)[0].code)], shelf)
    _page(form, checked(form, shelf, day))
