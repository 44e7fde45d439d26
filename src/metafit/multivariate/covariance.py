"""The sampling covariance of outcomes of one study, from correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.errors import StatsInputError
from metafit.inverse_variance.layout import as_floats
from metafit.multivariate.fit import numbered
from metafit.results import Floats

Pairs = Mapping[tuple[str, str], float]


@asked
def sampling_covariance(
    vi: npt.ArrayLike,
    cluster: Sequence[object] | npt.NDArray[Any],
    rho: float | Pairs,
    *,
    outcome: Sequence[object] | npt.NDArray[Any] | None = None,
) -> Floats:
    """The covariance matrix of estimates whose errors are correlated within a cluster: metafor's `vcalc`.

    Parameters
    ----------
    vi
        Sampling variances (k,).
    cluster
        Labels (k,) of the people the estimates come from, usually the study; other clusters have nothing in common.
    rho
        The correlation of two estimates of a cluster; or one for each pair of outcomes, in either order:
        {("pain", "sleep"): 0.4}.
    outcome
        Labels (k,), needed for correlations by pair. Two rows of one cluster with the same outcome need a pair of it
        with itself.

    Returns
    -------
    Floats
        (k, k). Correlations that cannot hold together are said by the fit, with status BAD_INPUT.

    Raises
    ------
    StatsInputError
        Shapes that do not match, a correlation outside -1 to 1, a pair without one.

    Examples
    --------
    >>> sampling_covariance([1.0, 4.0, 1.0], ["a", "a", "b"], 0.5).tolist()
    [[1.0, 1.0, 0.0], [1.0, 4.0, 0.0], [0.0, 0.0, 1.0]]
    """
    v = as_floats("vi", vi)
    if v.ndim != 1:
        raise StatsInputError(f"vi: shape {v.shape}; give one variance for each row.")
    _, place = numbered("cluster", cluster, v.size)
    if isinstance(rho, Mapping):
        if outcome is None:
            raise StatsInputError("outcome: correlations by pair need the outcome of each row.")
        labels, kind = numbered("outcome", outcome, v.size)
        told = {frozenset(map(str, pair)): _correlation(value) for pair, value in rho.items()}
    else:
        labels, kind = ("",), np.zeros(v.size, dtype=np.int64)
        told = {frozenset(("",)): _correlation(rho)}
    matrix = np.diag(v)
    size = np.sqrt(v)
    for i, j in zip(*np.nonzero(np.triu(place[:, None] == place[None, :], 1)), strict=True):
        pair = frozenset((labels[kind[i]], labels[kind[j]]))
        if pair not in told:
            raise StatsInputError(f"rho: there is no correlation for {' and '.join(sorted(pair))}.")
        matrix[i, j] = matrix[j, i] = told[pair] * size[i] * size[j]
    return matrix


def _correlation(value: Any) -> float:
    number: Any = float("nan") if isinstance(value, bool) or not isinstance(value, Real) else value
    if not -1 <= number <= 1:
        raise StatsInputError("rho: a correlation lies between -1 and 1.")
    return float(number)
