"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from deqi.errors import InputError


def write_file(path: Path, text: str, *, private: bool = False) -> None:
    """Write to a neighbour and put it in place at the end. ``private`` leaves it readable by its owner only.

    What is there and is no ordinary file (a device, a pipe) is written to and never replaced.

    Raises:
        InputError: the folder is not there or may not be written.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("w", encoding="utf-8") as special:
                special.write(text)
            return
        path = path.resolve()  # a link stays a link
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        neighbour = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            if not private:
                neighbour.chmod(0o666 & ~_umask())
            neighbour.replace(path)
        finally:
            neighbour.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that exists."
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
