"""Location-scale models: moderators of the mean effect, and of how much the true effects vary about it.

Meanings are those of metafor's `rma(yi, vi, mods = , scale = )` with its log link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inputs import Frame, Values, take
from metafit.inverse_variance.layout import as_batch
from metafit.inverse_variance.pooling import check_call
from metafit.quantiles import chi2_upper
from metafit.regression.coefficients import Coefficients, wald_table
from metafit.regression.moderators import Moderators, default_names, read_moderators
from metafit.regression.scale_likelihood import ScaleModel
from metafit.results import Bools, Floats, Status

_RANK = 1e-9


@dataclass(frozen=True, slots=True, repr=False)
class LocationScale(Shown):
    """A location-scale model.

    location: of the mean effect. scale: of the logarithm of tau2. tau2: of each study given, NaN where one was left
    out. q: Cochran's Q about the location model, on q_df. status NO_STANDARD_ERROR: the best variance of some studies
    is 0, which no finite scale coefficients say; location and tau2 are there, and scale is NaN.
    """

    method: str
    test: str
    level: float
    status: Status
    k: int
    location: Coefficients
    scale: Coefficients
    tau2: Floats
    log_likelihood: float
    q: float
    q_df: int
    q_p: float
    measure: str = "GEN"


@asked
def location_scale(
    yi: Values,
    vi: npt.ArrayLike | str | None,
    moderators: npt.ArrayLike | Sequence[str] | None,
    scale: npt.ArrayLike | Sequence[str],
    *,
    method: Literal["REML", "ML"] | str = "REML",
    test: str | None = None,
    level: float = 0.95,
    intercept: bool = True,
    scale_intercept: bool = True,
    names: Sequence[str] | None = None,
    scale_names: Sequence[str] | None = None,
    measure: str | None = None,
    data: Frame | Mapping[str, Any] | None = None,
) -> LocationScale:
    """Regress the mean effect, and the logarithm of the variance between studies, on moderators.

    Parameters
    ----------
    yi
        Effects (k,), NaN where one is absent; what an effect function gives; or the name of a column.
    vi
        Sampling variances (k,); None where `yi` brings them.
    moderators
        Of the mean: values (k,) or (k, m), or names of columns, of words too. None: the mean is one number.
    scale
        Of the logarithm of tau2, given in the same ways.
    method
        REML or ML.
    test
        adhoc, knha, t or z, as for `pool`; the scale coefficients have t on k less their number, or z.
    level
        Confidence level; 95 and 0.95 are the same.
    intercept, scale_intercept
        Whether each of the two has an intercept.
    names, scale_names
        Of the moderators.
    measure
        Which effect, by metafor's name.
    data
        A data frame or a dictionary of columns.

    Returns
    -------
    LocationScale
        The highest of the tops that are reached from several starts.

    Raises
    ------
    StatsInputError
        Arguments without meaning: another method, a batch, shapes that do not match.

    References
    ----------
    Viechtbauer & López-López 2022, doi:10.1002/jrsm.1562.

    Examples
    --------
    >>> y, v = [0.1, 0.3, 0.2, 0.3, -0.6, 1.2, 0.9, -0.3], [0.02, 0.03, 0.02, 0.04, 0.03, 0.02, 0.05, 0.03]
    >>> fit = location_scale(y, v, None, [0.0, 1.0, 0.0, 1.0, 3.0, 4.0, 3.0, 4.0])
    >>> bool(fit.scale.estimate[1] > 0)
    True
    """
    method, test, level = check_call(method, test, level)
    if method not in ("REML", "ML"):
        raise StatsInputError(f"method: a location-scale model is fitted by REML or ML, not {method}.")
    given = take(yi, vi, measure=measure, data=data)
    y, v = as_batch(given.yi, given.vi)
    if y.ndim != 1:
        raise StatsInputError("location_scale: give one analysis, not a batch.")
    usable = np.isfinite(y) & np.isfinite(v)
    mean = np.empty((y.size, 0)) if moderators is None else moderators
    location = _Part(read_moderators(mean, names, data, usable, intercept), intercept)
    spread = _Part(read_moderators(scale, scale_names, data, usable, scale_intercept), scale_intercept)
    return _fit(y, v, location, spread, method, test, level, given.measure)


class _Part:
    """One of the two: its matrix with the column of the intercept, and its names."""

    def __init__(self, told: Moderators, intercept: bool) -> None:
        k, m = told.matrix.shape
        if m + intercept == 0:
            raise StatsInputError("moderators: there is no column and no intercept.")
        self.x = np.column_stack([np.ones((k, int(intercept))), told.matrix])
        self.names = (*(("intercept",) if intercept else ()), *(told.names or default_names(m)))
        self.first = 1 if intercept and m else 0

    def complete(self) -> Bools:
        """The studies with every value."""
        return np.asarray(np.isfinite(self.x).all(axis=1))


def _problem(y: Floats, v: Floats, x: Floats, z: Floats) -> Status:
    k, p = x.shape
    if k == 0:
        return Status.NO_STUDIES
    if (v < 0.0).any():
        return Status.BAD_INPUT
    if (v == 0.0).any():
        return Status.ZERO_VARIANCE
    full = k > p and k > z.shape[1] and _rank(x) == p and _rank(z) == z.shape[1]
    return Status.OK if full else Status.NOT_ESTIMABLE


def _rank(x: Floats) -> int:
    length = np.sqrt((x * x).sum(0))
    return int(np.linalg.matrix_rank(x / np.where(length > 0.0, length, 1.0), tol=_RANK * np.sqrt(len(x))))


def _fit(
    y: Floats, v: Floats, location: _Part, spread: _Part, method: str, test: str, level: float, measure: str
) -> LocationScale:
    here = ~(np.isnan(y) | np.isnan(v)) & location.complete() & spread.complete()
    odd = np.isinf(y[here]).any() or np.isinf(v[here]).any()
    x, z = location.x[here], spread.x[here]
    k, p, q = int(here.sum()), x.shape[1], z.shape[1]
    status = Status.BAD_INPUT if odd else _problem(y[here], v[here], x, z)
    beta, cov = np.full(p, np.nan), np.full((p, p), np.nan)
    alpha, cov_alpha = np.full(q, np.nan), np.full((q, q), np.nan)
    tau2 = np.full(y.size, np.nan)
    value = cochran = float("nan")
    if status == Status.OK:
        # In units of a usual sampling variance, on orthonormal moderators: steps and tolerances need no units.
        unit = float(np.ldexp(1.0, int(np.round(0.5 * np.log2(np.median(v[here]))))))
        ys, vs = y[here] / unit, v[here] / unit / unit
        basis, back = np.linalg.qr(x)
        basis_z, back_z = np.linalg.qr(z)
        model = ScaleModel(ys, vs, basis, basis_z * np.sqrt(k), 2.0 * np.log(unit), method == "REML")
        top = model.top()
        status = Status.NOT_ESTIMABLE if top is None else (Status.OK if top.converged else Status.NOT_CONVERGED)
        if top is not None and top.converged:
            status = Status.OK if top.known else Status.NO_STANDARD_ERROR
            residual = ys - basis @ top.beta
            factor = float((top.w * residual**2).sum() / (k - p)) if test in ("knha", "adhoc") else 1.0
            factor = max(factor, 1.0) if test == "adhoc" else factor
            inverse = np.linalg.inv(back)
            beta, cov = inverse @ top.beta * unit, inverse @ (top.cov * factor) @ inverse.T * unit**2
            tau2[here] = top.tau2 * unit**2
            value = top.value - (k - p if method == "REML" else k) * float(np.log(unit))
            cochran = _cochran(ys, vs, basis)
            if top.known:
                inverse = np.linalg.inv(back_z) * np.sqrt(k)
                alpha, cov_alpha = inverse @ top.gamma, inverse @ np.linalg.inv(top.information) @ inverse.T
    return LocationScale(
        method=method,
        test=test,
        level=level,
        status=status,
        k=k,
        location=wald_table(location.names, beta, cov, test, level, k - p, first=location.first),
        scale=wald_table(spread.names, alpha, cov_alpha, test, level, k - q, first=spread.first),
        tau2=tau2,
        log_likelihood=value,
        q=cochran,
        q_df=max(k - p, 0),
        q_p=float(chi2_upper(np.asarray(cochran), np.asarray(max(k - p, 0)))),
        measure=measure,
    )


def _cochran(y: Floats, v: Floats, x: Floats) -> float:
    w = 1.0 / v
    beta = np.linalg.solve((x * w[:, None]).T @ x, x.T @ (w * y))
    return float((w * (y - x @ beta) ** 2).sum())
