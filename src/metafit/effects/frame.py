"""`escalc`: effects from named columns of a data frame, whatever the measure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from metafit.asked import asked
from metafit.effects.base import Effects
from metafit.effects.counts import (
    BINARY,
    ONE_RATE,
    PROPORTION,
    TWO_RATES,
    binary_effects,
    proportion_effects,
    rate_effects,
    single_rate_effects,
)
from metafit.effects.means import CHANGES, MEANS, change_effects, mean_effects
from metafit.effects.one_group import CORRELATIONS, ONE_MEAN, correlation_effects, one_mean_effects
from metafit.errors import StatsInputError
from metafit.inputs import Frame, Names, take

_MAKERS: Final[tuple[tuple[tuple[str, ...], Callable[..., Effects], str], ...]] = (
    (BINARY, binary_effects, "events_t, total_t, events_c, total_c"),
    (MEANS, mean_effects, "mean_t, sd_t, n_t, mean_c, sd_c, n_c"),
    (CHANGES, change_effects, "mean_post, mean_pre, sd_pre, sd_post, n, correlation"),
    (TWO_RATES, rate_effects, "events_t, time_t, events_c, time_c"),
    (PROPORTION, proportion_effects, "events, total"),
    (ONE_RATE, single_rate_effects, "events, time"),
    (ONE_MEAN, one_mean_effects, "mean, sd, n"),
    (CORRELATIONS, correlation_effects, "correlation, n"),
)


@asked
def escalc(
    measure: str, columns: Sequence[str], data: Frame | Mapping[str, Any], *, names: Names | None = None
) -> Effects:
    """Effects of every row of a data frame.

    Parameters
    ----------
    measure
        As metafor names it, for example RR.
    columns
        The frame's columns in the order of the measure's effect function: for RR the events and totals of the treated
        and the control group.
    data
        A pandas or polars data frame, or a dictionary of lists.
    names
        Names of the studies: a sequence, or the column that has them.

    Returns
    -------
    Effects
        One effect a row, in the order of the rows.

    Raises
    ------
    StatsInputError
        An unknown measure, a column that is not there, or the wrong number of columns.

    Examples
    --------
    >>> trials = {"study": ["A", "B"], "x1": [4, 6], "n1": [50, 60], "x2": [8, 9], "n2": [52, 58]}
    >>> escalc("RD", ("x1", "n1", "x2", "n2"), trials, names="study").names
    ('A', 'B')
    """
    maker = next((one for one in _MAKERS if measure in one[0]), None)
    if maker is None:
        known = ", ".join(one for measures, _, _ in _MAKERS for one in measures)
        raise StatsInputError(f"measure: {measure!r} is not one of {known}.")
    _, make, wanted = maker
    if len(columns) != len(wanted.split(", ")):
        raise StatsInputError(f"columns: {measure} needs {wanted}; {len(columns)} given.")
    values = [take(name, 0.0, data=data).yi for name in columns]
    found = make(measure, *values)
    if names is None:
        return found
    told = take(0.0, 0.0, names=names, data=data).names
    if told is not None and len(told) != np.size(found.yi):
        raise StatsInputError(f"names: {len(told)} for {np.size(found.yi)} studies; give one for each.")
    return dataclasses.replace(found, names=told)
