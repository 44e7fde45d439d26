"""Binomial-normal and Poisson-normal models for one and two arms, for a batch of analyses.

The models are those of metafor's `rma.glmm`: Stijnen, Hamza and Ozdemir (2010), doi:10.1002/sim.4040, and Jackson
et al. (2018), doi:10.1002/sim.7588. Maximum likelihood; standard errors from the observed Hessian of the
approximated likelihood with the variance parameters in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import chdtrc, gammaln, ndtr, ndtri, stdtr, stdtrit, xlogy

from . import counts_models as models
from .counts_data import Laid
from .counts_newton import Maximum
from .counts_results import CountFit
from .results import Bools, Floats, Heterogeneity, Ints, Prediction, Status

MODELS: Final = ("UM.FS", "UM.RS")
#: A between-study standard deviation beyond this (logit or log scale) is the likelihood running away.
_RUNAWAY = 30.0


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
    raw = _Raw(*(blank.copy() for _ in range(8)), np.ones(a, dtype=bool))
    todo = np.flatnonzero(status == Status.OK)
    if todo.size:
        cells = _cells(laid.family, y[todo], n[todo], vi[todo])
        part = _fit(cells, yi[todo], used[todo], model if two else "", nagq)
        for name in ("theta", "se", "tau", "se_tau", "sigma", "value", "lrt", "wald", "converged"):
            getattr(raw, name)[todo] = getattr(part, name)
    alone = status == Status.SINGLE_STUDY
    lone = np.where(alone[:, None] & used, yi, 0.0).sum(-1)
    raw.theta[alone] = lone[alone]
    raw.se[alone] = np.sqrt(np.where(used, vi, 0.0).sum(-1))[alone]
    raw.tau[alone] = 0.0

    runaway = (status == Status.OK) & ~(raw.tau < _RUNAWAY)
    status = np.where(runaway, int(Status.NOT_ESTIMABLE), status)
    status = np.where((status == Status.OK) & ~raw.converged, int(Status.NOT_CONVERGED), status)
    good = (status == Status.OK) | alone
    if binomial:
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

    def keep(x: Floats, where: Bools = good) -> Floats:
        return np.where(where, x, np.nan).reshape(laid.shape)[()]

    theta, se, tau2 = raw.theta, raw.se, raw.tau**2
    df = np.where(several & (test == "t"), k - 1.0, np.nan)
    tail = 0.5 * (1.0 - level)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = theta / se
        by_t = np.isfinite(df)
        crit = np.where(by_t, -stdtrit(np.where(by_t, df, 1.0), tail), -ndtri(tail))
        size = -np.abs(statistic)
        p = 2.0 * np.where(by_t, stdtr(np.where(by_t, df, 1.0), size), ndtr(size))
        w = np.where(used, 1.0 / vi, 0.0)
        total = w.sum(-1)
        typical = (k - 1.0) / (total - (w * w).sum(-1) / total)
        i2 = 100.0 * tau2 / (typical + tau2)
        h2 = tau2 / typical + 1.0
        reach = crit * np.sqrt(se**2 + tau2)
        q_df = np.where(good, k - 1, 0)
        q_p = chdtrc(q_df, raw.wald)
        lrt_p = chdtrc(q_df, raw.lrt)
        se_tau2 = np.where(raw.tau > 0, 2.0 * raw.tau * raw.se_tau, np.nan)
    heterogeneity = Heterogeneity(
        tau2=keep(tau2),
        se_tau2=keep(se_tau2, several),
        i2=keep(i2, several),
        h2=keep(h2, several),
        q=keep(raw.wald, several),
        q_df=q_df.reshape(laid.shape)[()],
        q_p=keep(q_p, several),
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
        p=keep(p),
        ci_low=keep(theta - crit * se),
        ci_high=keep(theta + crit * se),
        heterogeneity=heterogeneity,
        prediction=Prediction(keep(theta - reach, several), keep(theta + reach, several)),
        measure=measure,
        model=model,
        nagq=1 if model == "UM.RS" else nagq,
        sigma2=keep(raw.sigma**2, several),
        loglik=keep(raw.value + constant, several),
        association=None,
        tarone=None,
    )


def _endless(y: Floats, n: Floats, used: Bools, binomial: bool, model: str) -> Bools:
    """Analyses whose likelihood rises for ever as the effect grows: no finite estimate exists."""
    gone = ~used
    empty = (y == 0) | gone[..., None]
    full = ((y == n) | gone[..., None]) if binomial else gone[..., None] & np.ones_like(empty)
    if y.shape[-1] == 1:
        return empty.all((1, 2)) | full.all((1, 2))
    t0, c0, t1, c1 = empty[..., 0], empty[..., 1], full[..., 0], full[..., 1]
    if model == "UM.RS":
        return t0.all(1) | c0.all(1) | t1.all(1) | c1.all(1)
    return (t0 | c1).all(1) | (t1 | c0).all(1)


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
    """Climb from two values of tau and keep the highest; then the tests of heterogeneity."""
    a = cells.y.shape[0]
    root = np.sqrt(cells.v_typical)
    spread = np.sqrt(np.nanvar(np.where(used, yi, np.nan), axis=-1))
    starts = np.stack([np.maximum(0.4 * spread, 0.3 * root), np.maximum(spread, 0.6 * root)])
    c = len(starts)
    many = models.Cells(*(x if isinstance(x, str) else np.tile(x, (c,) + (1,) * (x.ndim - 1)) for x in _all(cells)))
    tau0 = starts.reshape(-1)
    if model == "":
        level, theta0 = np.zeros_like(yi), _rate(cells.family, cells.y.sum((1, 2)), cells.n.sum((1, 2)))
    else:
        level, theta0 = _levels(cells)
    if model == "":
        best = models.one_arm(many, np.tile(theta0, c), tau0, nagq)
    elif model == "UM.FS":
        best = models.fixed_study(many, np.tile(theta0, c), tau0, np.tile(level, (c, 1)), nagq)
    else:
        mu = np.nanmean(np.where(used, level, np.nan), axis=-1)
        sigma = np.maximum(np.nanstd(np.where(used, level, np.nan), axis=-1), 0.1)
        best = models.random_study(many, np.tile(theta0, c), tau0, np.tile(mu, c), np.tile(sigma, c))
    value = np.where(best.converged, best.value, -np.inf).reshape(c, a)
    pick = np.argmax(value, axis=0) * a + np.arange(a)
    theta, tau = best.shared[pick, 0], np.abs(best.shared[pick, 1])
    info = best.info[pick]
    flat = tau**2 < 1e-9 * cells.v_typical
    tau = np.where(flat, 0.0, tau)
    # at tau = 0 the likelihood is even in tau: its row and column carry nothing about the others
    info[flat, 1, :] = 0.0
    info[flat, :, 1] = 0.0
    info[flat, 1, 1] = 1.0
    sound = np.isfinite(info).all((1, 2)) & (np.linalg.eigvalsh(np.nan_to_num(info))[:, 0] > 0)
    cov = np.linalg.inv(np.where(sound[:, None, None], info, np.eye(info.shape[-1])))
    se = np.where(sound, np.sqrt(np.abs(cov[:, 0, 0])), np.nan)
    se_tau = np.where(sound & ~flat, np.sqrt(np.abs(cov[:, 1, 1])), np.nan)
    sigma2 = np.abs(best.shared[pick, 3]) if model == "UM.RS" else np.full(a, np.nan)
    lrt, wald = _heterogeneity(cells, used, model, theta0, level)
    converged = best.converged[pick] & sound
    return _Raw(theta, se, tau, se_tau, sigma2, best.value[pick], lrt, wald, converged)


def _all(cells: models.Cells) -> tuple[str, Floats, Floats, Floats, Floats]:
    return cells.family, cells.y, cells.n, cells.v, cells.v_typical


def _rate(family: str, y: Floats, n: Floats) -> Floats:
    """Logit or log of y out of n, 1/2 added to each so that it is always finite."""
    if family == "binomial":
        return np.log((y + 0.5) / (n - y + 0.5))
    return np.log((y + 0.5) / np.where(n > 0, n, 1.0))


def _levels(cells: models.Cells) -> tuple[Floats, Floats]:
    """Starts for two arms: the level of each study, `(a, k)`, and the pooled effect, `(a,)`."""
    each = _rate(cells.family, cells.y, cells.n)
    effect = each[..., 0] - each[..., 1]
    w = np.where(cells.n.sum(-1) > 0, 1.0 / cells.v, 0.0)
    theta = (w * effect).sum(-1) / w.sum(-1)
    return _rate(cells.family, cells.y.sum(-1), cells.n.sum(-1)) - 0.5 * theta[:, None], theta


def _saturated(family: str, y: Floats, n: Floats) -> Floats:
    """Highest log-likelihood of each cell, without its constant."""
    safe = np.where(n > 0, n, 1.0)
    if family == "binomial":
        rest = np.where(n > 0, n - y, 0.0)
        return xlogy(y, y / safe) + xlogy(rest, rest / safe)
    return xlogy(y, y / safe) - y


def _heterogeneity(
    cells: models.Cells, used: Bools, model: str, theta0: Floats, level: Floats
) -> tuple[Floats, Floats]:
    """Likelihood ratio and Wald statistics of equal effects against one effect a study.

    A study with an empty cell has an infinite effect of its own with no weight: the limit of the Wald statistic
    leaves it out, and keeps its degree of freedom.
    """
    y, n, family = cells.y, cells.n, cells.family
    if model == "UM.RS":
        return _heterogeneity_random(cells, used, theta0, level)
    top = _saturated(family, y, n).sum((1, 2))
    if model == "":
        equal = _saturated(family, y.sum((1, 2)), n.sum((1, 2)))
    else:
        equal = models.fixed_study_equal(cells, theta0, level).value
    with np.errstate(divide="ignore", invalid="ignore"):
        if family == "binomial":
            v = (1.0 / y + 1.0 / (n - y)).sum(-1)
            e = np.log(y / (n - y))
        else:
            v = (1.0 / y).sum(-1)
            e = np.log(y / n)
        effect = e[..., 0] - e[..., 1] if y.shape[-1] == 2 else e[..., 0]
        seen = used & np.isfinite(v)
        w = np.where(seen, 1.0 / v, 0.0)
        effect = np.where(seen, effect, 0.0)
        mean = (w * effect).sum(-1) / w.sum(-1)
        wald = (w * (effect - mean[:, None]) ** 2).sum(-1)
    wald = np.where(seen.any(-1), wald, np.nan)
    return np.maximum(2.0 * (top - equal), 0.0), wald


def _heterogeneity_random(cells: models.Cells, used: Bools, theta0: Floats, level: Floats) -> tuple[Floats, Floats]:
    """The same for random study levels; cells that an infinite effect fits perfectly are left out."""
    y, n = cells.y, cells.n
    mu = np.nanmean(np.where(used, level, np.nan), axis=-1)
    sigma = np.maximum(np.nanstd(np.where(used, level, np.nan), axis=-1), 0.1)
    equal = models.random_study_equal(cells, theta0, mu, sigma)
    perfect = y[..., 0] == 0
    if cells.family == "binomial":
        perfect |= y[..., 0] == n[..., 0]
    blank = np.where(perfect, 0.0, 1.0)
    keep = np.stack([blank, np.ones_like(blank)], axis=-1)
    cut = models.Cells(cells.family, y * keep, n * keep, cells.v, cells.v_typical)
    each = _rate(cells.family, y, n)
    effects = np.where(perfect, 0.0, each[..., 0] - each[..., 1])
    top = models.random_study_saturated(cut, mu, sigma, effects)
    lrt = np.maximum(2.0 * (top.value - equal.value), 0.0)
    lrt = np.where(top.converged & equal.converged, lrt, np.nan)
    return lrt, _wald(top, used & ~perfect)


def _wald(top: Maximum, seen: Bools) -> Floats:
    """Wald statistic of equality of the study effects of a saturated fit with shared parameters."""
    out = np.full(seen.shape[0], np.nan)
    if top.nuisance is None or top.info_nuisance is None or top.info_cross is None:
        return out
    for i in range(seen.shape[0]):
        s = seen[i]
        if s.sum() < 1 or not top.converged[i]:
            continue
        own, cross = top.info_nuisance[i, s], top.info_cross[i, s]
        # info is what is left of the shared block; put the eliminated part back
        shared = top.info[i] + np.einsum("ks,kt->st", cross / own[:, None], cross)
        weight = np.diag(own) - cross @ np.linalg.solve(shared, cross.T)
        effect = top.nuisance[i, s]
        row = weight.sum(0)
        mean = row @ effect / row.sum()
        out[i] = (effect - mean) @ weight @ (effect - mean)
    return out
