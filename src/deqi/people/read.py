"""Reading people from files: a person file, or FHIR R4 in any of its shapes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from deqi.errors import InputError
from deqi.people.facts import Person
from deqi.people.fhir.chart import ChartReader
from deqi.people.fhir.folder import NDJSON, look_into
from deqi.people.files.person import read_person_file
from deqi.people.files.source import is_folder, plain_bytes, read_bytes
from deqi.people.reading import Reading
from deqi.people.terminology.codes import CodeIndex
from deqi.people.terminology.sites import SiteFinder

_FHIR = re.compile(rb'"resourceType"\s*:')


def read_chart(
    sources: Iterable[Path | bytes],
    *,
    index: CodeIndex,
    sites: SiteFinder | None = None,
    as_of: dt.date | None = None,
    name: str = "person",
) -> Reading:
    """The persons of files that belong together (the NDJSON files of one export), with what could not be read.

    A person file stands alone. ``as_of`` is the day of reading; stale active medicines are marked by it.

    Raises:
        InputError: a file cannot be read, or nothing is about a person.
    """
    sites = sites or SiteFinder()
    reader = ChartReader(index, sites)
    files: list[Path | bytes] = []
    passed_over: list[str] = []
    for source in sources:
        if isinstance(source, bytes) or not is_folder(source):
            files.append(source)
            continue
        found = look_into(source)
        files += found.files
        passed_over += found.passed_over
        for path, kind in found.unread:
            reader.pass_over(str(path), kind)
    for file in files:
        if isinstance(file, Path):
            called, data = str(file), read_bytes(file)
        else:
            called, data = name, plain_bytes(file, name)
        ndjson = True if called.removesuffix(".gz").casefold().endswith(NDJSON) else None
        if ndjson or _is_fhir(data):
            reader.add(data, called, ndjson)
        elif len(files) == 1:
            person = read_person_file(data, called, index, sites, as_of)
            return Reading((msgspec.structs.replace(person, read_on=as_of),))
        else:
            raise InputError(f"{called}: not FHIR; a person file is read alone, not together with others")
    reading = reader.finish(as_of)
    if not reading.persons:
        raise InputError(f"{_called(files, name)}: nothing about a person; give a Patient and the records about them")
    return msgspec.structs.replace(
        reading,
        persons=tuple(msgspec.structs.replace(one, read_on=as_of) for one in reading.persons),
        passed_over=tuple(passed_over),
    )


def _called(files: Sequence[Path | bytes], name: str) -> str:
    return str(files[0]) if len(files) == 1 and isinstance(files[0], Path) else name if len(files) == 1 else "the files"


def _is_fhir(data: bytes) -> bool:
    """JSON that speaks of a resource type; a person file in JSON does not."""
    return data.lstrip()[:1] in (b"{", b"[") and _FHIR.search(data) is not None


def with_complete(persons: Iterable[Person], complete: frozenset[str]) -> list[Person]:
    """The persons with more kinds of list declared complete (the clinic's settings say so for everybody)."""
    return [msgspec.structs.replace(one, complete=one.complete | complete) for one in persons]
