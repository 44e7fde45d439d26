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
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    report = look_up.faults(folder)
    if as_json:
        write_json({"knowledge": report.edition, "rows": report.rows, "faults": report.faults})
    else:
        write_page(pages.faults(report, Library.load()))
    if report.faults:
        raise typer.Exit(1)


@app.command()
def gaps(folder: Folder = None, as_json: AsJson = False) -> None:
    """What is unverified, unchecked by a clinician, default, without numbers, or due for review."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    found = look_up.gaps(folder)
    if as_json:
        write_json({"knowledge": found.edition, "gaps": found.gaps})
    else:
        write_page(pages.gaps(found, Library.load()))


@app.command()
def rows(
    table: Annotated[str | None, typer.Argument(help="A table such as search_log; without it, all tables.")] = None,
    key: Annotated[str | None, typer.Argument(help="The key of a row; without it, all keys.")] = None,
    as_json: AsJson = False,
) -> None:
    """The rows of a table as they are kept, with every note and its provenance."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    library = Library.load()
    if table is None:
        tables = look_up.tables(library)
        if as_json:
            write_json({"knowledge": library.edition, "tables": tables})
        else:
            write_page(pages.tables(tables, library))
        return
    found = look_up.table(library, table, key)
    if as_json:
        write_json({"knowledge": library.edition, "table": table, "rows": found.rows})
    else:
        write_page(pages.table(found, library))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The data folder of the older edition.")],
    new: Annotated[Path | None, typer.Argument(help="The newer one; the shipped edition if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """What changed between two editions, for the change log."""
    from deqi.api import Library, look_up, pages
    from deqi.cli.output import write_json, write_page

    changes = look_up.edition_changes(old, new)
    if as_json:
        write_json({"changes": changes})
    else:
        write_page(pages.edition_changes(changes, Library.load()))


@app.command("sign-off")
def sign_off(
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file.")] = None,
) -> None:
    """The sheet of default values for a clinician to sign."""
    from deqi.api import Library, look_up
    from deqi.api import write as writing
    from deqi.cli.output import write

    sheet = look_up.signoff_sheet(Library.load())
    if output is None:
        write(sheet.rstrip("\n"))
    else:
        writing.file(output, sheet)
        write(f"wrote {output}")
