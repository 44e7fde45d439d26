"""``deqi completion``: the script that lets a shell complete commands, options and their values.

The script asks ``deqi`` itself at each Tab, through a variable of the environment, so nothing in it can be out of date.
"""

from __future__ import annotations

import enum
import os
import sys
from typing import Annotated, Final

import typer

_ASKED: Final = "_DEQI_COMPLETE"


class Shell(enum.StrEnum):
    """Shells that can be asked to complete."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


def completion(shell: Annotated[Shell, typer.Argument(help="The shell it is for.")]) -> None:
    """Print the script that completes deqi's commands, options and values in a shell."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # passed on, not named as such

    sys.stdout.write(get_completion_script(prog_name="deqi", complete_var=_ASKED, shell=shell.value) + "\n")


def get_ready() -> None:
    """Teach the parser the shells when one of them asks: by itself it does so only with options to install."""
    if _ASKED in os.environ:
        from typer.completion import get_completion_inspect_parameters

        get_completion_inspect_parameters()


def conditions(incomplete: str) -> list[str]:
    """Conditions that begin so."""
    from deqi.api import Library, look_up

    return [one.name for one in look_up.topics(Library.load()) if one.name.startswith(incomplete.casefold())]


def trials(incomplete: str) -> list[str]:
    """Trials that begin so."""
    from deqi.api import Library, look_up

    return [one.trial for one in look_up.trials(Library.load()) if one.trial.startswith(incomplete.casefold())]


def sources(incomplete: str) -> list[str]:
    """Sources that begin so."""
    from deqi.api import Library, look_up

    return [one.source for one in look_up.sources(Library.load()) if one.source.startswith(incomplete.casefold())]


def points(incomplete: str) -> list[str]:
    """Codes of points that begin so."""
    from deqi.api import Library, look_up

    return [one.code for one in look_up.points(Library.load()) if one.code.startswith(incomplete.upper())]
