"""``deqi claims``: the sentences patients are told, each with its verdict."""

from __future__ import annotations

from typing import Annotated

import typer


def claims(
    claim: Annotated[str | None, typer.Argument(help="A claim id; without it, all claims.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What people are told about acupuncture, and what the evidence says."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    library = Library.load()
    rows = look_up.claims(library, claim)
    if as_json:
        write_json({"knowledge": library.edition, "claims": rows})
    else:
        write_page(pages.claims(rows, library))
