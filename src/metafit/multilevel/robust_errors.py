"""Standard errors that hold whatever the correlation within a cluster, and for few clusters.

CR0 is the plain sandwich; CR1 multiplies it by m / (m - 1), CR1p by m / (m - p) (what metafor's `robust` does), for m
clusters and p coefficients, with t on m - p degrees of freedom. CR2 is the bias-reduced sandwich with
Satterthwaite degrees of freedom (Tipton 2015; Pustejovsky & Tipton 2018, doi:10.1080/07350015.2016.1247004), the one to
use with fewer than about forty clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.levels import as_fraction
from metafit.multilevel.fit import Ids, MultilevelFit
from metafit.quantiles import t_two_sided
from metafit.results import Floats, Status

KINDS = ("CR0", "CR1", "CR1p", "CR2")


@dataclass(frozen=True, slots=True, repr=False)
class RobustFit(Shown):
    """The coefficients of a fit with cluster-robust uncertainty; arrays (p,), cov (p, p)."""

    kind: str
    level: float
    status: Status
    clusters: int
    estimate: Floats
    se: Floats
    statistic: Floats
    df: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats
    cov: Floats
    measure: str = "GEN"


@asked
def robust(
    fit: MultilevelFit, cluster: Ids, *, kind: Literal["CR0", "CR1", "CR1p", "CR2"] = "CR2", level: float = 0.95
) -> RobustFit:
    """Cluster-robust covariance of a multilevel fit.

    cluster: a label for each row the fit was given (k of `multilevel`'s yi). Too few clusters for a test (m <= p) are
    NOT_ESTIMABLE. Raises StatsInputError if random effects or sampling covariances cross clusters.

    Parameters
    ----------
    fit
        A fit of one analysis.
    cluster
        Label of the cluster of each row, (k,).
    kind
        Correction for few clusters: CR0, CR1, CR1p or CR2.
    level
        Confidence level; 95 and 0.95 are the same.

    Returns
    -------
    RobustFit
        Coefficients with robust standard errors and their tests.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if kind not in KINDS:
        raise StatsInputError(f"kind: {kind!r} is not one of {', '.join(KINDS)}.")
    level = as_fraction(level)
    if len(cluster) != fit.used.size:
        raise StatsInputError(f"cluster: {len(cluster)} labels for {fit.used.size} effects.")
    labels = [label for label, used in zip(list(cluster), fit.used, strict=True) if used]
    seen = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    index = np.array([seen[label] for label in labels], dtype=np.int64)
    p = fit.estimate.size
    m = len(seen)
    if fit.status != Status.OK or m <= p:
        status = fit.status if fit.status != Status.OK else Status.NOT_ESTIMABLE
        nothing = np.full(p, np.nan)
        return RobustFit(
            kind=kind,
            level=level,
            status=status,
            clusters=m,
            estimate=fit.estimate,
            se=nothing,
            statistic=nothing,
            df=nothing,
            p=nothing,
            ci_low=nothing,
            ci_high=nothing,
            cov=np.full((p, p), np.nan),
            measure=fit.measure,
        )
    phi = fit.model.marginal(fit.sigma2)
    v, parts = fit.model.dense()
    apart = index[:, None] != index[None, :]
    if any((part[apart] != 0.0).any() for part in (v, *parts)):
        raise StatsInputError("cluster: effects of different clusters are correlated in this model; use larger ones.")
    inverse = np.linalg.inv(phi)
    left = fit.model.y - fit.model.x @ fit.estimate
    rows = [np.flatnonzero(index == i) for i in range(m)]
    # (p, k) cut into clusters: how a cluster's residuals enter the coefficients.
    reach = fit.cov @ fit.model.x.T @ inverse
    adjusters = [_adjuster(phi, fit.model.x, fit.cov, here) if kind == "CR2" else None for here in rows]
    scores = np.empty((p, m))
    for i, here in enumerate(rows):
        residual = left[here]
        adjuster = adjusters[i]
        scores[:, i] = reach[:, here] @ (residual if adjuster is None else adjuster @ residual)
    cov = scores @ scores.T
    if kind == "CR1":
        cov = cov * (m / (m - 1))
    elif kind == "CR1p":
        cov = cov * (m / (m - p))
    df = np.full(p, float(m - p))
    if kind == "CR2":
        leftover = np.eye(fit.k) - fit.model.x @ reach
        for c in range(p):
            # The variance is a sum of squares of s_i'y: matched to a chi-square by its first two moments.
            s = np.stack(
                [leftover[here].T @ ((adjuster if adjuster is not None else 1.0) @ reach[c, here])
                 for here, adjuster in zip(rows, adjusters, strict=True)], axis=1,
            )  # fmt: skip
            gram = s.T @ phi @ s
            df[c] = np.trace(gram) ** 2 / (gram * gram).sum()
    se = np.sqrt(np.diag(cov))
    with np.errstate(all="ignore"):
        statistic = fit.estimate / se
    critical = -stdtrit(df, (1.0 - level) / 2.0)
    return RobustFit(
        kind=kind,
        level=level,
        status=Status.OK,
        clusters=m,
        estimate=fit.estimate,
        se=se,
        statistic=statistic,
        df=df,
        p=t_two_sided(statistic, df),
        ci_low=fit.estimate - critical * se,
        ci_high=fit.estimate + critical * se,
        cov=cov,
        measure=fit.measure,
    )


def _adjuster(phi: Floats, x: Floats, cov: Floats, here: npt.NDArray[np.int64]) -> Floats:
    """A of cluster j, symmetric: makes the sandwich unbiased if the working model is right."""
    own = phi[np.ix_(here, here)]
    root = np.linalg.cholesky(own).T
    middle = root @ (own - x[here] @ cov @ x[here].T) @ root.T
    values, vectors = np.linalg.eigh(0.5 * (middle + middle.T))
    kept = values > 1e-10 * max(values.max(), 1e-300)
    inverse_root = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T
    adjuster: Floats = root.T @ inverse_root @ root
    return adjuster
