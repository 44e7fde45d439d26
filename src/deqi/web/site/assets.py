"""Style, script and pictures of the site, under an address made of their contents, so they may be kept for ever."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "shared" / "static"


@functools.cache
def prefix() -> str:
    """The folder of the addresses; another one when any file changes."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return f"static/{digest.hexdigest()[:12]}/"


def address(name: str) -> str:
    """The address of a file of the site."""
    if not (FOLDER / name).is_file():
        raise FileNotFoundError(name)
    return f"/{prefix()}{name}"
