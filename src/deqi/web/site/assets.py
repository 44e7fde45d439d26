"""Style, script and pictures of the site, under an address made of their contents, so they may be kept for ever."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from deqi.api import html

FOLDER = Path(__file__).parents[1] / "shared" / "static"
STYLES = (html.style(), *html.decision_styles(), FOLDER / "frame.css", FOLDER / "atlas.css", FOLDER / "plan.css")
"""The report's own style first, then the frame's: the site looks like the pages that are printed."""
STYLE = "site.css"


@functools.cache
def style() -> str:
    """The one style sheet of the site."""
    return "\n".join(path.read_text(encoding="utf-8") for path in STYLES)


@functools.cache
def prefix() -> str:
    """The folder of the addresses; another one when any file changes."""
    digest = hashlib.sha256(style().encode())
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return f"static/{digest.hexdigest()[:12]}/"


def address(name: str) -> str:
    """The address of a file of the site."""
    if name != STYLE and not (FOLDER / name).is_file():
        raise FileNotFoundError(name)
    return f"/{prefix()}{name}"


def stylesheet(request: HttpRequest) -> HttpResponse:
    """The style sheet, kept for ever: its address changes with it."""
    from deqi.web.site.cache import PAGES, Key, answer

    response = answer(request, PAGES.get(Key("", "", "", prefix()), style, "text/css; charset=utf-8"))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
