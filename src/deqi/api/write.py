"""Pages, documents and files, written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.api.library import Library
    from deqi.report.blocks import Page
    from deqi.report.decision.one_pager import OnePager
    from deqi.report.decision.parts import Sheet
    from deqi.report.model import Report

Format = Literal["text", "md", "html", "json"]


def page(one: Page, output_format: Format = "text", width: int = 80, *, trace: bool = False) -> str:
    """A page as text, Markdown, HTML or JSON; ``trace``: in text, every table and the rows behind each number."""
    from deqi.report.surfaces import write_page

    return write_page(one, output_format, width, trace=trace)


def decision(sheet: Sheet, output_format: Literal["text", "html"], width: int, more: str, page: Page) -> str:
    """A decision page: in short on a terminal (``more`` says how to read on), or as one file with the full report."""
    from deqi.plain import harmless
    from deqi.report.decision.html import decision_html
    from deqi.report.decision.text import decision_text

    return harmless(decision_html(sheet, page) if output_format == "html" else decision_text(sheet, width, more))


def one_pager(page: OnePager, output_format: Literal["text", "html"], width: int) -> str:
    """The one-pager as text or as one A4 of HTML."""
    from deqi.plain import harmless
    from deqi.report.decision.one_pager import one_pager_html, one_pager_text

    return harmless(one_pager_html(page) if output_format == "html" else one_pager_text(page, width))


def json(value: Any) -> str:
    """A document as JSON, indented, with a newline at the end; a number that could not be estimated is null."""
    import msgspec

    from deqi.plain import escaped

    return escaped(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()) + "\n"


def citations(made: Report, output_format: Literal["ris", "bib"]) -> str:
    """The sources of a report for a reference manager."""
    from deqi.report.citations import as_bibtex, as_ris

    return as_ris(made.sources) if output_format == "ris" else as_bibtex(made.sources)


def file(path: Path, text: str | bytes, *, private: bool = False) -> None:
    """A file written whole or not at all; ``private``: readable by its owner only.

    Raises:
        InputError: the folder is not there or may not be written.
    """
    from deqi.writing import write_file

    write_file(path, text, private=private)


def pdf(path: Path, html: str, *, private: bool = False) -> None:
    """A page of HTML printed to a PDF file.

    Raises:
        InputError: no browser was found, or it could not print there.
    """
    from deqi.report.pdf import write_pdf

    write_pdf(html, path, private=private)


def rendered(svg: str, path: Path, option: str) -> bytes:
    """A figure as the bytes of the file it is written to: .svg, .png or .pdf.

    Raises:
        InputError: another suffix, or what PNG and PDF need is not installed.
    """
    from metafit import StatsInputError
    from metafit.plots import Drawing

    try:
        return Drawing(svg).data(path.suffix.casefold())
    except StatsInputError as error:
        raise InputError(f"{option} {path.name}: {error}") from None


def site(folder: Path, library: Library) -> tuple[Path, ...]:
    """The public pages as files that need no server; every file is whole or not there.

    Raises:
        InputError: the folder cannot be made or written.
    """
    from deqi.report.offline import offline_files

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise InputError(f"{folder}: that folder cannot be made; give one that can.") from None
    made = []
    for name, text in offline_files(library.knowledge):
        file(folder / name, text)
        made.append(folder / name)
    return tuple(made)
