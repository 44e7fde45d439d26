"""Log-likelihoods of fits, and the criteria that compare models by them.

Reckoned when asked for, from the numbers a fit keeps, so that a pool costs nothing more. The restricted likelihood is
Patterson and Thompson's (1971, Biometrika 58:545-554) with the determinant of the moderators; AICc is Hurvich and
Tsai's (1989, Biometrika 76:297-307). Meanings are those of metafor's `fitstats`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from metafit.asked import asked
from metafit.counts.results import CountFit
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inverse_variance.tau2 import FIXED
from metafit.multilevel.fit import MultilevelFit
from metafit.regression.fit import Regression
from metafit.results import Fit, Floats, Status

_LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True, repr=False)
class FitStatistics(Shown):
    """How well a model fits its k effects with so many parameters (coefficients and variances).

    restricted: whether the likelihood is the restricted one (REML). deviance: minus twice the log-likelihood, of an
    unrestricted one relative to a model with an effect for each study; NaN for models of counts.
    """

    restricted: bool
    k: int
    parameters: int
    log_likelihood: float
    deviance: float
    aic: float
    bic: float
    aicc: float


class _Model(NamedTuple):
    """Effects (k,), moderators (k, p), their sampling and marginal covariance, (k,) or (k, k)."""

    y: Floats
    x: Floats
    sampling: Floats
    marginal: Floats
    variances: int


@asked
def fit_statistics(
    fit: Fit | Regression | MultilevelFit | CountFit, *, restricted: bool | None = None
) -> FitStatistics:
    """Log-likelihood, deviance, AIC, BIC and AICc of a fit.

    Values of restricted likelihoods compare models with the same moderators only.

    Parameters
    ----------
    fit
        What `pool`, `regress`, `pool_multilevel`, `three_level` or, for mixed models, `pool_counts` gives, of one
        analysis.
    restricted
        Whether to take the restricted likelihood; None: where the fit was by REML.

    Returns
    -------
    FitStatistics
        NaN where the fit has no answer.

    Raises
    ------
    StatsInputError
        A batch, or a method without a likelihood (Mantel-Haenszel, Peto).
    """
    if isinstance(fit, CountFit):
        return _counted(fit, bool(restricted))
    model = _model(fit)
    k, p = model.x.shape
    parameters = p + model.variances
    own = fit.method == "REML" if restricted is None else restricted
    if Status(int(fit.status)) != Status.OK:
        nothing = float("nan")
        return FitStatistics(own, k, parameters, nothing, nothing, nothing, nothing, nothing)
    log_likelihood = _restricted(model) if own else _unrestricted(model)
    against = 0.0 if own else -0.5 * (k * _LOG_2PI + _log_determinant(model.sampling))
    deviance = 2.0 * (against - log_likelihood)
    return _criteria(own, k, parameters, log_likelihood, deviance, k - p if own else k)


def _criteria(
    restricted: bool, k: int, parameters: int, log_likelihood: float, deviance: float, rows: int
) -> FitStatistics:
    """The criteria for an effective number of rows."""
    twice = -2.0 * log_likelihood
    aic = twice + 2.0 * parameters
    bic = twice + np.log(rows) * parameters
    aicc = twice + 2.0 * parameters * max(rows, parameters + 2) / (max(rows, parameters + 2) - parameters - 1.0)
    return FitStatistics(restricted, k, parameters, log_likelihood, deviance, float(aic), float(bic), float(aicc))


def _model(fit: Fit | Regression | MultilevelFit) -> _Model:
    if isinstance(fit, MultilevelFit):
        marginal = fit.model.marginal(np.nan_to_num(fit.sigma2))
        return _Model(fit.model.y, fit.model.x, fit.model.v, marginal, fit.sigma2.size)
    studies = fit.studies
    if studies is None or np.ndim(fit.k) > 0:
        raise StatsInputError("fit: give the fit of one analysis, not a batch.")
    x = np.ones((studies.yi.size, 1))
    if isinstance(fit, Regression):
        if fit.moderators is None:
            raise StatsInputError("fit: the regression does not hold its moderators.")
        x = np.column_stack([x, fit.moderators]) if fit.intercept else np.asarray(fit.moderators)
    here = np.isfinite(studies.yi) & np.isfinite(studies.vi) & np.isfinite(x).all(1)
    v = studies.vi[here]
    variances = 0 if fit.method in FIXED else 1
    return _Model(studies.yi[here], x[here], v, v + (float(fit.heterogeneity.tau2) if variances else 0.0), variances)


def _whitened(model: _Model) -> tuple[Floats, Floats]:
    """Effects and moderators in units of the marginal standard deviation."""
    if model.marginal.ndim == 1:
        spread = np.sqrt(model.marginal)
        return model.y / spread, model.x / spread[:, None]
    root = np.linalg.cholesky(model.marginal)
    return np.linalg.solve(root, model.y), np.linalg.solve(root, model.x)


def _squares(y: Floats, x: Floats) -> tuple[float, float]:
    """The residual sum of squares of a least squares fit, and the log determinant of x'x."""
    q, r = np.linalg.qr(x)
    left = y - q @ (q.T @ y)
    return float(left @ left), 2.0 * float(np.log(np.abs(np.diag(r))).sum())


def _log_determinant(v: Floats) -> float:
    return float(np.log(v).sum()) if v.ndim == 1 else float(np.linalg.slogdet(v)[1])


def _unrestricted(model: _Model) -> float:
    left, _ = _squares(*_whitened(model))
    return -0.5 * (model.y.size * _LOG_2PI + _log_determinant(model.marginal) + left)


def _restricted(model: _Model) -> float:
    left, weighted = _squares(*_whitened(model))
    _, plain = _squares(model.y, model.x)
    rows = model.y.size - model.x.shape[1]
    value: float = -0.5 * (rows * _LOG_2PI - plain + _log_determinant(model.marginal) + weighted + left)
    return value


def _counted(fit: CountFit, restricted: bool) -> FitStatistics:
    """A mixed model of counts: the arms are the rows where each study has an effect of its own."""
    if restricted or fit.method in ("MH", "PETO"):
        raise StatsInputError("fit: this method has no such likelihood.")
    if np.ndim(fit.k) > 0:
        raise StatsInputError("fit: give the fit of one analysis, not a batch.")
    k = int(fit.k)
    tau2 = 0 if fit.method in FIXED else 1
    levels = {"UM.FS": k, "UM.RS": 2}.get(fit.model, 0)
    rows = 2 * k if fit.model in ("UM.FS", "UM.RS") else k
    return _criteria(False, k, 1 + tau2 + levels, float(fit.loglik), float("nan"), rows)
