"""The FHIR files of an export, in parts that fit the memory and can be read side by side."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from deqi.errors import InputError
from deqi.people.files.source import MAX_GZIP_RATIO, read_bytes

BLOCK = 8 * 2**20
"""Bytes of NDJSON read at a time."""
DOCUMENTS = 24 * 2**20
"""Bytes of Bundles and small files read together: the more there is of a type, the less each of them takes."""
MAX_LINE = 256 * 2**20
_NDJSON = (".ndjson", ".jsonl")
_FHIR = (*_NDJSON, ".json")
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Span(msgspec.Struct, frozen=True, gc=False):
    """A part of a file: the lines of NDJSON that begin in it, or a whole file.

    ``stop`` is None for a whole file, which is NDJSON if ``lines``.
    """

    file: str
    lines: bool
    start: int = 0
    stop: int | None = None


Share = tuple[Span, ...]
"""Spans that are read together."""


def fhir_files(path: Path) -> list[Path]:
    """The files of a folder that may be FHIR, by name; the file itself.

    Raises:
        InputError: a folder without any, or a name that cannot be written down.
    """
    _named_in_utf8(path)
    if not path.is_dir():
        return [path]
    for one in path.iterdir():
        _named_in_utf8(one)
    files = [one for one in sorted(path.iterdir()) if one.is_file() and _plain(one).endswith(_FHIR)]
    if not files:
        raise InputError(f"{path}: a folder without .json or .ndjson files; give the folder of the export")
    return files


def passed_over(path: Path) -> list[str]:
    """The names of what stands in a folder and is not read."""
    read = set(fhir_files(path))
    return sorted(one.name for one in path.iterdir() if one not in read) if path.is_dir() else []


def _named_in_utf8(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise InputError(f"{str(path)!a}: a name that is not UTF-8; rename it") from None


def is_ndjson(path: Path) -> bool:
    """Whether a file is NDJSON by its name."""
    return _plain(path).endswith(_NDJSON)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 for one that is not there."""
    return path.stat().st_size if path.is_file() else 0


def shares_of(files: Iterable[Path]) -> list[Share]:
    """All files, cut up into shares of `BLOCK` bytes or put together to `DOCUMENTS`, in their order."""
    shares: list[Share] = []
    small: list[Span] = []
    waiting = 0
    for path in files:
        size, lines = size_of(path), is_ndjson(path)
        if lines and size > BLOCK and not _is_packed(path):
            shares.extend([tuple(small)] if small else [])
            small, waiting = [], 0
            shares.extend((Span(str(path), True, start, min(start + BLOCK, size)),) for start in range(0, size, BLOCK))
            continue
        small.append(Span(str(path), lines))
        waiting += size
        if waiting >= DOCUMENTS:
            shares.append(tuple(small))
            small, waiting = [], 0
    return [*shares, tuple(small)] if small else shares


def lines_of(span: Span) -> Iterator[bytes]:
    """The lines of a span of NDJSON, many at a time; the last may have no end.

    Raises:
        InputError: the file cannot be read, is broken gzip or UTF-16, or has a line too long to be a resource.
    """
    path = Path(span.file)
    rest, first = b"", span.start == 0
    for block in _blocks(path) if span.stop is None else _blocks_within(path, span.start, span.stop):
        if first:
            block, first = block.removeprefix(_BOM), False
            if block.startswith(_UTF16):
                raise InputError(f"{path}: written in UTF-16; save it as UTF-8")
        data = rest + block
        cut = data.rfind(b"\n") + 1
        rest = data[cut:]
        if len(rest) > MAX_LINE:
            raise InputError(f"{path}: a line longer than {MAX_LINE // 2**20} MB; split it")
        if cut:
            yield data[:cut]
    if rest:
        yield rest


def document_of(span: Span) -> bytes:
    """A whole file.

    Raises:
        InputError: as `read_bytes`.
    """
    return read_bytes(Path(span.file))


def _plain(path: Path) -> str:
    return path.name.casefold().removesuffix(".gz")


def _is_packed(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == _GZIP
    except OSError:
        return False


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            if packed:
                yield from _unpacked(file, path)
            else:
                while block := file.read(BLOCK):
                    yield block
    except OSError as error:
        raise _unreadable(path) from error


def _blocks_within(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """The bytes of the lines that begin from ``start`` up to ``stop``."""
    try:
        with path.open("rb") as file:
            if start:
                # A line begins at ``start`` if the byte before ends one; else the first whole one is looked for.
                file.seek(start - 1)
                while (piece := file.readline(BLOCK)) and not piece.endswith(b"\n"):
                    pass
            if (start := file.tell()) < stop:
                yield _read_to_line_end(file, start, stop, path)
    except OSError as error:
        raise _unreadable(path) from error


def _read_to_line_end(file: BinaryIO, start: int, stop: int, path: Path) -> bytes:
    """From ``start`` to the end of the line that holds the byte before ``stop``, in one piece."""
    file.seek(stop - 1)
    while (piece := file.readline(BLOCK)) and not piece.endswith(b"\n"):
        if file.tell() - stop > MAX_LINE:
            raise InputError(f"{path}: a line longer than {MAX_LINE // 2**20} MB; split it")
    stop = file.tell()
    file.seek(start)
    return file.read(stop - start)


def _unreadable(path: Path) -> InputError:
    reason = "cannot be opened" if path.exists() else "does not exist"
    return InputError(f"{path}: {reason}; give a file that can be read")


def _unpacked(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """The contents of a gzip file of one or more members."""
    stream, within = zlib.decompressobj(wbits=31), False
    read, made = 0, 0
    try:
        while data := file.read(2**20):
            read += len(data)
            while data:
                piece, within = stream.decompress(data, BLOCK), True
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
