"""Shape, keys and references of the tables."""

from __future__ import annotations

import dataclasses
import typing
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from deqi.knowledge.csvtable import TableError, header_of
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES, Row
from deqi.knowledge.tables.base import PROVENANCE
from deqi.knowledge.words import say

MOST_COLUMNS = 20


@dataclasses.dataclass(frozen=True)
class Fault:
    """Where, and what is wrong."""

    place: str
    problem: str


def key_of(row: msgspec.Struct, key: tuple[str, ...]) -> str:
    """A row's key as it is written in references and messages."""
    return "/".join(str(getattr(row, part)) for part in key)


def shape_faults(knowledge: Knowledge) -> list[Fault]:
    """Files that are missing, unknown, too wide, or that do not fit their schema."""
    faults = [
        Fault(path.name, say("check.no-schema"))
        for path in sorted(knowledge.folder.glob("*.csv"))
        if path.stem not in TABLES
    ]
    for name, spec in TABLES.items():
        path = knowledge.folder / f"{name}.csv"
        if not path.is_file():
            faults.append(Fault(path.name, say("check.file-missing")))
            continue
        faults += [Fault(path.name, problem) for problem in _header_problems(header_of(path), spec.row)]
        try:
            knowledge.rows(spec.row)
        except (TableError, UnicodeDecodeError) as error:
            faults.append(Fault(path.name, str(error)))
    for part in ("rules", "protocols", "edition"):
        try:
            getattr(knowledge, part)
        except (TableError, OSError, KeyError, TypeError, ValueError) as error:
            faults.append(Fault(part, say("check.unreadable", error=error)))
    return faults


def _header_problems(header: list[str], row: type[msgspec.Struct]) -> Iterator[str]:
    if len(header) > MOST_COLUMNS:
        yield say("check.too-wide", count=len(header), most=MOST_COLUMNS)
    if issubclass(row, Row) and tuple(header[-len(PROVENANCE) :]) != PROVENANCE:
        yield say("check.last-columns", columns=", ".join(PROVENANCE))


def key_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Keys that stand twice."""
    for name, spec in TABLES.items():
        counts = Counter(key_of(row, spec.key) for row in knowledge.rows(spec.row))
        for key, times in counts.items():
            if times > 1:
                yield Fault(f"{name}.csv", say("check.key-twice", key=key, times=times))
    for what, keys in (
        ("rules", [rule.id for rule in knowledge.rules]),
        ("protocols", [protocol.id for protocol in knowledge.protocols]),
    ):
        for key, times in Counter(keys).items():
            if times > 1:
                yield Fault(what, say("check.rule-twice", key=key, times=times))


def reference_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Cells that name a row that is not there."""
    known: dict[tuple[str, str], set[Any]] = {}
    for name, spec in TABLES.items():
        pointers = dict(_references(spec.row))
        for column, target in pointers.items():
            if target not in known:
                known[target] = {getattr(row, target[1]) for row in knowledge.rows(TABLES[target[0]].row)}
            for row in knowledge.rows(spec.row):
                cell = getattr(row, column)
                for value in cell if isinstance(cell, tuple) else (cell,):
                    if value != "" and value not in known[target]:
                        yield Fault(
                            f"{name}.csv, {key_of(row, spec.key)}, column {column}",
                            say("check.reference", value=value, target=".".join(target)),
                        )


def _references(row: type[msgspec.Struct]) -> Iterator[tuple[str, tuple[str, str]]]:
    for column, hint in typing.get_type_hints(row, include_extras=True).items():
        if target := _reference_in(hint):
            yield column, target


def _reference_in(hint: Any) -> tuple[str, str] | None:
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.extra and "references" in meta.extra:
            return typing.cast("tuple[str, str]", meta.extra["references"])
    for inner in typing.get_args(hint):
        if found := _reference_in(inner):
            return found
    return None
