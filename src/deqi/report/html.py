"""The report as one self-contained HTML file: no script, no font and no address that is loaded."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping

import jinja2
import markupsafe

from deqi.report.blocks import Block, Entry, Figure, Form, Items, Page, Pairs, Say, Table, every_say, every_section

WIDE, NARROW = 720.0, 340.0
ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@functools.cache
def environment() -> jinja2.Environment:
    """The templates, escaping everything, and failing on a name they do not know."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("deqi.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["anchor"] = anchor
    made.filters["linked"] = linked
    made.filters["kind"] = kind
    made.tests["source"] = is_source
    made.globals["figure"] = figure
    return made


def as_html(page: Page) -> str:
    """The page as one HTML document."""
    return environment().get_template("report.html.j2").render(page=page, ctx=known(page))


@dataclasses.dataclass(frozen=True)
class Around:
    """What every macro needs: the references that have a place to go to, and the words around the content."""

    places: Mapping[str, str]
    labels: Mapping[str, str]


def known(page: Page) -> Around:
    """The surroundings of a page that holds its rows and sources itself."""
    targets = set()
    for section in every_section(page.sections):
        if section.id == "rows":
            targets |= {row[0].text for block in section.full if isinstance(block, Table) for row in block.rows}
        if section.id == "sources":
            targets |= {f"source:{say.strong}" for say in every_say(section) if say.strong}
    return Around({one: f"#{anchor(one)}" for one in sorted(targets)}, page.labels)


def is_source(reference: str) -> bool:
    """Whether a reference names a work and not a row."""
    return reference.startswith("source:")


def anchor(reference: str) -> str:
    """The id of a row or source on the page."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", reference)


def linked(say: Say) -> markupsafe.Markup:
    """Words with their web addresses made into links."""
    out, place = markupsafe.Markup(), 0
    for found in ADDRESS.finditer(say.text):
        address = found.group().rstrip(".,;)")
        out += markupsafe.escape(say.text[place : found.start()])
        out += markupsafe.Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)
        place = found.start() + len(address)
    return out + markupsafe.escape(say.text[place:])


def kind(block: Block) -> str:
    """Which macro writes a block."""
    return _KINDS[type(block)]


_KINDS: Mapping[type, str] = {
    Say: "say",
    Items: "items",
    Table: "table",
    Figure: "figure",
    Entry: "entry",
    Pairs: "pairs",
    Form: "form",
}


def figure(block: Figure, width: str) -> markupsafe.Markup:
    """A figure's SVG at the wide or the narrow width. The drawing module escapes its text."""
    return markupsafe.Markup(block.draw(WIDE if width == "wide" else NARROW))
