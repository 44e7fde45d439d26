"""How commands print: JSON for programs, wrapped text for people."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import Any

import msgspec


def write_json(value: Any) -> None:
    """One JSON document, indented, with a newline at the end."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    sys.stdout.write(text + "\n")


_CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def write(text: str = "") -> None:
    """Lines of text. Control characters, which a chart or a table may bring along, never reach the terminal."""
    sys.stdout.write(text.translate(_CONTROLS) + "\n")


def width() -> int:
    """Columns to wrap at: the terminal's, between 60 and 100; 80 where there is none."""
    return max(60, min(100, shutil.get_terminal_size((80, 24)).columns))


def write_wrapped(text: str, indent: str = "", hanging: str | None = None) -> None:
    """A paragraph."""
    write(
        textwrap.fill(
            text,
            width=width(),
            initial_indent=indent,
            subsequent_indent=indent if hanging is None else hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
