"""Results as pandas data frames; pandas is only needed here."""

from __future__ import annotations

from typing import Any

import numpy as np

from metafit.errors import StatsInputError
from metafit.inverse_variance.tau2 import FIXED
from metafit.results import Fit, Floats
from metafit.text import say


def frame(result: Any, kind: str | None) -> Any:
    """The table of a result that is asked for, as a data frame."""
    columns = _columns(result, kind)
    try:
        import pandas
    except ImportError:
        raise StatsInputError("to_frame needs pandas: install it, or read the fields of the result.") from None
    return pandas.DataFrame(columns)


def _columns(result: Any, kind: str | None) -> dict[str, Any]:
    from metafit.display.summaries import rows

    name = type(result).__name__
    fit = result.fit if name in ("Subgroups", "TrimFill") else result
    if kind in (None, "fit") and isinstance(fit, Fit):
        return _fit(fit)
    if kind == "studies" and isinstance(result, Fit) and result.studies is not None:
        return _studies(result)
    if kind == "between" and getattr(result, "intervals", None) is not None:
        return _columns(result.intervals, None)
    if kind is None or name in TABLE_OF.get(kind, ()):
        found = rows(result)
        if found is not None:
            return found.frame()
    raise StatsInputError(f"kind: a {name} has no table of {kind!r}.")


TABLE_OF = {
    "studies": ("Effects", "Influence", "StudyData", "Blups", "TrimFill"),
    "coefficients": ("Regression", "MultilevelFit", "MultivariateFit", "RobustFit", "ComponentFit"),
}
"""Whose own table is one of the studies, or of the coefficients."""


def _fit(fit: Fit) -> dict[str, Any]:
    fields = ("k", "estimate", "se", "statistic", "df", "p", "ci_low", "ci_high")
    values = {name: np.ravel(getattr(fit, name)) for name in fields}
    values |= {name: np.ravel(getattr(fit.heterogeneity, name)) for name in ("tau2", "i2", "h2", "q", "q_df", "q_p")}
    values |= {"prediction_low": np.ravel(fit.prediction.low), "prediction_high": np.ravel(fit.prediction.high)}
    labels = {} if fit.labels is None else {"name": list(fit.labels)}
    return {**labels, "measure": fit.measure, "method": fit.method, "test": fit.test, "level": fit.level, **values}


def reasons(studies: Any) -> list[str]:
    """Why each study has no part in a pool; an empty word for those that have."""
    words = {(True, True): say("reason.effect"), (True, False): say("reason.effect")}
    words |= {(False, True): say("reason.variance"), (False, False): ""}
    return [words[bool(y), bool(v)] for y, v in zip(np.isnan(studies.yi), np.isnan(studies.vi), strict=True)]


def _studies(fit: Fit) -> dict[str, Any]:
    studies = fit.studies
    assert studies is not None
    told = reasons(studies)
    names = [studies.name(i) for i in range(studies.yi.size)]
    included = [not one for one in told]
    table = {"name": names, "yi": studies.yi, "vi": studies.vi, "included": included, "reason": told}
    return {**table, "weight": study_weights(fit)}


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
