"""Results that are costly to make and the same for everybody, kept in a folder of the user's.

Nothing about a person is ever kept here. A file that cannot be written, or does not read back, is done without.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import msgspec

from deqi.errors import InputError
from deqi.writing import is_mine, write_file

_LIBRARIES = ("deqi", "ibis-framework", "sqlglot", "duckdb", "msgspec")
_MADE_OF = (".py", ".csv", ".yaml", ".json")
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
    """A digest of all that the results are made of: the package with its tables, and the libraries that compile."""
    digest = hashlib.sha256(repr((sys.version, [version(name) for name in _LIBRARIES])).encode())
    package = Path(__file__).parents[2]
    for path in sorted(package.rglob("*")):
        if path.suffix in _MADE_OF:
            digest.update(repr(path.relative_to(package)).encode())
            digest.update(path.read_bytes())
    return digest.digest()


def _read(path: Path, wanted: type[T]) -> T | None:
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        if is_mine(path):
            return msgspec.msgpack.decode(path.read_bytes(), type=wanted)
    return None


def _write(path: Path, value: msgspec.Struct) -> None:
    with contextlib.suppress(OSError, InputError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for older in path.parent.glob(f"{path.name.rpartition('-')[0]}-*.msgpack"):
            older.unlink(missing_ok=True)
        write_file(path, msgspec.msgpack.encode(value), private=True)
