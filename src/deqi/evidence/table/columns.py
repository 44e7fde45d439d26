"""Which columns of a table make which measure, and their numbers, checked cell by cell."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from deqi.errors import InputError
from deqi.evidence.table.cells import Key, Unreadable, read_cell
from deqi.evidence.table.derived import derivable, fill, out_of_order, outside_its_interval, sources_of
from deqi.evidence.table.eventcells import with_counts
from deqi.evidence.table.given import complete, sources_of_given
from deqi.evidence.table.reading import Table, plain, shown
from deqi.evidence.table.sentences import say

Floats = npt.NDArray[np.float64]
Kind = Literal[
    "binary", "cells", "means", "rates", "proportion", "rate", "change", "one_mean", "correlation", "interval",
    "p_value", "yi_sei", "yi_vi", "yi_interval",
]  # fmt: skip
Rule = Literal["any", "not negative", "positive", "correlation", "p"]
#: Effects of events counted.
COUNTED: Final = ("binary", "cells", "rates", "proportion", "rate")
#: Of the intervals that papers print.
USUAL_LEVEL: Final = 0.95
#: Effects as papers give them, with an interval, an error or a p value.
GIVEN_KINDS: Final = ("interval", "yi_interval", "p_value", "yi_sei", "yi_vi")

#: Measures that are ratios: pooled as logs, shown as ratios.
RATIOS: Final = ("RR", "OR", "IRR", "HR", "ROM", "CVR", "VR")
#: Measures of one group: they compare nothing, so a test against no effect answers no question.
ONE_GROUP: Final = ("PLO", "PLN", "PAS", "PFT", "PR", "IRLN", "IR", "IRS", "IRFT", "MN", "MNLN")
_ON_SCALE: Final = (*RATIOS, "GEN", "MD", "SMD", "SMDH", "RD", "IRD", "MC", "SMCC", "SMCR", "MN", "COR")
_GIVEN: Final = (*_ON_SCALE, "PETO", "AS", "PLO", "PLN", "PAS", "PR", "IRLN", "IR", "IRS", "IRSD", "MNLN", "ZCOR")


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """Columns that together give a measure; default first among measures."""

    kind: Kind
    columns: tuple[str, ...]
    measures: tuple[str, ...]


_COUNTS: Final = ("events", "others", "total", "n")

#: In the order of preference where a table has several.
SETS: Final = (
    ColumnSet("binary", ("events_t", "total_t", "events_c", "total_c"), ("RR", "OR", "RD", "AS", "PETO")),
    ColumnSet("cells", ("events_t", "others_t", "events_c", "others_c"), ("RR", "OR", "RD", "AS", "PETO")),
    ColumnSet("means", ("mean_t", "sd_t", "n_t", "mean_c", "sd_c", "n_c"), ("MD", "SMD", "SMDH", "ROM", "CVR", "VR")),
    ColumnSet("rates", ("events_t", "time_t", "events_c", "time_c"), ("IRR", "IRD", "IRSD")),
    ColumnSet("proportion", ("events", "total"), ("PLO", "PLN", "PAS", "PFT", "PR")),
    ColumnSet("rate", ("events", "time"), ("IRLN", "IR", "IRS", "IRFT")),
    ColumnSet("change", ("mean_pre", "sd_pre", "mean_post", "sd_post", "n", "correlation"), ("MC", "SMCC", "SMCR")),
    ColumnSet("correlation", ("correlation", "n"), ("ZCOR", "COR")),
    ColumnSet("one_mean", ("mean", "sd", "n"), ("MN", "MNLN")),
    ColumnSet("interval", ("estimate", "ci_low", "ci_high"), ("GEN", *(m for m in _ON_SCALE if m != "GEN"))),
    ColumnSet("yi_interval", ("yi", "ci_low", "ci_high"), ("GEN", *(m for m in _GIVEN if m != "GEN"))),
    ColumnSet("p_value", ("estimate", "p"), ("GEN", *(m for m in _ON_SCALE if m != "GEN"))),
    ColumnSet("yi_sei", ("yi", "sei"), ("GEN", *(m for m in _GIVEN if m != "GEN"))),
    ColumnSet("yi_vi", ("yi", "vi"), ("GEN", *(m for m in _GIVEN if m != "GEN"))),
)
MEASURES: Final = tuple(dict.fromkeys(m for s in SETS for m in s.measures))
_METHODS: Final = {
    "GLMM": ("OR", "IRR", "PLO", "IRLN"),
    "MH": ("RR", "OR", "RD", "IRR", "IRD"),
    "PETO": ("OR",),
}


def first_set(columns: Collection[str]) -> ColumnSet | None:
    """The first set of columns that is there, or follows from what is."""
    available = derivable(columns)
    return next((one for one in SETS if available.issuperset(one.columns)), None)


def choose(table: Table, measure: str | None, method: str) -> tuple[ColumnSet, str]:
    """The column set and measure to use; a count method narrows both.

    Raises:
        InputError: no set of the table fits.
    """
    if measure is not None and measure not in MEASURES:
        raise InputError(f"--measure {shown(measure)} is not known; use one of {', '.join(MEASURES)}.")
    allowed = _METHODS.get(method, MEASURES)
    if measure is not None and measure not in allowed:
        raise InputError(f"--method {method} does not pool {measure}; use --measure {' or '.join(allowed)}.")
    fit = [
        s
        for s in SETS
        if (measure is None or measure in s.measures)
        and (method not in _METHODS or (s.kind in COUNTED and any(m in allowed for m in s.measures)))
    ]
    # a program writes columns for every kind of outcome and leaves empty those that do not apply
    for available in (derivable(_filled(table)), derivable(table.columns)):
        for one in fit:
            if available.issuperset(one.columns):
                return one, measure or next(m for m in one.measures if m in allowed)
    wanted = " or ".join(",".join(s.columns) for s in fit)
    found = ", ".join(shown(c, 20) for c in table.header[:8])
    what = f"--measure {measure}" if measure else ("--method " + method if method in _METHODS else "a pool")
    raise InputError(f"{table.name}, row 1: {what} needs the columns {wanted}; the header has {found}.")


def _filled(table: Table) -> set[str]:
    """The columns with something in some cell."""
    return {
        name
        for i, name in enumerate(table.columns)
        if any(read_cell(cells[i], table.style, whole=False)[0] is not None for _, cells in table.rows)
    }


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of the chosen columns, `(rows,)` each; NaN throughout a row that is not complete.

    rows: row numbers in the file. studies: names, "row 4" where there is none. absent: (index, empty columns).
    derived: (index, keys of what its means and SDs were made from). read: (index, what was understood in its cells).
    level: of the intervals given.
    """

    columns: dict[str, Floats]
    rows: tuple[int, ...]
    studies: tuple[str, ...]
    absent: tuple[tuple[int, tuple[str, ...]], ...]
    derived: tuple[tuple[int, tuple[str, ...]], ...] = ()
    read: tuple[tuple[int, Key], ...] = ()
    level: float = USUAL_LEVEL


def numbers(table: Table, chosen: ColumnSet, measure: str) -> Numbers:
    """The chosen columns as numbers.

    Raises:
        InputError: a cell that is no number, or a number that cannot be; row and column are named.
    """
    table, counted = with_counts(table) if chosen.kind in ("binary", "proportion") else (table, ())
    place = {name: i for i, name in enumerate(table.columns)}
    sources = {name for column in chosen.columns for name in sources_of(column)}
    read = [name for name in dict.fromkeys((*chosen.columns, *sorted(sources))) if name in place]
    data = {column: np.full(len(table.rows), np.nan) for column in chosen.columns}
    level = table.level or USUAL_LEVEL
    studies: list[str] = []
    absent: list[tuple[int, tuple[str, ...]]] = []
    derived: list[tuple[int, tuple[str, ...]]] = []
    keys: list[tuple[int, Key]] = list(dict.fromkeys(counted))
    for index, (row, cells) in enumerate(table.rows):
        label = cells[place["study"]] if "study" in place else ""
        studies.append(plain(label) or f"row {row}")
        found = {column: understood(table, row, column, cells[place[column]]) for column in read}
        values = {column: value for column, (value, _) in found.items()}
        keys.extend((index, key) for key in dict.fromkeys(key for _, key in found.values()) if key is not None)
        whole = {column: value for column, value in values.items() if value is not None}
        _check(table, row, chosen.kind, measure, whole)
        empty = tuple(column for column in chosen.columns if values.get(column) is None)
        if empty:
            made, used = fill(values, empty)
            if chosen.kind in GIVEN_KINDS:
                more = {name for column in empty for name in sources_of_given(column) if name in place}
                beside = {name: number(table, row, name, cells[place[name]]) for name in sorted(more)}
                _check(table, row, chosen.kind, measure, {k: v for k, v in beside.items() if v is not None})
                found_in = complete({**values, **beside}, empty, ratio=measure in RATIOS, level=level)
                made, used = (found_in.values, (found_in.key,)) if found_in else ({}, ())
            whole |= made
            empty = tuple(column for column in empty if column not in made)
            if used and not empty:
                derived.append((index, used))
        if empty:
            absent.append((index, empty))
        else:
            for column in chosen.columns:
                data[column][index] = whole[column]
    if chosen.kind == "cells":
        data |= {f"total{arm}": data[f"events{arm}"] + data[f"others{arm}"] for arm in ("_t", "_c")}
    return Numbers(
        data, tuple(row for row, _ in table.rows), tuple(studies), tuple(absent), tuple(derived), tuple(keys), level
    )


def number(table: Table, row: int, column: str, cell: str) -> float | None:
    """One cell: None where it says there is nothing.

    Raises:
        InputError: not a number, or one of two.
    """
    return understood(table, row, column, cell)[0]


def understood(table: Table, row: int, column: str, cell: str) -> tuple[float | None, Key | None]:
    """One cell, and what had to be understood to read it.

    Raises:
        InputError: not a number, or one of two.
    """
    whole = is_count(column)
    value, key = read_cell(cell, table.style, whole=whole)
    if isinstance(value, Unreadable):
        hint = "percent-count" if value.key == "percent" and whole else value.key
        thousand, decimal = value.readings
        why = say(f"cell.{hint}", cell=shown(cell), thousand=thousand, decimal=decimal)
        raise InputError(say("cell", name=table.name, row=row, column=column, why=why))
    return value, key


def is_count(column: str) -> bool:
    """Whether a column holds people or events."""
    return column.removesuffix("_t").removesuffix("_c") in _COUNTS


def _rule(column: str) -> Rule:
    stem = column.removesuffix("_t").removesuffix("_c")
    if stem in ("total", "time", "n", "sei", "vi"):
        return "positive"
    if stem in ("events", "others", "sd", "sd_pre", "sd_post", "se"):
        return "not negative"
    if stem == "p":
        return "p"
    return "correlation" if stem == "correlation" else "any"


def _check(table: Table, row: int, kind: Kind, measure: str, values: dict[str, float]) -> None:
    def wrong(column: str, why: str) -> InputError:
        return InputError(f"{table.name}, row {row}, column {column}: {values[column]:g} {why}.")

    for column, value in values.items():
        rule = _rule(column)
        if rule == "positive" and value <= 0:
            raise wrong(column, "must be above 0; write the right number or leave the row out")
        if rule == "not negative" and value < 0:
            raise wrong(column, "cannot be negative; write the right number or leave the cell empty")
        if rule == "correlation" and abs(value) > 1:
            raise wrong(column, "is no correlation; write a number from -1 to 1")
        if rule == "p" and not 0.0 <= value <= 1.0:
            raise InputError(say("p-out-of-range", value=f"{value:g}", name=table.name, row=row, column=column))
        if column in ("estimate", "yi") and measure in ("RD", "COR", "PR") and abs(value) > 1:
            where = {"name": table.name, "row": row, "column": column}
            raise InputError(say("out-of-range", value=f"{value:g}", measure=measure, **where))
        if is_count(column) and value != math.floor(value):
            raise InputError(say("whole", name=table.name, row=row, column=column, value=f"{value:g}"))
    for events, total in (("events", "total"), ("events_t", "total_t"), ("events_c", "total_c")):
        if events in values and total in values and values[events] > values[total]:
            raise wrong(events, f"events cannot be more than {total} {values[total]:g}; write the number of people")
    lower, upper = out_of_order(values) or ("", "")
    if lower:
        raise wrong(lower, f"is above {upper} {values[upper]:g}; write the lower number first")
    if (beyond := outside_its_interval(values)) is not None:
        column, low, high = beyond
        ends = {"value": f"{values[column]:g}", "low": f"{values[low]:g}", "high": f"{values[high]:g}"}
        raise InputError(say("outside-interval", name=table.name, row=row, column=column, **ends))
    if kind in ("interval", "p_value", "yi_interval"):
        _check_interval(table, row, kind, measure, values)


def _check_interval(table: Table, row: int, kind: Kind, measure: str, values: dict[str, float]) -> None:
    where: dict[str, object] = {"name": table.name, "row": row}
    if measure in RATIOS and kind != "yi_interval":
        for column, value in values.items():
            if value <= 0 and column != "p":
                key = "ratio-of-zero" if value == 0 else "ratio-below-zero"
                raise InputError(say(key, **where, column=column, value=f"{value:g}", measure=measure))
    if "ci_low" not in values or "ci_high" not in values:
        return
    low, high = values["ci_low"], values["ci_high"]
    if low > high:
        raise InputError(say("limits-exchanged", **where, low=f"{low:g}", high=f"{high:g}"))
    for column in ("estimate", "yi"):
        if column in values and not low <= values[column] <= high:
            ends = {"value": f"{values[column]:g}", "low": f"{low:g}", "high": f"{high:g}"}
            raise InputError(say("outside-interval", **where, column=column, **ends))
