"""`pool_table`: a table of studies to a pooled effect, subgroups and moderators; what `deqi pool` prints.

Inverse-variance methods add 1/2 to the cells of a row with an empty one, as metafor's escalc does, and say so; GLMM,
MH and PETO work on the counts. Everything is on the analysis scale (log for ratios), with the natural scale beside.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.columns import ColumnSet, Floats, Numbers, choose, numbers
from deqi.evidence.table.effects import ADDED, counts_of, effects_of, natural, warn_rows
from deqi.evidence.table.parts import Between, Group, Moderators, by_groups, on_moderators
from deqi.evidence.table.reading import Table, parse_table, read_table
from metafit import Fit, StatsInputError, Status, WarningKind, heterogeneity_intervals, pool
from metafit.counts.pooling import count_weights, pool_counts

__all__ = ["METHODS", "PooledTable", "StudyRow", "Table", "parse_table", "pool_table", "read_table"]

COUNT_METHODS: Final = ("GLMM", "MH", "PETO")
MOST_FOR_GLMM: Final = 5_000
FIXED_METHODS: Final = ("FE", "EE")
METHODS: Final = ("REML", "DL", "PM", "ML", "EB", "SJ", "HE", "HS", *FIXED_METHODS, *COUNT_METHODS)
TESTS: Final = ("adhoc", "knha", "t", "z")
_STATUS: Final = {
    Status.NO_STUDIES: "No study could be used.",
    Status.SINGLE_STUDY: "One study: this is the study, not a pool.",
    Status.NOT_ESTIMABLE: "These numbers have no finite pooled estimate with this measure and method.",
    Status.BAD_INPUT: "A number cannot be used by this method: counts must be whole.",
    Status.ZERO_VARIANCE: "A study has a variance of 0, so it would take all the weight.",
    Status.NOT_CONVERGED: "The fit did not converge.",
}


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study on the analysis scale; weight in percent, None where the method gives none or the row is out."""

    study: str
    yi: float | None
    vi: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class PooledTable:
    """The answer. Fields are the JSON keys, except the last two; None where a number does not exist.

    q, q_p: Cochran's Q; for GLMM the likelihood ratio test. columns: those used. level: of the intervals, a fraction.
    """

    measure: str
    method: str
    test: str
    k: int
    estimate: float | None
    se: float | None
    ci: tuple[float | None, float | None]
    statistic: float | None
    p: float | None
    tau2: float | None
    tau2_ci: tuple[float | None, float | None] | None
    i2: float | None
    h2: float | None
    q: float | None
    q_df: int | None
    q_p: float | None
    prediction: tuple[float | None, float | None] | None
    estimate_natural: float | None
    ci_natural: tuple[float | None, float | None] | None
    prediction_natural: tuple[float | None, float | None] | None
    studies: tuple[StudyRow, ...]
    subgroups: tuple[Group, ...]
    between: Between | None
    moderators: Moderators | None
    warnings: tuple[str, ...]
    columns: tuple[str, ...]
    level: float

    def as_json(self) -> dict[str, Any]:
        """The document `deqi pool --json` prints."""
        document = asdict(self)
        del document["columns"], document["level"]
        return document


def pool_table(
    table: Table,
    *,
    measure: str | None = None,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    by: str | None = None,
    moderators: tuple[str, ...] = (),
) -> PooledTable:
    """Pool the studies of a table.

    measure None: the default of the columns found (RR, MD, PLO, IRR, IRLN, the general one for yi). by: a column of
    subgroups. moderators: columns; those with words become one indicator a word, against the alphabetically first.

    Raises:
        InputError: columns, cells or options that cannot be used; row and column are named.
    """
    method, test = _options(method, test, level, moderators)
    chosen, measure = choose(table, measure, method)
    for column in ((by,) if by else ()) + moderators:
        if column not in table.columns:
            names = ", ".join(table.columns)
            raise InputError(f"{table.name}, row 1: no column {column!r}; the header has {names}.")
    if method == "GLMM" and len(table.rows) > MOST_FOR_GLMM:
        raise InputError(f"{table.name}: --method GLMM takes at most {MOST_FOR_GLMM:,} studies; use MH or REML.")
    given = numbers(table, chosen, measure)
    effects = effects_of(given, chosen, measure)
    warnings = warn_rows(effects, given, measure)
    y, v = effects.yi, effects.vi
    if method in COUNT_METHODS:
        warnings = [w for w in warnings if not w.startswith(ADDED)]
        if any(one.kind is WarningKind.ZERO_CELLS_ADJUSTED for one in effects.warnings):
            warnings.append("Rows with an empty cell are shown with 1/2 added; the pool uses the counts as they are.")
        fit: Fit = _counts(table, given, chosen, measure, method, test, level, np.ones((1, len(y)), dtype=bool))
        share = count_weights(counts_of(given, chosen), measure=measure, method=method)  # type: ignore[arg-type]
    else:
        fit = _inverse_variance(y[None], v[None], method, test, level)
        tau2 = float(np.nan_to_num(fit.tau2[0]))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = 100.0 / (v + tau2) / np.nansum(1.0 / (v + tau2))
    status = Status(int(fit.status[0]))
    if status != Status.OK:
        warnings.append(_STATUS[status])
    if status == Status.NO_STUDIES:
        raise InputError(
            f"{table.name}: no row has usable numbers in {', '.join(chosen.columns)}; fill in at least one."
        )

    def fits(member: Any) -> Fit:
        if method in COUNT_METHODS:
            return _counts(table, given, chosen, measure, method, test, level, member)
        return _inverse_variance(np.where(member, y, np.nan), np.broadcast_to(v, member.shape), method, test, level)

    size = _size(given, chosen)
    groups, between = by_groups(table, by, fits, measure, size, warnings) if by else ((), None)
    regression = on_moderators(table, moderators, y, v, method, fit.test, level, warnings) if moderators else None
    return _assemble(
        measure, method, fit, y, v, share, size, given, chosen, level, groups, between, regression, warnings
    )


def _options(method: str, test: str | None, level: float, moderators: tuple[str, ...]) -> tuple[str, str | None]:
    upper = method.upper()
    if upper not in METHODS:
        raise InputError(f"--method {method!r} is not known; use one of {', '.join(METHODS)}.")
    if test is not None and test not in TESTS:
        raise InputError(f"--test {test!r} is not known; use one of {', '.join(TESTS)}.")
    usable = {"GLMM": ("t", "z"), "MH": ("z",), "PETO": ("z",), "FE": ("z", "t"), "EE": ("z", "t")}.get(upper, TESTS)
    if test is not None and test not in usable:
        raise InputError(f"--test {test} does not go with --method {upper}; use {' or '.join(usable)}.")
    if not 0.0 < level < 1.0:
        raise InputError("--level must lie between 0 and 100; write 95.")
    if moderators and upper in COUNT_METHODS:
        raise InputError(
            f"--moderators does not go with --method {upper}; use an inverse-variance method such as REML."
        )
    return upper, test


def _inverse_variance(y: Floats, v: Floats, method: str, test: str | None, level: float) -> Fit:
    return pool(y, v, method=method, test=test, level=level)


def _counts(
    table: Table,
    given: Numbers,
    chosen: ColumnSet,
    measure: str,
    method: str,
    test: str | None,
    level: float,
    member: Any,
) -> Fit:
    """A count fit for each row of `member`; counts that are not whole are named."""
    for name in chosen.columns:
        column = given.columns[name]
        if name.startswith("time"):
            continue
        for i in np.flatnonzero(np.floor(column) != column):
            if not math.isnan(column[i]):
                raise InputError(
                    f"{table.name}, row {given.rows[i]}, column {name}: {column[i]:g} is not a whole number, which "
                    f"--method {method} needs; write the count, or use --method REML."
                )
    whole = counts_of(given, chosen)
    parts = [np.where(member, getattr(whole, name), np.nan) for name in whole.__slots__]
    try:
        return pool_counts(type(whole)(*parts), measure=measure, method=method, test=test, level=level)  # type: ignore[arg-type]
    except StatsInputError as error:
        raise InputError(f"{table.name}: {error}.") from None


def _size(given: Numbers, chosen: ColumnSet) -> float | None:
    """Harmonic mean of people or time, for the measures whose way back needs one."""
    if chosen.kind not in ("proportion", "rate"):
        return None
    n = given.columns[chosen.columns[1]]
    n = n[np.isfinite(n)]
    return float(len(n) / (1.0 / n).sum()) if len(n) else None


def _number(x: Any) -> float | None:
    value = float(x)
    return value if math.isfinite(value) else None


def _pair(low: Any, high: Any) -> tuple[float | None, float | None]:
    return _number(low), _number(high)


def _assemble(
    measure: str,
    method: str,
    fit: Fit,
    y: Floats,
    v: Floats,
    share: Floats,
    size: float | None,
    given: Numbers,
    chosen: ColumnSet,
    level: float,
    groups: tuple[Group, ...],
    between: Between | None,
    regression: Moderators | None,
    warnings: list[str],
) -> PooledTable:
    h = fit.heterogeneity
    random = method not in (*COUNT_METHODS, *FIXED_METHODS)
    tau2_ci = None
    if random and int(fit.k[0]) > 1:
        interval = heterogeneity_intervals(y, v, level=level).tau2
        tau2_ci = _pair(interval.low, interval.high)
    ends = [fit.estimate[0], fit.ci_low[0], fit.ci_high[0], fit.prediction.low[0], fit.prediction.high[0]]
    moved = natural(measure, np.array(ends), size)
    predicted = _number(ends[3]) is not None
    several = int(fit.k[0]) > 1
    # with sparse counts the Wald statistic says little: mixed models give their likelihood ratio test
    q, q_p = (h.q[0], h.q_p[0]) if h.lrt is None or h.lrt_p is None else (h.lrt[0], h.lrt_p[0])
    return PooledTable(
        measure=measure,
        method=method,
        test=fit.test,
        k=int(fit.k[0]),
        estimate=_number(ends[0]),
        se=_number(fit.se[0]),
        ci=_pair(ends[1], ends[2]),
        statistic=_number(fit.statistic[0]),
        p=_number(fit.p[0]),
        tau2=_number(h.tau2[0]),
        tau2_ci=tau2_ci,
        i2=_number(h.i2[0]),
        h2=_number(h.h2[0]),
        q=_number(q),
        q_df=int(h.q_df[0]) if several else None,
        q_p=_number(q_p),
        prediction=_pair(ends[3], ends[4]) if predicted else None,
        estimate_natural=None if moved is None else _number(moved[0]),
        ci_natural=None if moved is None else _pair(moved[1], moved[2]),
        prediction_natural=None if moved is None or not predicted else _pair(moved[3], moved[4]),
        studies=tuple(
            StudyRow(name, _number(a), _number(b), _number(w))
            for name, a, b, w in zip(given.studies, y, v, share, strict=True)
        ),
        subgroups=groups,
        between=between,
        moderators=regression,
        warnings=tuple(dict.fromkeys(warnings)),
        columns=chosen.columns,
        level=level,
    )
