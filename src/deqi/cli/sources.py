"""``deqi sources``: the works behind every row."""

from __future__ import annotations

from typing import Annotated

import typer

from deqi.cli import completion
from deqi.cli.output import FORMAT, Format


def sources(
    source: Annotated[
        str | None, typer.Argument(help="A source id such as witt2009.", autocompletion=completion.sources)
    ] = None,
    output_format: FORMAT = Format.text,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the sources, or show one with the rows that rest on it."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    as_json = as_json or output_format is Format.json
    library = Library.load()
    if source is None:
        rows = look_up.sources(library)
        if as_json:
            write_json({"knowledge": library.edition, "sources": rows})
        else:
            write_page(pages.sources(rows, library), output_format)
        return
    found = look_up.source(library, source)
    if as_json:
        write_json({"knowledge": library.edition, "source": found.source, "cited_by": found.cited_by})
    else:
        write_page(pages.source(found, library), output_format)
