"""The conditional model with exact likelihood for odds ratios: CM.EL of metafor's `rma.glmm`.

Given a study's total of events, those of the treated arm follow the noncentral hypergeometric distribution; the log
odds ratios are normal around their mean (Stijnen, Hamza and Ozdemir 2010). The integral over each is by the trapezoidal
rule in t, the log odds ratio being its mode + scale sinh(t): that is exact to many digits for the bell of a large study
and for a study without events, whose likelihood is level on one side and which Gauss-Hermite quadrature misses.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from metafit.counts.noncentral import Noncentral, ends
from metafit.errors import StatsInputError
from metafit.results import Floats

_STEP = 0.1
"""Between the points of the rule. It leaves 1e-12 of a usual likelihood, and 1e-7 where effects differ thousandfold."""
_REACH = 8.7
"""So many between-study standard deviations from its mode an integrand has fallen by 38 on the scale of logarithms."""
_WIDEST = 2.5
"""The largest scale: a pole lies pi beside the line."""
MOST_COUNTS = 1_000_000
"""Studies times the counts that the widest of them allows; the work and the memory grow with it."""
_RUNAWAY = 1e4
"""No search goes to standard deviations beyond this: such a fit has no finite answer."""
_STEPS = 60


def counts_to_sum(y: Floats, n: Floats) -> float:
    """Studies times the counts of the treated that the totals of the widest of them allow; y, n (k, 2)."""
    (first, last), k = ends(y, n), len(y)
    return k * float((last - first).max(initial=-1.0) + 1.0)


class Conditional(NamedTuple):
    """The maximum of one analysis; lrt: twice the gain of one effect a study over one effect for all."""

    theta: float
    se: float
    tau: float
    se_tau: float
    value: float
    lrt: float
    converged: bool


class _Marginal:
    """The log-likelihood of the mean and the standard deviation of the log odds ratios."""

    def __init__(self, studies: Noncentral) -> None:
        self._studies = studies
        self._modes = np.full(studies.extreme.size, np.nan)

    def __call__(self, theta: float, tau: float) -> float:
        k = self._modes.size
        if not (tau < _RUNAWAY and np.isfinite(theta)):
            return -np.inf
        if tau < 1e-6:
            return float(self._studies.log_p(np.full((k, 1), theta)).sum())
        eta, curve = self._peaks(theta, tau)
        scale = np.minimum(1.0 / np.sqrt(curve), _WIDEST)
        end = np.arcsinh(_REACH * tau / scale)
        half = int(np.ceil(end.max() / _STEP))
        t = end[:, None] * (np.arange(-half, half + 1) / half)
        at = np.sinh(t)
        at *= scale[:, None]
        at += eta[:, None]
        logs = self._studies.log_p(at)
        logs -= 0.5 * ((at - theta) / tau) ** 2
        top = logs.max(1)
        logs -= top[:, None]
        value = np.log((np.exp(logs, out=logs) * np.cosh(t)).sum(1)) + top + np.log(scale * end / half)
        return float(value.sum() - k * (np.log(tau) + 0.5 * np.log(2.0 * np.pi)))

    def _peaks(self, theta: float, tau: float) -> tuple[Floats, Floats]:
        """Where each integrand is highest, and how curved there; sought from the last ones, else from the mean."""
        last = np.where(np.isfinite(self._modes), self._modes, theta)
        for start in (last, np.full(last.size, theta)):
            eta, curve, found = self._climb(start, theta, tau)
            if found:
                break
        self._modes = eta
        return eta, curve

    def _climb(self, eta: Floats, theta: float, tau: float) -> tuple[Floats, Floats, bool]:
        precision = 1.0 / tau**2
        curve = np.full(eta.size, precision)
        for _ in range(_STEPS):
            slope, bend = self._studies.slopes(eta)
            curve = precision - bend
            step = (slope - (eta - theta) * precision) / curve
            eta = eta + np.clip(step, -2.0, 2.0)
            if np.abs(step).max() < 1e-10:
                return eta, curve, True
        return eta, curve, False


def conditional(y: Floats, n: Floats, start: float, spread: float) -> Conditional:
    """Fit one analysis: y, n (k, 2), treated first, studies with events in neither or all left out before."""
    from scipy.optimize import minimize, minimize_scalar

    if counts_to_sum(y, n) > MOST_COUNTS:
        raise StatsInputError("CM.EL sums over all counts that a study allows, here too many: use UM.FS or UM.RS.")
    studies = Noncentral(y, n)
    at = _Marginal(studies)

    def minus(x: Floats) -> float:
        return -at(float(x[0]), float(np.exp(x[1])))

    def minus_equal(theta: float) -> float:
        return -at(theta, 0.0)

    found = minimize(
        minus, [start, np.log(max(spread, 0.1))], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-11}
    )
    found = minimize(minus, found.x, method="BFGS", options={"gtol": 1e-7})
    equal = minimize_scalar(minus_equal, bracket=(start - 1.0, start + 1.0), options={"xtol": 1e-10})
    theta, tau, value = float(found.x[0]), float(np.exp(found.x[1])), -float(found.fun)
    if tau < 1e-3 or -float(equal.fun) >= value - 1e-10:
        theta, tau, value = float(equal.x), 0.0, -float(equal.fun)
    se, se_tau = _errors(at, theta, tau)
    best = _saturated(studies)
    return Conditional(
        theta, se, tau, se_tau, value, max(0.0, 2.0 * (best + float(equal.fun))), bool(np.isfinite(value))
    )


def _errors(at: object, theta: float, tau: float) -> tuple[float, float]:
    """Standard errors from the second derivatives, by central differences with one extrapolation."""

    def value(a: float, b: float) -> float:
        return at(theta + a, max(tau + b, 0.0))  # type: ignore[operator, no-any-return]  # a function

    def hessian(h: float) -> Floats:
        g = h * max(tau, 0.1)
        middle = value(0.0, 0.0)
        tt = (value(h, 0.0) - 2.0 * middle + value(-h, 0.0)) / h**2
        if tau == 0.0:
            return np.array([[-tt, 0.0], [0.0, np.nan]])
        ss = (value(0.0, g) - 2.0 * middle + value(0.0, -g)) / g**2
        ts = (value(h, g) - value(h, -g) - value(-h, g) + value(-h, -g)) / (4.0 * h * g)
        return -np.array([[tt, ts], [ts, ss]])

    information: Floats = (4.0 * hessian(2e-3) - hessian(4e-3)) / 3.0
    if tau == 0.0:
        return float(1.0 / np.sqrt(information[0, 0])), float("nan")
    if not np.isfinite(information).all() or abs(np.linalg.det(information)) < np.finfo(float).tiny:
        return float("nan"), float("nan")
    cov = np.linalg.inv(information)
    with np.errstate(invalid="ignore"):
        return float(np.sqrt(cov[0, 0])), float(np.sqrt(cov[1, 1]))


def _saturated(studies: Noncentral) -> float:
    """The log-likelihood with an effect of its own for each study: 0 where what was seen lies at an end."""
    eta = np.zeros(studies.extreme.size)
    for _ in range(_STEPS):
        slope, bend = studies.slopes(eta)
        step = np.where(studies.extreme, 0.0, np.clip(-slope / np.minimum(bend, -1e-12), -2.0, 2.0))
        eta = eta + step
        if np.abs(step).max() < 1e-10:
            break
    value = np.where(studies.extreme, 0.0, studies.log_p(eta[:, None])[:, 0])
    return float(value.sum())
