"""Meta-regression: effects on moderators, with any estimator of tau2 and any test.

Meanings are those of metafor's `rma.uni(mods=)`, `predict.rma` and its omnibus test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
from scipy.special import fdtrc

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inputs import Frame, Values, take
from metafit.inverse_variance.kernel import fit_columns
from metafit.inverse_variance.layout import Columns, as_batch, as_floats, to_columns
from metafit.inverse_variance.pooling import check_call, pool
from metafit.inverse_variance.projection import RegressionData, RegressionDesign
from metafit.inverse_variance.tau2 import FIXED
from metafit.quantiles import chi2_upper, t_quantile, t_two_sided, z_quantile, z_two_sided
from metafit.regression.moderators import Moderators, Term, as_matrix, default_names, read_moderators
from metafit.results import Bools, Floats, Heterogeneity, Ints, Prediction, Status, StudyData

_RANK_TOLERANCE = 1e-9
_ROUNDING = 1e-14
"""Residuals below this share of the effects are rounding."""


@dataclass(frozen=True, slots=True, repr=False)
class Regression(Shown):
    """A meta-regression, one or a batch; coefficient arrays have a last axis (p,), covariance (p, p).

    qm: omnibus test of all moderators (chi-square on qm_df, or F on qm_df and df when the test is not z).
    r2: percent of the heterogeneity accounted for; NaN for FE or without an intercept. names: of the coefficients.
    terms: which coefficients belong to which moderator. studies, moderators (k, m): what a single analysis was given.
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
    terms: tuple[Term, ...] = ()
    studies: StudyData | None = field(default=None, compare=False)
    moderators: Floats | None = field(default=None, compare=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the coefficients; x1, x2 ... of moderators without one."""
        if self.names is not None:
            return self.names
        first = ("intercept",) if self.intercept else ()
        return (*first, *default_names(np.shape(self.coefficients)[-1] - len(first)))


@dataclass(frozen=True, slots=True, repr=False)
class Predicted(Shown):
    """Predicted mean effects at given moderators (n,), their confidence and prediction intervals at one level."""

    estimate: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    prediction: Prediction
    level: float
    measure: str = "GEN"


@asked
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
        Values (k,) or (k, m), or names of columns of `data`. A column of words becomes an indicator for each word but
        the first in the order of the alphabet, as R's treatment contrasts; all words where there is no intercept.
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.
    intercept
        Whether the model has an intercept.
    names
        Names of the moderators.
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
    y, v = as_batch(given.yi, given.vi)
    usable = np.asarray((np.isfinite(y) & np.isfinite(v)).reshape(-1, y.shape[-1]).any(0))
    told = read_moderators(moderators, names, data, usable, intercept)
    prepared = prepare(y, v, told.matrix, intercept)
    solved = solve_prepared(prepared, method, test)
    null = np.full(prepared.good.size, np.nan)
    if intercept and method not in FIXED:
        null = np.ravel(pool(prepared.yi, prepared.vi, method=method, test="z").tau2)
    with np.errstate(all="ignore"):
        return _assemble(
            solved,
            null,
            prepared.k,
            prepared.shape,
            method=method,
            test=test,
            level=level,
            intercept=intercept,
            told=told,
            measure=given.measure,
            studies=None if prepared.shape else given.studies(),
        )


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


class Solved(NamedTuple):
    """Coefficients (B, p), their covariance, and what heterogeneity is left (B,); NaN where status is not OK."""

    beta: Floats
    cov: Floats
    tau2: Floats
    se_tau2: Floats
    i2: Floats
    h2: Floats
    q: Floats
    status: Ints


def solve_prepared(prepared: Prepared, method: str, test: str) -> Solved:
    """Fit every data set of a batch."""
    size, p = prepared.good.size, prepared.p
    good, status = prepared.good, prepared.status.copy()
    beta, cov = np.full((size, p), np.nan), np.full((size, p, p), np.nan)
    scalars = np.full((5, size), np.nan)
    if good.any():
        with np.errstate(all="ignore"):
            y, v, k, scale = prepared.usable()
            ends = fit_columns(RegressionData(prepared.design, y, v, k), method, test)
            final = prepared.design.project(1.0 / (v + ends.tau2), y)
            back = np.linalg.inv(prepared.r)
            beta[good] = final.beta @ back.T * scale[:, None]
            cov[good] = back @ (final.inverse() * ends.factor[:, None, None]) @ back.T
            cov[good] *= (scale * scale)[:, None, None]
            squared = scale * scale
            scalars[:, good] = (ends.tau2 * squared, ends.se_tau2 * squared, ends.i2, ends.h2, ends.q)
            if test == "knha":
                # On a plane, effects leave nothing but rounding, of which Knapp and Hartung's factor would be made.
                left, all_of_it = (np.einsum("kb,kb->b", final.w, one * one) for one in (final.residual, y))
                exact = np.zeros_like(good)
                exact[good] = left <= _ROUNDING**2 * all_of_it
                cov[exact] = np.nan
                status[exact] = Status.NO_STANDARD_ERROR
            se = np.sqrt(np.diagonal(cov, axis1=1, axis2=2))
        bare = status == Status.NO_STANDARD_ERROR
        broken = good & ~(((se > 0) | bare[:, None]) & np.isfinite(beta)).all(1)
        status[broken] = Status.NOT_ESTIMABLE
        beta[broken] = cov[broken] = np.nan
        scalars[:, broken] = np.nan
    return Solved(beta, cov, scalars[0], scalars[1], scalars[2], scalars[3], scalars[4], status)


def prepare(yi: npt.ArrayLike, vi: npt.ArrayLike, moderators: npt.ArrayLike, intercept: bool) -> Prepared:
    """Check and arrange the data of a regression; raises StatsInputError for shapes that do not match."""
    y, v = as_batch(yi, vi)
    x = _design(as_matrix(moderators, y.shape[-1]), intercept)
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


def _design(x: Floats, intercept: bool) -> Floats:
    """Moderators (k, m) with the column of the intercept; infinities are as absent as NaN."""
    x = np.where(np.isinf(x), np.nan, x)
    if intercept:
        x = np.column_stack([np.ones(len(x)), x])
    if x.shape[1] == 0:
        raise StatsInputError("moderators: there is no column and no intercept.")
    return x


def omnibus(beta: Floats, cov: Floats, test: str, df: Floats) -> tuple[Floats, Floats]:
    """Wald's test that coefficients (B, m) are all 0: chi-square, or F on df (B,), with its p; NaN where one is."""
    m = beta.shape[1]
    usable = np.isfinite(beta).all(1)
    wald = np.full(len(beta), np.nan)
    wald[usable] = (beta[usable] * np.linalg.solve(cov[usable], beta[usable][..., None])[..., 0]).sum(1)
    if test == "z":
        return wald, np.where(usable, chi2_upper(wald, np.full(wald.shape, m)), np.nan)
    wald = wald / m
    return wald, np.where(usable, fdtrc(m, np.where(usable, df, 1.0), wald), np.nan)


def _assemble(
    solved: Solved,
    null: Floats,
    k: Ints,
    shape: tuple[int, ...],
    *,
    method: str,
    test: str,
    level: float,
    intercept: bool,
    told: Moderators,
    measure: str,
    studies: StudyData | None,
) -> Regression:
    beta, cov = solved.beta, solved.cov
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
    qm, qm_p = omnibus(beta[:, first:], cov[:, first:, first:], test, df)
    tau2, usable = solved.tau2, np.isfinite(beta[:, first:]).all(1)
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
        status=solved.status.reshape(shape)[()],
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
        qm_p=give(qm_p),
        r2=give(r2),
        heterogeneity=Heterogeneity(
            tau2=give(tau2),
            se_tau2=give(solved.se_tau2),
            i2=give(solved.i2),
            h2=give(solved.h2),
            q=give(solved.q),
            q_df=residual_df.reshape(shape)[()],
        ),
        names=told.names and (*(("intercept",) if intercept else ()), *told.names),
        measure=measure,
        terms=told.terms,
        studies=studies,
        moderators=None if shape else told.matrix,
    )


@asked
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
    if x.ndim != 2:
        raise StatsInputError(f"moderators: shape {x.shape}; give a row for each set of moderators.")
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
        fit.level,
        fit.measure,
    )
