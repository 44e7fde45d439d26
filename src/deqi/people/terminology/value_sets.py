"""FHIR ValueSets of an organisation, added to our own code sets.

A folder holds ValueSet resources (``*.json``). Each is given to one of our sets by the folder's ``sets.csv`` (columns
``value_set,set``; ``value_set`` is the id, OID, address, name or title), or because its id, name or title, written
with hyphens, is the name of the set. Only listed codes are read: an expansion, or ``compose.include.concept``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from deqi.errors import InputError
from deqi.people.facts import Coding
from deqi.people.files.source import entries, read_bytes
from deqi.people.terminology.systems import short_system

MAX_BYTES = 200 * 2**20
MAPPING = "sets.csv"


class _Concept(msgspec.Struct, gc=False):
    code: str
    display: str | None = None


class _Contains(msgspec.Struct):
    system: str | None = None
    code: str | None = None
    display: str | None = None
    contains: list[_Contains] = []


class _Expansion(msgspec.Struct):
    contains: list[_Contains] = []
    total: int | None = None


class _Include(msgspec.Struct):
    system: str | None = None
    concept: list[_Concept] = []
    filter: list[msgspec.Raw] = []
    valueSet: list[str] = []  # noqa: N815


class _Compose(msgspec.Struct):
    include: list[_Include] = []
    exclude: list[_Include] = []


class _Identifier(msgspec.Struct, gc=False):
    value: str | None = None


class _ValueSet(msgspec.Struct):
    resourceType: str  # noqa: N815
    id: str = ""
    url: str = ""
    name: str = ""
    title: str = ""
    identifier: list[_Identifier] = []
    expansion: _Expansion | None = None
    compose: _Compose | None = None

    def names(self) -> Iterator[str]:
        yield from (self.id, self.url, self.name, self.title)
        for one in self.identifier:
            yield one.value or ""
            yield (one.value or "").removeprefix("urn:oid:")


class AddedSets(msgspec.Struct, frozen=True):
    """Codings by our set name, and the files that belong to no set of ours."""

    members: Mapping[str, tuple[Coding, ...]]
    unused: tuple[str, ...]


def read_value_sets(folder: Path, known: Mapping[str, object]) -> AddedSets:
    """The ValueSets of a folder, for the set names in ``known``.

    Raises:
        InputError: no folder, a file that is no ValueSet, one without listed codes, or a mapping that names no set.
    """
    files = entries(folder)
    mapping = _read_mapping(folder / MAPPING, known) if folder / MAPPING in files else {}
    members: dict[str, list[Coding]] = {}
    unused: list[str] = []
    for path in files:
        if path.suffix != ".json":
            continue
        value_set = _read_one(path)
        wanted = _target(value_set, mapping, known)
        if wanted is None:
            unused.append(path.name)
        else:
            members.setdefault(wanted, []).extend(_codings(value_set, path))
    return AddedSets({name: tuple(dict.fromkeys(codings)) for name, codings in members.items()}, tuple(unused))


def _read_mapping(path: Path, known: Mapping[str, object]) -> dict[str, str]:
    try:
        rows = csv.DictReader(io.StringIO(read_bytes(path, MAX_BYTES).decode()), strict=True)
        if rows.fieldnames is None or not {"value_set", "set"} <= set(rows.fieldnames):
            raise InputError(f"{path}: the first line must be value_set,set")
        mapping: dict[str, str] = {}
        for row in rows:
            name = (row["set"] or "").strip()
            if name not in known:
                raise InputError(f"{path}, line {rows.line_num}, column set: not one of deqi's code sets")
            mapping[(row["value_set"] or "").strip()] = name
        return mapping
    except (csv.Error, UnicodeDecodeError):
        raise InputError(f"{path}: not a CSV file in UTF-8 with the columns value_set,set") from None


def _read_one(path: Path) -> _ValueSet:
    data = read_bytes(path, MAX_BYTES)
    try:
        value_set = msgspec.json.decode(data, type=_ValueSet)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InputError(f"{path}: not a FHIR ValueSet in JSON; export it as an R4 ValueSet resource") from None
    if value_set.resourceType != "ValueSet":
        raise InputError(f"{path}: another FHIR resource; the folder may hold ValueSet resources only")
    return value_set


def _target(value_set: _ValueSet, mapping: Mapping[str, str], known: Mapping[str, object]) -> str | None:
    for name in filter(None, value_set.names()):
        if name in mapping:
            return mapping[name]
    for name in filter(None, (value_set.id, value_set.name, value_set.title)):
        if (written := _hyphened(name)) in known:
            return written
    return None


def _hyphened(name: str) -> str:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return re.sub(r"[^a-z0-9]+", "-", parted.casefold()).strip("-")


def _codings(value_set: _ValueSet, path: Path) -> list[Coding]:
    if value_set.expansion is not None and value_set.expansion.contains:
        codings = list(_expanded(value_set.expansion.contains))
        total = value_set.expansion.total
        if total is not None and total > len(codings):
            raise InputError(f"{path}: the expansion lists {len(codings)} of {total} codes; export all of them")
        return codings
    compose = value_set.compose
    if compose is None or not compose.include or any(one.filter or one.valueSet for one in compose.include):
        raise InputError(f"{path}: no listed codes; export the ValueSet with its expansion")
    if any(one.filter or one.valueSet for one in compose.exclude):
        raise InputError(f"{path}: excludes codes by a filter; export the ValueSet with its expansion")
    out = {(coding.system, coding.code) for coding in _listed(compose.exclude)}
    codings = [coding for coding in _listed(compose.include) if (coding.system, coding.code) not in out]
    if not codings:
        raise InputError(f"{path}: no listed codes; export the ValueSet with its expansion")
    return codings


def _expanded(contains: list[_Contains]) -> Iterator[Coding]:
    for one in contains:
        if one.system and one.code:
            yield Coding(short_system(one.system), one.code, one.display or "")
        yield from _expanded(one.contains)


def _listed(includes: list[_Include]) -> Iterator[Coding]:
    for include in includes:
        for concept in include.concept:
            yield Coding(short_system(include.system or ""), concept.code, concept.display or "")
