"""A folder of FHIR files: what is read, what is passed over, and what is passed over although it says FHIR."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from deqi.errors import InputError
from deqi.people.fhir.names import R4_TYPES
from deqi.people.files.source import blocks, entries, is_file

NDJSON = (".ndjson", ".jsonl")
_FHIR = (*NDJSON, ".json")
_HEAD = 2**16
_RESOURCE = re.compile(rb'"resourceType"\s*:')
_WORD = re.compile(r"[A-Za-z]+")


class Folder(NamedTuple):
    """The files to read, by name; the names of everything else; and what of that says FHIR, each with its type."""

    files: tuple[Path, ...]
    passed_over: tuple[str, ...]
    unread: tuple[tuple[Path, str], ...]


def look_into(path: Path) -> Folder:
    """What is in a folder.

    Raises:
        InputError: it may not be looked into, or nothing in it is FHIR.
    """
    files: list[Path] = []
    passed: list[str] = []
    unread: list[tuple[Path, str]] = []
    for one in entries(path):
        kind = _type_by_name(one)
        if is_file(one) and plain_name(one).endswith(_FHIR) and (kind or _says_fhir(one)):
            files.append(one)
            continue
        passed.append(one.name)
        if kind or _says_fhir(one):
            unread.append((one, kind))
    if not files:
        raise InputError(f"{path}: a folder without FHIR in .json or .ndjson files; give the folder of the export")
    return Folder(tuple(files), tuple(passed), tuple(unread))


def plain_name(path: Path) -> str:
    """The name of a file in lower case, as it would be unpacked."""
    return path.name.casefold().removesuffix(".gz")


def _type_by_name(path: Path) -> str:
    """The resource type that a name begins with, as bulk exports name their files; nothing for any other."""
    found = _WORD.match(path.name)
    return found[0] if found and found[0] in R4_TYPES else ""


def _says_fhir(path: Path) -> bool:
    """Whether the first bytes speak of a resource type. One that cannot be unpacked is left to its reader."""
    if not is_file(path):
        return False
    try:
        return _RESOURCE.search(b"".join(itertools.islice(_some(path), 1))) is not None
    except InputError:
        return plain_name(path).endswith(_FHIR)


def _some(path: Path) -> Iterator[bytes]:
    for block in blocks(path, _HEAD):
        yield block[:_HEAD]
