"""``deqi report``: the main job."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer


class Format(enum.StrEnum):
    """How a report is written."""

    text = "text"
    md = "md"
    html = "html"
    json = "json"


def report(
    condition: Annotated[str, typer.Option("--condition", help="neuropathy, chemotherapy-induced, diabetic ...")] = (
        "neuropathy"
    ),
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day it is for, as 2026-11-24; today if left out.")
    ] = None,
    sessions: Annotated[int, typer.Option("--sessions", min=1, max=100, help="Sessions in a course, for harms.")] = 10,
    trace: Annotated[bool, typer.Option("--trace", help="In text: every table, and the rows behind a number.")] = False,
    output_format: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.text,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> None:
    """Benefits and risks of acupuncture for a condition, with certainty and sources."""
    from deqi.cli.days import day_of
    from deqi.cli.output import width, write
    from deqi.cli.writing import write_file
    from deqi.knowledge import load
    from deqi.report.assemble import assemble
    from deqi.report.surfaces import render
    from deqi.report.topics import topic_of

    knowledge = load()
    made = assemble(knowledge, topic_of(knowledge, condition), day_of(as_of), sessions=sessions)
    text = render(made, knowledge, "json" if as_json else output_format.value, min(80, width()), trace=trace)
    if output is None:
        write(text.rstrip("\n"))
    else:
        write_file(output, text)
        write(f"wrote {output}")
