"""``deqi claims``: the sentences patients are told, each with its verdict."""

from __future__ import annotations

from typing import Annotated

import typer

from deqi.errors import InputError


def claims(
    claim: Annotated[str | None, typer.Argument(help="A claim id; without it, all claims.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What people are told about acupuncture, and what the evidence says."""
    from deqi.cli.output import write, write_json, write_wrapped
    from deqi.knowledge import load
    from deqi.knowledge.tables.words import Claim

    knowledge = load()
    rows = knowledge.rows(Claim)
    if claim is not None:
        rows = tuple(row for row in rows if row.claim == claim)
        if not rows:
            raise InputError(f"{claim!r}: no such claim; `deqi claims` lists their ids.")
    if as_json:
        write_json({"knowledge": knowledge.edition.version, "claims": rows})
        return
    for row in rows:
        write(f"{row.claim}  [{row.verdict.replace('-', ' ')}; certainty {row.certainty.replace('-', ' ')}]")
        write_wrapped(f"Told: {row.sentence}", indent="  ", hanging="    ")
        write_wrapped(f"deqi says: {row.says_instead}", indent="  ", hanging="    ")
        write_wrapped(f"Why: {row.why}", indent="  ", hanging="    ")
        write_wrapped(f"Rows: {', '.join(row.rows) or 'no row'}", indent="  ", hanging="    ")
        write_wrapped(
            f"Sources: {', '.join(row.source) or 'none'} (verified: {row.verified})", indent="  ", hanging="    "
        )
        write()
