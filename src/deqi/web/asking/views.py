"""The start, one question a screen, and what the answers say."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from deqi.api import AssessRequest, asking, assess, html, read
from deqi.api import pages as blocks
from deqi.api.types import Assessed, InputError, Question
from deqi.web.asking.course import DONT_KNOW, SKIPPED, STEP, Course, Step, course, steps_of
from deqi.web.site import library, pages

_PACKED = b"\x1f\x8b"
"""How gzip begins: a megabyte of it may unpack to hundreds, and nobody waits for those to be read."""


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """GET: what this is, and the way in. POST: the answer given, then the next question or the result."""
    if request.method != "POST":
        return pages.kept_page(request, "", "ask", lambda: pages.render("asking/start.html.j2", {}))
    steps = steps_of(request.POST.getlist(STEP), library.library())
    put = request.POST.get("question", "")
    do = request.POST.get("do", "next")
    if do == "back":
        return _back(steps)
    fault = ""
    if put:
        row = library.library().engine.catalog.questions.get(put)
        if row is None or any(one.question == put for one in steps):
            raise InputError(pages.words("ask.unreadable"))
        value = {"skip": SKIPPED, "unsure": DONT_KNOW}.get(do, request.POST.get("value", "").strip())
        if do == "next" and (not value or asking.understood(row, value) is None):
            fault = pages.words("ask.choose" if row.type in ("yes-no", "choice") else f"ask.write.{row.type}")
        else:
            steps = (*steps, Step(put, value))
    now = course(steps, library.library(), _today())
    if do == "finish" or now.next is None:
        return _result(now)
    if fault:
        return _question(library.library().engine.catalog.questions[put], now, fault=fault, status=422)
    return _question(now.next, now)


def _back(steps: tuple[Step, ...]) -> HttpResponse:
    """The last question again, with what was answered."""
    if not steps:
        return HttpResponse(pages.render("asking/start.html.j2", {}))
    *before, last = steps
    now = course(tuple(before), library.library(), _today())
    return _question(library.library().engine.catalog.questions[last.question], now, value=last.value)


def _question(row: Question, now: Course, *, value: str = "", fault: str = "", status: int = 200) -> HttpResponse:
    return pages.private_page(
        "asking/question.html.j2",
        {
            "row": row,
            "said": asking.words(library.library(), row),
            "choices": _choices(row),
            "value": value,
            "fault": fault,
            "steps": now.steps,
            "number": len(now.steps) + 1,
            "left": now.left,
            "step": STEP,
        },
        status,
    )


def _choices(row: Question) -> tuple[str, ...]:
    if row.type == "yes-no":
        return ("yes", "no")
    return tuple(one for one in row.answers if one not in ("unsure", "not-sure"))


def _result(now: Course) -> HttpResponse:
    return _told(now.found, now.steps)


def _told(found: Assessed, steps: tuple[Step, ...], notices: tuple[str, ...] = ()) -> HttpResponse:
    page = blocks.told(found, library.library())
    return pages.private_page(
        "asking/result.html.j2",
        {"page": page, "ctx": html.around(page), "steps": steps, "notices": notices, "step": STEP, "today": _today()},
    )


@require_POST
def chart(request: HttpRequest) -> HttpResponse:
    """A record in FHIR, read in memory and gone with the answer."""
    given = request.FILES.get("chart")
    if given is None:
        raise InputError(pages.words("ask.chart.none"))
    data = given.read()
    if data.startswith(_PACKED):
        raise InputError(pages.words("ask.chart.packed"))
    today = _today()
    one = read.person(data, library.library(), today, name=pages.words("ask.chart.name"), read_on=today)
    return _told(assess(library.library(), AssessRequest(one.person, today)), (), one.notices)
