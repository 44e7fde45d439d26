"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from deqi.errors import InputError


def write_file(path: Path, text: str, *, private: bool = False) -> None:
    """Write to a neighbour and put it in place at the end. ``private`` leaves it readable by its owner only.

    Raises:
        InputError: the folder is not there or may not be written.
    """
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as handle:
            handle.write(text)
        if not private:
            Path(handle.name).chmod(0o666 & ~_umask())
        Path(handle.name).replace(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be written ({error.strerror}); name a file in a folder that exists."
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
