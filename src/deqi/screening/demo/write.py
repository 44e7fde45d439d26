"""Writing made-up people to a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import msgspec

from deqi.screening.demo.people import Resource
from deqi.writing import new_folder


def write_ndjson(people: Iterable[list[Resource]], folder: Path) -> None:
    """One file a resource type, as a bulk export has it.

    Raises:
        InputError: the folder cannot be written, or is there already.
    """
    with new_folder(folder) as neighbour, contextlib.ExitStack() as stack:
        files: dict[str, IO[bytes]] = {}
        for resource in (resource for person in people for resource in person):
            kind = resource["resourceType"]
            if kind not in files:
                files[kind] = stack.enter_context((neighbour / f"{kind}.ndjson").open("wb"))
            files[kind].write(msgspec.json.encode(resource) + b"\n")


def write_bundles(people: Iterable[list[Resource]], folder: Path) -> None:
    """One Bundle a person.

    Raises:
        InputError: the folder cannot be written, or is there already.
    """
    with new_folder(folder) as neighbour:
        for person in people:
            bundle = {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": resource} for resource in person],
            }
            (neighbour / f"{person[0]['id']}.json").write_bytes(msgspec.json.encode(bundle))
