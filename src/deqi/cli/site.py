"""``deqi site``: the public pages as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="site", help="The public pages as files that need no server.", no_args_is_help=True)


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="The folder to write to.")],
) -> None:
    """Write one HTML file a topic, and a first page that leads to them."""
    from deqi.api import Library, write
    from deqi.cli.output import write as say

    files = write.site(folder, Library.load())
    say(f"{len(files)} files in {folder}; open {folder / 'index.html'}.")
