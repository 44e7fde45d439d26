"""The end that Mantel-Haenszel and Peto share: outcome of each study, Q against the pooled value, z interval."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from metafit.counts.data import Laid
from metafit.counts.results import Association, CountFit
from metafit.results import Bools, Floats, Heterogeneity, Ints, Prediction, Status


def outcomes(laid: Laid, measure: str) -> tuple[Floats, Floats, Bools]:
    """Outcome and variance of each study, `(a, k)`, and where there is one.

    They serve the heterogeneity statistics only: 1/2 is added to the cells of a study with an empty one, and a
    study without events in either arm (or, for people, with nothing but events) says nothing about a ratio.
    """
    y, n = laid.y, laid.n
    binomial = laid.family == "binomial"
    none = (y == 0).all(-1) | ((y == n).all(-1) if binomial else False)
    seen = laid.used & ~none
    zero = (y == 0).any(-1) | ((y == n).any(-1) if binomial else False)
    e = y + np.where(zero, 0.5, 0.0)[..., None]
    t = n + np.where(zero & binomial, 1.0, 0.0)[..., None]
    here = seen[..., None]
    e, t = np.where(here, e, 1.0), np.where(here, t, 2.0)
    o = t - e
    if measure == "OR":
        yi, vi = np.log(e / o), 1.0 / e + 1.0 / o
    elif measure == "RR":
        yi, vi = np.log(e / t), 1.0 / e - 1.0 / t
    elif measure == "RD":
        yi, vi = e / t, e * o / t**3
    elif measure == "IRR":
        yi, vi = np.log(e / t), 1.0 / e
    else:
        yi, vi = e / t, e / t**2
    return yi[..., 0] - yi[..., 1], vi.sum(-1), seen


def finish_wald(
    laid: Laid,
    estimate: Floats,
    se: Floats,
    status: Ints,
    yi: Floats,
    vi: Floats,
    seen: Bools,
    measure: str,
    method: str,
    level: float,
    association: Association | None,
    tarone: Association | None,
    q: Floats | None = None,
    q_k: Ints | None = None,
) -> CountFit:
    """Assemble the fit; q is computed against the pooled value unless it is given with its study count."""
    k = laid.used.sum(-1)
    status = np.where(k == 0, int(Status.NO_STUDIES), status)
    status = np.where(laid.bad, int(Status.BAD_INPUT), status)
    good = status <= Status.SINGLE_STUDY
    estimate = np.where(good, estimate, 0.0)
    se = np.where(good, se, 1.0)
    if q is None or q_k is None:
        w = np.where(seen, 1.0 / vi, 0.0)
        q = (w * (yi - estimate[:, None]) ** 2).sum(-1)
        q_k = seen.sum(-1)
    df = q_k - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        i2 = np.maximum(0.0, 100.0 * (q - df) / q)
        i2 = np.where(q > 0, i2, 0.0)
        h2 = q / df
    # A single study that speaks agrees with itself, as in `pool`.
    alone = good & (df == 0)
    q, i2, h2 = np.where(alone, 0.0, q), np.where(alone, 0.0, i2), np.where(alone, 1.0, h2)
    several = good & (df >= 0)
    statistic = estimate / se
    crit = -ndtri(0.5 * (1.0 - level))

    def keep(x: Floats, where: Bools = good) -> Floats:
        return np.where(where, x, np.nan).reshape(laid.shape)[()]

    def whole(x: Ints) -> Ints:
        return x.reshape(laid.shape)[()]

    nothing = keep(np.full(k.shape, np.nan))
    heterogeneity = Heterogeneity(
        tau2=keep(np.zeros(k.shape)),
        se_tau2=nothing,
        i2=keep(i2, several),
        h2=keep(h2, several),
        q=keep(q, several),
        q_df=whole(np.maximum(df, 0)),
    )
    if tarone is not None:
        tarone = Association(keep(tarone.statistic), keep(tarone.p))
    return CountFit(
        method=method,
        test="z",
        level=level,
        status=whole(status),
        k=whole(k),
        estimate=keep(estimate),
        se=keep(se),
        statistic=keep(statistic),
        df=nothing,
        ci_low=keep(estimate - crit * se),
        ci_high=keep(estimate + crit * se),
        heterogeneity=heterogeneity,
        prediction=Prediction(nothing, nothing),
        measure=measure,
        model="",
        nagq=0,
        sigma2=nothing,
        loglik=nothing,
        association=association,
        tarone=tarone,
    )
