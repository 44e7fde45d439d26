"""``deqi explain``: the chain from a row to its source, and to the sentences that rest on it."""

from __future__ import annotations

from typing import Annotated

import typer


def explain(
    reference: Annotated[str, typer.Argument(help="A row as reports print it: value:O001, H001, pool:P01 ...")],
    condition: Annotated[str, typer.Option("--condition", help="The report to look in.")] = "neuropathy",
    as_of: Annotated[str | None, typer.Option("--as-of", help="The day it is for; today if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """From a number to its study row and source, and to every sentence that rests on it."""
    from deqi.cli.days import day_of
    from deqi.cli.output import write, write_json, write_wrapped
    from deqi.knowledge import load
    from deqi.knowledge.editorial.citing import link
    from deqi.report.chain import chain
    from deqi.report.topics import topic_of

    knowledge = load()
    topic = topic_of(knowledge, condition)
    found = chain(knowledge, reference, topic, day_of(as_of))
    if as_json:
        write_json({"knowledge": knowledge.edition.version, "condition": topic.name, "chain": found})
        return
    write_wrapped(f"{found.row.key}: {found.row.text}", hanging="  ")
    for line in found.above:
        write_wrapped(f"belongs to {line.key}: {line.text}", indent="  ", hanging="    ")
    for source in found.sources:
        write_wrapped(f"source {source.source}: {source.cite} {link(source)}".rstrip(), indent="  ", hanging="    ")
        write_wrapped(f"read: {source.seen}", indent="    ")
    write()
    if not found.sentences:
        write_wrapped(f"No sentence of the report on {topic.plain_name} rests on it.")
        return
    write_wrapped(f"In the report on {topic.plain_name} these rest on it:")
    for sentence in found.sentences:
        write_wrapped(f"{sentence.heading}: {sentence.text}", indent="  ", hanging="    ")
