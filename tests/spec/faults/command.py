"""The command line, in process, on inputs that a test makes up."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deqi.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """``deqi WORDS``: how it ended, and what it printed."""
    before, code = sys.argv, 0
    sys.argv = ["deqi", *words]
    try:
        main.run()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = before
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)
