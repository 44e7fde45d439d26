"""``deqi points``: the atlas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deqi.cli import completion
from deqi.cli.output import FORMAT, Format

if TYPE_CHECKING:
    from deqi.api.types import PointCard


def points(
    query: Annotated[
        str | None,
        typer.Argument(help="A code (ST36, UB40), pinyin or Chinese name.", autocompletion=completion.points),
    ] = None,
    near: Annotated[str | None, typer.Option("--near", help="Points at a nerve, for example peroneal.")] = None,
    output_format: FORMAT = Format.text,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look up points: names, place, nerves, hazards and depths."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    as_json = as_json or output_format is Format.json
    library = Library.load()
    if query is not None and near is None and not as_json:
        cards: tuple[PointCard, ...] = (look_up.point(library, query),)
    else:
        cards = look_up.points(library, query, near)
    if as_json:
        write_json({"knowledge": library.edition, "points": cards})
    else:
        write_page(pages.points(cards, library), output_format)
