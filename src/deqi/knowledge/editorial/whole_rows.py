"""The rows of a table with every column, for those who review them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from deqi.knowledge.check.tables import key_of
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES
from deqi.knowledge.tables.base import PROVENANCE


def whole_rows(knowledge: Knowledge, table: str) -> Mapping[str, Mapping[str, str]]:
    """By key, the cells of each row as the file has them; those that are empty are left out."""
    spec = TABLES[table]
    names = [field.name for field in msgspec.structs.fields(spec.row)]
    columns = [*(name for name in names if name not in PROVENANCE), *(name for name in PROVENANCE if name in names)]
    return {
        key_of(row, spec.key): {name: text for name in columns if (text := cell_of(getattr(row, name)))}
        for row in knowledge.rows(spec.row)
    }


def cell_of(value: Any) -> str:
    """A value as its cell in the file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
