"""Network meta-analysis: several treatments compared at once, each trial with the arms it had.

The frequentist model of Rücker 2012 (doi:10.1002/jrsm.1058), as generalised least squares on contrasts: trials with
several arms keep their covariances, a common tau2 acts on every comparison, and every pair of treatments in one
connected part gets an estimate. Treatments that no chain of trials connects get none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.levels import as_fraction
from metafit.multilevel.model import MixedModel, NotPositiveDefinite, cut
from metafit.multilevel.search import maximise
from metafit.network.data import NetworkData, network_data
from metafit.quantiles import chi2_upper, t_quantile, t_two_sided, z_quantile, z_two_sided
from metafit.results import Floats, Status

METHODS = ("FE", "DL", "ML", "REML")
Method = Literal["FE", "DL", "ML", "REML"]
PREDICTIONS = {"V": "V", "HTS": "HTS", "S": "S", "T": "V", "RILEY": "HTS", "Z": "S"}
"""Ways to a prediction interval by meta's names (`method.predict`), and by metafor's (`pi.type`) and tests."""


@dataclass(frozen=True, slots=True, repr=False)
class NetworkFit(Shown):
    """Every comparison, as matrices (T, T): row treatment minus column treatment, on the analysis scale.

    NaN between unconnected parts, and on the diagonals of p. parts: treatments by connected part. tau2 is 0 by
    definition for FE and where no two trials can disagree (q_df 0). i2 in percent. prediction_low, prediction_high: of
    the true effect in a new study, by the way that prediction names: V, HTS or S; NaN for FE and where nothing is left
    over to estimate tau2.
    """

    method: str
    test: str
    level: float
    status: Status
    treatments: tuple[Hashable, ...]
    parts: tuple[tuple[Hashable, ...], ...]
    studies: int
    estimate: Floats
    se: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats
    prediction_low: Floats
    prediction_high: Floats
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    data: NetworkData = field(repr=False)
    measure: str = "GEN"
    prediction: str = "V"

    def index(self, treatment: Hashable) -> int:
        """The row and column of a treatment. Raises StatsInputError for one that is not in the network."""
        if treatment not in self.treatments:
            known = ", ".join(map(str, self.treatments))
            raise StatsInputError(f"treatment {treatment!r} is not in the network of {known}.")
        return self.treatments.index(treatment)


@dataclass(frozen=True, slots=True)
class Weighted:
    """Least squares at a given tau2: beta (p,), its covariance, and the generalised Q."""

    beta: Floats
    cov: Floats
    q: float


def weighted(data: NetworkData, x: Floats, tau2: float) -> Weighted:
    """Fit columns x (n, p) of full rank with weights (V + tau2 A)^-1."""
    marginal = data.v + tau2 * data.heterogeneity
    root = np.linalg.cholesky(marginal)
    white_x, white_y = np.linalg.solve(root, x), np.linalg.solve(root, data.y)
    q, r = np.linalg.qr(white_x)
    inverse = np.linalg.inv(r) if r.size else np.zeros((0, 0))
    beta: Floats = inverse @ (q.T @ white_y)
    residual = white_y - white_x @ beta
    return Weighted(beta, inverse @ inverse.T, float(residual @ residual))


def moment_tau2(data: NetworkData, x: Floats, q: float) -> float:
    """DerSimonian and Laird's estimator for a network: Q set equal to its expectation (Jackson et al. 2012).

    x: independent columns of the model; q: its Q at tau2 = 0. 0 where nothing is left over to estimate it.
    """
    df = x.shape[0] - x.shape[1]
    if df <= 0:
        return 0.0
    inverse = np.linalg.inv(data.v)
    gram = x.T @ inverse @ x
    projection = inverse - inverse @ x @ np.linalg.solve(gram, x.T @ inverse)
    expected = float((projection * data.heterogeneity).sum())
    tau2: float = max(0.0, (q - df) / expected)
    return tau2


def estimate_tau2(data: NetworkData, x: Floats, method: str) -> tuple[float, bool]:
    """tau2 by one of METHODS for columns x, and whether the search converged."""
    if method == "FE" or x.shape[0] <= x.shape[1]:
        return 0.0, True
    if method == "DL":
        return moment_tau2(data, x, weighted(data, x, 0.0).q), True
    model, unit = MixedModel(data.y, data.v, x, (data.heterogeneity,), method == "REML").scaled()
    s, _, converged = maximise(cut(model))
    return float(s[0]) * unit * unit, converged


def check(method: str, test: str, level: float) -> float:
    """The level as a fraction. Raises StatsInputError for options without meaning."""
    if method not in METHODS:
        raise StatsInputError(f"method: {method!r} is not one of {', '.join(METHODS)}.")
    if test not in ("z", "t"):
        raise StatsInputError(f"test: {test!r} is not one of z, t.")
    return as_fraction(level)


@asked
def pool_network(
    study: Sequence[Hashable],
    treatment: Sequence[Hashable],
    control: Sequence[Hashable],
    yi: npt.ArrayLike,
    v: npt.ArrayLike,
    *,
    method: Method = "REML",
    test: Literal["z", "t"] = "z",
    level: float = 0.95,
    measure: str = "GEN",
    prediction: str = "V",
) -> NetworkFit:
    """Fit a network of contrasts; the first five arguments as for `network_data`.

    test 't' has as many degrees of freedom as Q. A network in several parts is fitted as one, with one tau2. Numbers
    that cannot be analysed give NaN and a status; StatsInputError for tables without meaning.

    tau2 is not known but estimated, from what is left over when the network has been fitted: the degrees of freedom of
    Q. A prediction interval therefore takes t with as many (V; Veroniki et al. 2019), as netmeta has it since 3.0-2 and
    `predict` of an `rma.mv` with test t; HTS takes one less (Higgins, Thompson & Spiegelhalter 2009), as netmeta up to
    2.9-0 and metafor's `pi.type="riley"`; S takes z (Skipka 2006), as `predict` of an `rma.mv` with test z.

    Parameters
    ----------
    study
        Label of the study of each row, (k,).
    treatment
        Treatment of each contrast (treatment minus control), (k,).
    control
        Control of each contrast, (k,).
    yi
        Effects of the contrasts, treatment minus control, (k,).
    v
        Their sampling variances, (k,).
    method
        REML, ML, DL or FE.
    test
        z or t.
    level
        Confidence level; 95 and 0.95 are the same.
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    prediction
        Prediction intervals by V, HTS or S; by metafor's words t, riley or z.

    Returns
    -------
    NetworkFit
        League table, heterogeneity, and the treatments in their order.
    """
    level = check(method, test, level)
    data = network_data(study, treatment, control, yi, v)
    fit = fit_network(data, method=method, test=test, level=level, prediction=prediction)
    return dataclasses.replace(fit, measure=measure)


def fit_network(data: NetworkData, *, method: str, test: str, level: float, prediction: str = "V") -> NetworkFit:
    """`network` for data that has been read."""
    level = check(method, test, level)
    way = PREDICTIONS.get(prediction.upper())
    if way is None:
        raise StatsInputError(f"prediction: {prediction!r} is not one of V, HTS, S.")
    size = len(data.treatments)
    nothing = np.full((size, size), np.nan)
    estimate = se = nothing
    status = data.status
    tau2 = q = i2 = float("nan")
    df = 0
    if status == Status.OK:
        x, back = data.basis()
        df = x.shape[0] - x.shape[1]
        try:
            tau2, converged = estimate_tau2(data, x, method)
            fitted, q = weighted(data, x, tau2), max(weighted(data, x, 0.0).q, 0.0)
        except (np.linalg.LinAlgError, NotPositiveDefinite):
            status, converged = Status.NOT_ESTIMABLE, False
        else:
            status = Status.OK if converged else Status.NOT_CONVERGED
        if status == Status.OK:
            # q equal to df leaves a rounding, 2e-14 %
            i2 = 100.0 * (1.0 - df / q) if df > 0 and q > df * (1.0 + 1e-12) else 0.0
            estimate, se = _pairs(data, back @ fitted.beta, back @ fitted.cov @ back.T)
        else:
            tau2 = q = float("nan")
    critical = critical_value(test, level, df)
    with np.errstate(all="ignore"):
        statistic = np.where(np.eye(size, dtype=np.bool_), np.nan, estimate / se)
        p = z_two_sided(statistic) if test == "z" else t_two_sided(statistic, np.array(float(df if df > 0 else np.nan)))
    spread = np.sqrt(se**2 + tau2) if method != "FE" else nothing
    spread = np.where(np.eye(size, dtype=np.bool_), np.nan, spread) * prediction_critical(way, level, df)
    kinds = sorted({int(part) for part in data.part})
    return NetworkFit(
        method=method,
        test=test,
        level=level,
        status=status,
        treatments=data.treatments,
        parts=tuple(
            tuple(t for t, part in zip(data.treatments, data.part, strict=True) if part == kind) for kind in kinds
        ),
        studies=len(data.studies),
        estimate=estimate,
        se=se,
        p=p,
        ci_low=estimate - critical * se,
        ci_high=estimate + critical * se,
        prediction_low=estimate - spread,
        prediction_high=estimate + spread,
        tau2=tau2,
        i2=i2,
        q=q,
        q_df=df,
        q_p=float(chi2_upper(np.array(q), np.array(df))),
        data=data,
        prediction=way,
    )


def critical_value(test: str, level: float, df: int) -> float:
    """The two-sided quantile of a test, z or t on df degrees of freedom."""
    return z_quantile(level) if test == "z" else float(t_quantile(level, np.array(df)))


def prediction_critical(way: str, level: float, df: int) -> float:
    """The two-sided quantile of a prediction interval; NaN where nothing is left over to estimate tau2."""
    if df < 1:
        return float("nan")
    return z_quantile(level) if way == "S" else float(t_quantile(level, np.array(df - (way == "HTS"))))


def covariance(fit: NetworkFit) -> Floats:
    """Covariances of every treatment against the first (T, T), from the variances of all the differences."""
    v = fit.se**2
    matrix: Floats = 0.5 * (v[:, :1] + v[:1, :] - v)
    return matrix


def _pairs(data: NetworkData, effect: Floats, cov: Floats) -> tuple[Floats, Floats]:
    """Differences of all pairs and their standard errors; NaN across parts."""
    connected = data.part[:, None] == data.part[None, :]
    variance = np.diag(cov)[:, None] + np.diag(cov)[None, :] - 2.0 * cov
    estimate = np.where(connected, effect[:, None] - effect[None, :], np.nan)
    return estimate, np.where(connected, np.sqrt(np.maximum(variance, 0.0)), np.nan)


@asked
def p_scores(fit: NetworkFit, *, small_is_good: bool) -> Floats:
    """How sure it is, on average over the others, that a treatment is better (Rücker & Schwarzer 2015), (T,).

    Between 0 and 1; NaN unless everything is connected. A ranking says nothing of how large or how certain the
    differences are: the intervals do.

    Parameters
    ----------
    fit
        A fit of a network.
    small_is_good
        Whether smaller effects are better.

    Returns
    -------
    Floats
        Array of float64; NaN where there is no answer.
    """
    size = len(fit.treatments)
    if fit.status != Status.OK or len(fit.parts) != 1 or size < 2:
        return np.full(size, np.nan)
    better = -fit.estimate if small_is_good else fit.estimate
    with np.errstate(all="ignore"):
        sure = np.where(np.eye(size, dtype=np.bool_), 0.0, ndtr(better / fit.se))
    scores: Floats = sure.sum(1) / (size - 1)
    return scores
