"""Anybody's CSV, read without trust: text cells with their row numbers, or one sentence saying what is wrong.

Rows are numbered as a spreadsheet does: the header is row 1.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from deqi.errors import InputError
from deqi.evidence.table.cells import PLAIN, Style, looks_like_number, style_of
from deqi.evidence.table.sentences import say

#: A table of studies is small; a file beyond this is something else, and is refused before it is read.
MAX_BYTES: Final = 20_000_000
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 500
_DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Table:
    """name: of the file, for messages. columns: lower-case names. rows: (row number, cells), all as wide as columns.

    style: how its cells write decimals. measure: what the names of its columns say that the effects are. own: how many
    of the columns stand in the file, the others being copies under our names. notes: what had to be understood.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    style: Style = PLAIN
    measure: str | None = None
    own: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        """The columns that stand in the file."""
        return self.columns[: self.own]


def read_table(path: Path) -> Table:
    """Read a CSV file.

    Raises:
        InputError: missing, too large, or not a table; the sentence names row and column.
    """
    name = plain(path.name or str(path))
    try:
        if path.is_dir():
            raise InputError(f"{name} is a folder; give a CSV file.")
        with path.open("rb") as file:
            return parse_table(read_limited(file, name), name)
    except FileNotFoundError:
        raise InputError(f"{name}: no such file; give the path of a CSV file.") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror or 'input error'}); give a CSV file.") from None


def read_limited(file: BinaryIO, name: str) -> bytes:
    """The bytes of a stream, never more than the limit.

    Raises:
        InputError: there are more.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB; give a table with one row per study.")
    return data


def parse_table(data: bytes, name: str = "table") -> Table:
    """Read a CSV from its bytes: comma, semicolon or tab; UTF-8, or UTF-16 with its mark.

    Raises:
        InputError: as `read_table`.
    """
    text = re.sub(r"\A\s*sep=.[ \t]*\r?\n", "\n", _decode(data, name))  # Excel's own note about the separator
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda d: (first.count(d), d == ","))
    lines = _lines(text, delimiter, name)
    start, header = next(lines, (1, []))
    if not header:
        raise InputError(f"{name} is empty; write a header row such as study,yi,vi and one row per study.")
    body = list(itertools.islice(lines, MAX_ROWS + 2))
    if body and len([cell for cell in header if cell]) == 1 < len([cell for cell in body[0][1] if cell]):
        raise InputError(say("title-line", name=name, row=start, words=shown(next(filter(None, header)))))
    if body and _is_upper_heading(header, body[0][1]):
        start, header = body[0][0], _joined(header, body.pop(0)[1])
    header, notes = _arm_by_arm(header)
    columns, keep = _header(header, start, name)
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in body:
        extra = [cell for cell in cells[len(header) :] if cell]
        if len(cells) < len(header) or extra:
            raise InputError(
                f"{name}, row {number}: {len(cells)} cells, but the header has {len(header)}; "
                "write one cell for each column."
            )
        for i, cell in enumerate(cells[: len(header)]):
            if cell and i not in keep:
                raise InputError(f"{name}, row {start}: column {i + 1} has cells but no name; write one in the header.")
        rows.append((number, tuple(cells[i] for i in keep)))
        if len(rows) > MAX_ROWS:
            raise InputError(f"{name} has more than {MAX_ROWS:,} rows; give a table with one row per study.")
    if not rows:
        raise InputError(f"{name} has a header but no rows; write one row per study.")
    style = style_of((cell for _, cells in rows for cell in cells), delimiter)
    return Table(name, columns, tuple(rows), style, notes=notes)


def _is_upper_heading(upper: list[str], lower: list[str]) -> bool:
    """Whether a row holds headings over several columns, and the row below it the names of the columns."""
    gaps = [i for i, cell in enumerate(upper) if not cell and i and i < len(lower) and lower[i]]
    return bool(gaps) and any(upper) and not any(map(looks_like_number, lower)) and len(lower) >= len(upper)


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Names of columns with the heading above them; it holds until the next one."""
    over, found = "", []
    for i, cell in enumerate(lower):
        over = (upper[i] if i < len(upper) else "") or over
        found.append(f"{over} {cell}".strip() if cell != over else cell)
    return found


def _arm_by_arm(header: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Names that stand twice, first of one arm and then of the other (RevMan's), numbered; and what was understood."""
    places: dict[str, list[int]] = defaultdict(list)
    for i, cell in enumerate(header):
        places[cell.casefold()].append(i)
    twice = {cell: at for cell, at in places.items() if cell and len(at) > 1}
    pairs = [at for at in twice.values() if len(at) == 2]
    in_blocks = len(pairs) == len(twice) > 1 and max(first for first, _ in pairs) < min(last for _, last in pairs)
    if not in_blocks:
        return header, ()
    named = list(header)
    for first, last in pairs:
        named[first], named[last] = f"{header[first]} 1", f"{header[last]} 2"
    return named, (say("arm-by-arm", columns=", ".join(header[first] for first, _ in pairs)),)


def _decode(data: bytes, name: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise InputError(say("not-csv.spreadsheet", name=name))
    if data.lstrip()[:1] in (b"[", b"{", b"<"):
        raise InputError(say("not-csv.other", name=name))
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{name}, row {row}: not UTF-8 text; save the file as CSV UTF-8.") from None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{name}, row {row}: not a text file; save the table as CSV UTF-8.")
    return text


def _lines(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, with the number of the line each starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise InputError(
                f"{name}, row {number}: the quotes do not match or a cell is too long; "
                "write a quote inside a quoted cell twice."
            ) from None
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield number, cells


def _header(cells: list[str], number: int, name: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    if len(cells) > MAX_COLUMNS:
        raise InputError(f"{name}, row {number}: {len(cells)} columns; give at most {MAX_COLUMNS}.")
    names = [re.sub(r"[\s.\-]+", "_", cell.casefold()) for cell in cells]
    if names and not names[0]:
        names[0] = "unnamed"  # what R and pandas write above the names of rows
    keep = tuple(i for i, cell in enumerate(names) if cell)
    seen: dict[str, int] = {}
    for i in keep:
        if names[i] in seen:
            raise InputError(
                f"{name}, row {number}: columns {seen[names[i]] + 1} and {i + 1} are both called "
                f"{shown(names[i])}; give each its own name."
            )
        seen[names[i]] = i
    return tuple(names[i] for i in keep), keep


def shown(text: str, longest: int = 40) -> str:
    """A cell or name quoted for a message: printable, short."""
    return repr(plain(text, longest))


def plain(text: str, longest: int = 80) -> str:
    """A name as it may be printed: no control characters (a terminal would obey them), and short."""
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean if len(clean) <= longest else clean[: longest - 3] + "..."
