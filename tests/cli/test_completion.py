"""A shell completes commands, options and values: bash for real, zsh and fish by what they ask and are told."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deqi.api import Library, look_up
from deqi.cli import completion
from tests.cli.run import run

_DEQI = Path(sys.executable).with_name("deqi")
# What readline does at a Tab: the words so far and the place among them, then the function that was registered.
_TAB = """
source <(deqi completion bash)
registered=($(complete -p deqi))
for ((place = 0; place < ${#registered[@]}; place++)); do
  if [ "${registered[place]}" = -F ]; then complete_it=${registered[place + 1]}; fi
done
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
"$complete_it" deqi
printf '%s\\n' "${COMPREPLY[@]}"
"""


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{_DEQI.parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("po",), ["pool", "points"]),
        (("knowledge", "g"), ["gaps"]),
        (("pool", "--me"), ["--measure", "--method"]),
        (("points", "--format", ""), ["text", "md", "html", "json"]),
        (("report", "--condition", "diab"), ["diabetic"]),
        (("pool", "exam"), [""]),  # nothing of ours: bash goes on with the names of files
    ],
)
def test_bash_completes(words: tuple[str, ...], offered: list[str]) -> None:
    command = ["bash", "--norc", "-c", _TAB, "bash", "deqi", *words]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False, timeout=600)
    assert (done.stdout.splitlines(), done.stderr) == (offered, "")


@pytest.mark.parametrize(
    ("shell", "told"),
    [
        ("zsh", '"pool":"Pool the studies of a CSV table."'),
        ("fish", "pool\tPool the studies of a CSV table."),
    ],
)
def test_zsh_and_fish_are_told(shell: str, told: str) -> None:
    asked = {
        "_DEQI_COMPLETE": f"complete_{shell}",
        "_TYPER_COMPLETE_ARGS": "deqi po",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = subprocess.run([_DEQI], env=_environment() | asked, capture_output=True, text=True, check=False, timeout=600)
    assert told in done.stdout and "points" in done.stdout and "report" not in done.stdout


@pytest.mark.parametrize(
    ("shell", "registers"), [("bash", "complete -o default"), ("zsh", "compdef "), ("fish", "complete --command deqi")]
)
def test_a_script_is_for_its_shell(shell: str, registers: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = run(capsys, "completion", shell)
    assert made.code == 0 and registers in made.out and f"_DEQI_COMPLETE=complete_{shell}" in made.out


def test_a_shell_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    refused = run(capsys, "completion", "tcsh")
    assert (refused.code, refused.out) == (2, "") and "tcsh" in refused.err


def test_what_is_offered_is_accepted() -> None:
    library = Library.load()
    for name in completion.conditions(""):
        assert look_up.topic(library, name).name == name
    assert look_up.point(library, completion.points("st36")[0]).code == "ST36"
    assert look_up.trial(library, completion.trials("Schroeder")[0]) and look_up.source(
        library, completion.sources("witt2009")[0]
    )
