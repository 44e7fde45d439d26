"""Several outcomes of each study at once: their mean effects, and how they vary and correlate between studies.

Meanings are those of metafor's `rma.mv(yi, V, mods = ~ outcome - 1, random = ~ outcome | study, struct = )`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inputs import Frame, Values, column, take
from metafit.inverse_variance.layout import as_floats
from metafit.levels import as_fraction
from metafit.multivariate.profiles import BetweenIntervals, profiled
from metafit.multivariate.rows import OutcomeRows
from metafit.multivariate.search import guesses, hill_of, summit
from metafit.multivariate.structures import STRUCTURES, structure_of
from metafit.quantiles import chi2_upper
from metafit.regression.coefficients import Coefficients, wald_table
from metafit.regression.moderators import as_matrix, default_names
from metafit.results import Floats, Ints, Status

_CLIMBS = 5
"""From so many of the starts, the highest ones, the search goes on."""


@dataclass(frozen=True, slots=True, repr=False)
class MultivariateFit(Shown):
    """A multivariate meta-analysis of m outcomes.

    effects: the coefficients, outcome by outcome, with their covariance; `contrasts` compares them. tau2 (m,) and
    correlation (m, m): of the true effects between studies; a correlation with an outcome whose tau2 is 0 is NaN.
    studies: how many. k: rows, rows (m,) of each outcome. q: Cochran's Q without heterogeneity, on q_df.
    """

    method: str
    structure: str
    status: Status
    studies: int
    k: int
    outcomes: tuple[str, ...]
    rows: Ints
    effects: Coefficients
    tau2: Floats
    correlation: Floats
    log_likelihood: float
    q: float
    q_df: int
    q_p: float
    measure: str = "GEN"
    intervals: BetweenIntervals | None = None
    """Of tau2 and of the correlations, where they were asked for."""


@asked
def pool_multivariate(
    yi: Values,
    v: npt.ArrayLike | str | None,
    study: Sequence[object] | npt.NDArray[Any] | str,
    outcome: Sequence[object] | npt.NDArray[Any] | str,
    moderators: npt.ArrayLike | Sequence[str] | None = None,
    *,
    structure: Literal["UN", "HCS", "CS", "DIAG"] | str = "UN",
    method: Literal["REML", "ML"] | str = "REML",
    test: Literal["z", "t"] | str = "t",
    level: float = 0.95,
    intervals: bool = False,
    names: Sequence[str] | None = None,
    measure: str | None = None,
    data: Frame | Mapping[str, Any] | None = None,
) -> MultivariateFit:
    """Pool several outcomes of each study together.

    Parameters
    ----------
    yi
        Effects (k,), a row an outcome of a study, NaN where one is absent; or the name of a column.
    v
        Sampling variances (k,), or their covariance (k, k), which `sampling_covariance` makes of correlations; studies
        have none in common.
    study, outcome
        Labels of the rows (k,), or names of columns.
    moderators
        Numbers (k,) or (k, m), or names of columns; each has a slope for every outcome.
    structure
        Of the covariance of true effects between outcomes. UN: any. HCS: a variance for each outcome, one correlation.
        CS: one variance, one correlation. DIAG: a variance for each, no correlation.
    method
        REML or ML.
    test
        t on rows less coefficients, or z.
    level
        Confidence level; 95 and 0.95 are the same.
    intervals
        Whether to look for profile-likelihood intervals of the variances and correlations, too, which takes many fits.
    names
        Of the moderators.
    measure
        Which effect, by metafor's name.
    data
        A data frame or a dictionary of columns.

    Returns
    -------
    MultivariateFit
        The highest of the tops that are reached from several starts; NOT_ESTIMABLE where an outcome is in one study
        only, or where no study has two outcomes whose correlation is asked for.

    Raises
    ------
    StatsInputError
        Arguments without meaning: another structure, method or test, or shapes that do not match.

    References
    ----------
    Viechtbauer 2010, doi:10.18637/jss.v036.i03. Berkey et al. 1998, Statistics in Medicine 17, 2537-2550, whose data
    the golden tests fit.

    Examples
    --------
    >>> fit = pool_multivariate([0.5, 0.3, 0.6, 0.2, 0.9, 0.4], [0.02] * 6, list("aabbcc"), ["pain", "sleep"] * 3)
    >>> fit.outcomes, fit.studies
    (('pain', 'sleep'), 3)
    """
    for name, value, known in (
        ("structure", structure, STRUCTURES),
        ("method", method, ("REML", "ML")),
        ("test", test, ("z", "t")),
    ):
        if value not in known:
            raise StatsInputError(f"{name}: {value!r} is not one of {', '.join(known)}.")
    level = as_fraction(level)
    given = take(yi, v, measure=measure, data=data)
    y = as_floats("yi", given.yi)
    if y.ndim != 1:
        raise StatsInputError("pool_multivariate: give one analysis, not a batch.")
    covariance = as_floats("v", given.vi)
    covariance = np.diag(covariance) if covariance.ndim == 1 else covariance
    if covariance.shape != (y.size, y.size):
        raise StatsInputError(f"v: shape {np.shape(given.vi)} does not match {y.size} effects.")
    _, studies = numbered("study", column("study", study, data), y.size)
    labels, outcomes = numbered("outcome", column("outcome", outcome, data), y.size)
    extra, told = _moderators(moderators, names, data, y.size)
    here = ~(np.isnan(y) | np.isnan(np.diag(covariance))) & np.isfinite(extra).all(1)
    rows = np.bincount(outcomes[here], minlength=len(labels))
    x = np.einsum("ko,kj->kjo", np.eye(len(labels))[outcomes], np.column_stack([np.ones(y.size), extra]))
    x = x.reshape(y.size, -1)
    words = (*labels, *(f"{label}: {name}" for name in told for label in labels))
    data_ = OutcomeRows(y[here], covariance[np.ix_(here, here)], x[here], studies[here], outcomes[here])
    return _fit(data_, words, labels, rows, structure, method, test, level, given.measure, intervals)


def numbered(what: str, labels: Any, k: int) -> tuple[tuple[str, ...], Ints]:
    """The different labels in the order of their appearance, and each row's place among them."""
    if len(labels) != k:
        raise StatsInputError(f"{what}: {len(labels)} labels for {k} effects.")
    seen: dict[Any, int] = {}
    places = np.array([seen.setdefault(one, len(seen)) for one in list(labels)], dtype=np.int64)
    return tuple(str(one) for one in seen), places


def _moderators(
    moderators: npt.ArrayLike | Sequence[str] | None,
    names: Sequence[str] | None,
    data: Frame | Mapping[str, Any] | None,
    k: int,
) -> tuple[Floats, tuple[str, ...]]:
    if moderators is None:
        return np.empty((k, 0)), ()
    sources = [moderators] if isinstance(moderators, str) else moderators
    if isinstance(sources, (list, tuple)) and all(isinstance(one, str) for one in sources):
        told = tuple(names or (str(one) for one in sources))
        x = np.column_stack([as_matrix(column("moderators", one, data), k) for one in sources])
    else:
        x = as_matrix(moderators, k)
        told = tuple(names or default_names(x.shape[1]))
    if len(told) != x.shape[1]:
        raise StatsInputError(f"names: {len(told)} for {x.shape[1]} moderators; give one for each.")
    return x, told


def _fit(
    data: OutcomeRows,
    words: tuple[str, ...],
    labels: tuple[str, ...],
    rows: Ints,
    structure: str,
    method: str,
    test: str,
    level: float,
    measure: str,
    intervals: bool,
) -> MultivariateFit:
    k, p = data.x.shape
    m = len(labels)
    status = data.problem(m, structure)
    beta, cov = np.full(p, np.nan), np.full((p, p), np.nan)
    between, value, q = np.full((m, m), np.nan), float("nan"), float("nan")
    if status == Status.OK:
        scaled = data.scaled(m, structure, method == "REML")
        model, units = scaled.model, scaled.units
        shape = structure_of("DIAG" if m == 1 else structure, m)
        hill = hill_of(model, shape)
        starts = [shape.parameters(*one) for one in guesses(scaled.spreads, m > 1 and structure != "DIAG")]
        highest_starts = sorted(starts, key=lambda one: hill(one)[0])[-_CLIMBS:]
        top, height, converged = summit(hill, shape, highest_starts)
        best = model.at(shape.shape(top).g) if np.isfinite(height) else None
        status = Status.NOT_CONVERGED if best is None or not converged else Status.OK
        if best is not None and converged:
            inverse = np.linalg.inv(scaled.back)
            beta, cov = inverse @ best.beta, inverse @ best.cov @ inverse.T
            between = shape.shape(top).g * np.outer(units, units)
            q = model.cochran()
            value = best.value - float(np.log(units[data.outcome]).sum())
            if method == "REML":
                value += float(
                    0.5 * np.linalg.slogdet(data.x.T @ data.x)[1] - np.log(np.abs(np.diag(scaled.back))).sum()
                )
    tau2 = np.maximum(np.diag(between), 0.0)
    sd = np.sqrt(np.where(tau2 > 0.0, tau2, np.nan))
    correlation = np.where(np.eye(m, dtype=np.bool_), 1.0, np.clip(between / np.outer(sd, sd), -1.0, 1.0))
    profiles = None
    if intervals and status == Status.OK:
        profiles = profiled(data.scaled(m, structure, method == "REML"), structure, labels, tau2, correlation, level)
    df = max(k - p, 0)
    return MultivariateFit(
        method=method,
        structure=structure,
        status=status,
        studies=int(np.unique(data.study).size),
        k=k,
        outcomes=labels,
        rows=rows,
        effects=wald_table(words, beta, cov, test, level, df, first=0),
        tau2=tau2,
        correlation=correlation,
        log_likelihood=value,
        q=q,
        q_df=df,
        q_p=float(chi2_upper(np.asarray(q), np.asarray(df))),
        measure=measure,
        intervals=profiles,
    )
