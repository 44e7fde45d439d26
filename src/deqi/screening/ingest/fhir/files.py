"""The FHIR files of an export, and the lines of those that are NDJSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deqi.errors import InputError
from deqi.people.fhir.chart import Line
from deqi.people.fhir.folder import NDJSON, Folder, look_into, plain_name
from deqi.people.files.source import blocks, entries, is_file, is_folder

MAX_LINE = 256 * 2**20
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def export_at(path: Path) -> Folder:
    """The files of a folder; a file by itself.

    Raises:
        InputError: nothing in the folder is FHIR, or a name cannot be written down.
    """
    _named_in_utf8(path)
    if not is_folder(path):
        return Folder((path,), (), ())
    for one in entries(path):
        _named_in_utf8(one)
    return look_into(path)


def _named_in_utf8(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise InputError(f"{str(path)!a}: a name that is not UTF-8; rename it") from None


def is_ndjson(path: Path) -> bool:
    """Whether a file is NDJSON by its name."""
    return plain_name(path).endswith(NDJSON)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 for one that is not there."""
    return path.stat().st_size if is_file(path) else 0


def lines_of(path: Path) -> Iterator[Line]:
    """The lines of a file of NDJSON, with their numbers.

    Raises:
        InputError: the file cannot be read, is broken gzip or UTF-16, or has a line too long to be a resource.
    """
    number = 0
    for data in whole_lines(path):
        for raw in data.removesuffix(b"\n").split(b"\n"):
            number += 1
            yield Line(number, raw)


def whole_lines(path: Path) -> Iterator[bytes]:
    """The same, many lines at a time; the last may have no end."""
    rest, first = b"", True
    for block in blocks(path):
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
