"""`pool`: the inverse-variance meta-analysis, one analysis or a batch through the same kernel.

Names and meanings are those of metafor's `rma.uni` and `predict.rma` (Viechtbauer 2010, doi:10.18637/jss.v036.i03),
against which every number is checked. Written from the published formulas, not from that program.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.errors import StatsInputError
from metafit.inputs import Frame, Names, Values, take
from metafit.inverse_variance.kernel import Numbers, pool_batch, pool_compiled, pool_one
from metafit.inverse_variance.layout import as_batch
from metafit.inverse_variance.tau2 import FIXED, METHODS
from metafit.levels import as_fraction
from metafit.results import Fit, Floats, Heterogeneity, Prediction

Method = Literal["FE", "EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"]
Test = Literal["z", "t", "knha", "adhoc"]
TESTS = ("z", "t", "knha", "adhoc")


def check_call(method: str, test: str | None, level: float) -> tuple[str, str, float]:
    """Validate the options; returns the method, the test to use and the level as a fraction.

    Raises StatsInputError for an unknown method or test, a level that is none, or Knapp-Hartung with a fixed-effect
    model, which has no meaning (metafor warns).
    """
    if method not in METHODS:
        raise StatsInputError(f"method: {method!r} is not one of {', '.join(METHODS)}.")
    if test is None:
        test = "z" if method in FIXED else "adhoc"
    if test not in TESTS:
        raise StatsInputError(f"test: {test!r} is not one of {', '.join(TESTS)}.")
    if method in FIXED and test in ("knha", "adhoc"):
        raise StatsInputError(f"test: {test!r} needs a random-effects method; with {method} use 'z' or 't'.")
    return method, test, as_fraction(level)


@asked
def pool(
    yi: Values,
    vi: npt.ArrayLike | str | None = None,
    *,
    method: Method | str = "REML",
    test: Test | str | None = None,
    level: float = 0.95,
    names: Names | None = None,
    measure: str | None = None,
    data: Frame | Mapping[str, Any] | None = None,
    compiled: bool = False,
) -> Fit:
    """Pool effects with their sampling variances.

    Parameters
    ----------
    yi
        Effects (..., k), NaN where a study is absent; leading axes are a batch and the result has their shape. Or what
        an effect function gives (then without vi), or the name of a column of `data`.
    vi
        Sampling variances, of the same shape.
    method
        Estimator of tau2: REML, DL, PM, ML, EB, SJ, HE, HS; FE (or EE) for the common-effect model.
    test
        adhoc (Knapp-Hartung with a variance factor never below 1), knha, t or z. None: adhoc, and z for FE.
    level
        Confidence level; 95 and 0.95 are the same.
    names, measure
        Of the studies and of the effects; they stay with the result. `measure` gives the natural scale in print.
    data
        A data frame or a dictionary of columns, for yi, vi and names given as column names.
    compiled
        For batches of many thousands: the same numbers in machine code, by numba, which must be installed. Compiling
        takes some seconds, once in a process.

    Returns
    -------
    Fit
        One study gives that study with a z interval and status SINGLE_STUDY. The prediction interval uses t with k - 1
        degrees of freedom for t, knha and adhoc, and z otherwise.

    Raises
    ------
    StatsInputError
        Arguments without meaning; numbers without an answer give NaN and a status.
    """
    method, test, level = check_call(method, test, level)
    given = take(yi, vi, names=names, measure=measure, data=data)
    y, v = as_batch(given.yi, given.vi)
    found = pool_one(y, v, method, test, level) if y.ndim == 1 else None
    if found is None:
        found = _in_batch(y, v, method, test, level, compiled)
    return Fit(
        method=method,
        test=test,
        level=level,
        status=found.status,
        k=found.k,
        estimate=found.estimate,
        se=found.se,
        statistic=found.statistic,
        df=found.df,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        heterogeneity=Heterogeneity(
            tau2=found.tau2,
            se_tau2=found.se_tau2,
            i2=found.i2,
            h2=found.h2,
            q=found.q,
            q_df=found.q_df,
        ),
        prediction=Prediction(low=found.prediction_low, high=found.prediction_high),
        measure=given.measure,
        studies=given.studies(),
    )


def _in_batch(y: Floats, v: Floats, method: str, test: str, level: float, compiled: bool) -> Numbers:
    *shape, width = y.shape
    y, v = y.reshape(prod(shape), width), v.reshape(prod(shape), width)
    if width == 0:
        y = v = np.full((y.shape[0], 1), np.nan)
    found = (pool_compiled if compiled else pool_batch)(y, v, method, test, level)
    return Numbers._make(numbers.reshape(shape)[()] for numbers in found)
