"""What the bytes of a resource mean: whether they say one thing, and whether two of them say the same."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from msgspec import Raw

from deqi.people.fhir import types as fhir

_NOT_READ = frozenset({"meta"})
"""Elements of which nothing comes but a hint of the FHIR version."""


def says_twice(raw: bytes | memoryview, read: frozenset[str]) -> bool:
    """Whether a key stands twice, at the top or within one of the elements that are ``read``.

    Every reader of JSON would take another of the two.
    """
    try:
        plain = msgspec.json.format(bytes(raw), indent=-1)
        if msgspec.json.encode(msgspec.json.decode(plain)) == plain:
            return False  # each key came back
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        found = json.loads(bytes(raw), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return False  # the decoder of the resource says so
    wanted = read - _NOT_READ
    if not isinstance(found, _Pairs):
        return False
    names = [name for name, _ in found if name in wanted]
    return len(names) > len(set(names)) or any(_doubled(value) for name, value in found if name in wanted)


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with all its keys."""


def _doubled(value: Any) -> bool:
    if isinstance(value, _Pairs):
        return len({name for name, _ in value}) < len(value) or any(_doubled(inner) for _, inner in value)
    return isinstance(value, list) and any(map(_doubled, value))


def entries_that_say_twice(raw: bytes | memoryview) -> tuple[bool, frozenset[int]]:
    """Whether a Bundle has its entries twice, and the places of entries that have their resource twice."""
    try:
        found = json.loads(bytes(raw), object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return False, frozenset()
    if not isinstance(found, _Pairs):
        return False, frozenset()
    lists = [value for name, value in found if name == "entry"]
    entries = lists[-1] if lists and isinstance(lists[-1], list) else []
    twice = {
        place
        for place, entry in enumerate(entries)
        if isinstance(entry, _Pairs) and sum(name == "resource" for name, _ in entry) > 1
    }
    return len(lists) > 1, frozenset(twice)


def meaning_of(resource: fhir.Resource) -> int:
    """A number that is the same for resources of which the same is read, however they are written."""
    plain = msgspec.structs.replace(resource, meta=Raw())
    if plain.contained:
        plain.contained = [Raw(msgspec.json.format(bytes(one), indent=-1)) for one in plain.contained]
    return hash(msgspec.json.encode(plain))
