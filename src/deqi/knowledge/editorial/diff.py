"""What changed between two editions, row by row and cell by cell."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Literal

import msgspec

from deqi.errors import InputError
from deqi.knowledge.check.tables import key_of
from deqi.knowledge.csvtable import TableError
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES


@dataclasses.dataclass(frozen=True)
class Change:
    """One row that came, went, or changed; ``cells`` maps column to before and after."""

    table: str
    key: str
    what: Literal["added", "removed", "changed"]
    cells: dict[str, tuple[str, str]]


def diff(old: Path, new: Path) -> tuple[Change, ...]:
    """Changes from one data folder to another, table by table.

    Raises:
        InputError: a folder that is no edition.
    """
    before, after = open_edition(old), open_edition(new)
    changes: list[Change] = []
    try:
        for name, spec in TABLES.items():
            changes += _compare(name, _rows(before, spec.row, spec.key), _rows(after, spec.row, spec.key))
        changes += _compare("rules", {r.id: r for r in before.rules}, {r.id: r for r in after.rules})
        changes += _compare("protocols", {p.id: p for p in before.protocols}, {p.id: p for p in after.protocols})
    except TableError as error:
        raise InputError(f"{error}; mend that edition first (deqi knowledge check --folder).") from None
    return tuple(changes)


def open_edition(folder: Path) -> Knowledge:
    """The edition in a folder that somebody named.

    Raises:
        InputError: a folder that is no edition.
    """
    if not (folder / "edition.yaml").is_file():
        raise InputError(f"{folder}: no edition.yaml there; give the data folder of an edition of the knowledge.")
    return Knowledge(folder)


def _rows(knowledge: Knowledge, row: type[msgspec.Struct], key: tuple[str, ...]) -> dict[str, msgspec.Struct]:
    """Rows by key; a table an older edition does not have is empty."""
    name = next(name for name, spec in TABLES.items() if spec.row is row)
    if not (knowledge.folder / f"{name}.csv").is_file():
        return {}
    return {key_of(one, key): one for one in knowledge.rows(row)}


def _compare(table: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    changes = [Change(table, key, "removed", {}) for key in before if key not in after]
    for key, row in after.items():
        if key not in before:
            changes.append(Change(table, key, "added", {}))
            continue
        cells = {
            field: (_cell(getattr(before[key], field)), _cell(getattr(row, field)))
            for field in row.__struct_fields__
            if getattr(before[key], field) != getattr(row, field)
        }
        if cells:
            changes.append(Change(table, key, "changed", cells))
    return changes


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return ";".join(value)
    return msgspec.json.encode(value).decode()
