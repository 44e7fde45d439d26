"""``deqi report``: the main job."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from deqi.cli.completion import conditions
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


_ENDINGS: Final[dict[str, str]] = {".htm": "html", ".txt": "text"}


def format_of(given: Format | None, output: Path | None) -> str:
    """The format asked for, else the one the file's ending names, else text."""
    if given is not None:
        return given.value
    if output is None:
        return "text"
    ending = output.suffix.casefold()
    name = _ENDINGS.get(ending, ending.removeprefix("."))
    if name in Format.__members__:
        return name
    known = ", ".join(f".{one.value}" for one in Format if one is not Format.text)
    raise InputError(f"-o {output}: no format goes by that ending; write one of .txt, {known}, or add --format.")


def report(
    condition: Annotated[
        str,
        typer.Option(
            "--condition",
            help="diabetic, headache ...; else the person's own, or neuropathy.",
            autocompletion=conditions,
        ),
    ] = "",
    person: Annotated[
        Path | None, typer.Option("--person", help="A person file, a FHIR file, or the folder of one person's chart.")
    ] = None,
    answers: Annotated[Path | None, typer.Option("--answers", help="The person's answers to the questions.")] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="With --person: a plan file, or protocol:ID.")] = None,
    compare: Annotated[
        tuple[str, str] | None, typer.Option("--compare", help="Two conditions side by side.", show_default=False)
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="One page for a clinician; with --full the GRADE summary of findings.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day it is for, as 2026-11-24; today if left out.")
    ] = None,
    sessions: Annotated[
        int | None, typer.Option("--sessions", min=1, max=100, help="Sessions in a course, for harms; ten if left out.")
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="In text: every table, and the rows behind a number.")] = False,
    full: Annotated[bool, typer.Option("--full", help="The whole report, not the page in short.")] = False,
    output_format: Annotated[
        Format | None, typer.Option("--format", help="How to write it; without it, by the ending of -o; else text.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> None:
    """Benefits and risks of acupuncture for a condition, with certainty and sources."""
    from deqi.api import Library, ReportRequest, pages, read
    from deqi.api import report as make
    from deqi.api import write as writing
    from deqi.cli.days import day_of
    from deqi.cli.output import notice, width, write

    wanted = "json" if as_json else format_of(output_format, output)
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
    library, day, columns = Library.load(), day_of(as_of), min(80, width())
    who = None
    if person is not None:
        found = read.person(person, library, day, answers, read_on=day_of(None))
        for sentence in found.notices:
            notice(sentence)
        who = found.person
    planned = None if plan is None else read.plan(plan, library)
    made = [make(library, ReportRequest(day, name, sessions, who, planned)) for name in compare or (condition,)]
    if wanted == "json":
        text = writing.json(made[0])
    elif wanted in ("ris", "bib"):
        text = writing.citations(made[0], "ris" if wanted == "ris" else "bib")
    else:
        style: Literal["text", "html"] = "html" if wanted in ("html", "pdf") else "text"
        short = not (full or compare or trace or wanted == "md")
        sheet = pages.decision(made[0], library) if short and not summary else None
        one = pages.one_pager(made[0], library) if short and summary else None
        if one is not None:
            text = writing.one_pager(one, style, columns)
        elif sheet is not None:
            more = library.phrases.say("decision.text.more", {"name": made[0].topic.name})
            text = writing.decision(sheet, style, columns, more, pages.report(made[0], library))
        else:
            if compare:
                page = pages.comparison(made, library)
            elif summary:
                page = pages.summary(made[0], library)
            else:
                page = pages.report(made[0], library)
                page = pages.opening(page) if short and style == "text" and not person else page
            text = writing.page(page, "md" if wanted == "md" else style, columns, trace=trace)
    if output is None:
        write(text.rstrip("\n"))
        return
    if wanted == "pdf":
        writing.pdf(output, text, private=person is not None)
    else:
        writing.file(output, text, private=person is not None)
    write(f"wrote {output}")
