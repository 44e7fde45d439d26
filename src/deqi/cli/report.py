"""``deqi report``: the main job."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from deqi.errors import InputError


class Format(enum.StrEnum):
    """How a report is written."""

    text = "text"
    md = "md"
    html = "html"
    json = "json"
    pdf = "pdf"
    ris = "ris"
    bib = "bib"


def report(
    condition: Annotated[str, typer.Option("--condition", help="neuropathy, diabetic, headache ...")] = "neuropathy",
    person: Annotated[
        Path | None, typer.Option("--person", help="A person file, a FHIR file, or the folder of one person's chart.")
    ] = None,
    answers: Annotated[Path | None, typer.Option("--answers", help="The person's answers to the questions.")] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="With --person: a plan file, or protocol:ID.")] = None,
    compare: Annotated[
        tuple[str, str] | None, typer.Option("--compare", help="Two conditions side by side.", show_default=False)
    ] = None,
    summary: Annotated[bool, typer.Option("--summary", help="The GRADE summary of findings, on one page.")] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day it is for, as 2026-11-24; today if left out.")
    ] = None,
    sessions: Annotated[int, typer.Option("--sessions", min=1, max=100, help="Sessions in a course, for harms.")] = 10,
    trace: Annotated[bool, typer.Option("--trace", help="In text: every table, and the rows behind a number.")] = False,
    output_format: Annotated[Format, typer.Option("--format", help="How to write it; ris and bib: its sources.")] = (
        Format.text
    ),
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> None:
    """Benefits and risks of acupuncture for a condition, with certainty and sources."""
    from deqi.cli.days import day_of
    from deqi.cli.output import width, write
    from deqi.cli.report_person import read_personal
    from deqi.cli.writing import write_file
    from deqi.knowledge import load
    from deqi.report.assemble import assemble
    from deqi.report.surfaces import render, render_comparison, render_summary
    from deqi.report.topics import topic_of

    wanted = "json" if as_json else output_format.value
    if wanted == "pdf" and output is None:
        raise InputError("--format pdf: a PDF is not for the screen; name a file with -o report.pdf.")
    if (summary or compare) and wanted in ("json", "ris", "bib"):
        raise InputError(f"--format {wanted}: only the whole report is written so; leave out --summary and --compare.")
    if summary and compare:
        raise InputError("--summary, --compare: the two are different pages; ask for one at a time.")
    if person is None and (answers or plan):
        raise InputError("--answers, --plan: whose are they? Name the person with --person FILE.")
    if person is not None and (summary or compare):
        raise InputError("--person: only the whole report is for a person; leave out --summary and --compare.")
    knowledge, day, columns = load(), day_of(as_of), min(80, width())
    topics = [topic_of(knowledge, name) for name in compare or (condition,)]
    personal = None if person is None else read_personal(knowledge, person, answers, plan, day)
    made = [assemble(knowledge, topic, day, sessions=sessions, personal=personal) for topic in topics]
    written_as = "html" if wanted == "pdf" else wanted
    if compare:
        text = render_comparison(made, knowledge, written_as, columns, trace=trace)
    elif summary:
        text = render_summary(made[0], knowledge, written_as, columns, trace=trace)
    else:
        text = render(made[0], knowledge, written_as, columns, trace=trace)
    if output is None:
        write(text.rstrip("\n"))
        return
    if wanted == "pdf":
        from deqi.report.pdf import write_pdf

        write_pdf(text, output, private=person is not None)
    else:
        write_file(output, text, private=person is not None)
    write(f"wrote {output}")
