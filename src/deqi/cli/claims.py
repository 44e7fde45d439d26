"""``deqi claims``: the sentences patients are told, each with its verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from deqi.cli.report import Format, format_of
from deqi.errors import InputError


def claims(
    claim: Annotated[str | None, typer.Argument(help="A claim id; without it, all claims.")] = None,
    output_format: Annotated[
        Format | None, typer.Option("--format", help="How to write it; without it, by the ending of -o; else text.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> None:
    """What people are told about acupuncture, and what the evidence says."""
    from deqi.api import Library, look_up, pages
    from deqi.api import write as writing
    from deqi.cli.output import width, write

    wanted = "json" if as_json else format_of(output_format, output)
    if wanted in ("ris", "bib"):
        raise InputError(f"--format {wanted}: claims are no citations; write deqi report --format {wanted}.")
    if wanted == "pdf" and output is None:
        raise InputError("--format pdf: a PDF is not for the screen; name a file with -o claims.pdf.")
    library = Library.load()
    rows = look_up.claims(library, claim)
    if wanted == "json":
        text = writing.json({"knowledge": library.edition, "claims": rows})
    else:
        style: Literal["text", "md", "html"] = "text"
        if wanted in ("html", "pdf"):
            style = "html"
        elif wanted == "md":
            style = "md"
        text = writing.page(pages.claims(rows, library), style, width())
    if output is None:
        write(text.rstrip("\n"))
    elif wanted == "pdf":
        writing.pdf(output, text)
        write(f"wrote {output}")
    else:
        writing.file(output, text)
        write(f"wrote {output}")
