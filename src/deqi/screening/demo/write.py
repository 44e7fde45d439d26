"""Writing made-up people to a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import msgspec

from deqi.errors import InputError
from deqi.screening.demo.people import Resource


def write_ndjson(people: Iterable[list[Resource]], folder: Path) -> None:
    """One file a resource type, as a bulk export has it.

    Raises:
        InputError: the folder cannot be written to.
    """
    with _naming(folder), contextlib.ExitStack() as stack:
        folder.mkdir(parents=True, exist_ok=True)
        files: dict[str, IO[bytes]] = {}
        for resource in (resource for person in people for resource in person):
            kind = resource["resourceType"]
            if kind not in files:
                files[kind] = stack.enter_context((folder / f"{kind}.ndjson").open("wb"))
            files[kind].write(msgspec.json.encode(resource) + b"\n")


def write_bundles(people: Iterable[list[Resource]], folder: Path) -> None:
    """One Bundle a person.

    Raises:
        InputError: the folder cannot be written to.
    """
    with _naming(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for person in people:
            bundle = {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": resource} for resource in person],
            }
            (folder / f"{person[0]['id']}.json").write_bytes(msgspec.json.encode(bundle))


@contextlib.contextmanager
def _naming(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror}); name a folder that you may write to."
        ) from None
