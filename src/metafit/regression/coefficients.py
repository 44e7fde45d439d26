"""Coefficients of a model with their Wald tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metafit.display.shown import Shown
from metafit.quantiles import t_quantile, t_two_sided, z_quantile, z_two_sided
from metafit.regression.fit import omnibus
from metafit.results import Floats


@dataclass(frozen=True, slots=True, repr=False)
class Coefficients(Shown):
    """Coefficients with Wald tests; arrays (p,), covariance (p, p).

    df: of t, NaN where the test is z. qm: of all but the intercept together, chi-square on qm_df or F on qm_df and df.
    """

    names: tuple[str, ...]
    test: str
    level: float
    estimate: Floats
    se: Floats
    statistic: Floats
    df: float
    p: Floats
    ci_low: Floats
    ci_high: Floats
    covariance: Floats
    qm: float
    qm_df: int
    qm_p: float


def wald_table(
    names: tuple[str, ...], beta: Floats, cov: Floats, test: str, level: float, df: int, *, first: int
) -> Coefficients:
    """Coefficients (p,) with covariance (p, p), tested by z, or by t on df; the omnibus test begins at `first`."""
    free = float("nan") if test == "z" or df < 1 else float(df)
    with np.errstate(all="ignore"):
        se = np.sqrt(np.diag(cov))
        statistic = beta / se
        qm, qm_p = omnibus(beta[None, first:], cov[None, first:, first:], test, np.array([free]))
    if test == "z":
        critical, p = np.asarray(z_quantile(level)), z_two_sided(statistic)
    else:
        critical, p = t_quantile(level, np.asarray(df)), t_two_sided(statistic, np.asarray(free))
    reach = critical * se
    return Coefficients(
        names=names,
        test=test,
        level=level,
        estimate=beta,
        se=se,
        statistic=statistic,
        df=free,
        p=p,
        ci_low=beta - reach,
        ci_high=beta + reach,
        covariance=cov,
        qm=float(qm[0]),
        qm_df=beta.size - first,
        qm_p=float(qm_p[0]),
    )
