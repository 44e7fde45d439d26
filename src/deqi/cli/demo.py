"""``deqi demo``: made-up people to try things on."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from deqi.errors import InputError

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
    from deqi.cli.days import day_of
    from deqi.cli.output import write
    from deqi.knowledge import load
    from deqi.knowledge.tables.vocabulary import Code
    from deqi.safety.engine import Engine
    from deqi.screening.demo.people import Demo
    from deqi.screening.demo.write import write_bundles, write_ndjson

    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"{output}: is there already; name a new folder with -o.")
    day = day_of(as_of)
    knowledge = load()
    people = Demo(Engine.load(knowledge).catalog, knowledge.rows(Code), day, seed)
    with typer.progressbar(people.people(number), length=number, label="making people") as made:
        (write_ndjson if shape is Shape.ndjson else write_bundles)(made, output)
    write(f"wrote {number} people for {day} to {output}")
    if number < people.rules:
        write(f"{people.rules} people are needed to fire every rule")
