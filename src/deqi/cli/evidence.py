"""``deqi evidence``: the trials."""

from __future__ import annotations

from typing import Annotated

import typer

from deqi.cli.completion import conditions, trials
from deqi.cli.output import FORMAT, Format


def evidence(
    trial: Annotated[
        str | None, typer.Argument(help="A trial id such as schroeder2007; without it, a list.", autocompletion=trials)
    ] = None,
    condition: Annotated[
        str | None, typer.Option("--condition", help="Only this condition.", autocompletion=conditions)
    ] = None,
    comparator: Annotated[str | None, typer.Option("--comparator", help="Only against this comparator.")] = None,
    direction: Annotated[str | None, typer.Option("--direction", help="Only results of this direction.")] = None,
    output_format: FORMAT = Format.text,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the trials, or show one with its numbers."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    as_json = as_json or output_format is Format.json
    library = Library.load()
    if trial is not None:
        card = look_up.trial(library, trial)
        if as_json:
            write_json({"knowledge": library.edition, "trial": card})
        else:
            write_page(pages.trial(card, library), output_format)
        return
    listed = look_up.trials(library, condition, comparator, direction)
    if as_json:
        write_json({"knowledge": library.edition, "trials": listed})
    else:
        write_page(pages.trials(listed, library), output_format)
