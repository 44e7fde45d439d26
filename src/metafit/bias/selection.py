"""What the pool would be had small or insignificant studies been less likely to appear: step selection, PET-PEESE.

Both rest on assumptions the data can hardly check. They say how far an answer leans on what was published, not what
the truth is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from metafit.asked import asked
from metafit.bias.asymmetry import Asymmetry, _studies, _weighted_line
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inputs import Values, take
from metafit.inverse_variance.layout import as_batch
from metafit.inverse_variance.pooling import pool
from metafit.levels import as_fraction
from metafit.quantiles import chi2_upper, t_quantile, t_two_sided, z_quantile, z_two_sided
from metafit.results import Floats, Interval, Status

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult


@dataclass(frozen=True, slots=True, repr=False)
class PetPeese(Shown):
    """Precision-effect test and estimate (Stanley & Doucouliagos 2014).

    pet, peese: the regressions on standard errors and on variances; their `limit` is the effect of a study without
    error. chosen: peese where the limit of PET differs from 0 (two-sided p below `cut`), else pet. estimate, interval,
    p: of the chosen one.
    """

    pet: Asymmetry
    peese: Asymmetry
    chosen: Literal["pet", "peese"]
    estimate: float
    interval: Interval
    p: float
    level: float
    measure: str


@asked
def pet_peese(
    yi: Values, vi: npt.ArrayLike | None = None, *, cut: float = 0.1, level: float = 0.95, force: bool = False
) -> PetPeese:
    """PET-PEESE by weighted least squares with multiplicative dispersion: R's `lm(yi ~ sei, weights = 1/vi)`.

    Raises StatsInputError below ten studies unless forced.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    cut
        p of PET's limit below which PEESE is the answer.
    level
        Confidence level; 95 and 0.95 are the same.
    force
        Answer below 10 studies, too.

    Returns
    -------
    PetPeese
        Both intercepts and the one to use.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    level = as_fraction(level)
    y, v = _studies(yi, vi, force)
    measure = take(yi, vi).measure
    pet = _weighted_line("pet", y, np.sqrt(v), 1.0 / v, level, measure)
    peese = _weighted_line("peese", y, v, 1.0 / v, level, measure)
    chosen: Literal["pet", "peese"] = "peese" if _limit_p(pet, level) < cut else "pet"
    best = peese if chosen == "peese" else pet
    return PetPeese(pet, peese, chosen, best.limit, best.limit_interval, _limit_p(best, level), level, measure)


def _limit_p(line: Asymmetry, level: float) -> float:
    reach = float(line.limit_interval.high) - line.limit
    se = reach / float(t_quantile(level, np.asarray(int(line.df))))
    return float(t_two_sided(np.asarray(line.limit / se), np.asarray(line.df)))


@dataclass(frozen=True, slots=True, repr=False)
class Selection(Shown):
    """A step selection model (Vevea & Hedges 1995), as metafor's `selmodel(type = "stepfun")` of a fit by ML.

    steps: upper ends of the intervals of one-sided p values, the last 1. delta (s,): how likely a study in each
    interval appears, relative to the first, which is 1; inf where the likelihood rises with it and ends level. counts:
    studies in each. lrt, lrt_p: against no selection.
    """

    status: Status
    k: int
    steps: tuple[float, ...]
    counts: tuple[int, ...]
    estimate: float
    se: float
    p: float
    ci_low: float
    ci_high: float
    tau2: float
    delta: Floats
    se_delta: Floats
    log_likelihood: float
    lrt: float
    lrt_p: float
    level: float
    measure: str


_LARGE = np.log(1e4)
"""Beyond this weight the likelihood may be level, or rise for ever ..."""
_FAR = (28.0, 35.0)
"""... which two places far outside tell apart: logarithms of weights."""
_RISES, _FLAT = 1e-4, 1e-6


class _Likelihood:
    """The log-likelihood of mean, tau2 and delta (after the first)."""

    def __init__(self, y: Floats, v: Floats, steps: tuple[float, ...], sign: float) -> None:
        self.y, self.v = sign * y, v
        self.cuts = np.sqrt(v)[:, None] * -ndtri(np.array(steps[:-1]))[None, :]  # effects at which p crosses a step
        self.group = (self.y[:, None] < self.cuts).sum(1)

    def __call__(self, mu: float, tau2: float, delta: Floats) -> float:
        spread = np.sqrt(self.v + tau2)
        above = ndtr((mu - self.cuts) / spread[:, None])  # probability of an effect beyond each cut
        ends = np.column_stack([np.zeros_like(spread), above, np.ones_like(spread)])
        weights = np.concatenate([[1.0], delta])
        shown = (np.diff(ends, axis=1) * weights).sum(1)
        with np.errstate(divide="ignore"):
            value = np.log(weights[self.group]) - np.log(spread) - (self.y - mu) ** 2 / (2 * spread**2) - np.log(shown)
        return float(value.sum() - 0.5 * self.y.size * np.log(2.0 * np.pi))


@asked
def selection_model(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    *,
    steps: Sequence[float] = (0.025,),
    alternative: Literal["greater", "less"] = "greater",
    level: float = 0.95,
) -> Selection:
    """Fit a random-effects model in which publication depends on the one-sided p value, by steps.

    Parameters
    ----------
    yi, vi
        One analysis; or effects of an effect function.
    steps
        Where the chance of appearing changes; 1 is added.
    alternative
        The direction in which a small p helps a study to appear.
    level
        Of the interval.

    Returns
    -------
    Selection
        NOT_ESTIMABLE where an interval of p values holds no study or the likelihood rises for ever, NOT_CONVERGED where
        the search fails.

    Raises
    ------
    StatsInputError
        Steps that do not increase between 0 and 1; an unknown direction.
    """
    level = as_fraction(level)
    ends = (*(float(one) for one in steps), 1.0)
    if len(ends) < 2 or not ends[0] > 0.0 or any(a >= b for a, b in pairwise(ends)):
        raise StatsInputError(f"steps: {steps!r} must increase between 0 and 1, for example (0.025,).")
    if alternative not in ("greater", "less"):
        raise StatsInputError(f"alternative: {alternative!r} is not one of greater, less.")
    given = take(yi, vi)
    y, v = as_batch(given.yi, given.vi)
    if y.ndim != 1:
        raise StatsInputError("selection_model: give one analysis, not a batch.")
    here = np.isfinite(y) & np.isfinite(v)
    y, v = y[here], v[here]
    # In units of a usual standard error (a power of two, so that nothing is rounded) the search needs no units.
    usual = float(np.median(v)) if v.size else 1.0
    unit = float(np.ldexp(1.0, int(np.frexp(usual)[1]) // 2)) if 0.0 < usual < np.inf else 1.0
    y, v = y / unit, v / unit / unit
    sign = 1.0 if alternative == "greater" else -1.0
    likelihood = _Likelihood(y, v, ends, sign)
    counts = tuple(int(one) for one in np.bincount(likelihood.group, minlength=len(ends)))
    plain = pool(y, v, method="ML", test="z", level=level)
    if min(counts) == 0 or plain.status != Status.OK:
        return _nothing(Status.NOT_ESTIMABLE, y.size, ends, counts, level, given.measure)

    def minus(x: Floats) -> float:
        with np.errstate(over="ignore"):
            return -likelihood(x[0], float(np.exp(x[1])), np.exp(x[2:]))

    found = _highest(minus, sign * float(plain.estimate), float(plain.tau2), float(np.median(v)), len(ends) - 1)
    if not np.isfinite(found.fun):
        return _nothing(Status.NOT_CONVERGED, y.size, ends, counts, level, given.measure)
    top_at, held = found.x, None
    if found.x[2:].max() > _LARGE:
        held = 2 + int(found.x[2:].argmax())
        near, far = (_with_held(minus, found.x, held, one) for one in _FAR)
        if not far.fun > near.fun - _RISES:
            return _nothing(Status.NOT_ESTIMABLE, y.size, ends, counts, level, given.measure)
        if far.fun > found.fun + _FLAT:
            held = None
        else:
            top_at = far.x
    at = np.array([top_at[0], np.exp(top_at[1]), *np.exp(top_at[2:])])
    at_zero = at[1] < 1e-8
    if at_zero:
        at[1] = 0.0
    free = [i for i in range(at.size) if i != held and not (i == 1 and at_zero)]
    information = _information(likelihood, at, free)
    if not np.isfinite(information).all():  # at the edge of what can be computed there is no curvature to go by
        return _nothing(Status.NOT_CONVERGED, y.size, ends, counts, level, given.measure)
    cov = np.linalg.pinv(information)
    se = np.full(at.size, np.nan)
    se[free] = np.sqrt(np.maximum(np.diag(cov), 0.0))
    endless = np.array([False, False, *(at[2:] > np.exp(_LARGE) if held else at[2:] < 0.0)])
    se[endless] = np.nan
    top = likelihood(float(at[0]), float(at[1]), at[2:])
    bare = _ml_likelihood(y, v, float(plain.estimate), float(plain.tau2))
    estimate, reach = sign * float(at[0]), z_quantile(level) * float(se[0])
    lrt = max(0.0, 2.0 * (top - bare))
    return Selection(
        status=Status.OK,
        k=y.size,
        steps=ends,
        counts=counts,
        estimate=estimate * unit,
        se=float(se[0]) * unit,
        p=float(z_two_sided(np.asarray(estimate / se[0]))),
        ci_low=(estimate - reach) * unit,
        ci_high=(estimate + reach) * unit,
        tau2=float(at[1]) * unit * unit,
        delta=np.concatenate([[1.0], np.where(endless, np.inf, at)[2:]]),
        se_delta=np.concatenate([[np.nan], se[2:]]),
        log_likelihood=top - y.size * float(np.log(unit)),
        lrt=lrt,
        lrt_p=float(chi2_upper(np.asarray(lrt), np.asarray(len(ends) - 1))),
        level=level,
        measure=given.measure,
    )


def _highest(minus: Callable[[Floats], float], mu: float, tau2: float, usual: float, steps: int) -> OptimizeResult:
    """The best of searches from several heterogeneities and weights.

    The surface often has two hills, one at tau2 = 0, and is flat between them: one start may miss the higher.
    """
    from scipy.optimize import minimize

    starts = [
        np.array([mu, np.log(spread), *np.full(steps, weight)])
        for spread in (tau2 + 1e-3, usual, 4.0 * usual)
        for weight in (0.0, -1.5, 1.5)
    ]
    # a simplex finds a hill, a quasi-Newton method its top
    near = minimize(minus, starts[0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 20_000})
    tops = [minimize(minus, start, method="BFGS", options={"gtol": 1e-8}) for start in (near.x, *starts[1:])]
    best: OptimizeResult = min(tops, key=lambda one: one.fun if np.isfinite(one.fun) else np.inf)
    return best


def _with_held(minus: Callable[[Floats], float], start: Floats, place: int, value: float) -> OptimizeResult:
    """The best of the others where the logarithm of one weight is held."""
    from scipy.optimize import OptimizeResult, minimize

    def whole(others: Floats) -> Floats:
        return np.insert(others, place, value)

    found = minimize(
        lambda others: minus(whole(others)), np.delete(start, place), method="BFGS", options={"gtol": 1e-8}
    )
    return OptimizeResult(x=whole(found.x), fun=found.fun)


def _ml_likelihood(y: Floats, v: Floats, mu: float, tau2: float) -> float:
    spread = v + tau2
    return float(-0.5 * (np.log(2.0 * np.pi * spread) + (y - mu) ** 2 / spread).sum())


def _information(likelihood: _Likelihood, at: Floats, free: list[int]) -> Floats:
    """Minus the second derivatives, by central differences with one step of Richardson's extrapolation."""

    def value(x: Floats) -> float:
        return likelihood(float(x[0]), max(float(x[1]), 0.0), x[2:])

    def hessian(scale: float) -> Floats:
        h = scale * np.abs(at)
        h[:2] = np.maximum(h[:2], 0.05 * scale)  # weights are above 0, and as far as they are so is a step
        out = np.empty((len(free), len(free)))
        for a, i in enumerate(free):
            for b, j in enumerate(free):
                one, other = np.zeros_like(at), np.zeros_like(at)
                one[i], other[j] = h[i], h[j]
                up = value(at + one + other) - value(at + one - other)
                down = value(at - one + other) - value(at - one - other)
                out[a, b] = (up - down) / (4.0 * h[i] * h[j])
        return -out

    fine, coarse = hessian(1e-3), hessian(2e-3)
    extrapolated: Floats = (4.0 * fine - coarse) / 3.0
    return extrapolated


def _nothing(
    status: Status, k: int, steps: tuple[float, ...], counts: tuple[int, ...], level: float, measure: str
) -> Selection:
    nan = float("nan")
    empty = np.full(len(steps), nan)
    numbers = (nan,) * 6
    return Selection(status, k, steps, counts, *numbers, empty, empty, nan, nan, nan, level, measure)
