"""Binomial-normal and Poisson-normal models for one and two arms, for a batch of analyses.

The models are those of metafor's `rma.glmm`: Stijnen, Hamza and Ozdemir (2010), doi:10.1002/sim.4040, and Jackson
et al. (2018), doi:10.1002/sim.7588. Maximum likelihood; standard errors from the observed Hessian of the
approximated likelihood with the variance parameters in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import chdtrc, gammaln, ndtri, stdtrit, xlogy

from metafit.counts import models
from metafit.counts.conditional import conditional
from metafit.counts.data import Laid
from metafit.counts.heterogeneity import Tests, heterogeneity
from metafit.counts.newton import eigen
from metafit.counts.results import CountFit
from metafit.results import Bools, Floats, Heterogeneity, Ints, Prediction, Status

MODELS: Final = ("UM.FS", "UM.RS", "CM.EL")
#: A between-study standard deviation beyond this (logit or log scale) is the likelihood running away.
_RUNAWAY = 30.0
#: Cells worked on at once, so that the arrays of a large batch stay in the processor's cache.
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class _Raw:
    """Per analysis: the maximum, and the log-likelihoods of the equal-effects and saturated models."""

    theta: Floats
    se: Floats
    tau: Floats
    se_tau: Floats
    sigma: Floats
    value: Floats
    lrt: Floats
    wald: Floats
    converged: Bools


def glmm(laid: Laid, *, measure: str, model: str, test: str, level: float, nagq: int) -> CountFit:
    """Fit every analysis of a table that was laid out; test is "t" or "z"."""
    y, n = laid.y, laid.n
    two = y.shape[-1] == 2
    binomial = laid.family == "binomial"
    used = laid.used.copy()
    if two:
        none = y.sum(-1) == 0
        everyone = (y == n).all(-1) if binomial else np.zeros_like(none)
        used &= ~(none | everyone)
    k = used.sum(-1)
    y = np.where(used[..., None], y, 0.0)
    n = np.where(used[..., None], n, 0.0)
    status = np.where(laid.bad, int(Status.BAD_INPUT), int(Status.OK))
    status = np.where((k == 0) & ~laid.bad, int(Status.NO_STUDIES), status)
    endless = _endless(y, n, used, binomial, model) & (k > 0)
    status = np.where(endless, int(Status.NOT_ESTIMABLE), status)
    yi, vi = _outcomes(y, n, used, binomial)
    status = np.where((status == Status.OK) & (k == 1), int(Status.SINGLE_STUDY), status)

    a = y.shape[0]
    blank = np.full(a, np.nan)
    raw = _Raw(
        theta=blank.copy(),
        se=blank.copy(),
        tau=blank.copy(),
        se_tau=blank.copy(),
        sigma=blank.copy(),
        value=blank.copy(),
        lrt=blank.copy(),
        wald=blank.copy(),
        converged=np.ones(a, dtype=bool),
    )
    todo = np.flatnonzero(status == Status.OK)
    parts = min(todo.size, max(1, todo.size * y[0].size // _CHUNK)) if todo.size else 0
    for rows in np.array_split(todo, parts) if parts else ():
        if two and model == "CM.EL":
            part = _conditional(y[rows], n[rows], yi[rows], used[rows])
        else:
            cells = _cells(laid.family, y[rows], n[rows], vi[rows])
            part = _fit(cells, yi[rows], used[rows], model if two else "", nagq)
        for name in raw.__slots__:
            getattr(raw, name)[rows] = getattr(part, name)
    alone = status == Status.SINGLE_STUDY
    lone = np.where(alone[:, None] & used, yi, 0.0).sum(-1)
    raw.theta[alone] = lone[alone]
    raw.se[alone] = np.sqrt(np.where(used, vi, 0.0).sum(-1))[alone]
    raw.tau[alone] = 0.0

    runaway = (status == Status.OK) & ~(raw.tau < _RUNAWAY)
    status = np.where(runaway, int(Status.NOT_ESTIMABLE), status)
    status = np.where((status == Status.OK) & ~raw.converged, int(Status.NOT_CONVERGED), status)
    good = (status == Status.OK) | alone
    if two and model == "CM.EL":
        constant = np.zeros(a)
    elif binomial:
        constant = (gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)).sum((1, 2))
    else:
        constant = (xlogy(y, np.where(n > 0, n, 1.0)) - gammaln(y + 1)).sum((1, 2))
    return _finish(laid, raw, good, status, k, yi, vi, used, constant, measure, model if two else "", test, level, nagq)


def _finish(
    laid: Laid,
    raw: _Raw,
    good: Bools,
    status: Ints,
    k: Ints,
    yi: Floats,
    vi: Floats,
    used: Bools,
    constant: Floats,
    measure: str,
    model: str,
    test: str,
    level: float,
    nagq: int,
) -> CountFit:
    several = status == Status.OK

    every = bool(several.all())

    def keep(x: Floats, where: Bools = good) -> Floats:
        return (x if every else np.where(where, x, np.nan)).reshape(laid.shape)[()]

    theta, se, tau2 = raw.theta, raw.se, raw.tau**2
    df = np.where(several & (test == "t"), k - 1.0, np.nan)
    tail = 0.5 * (1.0 - level)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = theta / se
        by_t = np.isfinite(df)
        crit = np.where(by_t, -stdtrit(np.where(by_t, df, 1.0), tail), -ndtri(tail))
        w = np.where(used, 1.0 / vi, 0.0)
        total = w.sum(-1)
        typical = (k - 1.0) / (total - (w * w).sum(-1) / total)
        i2 = 100.0 * tau2 / (typical + tau2)
        h2 = tau2 / typical + 1.0
        reach = crit * np.sqrt(se**2 + tau2)
        q_df = np.where(good, k - 1, 0)
        lrt_p = chdtrc(q_df, raw.lrt)
        se_tau2 = np.where(raw.tau > 0, 2.0 * raw.tau * raw.se_tau, np.nan)
    spread = Heterogeneity(
        tau2=keep(tau2),
        se_tau2=keep(se_tau2, several),
        i2=keep(i2, several),
        h2=keep(h2, several),
        q=keep(raw.wald, several),
        q_df=q_df.reshape(laid.shape)[()],
        lrt=keep(raw.lrt, several),
        lrt_p=keep(lrt_p, several),
    )
    return CountFit(
        method="ML",
        test=test,
        level=level,
        status=status.reshape(laid.shape)[()],
        k=k.reshape(laid.shape)[()],
        estimate=keep(theta),
        se=keep(se),
        statistic=keep(statistic),
        df=keep(df),
        ci_low=keep(theta - crit * se),
        ci_high=keep(theta + crit * se),
        heterogeneity=spread,
        prediction=Prediction(keep(theta - reach, several), keep(theta + reach, several)),
        measure=measure,
        model=model,
        nagq={"UM.RS": 1, "CM.EL": 0}.get(model, nagq),
        sigma2=keep(raw.sigma**2, several),
        loglik=keep(raw.value + constant, several),
        association=None,
        tarone=None,
    )


def _conditional(y: Floats, n: Floats, yi: Floats, used: Bools) -> _Raw:
    """CM.EL, one analysis after the other."""
    fits = []
    for i in range(y.shape[0]):
        here = used[i]
        fits.append(conditional(y[i, here], n[i, here], float(np.median(yi[i, here])), float(np.std(yi[i, here]))))
    columns = {name: np.array([getattr(one, name) for one in fits]) for name in fits[0]._fields}
    nothing = np.full(y.shape[0], np.nan)
    return _Raw(sigma=nothing, wald=nothing.copy(), **columns)


def _endless(y: Floats, n: Floats, used: Bools, binomial: bool, model: str) -> Bools:
    """Analyses whose likelihood rises for ever as the effect grows: no finite estimate exists."""
    gone = ~used
    empty = (y == 0) | gone[..., None]
    full = ((y == n) | gone[..., None]) if binomial else gone[..., None] & np.ones_like(empty)
    if y.shape[-1] == 1:
        return np.asarray(empty.all((1, 2)) | full.all((1, 2)))
    t0, c0, t1, c1 = empty[..., 0], empty[..., 1], full[..., 0], full[..., 1]
    if model == "UM.RS":
        return np.asarray(t0.all(1) | c0.all(1) | t1.all(1) | c1.all(1))
    return np.asarray((t0 | c1).all(1) | (t1 | c0).all(1))


def _outcomes(y: Floats, n: Floats, used: Bools, binomial: bool) -> tuple[Floats, Floats]:
    """One outcome and variance a study for I2 and the starts, 1/2 added where a cell is empty."""
    other = n - y
    zero = (y == 0).any(-1) | ((other == 0).any(-1) if binomial else False)
    add = np.where(zero, 0.5, 0.0)[..., None]
    here = used[..., None]
    e = np.where(here, y + add, 1.0)
    if binomial:
        o = np.where(here, other + add, 1.0)
        yi, vi = np.log(e) - np.log(o), 1.0 / e + 1.0 / o
    else:
        yi, vi = np.log(e) - np.log(np.where(here, n, 1.0)), 1.0 / e
    if y.shape[-1] == 2:
        return yi[..., 0] - yi[..., 1], vi.sum(-1)
    return yi[..., 0], vi[..., 0]


def _cells(family: str, y: Floats, n: Floats, vi: Floats) -> models.Cells:
    present = n.sum(-1) > 0
    typical = present.sum(-1) / np.where(present, 1.0 / vi, 0.0).sum(-1)
    return models.Cells(family, y, n, np.where(present, vi, 1.0), typical)


def _fit(cells: models.Cells, yi: Floats, used: Bools, model: str, nagq: int) -> _Raw:
    """Climb from a good guess (two arms: from two), and again from others where that may not be the summit.

    With studies of very unlike size a likelihood can have two maxima, one of them at tau = 0.
    """
    root = np.sqrt(cells.v_typical)
    tests = heterogeneity(cells, used, model)
    spread, centre = _guess(cells, yi, used)
    if model == "":
        raw = _climb(cells, used, model, nagq, spread[None], replace(tests, theta=centre))
    else:
        starts = np.stack([np.maximum(0.4 * spread, 0.3 * root), spread])
        raw = _climb(cells, used, model, nagq, starts, tests)
    floor = raw.value + 1e-12 * np.abs(raw.value) + 1e-9
    again = np.flatnonzero((tests.equal > floor) | ~raw.converged | (raw.tau == 0.0))
    _climb_again(raw, again, [1e-4, 0.3, 1.0, 2.0], cells, used, model, nagq, spread, tests)
    # studies that differ beyond chance, yet without a variance: a valley may lie on the way from their common effect
    apart = np.flatnonzero((raw.tau == 0.0) & (tests.lrt > 2.0 * used.sum(-1)))
    for theta in (centre, _plain_mean(yi, used)):
        _climb_again(raw, apart, [0.5, 1.5], cells, used, model, nagq, spread, replace(tests, theta=theta))
    return raw


def _climb_again(
    raw: _Raw,
    rows: Ints,
    shares: list[float],
    cells: models.Cells,
    used: Bools,
    model: str,
    nagq: int,
    spread: Floats,
    tests: Tests,
) -> None:
    """Climb from these shares of the spread, and keep what is higher."""
    if not rows.size:
        return
    starts = np.array(shares)[:, None] * spread[rows]
    more = _climb(cells.take(rows), used[rows], model, nagq, starts, tests.take(rows))
    better = more.converged & ((more.value > raw.value[rows]) | ~raw.converged[rows])
    for name in more.__slots__:
        getattr(raw, name)[rows[better]] = getattr(more, name)[better]


def _plain_mean(yi: Floats, used: Bools) -> Floats:
    found: Floats = np.where(used, yi, 0.0).sum(-1) / np.maximum(used.sum(-1), 1)
    return found


def _guess(cells: models.Cells, yi: Floats, used: Bools) -> tuple[Floats, Floats]:
    """A between-study standard deviation and a mean to start from.

    Rare events: the mean of all people together, less what the spread adds to it. Others: the weighted mean.
    """
    there = used.astype(np.float64)
    k = there.sum(-1)
    y = np.where(used, yi, 0.0)
    mean = y.sum(-1) / k
    spread = np.sqrt((there * (y - mean[:, None]) ** 2).sum(-1) / k)
    spread = np.maximum(spread, 0.6 * np.sqrt(cells.v_typical))
    w = there / (cells.v + spread[:, None] ** 2)
    weighted = (w * y).sum(-1) / w.sum(-1)
    events = cells.y.sum((1, 2))
    pooled = models.rough_rate(cells.family, events, cells.n.sum((1, 2))) - 0.5 * spread**2
    return spread, np.where(events < 10.0 * k, np.maximum(pooled, weighted - 2.0 * spread), weighted)


def _climb(cells: models.Cells, used: Bools, model: str, nagq: int, starts: Floats, tests: Tests) -> _Raw:
    """The highest maximum reached from the given values of tau, `(starts, a)`."""
    a = cells.y.shape[0]
    c = len(starts)
    many = cells if c == 1 else cells.repeat(c)
    tau0 = starts.reshape(-1)
    theta0, level = tests.theta, tests.level
    if model == "":
        best = models.one_arm(many, np.tile(theta0, c), tau0, nagq)
    elif model == "UM.FS":
        best = models.fixed_study(many, np.tile(theta0, c), tau0, np.tile(level, (c, 1)), nagq)
    else:
        mu, sigma = models.level_spread(level, used)
        best = models.random_study(many, np.tile(theta0, c), tau0, np.tile(mu, c), np.tile(sigma, c))
    value = np.where(best.converged, best.value, -np.inf).reshape(c, a)
    pick = np.argmax(value, axis=0) * a + np.arange(a)
    theta, tau = best.shared[pick, 0], np.abs(best.shared[pick, 1])
    info = best.info[pick]
    flat = tau**2 < 1e-9 * cells.v_typical
    # tau = 0 is always level; where the likelihood curves upwards it is the floor of a valley, not a maximum
    valley = flat & (info[:, 1, 1] < -1e-6 / cells.v_typical)
    tau = np.where(flat, 0.0, tau)
    # at tau = 0 the likelihood is even in tau: its row and column carry nothing about the others
    info[flat, 1, :] = 0.0
    info[flat, :, 1] = 0.0
    info[flat, 1, 1] = 1.0
    finite = np.isfinite(info).all((1, 2))
    info[~finite] = np.eye(info.shape[-1])
    sound = finite & (eigen(info)[0].min(-1) > 0)
    info[~sound] = np.eye(info.shape[-1])
    cov = np.linalg.inv(info)
    se = np.where(sound, np.sqrt(np.abs(cov[:, 0, 0])), np.nan)
    se_tau = np.where(sound & ~flat, np.sqrt(np.abs(cov[:, 1, 1])), np.nan)
    sigma2 = np.abs(best.shared[pick, 3]) if model == "UM.RS" else np.full(a, np.nan)
    converged = best.converged[pick] & sound & ~valley
    return _Raw(theta, se, tau, se_tau, sigma2, best.value[pick], tests.lrt, tests.wald, converged)
