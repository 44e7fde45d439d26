"""The report's templates, for surfaces that put their own frame around its blocks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2
    import markupsafe

    from deqi.report.blocks import Page
    from deqi.report.decision.html import Why
    from deqi.report.decision.one_pager import OnePager
    from deqi.report.decision.parts import Sheet
    from deqi.report.html import Around


def environment() -> jinja2.Environment:
    """The environment with the report's macros; escapes everything, fails on a name nobody gave."""
    from deqi.report.html import environment as made

    return made()


def around(page: Page, places: Mapping[str, str] | None = None) -> Around:
    """What the macros need to know of the page they write.

    ``places`` are addresses by reference, for a page that does not hold its rows and sources itself.
    """
    from deqi.report.html import Around, known

    return known(page) if places is None else Around(places, page.labels)


def bare() -> Around:
    """The same where there is no list of rows or sources to jump to."""
    from deqi.report.html import Around

    return Around({}, {})


def style() -> Path:
    """The report's style sheet."""
    import deqi.report

    return Path(deqi.report.__file__).parent / "templates" / "report.css"


def decision_body(sheet: Sheet, why: Why | None = None) -> markupsafe.Markup:
    """A decision page for a frame: one ``div.decision`` with the page's only h1, no script, no style attribute.

    ``why`` gives the address where one reads what a sentence rests on.
    """
    from deqi.report.decision.html import decision_body as body

    return body(sheet, why)


def one_pager_body(page: OnePager) -> markupsafe.Markup:
    """A one-pager for a frame: one ``div.onepager``."""
    from deqi.report.decision.one_pager import one_pager_body as body

    return body(page)


def decision_styles() -> tuple[Path, Path]:
    """The style sheets of decision pages and one-pagers; every rule is under ``.decision`` or ``.onepager``."""
    folder = style().parent
    return folder / "decision.css", folder / "one_pager.css"
