"""Results as pandas data frames; pandas is only needed here."""

from __future__ import annotations

from typing import Any

import numpy as np

from metafit.errors import StatsInputError
from metafit.inverse_variance.tau2 import FIXED
from metafit.results import Fit, Floats


def frame(result: Any, kind: str) -> Any:
    """The table of a result that is asked for, as a data frame."""
    columns = _columns(result, kind)
    try:
        import pandas
    except ImportError:
        raise StatsInputError("to_frame needs pandas: install it, or read the fields of the result.") from None
    return pandas.DataFrame(columns)


def _columns(result: Any, kind: str) -> dict[str, Any]:
    name = type(result).__name__
    if kind == "fit" and isinstance(result, Fit):
        return _fit(result)
    if kind == "fit" and name == "Subgroups":
        return _fit(result.fit)
    if kind == "studies" and isinstance(result, Fit) and result.studies is not None:
        return _studies(result)
    if kind == "studies" and name == "Effects":
        names = result.names or [f"study {i + 1}" for i in range(np.size(result.yi))]
        return {"name": list(names), "yi": np.ravel(result.yi), "vi": np.ravel(result.vi)}
    if kind == "studies" and name == "Influence":
        fields = ("rstudent", "dffits", "cook_d", "cov_r", "tau2_del", "qe_del", "hat", "weight", "dfbs", "influential")
        names = result.names or [f"study {i + 1}" for i in range(result.hat.size)]
        return {"name": list(names), **{one: getattr(result, one) for one in fields}}
    if kind == "coefficients" and name == "Regression" and np.ndim(result.k) == 0:
        tested = ("se", "statistic", "p", "ci_low", "ci_high")
        values = {one: getattr(result, one) for one in tested}
        return {"name": list(result.labels), "estimate": result.coefficients, **values}
    raise StatsInputError(f"kind: a {name} has no table of {kind!r}.")


def _fit(fit: Fit) -> dict[str, Any]:
    fields = ("k", "estimate", "se", "statistic", "df", "p", "ci_low", "ci_high")
    values = {name: np.ravel(getattr(fit, name)) for name in fields}
    values |= {name: np.ravel(getattr(fit.heterogeneity, name)) for name in ("tau2", "i2", "h2", "q", "q_df", "q_p")}
    values |= {"prediction_low": np.ravel(fit.prediction.low), "prediction_high": np.ravel(fit.prediction.high)}
    labels = {} if fit.labels is None else {"name": list(fit.labels)}
    return {**labels, "measure": fit.measure, "method": fit.method, "test": fit.test, "level": fit.level, **values}


def _studies(fit: Fit) -> dict[str, Any]:
    studies = fit.studies
    assert studies is not None
    included = np.isfinite(studies.yi) & np.isfinite(studies.vi)
    reason = np.where(np.isnan(studies.yi), "no effect", np.where(np.isnan(studies.vi), "no variance", ""))
    weight = study_weights(fit)
    names = [studies.name(i) for i in range(studies.yi.size)]
    table = {"name": names, "yi": studies.yi, "vi": studies.vi, "included": included, "reason": reason}
    return {**table, "weight": weight}


def study_weights(fit: Fit) -> Floats:
    """Weights of the studies of a single pool, in percent; NaN for those left out."""
    if fit.studies is None:
        raise StatsInputError("fit: give the fit of one analysis, not a batch.")
    y, v = fit.studies.yi, fit.studies.vi
    tau2 = 0.0 if fit.method in FIXED else float(np.nan_to_num(fit.tau2))
    with np.errstate(all="ignore"):
        weight = np.where(np.isfinite(y) & np.isfinite(v), 1.0 / (v + tau2), np.nan)
        share: Floats = 100.0 * weight / np.nansum(weight)
    return share
