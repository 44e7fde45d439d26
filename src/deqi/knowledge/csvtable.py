"""Reading one CSV table into typed rows, with the place of every fault."""

from __future__ import annotations

import csv
import re
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
CellKind = Literal["plain", "many", "yes-no"]


class TableError(ValueError):
    """A table that does not fit its schema; the message gives file, row and column."""


def cell_kinds(row: type[msgspec.Struct]) -> dict[str, CellKind]:
    """How the cells of each column are written: one value, several joined with ``;``, or yes/no."""
    kinds: dict[str, CellKind] = {}
    hints = typing.get_type_hints(row, include_extras=False)
    for field in msgspec.structs.fields(row):
        options = _options(hints[field.name])
        if any(get_origin(option) is tuple for option in options):
            kinds[field.name] = "many"
        elif bool in options:
            kinds[field.name] = "yes-no"
        else:
            kinds[field.name] = "plain"
    return kinds


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def raw_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row; an empty cell is left out."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle, strict=True)
        try:
            header = next(reader)
            for cells in reader:
                if len(cells) != len(header):
                    raise TableError(
                        f"{path.name}, line {reader.line_num}: {len(cells)} cells under {len(header)} column names"
                    )
                yield (
                    reader.line_num,
                    {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""},
                )
        except StopIteration:
            raise TableError(f"{path.name}: the file is empty") from None
        except csv.Error as error:
            raise TableError(f"{path.name}, line {reader.line_num}: {error}") from None


def header_of(path: Path) -> list[str]:
    """The column names, in order."""
    with path.open(encoding="utf-8", newline="") as handle:
        return next(csv.reader(handle), [])


def read_table(path: Path, row: type[T]) -> tuple[T, ...]:
    """All rows of a table.

    Raises:
        TableError: a missing or unknown column, or a cell that does not fit; says file, line and column.
    """
    known = {field.name for field in msgspec.structs.fields(row)}
    header = header_of(path)
    _check_header(header, known, path.name)
    kinds = cell_kinds(row)
    special = {name: kind for name, kind in kinds.items() if kind != "plain"}
    lines: list[int] = []
    prepared: list[dict[str, Any]] = []
    for line, cells in raw_rows(path):
        lines.append(line)
        prepared.append(_prepare(cells, special, f"{path.name}, line {line}"))
    try:
        return tuple(msgspec.convert(prepared, list[row], strict=False))  # type: ignore[valid-type]  # the row type is a value
    except msgspec.ValidationError as error:
        raise TableError(_place(str(error), path.name, lines)) from None


def _check_header(header: list[str], known: set[str], file: str) -> None:
    unknown = [name for name in header if name not in known]
    missing = sorted(known - set(header))
    if unknown:
        raise TableError(f"{file}: unknown columns {', '.join(unknown)}; the schema has {', '.join(sorted(known))}")
    if missing:
        raise TableError(f"{file}: missing columns {', '.join(missing)}")
    if len(set(header)) < len(header):
        raise TableError(f"{file}: the same column name stands twice")


def _prepare(cells: dict[str, str], special: Mapping[str, CellKind], place: str) -> dict[str, Any]:
    row: dict[str, Any] = dict(cells)
    for name, kind in special.items():
        if name not in cells:
            continue
        if kind == "many":
            row[name] = cells[name].split(";")
        elif cells[name] in ("yes", "no"):
            row[name] = cells[name] == "yes"
        else:
            raise TableError(f"{place}, column {name}: expected yes or no")
    return row


def _place(message: str, file: str, lines: list[int]) -> str:
    """msgspec names the place as ``$[3].cap_mm``; turn that into line and column."""
    found = re.search(r"`\$\[(\d+)\](?:\.(\w+))?", message)
    if not found:
        return f"{file}: {message}"
    line = lines[int(found[1])]
    column = f", column {found[2]}" if found[2] else ""
    return f"{file}, line {line}{column}: {message.split(' - at ')[0]}"
