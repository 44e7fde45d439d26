"""Sampling covariances of effects that share an arm, for trials that compare several treatments with one control.

Given independent arms, two differences from the same arm have the variance of that arm in common (Gleser & Olkin 2009,
in The Handbook of Research Synthesis and Meta-Analysis, 2nd ed., ch. 19).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.errors import StatsInputError
from metafit.multilevel.fit import Ids
from metafit.results import Floats


@asked
def arm_variance(
    measure: Literal["MD", "OR", "RR", "RD", "IRR"],
    *,
    sd: npt.ArrayLike | None = None,
    n: npt.ArrayLike | None = None,
    events: npt.ArrayLike | None = None,
    time: npt.ArrayLike | None = None,
) -> Floats:
    """The part of a contrast's variance that comes from one arm; arrays of the arm's numbers.

    MD: sd, n. OR, RR, RD: events, n. IRR: events, time is not needed. NaN where it has none (no events under OR, RR or
    IRR): nothing is added to empty cells here.

    Parameters
    ----------
    measure
        Of the contrast: RR, OR, RD, MD, IRR ...
    sd
        Standard deviation in the arm.
    n
        Number of people; any shape that broadcasts.
    events
        Number of events, whole and not negative; any shape that broadcasts.
    time
        Person-time in any unit; effects are per that unit.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    needs = {"MD": (sd, n), "OR": (events, n), "RR": (events, n), "RD": (events, n), "IRR": (events,)}
    if measure not in needs:
        raise StatsInputError(f"measure: {measure!r} is not one of {', '.join(needs)}; SMD has smd_covariance.")
    if any(one is None for one in needs[measure]):
        raise StatsInputError(f"{measure}: give {'sd and n' if measure == 'MD' else 'events and n'} of the arm.")
    size = np.asarray(n if n is not None else np.nan, dtype=np.float64)
    with np.errstate(all="ignore"):
        if measure == "MD":
            value: Floats = np.asarray(sd, dtype=np.float64) ** 2 / size
        else:
            x = np.asarray(events, dtype=np.float64)
            value = {
                "OR": 1.0 / x + 1.0 / (size - x),
                "RR": 1.0 / x - 1.0 / size,
                "RD": x * (size - x) / size**3,
                "IRR": 1.0 / x,
            }[measure]
    return np.where(np.isfinite(value), value, np.nan)


@asked
def shared_arm_covariance(study: Ids, vi: npt.ArrayLike, shared: npt.ArrayLike) -> Floats:
    """The covariance matrix (k, k) of contrasts with variances vi whose rows of one study share an arm.

    shared (k,): the arm's variance (`arm_variance`), the same in each row of a study.

    Parameters
    ----------
    study
        Label of the study of each row, (k,).
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    shared
        Variance of the arm that rows of one study share, (k,).

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    v, common = np.asarray(vi, dtype=np.float64), np.asarray(shared, dtype=np.float64)
    same = _same(study, v)
    if common.shape != v.shape:
        raise StatsInputError(f"shared: shape {common.shape} does not match {v.size} effects.")
    gap = np.abs(common[:, None] - common[None, :])
    with np.errstate(invalid="ignore"):
        if (same & (gap > 1e-8 * np.abs(common[:, None]))).any():
            raise StatsInputError("shared: rows of one study give different variances for the arm they share.")
    matrix: Floats = np.where(same, common[:, None], 0.0)
    np.fill_diagonal(matrix, v)
    return matrix


@asked
def smd_covariance(
    study: Ids, yi: npt.ArrayLike, vi: npt.ArrayLike, n_shared: npt.ArrayLike, n_total: npt.ArrayLike
) -> Floats:
    """The same for standardised mean differences: 1 / n_shared + d_i d_j / (2 n_total) within a study.

    n_total (k,): everybody in all arms of the study, whose pooled spread standardises every contrast.

    Parameters
    ----------
    study
        Label of the study of each row, (k,).
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent.
    vi
        Sampling variances, of the shape of `yi`.
    n_shared
        People in the shared arm, (k,).
    n_total
        People in both arms of each contrast, (k,).

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    y, v = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    same = _same(study, v)
    arm, everybody = np.asarray(n_shared, dtype=np.float64), np.asarray(n_total, dtype=np.float64)
    if not y.shape == v.shape == arm.shape == everybody.shape:
        raise StatsInputError("yi, vi, n_shared and n_total: give arrays of one length.")
    matrix: Floats = np.where(same, 1.0 / arm[:, None] + np.outer(y, y) / (2.0 * everybody[:, None]), 0.0)
    np.fill_diagonal(matrix, v)
    return matrix


def _same(study: Ids, v: Floats) -> npt.NDArray[np.bool_]:
    if v.ndim != 1 or len(study) != v.size:
        raise StatsInputError(f"study: {len(study)} labels for variances of shape {v.shape}.")
    seen = {label: i for i, label in enumerate(dict.fromkeys(list(study)))}
    index = np.array([seen[label] for label in list(study)], dtype=np.int64)
    same: npt.NDArray[np.bool_] = index[:, None] == index[None, :]
    return same
