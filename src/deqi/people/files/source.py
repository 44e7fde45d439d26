"""Bytes of a file the user named, within limits and in UTF-8."""

from __future__ import annotations

import contextlib
import errno
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from deqi.errors import InputError

MAX_BYTES = 8 * 2**30
"""Largest file read, unpacked."""
MAX_GZIP_RATIO = 200
"""A packed file that grows more than this was made to fill the memory; charts grow 10 to 30 times."""
_GZIP = b"\x1f\x8b"
_CHUNK = 2**20
BLOCK = 8 * 2**20
"""Bytes read at a time of what is read in parts."""
_PATTERNS = re.compile(r"([*?\[])")


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A file's bytes, unpacked when it is gzip, without a byte order mark.

    Raises:
        InputError: no such file, too large, grows too much, broken gzip, or UTF-16.
    """
    try:
        if path.stat().st_size > limit:
            raise InputError(f"{path}: larger than {_size(limit)}; split it")
        if path.is_char_device():  # has no end and no size that tells
            raise InputError(f"{path}: a device; give a file that can be read")
        data = path.read_bytes()
    except InputError:
        raise
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.ENAMETOOLONG:
            raise InputError("the name of a file: longer than a name can be; give the path of a file") from None
        raise cannot_read(path) from None
    return plain_bytes(data, str(path), limit)


def cannot_read(path: Path) -> InputError:
    """The sentence about a file that cannot be read."""
    if is_folder(path):
        return InputError(f"{path}: is a folder; give a file that can be read")
    if _exists(path):
        return InputError(f"{path}: cannot be opened; give a file that can be read")
    return InputError(f"{path}: does not exist; give a file that can be read")


def is_folder(path: Path) -> bool:
    """Whether it is a folder, as far as one may look."""
    with contextlib.suppress(OSError):
        return path.is_dir()
    return False


def is_file(path: Path) -> bool:
    """Whether it is an ordinary file, as far as one may look."""
    with contextlib.suppress(OSError):
        return path.is_file()
    return False


def _exists(path: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        path.lstat()
        return True
    return False


def entries(folder: Path) -> list[Path]:
    """What stands in a folder, by name.

    Raises:
        InputError: it is no folder, or may not be looked into.
    """
    try:
        return sorted(folder.iterdir())
    except (OSError, ValueError):
        reason = "cannot be opened" if is_folder(folder) else "not a folder"
        raise InputError(f"{folder}: {reason}; give a folder that can be read") from None


def plain_bytes(data: bytes, name: str, limit: int = MAX_BYTES) -> bytes:
    """Bytes as they stand for reading: unpacked, no byte order mark.

    Raises:
        InputError: as `read_bytes`.
    """
    if data.startswith(_GZIP):
        data = _unpack(data, name, limit)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{name}: written in UTF-16; save it as UTF-8")
    return data.removeprefix(b"\xef\xbb\xbf")


def sql_path(path: Path) -> str:
    """A path as it stands between apostrophes in DuckDB's SQL, where ``*``, ``?`` and ``[`` would match other files."""
    return _PATTERNS.sub(r"[\1]", str(path)).replace("'", "''")


def _unpack(data: bytes, name: str, limit: int) -> bytes:
    most = min(limit, max(len(data) * MAX_GZIP_RATIO, _CHUNK))
    pieces: list[bytes] = []
    size = 0
    try:
        while data:
            stream = zlib.decompressobj(wbits=31)
            rest = data
            while rest and not stream.eof:
                piece = stream.decompress(rest, _CHUNK)
                rest = stream.unconsumed_tail
                size += len(piece)
                if size > most:
                    raise InputError(f"{name}: unpacks to more than {_size(most)}; unpack and check it yourself")
                pieces.append(piece)
            if not stream.eof:
                raise InputError(f"{name}: the gzip file ends too early; copy it again")
            data = stream.unused_data.lstrip(b"\0")
    except zlib.error:
        raise InputError(f"{name}: a broken gzip file; copy it again") from None
    return b"".join(pieces)


def _size(limit: int) -> str:
    return f"{limit // 2**30} GB" if limit >= 2**30 else f"{max(limit // 2**20, 1)} MB"


def blocks(path: Path, size: int | None = None) -> Iterator[bytes]:
    """A file's bytes in blocks of a size, unpacked when it is gzip: for files that may be larger than the memory.

    Raises:
        InputError: it cannot be read, grows too much, or is broken gzip.
    """
    size = size or BLOCK
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            if packed:
                yield from _unpacked(file, path, size)
            else:
                while block := file.read(size):
                    yield block
    except InputError:
        raise
    except (OSError, ValueError):
        raise cannot_read(path) from None


def _unpacked(file: BinaryIO, path: Path, size: int) -> Iterator[bytes]:
    """The contents of a gzip file of one or more members."""
    stream, within = zlib.decompressobj(wbits=31), False
    read, made = 0, 0
    try:
        while data := file.read(2**20):
            read += len(data)
            while data:
                piece, within = stream.decompress(data, size), True
                made += len(piece)
                if made > max(read * MAX_GZIP_RATIO, 2**20):
                    raise InputError(f"{path}: unpacks to far more than charts do; unpack and check it yourself")
                if piece:
                    yield piece
                data = stream.unconsumed_tail
                if stream.eof:
                    data = stream.unused_data.lstrip(b"\0")
                    stream, within = zlib.decompressobj(wbits=31), False
    except zlib.error:
        raise InputError(f"{path}: a broken gzip file; copy it again") from None
    if within:
        raise InputError(f"{path}: the gzip file ends too early; copy it again")
