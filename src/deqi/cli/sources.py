"""``deqi sources``: the works behind every row."""

from __future__ import annotations

from typing import Annotated

import typer

from deqi.errors import InputError


def sources(
    source: Annotated[str | None, typer.Argument(help="A source id such as witt2009.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the sources, or show one with the rows that rest on it."""
    from deqi.cli.output import write, write_json, write_wrapped
    from deqi.knowledge import load
    from deqi.knowledge.editorial.citing import cited_by, link
    from deqi.knowledge.tables.sources import Source

    knowledge = load()
    rows = knowledge.rows(Source)
    if source is None:
        if as_json:
            write_json({"knowledge": knowledge.edition.version, "sources": rows})
            return
        for row in rows:
            write_wrapped(f"{row.source:22} {row.cite}", hanging=" " * 23)
        return
    chosen = next((row for row in rows if row.source == source.casefold()), None)
    if chosen is None:
        raise InputError(f"{source!r}: no such source; `deqi sources` lists their ids.")
    rests = cited_by(knowledge, chosen.source)
    if as_json:
        write_json({"knowledge": knowledge.edition.version, "source": chosen, "cited_by": rests})
        return
    write_wrapped(chosen.cite)
    write(link(chosen) or "no address known")
    write(f"read: {chosen.seen}" + (f"; {chosen.note}" if chosen.note else ""))
    for table, keys in rests.items():
        write_wrapped(f"{table}: {', '.join(keys)}", indent="  ", hanging="    ")
