"""The one way of writing files: whole or not at all.

What is written stands beside its place under a name that nobody can guess, and takes that place when all of it is on
the disk; until then the file that was there stays as it is. What a killed run left behind is swept by the next that
writes there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from deqi.errors import InputError

_OURS = re.compile(r"\.?deqi-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{16}")
_HOST = hashlib.sha256(platform.node().encode()).hexdigest()[:8]
"""Tells machines apart that write to one disk."""
_TRIES, _PAUSE_S = 40, 0.05
"""How often, and after how many seconds, a folder is removed again that something still writes to."""


def write_file(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write one file. ``private`` leaves it readable by its owner only.

    Raises:
        InputError: it cannot be written there, or is no ordinary file.
    """
    data = content.encode() if isinstance(content, str) else content
    with replacing([path], private=private) as (neighbour,):
        neighbour.write_bytes(data)


@contextlib.contextmanager
def replacing(paths: Sequence[Path], *, private: bool) -> Iterator[list[Path]]:
    """Empty files to fill, which take the places of ``paths`` at the end: all of them or, after an error, none.

    Raises:
        InputError: one cannot be written there, or is no ordinary file.
    """
    neighbours: list[Path] = []
    at = paths[0]
    try:
        for at in paths:
            _check_ordinary(at)
            # A link stays a link.
            folder = at.resolve().parent
            sweep(folder)
            neighbours.append(folder / f".{_name()}")
            # A file that everybody may read gets what the user's umask leaves of that.
            os.close(os.open(neighbours[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
        yield list(neighbours)
        for neighbour in neighbours:
            _to_disk(neighbour)
        for at, neighbour in zip(paths, neighbours, strict=True):
            neighbour.replace(at.resolve())
    except OSError as error:
        raise InputError(f"{at}: cannot be written ({error.strerror}); name a file in a folder that exists.") from None
    finally:
        for neighbour in neighbours:
            with contextlib.suppress(OSError):
                neighbour.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which becomes ``path`` at the end; after an error there is none.

    Raises:
        InputError: there is something there already, or it cannot be written.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(f"{path}: is there already; name a new folder.")
    neighbour: Path | None = None
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        neighbour = target.parent / f".{_name()}"
        neighbour.mkdir()
        yield neighbour
        if target.is_dir():
            target.rmdir()
        neighbour.rename(target)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); name a folder that you may write to."
        ) from None
    finally:
        if neighbour is not None:
            shutil.rmtree(neighbour, ignore_errors=True)


@contextlib.contextmanager
def work_folder(parent: Path | None = None) -> Iterator[Path]:
    """A folder for what is on the way, that only its owner may enter; it is removed at the end.

    Raises:
        InputError: there is no room or no right to make one.
    """
    parent = parent or Path(tempfile.gettempdir())
    sweep(parent)
    folder = parent / _name()
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise InputError(
            f"{parent}: no folder can be made there to work in ({error.strerror}); point TMPDIR to another."
        ) from None
    try:
        yield folder
    finally:
        _remove(folder)


def sweep(folder: Path) -> None:
    """Remove what killed runs of this user on this machine left in a folder."""
    with contextlib.suppress(OSError):
        for left in folder.iterdir():
            found = _OURS.fullmatch(left.name)
            if found is None or found[1] != _HOST or _is_running(int(found[2])):
                continue
            with contextlib.suppress(OSError):
                if not is_mine(left):
                    continue
                if left.is_dir() and not left.is_symlink():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink()


def _remove(folder: Path) -> None:
    """Remove a folder, even while a program that was just ended still writes to it."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_PAUSE_S)


def _name() -> str:
    return f"deqi-{_HOST}-{os.getpid()}-{secrets.token_hex(8)}"


def _check_ordinary(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # not there yet, or a link to nothing
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise InputError(f"{path}: a device or a pipe, which cannot be put in place whole; name a file.")


def _is_running(process: int) -> bool:
    if os.name == "nt":
        # There the call below would end the process.
        return process == os.getpid()
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def is_mine(path: Path) -> bool:
    """Whether it belongs to this user; where there are no user ids, other users' files cannot be removed anyway."""
    who = getattr(os, "getuid", None)
    return who is None or path.lstat().st_uid == who()


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
