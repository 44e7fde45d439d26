"""What else can be asked of a pooled table: small-study effects, selection, and what hangs on single studies."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.columns import ONE_GROUP, ColumnSet, Numbers, number
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say
from deqi.knowledge.thresholds import thresholds
from metafit import (
    Effects,
    StatsInputError,
    Status,
    Summary,
    cumulative,
    egger,
    influence,
    leave_one_out,
    pet_peese,
    peters,
    selection_model,
    trim_and_fill,
)

_OF_SINGLE_STUDIES: Final = ("leave-one-out", "cumulative", "influence")
CHECKS: Final = (
    *("egger", "peters", "trim-and-fill", "pet-peese", "selection"),
    *("leave-one-out", "cumulative", "influence"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """One more answer: as tables of text, as numbers, or the sentence that says why there is none.

    result: what metafit gave, for figures.
    """

    name: str
    summary: Summary | None
    numbers: dict[str, Any]
    note: str | None
    result: object = None


def parse_checks(names: tuple[str, ...]) -> tuple[str, ...]:
    """The checks asked for; `all` is every one.

    Raises:
        InputError: a name that is not known.
    """
    wanted = tuple(dict.fromkeys(name.strip().casefold().replace("_", "-") for name in names if name.strip()))
    for name in wanted:
        if name not in (*CHECKS, "all"):
            raise InputError(say("also.unknown", name=repr(name[:40]), known=", ".join((*CHECKS, "all"))))
    return CHECKS if "all" in wanted else wanted


def checks(
    names: tuple[str, ...],
    table: Table,
    given: Numbers,
    chosen: ColumnSet,
    effects: Effects,
    *,
    method: str,
    test: str | None,
    level: float,
    order: str | None,
    counted: str | None,
) -> tuple[Check, ...]:
    """Each check that was asked for; too few studies give a sentence, never an error.

    method, test: of the pool; order: the column to sort by for `cumulative`. counted: the method of a pool of counts,
    which the checks do not share.
    """
    named = dataclasses.replace(effects, names=given.studies)
    k = int(np.count_nonzero(np.isfinite(effects.yi) & np.isfinite(effects.vi)))
    ways: dict[str, Callable[[], Any]] = {
        "egger": lambda: egger(named, level=level),
        "peters": lambda: _peters(given, chosen, level),
        "trim-and-fill": lambda: trim_and_fill(named, method=method, test=test, level=level),
        "pet-peese": lambda: pet_peese(named, level=level),
        "selection": lambda: _selection(named, level),
        "leave-one-out": lambda: leave_one_out(_usable(named), method=method, test=test, level=level),
        "cumulative": lambda: cumulative(
            _usable(named), order=_order(table, order, named), method=method, test=test, level=level
        ),
        "influence": lambda: influence(_usable(named), method=method, test=test),
    }
    found = []
    for name in names:
        try:
            if name in (*_OF_SINGLE_STUDIES, "selection") and k < 2:
                raise StatsInputError(say("also.two"))
            result = ways[name]()
        except StatsInputError as error:
            found.append(Check(name, None, {}, say("also.few", what=name, why=str(error))))
        else:
            notes = [
                say("also.order", column=order) if name == "cumulative" and order else "",
                say("also.by-effects", name=name, method=method, counted=counted)
                if counted and name in (*_OF_SINGLE_STUDIES, "trim-and-fill")
                else "",
                say("also.few-to-select", k=k) if name == "selection" and k < thresholds().least_to_select else "",
            ]
            summary = _titled(name, result.summary(), effects.measure)
            found.append(Check(name, summary, plain_numbers(result), " ".join(filter(None, notes)) or None, result))
    return tuple(found)


def _titled(name: str, summary: Summary, measure: str) -> Summary:
    """Which of the checks it is; without tests against an effect of one group that means nothing."""
    title = say(f"also.title.{name}", title=summary.title) if name in ("leave-one-out", "cumulative") else summary.title
    if measure not in ONE_GROUP:
        return dataclasses.replace(summary, title=title)
    blocks = []
    for block in summary.blocks:
        kept = [i for i, column in enumerate(block.columns) if column not in ("p", "t", "z", "statistic")]
        rows = tuple(tuple(row[i] for i in kept) for row in block.rows)
        blocks.append(dataclasses.replace(block, columns=tuple(block.columns[i] for i in kept), rows=rows))
    return dataclasses.replace(summary, title=title, blocks=tuple(blocks))


def _selection(effects: Effects, level: float) -> Any:
    if effects.measure in ONE_GROUP:
        raise StatsInputError(say("also.no-null"))
    found = selection_model(effects, alternative=_direction(effects), level=level)
    if min(found.counts) == 0:
        raise StatsInputError(say("also.one-side", cut=f"{found.steps[0]:g}", k=found.k))
    if found.status != Status.OK:
        raise StatsInputError(say("also.not-converged"))
    return found


def _peters(given: Numbers, chosen: ColumnSet, level: float) -> Any:
    if chosen.kind not in ("binary", "cells"):
        raise StatsInputError(say("also.counts", name="peters"))
    c = given.columns
    return peters(c["events_t"], c["total_t"], c["events_c"], c["total_c"], level=level)


def _direction(effects: Effects) -> Any:
    """The side on which most of the weight lies: small p values there help a study to appear."""
    with np.errstate(all="ignore"):
        return "greater" if np.nansum(effects.yi / effects.vi) >= 0 else "less"


def _usable(effects: Effects) -> Effects:
    here = np.isfinite(effects.yi) & np.isfinite(effects.vi)
    names = tuple(name for name, used in zip(effects.names or (), here, strict=True) if used)
    size = None if effects.size is None else effects.size[here]
    return dataclasses.replace(effects, yi=effects.yi[here], vi=effects.vi[here], names=names, size=size)


def _order(table: Table, order: str | None, effects: Effects) -> Any:
    """Values to sort by: the column named, or the order of the rows."""
    if order is None:
        return None
    if order not in table.columns:
        raise InputError(f"{table.name}, row 1: no column {order!r}; the header has {', '.join(table.header)}.")
    place = table.columns.index(order)
    values = [number(table, row, order, cells[place]) for row, cells in table.rows]
    here = np.isfinite(effects.yi) & np.isfinite(effects.vi)
    return np.array([math.inf if value is None else value for value in values])[here]


def plain_numbers(value: Any) -> Any:
    """A result as JSON: arrays as lists, NaN as null; the studies themselves stand in the table already."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [one.name for one in dataclasses.fields(value) if one.name != "studies"]
        return {name: plain_numbers(getattr(value, name)) for name in (*fields, *getattr(value, "DERIVED", ()))}
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, np.ndarray):
        return [plain_numbers(one) for one in value.tolist()] if value.ndim else plain_numbers(value.item())
    if isinstance(value, (list, tuple)):
        return [plain_numbers(one) for one in value]
    if isinstance(value, np.generic):
        return plain_numbers(value.item())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
