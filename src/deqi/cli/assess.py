"""``deqi assess``: may this person be needled, and what must be left out?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from deqi.cli.output import FORMAT, Format


def assess(
    person: Annotated[
        Path, typer.Option("--person", help="A person file, a FHIR file, or the folder of one person's chart.")
    ],
    answers: Annotated[Path | None, typer.Option("--answers", help="Answers to the questions.")] = None,
    plan: Annotated[str | None, typer.Option("--plan", help="A plan file, or protocol:ID.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day it is for, as 2026-11-24; today if left out.")
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="The clinic's own thresholds.")] = None,
    value_sets: Annotated[Path | None, typer.Option("--value-sets", help="A folder of FHIR ValueSets.")] = None,
    explain: Annotated[str | None, typer.Option("--explain", help="Show one rule's tree and the facts in it.")] = None,
    diff: Annotated[Path | None, typer.Option("--diff", help="An earlier --json file: say what changed.")] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Print the plan's sheet for the treatment room and nothing else.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="With a plan: also every finding and question that no needling meets.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 on a blocking finding.")] = False,
    output_format: FORMAT = Format.text,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge every safety rule for one person, and perhaps one plan.

    On a terminal the open questions are asked; elsewhere they are printed as a form to fill in.
    """
    from deqi.api import AssessRequest, look_up, pages, read
    from deqi.api import assess as judge
    from deqi.cli.assess_ask import ask
    from deqi.cli.days import day_of
    from deqi.cli.output import library_of, notice, write_json, write_page

    as_json = as_json or output_format is Format.json
    day = day_of(as_of)
    library = library_of(settings, value_sets)
    who = read.person(person, library, day, answers, read_on=day_of(None))
    for sentence in who.notices:
        notice(sentence)
    request = AssessRequest(who.person, day, None if plan is None else read.plan(plan, library))
    if explain is not None:
        nodes = look_up.explain_rule(library, request, explain)
        if as_json:
            write_json({"knowledge": library.edition, "rule": explain, "nodes": nodes})
        else:
            write_page(pages.rule(nodes, library), output_format)
        return
    earlier = None if diff is None else read.assessment(diff)
    asking = sys.stdin.isatty() and sys.stdout.isatty() and not as_json and not sheet and earlier is None
    if asking:
        request = ask(library, request)
    found = judge(library, request)
    if earlier is not None:
        changed = look_up.changes(earlier, found.document)
        if as_json:
            write_json(changed)
        else:
            write_page(pages.changes(changed, library), output_format)
    elif sheet:
        write_page(pages.sheet(found, library), output_format)
    elif as_json:
        write_json(found.document)
    else:
        write_page(pages.assessment(found, library, form=not asking, full=full or request.plan is None), output_format)
    if strict and found.blocking:
        raise typer.Exit(1)
