"""`pool_counts`: the one door to the estimators that use counts themselves, with nothing added to zeros."""

from __future__ import annotations

from typing import Literal

import numpy as np

from metafit.asked import asked
from metafit.counts.data import OneArm, TwoArms, lay_out
from metafit.counts.glmm import MODELS, glmm
from metafit.counts.mantel_haenszel import mantel_haenszel
from metafit.counts.peto import peto
from metafit.counts.results import CountFit
from metafit.errors import StatsInputError
from metafit.levels import as_fraction
from metafit.results import Floats

CountMethod = Literal["GLMM", "MH", "PETO"]

_FITS = {
    "GLMM": ("PLO", "IRLN", "OR", "IRR"),
    "MH": ("OR", "RR", "RD", "IRR", "IRD"),
    "PETO": ("OR",),
}


@asked
def pool_counts(
    table: OneArm | TwoArms,
    *,
    measure: str,
    method: CountMethod = "GLMM",
    model: Literal["UM.FS", "UM.RS", "CM.EL"] = "UM.FS",
    test: Literal["t", "z"] | None = None,
    level: float = 0.95,
    nagq: int = 7,
    correct: bool = True,
) -> CountFit:
    """Pool counts of one or two arms; arrays `(..., k)` give one analysis per leading index.

    GLMM: PLO, IRLN (one arm), OR, IRR (two arms; model UM.FS by quadrature with nagq points, UM.RS by Laplace, and
    for OR CM.EL, the exact conditional likelihood);
    test t by default. MH: OR, RR, RD, IRR, IRD. PETO: OR. MH and PETO know no test but z. correct: continuity
    correction of the Cochran-Mantel-Haenszel test (never of an estimate). Where nothing can be estimated (no
    events anywhere, effects that run to infinity) the numbers are NaN and `status` says why.

    Raises StatsInputError for an unknown or impossible combination.

    Parameters
    ----------
    table
        Counts of one or two arms, (..., k).
    measure
        Which effect, by metafor's name; it fixes the analysis scale.
    method
        GLMM (mixed model), MH (Mantel-Haenszel) or PETO.
    model
        Mixed model: UM.FS, UM.RS or CM.EL.
    test
        t or z; None is t for GLMM.
    level
        Confidence level; 95 and 0.95 are the same.
    nagq
        Points of the quadrature, 1 to 100.
    correct
        Continuity correction of the Cochran-Mantel-Haenszel test.

    Returns
    -------
    CountFit
        As `Fit`, with tests of association where the method has them; NaN and a status where nothing can be
        estimated.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    if method not in _FITS:
        raise StatsInputError(f"method {method!r} is not known: use GLMM, MH or PETO")
    if measure not in _FITS[method]:
        raise StatsInputError(f"method {method} does not pool {measure!r}: use {', '.join(_FITS[method])}")
    if model not in MODELS:
        raise StatsInputError(f"model {model!r} is not known: use UM.FS, UM.RS or CM.EL")
    if model == "CM.EL" and measure != "OR":
        raise StatsInputError(f"model CM.EL is for odds ratios of two arms, not {measure!r}")
    if test not in (None, "t", "z"):
        raise StatsInputError(f"test {test!r} is not known for counts: use t or z")
    if test == "t" and method != "GLMM":
        raise StatsInputError(f"method {method} has no t test: use test z")
    level = as_fraction(level)
    if not 1 <= nagq <= 100:
        raise StatsInputError(f"nagq must lie between 1 and 100, not {nagq!r}")
    laid = lay_out(table, measure)
    if method == "MH":
        return mantel_haenszel(laid, measure=measure, level=level, correct=correct)
    if method == "PETO":
        return peto(laid, level=level)
    return glmm(laid, measure=measure, model=model, test=test or "t", level=level, nagq=nagq)


def count_weights(table: OneArm | TwoArms, *, measure: str, method: CountMethod) -> Floats:
    """Weights of the studies in percent, `(..., k)`, as MH and PETO use them; NaN for GLMM, which has none."""
    laid = lay_out(table, measure)
    events, total = laid.y, np.where(laid.used[..., None], laid.n, 1.0)
    if method == "GLMM" or events.shape[-1] == 1:
        return np.full(laid.used.shape, np.nan).reshape(*laid.shape, laid.used.shape[-1])
    (a, c), (n1, n2) = np.moveaxis(events, -1, 0), np.moveaxis(total, -1, 0)
    both = n1 + n2
    if method == "PETO":
        raw = n1 * n2 * (a + c) * (both - a - c) / (both**2 * np.maximum(both - 1.0, 1.0))
    elif measure == "OR":
        raw = (n1 - a) * c / both
    elif measure in ("RR", "IRR"):
        raw = n1 * c / both
    else:
        raw = n1 * n2 / both
    raw = np.where(laid.used, raw, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = 100.0 * raw / np.nansum(raw, axis=-1, keepdims=True)
    return share.reshape(*laid.shape, share.shape[-1])
