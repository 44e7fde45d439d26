"""``deqi cases``: the conformance cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Run the conformance cases.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def cases() -> None:
    """Run the conformance cases."""


@app.command()
def run(
    path: Annotated[
        Path | None, typer.Argument(help="A case file or a folder of them; the shipped cases if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run cases and print how many agree with the rules. Exit 1 when one does not."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    library = Library.load()
    report = look_up.cases(library, path)
    if as_json:
        write_json({"knowledge": library.edition, "report": report})
    else:
        write_page(pages.cases(report, library))
    if report.disagreements:
        raise typer.Exit(1)
