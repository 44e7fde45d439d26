"""Anybody's CSV, read without trust: text cells with their row numbers, or one sentence saying what is wrong.

Rows are numbered as a spreadsheet does: the header is row 1.
"""

from __future__ import annotations

import csv
import functools
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
from deqi.evidence.table.decoding import decoded
from deqi.evidence.table.headers import arm_words, words_of
from deqi.evidence.table.sentences import say
from deqi.evidence.table.strays import without_strays, without_titles

#: A table of studies is small; a file beyond this is something else, and is refused before it is read.
MAX_BYTES: Final = 20_000_000
MAX_ROWS: Final = 100_000
MAX_COLUMNS: Final = 500
_DELIMITERS: Final = (",", ";", "\t", "|")
_MOST_BESIDE: Final = 20
"""Rows that may stand above the header."""


@dataclass(frozen=True, slots=True)
class Table:
    """name: of the file, for messages. columns: lower-case names. rows: (row number, cells), all as wide as columns.

    style: how its cells write decimals. measure, level: what the names of its columns say of the effects and their
    intervals. own: how many of the columns stand in the file, the others being copies under our names. notes: what had
    to be understood.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    style: Style = PLAIN
    measure: str | None = None
    level: float | None = None
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
    """Read a CSV from its bytes: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252.

    Raises:
        InputError: as `read_table`.
    """
    text, notes = decoded(data, name)
    text = re.sub(r"\A\s*sep=.[ \t]*\r?\n", "\n", text)  # Excel's own note about the separator
    delimiter = _delimiter(text)
    lines = list(itertools.islice(_lines(text, delimiter, name), MAX_ROWS + _MOST_BESIDE))
    if lines and not any(len(cells) > 1 for _, cells in lines):
        lines = _by_spaces(lines)
    lines, more = without_titles(lines)
    notes += more
    if not lines:
        raise InputError(f"{name} is empty; write a header row such as study,yi,vi and one row per study.")
    start, header = lines[0]
    body = lines[1:]
    headings = [header]
    while body and _is_upper_heading(headings[-1], body[0][1]):
        start = body[0][0]
        headings.append(body.pop(0)[1])
    header = functools.reduce(lambda lower, upper: _joined(upper, lower), reversed(headings))
    body, more = without_strays(header, body)
    header, little = _events_of_n(header)
    header, twice = _arm_by_arm(header)
    notes += more + little + twice
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


def _delimiter(text: str) -> str:
    """What separates the cells of the first line that looks like a row of several; a comma where none does."""
    first = list(itertools.islice((line for line in text.splitlines() if line.strip()), _MOST_BESIDE))
    counts = [{d: line.count(d) for d in _DELIMITERS} for line in first]
    told = next(
        (one for one in counts if max(one.values()) > 1), counts[0] if counts else dict.fromkeys(_DELIMITERS, 0)
    )
    return max(_DELIMITERS, key=lambda d: (told[d], d == ","))


def _by_spaces(lines: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Cells set apart by spaces, where every row has as many words as the first."""
    split = [(number, cells[0].split()) for number, cells in lines]
    wide = len(split[0][1])
    return split if wide > 2 and all(len(words) == wide for _, words in split) else lines


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


def _events_of_n(header: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """n beside N: of N people n had the event."""
    pairs = [(cell, f"{cell[:-1]}N") for cell in header if cell.endswith("n") and f"{cell[:-1]}N" in header]
    if not pairs:
        return header, ()
    named = dict(pair for n, total in pairs for pair in ((n, f"{n[:-1]}events"), (total, f"{n[:-1]}total")))
    return [named.get(cell, cell) for cell in header], (say("events-of-n"),)


def _arm_by_arm(header: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Names that stand twice, first of one arm and then of the other, made two; and what was understood.

    RevMan repeats all names of an arm (events, total, events, total), others only `n` beside the name of each arm.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for i, cell in enumerate(header):
        places[cell.casefold()].append(i)
    twice = {cell: at for cell, at in places.items() if cell and len(at) > 1}
    pairs = [at for at in twice.values() if len(at) == 2]
    if not pairs or len(pairs) < len(twice):
        return header, ()
    named = list(header)
    if len(pairs) == 1:
        arms = [arm_words(words_of(header[i - 1].casefold())) for i in pairs[0]]
        if all(arms) and arms[0] != arms[1]:
            for i, arm in zip(pairs[0], arms, strict=True):
                named[i] = f"{' '.join(arm)} {header[i]}"
        return named, ()
    if max(first for first, _ in pairs) >= min(last for _, last in pairs):
        return header, ()
    for first, last in pairs:
        named[first], named[last] = f"{header[first]} 1", f"{header[last]} 2"
    return named, (say("arm-by-arm", columns=", ".join(header[first] for first, _ in pairs)),)


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
