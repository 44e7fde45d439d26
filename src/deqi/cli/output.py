"""How commands print: JSON for programs, pages of text for people."""

from __future__ import annotations

import dataclasses
import enum
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deqi.plain import harmless

if TYPE_CHECKING:
    from deqi.api.library import Library
    from deqi.api.types import Page


def write_json(value: Any) -> None:
    """One JSON document."""
    from deqi.api import write as writing

    sys.stdout.write(writing.json(value))


def write(text: str = "") -> None:
    """Lines of text. Control characters, which a chart or a table may bring along, never reach the terminal."""
    sys.stdout.write(harmless(text) + "\n")


def width() -> int:
    """Columns to wrap at: the terminal's, between 60 and 100; 80 where there is none."""
    return max(60, min(100, shutil.get_terminal_size((80, 24)).columns))


class Format(enum.StrEnum):
    """How a look-up is written: pages of text, Markdown or HTML from the same blocks, or the document for programs."""

    text = "text"
    md = "md"
    html = "html"
    json = "json"


FORMAT = Annotated[Format, typer.Option("--format", help="How to write it.")]


class TableFormat(enum.StrEnum):
    """How effects are written: the formats of a look-up, or a table that can be pooled again."""

    text = "text"
    md = "md"
    html = "html"
    json = "json"
    csv = "csv"


OUTPUT = Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file, whole or not at all.")]
_ENDINGS = {".txt": "text", ".md": "md", ".html": "html", ".htm": "html", ".json": "json", ".csv": "csv"}


def wanted_format(given: enum.StrEnum | None, output: Path | None, known: type[enum.StrEnum]) -> str:
    """The format asked for, or that of the file's ending; text where nothing says.

    Raises:
        InputError: no format goes by that ending.
    """
    from deqi.errors import InputError

    if given is not None:
        return given.value
    if output is None:
        return "text"
    found = _ENDINGS.get(output.suffix.casefold())
    if found is None or found not in [one.value for one in known]:
        endings = ", ".join(ending for ending, name in _ENDINGS.items() if name in [one.value for one in known])
        raise InputError(f"-o {output.name}: no format goes by that ending; write one of {endings}, or add --format.")
    return found


def write_answer(content: str, output: Path | None) -> None:
    """A finished answer to the terminal, or to a file and its name to the terminal."""
    from deqi.api import write as writing
    from deqi.errors import InputError

    if output is None:
        sys.stdout.write(content)
        return
    try:
        writing.file(output, content)
    except InputError as error:
        raise InputError(f"-o {error}") from None
    write(f"wrote {output}")


def page_text(page: Page, wanted: str) -> str:
    """A page in a format, as one text that ends with a line break."""
    from deqi.api import write as writing

    if wanted != "text" and not page.title:
        page = dataclasses.replace(page, title="deqi")
    text = writing.page(page, Format(wanted).value, width()).rstrip("\n")
    return harmless(text) + "\n"


def write_page(page: Page, output_format: Format = Format.text) -> None:
    """A page; one without a title, as most look-ups are, bears the program's name where a format has to have one."""
    sys.stdout.write(page_text(page, output_format.value))


def write_wrapped(text: str, indent: str = "", hanging: str | None = None) -> None:
    """A paragraph."""
    write(
        textwrap.fill(
            text,
            width=width(),
            initial_indent=indent,
            subsequent_indent=indent if hanging is None else hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def notice(text: str) -> None:
    """A sentence beside the output."""
    sys.stderr.write(f"deqi: {harmless(text)}\n")


def library_of(settings: Path | None, value_sets: Path | None) -> Library:
    """The library with a clinic's own settings and value sets; names the value sets that are not used."""
    from deqi.api import Library, read

    made = Library.load(None if settings is None else read.settings(settings), value_sets)
    for name in made.engine.unused_value_sets:
        notice(made.phrases.say("cli.unused-value-set", {"name": f"{value_sets}/{name}"}))
    return made
