"""``deqi explain``: the chain from a row to its source, and to the sentences that rest on it."""

from __future__ import annotations

from typing import Annotated

import typer

from deqi.cli.completion import conditions
from deqi.cli.output import FORMAT, Format


def explain(
    reference: Annotated[str, typer.Argument(help="A row as reports print it: value:O001, H001, pool:P01 ...")],
    condition: Annotated[
        str, typer.Option("--condition", help="The report to look in.", autocompletion=conditions)
    ] = "neuropathy",
    as_of: Annotated[str | None, typer.Option("--as-of", help="The day it is for; today if left out.")] = None,
    output_format: FORMAT = Format.text,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """From a number to its study row and source, and to every sentence that rests on it."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.days import day_of
    from deqi.cli.output import write_json, write_page

    as_json = as_json or output_format is Format.json
    library = Library.load()
    topic = look_up.topic(library, condition)
    found = look_up.explain(library, reference, condition, day_of(as_of))
    if as_json:
        write_json({"knowledge": library.edition, "condition": topic.name, "chain": found})
    else:
        write_page(pages.chain(found, topic, library), output_format)
