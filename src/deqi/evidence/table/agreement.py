"""Numbers that a table gives twice: do they agree? And do the rows share their units, and errors their names?

Each doubt is one sentence that names the rows; columns that are not used are read for it where they can be.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.cells import share_beside
from deqi.evidence.table.columns import GIVEN_KINDS, RATIOS, ColumnSet, Floats, Numbers, number
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say, some
from deqi.knowledge.thresholds import thresholds
from metafit import Effects, Status, pool

_FEWEST: Final = 3
"""Rows from which one can stand out."""


def disagreements(table: Table, given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """Sentences about numbers that contradict each other, rows in other units, and variances called errors."""
    return [
        *_errors_told_twice(table, given, chosen, measure),
        *_effects_told_twice(table, given, chosen, effects, measure),
        *_other_units(given, chosen, effects, measure),
        *_variances_as_errors(chosen, effects),
        *_one_person(given, chosen),
        *_shares_apart(table, given),
    ]


def _column(table: Table, name: str) -> Floats | None:
    """A column of the table as numbers, NaN where a cell is none; None where there is no such column."""
    if name not in table.columns:
        return None
    place = table.columns.index(name)
    found = np.full(len(table.rows), np.nan)
    for i, (row, cells) in enumerate(table.rows):
        try:
            value = number(table, row, name, cells[place])
        except InputError:
            continue
        found[i] = math.nan if value is None else value
    return found


def _errors_told_twice(table: Table, given: Numbers, chosen: ColumnSet, measure: str) -> list[str]:
    """Rows whose standard error, variance and interval are not those of each other."""
    if chosen.kind not in GIVEN_KINDS:
        return []
    sei, vi, low, high = (_column(table, name) for name in ("sei", "vi", "ci_low", "ci_high"))
    errors, width = [], 2.0 * NormalDist().inv_cdf(0.5 + given.level / 2)
    with np.errstate(all="ignore"):
        if sei is not None:
            errors.append(sei)
        if vi is not None:
            errors.append(np.sqrt(vi))
        if low is not None and high is not None:
            ratios = measure in RATIOS and "estimate" in table.columns
            errors.append((np.log(high) - np.log(low) if ratios else high - low) / width)
        if len(errors) < 2:
            return []
        apart = np.nanmax(errors, axis=0) / np.nanmin(errors, axis=0)
    rows = [given.studies[i] for i in np.flatnonzero(apart > thresholds().errors_apart)]
    return [say("row.errors-apart", studies=some(rows))] if rows else []


def _effects_told_twice(table: Table, given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """Effects that stand beside the numbers they should come from, and are others."""
    beside = None if chosen.kind in GIVEN_KINDS else _column(table, "yi")
    if beside is None:
        return []
    both = np.isfinite(beside) & np.isfinite(effects.yi)
    # 1/2 added to an empty cell is a choice; more than half of the rows are not
    apart = np.abs(beside - effects.yi) > thresholds().effects_apart * np.sqrt(effects.vi)
    if not both.any() or 2 * np.count_nonzero(apart & both) <= np.count_nonzero(both):
        return []
    return [say("effects-apart", measure=measure, columns=", ".join(chosen.columns))]


def _other_units(given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """Rows whose numbers, and their spread, are both many times those of rows that resemble each other."""
    times = thresholds().other_units_times
    if chosen.kind == "means" and measure == "MD":
        places = [np.abs(given.columns[f"mean{arm}"]) for arm in ("_t", "_c")]
        spreads = [given.columns[f"sd{arm}"] for arm in ("_t", "_c")]
    elif chosen.kind == "one_mean" and measure == "MN":
        places, spreads = [np.abs(given.columns["mean"])], [given.columns["sd"]]
    elif chosen.kind in GIVEN_KINDS and measure in ("GEN", "MD", "MN", "PR", "RD"):
        # an effect may be large and unsure in a small study; nothing but units makes both so
        places, spreads, times = [np.abs(effects.yi)], [np.sqrt(effects.vi)], times**2
    else:
        return []
    rows = np.flatnonzero(np.isfinite(effects.yi) & np.isfinite(effects.vi))
    if rows.size < _FEWEST:
        return []
    place, spread = (np.array(one)[:, rows] for one in (places, spreads))
    away = np.ones(rows.size, dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = [np.log(place), np.log(spread)]
        for numbers in logs:
            apart = numbers - np.median(numbers, axis=1, keepdims=True)
            away &= (apart > math.log(times)).all(axis=0) | (apart < -math.log(times)).all(axis=0)
    if not away.any() or 2 * np.count_nonzero(away) >= rows.size:
        return []
    rest = logs[1][:, ~away]
    if np.abs(rest - np.median(rest)).max() > math.log(times):
        return []
    return [say("row.other-units", studies=some([given.studies[i] for i in rows[away]]))]


def _variances_as_errors(chosen: ColumnSet, effects: Effects) -> list[str]:
    """Errors with which the studies contradict each other wildly, and as variances agree as chance has it."""
    rows = np.isfinite(effects.yi) & np.isfinite(effects.vi)
    limits = thresholds()
    if chosen.kind != "yi_sei" or np.count_nonzero(rows) < limits.agreeing_studies:
        return []
    y, v = effects.yi[rows], effects.vi[rows]
    as_given, as_variances = pool(y, v, method="FE"), pool(y, np.sqrt(v), method="FE")
    if int(as_given.status) != Status.OK or int(as_variances.status) != Status.OK:
        return []
    p = float(as_variances.heterogeneity.q_p)
    wild = float(as_given.heterogeneity.i2) > limits.contradicting_i2
    return (
        [say("variances-as-errors", i2=f"{float(as_given.heterogeneity.i2):.0f}")]
        if (wild and limits.differing_p < p < limits.agreeing_p)
        else []
    )


def _one_person(given: Numbers, chosen: ColumnSet) -> list[str]:
    """A standard deviation of one person."""
    if chosen.kind not in ("means", "one_mean"):
        return []
    alone = np.any([given.columns[name] == 1.0 for name in given.columns if name.startswith("n")], axis=0)
    rows = [given.studies[i] for i in np.flatnonzero(alone)]
    return [say("row.one-person", studies=some(rows))] if rows else []


def _shares_apart(table: Table, given: Numbers) -> list[str]:
    """Percentages beside counts that are not those of the counts."""
    apart = set()
    for arm in ("_t", "_c", ""):
        events, total = given.columns.get(f"events{arm}"), given.columns.get(f"total{arm}")
        if events is None or total is None:
            continue
        place = table.columns.index(f"events{arm}")
        for i, (_, cells) in enumerate(table.rows):
            told = share_beside(cells[place])
            # the last digit may have been rounded or cut off
            if told is not None and abs(100.0 * events[i] / total[i] - told[0]) > 10.0 ** -told[1]:
                apart.add(i)
    return [say("row.shares-apart", studies=some([given.studies[i] for i in sorted(apart)]))] if apart else []
