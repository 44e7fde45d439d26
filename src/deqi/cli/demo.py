"""``deqi demo``: made-up people to try things on."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Make people to try things on.", no_args_is_help=True, rich_markup_mode=None)
MOST = 10_000_000


class Shape(enum.StrEnum):
    """How the people are written."""

    ndjson = "ndjson"
    bundles = "bundles"


@app.callback()
def demo() -> None:
    """Make people to try things on."""


@app.command()
def population(
    number: Annotated[int, typer.Argument(help="How many people.", min=1, max=MOST)],
    output: Annotated[Path, typer.Option("-o", "--output", help="A new folder to write them to.")] = Path("population"),
    shape: Annotated[Shape, typer.Option("--format", help="NDJSON by resource type, or a Bundle each.")] = (
        Shape.ndjson
    ),
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day they are for, as 2026-11-24; today if left out.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same people.")] = 1,
) -> None:
    """Write made-up people as FHIR R4, whose charts between them fire every rule that needs no plan."""
    from deqi.api import DemoRequest, Library
    from deqi.api import demo as make
    from deqi.cli.days import day_of
    from deqi.cli.output import write

    day = day_of(as_of)
    library = Library.load()
    with typer.progressbar(length=number, label="making people") as bar:
        needed = make(
            library,
            DemoRequest(number, output, day, seed, bundles=shape is Shape.bundles, progress=lambda: bar.update(1)),
        )
    write(f"wrote {number} people for {day} to {output}")
    if number < needed:
        write(library.phrases.say("cli.demo.needed", {"count": needed}))
