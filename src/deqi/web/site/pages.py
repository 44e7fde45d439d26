"""Templates to answers: the report's macros and the site's own pages in one environment."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import jinja2
from django.http import HttpRequest, HttpResponse

from deqi.api import comparing, html
from deqi.web.site import assets, library
from deqi.web.site.cache import PAGES, Key, answer

FEATURES = ("shared", "reading", "asking", "comparing", "atlas", "planning", "pooling", "offline", "api")
LOCALE = "en"


@functools.cache
def environment() -> jinja2.Environment:
    """The report's environment with the templates of every feature; a name nobody gave is an error."""
    report = html.environment()
    folders = [jinja2.PackageLoader(f"deqi.web.{name}", "templates") for name in _with_templates()]
    made = report.overlay(loader=jinja2.ChoiceLoader([*folders, *([report.loader] if report.loader else [])]))
    made.globals.update(
        words=words,
        say=library.say,
        asset=assets.address,
        edition=library.library().edition,
        released=library.library().knowledge.edition.released,
    )
    made.filters["trial_label"] = lambda trial: comparing.trial_label(trial, library.library())
    return made


def _with_templates() -> list[str]:
    here = assets.FOLDER.parents[1]
    return [name for name in FEATURES if (here / name / "templates").is_dir()]


def words(key: str, fields: Mapping[str, object] | None = None) -> str:
    """A phrase of the site by its key."""
    return library.say(f"web.{key}", dict(fields or {}))


def render(template: str, given: Mapping[str, object]) -> str:
    """A template filled in."""
    return environment().get_template(template).render(given)


def kept_page(
    request: HttpRequest, topic: str, section: str, make: Callable[[], str], choice: str = ""
) -> HttpResponse:
    """A page that says nothing about anybody: made once an edition."""
    key = Key(library.library().edition, LOCALE, topic, section, choice)
    return answer(request, PAGES.get(key, make))


def private_page(template: str, given: Mapping[str, object], status: int = 200) -> HttpResponse:
    """A page that rests on what a person said: not kept by anybody, not compressed, not indexed."""
    response = HttpResponse(render(template, given), status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
