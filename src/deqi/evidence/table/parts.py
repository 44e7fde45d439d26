"""Subgroups and moderators of a table."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.columns import Floats, number
from deqi.evidence.table.effects import SIZED, natural
from deqi.evidence.table.reading import Table, plain
from deqi.evidence.table.sentences import say, some
from metafit import Contrasts, Fit, Regression, Status, joint_test, pairwise, pool, regress, vif

_MOST_LEVELS = 50


@dataclass(frozen=True, slots=True)
class Group:
    """One subgroup; numbers as in the whole pool."""

    group: str
    k: int
    estimate: float | None
    se: float | None
    ci: tuple[float | None, float | None]
    p: float | None
    tau2: float | None
    i2: float | None
    estimate_natural: float | None
    ci_natural: tuple[float | None, float | None] | None


@dataclass(frozen=True, slots=True)
class Between:
    """Chi-square test that the subgroups share one effect; by: the column."""

    by: str
    q: float | None
    df: int
    p: float | None


@dataclass(frozen=True, slots=True)
class Moderator:
    """One coefficient of a meta-regression."""

    name: str
    estimate: float | None
    se: float | None
    ci: tuple[float | None, float | None]
    statistic: float | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Term:
    """One moderator: the test that none of its coefficients differs from 0, and how being related inflates it.

    statistic: F on df and the regression's df, or chi-square where that is None. vif: generalised for several
    coefficients; None where it is the only moderator. differences: between all its words, where it has three or more.
    """

    name: str
    statistic: float | None
    df: int
    p: float | None
    vif: float | None
    differences: tuple[Moderator, ...]


@dataclass(frozen=True, slots=True)
class Moderators:
    """A meta-regression: coefficients, omnibus test (F on qm_df and df, or chi-square where df is None), what is left.

    r2: percent of the heterogeneity accounted for. terms: moderator by moderator. values: of a single moderator of
    numbers, a row each.
    """

    coefficients: tuple[Moderator, ...]
    k: int
    qm: float | None
    qm_df: int
    df: float | None
    qm_p: float | None
    r2: float | None
    tau2: float | None
    i2: float | None
    q: float | None
    q_p: float | None
    terms: tuple[Term, ...]
    values: tuple[float | None, ...] = ()


def group_labels(table: Table, by: str) -> tuple[str, ...]:
    """The subgroup of each row."""
    place = table.columns.index(by)
    return tuple(plain(cells[place]) or "not stated" for _, cells in table.rows)


def by_groups(
    table: Table,
    by: str,
    fits: Callable[[Any], Fit],
    measure: str,
    size: Callable[[Any], float | None],
    warnings: list[str],
) -> tuple[tuple[Group, ...], Between]:
    """Pool each level of a column, in order of first appearance, and test between them.

    size: of the rows of a mask, at which their pool is turned back.

    Raises:
        InputError: too many levels.
    """
    place = table.columns.index(by)
    labels = group_labels(table, by)
    levels = tuple(dict.fromkeys(labels))
    if len(levels) > _MOST_LEVELS:
        raise InputError(
            f"{table.name}, column {by}: {len(levels)} subgroups; name a column with at most {_MOST_LEVELS}."
        )
    if any(not cells[place] for _, cells in table.rows):
        warnings.append(say("by.not-stated", by=by))
    member = np.array([[label == one for label in labels] for one in levels])
    fit = fits(member)
    groups = []
    for i, one in enumerate(levels):
        ends = np.array([fit.estimate[i], fit.ci_low[i], fit.ci_high[i]])
        own = size(member[i])
        moved = None if own is None and measure in SIZED else natural(measure, ends, own)
        groups.append(
            Group(
                group=one,
                k=int(fit.k[i]),
                estimate=_number(ends[0]),
                se=_number(fit.se[i]),
                ci=(_number(ends[1]), _number(ends[2])),
                p=_number(fit.p[i]),
                tau2=_number(fit.tau2[i]),
                i2=_number(fit.heterogeneity.i2[i]),
                estimate_natural=None if moved is None else _number(moved[0]),
                ci_natural=None if moved is None else (_number(moved[1]), _number(moved[2])),
            )
        )
    ok = np.asarray(fit.ok)
    if int(ok.sum()) < 2:
        warnings.append(say("by.few", by=by))
        return tuple(groups), Between(by, None, max(int(ok.sum()) - 1, 0), None)
    across = pool(fit.estimate[ok], fit.se[ok] ** 2, method="FE").heterogeneity
    return tuple(groups), Between(by, _number(across.q), int(across.q_df), _number(across.q_p))


def on_moderators(
    table: Table,
    moderators: tuple[str, ...],
    y: Floats,
    v: Floats,
    method: str,
    test: str,
    level: float,
    warnings: list[str],
    studies: tuple[str, ...],
) -> Moderators | None:
    """Regress the effects on columns of the table; None where that cannot be done, and a warning says so.

    Raises:
        InputError: a column without numbers or with too many words.
    """
    usable = np.isfinite(y) & np.isfinite(v)
    data = {one: moderator_column(table, one, usable) for one in dict.fromkeys(moderators)}
    fit = regress(y, v, list(data), method=method, test=test, level=level, data=data)
    matrix = np.asarray(fit.moderators)
    out = [studies[i] for i in np.flatnonzero(usable & np.isnan(matrix).any(axis=1))]
    if out:
        warnings.append(say("moderators.out", studies=some(out).rstrip("."), columns=", ".join(moderators)))
    status = int(fit.status)
    if status != Status.OK:
        key = "moderators.no-standard-error" if status == Status.NO_STANDARD_ERROR else "moderators.status"
        warnings.append(say(key, columns=", ".join(moderators)))
        return None
    for term in fit.terms:
        if term.reference is not None:
            warnings.append(say("moderators.reference", name=term.name, word=term.reference))
    h = fit.heterogeneity
    single = len(fit.terms) == 1 and not fit.terms[0].levels
    return Moderators(
        coefficients=_coefficients(fit.labels, fit.coefficients, fit),
        k=int(fit.k),
        qm=_number(fit.qm),
        qm_df=fit.qm_df,
        df=None if fit.test == "z" else _number(fit.df),
        qm_p=_number(fit.qm_p),
        r2=_number(fit.r2),
        tau2=_number(h.tau2),
        i2=_number(h.i2),
        q=_number(h.q),
        q_p=_number(h.q_p),
        terms=_terms(fit),
        values=tuple(_number(one) for one in matrix[:, 0]) if single else (),
    )


def _coefficients(names: tuple[str, ...], estimate: Floats, found: Regression | Contrasts) -> tuple[Moderator, ...]:
    return tuple(
        Moderator(
            name,
            _number(estimate[i]),
            _number(found.se[i]),
            (_number(found.ci_low[i]), _number(found.ci_high[i])),
            _number(found.statistic[i]),
            _number(found.p[i]),
        )
        for i, name in enumerate(names)
    )


def _terms(fit: Regression) -> tuple[Term, ...]:
    """Each moderator by itself."""
    inflated = vif(fit).vif if len(fit.terms) > 1 else [math.nan]
    found = []
    for term, factor in zip(fit.terms, inflated, strict=True):
        tested = joint_test(fit, term.name)
        differences: tuple[Moderator, ...] = ()
        if len(term.levels) > 1:
            pairs = pairwise(fit, term.name)
            differences = _coefficients(pairs.names, pairs.estimate, pairs)
        statistic, p = _number(tested.qm), _number(tested.qm_p)
        found.append(Term(term.name, statistic, len(term.coefficients), p, _number(factor), differences))
    return tuple(found)


def moderator_column(table: Table, column: str, usable: Any) -> Any:
    """A column of numbers, NaN where it is empty, or of words, None where it is empty."""
    place = table.columns.index(column)
    cells = [(row, values[place]) for row, values in table.rows]
    found: list[float | None] = []
    wrong: list[InputError] = []
    for row, cell in cells:
        try:
            found.append(number(table, row, column, cell))
        except InputError as error:
            found.append(None)
            wrong.append(error)
    if not wrong:
        if all(value is None for value in found):
            raise InputError(f"{table.name}, column {column}: empty; name a column with a value for each study.")
        return np.array([math.nan if value is None else value for value in found])
    if sum(value is not None for value in found) > len(wrong):
        raise wrong[0]  # a column of numbers with a slip in it, not a column of words
    words = [plain(cell) or None for _, cell in cells]
    different = len({word for word, used in zip(words, usable, strict=True) if word and used})
    if not 2 <= different <= _MOST_LEVELS:
        raise InputError(
            f"{table.name}, column {column}: {different} different words; name a column of numbers, or one with 2 "
            f"to {_MOST_LEVELS} words."
        )
    return np.array(words, dtype=object)


def _number(x: Any) -> float | None:
    value = float(x)
    return value if math.isfinite(value) else None
