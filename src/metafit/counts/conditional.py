"""The conditional model with exact likelihood for odds ratios: CM.EL of metafor's `rma.glmm`.

Given a study's total of events, those of the treated arm follow the noncentral hypergeometric distribution; the log
odds ratios are normal around their mean (Stijnen, Hamza and Ozdemir 2010). The integral over each is by adaptive
Gauss-Hermite quadrature around its own mode.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, logsumexp

from metafit.errors import StatsInputError
from metafit.results import Floats

_NODES = 31
MOST_COUNTS = 1_000_000
"""Studies times the counts that the widest of them allows; the work and the memory grow with it."""
_STEPS = 60


def counts_to_sum(y: Floats, n: Floats) -> float:
    """Studies times the counts of the treated that the totals of the widest of them allow; y, n (k, 2)."""
    (first, last), k = _ends(y, n), len(y)
    return k * float((last - first).max(initial=-1.0) + 1.0)


def _ends(y: Floats, n: Floats) -> tuple[Floats, Floats]:
    """The least and the most events of the treated that the totals allow."""
    total, (n1, n2) = y.sum(1), n.T
    return np.maximum(0.0, total - n2), np.minimum(n1, total)


class Conditional(NamedTuple):
    """The maximum of one analysis; lrt: twice the gain of one effect a study over one effect for all."""

    theta: float
    se: float
    tau: float
    se_tau: float
    value: float
    lrt: float
    converged: bool


class _Studies:
    """Supports and weights of the distributions, padded to one width."""

    def __init__(self, y: Floats, n: Floats) -> None:
        (x, c), (n1, n2) = y.T, n.T
        total = x + c
        first, last = _ends(y, n)
        if counts_to_sum(y, n) > MOST_COUNTS:
            raise StatsInputError("CM.EL sums over all counts that a study allows, here too many: use UM.FS or UM.RS.")
        j = first[:, None] + np.arange(int((last - first).max()) + 1)
        inside = j <= last[:, None]
        j = np.where(inside, j, first[:, None])
        with np.errstate(invalid="ignore"):
            logs = -(gammaln(j + 1) + gammaln(n1[:, None] - j + 1))
            logs -= gammaln(total[:, None] - j + 1) + gammaln(n2[:, None] - total[:, None] + j + 1)
        # measured from the observed count, so that the exponents stay small
        self.j, self.logs = j - x[:, None], np.where(inside, logs, -np.inf)
        own = -(gammaln(x + 1) + gammaln(n1 - x + 1) + gammaln(c + 1) + gammaln(n2 - c + 1))
        self.logs = self.logs - own[:, None]
        self.extreme = (x == first) | (x == last)

    def log_p(self, eta: Floats) -> Floats:
        """Log probability of what was seen, for log odds ratios (k, q)."""
        logs = eta[..., None] * self.j[:, None, :]
        logs += self.logs[:, None, :]
        return -_log_sum(logs)

    def slopes(self, eta: Floats) -> tuple[Floats, Floats]:
        """First and second derivatives of log_p by eta (k,)."""
        logs = self.logs + eta[:, None] * self.j
        p = np.exp(logs - logs.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        mean = (p * self.j).sum(1)
        return -mean, -((p * self.j**2).sum(1) - mean**2)


def _log_sum(logs: Floats) -> Floats:
    """Logarithms of sums over the last axis, whose largest term is finite; what is given is written over."""
    top = logs.max(-1, keepdims=True)
    logs -= top
    np.exp(logs, out=logs)
    found: Floats = np.log(logs.sum(-1)) + top[..., 0]
    return found


def _marginal(studies: _Studies, theta: float, tau: float, nodes: Floats, weights: Floats) -> float:
    k = studies.extreme.size
    if tau < 1e-6:
        return float(studies.log_p(np.full((k, 1), theta)).sum())
    eta = np.full(k, theta)
    curve = np.full(k, 1.0 / tau**2)
    for _ in range(_STEPS):
        slope, bend = studies.slopes(eta)
        curve = 1.0 / tau**2 - bend
        step = (slope - (eta - theta) / tau**2) / curve
        eta = eta + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    width = np.sqrt(2.0 / curve)
    at = eta[:, None] + width[:, None] * nodes
    logs = studies.log_p(at) - 0.5 * ((at - theta) / tau) ** 2 + nodes**2 + np.log(weights)
    value = logsumexp(logs, axis=1) + np.log(width) - np.log(tau) - 0.5 * np.log(2.0 * np.pi)
    return float(value.sum())


def conditional(y: Floats, n: Floats, start: float, spread: float) -> Conditional:
    """Fit one analysis: y, n (k, 2), treated first, studies with events in neither or all left out before."""
    from scipy.optimize import minimize, minimize_scalar

    studies = _Studies(y, n)
    nodes, weights = np.polynomial.hermite.hermgauss(_NODES)

    def at(theta: float, tau: float) -> float:
        return _marginal(studies, theta, tau, nodes, weights)

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


def _saturated(studies: _Studies) -> float:
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
