"""The report's arithmetic done again, plainly and by other means: csv, sums, a numerical search. Imports no deqi."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from scipy import integrate, optimize, special, stats

DATA = Path(__file__).parents[2] / "src" / "deqi" / "knowledge" / "data"
Z = stats.norm.ppf(0.975)


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def hedges(df: int) -> float:
    return math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)


def smd(m1: float, s1: float, n1: int, m2: float, s2: float, n2: int) -> tuple[float, float]:
    df = n1 + n2 - 2
    spread = math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
    g = hedges(df) * (m1 - m2) / spread
    return g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))


def smd_of_interval(difference: float, low: float, high: float, n1: int, n2: int) -> tuple[float, float]:
    df = n1 + n2 - 2
    se = (high - low) / 2 / stats.t.ppf(0.975, df)
    g = hedges(df) * difference / (se / math.sqrt(1 / n1 + 1 / n2))
    return g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))


def log_rr(a: float, n1: float, c: float, n2: float) -> tuple[float, float]:
    if a == 0 or c == 0 or a == n1 or c == n2:
        a, n1, c, n2 = a + 0.5, n1 + 1, c + 0.5, n2 + 1
    return math.log(a / n1) - math.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2


def best_tau2(y: np.ndarray, v: np.ndarray) -> float:
    """REML by a search over a grid and then between its points."""

    def loss(tau2: float) -> float:
        w = 1 / (v + tau2)
        mu = (w * y).sum() / w.sum()
        return 0.5 * (np.log(v + tau2).sum() + math.log(w.sum()) + (w * (y - mu) ** 2).sum())

    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e2, 400)])
    place = int(np.argmin([loss(one) for one in grid]))
    low, high = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12})
    return float(found.x) if found.fun < loss(0.0) else 0.0


def random_effects(yi: Sequence[float], vi: Sequence[float]) -> dict[str, float]:
    """REML with the Hartung-Knapp factor held at 1 or more, and the prediction interval on k - 1 degrees."""
    y, v = np.array(yi), np.array(vi)
    k = len(y)
    tau2 = best_tau2(y, v)
    w = 1 / (v + tau2)
    mu = float((w * y).sum() / w.sum())
    factor = max(1.0, float((w * (y - mu) ** 2).sum() / (k - 1)))
    se = math.sqrt(factor / w.sum())
    t = float(stats.t.ppf(0.975, k - 1))
    w0 = 1 / v
    typical = (k - 1) * w0.sum() / (w0.sum() ** 2 - (w0**2).sum())
    reach = t * math.sqrt(se**2 + tau2)
    return {
        "value": mu, "low": mu - t * se, "high": mu + t * se, "prediction_low": mu - reach,
        "prediction_high": mu + reach, "tau2": tau2, "i2": 100 * tau2 / (tau2 + typical),
        "q": float((w0 * (y - (w0 * y).sum() / w0.sum()) ** 2).sum()),
        "p": 2 * float(stats.t.sf(abs(mu / se), k - 1)),
    }  # fmt: skip


def mixed_model(events: Sequence[float], totals: Sequence[float], *, binomial: bool) -> dict[str, float]:
    """One-arm counts with a normal random effect: the likelihood integrated numerically, the maximum searched for."""
    x, n = np.array(events), np.array(totals)
    k = len(x)

    def one(mu: float, tau: float, a: float, b: float) -> float:
        def log_at(u: np.ndarray | float) -> np.ndarray | float:
            eta = mu + tau * u
            if binomial:
                return a * eta - b * np.logaddexp(0, eta) - u * u / 2
            return a * (eta + math.log(b)) - b * np.exp(eta) - u * u / 2

        peak = optimize.minimize_scalar(lambda u: -log_at(u), bounds=(-30, 30), method="bounded",
                                        options={"xatol": 1e-10}).x  # fmt: skip
        top = log_at(peak)
        curve = -(log_at(peak + 1e-3) - 2 * top + log_at(peak - 1e-3)) / 1e-6
        half = 10 / math.sqrt(max(curve, 1e-3))
        area, _ = integrate.quad(lambda u: math.exp(log_at(u) - top), peak - half, peak + half, epsabs=0, epsrel=1e-9)
        return float(top + math.log(area))

    def loss(point: np.ndarray) -> float:
        return -sum(one(point[0], point[1], a, b) for a, b in zip(x, n, strict=True))

    rates = (x + 0.5) / (n + 1)
    scale = np.log(rates / (1 - rates)) if binomial else np.log(rates)
    start = np.array([scale.mean(), max(scale.std(), 0.2)])
    found = optimize.minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9, "maxiter": 600})
    mu, tau = float(found.x[0]), abs(float(found.x[1]))
    hessian = _curvature(lambda point: loss(np.array([point[0], point[1]])), np.array([mu, tau]))
    se = math.sqrt(np.linalg.inv(hessian)[0, 0])
    t = float(stats.t.ppf(0.975, k - 1))
    back: Callable[[float], float] = (lambda e: 1 / (1 + math.exp(-e))) if binomial else math.exp
    return {"rate": back(mu), "low": back(mu - t * se), "high": back(mu + t * se)}


def _curvature(f: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    step = 1e-3 * np.maximum(np.abs(at), 0.1)
    out = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            a, b = np.zeros(2), np.zeros(2)
            a[i], b[j] = step[i], step[j]
            out[i, j] = (f(at + a + b) - f(at + a - b) - f(at - a + b) + f(at - a - b)) / (4 * step[i] * step[j])
    return out


def exact(events: float, total: float) -> tuple[float, float]:
    """Clopper and Pearson, by beta quantiles."""
    low = 0.0 if events == 0 else float(stats.beta.ppf(0.025, events, total - events + 1))
    high = 1.0 if events == total else float(stats.beta.ppf(0.975, events + 1, total - events))
    return low, high


def exact_rate(events: float, total: float) -> tuple[float, float]:
    """Garwood, by chi-square quantiles."""
    low = 0.0 if events == 0 else float(stats.chi2.ppf(0.025, 2 * events)) / 2 / total
    return low, float(stats.chi2.ppf(0.975, 2 * events + 2)) / 2 / total


def sign_test(favour: int, seen: int) -> float:
    """Two-sided: every result as likely as the one seen, or less."""
    return float(stats.binomtest(favour, seen).pvalue)


def by(rows: Iterable[dict[str, str]], *keys: str) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row[key] for key in keys): row for row in rows}
