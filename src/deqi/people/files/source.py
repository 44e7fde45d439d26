"""Bytes of a file the user named, within limits and in UTF-8."""

from __future__ import annotations

import errno
import re
import zlib
from pathlib import Path

from deqi.errors import InputError

MAX_BYTES = 8 * 2**30
"""Largest file read, unpacked."""
MAX_GZIP_RATIO = 200
"""A packed file that grows more than this was made to fill the memory; charts grow 10 to 30 times."""
_GZIP = b"\x1f\x8b"
_CHUNK = 2**20
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
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise InputError("the name of a file: longer than a name can be; give the path of a file") from None
        reason = "is a folder" if path.is_dir() else "cannot be opened" if path.exists() else "does not exist"
        raise InputError(f"{path}: {reason}; give a file that can be read") from error
    return plain_bytes(data, str(path), limit)


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
