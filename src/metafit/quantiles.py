"""Tails and quantiles of the normal, t and chi-square distributions, as fast as a batch needs them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

if TYPE_CHECKING:
    from metafit.results import Floats, Ints


def z_quantile(level: float) -> float:
    """Two-sided standard normal quantile: 1.96 at 0.95."""
    return float(-ndtri((1.0 - level) / 2.0))


@lru_cache(maxsize=64)
def _t_table(level: float, largest: int) -> Floats:
    table = np.full(largest + 1, np.nan)
    table[1:] = -stdtrit(np.arange(1, largest + 1), (1.0 - level) / 2.0)
    table.flags.writeable = False
    return table


def t_quantile(level: float, df: Ints) -> Floats:
    """Two-sided t quantile for whole degrees of freedom; NaN below 1. One table look-up per value."""
    df = np.asarray(df)
    largest = int(df.max(initial=1)) if df.ndim else int(df)
    # Rounded up so that a run of analyses of different sizes builds few tables.
    table = _t_table(level, 1 << max(largest, 15).bit_length())
    quantile: Floats = table[np.maximum(df, 0) if df.ndim else max(largest, 0)]
    return quantile


def t_two_sided(statistic: Floats, df: Floats) -> Floats:
    """Two-sided p of a t statistic."""
    p: Floats = 2.0 * stdtr(df, -np.abs(statistic))
    return p


def two_sided(statistic: Floats, df: Floats) -> Floats:
    """Two-sided p of a statistic that is t on df degrees of freedom, or z where df is NaN."""
    by_z = np.isnan(df)
    if by_z.ndim:
        return np.where(by_z, z_two_sided(statistic), t_two_sided(statistic, df))
    return z_two_sided(statistic) if by_z else t_two_sided(statistic, df)


def z_two_sided(statistic: Floats) -> Floats:
    """Two-sided p of a standard normal statistic."""
    p: Floats = 2.0 * ndtr(-np.abs(statistic))
    return p


def chi2_upper(statistic: Floats, df: Ints) -> Floats:
    """Upper tail of a chi-square; 1 on 0 degrees of freedom, NaN for NaN."""
    p: Floats = chdtrc(df, statistic)
    none = np.asarray(df) < 1
    if none.any() if none.ndim else none:
        p = np.where(none, np.where(np.isnan(statistic), np.nan, 1.0), p)
    return p
