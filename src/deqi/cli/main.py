"""The command line: registers the commands and turns the user's errors into one sentence and exit code 2.

Command modules import what they need inside their functions, so that ``deqi --help`` stays fast.
"""

from __future__ import annotations

import contextlib
import errno
import io
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from deqi.cli import (
    assess,
    cases,
    claims,
    completion,
    demo,
    evidence,
    explain,
    knowledge,
    points,
    pool,
    report,
    screen,
    serve,
    site,
    sources,
)
from deqi.cli.output import notice
from deqi.cli.stopping import EXIT, Stopping
from deqi.errors import InputError
from deqi.log import fault

app = typer.Typer(
    name="deqi",
    help="Benefits and risks of acupuncture for neuropathy, from cited trials and safety surveys.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("report")(report.report)
app.command("pool")(pool.pool)
app.command("escalc")(pool.escalc)
app.command("network")(pool.network)
app.command("assess")(assess.assess)
app.command("screen")(screen.screen)
app.command("points")(points.points)
app.command("evidence")(evidence.evidence)
app.command("explain")(explain.explain)
app.command("claims")(claims.claims)
app.command("sources")(sources.sources)
app.command("completion")(completion.completion)
app.command("serve")(serve.serve)
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(cases.app, name="cases")
app.add_typer(demo.app, name="demo")
app.add_typer(site.app, name="site")


def _print_version(wanted: bool) -> None:
    if wanted:
        from deqi import __version__
        from deqi.api import Library

        typer.echo(f"deqi {__version__}, knowledge {Library.load().edition}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and the knowledge edition.", callback=_print_version)
    ] = False,
) -> None:
    """Benefits and risks of acupuncture for neuropathy, from cited trials and safety surveys.

    Decision support for trained practitioners and plain information for patients; not for emergencies,
    diagnosing, or children.
    """


def run() -> None:
    """The ``deqi`` command: exit 0 ok, 1 a blocking finding under ``--strict``, 2 bad input, 130 stopped."""
    if sys.stdout is None:
        sys.exit(2)  # closed by whoever started it: nowhere to write, and perhaps nowhere to complain
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal of few letters still gets the rest
    stopping = Stopping()
    with contextlib.ExitStack() as after:
        try:
            after.enter_context(stopping)  # in here, because it may be asked to stop while it begins to listen
            completion.get_ready()
            app()
        except BaseException as error:
            if stopping.asked:
                notice(str(stopping.error))
                sys.exit(EXIT)
            if not isinstance(error, Exception):
                raise
            sys.exit(_tell(error))


def _tell(error: Exception) -> int:
    """What went wrong, in a sentence that quotes no record; gives the exit code."""
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        return 0
    notice(str(_told(error)))
    return 2


def _told(error: Exception) -> Exception:
    """The user's error that an error is; one of ours is written to the log, and says where it was."""
    if isinstance(error, InputError):
        return error
    if isinstance(error, MemoryError):
        return InputError("there is not enough memory for this; give fewer files at a time, or a machine with more.")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return InputError("the output: there is no room left to write it; make room or write elsewhere.")
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return InputError("the name of a file: longer than a name can be; give the path of a file.")
    fault(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return RuntimeError(
        f"a fault of the program: {type(error).__name__} in {Path(last.filename).name}, line {last.lineno}; "
        "please report it, without the record."
    )
