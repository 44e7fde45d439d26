"""``deqi cases``: the conformance cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Run the conformance cases.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def cases() -> None:
    """Run the conformance cases."""


@app.command()
def run(
    path: Annotated[
        Path | None, typer.Argument(help="A case file or a folder of them; the shipped cases if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run cases and print how many agree with the rules. Exit 1 when one does not."""
    from deqi.cli.output import write, write_json, write_wrapped
    from deqi.knowledge import load
    from deqi.safety.cases.run import CASES, read_cases, run_cases
    from deqi.safety.engine import Engine

    knowledge = load()
    report = run_cases(Engine.load(knowledge), read_cases(path or CASES))
    if as_json:
        write_json({"knowledge": knowledge.edition.version, "report": report})
    else:
        for one in report.disagreements:
            write_wrapped(
                f"{one.case} ({one.author}): {one.what}: expected {one.expected}, found {one.found}", hanging="  "
            )
        write(f"{report.agree}/{report.cases} cases agree, knowledge {knowledge.edition.version}")
    if report.disagreements:
        raise typer.Exit(1)
