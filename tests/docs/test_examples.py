"""Every command and every Python example in the README and the documents runs."""

import doctest
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.run import run

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (
        ROOT / "README.md",
        ROOT / "examples" / "README.md",
        ROOT / "src" / "metafit" / "README.md",
        *(ROOT / "docs").rglob("*.md"),
    )
    if "rules" not in path.relative_to(ROOT).parts
)
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for language, block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            if language in ("console", "sh", ""):
                for line in block.splitlines():
                    command = line.removeprefix("$ ").strip()
                    if command.startswith("deqi "):
                        yield page.relative_to(ROOT).as_posix(), command


COMMANDS = list(commands())


def test_there_are_examples() -> None:
    assert len(COMMANDS) >= 10


@pytest.mark.parametrize(("page", "command"), COMMANDS, ids=[command for _, command in COMMANDS])
def test_a_command_runs(
    page: str, command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command.split("  #")[0])[1:]
    ran = run(capsys, *words)
    assert ran.code == 0, f"{page}: {command}: {ran.err}"
    assert ran.out.strip()


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_python_examples_print_what_they_say(page: Path) -> None:
    results = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert results.failed == 0
