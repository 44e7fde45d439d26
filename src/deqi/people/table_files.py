"""The FHIR files of an export, in parts that fit the memory."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from deqi.errors import InputError
from deqi.people.source import MAX_GZIP_RATIO, read_bytes

BLOCK = 16 * 2**20
"""Bytes of NDJSON read at a time."""
MAX_LINE = 256 * 2**20
_NDJSON = (".ndjson", ".jsonl")
_FHIR = (*_NDJSON, ".json")
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


@dataclasses.dataclass(frozen=True)
class FilePart:
    """Bytes of a file: whole lines of NDJSON and the number of the first, or (line 0) a whole document."""

    file: str
    data: bytes
    line: int


def fhir_files(path: Path) -> list[Path]:
    """The files of a folder that may be FHIR, by name; the file itself.

    Raises:
        InputError: a folder without any.
    """
    if not path.is_dir():
        return [path]
    files = [one for one in sorted(path.iterdir()) if one.is_file() and _plain(one).endswith(_FHIR)]
    if not files:
        raise InputError(f"{path}: a folder without .json or .ndjson files; give the folder of the export")
    return files


def is_ndjson(path: Path) -> bool:
    """Whether a file is NDJSON by its name."""
    return _plain(path).endswith(_NDJSON)


def parts_of(path: Path) -> Iterator[FilePart]:
    """A file in parts; a document that is not NDJSON is one part.

    Raises:
        InputError: the file cannot be read, is broken gzip, or has a line too long to be a resource.
    """
    if not is_ndjson(path):
        yield FilePart(str(path), read_bytes(path), 0)
        return
    rest, line, first = b"", 1, True
    for block in _blocks(path):
        if first:
            block, first = block.removeprefix(_BOM), False
            if block.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise InputError(f"{path}: written in UTF-16; save it as UTF-8")
        data = rest + block
        cut = data.rfind(b"\n") + 1
        rest = data[cut:]
        if len(rest) > MAX_LINE:
            raise InputError(f"{path}, line {line + data.count(10)}: longer than {MAX_LINE // 2**20} MB; split it")
        if cut:
            yield FilePart(str(path), data[:cut], line)
            line += data.count(b"\n", 0, cut)
    if rest.strip():
        yield FilePart(str(path), rest, line)


def _plain(path: Path) -> str:
    return path.name.removesuffix(".gz").casefold()


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
        reason = "cannot be opened" if path.exists() else "does not exist"
        raise InputError(f"{path}: {reason}; give a file that can be read") from error


def _unpacked(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """The contents of a gzip file of one or more members."""
    stream = zlib.decompressobj(wbits=31)
    read, made = 0, 0
    try:
        while data := file.read(2**20):
            read += len(data)
            while data:
                piece = stream.decompress(data, BLOCK)
                made += len(piece)
                if made > max(read * MAX_GZIP_RATIO, 2**20):
                    raise InputError(f"{path}: unpacks to far more than charts do; unpack and check it yourself")
                if piece:
                    yield piece
                data = stream.unconsumed_tail
                if stream.eof:
                    data = stream.unused_data.lstrip(b"\0")
                    stream = zlib.decompressobj(wbits=31)
            read += 0
    except zlib.error:
        raise InputError(f"{path}: a broken gzip file; copy it again") from None
