"""Meta-regression: effects on moderators, with any estimator of tau2 and any test.

Meanings are those of metafor's `rma.uni(mods=)`, `predict.rma` and its omnibus test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inputs import Frame, Values, take
from metafit.inverse_variance.layout import Columns, as_batch, as_floats, to_columns
from metafit.inverse_variance.pooling import check_call, fit_columns, pool
from metafit.inverse_variance.projection import RegressionDesign
from metafit.inverse_variance.tau2 import FIXED
from metafit.quantiles import chi2_upper, t_quantile, t_two_sided, z_quantile, z_two_sided
from metafit.results import Bools, Floats, Heterogeneity, Ints, Prediction, Status

_RANK_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, repr=False)
class Regression(Shown):
    """A meta-regression, one or a batch; coefficient arrays have a last axis (p,), covariance (p, p).

    qm: omnibus test of all moderators (chi-square on qm_df, or F on qm_df and df when the test is not z).
    r2: percent of the heterogeneity accounted for; NaN for FE or without an intercept. names: of the coefficients.
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
    names: tuple[str, ...] | None = None
    measure: str = "GEN"


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predicted mean effects at given moderators, their confidence and prediction intervals."""

    estimate: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    prediction: Prediction


def regress(
    yi: Values,
    vi: npt.ArrayLike | str | None,
    moderators: npt.ArrayLike | Sequence[str],
    *,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    intercept: bool = True,
    names: Sequence[str] | None = None,
    measure: str | None = None,
    data: Frame | Mapping[str, Any] | None = None,
) -> Regression:
    """Regress effects (..., k) with variances on moderators (k,) or (k, m), the same for the whole batch.

    A NaN in a moderator leaves the study out. An intercept is added as the first coefficient unless told not to.
    Moderators that are not independent give status NOT_ESTIMABLE. yi may be effects of an effect function (vi None);
    with data, yi, vi and the moderators may be names of columns. names: of the moderators. Raises StatsInputError as
    `pool` does.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    moderators
        Values (k,) or (k, m); for `regress` also names of columns of `data`.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.
    intercept
        Whether the model has an intercept.
    names
        Names of the studies, (k,).
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    data
        A data frame or a dictionary of columns.

    Returns
    -------
    Regression
        Coefficients with their tests, and what heterogeneity is left.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    method, test, level = check_call(method, test, level)
    given = take(yi, vi, measure=measure, data=data)
    moderators, told = _moderators(moderators, names, data)
    told = (*(("intercept",) if intercept else ()), *told) if told is not None else None
    prepared = prepare(given.yi, given.vi, moderators, intercept)
    size, p = prepared.good.size, prepared.p
    good, status = prepared.good, prepared.status.copy()
    beta, cov = np.full((size, p), np.nan), np.full((size, p, p), np.nan)
    scalars = {name: np.full(size, np.nan) for name in ("tau2", "se_tau2", "i2", "h2", "q")}
    with np.errstate(all="ignore"):
        if good.any():
            y, v, k, scale = prepared.usable()
            ends = fit_columns(prepared.design, y, v, k, method, test)
            final = prepared.design.project(ends.final.w, y)
            back = np.linalg.inv(prepared.r)
            beta[good] = final.beta @ back.T * scale[:, None]
            cov[good] = back @ (final.inverse() * ends.factor[:, None, None]) @ back.T
            cov[good] *= (scale * scale)[:, None, None]
            found = (ends.tau2 * scale * scale, ends.se_tau2 * scale * scale, ends.i2, ends.h2, ends.q)
            for name, value in zip(scalars, found, strict=True):
                scalars[name][good] = value
            se = np.sqrt(np.diagonal(cov, axis1=1, axis2=2))
            broken = good & ~((se > 0) & np.isfinite(beta)).all(1)
            status[broken] = Status.NOT_ESTIMABLE
            for numbers in (beta, cov, *scalars.values()):
                numbers[broken] = np.nan
        null = np.full(size, np.nan)
        if intercept and method not in FIXED:
            null = np.ravel(pool(prepared.yi, prepared.vi, method=method, test="z").tau2)
        return _assemble(
            beta,
            cov,
            scalars,
            null,
            prepared.k,
            status,
            prepared.shape,
            method=method,
            test=test,
            level=level,
            intercept=intercept,
            names=told,
            measure=given.measure,
        )


def _moderators(
    moderators: npt.ArrayLike | Sequence[str], names: Sequence[str] | None, data: Frame | Mapping[str, Any] | None
) -> tuple[npt.ArrayLike, tuple[str, ...] | None]:
    """The matrix of the moderators and their names, from columns of a data frame where they are names."""
    if isinstance(moderators, str):
        moderators = [moderators]
    if isinstance(moderators, (list, tuple)) and moderators and all(isinstance(one, str) for one in moderators):
        columns = [as_floats(str(one), take(0.0, str(one), data=data).vi) for one in moderators]
        return np.stack(columns, axis=-1), tuple(names or [str(one) for one in moderators])
    return moderators, None if names is None else tuple(names)


class Prepared(NamedTuple):
    """A regression's data: studies without all moderators removed, moderators made orthonormal.

    yi, vi: (B, k). columns: the same as the kernel wants it. design: on q of the decomposition x = q r.
    good: the columns (B,) that can be fitted.
    """

    yi: Floats
    vi: Floats
    columns: Columns
    design: RegressionDesign
    r: Floats
    k: Ints
    status: Ints
    good: Bools
    shape: tuple[int, ...]

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return self.design.p

    def usable(self) -> tuple[Floats, Floats, Ints, Floats]:
        """y, v, k and scale of the good columns."""
        y, v = self.columns.y[:, self.good], self.columns.v[:, self.good]
        scale = np.ones(1) if self.columns.scale is None else self.columns.scale[self.good]
        return y, v, self.k[self.good], scale


def prepare(yi: npt.ArrayLike, vi: npt.ArrayLike, moderators: npt.ArrayLike, intercept: bool) -> Prepared:
    """Check and arrange the data of a regression; raises StatsInputError for shapes that do not match."""
    y, v = as_batch(yi, vi)
    x = _matrix(moderators, y.shape[-1], intercept)
    shape, p = y.shape[:-1], x.shape[1]
    here = ~np.isnan(x).any(1)
    flat_shape = (prod(shape), y.shape[-1])
    y, v, x = y.reshape(flat_shape)[:, here], v.reshape(flat_shape)[:, here], x[here]
    with np.errstate(all="ignore"):
        columns = to_columns(y, v, p)
        status = columns.status.copy()
        # Another basis of the same space is the same model; an orthonormal one keeps digits.
        q, r = np.linalg.qr(x) if len(x) >= p else (np.zeros((len(x), p)), np.zeros((p, p)))
        flat = np.abs(np.diag(r)).min() <= _RANK_TOLERANCE * np.abs(x).max(initial=1e-300)
        gram = np.einsum("kb,ki,kj->bij", np.isfinite(columns.v).astype(np.float64), q, q)
        lost = flat | (np.linalg.eigvalsh(gram)[:, 0] <= _RANK_TOLERANCE)
        status[(status == Status.OK) & lost] = Status.NOT_ESTIMABLE
    return Prepared(y, v, columns, RegressionDesign(q), r, columns.k, status, status == Status.OK, shape)


def _matrix(moderators: npt.ArrayLike, k: int, intercept: bool) -> Floats:
    x = as_floats("moderators", moderators)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != k:
        raise StatsInputError(f"moderators: shape {x.shape} does not match {k} studies; give ({k},) or ({k}, m).")
    x = np.where(np.isinf(x), np.nan, x)
    if intercept:
        x = np.column_stack([np.ones(k), x])
    if x.shape[1] == 0:
        raise StatsInputError("moderators: there is no column and no intercept.")
    return x


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
    names: tuple[str, ...] | None,
    measure: str,
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
        names=names,
        measure=measure,
    )


def predict(fit: Regression, moderators: npt.ArrayLike) -> Predicted:
    """Mean effects of a single regression at new moderators (m,) or (n, m), without the intercept column.

    Parameters
    ----------
    fit
        A fit of one analysis.
    moderators
        New values (m,) or (n, m), without the intercept.

    Returns
    -------
    Predicted
        Means with intervals, and prediction intervals.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    x = np.atleast_2d(as_floats("moderators", moderators))
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
