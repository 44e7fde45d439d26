"""Questions to a meta-regression after it is fitted: linear combinations of its coefficients, and inflated variances.

Meanings are those of metafor's `anova.rma` and `vif.rma`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inverse_variance.layout import as_floats
from metafit.quantiles import t_quantile, t_two_sided, z_quantile, z_two_sided
from metafit.regression.coefficients import Coefficients
from metafit.regression.fit import Regression, omnibus
from metafit.regression.moderators import Term
from metafit.results import Floats

_INDEPENDENT = 1e-10


@dataclass(frozen=True, slots=True, repr=False)
class Contrasts(Shown):
    """Linear combinations of coefficients, each tested alone and all of them together.

    estimate, se, statistic, p, ci_low, ci_high: (n,). statistic and p test estimate = value. df: of t and F, NaN where
    the test is z. qm: Wald's test of all together, chi-square on qm_df or F on qm_df and df; qm_df counts those that
    are independent. NaN where the regression has no answer, and where the values contradict each other.
    """

    names: tuple[str, ...]
    test: str
    level: float
    estimate: Floats
    value: Floats
    se: Floats
    statistic: Floats
    df: float
    p: Floats
    ci_low: Floats
    ci_high: Floats
    qm: float
    qm_df: int
    qm_p: float


@asked
def contrasts(
    fit: Regression | Coefficients,
    matrix: npt.ArrayLike,
    value: npt.ArrayLike = 0.0,
    *,
    names: Sequence[str] | None = None,
) -> Contrasts:
    """Test linear combinations of the coefficients of a meta-regression, or of another model.

    Parameters
    ----------
    fit
        A regression of one analysis; or the coefficients of a location-scale or multivariate model (`location`,
        `scale`, `effects`).
    matrix
        One combination (p,), or n of them (n, p): a factor for each coefficient, the intercept first where there is
        one.
    value
        What each combination is under the null hypothesis; one number or (n,).
    names
        Of the combinations, n.

    Returns
    -------
    Contrasts
        z and chi-square, or t and F where the regression's test is not z.

    Raises
    ------
    StatsInputError
        A batch; a matrix of another width, with a number that is not finite, or a row of zeros.

    References
    ----------
    Huizenga, Visser & Dolan 2011, doi:10.1348/000711010X522687.

    Examples
    --------
    >>> line = regress([0.1, 0.3, 0.8, 0.9], [0.04, 0.05, 0.04, 0.06], [0.0, 1.0, 2.0, 3.0], test="z")
    >>> found = contrasts(line, [1.0, 2.0])
    >>> round(float(found.estimate[0]), 3)
    0.684
    """
    if isinstance(fit, Coefficients):
        beta, cov, known, df = fit.estimate, fit.covariance, fit.names, fit.df
    else:
        beta, cov = _single(fit, "contrasts")
        known, df = fit.labels, float("nan") if fit.test == "z" else float(fit.df)
    rows = np.atleast_2d(as_floats("matrix", matrix))
    if rows.ndim != 2 or rows.shape[1] != beta.size or not rows.shape[0]:
        raise StatsInputError(f"matrix: shape {np.shape(matrix)} does not match {beta.size} coefficients.")
    if not np.isfinite(rows).all() or not rows.any(1).all():
        raise StatsInputError("matrix: every row needs finite numbers, and one that is not 0.")
    try:
        null = np.broadcast_to(as_floats("value", value), rows.shape[:1])
    except ValueError as error:
        raise StatsInputError(f"value: {np.size(value)} for {len(rows)} combinations; give one for each.") from error
    if names is not None and len(names) != len(rows):
        raise StatsInputError(f"names: {len(names)} for {len(rows)} combinations; give one for each.")
    labels = tuple(names) if names is not None else tuple(_equation(row, known) for row in rows)
    estimate = rows @ beta
    with np.errstate(all="ignore"):
        se: Floats = np.sqrt(np.einsum("ni,ij,nj->n", rows, cov, rows))
        statistic = (estimate - null) / se
        critical: Any
        if fit.test == "z":
            critical, p = z_quantile(fit.level), z_two_sided(statistic)
        else:
            critical, p = (
                t_quantile(fit.level, np.asarray(int(np.nan_to_num(df)))),
                t_two_sided(statistic, np.asarray(df)),
            )
        together = _together(rows, null, beta, cov)
        if together is None:
            qm, qm_p, rank = np.full(1, np.nan), np.full(1, np.nan), 0
        else:
            qm, qm_p = omnibus(together[0][None], together[1][None], fit.test, np.array([df]))
            rank = together[0].size
    reach = critical * se
    return Contrasts(
        names=labels,
        test=fit.test,
        level=fit.level,
        estimate=estimate,
        value=np.array(null),
        se=se,
        statistic=statistic,
        df=df,
        p=p,
        ci_low=estimate - reach,
        ci_high=estimate + reach,
        qm=float(qm[0]),
        qm_df=rank,
        qm_p=float(qm_p[0]),
    )


@asked
def joint_test(fit: Regression, moderators: Sequence[str | int] | str | int) -> Contrasts:
    """Test that moderators have no effect, each coefficient alone and all of them together: metafor's `anova(btt=)`.

    Parameters
    ----------
    fit
        A regression of one analysis.
    moderators
        Names of moderators (a moderator of words means all its levels) or of coefficients; or places of coefficients,
        the intercept 0 where there is one.

    Returns
    -------
    Contrasts
        A row a coefficient.

    Raises
    ------
    StatsInputError
        A batch; a name or place the regression does not have.
    """
    beta, _ = _single(fit, "joint_test")
    given = _named("moderators", [moderators] if isinstance(moderators, (str, int)) else moderators)
    places = [place for one in given for place in _places(fit, one)]
    if not places or len(set(places)) < len(places):
        raise StatsInputError("moderators: name one or more, each once.")
    return contrasts(fit, np.eye(beta.size)[places], names=[fit.labels[i] for i in places])


@asked
def pairwise(fit: Regression, moderator: str) -> Contrasts:
    """All differences between the levels of a moderator of words, the level without a coefficient included.

    Parameters
    ----------
    fit
        A regression of one analysis whose moderators were columns of data.
    moderator
        The name of a column of words.

    Returns
    -------
    Contrasts
        A row a pair, the later level minus the earlier; qm tests that no level differs from any other. Several pairs
        are several tests: p is that of each alone.

    Raises
    ------
    StatsInputError
        A batch; a moderator the regression does not have, or one of numbers.
    """
    beta, _ = _single(fit, "pairwise")
    term = _term(fit, moderator)
    if term is None or not term.levels:
        raise StatsInputError(f"moderator: {moderator!r} is no moderator of words of this regression.")
    unit = np.eye(beta.size)
    rows = [(level, unit[i]) for level, i in zip(term.levels, term.coefficients, strict=True)]
    if term.reference is not None:
        rows.insert(0, (term.reference, np.zeros(beta.size)))
    pairs = list(combinations(rows, 2))
    return contrasts(
        fit,
        np.stack([late - early for (_, early), (_, late) in pairs]),
        names=[f"{b} - {a}" for (a, _), (b, _) in pairs],
    )


@dataclass(frozen=True, slots=True, repr=False)
class Inflation(Shown):
    """How much the moderators' being related inflates the variance of coefficients.

    names: of the moderators. coefficients: how many each has. vif: variance inflation factor, for several coefficients
    the generalised one. sif: vif to the power 1 / (2 coefficients), the factor of a standard error.
    """

    names: tuple[str, ...]
    coefficients: tuple[int, ...]
    vif: Floats
    sif: Floats


@asked
def vif(fit: Regression, groups: Sequence[Sequence[str | int]] | None = None) -> Inflation:
    """Variance inflation factors of the moderators, generalised for those with several coefficients.

    From the covariance of the coefficients without the intercept, as metafor's `vif`.

    Parameters
    ----------
    fit
        A regression of one analysis.
    groups
        Which coefficients to take together, by name or place; left out, each moderator by itself and all levels of a
        moderator of words together.

    Returns
    -------
    Inflation
        NaN without a fit.

    Raises
    ------
    StatsInputError
        A batch; a regression without a moderator; a name or place the regression does not have.

    References
    ----------
    Fox & Monette 1992, doi:10.1080/01621459.1992.10475190.

    Examples
    --------
    >>> line = regress([0.1, 0.3, 0.8, 0.9], [0.04] * 4, [[0.0, 1.0], [1.0, 0.0], [2.0, 3.0], [3.0, 2.0]])
    >>> [round(float(one), 3) for one in vif(line).vif]
    [1.562, 1.562]
    """
    _, cov = _single(fit, "vif")
    if not fit.terms:
        raise StatsInputError("vif: the regression has no moderator.")
    if groups is None:
        asked = [(term.name, term.coefficients) for term in fit.terms]
    else:
        places = [tuple(place for one in group for place in _places(fit, one)) for group in _grouped(groups)]
        asked = [(", ".join(fit.labels[i] for i in every), every) for every in places]
    if any(not every or len(set(every)) < len(every) or (fit.intercept and 0 in every) for _, every in asked):
        raise StatsInputError("groups: name moderators, each once in a group; the intercept has no inflation.")
    values = [
        _inflation(cov[fit.intercept :, fit.intercept :], [i - fit.intercept for i in every]) for _, every in asked
    ]
    sizes = tuple(len(every) for _, every in asked)
    factors = np.array(values)
    return Inflation(tuple(name for name, _ in asked), sizes, factors, factors ** (0.5 / np.array(sizes)))


def _named(what: str, given: Any) -> list[str | int]:
    """Names or places, whatever sequence holds them."""
    one: list[Any] = list(given) if isinstance(given, (list, tuple)) or np.ndim(given) == 1 else [None]
    if not all(isinstance(name, (str, int, np.integer)) and not isinstance(name, bool) for name in one):
        raise StatsInputError(f"{what}: give names of moderators, or places of coefficients.")
    return [name if isinstance(name, str) else int(name) for name in one]


def _grouped(groups: Any) -> list[list[str | int]]:
    if not isinstance(groups, (list, tuple)) or not groups:
        raise StatsInputError("groups: give a list of groups of moderators.")
    return [[one] if isinstance(one, str) else _named("groups", one) for one in groups]


def _inflation(cov: Floats, group: list[int]) -> float:
    if not np.isfinite(cov).all():
        return float("nan")
    se = np.sqrt(np.diag(cov))
    correlation = cov / np.outer(se, se)
    others = [i for i in range(len(cov)) if i not in group]
    logs = [np.linalg.slogdet(correlation[np.ix_(some, some)])[1] for some in (group, others)]
    return float(np.exp(logs[0] + logs[1] - np.linalg.slogdet(correlation)[1]))


def _single(fit: Regression, asked: str) -> tuple[Floats, Floats]:
    beta = np.asarray(fit.coefficients)
    if beta.ndim != 1:
        raise StatsInputError(f"{asked}: give a single regression, not a batch.")
    return beta, np.asarray(fit.covariance)


def _term(fit: Regression, name: str) -> Term | None:
    return next((term for term in fit.terms if term.name == name), None)


def _places(fit: Regression, one: str | int) -> tuple[int, ...]:
    """Of a moderator or coefficient by name, or of a coefficient by place."""
    labels = fit.labels
    if isinstance(one, str):
        term = _term(fit, one)
        if term is not None:
            return term.coefficients
        if one in labels:
            return (labels.index(one),)
    elif 0 <= one < len(labels):
        return (int(one),)
    raise StatsInputError(f"moderators: {one!r} is none of {', '.join(labels)}.")


def _together(rows: Floats, value: Floats, beta: Floats, cov: Floats) -> tuple[Floats, Floats] | None:
    """Independent combinations that say the same as all rows, less their values, and their covariance.

    None where rows that depend on each other have values that contradict each other.
    """
    size = np.sqrt(np.diag(cov))
    if not np.isfinite(size).all():
        return None
    # In units of the standard errors, so that what is independent hangs on no unit of a moderator.
    scaled = rows * size
    length = np.sqrt((scaled**2).sum(1))
    u, s, vt = np.linalg.svd(scaled / length[:, None], full_matrices=False)
    kept = s > _INDEPENDENT * s[0]
    u, s, vt = u[:, kept], s[kept], vt[kept]
    target = value / length
    reached = u.T @ target
    if np.abs(target - u @ reached).max() > 1e-8 * max(float(np.abs(target).max()), 1e-300):
        return None
    return vt @ (beta / size) - reached / s, vt @ (cov / np.outer(size, size)) @ vt.T


def _equation(row: Floats, labels: tuple[str, ...]) -> str:
    """A combination as it would be written: 2*latitude - year."""
    parts = []
    for factor, label in zip(row, labels, strict=True):
        if factor:
            sign = "-" if factor < 0 else "+"
            times = "" if abs(factor) == 1.0 else f"{abs(factor):g}*"
            parts.append((sign, f"{times}{label}"))
    text = " ".join(f"{sign} {part}" for sign, part in parts)
    return text[2:] if text.startswith("+") else f"-{text[2:]}"
