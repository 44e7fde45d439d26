"""Results that are costly to make and the same for everybody, kept in a folder of the user's.

Nothing about a person is ever kept here. A file that cannot be written, or does not read back, is done without.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)

_FOLDER = "DEQI_CACHE"
"""Environment variable that names another folder; empty: keep nothing."""


def cached(name: str, parts: tuple[str, ...], wanted: type[T], make: Callable[[], T]) -> T:
    """What ``make`` makes, from the file for these parts and this code where it is there."""
    path = _path(name, parts)
    if path is None:
        return make()
    found = _read(path, wanted)
    if found is None:
        found = make()
        _write(path, found)
    return found


def _path(name: str, parts: tuple[str, ...]) -> Path | None:
    folder = os.environ.get(_FOLDER)
    if folder == "":
        return None
    base = Path(folder) if folder else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deqi"
    digest = hashlib.sha256(_code())
    for part in parts:
        digest.update(hashlib.sha256(part.encode()).digest())
    return base / f"{name}-{digest.hexdigest()[:32]}.msgpack"


@functools.cache
def _code() -> bytes:
    """A digest of the code that makes the results, so that other code never reads them."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[2].rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


def _read(path: Path, wanted: type[T]) -> T | None:
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        if path.stat().st_uid == os.getuid():
            return msgspec.msgpack.decode(path.read_bytes(), type=wanted)
    return None


def _write(path: Path, value: msgspec.Struct) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for older in path.parent.glob(f"{path.name.rpartition('-')[0]}-*.msgpack"):
            older.unlink(missing_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as handle:
            handle.write(msgspec.msgpack.encode(value))
        Path(handle.name).replace(path)
