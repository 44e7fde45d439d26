"""``deqi knowledge``: check the tables, list the gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check the knowledge; list what is missing or due.", no_args_is_help=True, rich_markup_mode=None)

Folder = Annotated[Path | None, typer.Option("--folder", help="Another edition's data folder.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def check(folder: Folder = None, as_json: AsJson = False) -> None:
    """Schema, references, keys, numbers, units, code systems, rules, words. Exit 1 when a fault is found."""
    from deqi.cli.output import write, write_json
    from deqi.knowledge.check import check_all
    from deqi.knowledge.editorial.diff import open_edition
    from deqi.knowledge.store import DATA

    report = check_all(open_edition(folder or DATA).folder)
    if as_json:
        write_json({"knowledge": report.edition, "rows": report.rows, "faults": report.faults})
    else:
        for fault in report.faults:
            write(f"{fault.place}: {fault.problem}")
        write(f"{sum(report.rows.values())} rows in {len(report.rows)} tables, {len(report.faults)} faults")
    if report.faults:
        raise typer.Exit(1)


@app.command()
def gaps(folder: Folder = None, as_json: AsJson = False) -> None:
    """What is unverified, unchecked by a clinician, default, without numbers, or due for review."""
    from deqi.cli.output import write, write_json, write_wrapped
    from deqi.errors import InputError
    from deqi.knowledge.csvtable import TableError
    from deqi.knowledge.editorial.diff import open_edition
    from deqi.knowledge.editorial.gaps import find_gaps
    from deqi.knowledge.store import DATA

    knowledge = open_edition(folder or DATA)
    try:
        found = find_gaps(knowledge)
    except TableError as error:
        raise InputError(f"{error}; mend that edition first (deqi knowledge check --folder).") from None
    if as_json:
        write_json({"knowledge": knowledge.edition.version, "gaps": found})
        return
    for gap in found:
        write(f"{gap.title}: {gap.count}")
        if gap.rows:
            write_wrapped(", ".join(gap.rows), indent="  ", hanging="  ")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The data folder of the older edition.")],
    new: Annotated[Path | None, typer.Argument(help="The newer one; the shipped edition if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two editions, for the change log."""
    from deqi.cli.output import write, write_json, write_wrapped
    from deqi.knowledge.editorial.diff import diff as compare
    from deqi.knowledge.store import DATA

    changes = compare(old, new or DATA)
    if as_json:
        write_json({"changes": changes})
        return
    for change in changes:
        write(f"{change.what:8} {change.table} {change.key}")
        for column, (before, after) in change.cells.items():
            write_wrapped(f"{column}: {before or 'empty'} -> {after or 'empty'}", indent="    ", hanging="      ")
    write(f"{len(changes)} rows differ")


@app.command("sign-off")
def sign_off(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> None:
    """The sheet of default values for a clinician to sign."""
    from deqi.cli.output import write
    from deqi.cli.writing import write_file
    from deqi.knowledge import load
    from deqi.knowledge.editorial.signoff import signoff_sheet

    sheet = signoff_sheet(load())
    if output is None:
        write(sheet.rstrip("\n"))
    else:
        write_file(output, sheet)
        write(f"wrote {output}")
