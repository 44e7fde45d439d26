"""The decision page as HTML: one self-contained file, or the body alone for the site's frame.

No script, no style attribute, no address that is loaded: a strict content policy lets all of it through.
"""

from __future__ import annotations

import functools
import re
from typing import Protocol

import jinja2
import markupsafe

from deqi.report.blocks import Figure, Page, Say
from deqi.report.decision.parts import (
    Fold,
    Heading,
    Lines,
    Notice,
    Pair,
    Part,
    Sheet,
    Steps,
    Sure,
    Ticks,
    Tiles,
)
from deqi.report.html import Around, environment, is_source, known

KINDS: dict[type, str] = {
    Say: "say", Heading: "heading", Notice: "notice", Pair: "pair", Sure: "sure", Lines: "lines", Tiles: "tiles",
    Ticks: "ticks", Steps: "steps", Fold: "fold", Figure: "figure",
}  # fmt: skip


def part_kind(part: Part) -> str:
    """Which branch of the macro writes a part."""
    return KINDS[type(part)]


def draw_at(figure: Figure, width: float) -> markupsafe.Markup:
    """A figure's SVG. The drawing module escapes its text."""
    return markupsafe.Markup(figure.draw(width))


@functools.cache
def _templates() -> jinja2.Environment:
    """The report's templates, knowing the parts of a decision page."""
    made = environment()
    made.filters["part_kind"] = part_kind
    made.filters["draw_at"] = draw_at
    return made


class Why(Protocol):
    """Where to read what words rest on: an address for their rows, empty for none."""

    label: str

    def __call__(self, refs: tuple[str, ...]) -> str: ...


def decision_body(sheet: Sheet, why: Why | None = None) -> markupsafe.Markup:
    """The inside of ``<main>``: one ``div.decision`` with the page's only h1."""
    module = _templates().get_template("decision_macros.html.j2").module
    return markupsafe.Markup(_tidy(vars(module)["body"](sheet, why)))


def decision_html(sheet: Sheet, page: Page | None = None) -> str:
    """The page as one file; page: the full report, behind one tap."""
    ctx = known(page) if page is not None else None
    why = OwnRows(ctx) if ctx is not None else None
    return _tidy(_templates().get_template("decision.html.j2").render(sheet=sheet, page=page, ctx=ctx, why=why))


class OwnRows:
    """The place, in the report on the same page, of the first row that words rest on."""

    def __init__(self, around: Around) -> None:
        self.label = around.labels["why"]
        self._places = around.places

    def __call__(self, refs: tuple[str, ...]) -> str:
        known = [one for one in refs if one in self._places]
        rows = [one for one in known if not is_source(one)]
        return self._places[(rows or known)[0]] if known else ""


def _tidy(html: str) -> str:
    return re.sub(r"\n\s*\n+", "\n", html)
