"""Run the command line in process, as a user would call it."""

import dataclasses
import json
import sys
from typing import Any

import pytest

from deqi.cli import main


@dataclasses.dataclass(frozen=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Ran:
    """``deqi WORDS``."""
    before = sys.argv
    sys.argv = ["deqi", *words]
    code = 0
    try:
        main.run()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.argv = before
    captured = capsys.readouterr()
    return Ran(code, captured.out, captured.err)
