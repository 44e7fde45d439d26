"""Effects that are not independent: several from one study, studies from one group, arms that share a control.

`multilevel` fits random effects for any grouping beside a known sampling covariance (`three_level` is the usual case),
`sigma2_intervals` gives profile-likelihood intervals. The model is that of Konstantopoulos 2011 (doi:10.1002/jrsm.35);
names are those of metafor's `rma.mv`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from metafit.asked import asked
from metafit.crossing import crossing
from metafit.display.shown import Shown
from metafit.effects.base import Effects
from metafit.errors import StatsInputError
from metafit.inputs import Values, take
from metafit.levels import as_fraction
from metafit.multilevel.model import (
    Blocks,
    MixedModel,
    NotPositiveDefinite,
    Solution,
    identified,
    prepared,
    solve,
)
from metafit.multilevel.nested import Nested, NestedSolution
from metafit.multilevel.search import climb, maximise
from metafit.quantiles import chi2_upper, t_quantile, t_two_sided, z_quantile, z_two_sided
from metafit.results import Floats, Interval, Prediction, Status

Ids = Sequence[Hashable] | npt.NDArray[np.generic]
_NARROW, _FLAT = 1e-12, 1e-11
"""Where the search for the end of an interval ends."""


@dataclass(frozen=True, slots=True, repr=False)
class MultilevelFit(Shown):
    """A fitted model; arrays over p coefficients, or over m variances in the order of the groupings given.

    Without moderators the one coefficient is the pooled effect. i2: the share of each variance, in percent, of their
    sum and a typical sampling variance. levels: how many groups each grouping has. prediction: of a new effect in new
    groups, for the pooled effect only. df: NaN where the test is z.
    """

    method: str
    test: str
    level: float
    status: Status
    k: int
    levels: tuple[int, ...]
    estimate: Floats
    se: Floats
    statistic: Floats
    df: float
    p: Floats
    ci_low: Floats
    ci_high: Floats
    cov: Floats
    sigma2: Floats
    i2: Floats
    log_likelihood: float
    q: float
    q_df: int
    q_p: float
    prediction: Prediction
    model: MixedModel = field(repr=False)
    used: npt.NDArray[np.bool_] = field(repr=False)
    """Which of the rows given were used."""
    measure: str = "GEN"


@asked
def pool_multilevel(
    yi: Values,
    v: npt.ArrayLike | None = None,
    groupings: Sequence[Ids] = (),
    *,
    moderators: npt.ArrayLike | None = None,
    intercept: bool = True,
    method: Literal["REML", "ML"] = "REML",
    test: Literal["z", "t"] = "t",
    level: float = 0.95,
) -> MultilevelFit:
    """Generalised least squares with a random effect for each grouping.

    yi (k,); v: sampling variances (k,) or their covariance matrix (k, k); groupings: label sequences of length k, none
    for a fixed-effect fit; moderators (k,) or (k, q). Rows with NaN are left out. test 't': k - p degrees of freedom.

    Variances that the data cannot tell apart (one group, or one effect a study at every level) are NOT_ESTIMABLE; a v
    that is no covariance matrix is BAD_INPUT. Raises StatsInputError for shapes that do not match.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (k,), NaN where one is absent; or what an effect function gives.
    v
        Sampling variances (k,), or their covariance matrix (k, k); left out where the variances of `yi` are meant.
    groupings
        Labels (k,) of each grouping, the coarser first.
    moderators
        Values (k,) or (k, m); for `regress` also names of columns of `data`.
    intercept
        Whether the model has an intercept.
    method
        REML or ML.
    test
        t with k - p degrees of freedom, or z.
    level
        Confidence level; 95 and 0.95 are the same.

    Returns
    -------
    MultilevelFit
        Coefficients, variances and their shares; status says why a model has no answer.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if method not in ("REML", "ML"):
        raise StatsInputError(f"method: {method!r} is not one of REML, ML.")
    if test not in ("z", "t"):
        raise StatsInputError(f"test: {test!r} is not one of z, t.")
    level = as_fraction(level)
    given = take(yi, None if isinstance(yi, Effects) else v)
    y, errors, x = _arrays(given.yi, given.vi if v is None else v, moderators, intercept)
    ids = [_indices(one, y.size, i) for i, one in enumerate(groupings)]
    used = ~(np.isnan(y) | np.isnan(x).any(1) | np.isnan(errors if errors.ndim == 1 else np.diag(errors)))
    errors = errors[used] if errors.ndim == 1 else errors[np.ix_(used, used)]
    if errors.ndim == 2 and not np.count_nonzero(errors - np.diag(np.diag(errors))):
        errors = np.diag(errors)
    parts = tuple(index[used] for index in ids)
    model = MixedModel(y[used], errors, x[used], parts, method == "REML")
    levels = [int(np.unique(part).size) for part in parts]
    return dataclasses.replace(fit_model(model, tuple(levels), used, test, level), measure=given.measure)


@asked
def three_level(
    yi: Values,
    vi: npt.ArrayLike | None,
    outer: Ids,
    inner: Ids | None = None,
    *,
    moderators: npt.ArrayLike | None = None,
    method: Literal["REML", "ML"] = "REML",
    test: Literal["z", "t"] = "t",
    level: float = 0.95,
) -> MultilevelFit:
    """Effects within `inner` groups within `outer` groups: metafor's `random = ~ 1 | outer/inner`.

    inner None: each row is its own inner group. Inner labels need only differ within an outer group. sigma2[0] is the
    variance between outer groups, sigma2[1] that within them.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (k,), NaN where one is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; None where `yi` holds them.
    outer
        Label of the outer group of each row, (k,).
    inner
        Label of the inner group of each row, (k,); None makes each row its own.
    moderators
        Values (k,) or (k, m); for `regress` also names of columns of `data`.
    method
        REML or ML.
    test
        t with k - p degrees of freedom, or z.
    level
        Confidence level; 95 and 0.95 are the same.

    Returns
    -------
    MultilevelFit
        Coefficients, variances and their shares; status says why a model has no answer.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    rows = list(range(len(outer))) if inner is None else list(inner)
    nested = [(o, i) for o, i in zip(list(outer), rows, strict=False)]
    if len(rows) != len(outer):
        raise StatsInputError(f"inner: {len(rows)} labels for {len(outer)} rows.")
    return pool_multilevel(
        yi, vi, (list(outer), nested), moderators=moderators, method=method, test=test, level=level
    )  # fmt: skip


def _arrays(
    yi: npt.ArrayLike, v: npt.ArrayLike, moderators: npt.ArrayLike | None, intercept: bool
) -> tuple[Floats, Floats, Floats]:
    y, errors = np.asarray(yi, dtype=np.float64), np.asarray(v, dtype=np.float64)
    if y.ndim != 1:
        raise StatsInputError("yi: give one row of effects; these models take no batch.")
    if errors.shape not in ((y.size,), (y.size, y.size)):
        raise StatsInputError(f"v: shape {np.shape(v)} does not match {y.size} effects.")
    columns = [np.ones((y.size, 1))] if intercept else []
    if moderators is not None:
        extra = np.asarray(moderators, dtype=np.float64)
        extra = extra[:, None] if extra.ndim == 1 else extra
        if extra.ndim != 2 or extra.shape[0] != y.size:
            raise StatsInputError(f"moderators: shape {extra.shape} does not match {y.size} effects.")
        columns.append(extra)
    if not columns:
        raise StatsInputError("intercept: without an intercept give moderators.")
    return y, errors, np.concatenate(columns, axis=1)


def _indices(labels: Ids, k: int, place: int) -> npt.NDArray[np.int64]:
    if len(labels) != k:
        raise StatsInputError(f"groupings[{place}]: {len(labels)} labels for {k} effects.")
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(label, len(seen)) for label in list(labels)], dtype=np.int64)


def problem(model: MixedModel) -> Status:
    """Why a model cannot be fitted; OK if it can."""
    k, p = model.x.shape
    if k == 0:
        return Status.NO_STUDIES
    variances = model.variances
    if not (np.isfinite(model.y).all() and np.isfinite(model.v).all() and np.isfinite(model.x).all()):
        return Status.BAD_INPUT
    if (variances == 0.0).any():
        return Status.ZERO_VARIANCE
    if (variances < 0.0).any() or (model.v.ndim == 2 and not _is_covariance(model.v)):
        return Status.BAD_INPUT
    if k < p or (model.parts and k <= p) or np.linalg.matrix_rank(model.x) < p:
        return Status.NOT_ESTIMABLE
    return Status.OK if identified(model) else Status.NOT_ESTIMABLE


def _is_covariance(v: Floats) -> bool:
    variances = np.diag(v)
    size = np.sqrt(variances)
    symmetric = bool(np.abs(v - v.T).max() <= 1e-10 * variances.max())
    return symmetric and bool(np.linalg.eigvalsh(v / np.outer(size, size))[0] > 1e-12)


def fit_model(
    model: MixedModel, levels: tuple[int, ...], used: npt.NDArray[np.bool_], test: str, level: float
) -> MultilevelFit:
    """Fit any model of known and unknown covariance parts; see `multilevel` for the meaning of the result."""
    k, p = model.x.shape
    m = len(model.parts)
    status = problem(model)
    sigma2, i2 = np.full(m, np.nan), np.full(m, np.nan)
    beta, cov = np.full(p, np.nan), np.full((p, p), np.nan)
    value = q = float("nan")
    if status == Status.OK:
        # In units of the smallest sampling variance, steps and tolerances need no units.
        scaled, unit = model.scaled()
        try:
            blocks = prepared(scaled)
            s, at, converged = maximise(blocks)
            fixed = solve(blocks, np.zeros(m))
        except NotPositiveDefinite:
            status = Status.NOT_ESTIMABLE
        else:
            status = Status.OK if converged else Status.NOT_CONVERGED
            if converged:
                beta, cov, sigma2 = at.beta * unit, at.cov * unit * unit, s * unit * unit
                value = at.log_likelihood - (k - p if model.restricted else k) * float(np.log(unit))
                q = fixed.q
                i2 = _shares(scaled, fixed, s)
    residual_df = k - p
    se = np.sqrt(np.diag(cov))
    with np.errstate(all="ignore"):
        statistic = beta / se
    df = float("nan")
    if test == "t" and residual_df > 0:
        df = float(residual_df)
        critical, p_value = float(t_quantile(level, np.array(residual_df))), t_two_sided(statistic, np.array(df))
    else:
        # One effect has no residual degrees of freedom: its own variance is all there is, as for a single study.
        critical, p_value = z_quantile(level), z_two_sided(statistic)
    reach = np.nan
    if p == 1 and m and bool((model.x == 1.0).all()):
        reach = critical * float(np.sqrt(cov[0, 0] + sigma2.sum()))
    centre = float(beta[0]) if p else float("nan")
    return MultilevelFit(
        method="REML" if model.restricted else "ML",
        test=test,
        level=level,
        status=status,
        k=k,
        levels=levels,
        estimate=beta,
        se=se,
        statistic=statistic,
        df=df,
        p=p_value,
        ci_low=beta - critical * se,
        ci_high=beta + critical * se,
        cov=cov,
        sigma2=sigma2,
        i2=i2,
        log_likelihood=value,
        q=q,
        q_df=residual_df,
        q_p=float(chi2_upper(np.array(q), np.array(residual_df))),
        prediction=Prediction(np.float64(centre - reach), np.float64(centre + reach)),  # type: ignore[arg-type]  # scalars for arrays
        model=model,
        used=used,
    )


def _shares(model: MixedModel, fixed: Solution | NestedSolution, s: Floats) -> Floats:
    k, p = model.x.shape
    if k <= p or not s.size:
        return np.full(s.size, np.nan)
    if model.v.ndim == 2:
        inverse = np.linalg.inv(model.v)
        whole, lost = float(np.trace(inverse)), model.x.T @ inverse @ inverse @ model.x
    else:
        whole, lost = float((1.0 / model.v).sum()), (model.x / model.v[:, None] ** 2).T @ model.x
    trace = whole - (lost * fixed.cov).sum()
    if not trace > 1e-9 * whole:
        # One effect takes all the weight: what is left of the trace is rounding.
        return np.full(s.size, np.nan)
    typical = (k - p) / float(trace)
    share: Floats = 100.0 * s / (s.sum() + typical)
    return share


@asked
def sigma2_intervals(fit: MultilevelFit, *, level: float = 0.95) -> Interval:
    """Profile-likelihood intervals of the variances, each end (m,): metafor's `confint` of an `rma.mv` fit.

    An end that would be negative is 0. NaN without a fit.

    Parameters
    ----------
    fit
        A fit of one analysis.
    level
        Confidence level; 95 and 0.95 are the same.

    Returns
    -------
    Interval
        Lower and upper ends, of the shape of the arguments.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    m = len(fit.model.parts)
    low, high = np.full(m, np.nan), np.full(m, np.nan)
    if fit.status != Status.OK:
        return Interval(low, high)
    scaled, unit = fit.model.scaled()
    model = prepared(scaled)
    s = fit.sigma2 / unit / unit
    floor = solve(model, s).log_likelihood - 0.5 * float(chdtri(1.0, 1.0 - level))
    for i in range(m):
        low[i], high[i] = _ends(model, s, i, floor)
    return Interval(low * unit * unit, high * unit * unit)


class _Profile:
    """The best log-likelihood with variance i held, above a floor; each search starts where the last one ended."""

    def __init__(self, model: Blocks | Nested, s: Floats, i: int, floor: float) -> None:
        self._model, self._last, self._floor = model, s, floor
        self._held = np.arange(s.size) == i

    def __call__(self, value: float) -> float:
        start = np.where(self._held, value, self._last)
        s, at, _ = climb(self._model, start, self._held, close=1e-13)
        if not s[~self._held].any():
            # From 0 a variance rises only if it does so at once: look from further away too.
            other = climb(self._model, np.where(self._held, value, max(value, 0.5)), self._held, close=1e-13)
            if other[1].log_likelihood > at.log_likelihood:
                s, at = other[0], other[1]
        self._last = s
        return at.log_likelihood - self._floor


def _ends(model: Blocks | Nested, s: Floats, i: int, floor: float) -> tuple[float, float]:
    above = _Profile(model, s, i, floor)
    best = float(s[i])
    low = 0.0
    if best > 0.0 and above(0.0) < 0.0:
        low = crossing(above, 0.0, best, narrow=_NARROW, flat=_FLAT)
    step = max(best, 0.5)
    while above(best + step) > 0.0:
        step *= 2.0
        if step > 1e12:
            return low, float("nan")
    return low, crossing(above, best + step, best, narrow=_NARROW, flat=_FLAT)
