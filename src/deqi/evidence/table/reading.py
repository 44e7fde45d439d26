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
_DELIMITERS: Final = (",", ";", "\t", "|", "，")
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
    if any(one in text for one in _DELIMITERS):
        lines = list(itertools.islice(_lines(text, delimiter, name), MAX_ROWS + _MOST_BESIDE))
    else:
        lines = _by_spaces(text, name)
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
    if body and _are_numbered(header, body):
        header = ["", *header]
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
    """What separates the cells of the first line that looks like a row of several; a comma where none does.

    Decimal commas, or the words of a cell, may outnumber it: what stands in every line equally often comes first.
    """
    first = list(itertools.islice((line for line in text.splitlines() if line.strip()), _MOST_BESIDE))
    bare = [re.sub(r'"[^"]*"', "", line) for line in first]
    counts = [{d: line.count(d) for d in _DELIMITERS} for line in bare]
    told = next(
        (one for one in counts if max(one.values()) > 1), counts[0] if counts else dict.fromkeys(_DELIMITERS, 0)
    )
    likely = max(_DELIMITERS, key=lambda d: (told[d], d == ","))
    even = [d for d in _DELIMITERS if len(counts) > 1 and counts[0][d] and len({one[d] for one in counts}) == 1]
    return even[0] if len(even) == 1 and len({one[likely] for one in counts}) > 1 and not counts[0][likely] else likely


def _by_spaces(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Cells set apart by spaces, two at least or quoted where names have blanks, and as many in every row.

    R prints and writes the names of rows under no name.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    longest = max(lines, key=lambda one: len(one[1]), default=(0, ""))
    if len(longest[1]) > csv.field_size_limit():
        raise _unread(name, longest[0])
    for split in (_aligned, _quoted):
        found = [(number, split(line)) for number, line in lines[: MAX_ROWS + _MOST_BESIDE]]
        wide = {len(cells) for _, cells in found[1:]}
        if found and len(wide) == 1 and (most := next(iter(wide))) > 2 and most - len(found[0][1]) in (0, 1):
            header = [""] * (most - len(found[0][1])) + found[0][1]
            return [(found[0][0], header), *found[1:]]
    return [(number, [line]) for number, line in lines]


def _aligned(line: str) -> list[str]:
    return re.split(r"\s{2,}", line)


def _quoted(line: str) -> list[str]:
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', line)]


def _is_upper_heading(upper: list[str], lower: list[str]) -> bool:
    """Whether a row holds headings over several columns, and the row below it the names of the columns."""
    if not lower[0] and upper[0]:
        upper = upper + [""] * (len(lower) - len(upper))
    gaps = [i for i, cell in enumerate(upper) if not cell and i and i < len(lower) and lower[i]]
    return bool(gaps) and any(upper) and not any(map(looks_like_number, lower)) and len(lower) >= len(upper)


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Names of columns with the heading above them; it holds until the next one."""
    over, found = "", []
    upper = upper + [""] * (len(lower) - len(upper))
    over_several = [i for i, cell in enumerate(upper[:-1]) if cell and not upper[i + 1] and lower[i + 1]]
    if len(over_several) == 1 and lower[over_several[0]] and not any(upper[over_several[0] + 1 :]):
        # it tells no columns apart
        upper = [*upper[: over_several[0]], "", *upper[over_several[0] + 1 :]]
        return [cell or above for cell, above in zip(lower, upper, strict=False)]
    for i, cell in enumerate(lower):
        over = (upper[i] if i < len(upper) else "") or over
        found.append(f"{over} {cell}".strip() if cell != over else cell)
    return found


def _are_numbered(header: list[str], body: list[tuple[int, list[str]]]) -> bool:
    """Whether every row begins with its number, of which the header says nothing: R writes so."""
    wide = all(len(cells) == len(header) + 1 for _, cells in body) and any(cells[-1] for _, cells in body)
    return wide and [cells[0] for _, cells in body] == [str(i) for i in range(1, len(body) + 1)]


def _events_of_n(header: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """n beside N: of N people n had the event."""
    alone = re.compile(r"(?<![^\W\d_])n(?![^\W\d_])")
    pairs = [(cell, total) for cell in header if (total := alone.sub("N", cell)) != cell and total in header]
    if not pairs:
        return header, ()
    named = dict(pair for n, total in pairs for pair in ((n, alone.sub("events", n)), (total, alone.sub("total", n))))
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
            raise _unread(name, number) from None
        cells = [cell.strip() for cell in cells]
        if any(cells) and not all(re.fullmatch(r":?[-=+_─━┼]*:?", cell) for cell in cells):  # a ruled line
            yield number, cells


def _unread(name: str, number: int) -> InputError:
    return InputError(
        f"{name}, row {number}: the quotes do not match or a cell is too long; "
        "write a quote inside a quoted cell twice."
    )


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
