"""``deqi points``: the atlas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.knowledge.atlas import PointCard


def points(
    query: Annotated[str | None, typer.Argument(help="A code (ST36, UB40), pinyin or Chinese name.")] = None,
    near: Annotated[str | None, typer.Option("--near", help="Points at a nerve, for example peroneal.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look up points: names, place, nerves, hazards and depths."""
    from deqi.cli.output import write_json
    from deqi.knowledge import atlas, load

    knowledge = load()
    if near is not None:
        codes = atlas.codes_near(knowledge, near)
        if not codes:
            raise InputError(
                f"--near {near!r}: no point's nerves name it; write a nerve such as peroneal, tibial or sural."
            )
    elif query is None:
        codes = atlas.all_codes(knowledge)
    else:
        found = atlas.finder(knowledge).find(query)
        if not found.codes:
            raise InputError(
                f"{query!r}: no such point; write a WHO code such as ST36, a pinyin name or Chinese characters."
            )
        if found.ambiguous and not as_json:
            names = ", ".join(f"{code} ({name})" for code, name in atlas.named(knowledge, found.codes))
            raise InputError(f"{query!r} may mean {names}; write the code you mean.")
        codes = found.codes
    cards = [atlas.card(knowledge, code) for code in codes]
    if as_json:
        write_json({"knowledge": knowledge.edition.version, "points": cards})
    elif len(cards) == 1:
        _print_card(cards[0])
    else:
        _print_list(cards)


def _print_list(cards: list[PointCard]) -> None:
    from deqi.cli.output import write

    for card in cards:
        write(f"{card.code:8} {card.pinyin:16} {card.hanzi:6} {card.location}")


def _print_card(card: PointCard) -> None:
    from deqi.cli.output import write, write_wrapped

    write(f"{card.code}  {card.pinyin_tone or card.pinyin}  {card.hanzi}".rstrip())
    for label, value in card.lines():
        write_wrapped(f"{label + ':':16}{value}", hanging=" " * 16)
    for hazard in card.hazards:
        write()
        for label, value in hazard.lines():
            write_wrapped(f"{label + ':':16}{value}", hanging=" " * 16)
