"""Cells that hold several numbers, as papers print them: 12/48, 31.2 ± 18.4, 0.72 (0.55 to 0.94), 24 [18 to 31].

A column whose cells all have one such shape, and whose name says what the numbers are, becomes a column for each. It is
asked only of tables whose columns make no set as they stand.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from deqi.errors import InputError
from deqi.evidence.table.cells import says_missing
from deqi.evidence.table.headers import arm_words, words, words_of
from deqi.evidence.table.reading import Table, shown
from deqi.evidence.table.sentences import say

Shape = Literal["fraction", "spread", "spread-of", "bracket", "around", "interval"]
_NUM: Final = r"([+-]?\s?\d+(?:[.,]\d+)?)"
_TO: Final = r"\s*(?:to|and|bis|al?|à|至|,|;|–|—|-|~|:)\s*"
_SHAPES: Final[tuple[tuple[Shape, re.Pattern[str]], ...]] = (
    ("fraction", re.compile(r"(\d+)\s*(?:/|of)\s*(\d+)(?:\s*[(\[]?\s*(\d+(?:[.,]\d+)?)\s*%?\s*[)\]]?)?", re.ASCII)),
    ("spread", re.compile(rf"{_NUM}\s*(?:±|\+/-|\+-)\s*{_NUM}", re.ASCII)),
    ("spread-of", re.compile(rf"{_NUM}\s*(?:±|\+/-|\+-)\s*{_NUM}\s*[,;]?\s*[(\[]\s*n\s*=\s*(\d+)\s*[)\]]", re.ASCII)),
    ("bracket", re.compile(rf"{_NUM}\s*[(\[]\s*{_NUM}\s*[)\]]", re.ASCII)),
    ("around", re.compile(rf"{_NUM}\s*[(\[]\s*(?:\d\d\s*%\s*CI:?\s*)?{_NUM}{_TO}{_NUM}\s*[)\]]", re.ASCII)),
    ("interval", re.compile(rf"[(\[]?\s*{_NUM}{_TO}{_NUM}\s*[)\]]?", re.ASCII)),
)


@dataclass(frozen=True, slots=True)
class Split:
    """What a column's cells hold: names for their numbers."""

    shape: Shape
    names: tuple[str, ...]


def split_cells(table: Table) -> Table | None:
    """The table with a column for each number of such cells; None where there are none.

    Raises:
        InputError: a mean with a number beside it, and no word whether that is an SD or a standard error.
    """
    found: dict[str, Split] = {}
    for i, column in enumerate(table.columns):
        texts = [_normal(cells[i], column) for _, cells in table.rows if not says_missing(cells[i])]
        shape = _shape(texts)
        if shape is None:
            continue
        names = _names(column, shape)
        if names is None and _says_no_spread(column, shape):
            raise InputError(say("composite.spread", name=table.name, column=column, cell=shown(texts[0])))
        if names is not None and not set(names) & (set(table.columns) - {column}):
            found[column] = Split(shape, names)
    if not found:
        return None
    columns = tuple(
        name for column in table.columns for name in (found[column].names if column in found else (column,))
    )
    if len(set(columns)) < len(columns):
        return None
    rows = tuple(
        (
            row,
            tuple(
                part
                for column, cell in zip(table.columns, cells, strict=True)
                for part in (_parts(cell, column, found[column]) if column in found else (cell,))
            ),
        )
        for row, cells in table.rows
    )
    told = ", ".join(
        say("composite.pair", column=column, names=" and ".join(one.names)) for column, one in found.items()
    )
    levels = [level for column in found if (level := level_of(column)) is not None]
    return dataclasses.replace(
        table,
        columns=columns,
        rows=rows,
        notes=(*table.notes, say("composite.read", pairs=told)),
        level=table.level if table.level is not None else next(iter(levels), None),
    )


def _says_no_spread(column: str, shape: Shape) -> bool:
    """Whether a mean stands there with a number beside it of which nothing says what it is."""
    named = words_of(column)
    of_an_arm = shape != "bracket" and bool(named) and arm_words(named) == named
    return shape in ("spread", "spread-of", "bracket") and ("mean" in named or of_an_arm)


def level_of(column: str) -> float | None:
    """The level of an interval that a column's name tells; None where it tells none."""
    told = re.search(r"(?<![\d.])(80|90|95|97[._]5|99)(?:_?%|(?=_?(?:ci|cl|conf|interval|cri)))", column)
    return None if told is None else float(told.group(1).replace("_", ".")) / 100.0


def _normal(cell: str, column: str) -> str:
    """A cell without what its column says already: HR 0.72 (95% CI 0.55 to 0.94)."""
    text = unicodedata.normalize("NFKC", cell).replace("−", "-").strip()
    before = re.match(r"([a-z]+)\s*[:=]?\s*(?=[-+\d.])", text, re.IGNORECASE)
    if before and before[1].casefold() in words_of(column):
        text = text[before.end() :]
    return re.sub(r"(?<=\d)·(?=\d)", ".", text)


def _shape(texts: list[str]) -> Shape | None:
    """The shape of more than half of the cells, two at least."""
    for shape, pattern in _SHAPES:
        if sum(pattern.fullmatch(text) is not None for text in texts) > max(1, len(texts) / 2):
            return shape
    return None


def _parts(cell: str, column: str, split: Split) -> tuple[str, ...]:
    matched = dict(_SHAPES)[split.shape].fullmatch(_normal(cell, column))
    if matched is None:  # the whole cell, for the sentence that it is no number
        return (cell, *("" for _ in split.names[1:]))
    if split.shape == "fraction":
        events, people, share = matched.groups()
        return (events if share is None else f"{events} ({share} %)", people)
    return tuple(re.sub(r"\s", "", part) for part in matched.groups())


def _names(column: str, shape: Shape) -> tuple[str, ...] | None:
    """Names for the numbers of a column's cells, which the words of its own name must tell."""
    named = words_of(column)
    told = {
        kind for kind in ("sd", "se", "quartiles", "range", "interval") if set(named) & set(words(f"composite.{kind}"))
    }
    arm = arm_words(named)
    rest = arm or [word for word in named if word not in words("composite.passed")]
    label = "".join(f"{word}_" for word in rest)
    if shape == "fraction":
        return f"{label}events", f"{label}total"
    if shape in ("spread", "spread-of", "bracket"):
        more = (f"{label}n",) if shape == "spread-of" else ()
        if not arm and rest and told == {"se"} and "mean" not in named:  # an effect with its error
            return (label.rstrip("_"), "se") if not more else None
        spread = [kind for kind in ("sd", "se") if kind in told]
        return (f"{label}mean", f"{label}{spread[0]}", *more) if len(spread) == 1 else None
    ends = next((ends for kind, ends in _ENDS.items() if kind in told), None)
    if shape == "around" and "median" in named:
        return None if ends is None or ends[0] == "ci_low" else (f"{label}median", *(f"{label}{end}" for end in ends))
    if shape == "around" and rest and "mean" not in named:
        return label.rstrip("_"), f"{label}lower", f"{label}upper"
    if shape == "interval" and ends is not None:
        return ends if ends[0] == "ci_low" else (f"{label}{ends[0]}", f"{label}{ends[1]}")
    return None


_ENDS: Final = {"quartiles": ("lq", "uq"), "range": ("min", "max"), "interval": ("ci_low", "ci_high")}
