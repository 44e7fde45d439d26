"""From the arms of trials to contrasts that share them: counts, person-time, means, or estimates with their errors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.effects.base import Effects, arrays
from metafit.effects.counts import proportion_effects, single_rate_effects
from metafit.effects.means import hedges_factor
from metafit.effects.one_group import one_mean_effects
from metafit.errors import StatsInputError
from metafit.results import Floats

_OF_ONE_ARM = {"OR": "PLO", "RR": "PLN", "RD": "PR", "AS": "PAS", "IRR": "IRLN", "IRD": "IR", "IRSD": "IRS"}
_OF_MEANS = {"MD": "MN", "ROM": "MNLN"}
_RATIOS = ("OR", "RR", "IRR")
_NEVER = ("AS", "IRSD")
BINARY, RATES, MEANS = ("RR", "OR", "RD", "AS"), ("IRR", "IRD", "IRSD"), ("MD", "SMD", "ROM")


@dataclass(frozen=True, slots=True, repr=False)
class ArmContrasts(Shown):
    """k contrasts with the first arm of each study, and their covariances v (k, k), for `pool_network`.

    adjusted: studies with an empty cell, to all arms of which the constant was added. no_events: studies left out
    because nobody, or everybody, had the event in all arms, which says nothing about a ratio. alone: studies of which
    fewer than two arms have numbers.
    """

    measure: str
    study: tuple[Hashable, ...]
    treatment: tuple[Hashable, ...]
    control: tuple[Hashable, ...]
    yi: Floats
    v: Floats
    adjusted: tuple[Hashable, ...] = ()
    no_events: tuple[Hashable, ...] = ()
    alone: tuple[Hashable, ...] = ()


@asked
def arm_contrasts(
    measure: str,
    study: Sequence[Hashable],
    treatment: Sequence[Hashable],
    *,
    events: npt.ArrayLike | None = None,
    total: npt.ArrayLike | None = None,
    time: npt.ArrayLike | None = None,
    mean: npt.ArrayLike | None = None,
    sd: npt.ArrayLike | None = None,
    n: npt.ArrayLike | None = None,
    estimate: npt.ArrayLike | None = None,
    se: npt.ArrayLike | None = None,
    add: float = 0.5,
) -> ArmContrasts:
    """Contrasts of the arms of each study, one row an arm, with the covariances that shared arms make.

    SMD stands on the spread pooled over all arms of a study, corrected for bias (Gleser & Olkin 2009, as in
    `smd_covariance`). Rows with a number missing are left out.

    Parameters
    ----------
    measure
        RR, OR, RD, AS of events and total; IRR, IRD, IRSD of events and time; MD, SMD, ROM of mean, sd and n; any of
        estimate and se.
    study
        Label of the study of each arm, (a,).
    treatment
        Treatment of each arm, (a,).
    events
        Events in the arm, (a,).
    total
        People in the arm, (a,).
    time
        Person-time in the arm, (a,).
    mean
        Mean in the arm, (a,).
    sd
        Standard deviation in the arm, (a,).
    n
        People in the arm, (a,).
    estimate
        What each arm came to, on the analysis scale, (a,).
    se
        Its standard error, (a,).
    add
        Constant for the cells of all arms of a study with an empty one; 0 adds none.

    Returns
    -------
    ArmContrasts
        Contrasts, their covariances, and what was done to studies with empty cells.

    Raises
    ------
    StatsInputError
        Columns that do not fit the measure or each other; a treatment in two arms of one study.
    """
    given = {"events": events, "total": total, "time": time, "mean": mean, "sd": sd, "n": n}
    given |= {"estimate": estimate, "se": se}
    columns = dict(zip((name for name, one in given.items() if one is not None), arrays(
        *(one for one in given.values() if one is not None)), strict=True))  # fmt: skip
    needed = _needed(measure, columns)
    a = len(study)
    if len(treatment) != a or any(column.shape != (a,) for column in columns.values()):
        raise StatsInputError("study, treatment and the numbers of the arms: give the same number of rows.")
    whole = np.all([np.isfinite(columns[name]) for name in needed], axis=0)
    by_study: dict[Hashable, list[int]] = defaultdict(list)
    for i in range(a):
        here = by_study[study[i]]
        if whole[i]:
            if treatment[i] in [treatment[j] for j in here]:
                raise StatsInputError(f"study {study[i]}: {treatment[i]!r} is in two arms; join them.")
            here.append(i)
    alone = tuple(name for name, here in by_study.items() if len(here) < 2)
    used = {name: here for name, here in by_study.items() if len(here) > 1}
    empty: tuple[Hashable, ...] = ()
    adjusted: tuple[Hashable, ...] = ()
    if "events" in needed:
        empty, adjusted, columns = _empty_cells(measure, used, columns, add)
        used = {name: here for name, here in used.items() if name not in empty}
    values = None if measure == "SMD" else _values(measure, columns)
    labels: list[tuple[Hashable, Hashable, Hashable]] = []
    effects: list[Floats] = []
    blocks: list[Floats] = []
    for name, here in used.items():
        y, block = _standardised(columns, here) if values is None else _differences(*values, here)
        labels += [(name, treatment[i], treatment[here[0]]) for i in here[1:]]
        effects.append(y)
        blocks.append(block)
    yi = np.concatenate(effects) if effects else np.zeros(0)
    v, at = np.zeros((yi.size, yi.size)), 0
    for block in blocks:
        v[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    of, treated, control = (tuple(one[i] for one in labels) for i in range(3))
    return ArmContrasts(measure, of, treated, control, yi, v, adjusted, empty, alone)


def _needed(measure: str, columns: dict[str, Floats]) -> tuple[str, ...]:
    """The columns that a measure stands on."""
    if {"estimate", "se"} <= columns.keys():
        return "estimate", "se"
    for measures, needed in ((BINARY, ("events", "total")), (RATES, ("events", "time")), (MEANS, ("mean", "sd", "n"))):
        if measure in measures:
            if not set(needed) <= columns.keys():
                raise StatsInputError(f"{measure}: give {', '.join(needed)} of each arm.")
            return needed
    raise StatsInputError(f"measure: {measure!r} is not one of {', '.join((*BINARY, *RATES, *MEANS))}.")


def _empty_cells(
    measure: str, used: dict[Hashable, list[int]], columns: dict[str, Floats], add: float
) -> tuple[tuple[Hashable, ...], tuple[Hashable, ...], dict[str, Floats]]:
    """Studies that say nothing, studies that get the constant, and the columns with it."""
    x, full = columns["events"], columns.get("total") if measure in BINARY else None
    none, every = x == 0, np.zeros(x.shape, dtype=np.bool_) if full is None else x == full
    silent = tuple(s for s, here in used.items() if none[here].all() or every[here].all()) if measure in _RATIOS else ()
    constant = 0.0 if measure in _NEVER else add
    zero = [s for s, here in used.items() if s not in silent and (none[here] | every[here]).any()] if constant else []
    rows = [i for s in zero for i in used[s]]
    moved = dict(columns)
    for name, more in (("events", constant), ("total", 2.0 * constant)):
        if name in moved:
            moved[name] = moved[name].copy()
            moved[name][rows] += more
    return silent, tuple(zero), moved


def _values(measure: str, c: dict[str, Floats]) -> tuple[Floats, Floats]:
    """What each arm came to, and its variance."""
    if "estimate" in c:
        return c["estimate"], c["se"] ** 2
    made: Effects
    if measure in BINARY:
        made = proportion_effects(_OF_ONE_ARM[measure], c["events"], c["total"], to="none")
    elif measure in RATES:
        made = single_rate_effects(_OF_ONE_ARM[measure], c["events"], c["time"], to="none")
    else:
        made = one_mean_effects(_OF_MEANS[measure], c["mean"], c["sd"], c["n"])
    return made.yi, made.vi


def _differences(y: Floats, v: Floats, here: list[int]) -> tuple[Floats, Floats]:
    """Arms against the first, which all of them share."""
    return y[here[1:]] - y[here[0]], np.diag(v[here[1:]]) + v[here[0]]


def _standardised(c: dict[str, Floats], here: list[int]) -> tuple[Floats, Floats]:
    """Arms against the first in units of the spread of all, corrected for bias."""
    mean, sd, n = (c[name][here] for name in ("mean", "sd", "n"))
    everybody = float(n.sum())
    df = everybody - len(here)
    with np.errstate(all="ignore"):
        spread = np.sqrt(((n - 1.0) * sd**2).sum() / df)
        d: Floats = float(hedges_factor(df)) * (mean[1:] - mean[0]) / spread
        block: Floats = np.diag(1.0 / n[1:]) + 1.0 / n[0] + np.outer(d, d) / (2.0 * everybody)
    return d, block
