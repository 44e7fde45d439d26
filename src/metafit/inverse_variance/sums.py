"""What the estimators of tau2 ask of the data, whatever the model: a mean or a regression, many data sets or one.

For weights w (studies first: shape (k, ...)), P = W - W X (X'WX)^-1 X'W. All estimators of tau2 and their standard
errors need only a few traces and quadratic forms of P, which are given without building it. Numbers are arrays (B,),
or plain floats where there is one data set.
"""

from __future__ import annotations

import math
from typing import Any, Protocol, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from metafit.results import Bools, Floats, Ints

Value: TypeAlias = Any
"""An array with a number for each data set, or a float: the arithmetic is the same."""


def square_root(value: Value) -> Value:
    """Of an array, NaN for what has none; of a float, which raises ValueError there."""
    return math.sqrt(value) if isinstance(value, float) else np.sqrt(value)


def at_least(value: Value, floor: float) -> Value:
    """The larger of both; NaN stays NaN."""
    return max(value, floor) if isinstance(value, float) else np.maximum(value, floor)


class Sums(Protocol):
    """Weighted least squares at one tau2."""

    def q(self) -> Value:
        """y'Py."""

    def score(self) -> Value:
        """y'PPy."""

    def quadratic(self) -> Value:
        """y'PPPy."""

    def trace_w(self) -> Value:
        """tr(W)."""

    def trace_ww(self) -> Value:
        """tr(WW)."""

    def trace_p(self) -> Value:
        """tr(P)."""

    def trace_pp(self) -> Value:
        """tr(PP)."""


class Projection(Protocol):
    """Weighted least squares at any weights, with the traces that the moment estimators need."""

    w: Floats
    residual: Floats

    def trace_p(self) -> Floats:
        """tr(P)."""

    def trace_pp(self) -> Floats:
        """tr(PP)."""

    def trace_pv(self, v: Floats) -> Floats:
        """tr(PV) for a diagonal V given as v."""

    def trace_pvp(self, v: Floats) -> Floats:
        """tr(PVP)."""

    def trace_pvpv(self, v: Floats) -> Floats:
        """tr(PVPV)."""

    def log_det(self) -> Floats:
        """log |X'WX|."""


class DataSets(Protocol):
    """Effects y and variances v (k, B), or (k,), and a model for them. Absent studies have y = 0 and v = inf."""

    y: Floats
    v: Floats
    k: Value
    """Studies present."""
    p: int
    """Coefficients."""
    v_min: Value

    def at(self, tau2: Value, order: int) -> Sums:
        """Least squares with weights 1 / (v + tau2).

        order: the highest power of the weights asked for: q, trace_w 1; score, trace_ww, trace_p 2; quadratic,
        trace_pp 3.
        """

    def project(self, w: Floats) -> Projection:
        """Least squares with any weights (k, ...)."""

    def squares(self) -> Value:
        """A residual sum of squares, with every weight 1."""

    def columns(self, which: Ints | Bools | slice) -> Self:
        """Some of the data sets."""


def columns_of(rows: npt.NDArray[Any], which: Ints | Bools | slice) -> npt.NDArray[Any]:
    """Some columns of a matrix, with its rows in one piece: `rows[:, which]` would lay the columns out instead."""
    if isinstance(which, slice):
        return rows[:, which]
    chosen: npt.NDArray[Any] = np.take(rows, np.flatnonzero(which) if which.dtype == np.bool_ else which, axis=1)
    return chosen
