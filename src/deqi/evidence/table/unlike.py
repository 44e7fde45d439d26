"""Rows that are not like the others: changes among end scores, codes for missing numbers, rows marked to be left out.

Each doubt is one sentence that names the rows.
"""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from deqi.evidence.table.columns import ColumnSet, Floats, Numbers, is_count
from deqi.evidence.table.headers import words_of
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say, some
from deqi.knowledge.thresholds import thresholds

#: Measures that divide by a spread or a mean, which a change has another of than an end score.
_BY_SPREAD: Final = ("SMD", "SMDH", "ROM", "CVR", "VR")
#: What programs of statistics write for a number that is not there.
_HIGH: Final = (888.0, 999.0, 8888.0, 9999.0, 99999.0)
_LOW: Final = (-9.0, -99.0, *(-one for one in _HIGH))
_LONGEST: Final = 40
"""Of a cell that says what a row is; longer ones are remarks."""


@functools.cache
def _known(key: str) -> frozenset[str]:
    return frozenset(say(f"unlike.{key}").split())


def unlike(table: Table, given: Numbers, chosen: ColumnSet, measure: str, rows: list[int]) -> list[str]:
    """Sentences about used rows that are not like the others."""
    return [
        *_changes(table, given, chosen, measure, rows),
        *_signs(given, chosen, measure, rows),
        *_spreads(given, chosen, measure, rows),
        *codes(given, chosen, rows),
        *_to_leave_out(table, given, rows),
        *_times_alike(given, chosen, rows),
    ]


def _changes(table: Table, given: Numbers, chosen: ColumnSet, measure: str, rows: list[int]) -> list[str]:
    """Changes beside end scores, by their words or their sign, where the measure divides by a spread."""
    if chosen.kind != "means" or measure not in _BY_SPREAD:
        return []
    told = [i for i in rows if any(_of_change(cell) for cell in table.rows[i][1])]
    if not told:
        means = np.array([[given.columns[name][i] for name in ("mean_t", "mean_c")] for i in rows])
        told = [i for i, pair in zip(rows, means, strict=True) if (pair < 0).all()]
        rest = np.array([pair for i, pair in zip(rows, means, strict=True) if i not in told])
        if not (rest > 0).all():
            return []
    if not told or len(told) == len(rows):
        return []
    return [say("row.changes", studies=some([given.studies[i] for i in told]), measure=measure)]


def _signs(given: Numbers, chosen: ColumnSet, measure: str, rows: list[int]) -> list[str]:
    """Means beyond 0, where both arms of all other rows lie on one side of it: one arm by itself, or both."""
    if chosen.kind != "means" or len(rows) <= thresholds().least_to_pool:
        return []
    means = np.array([[given.columns[name][i] for name in ("mean_t", "mean_c")] for i in rows])
    one, both = [], []
    for at, (row, pair) in enumerate(zip(rows, means, strict=True)):
        others = np.delete(means, at, axis=0)
        side = np.sign(others[0, 0])
        if side == 0 or not (np.sign(others) == side).all():
            continue
        beyond = np.sign(pair) == -side
        if beyond.all():
            both.append(given.studies[row])
        elif beyond.any() and np.abs(others).min() <= np.abs(pair[beyond][0]) <= np.abs(others).max():
            one.append(given.studies[row])
    # what a measure divides by a spread is said of changes among end scores
    told = (("minus", one), ("other-side", both if measure not in _BY_SPREAD else []))
    return [say(f"row.{key}", studies=some(found)) for key, found in told if found]


def _spreads(given: Numbers, chosen: ColumnSet, measure: str, rows: list[int]) -> list[str]:
    """Mean and SD exchanged, or SDs many times those of all other rows about means that are no larger."""
    if chosen.kind != "means" or measure != "MD" or len(rows) <= thresholds().least_to_pool:
        return []
    mean, sd = (
        np.abs(np.array([[given.columns[f"{name}{arm}"][i] for arm in ("_t", "_c")] for i in rows]))
        for name in ("mean", "sd")
    )
    exchanged, far = [], []
    for at, row in enumerate(rows):
        usual_mean, usual_sd = np.delete(mean, at, axis=0), np.delete(sd, at, axis=0)
        fits = (mean[at] >= usual_sd.min() / 2) & (mean[at] <= 2 * usual_sd.max())
        fits &= (sd[at] >= usual_mean.min() / 2) & (sd[at] <= 2 * usual_mean.max())
        as_they_are = (mean[at] >= usual_mean.min() / 2) | (sd[at] <= 2 * usual_sd.max())
        if (fits & ~as_they_are).all():
            exchanged.append(given.studies[row])
        elif (sd[at] > thresholds().other_units_times * usual_sd.max()).any() and (
            mean[at] <= 2 * usual_mean.max()
        ).all():
            far.append(given.studies[row])
    told = (("mean-as-spread", exchanged), ("spread-far", far))
    return [say(f"row.{key}", studies=some(found)) for key, found in told if found]


def _of_change(cell: str) -> bool:
    return len(cell) <= _LONGEST and bool(set(words_of(cell.casefold())) & _known("change"))


def codes(given: Numbers, chosen: ColumnSet, rows: list[int]) -> list[str]:
    """Numbers like 999 and -99 far from all others of their column."""
    found: dict[int, float] = {}
    if len(rows) < thresholds().least_to_pool:
        return []
    for name in (one for one in chosen.columns if not is_count(one)):
        column: Floats = given.columns[name]
        for i in rows:
            value = float(column[i])
            others = column[[j for j in rows if j != i]]
            with np.errstate(over="ignore"):
                usual = float(np.median(np.abs(others)))
            far = abs(value) > thresholds().other_units_times * usual
            if (value in _HIGH and far) or (value in _LOW and (far or bool((others > 0).all()))):
                found[i] = value
    if not found:
        return []
    named = [f"{given.studies[i]} ({value:g})" for i, value in sorted(found.items())]
    return [say("row.codes", studies=some(named))]


def _to_leave_out(table: Table, given: Numbers, rows: list[int]) -> list[str]:
    """Rows that a column marks as not to be used."""
    for key, marks in (("include", "no"), ("exclude", "yes")):
        for place, column in enumerate(table.columns):
            if column not in _known(key):
                continue
            marked = [i for i in rows if table.rows[i][1][place].casefold() in _known(marks)]
            if marked and len(marked) < len(rows):
                return [say("row.to-leave-out", studies=some([given.studies[i] for i in marked]), column=column)]
    return []


def _times_alike(given: Numbers, chosen: ColumnSet, rows: list[int]) -> list[str]:
    """Times that are the same in both arms of every row are lengths of follow-up."""
    if chosen.kind != "rates" or len(rows) < 2:
        return []
    times = [given.columns[f"time{arm}"][rows] for arm in ("_t", "_c")]
    return [say("times-alike")] if bool((times[0] == times[1]).all()) else []
