"""Numbers that a table gives twice: do they agree? And do the rows share their units, and errors their names?

Each doubt is one sentence that names the rows; columns that are not used are read for it where they can be.
"""

from __future__ import annotations

import math
import re
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from deqi.errors import InputError
from deqi.evidence.table.cells import share_beside
from deqi.evidence.table.columns import GIVEN_KINDS, RATIOS, ColumnSet, Floats, Numbers, number
from deqi.evidence.table.effects import effects_of
from deqi.evidence.table.headers import measure_of
from deqi.evidence.table.reading import Table
from deqi.evidence.table.sentences import say, some
from deqi.knowledge.thresholds import thresholds
from metafit import Effects, Status, pool
from metafit.effects.means import sd_from_interval

_LAST_DIGIT: Final = 0.006
"""What two decimals leave open, and a little more."""
_LEVELS: Final = (0.8, 0.9, 0.95, 0.99)
_FEWEST: Final = 3
"""Rows from which one can stand out."""


def disagreements(table: Table, given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """Sentences about numbers that contradict each other, rows in other units, and variances called errors."""
    return [
        *_errors_told_twice(table, given, chosen, effects, measure),
        *_effects_told_twice(table, given, chosen, effects, measure),
        *_spreads_told_twice(table, given, chosen),
        *_other_units(given, chosen, effects, measure),
        *_other_times(given, chosen, measure),
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


def _errors_told_twice(table: Table, given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
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
        if (by_p := _errors_of_p(table, effects)) is not None:
            errors.append(by_p)
        if len(errors) < 2:
            return []
        if by_p is not None and low is not None and (level := _level_by_p(errors[-2] / by_p, given.level)) is not None:
            return [say("level-by-p", level=f"{100 * level:g}", read=f"{100 * given.level:g}")]
        apart = np.nanmax(errors, axis=0) / np.nanmin(errors, axis=0)
    rows = [given.studies[i] for i in np.flatnonzero(apart > thresholds().errors_apart)]
    return [say("row.errors-apart", studies=some(rows))] if rows else []


def _level_by_p(ratio: Floats, read: float) -> float | None:
    """The level at which all intervals would be those of their p values, where it is another than was read."""
    ratio = ratio[np.isfinite(ratio)]
    reach = NormalDist().inv_cdf(0.5 + read / 2)
    for level in _LEVELS if ratio.size >= _FEWEST else ():
        # the reaches of 90, 95 and 99 % are a fifth and more apart
        if level != read and bool(
            (np.abs(np.log(ratio * reach / NormalDist().inv_cdf(0.5 + level / 2))) < thresholds().same_level).all()
        ):
            return level
    return None


def _errors_of_p(table: Table, effects: Effects) -> Floats | None:
    """The standard errors that p values would make, where p has digits enough; None without such a column."""
    p = _column(table, "p")
    if p is None:
        return None
    told = (p >= thresholds().least_told_p) & (p <= 1.0 - thresholds().unsure_p)
    z = [NormalDist().inv_cdf(1.0 - one / 2.0) if use else math.nan for one, use in zip(p, told, strict=True)]
    errors: Floats = np.abs(effects.yi) / np.array(z)
    return errors


def _spreads_told_twice(table: Table, given: Numbers, chosen: ColumnSet) -> list[str]:
    """Rows whose SD is not that of the standard error or the interval of the mean beside it."""
    if chosen.kind not in ("means", "one_mean"):
        return []
    apart = np.zeros(len(given.rows), dtype=bool)
    for arm in ("_t", "_c") if chosen.kind == "means" else ("",):
        sd, n = _column(table, f"sd{arm}"), given.columns[f"n{arm}"]
        if sd is None:
            continue
        se, low, high = (_column(table, f"{name}{arm}") for name in ("se", "ci_low", "ci_high"))
        with np.errstate(all="ignore"):
            if se is not None:
                apart |= _apart(sd, se * np.sqrt(n), np.sqrt(n) * _last_digit(table, f"se{arm}"))
            if low is not None and high is not None:
                told = sd_from_interval(low, high, n, level=given.level)
                apart |= _apart(sd, told, np.sqrt(n) * _last_digit(table, f"ci_low{arm}"))
    rows = [given.studies[i] for i in np.flatnonzero(apart)]
    return [say("row.spreads-apart", studies=some(list(dict.fromkeys(rows))))] if rows else []


def _apart(sd: Floats, told: Floats, last_digit: Floats) -> npt.NDArray[np.bool_]:
    """Where two spreads differ by more than rounding."""
    times = np.maximum(sd, told) / np.minimum(sd, told)
    found: npt.NDArray[np.bool_] = (times > thresholds().errors_apart) & (np.abs(sd - told) > last_digit)
    return found


def _last_digit(table: Table, column: str) -> float:
    """The size of the last digit that the cells of a column show."""
    place = table.columns.index(column)
    shown = [re.search(r"[.,](\d+)\D*$", cells[place]) for _, cells in table.rows]
    return float(10.0 ** -max((len(one[1]) for one in shown if one), default=0))


def _effects_told_twice(table: Table, given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """Effects that stand beside the numbers they should come from, and are others."""
    if chosen.kind in GIVEN_KINDS:
        return []
    said = []
    for column, told in _effects_beside(table, chosen, measure):
        beside = _column(table, column)
        found = effects if told == measure else effects_of(given, chosen, told)
        if beside is None:
            continue
        ratios = told in RATIOS and column != "yi"
        with np.errstate(all="ignore"):
            beside, rounded = (np.log(beside), _LAST_DIGIT / beside) if ratios else (beside, _LAST_DIGIT)
            apart = np.abs(beside - found.yi) > thresholds().effects_apart * np.sqrt(found.vi) + rounded
        both = np.isfinite(beside) & np.isfinite(found.yi)
        # 1/2 added to an empty cell is a choice; more than half of the rows are not
        if 2 * np.count_nonzero(apart & both) > np.count_nonzero(both):
            said.append(say("effects-apart", column=column, measure=told, columns=", ".join(chosen.columns)))
        elif column != "yi" and (apart & both).any():
            names = [given.studies[i] for i in np.flatnonzero(apart & both)]
            said.append(say("row.effects-apart", studies=some(names), column=column))
    return said


def _effects_beside(table: Table, chosen: ColumnSet, measure: str) -> list[tuple[str, str]]:
    """Columns of effects that these numbers could make, with their measures."""
    named = [(column, told) for column in table.header if (told := measure_of(column)) in chosen.measures]
    return [*((column, told) for column, told in named if told is not None), ("yi", measure)]


def _other_units(given: Numbers, chosen: ColumnSet, effects: Effects, measure: str) -> list[str]:
    """Rows whose numbers, and their spread, are both many times those of rows that resemble each other."""
    times = thresholds().other_units_times
    if chosen.kind == "means" and measure == "MD":
        places = [np.abs(given.columns[f"mean{arm}"]) for arm in ("_t", "_c")]
        spreads = [given.columns[f"sd{arm}"] for arm in ("_t", "_c")]
    elif chosen.kind == "one_mean" and measure == "MN":
        places, spreads = [np.abs(given.columns["mean"])], [given.columns["sd"]]
    elif chosen.kind in GIVEN_KINDS and measure in ("GEN", "MD", "MN", "PR", "RD"):
        # an effect may be large and unsure in a small study; nothing but units makes both so, least of all in means
        places, spreads = [np.abs(effects.yi)], [np.sqrt(effects.vi)]
        times = times if measure in ("MD", "MN") else times**2
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
    return [say("row.other-units", studies=some(list(dict.fromkeys(given.studies[i] for i in rows[away]))))]


def _other_times(given: Numbers, chosen: ColumnSet, measure: str) -> list[str]:
    """Rows with far less or more time than the others, and as many times the rate; a ratio of rates has no units."""
    if chosen.kind not in ("rate", "rates") or measure == "IRR":
        return []
    arms = [""] if chosen.kind == "rate" else ["_t", "_c"]
    time = np.array([given.columns[f"time{arm}"] for arm in arms])
    rows = np.flatnonzero(np.isfinite(time).all(axis=0))
    if rows.size < _FEWEST:
        return []
    time = time[:, rows]
    rate = (np.array([given.columns[f"events{arm}"] for arm in arms])[:, rows] + 0.5) / time
    limit, found = 2.0 * math.log(thresholds().other_units_times), []
    for i, row in enumerate(rows):
        others = np.arange(rows.size) != i
        less, more = (np.log(one[:, i]) - np.median(np.log(one[:, others]), axis=1) for one in (time, rate))
        if ((less < -limit) & (more > limit)).all() or ((less > limit) & (more < -limit)).all():
            found.append(given.studies[row])
    return [say("row.other-times", studies=some(found))] if found else []


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
    apart: set[int] = set()
    for arm in ("_t", "_c", ""):
        events, total = given.columns.get(f"events{arm}"), given.columns.get(f"total{arm}")
        if events is None or total is None or f"events{arm}" not in table.columns:
            continue
        if (percent := _column(table, f"percent{arm}")) is not None:
            with np.errstate(all="ignore"):
                beyond = np.abs(100.0 * events / total - percent) > _last_digit(table, f"percent{arm}")
            apart |= set(np.flatnonzero(beyond).tolist())
        place = table.columns.index(f"events{arm}")
        for i, (_, cells) in enumerate(table.rows):
            told = share_beside(cells[place])
            if told is None:
                continue
            share, decimals = told
            last_digit = 10.0**-decimals  # rounded or cut off
            if abs(100.0 * events[i] / total[i] - share) > last_digit:
                apart.add(i)
    return [say("row.shares-apart", studies=some([given.studies[i] for i in sorted(apart)]))] if apart else []
