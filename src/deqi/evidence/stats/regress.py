"""Meta-regression: effects on moderators, with any estimator of tau2 and any test.

Meanings are those of metafor's `rma.uni(mods=)`, `predict.rma` and its omnibus test.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from .errors import StatsInputError
from .pool import as_batch, check_call, fit_columns, pool, to_columns
from .projection import RegressionDesign
from .quantiles import chi2_upper, t_quantile, t_two_sided, z_quantile, z_two_sided
from .results import Floats, Heterogeneity, Ints, Prediction, Status
from .tau2 import FIXED

_RANK_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Regression:
    """A meta-regression, one or a batch; coefficient arrays have a last axis (p,), covariance (p, p).

    qm: omnibus test of all moderators (chi-square on qm_df, or F on qm_df and df when the test is not z).
    r2: percent of the heterogeneity accounted for; NaN for FE or without an intercept.
    """

    method: str
    test: str
    level: float
    intercept: bool
    status: Ints
    k: Ints
    coefficients: Floats
    se: Floats
    statistic: Floats
    df: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats
    covariance: Floats
    qm: Floats
    qm_df: int
    qm_p: Floats
    r2: Floats
    heterogeneity: Heterogeneity


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predicted mean effects at given moderators, their confidence and prediction intervals."""

    estimate: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    prediction: Prediction


def regress(
    yi: npt.ArrayLike,
    vi: npt.ArrayLike,
    moderators: npt.ArrayLike,
    *,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    intercept: bool = True,
) -> Regression:
    """Regress effects (..., k) with variances on moderators (k,) or (k, m), the same for the whole batch.

    A NaN in a moderator leaves the study out. An intercept is added as the first coefficient unless told not to.
    Moderators that are not independent give status NOT_ESTIMABLE. Raises StatsInputError as `pool` does.
    """
    method, test = check_call(method, test, level)
    y, v = as_batch(yi, vi)
    x = _matrix(moderators, y.shape[-1], intercept)
    shape, k_all, p = y.shape[:-1], y.shape[-1], x.shape[1]
    size = prod(shape)
    y, v = y.reshape(size, k_all).copy(), v.reshape(size, k_all)
    without = np.isnan(x).any(1)
    y[:, without] = np.nan
    kept = np.flatnonzero(~without)
    y, v, x = y[:, kept], v[:, kept], x[kept]
    with np.errstate(all="ignore"):
        columns = to_columns(y, v, p)
        status, k = columns.status.copy(), columns.k
        # One column of ones times another basis is the same model; orthonormal columns keep digits.
        basis, r = np.linalg.qr(x) if len(kept) >= p else (np.zeros((len(kept), p)), np.zeros((p, p)))
        diagonal = np.abs(np.diag(r))
        if len(kept) <= p or diagonal.min() <= _RANK_TOLERANCE * np.abs(x).max(initial=1e-300):
            status = np.where(status == Status.OK, Status.NOT_ESTIMABLE, status)
        present = (np.isfinite(columns.v)).astype(np.float64)
        gram = np.einsum("kb,ki,kj->bij", present, basis, basis)
        good = (status == Status.OK) & (np.linalg.eigvalsh(gram)[:, 0] > _RANK_TOLERANCE)
        status = np.where((status == Status.OK) & ~good, Status.NOT_ESTIMABLE, status)
        beta, cov = np.full((size, p), np.nan), np.full((size, p, p), np.nan)
        scalars = {name: np.full(size, np.nan) for name in ("tau2", "se_tau2", "i2", "h2", "q")}
        if good.any():
            part = (columns.y[:, good], columns.v[:, good], k[good])
            ends = fit_columns(design := RegressionDesign(basis), *part, method, test)
            final = design.project(ends.final.w, part[0])
            back = np.linalg.inv(r)
            scale = np.ones(1) if columns.scale is None else columns.scale[good]
            beta[good] = final.beta @ back.T * scale[:, None]
            cov[good] = back @ (final.inverse() * ends.factor[:, None, None]) @ back.T
            cov[good] *= (scale * scale)[:, None, None]
            found = (ends.tau2 * scale * scale, ends.se_tau2 * scale * scale, ends.i2, ends.h2, ends.q)
            for name, value in zip(scalars, found, strict=True):
                scalars[name][good] = value
            se = np.sqrt(np.diagonal(cov, axis1=1, axis2=2))
            broken = good & ~((se > 0) & np.isfinite(beta)).all(1)
            status = np.where(broken, Status.NOT_ESTIMABLE, status)
            beta[broken], cov[broken] = np.nan, np.nan
        null = _null_tau2(y, v, method) if intercept and method not in FIXED else np.full(size, np.nan)
        return _assemble(
            beta, cov, scalars, null, k, status, shape, method=method, test=test, level=level, intercept=intercept
        )


def _matrix(moderators: npt.ArrayLike, k: int, intercept: bool) -> Floats:
    x = np.asarray(moderators, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != k:
        raise StatsInputError(f"moderators: shape {x.shape} does not match {k} studies; give ({k},) or ({k}, m).")
    x = np.where(np.isinf(x), np.nan, x)
    if intercept:
        x = np.column_stack([np.ones(k), x])
    if x.shape[1] == 0:
        raise StatsInputError("moderators: there is no column and no intercept.")
    return x


def _null_tau2(y: Floats, v: Floats, method: str) -> Floats:
    tau2: Floats = pool(y, v, method=method, test="z").heterogeneity.tau2
    return tau2


def _assemble(
    beta: Floats,
    cov: Floats,
    scalars: dict[str, Floats],
    null: Floats,
    k: Ints,
    status: Ints,
    shape: tuple[int, ...],
    *,
    method: str,
    test: str,
    level: float,
    intercept: bool,
) -> Regression:
    p = beta.shape[1]
    se = np.sqrt(np.diagonal(cov, axis1=1, axis2=2))
    statistic = beta / se
    residual_df = np.maximum(k - p, 0)
    if test == "z":
        df = np.full(k.shape, np.nan)
        probability, critical = z_two_sided(statistic), np.full(k.shape, z_quantile(level))
    else:
        df = np.where(residual_df > 0, residual_df.astype(np.float64), np.nan)
        probability, critical = t_two_sided(statistic, df[:, None]), t_quantile(level, residual_df)
    first = 1 if intercept and p > 1 else 0
    m = p - first
    block, tested = cov[:, first:, first:], beta[:, first:]
    usable = np.isfinite(tested).all(1)
    qm = np.full(k.shape, np.nan)
    qm[usable] = (tested[usable] * np.linalg.solve(block[usable], tested[usable][..., None])[..., 0]).sum(1)
    if test == "z":
        qm_p = chi2_upper(qm, np.full(k.shape, m))
    else:
        qm = qm / m
        qm_p = fdtrc(m, np.where(usable, df, 1.0), qm)
    tau2 = scalars["tau2"]
    r2: Floats
    r2 = np.where(null > 0, np.maximum(100.0 * (null - tau2) / null, 0.0), np.where(null == 0, 0.0, np.nan))
    r2 = np.where(usable, r2, np.nan)

    def give(x: npt.NDArray[np.float64] | npt.NDArray[np.int64], *last: int) -> Floats:
        given: Any = np.asarray(x).reshape((*shape, *last))[()]
        return cast(Floats, given)

    reach = critical[:, None] * se
    return Regression(
        method=method,
        test=test,
        level=level,
        intercept=intercept,
        status=status.reshape(shape)[()],
        k=k.reshape(shape)[()],
        coefficients=give(beta, p),
        se=give(se, p),
        statistic=give(statistic, p),
        df=give(df),
        p=give(probability, p),
        ci_low=give(beta - reach, p),
        ci_high=give(beta + reach, p),
        covariance=give(cov, p, p),
        qm=give(qm),
        qm_df=m,
        qm_p=give(np.where(usable, qm_p, np.nan)),
        r2=give(r2),
        heterogeneity=Heterogeneity(
            tau2=give(tau2),
            se_tau2=give(scalars["se_tau2"]),
            i2=give(scalars["i2"]),
            h2=give(scalars["h2"]),
            q=give(scalars["q"]),
            q_df=residual_df.reshape(shape)[()],
            q_p=give(chi2_upper(scalars["q"], residual_df)),
        ),
    )


def predict(fit: Regression, moderators: npt.ArrayLike) -> Predicted:
    """Mean effects of a single regression at new moderators (m,) or (n, m), without the intercept column."""
    x = np.atleast_2d(np.asarray(moderators, dtype=np.float64))
    beta = np.asarray(fit.coefficients)
    if beta.ndim != 1:
        raise StatsInputError("predict: give a single regression, not a batch.")
    if fit.intercept:
        x = np.column_stack([np.ones(len(x)), x])
    if x.shape[1] != beta.size:
        raise StatsInputError(f"moderators: {x.shape[1]} columns for {beta.size} coefficients.")
    estimate = x @ beta
    se = np.sqrt(np.einsum("ni,ij,nj->n", x, fit.covariance, x))
    critical: Floats | float
    critical = z_quantile(fit.level) if fit.test == "z" else t_quantile(fit.level, fit.heterogeneity.q_df)
    spread = np.sqrt(se**2 + fit.heterogeneity.tau2) if fit.method not in FIXED else np.full_like(se, np.nan)
    return Predicted(
        estimate,
        se,
        estimate - critical * se,
        estimate + critical * se,
        Prediction(estimate - critical * spread, estimate + critical * spread),
    )
