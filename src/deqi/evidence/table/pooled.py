"""`pool_table`: a table of studies to a pooled effect, subgroups and moderators; what `deqi pool` prints.

Inverse-variance methods add 1/2 to the cells of a row with an empty one, as metafor's escalc does, and say so; GLMM,
MH and PETO work on the counts. Everything is on the analysis scale (log for ratios), with the natural scale beside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.also import Check, checks, parse_checks
from deqi.evidence.table.answer import (
    Common,
    PooledTable,
    StudyRow,
    common_effect,
    number,
    pair,
    shown_at,
    size_of,
    sizes,
    study_rows,
)
from deqi.evidence.table.armrows import arms_beside
from deqi.evidence.table.columns import ColumnSet, Floats, Numbers, choose, numbers
from deqi.evidence.table.dialects import translate
from deqi.evidence.table.doubts import ask_for_measure, doubts
from deqi.evidence.table.effects import counts_of, effects_of, two_arms, warn_rows
from deqi.evidence.table.empty import bound_of, one_sided, refuse_empty
from deqi.evidence.table.parts import Between, Group, Moderators, by_groups, group_labels, on_moderators
from deqi.evidence.table.reading import Table, parse_table, read_table
from deqi.evidence.table.regressed import Asked, asked_checks, bound_regression, check_asked
from deqi.evidence.table.rowmeasures import measure_of_rows
from deqi.evidence.table.sentences import say
from deqi.evidence.table.words import measure_words
from deqi.knowledge.thresholds import thresholds
from metafit import (
    Effects,
    Fit,
    StatsInputError,
    Status,
    as_fraction,
    heterogeneity_intervals,
    pool,
)
from metafit.counts.conditional import MOST_COUNTS, counts_to_sum
from metafit.counts.pooling import count_weights, pool_counts

__all__ = ["METHODS", "PooledTable", "StudyRow", "Table", "parse_table", "pool_table", "read_table"]

COUNT_METHODS: Final = ("GLMM", "MH", "PETO")
MOST_FOR_GLMM: Final = 5_000
#: Counts that CM.EL sums over where others wait: two seconds of work.
MOST_COUNTS_SERVED: Final = 20_000
FIXED_METHODS: Final = ("FE", "EE")
METHODS: Final = ("REML", "DL", "PM", "ML", "EB", "SJ", "HE", "HS", *FIXED_METHODS, *COUNT_METHODS)
TESTS: Final = ("adhoc", "knha", "t", "z")
MODELS: Final = ("random", "common", "both")
GLMMS: Final = ("UM.FS", "UM.RS", "CM.EL")
_STATUS: Final = {
    Status.NO_STUDIES: "no-studies",
    Status.SINGLE_STUDY: "single-study",
    Status.NOT_ESTIMABLE: "not-estimable",
    Status.BAD_INPUT: "bad-input",
    Status.ZERO_VARIANCE: "zero-variance",
    Status.NOT_CONVERGED: "not-converged",
    Status.NO_STANDARD_ERROR: "no-standard-error",
}


@np.errstate(over="ignore")  # of numbers near the largest that can be written; what has no bound is shown as a dash
def pool_table(
    table: Table,
    *,
    measure: str | None = None,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    by: str | None = None,
    moderators: tuple[str, ...] = (),
    model: str = "random",
    glmm: str = "UM.FS",
    also: tuple[str, ...] = (),
    order: str | None = None,
    permutations: int | None = None,
    seed: int | None = None,
    scale: tuple[str, ...] = (),
    served: bool = False,
) -> PooledTable:
    """Pool the studies of a table.

    measure None: the default of the columns found (RR, MD, PLO, IRR, IRLN, the general one for yi). by: a column of
    subgroups. moderators: columns; those with words become one indicator a word, against the alphabetically first.
    level: 95, 0.95. model: random, common (as method FE), or both side by side. glmm: the mixed model of method GLMM.
    also: further checks, see `deqi.evidence.table.also.CHECKS`; order: the column that cumulative pooling is sorted by.
    permutations, seed, scale: see `deqi.evidence.table.regressed.Asked`. served: others wait for the machine, so what
    grows with the numbers in the table is refused earlier.

    Raises:
        InputError: columns, cells or options that cannot be used; row and column are named.
    """
    method, test, level = _options(method, test, level, moderators, model)
    also = parse_checks(also)
    asked = Asked(permutations, seed, scale)
    check_asked(asked, table, method, counted=method in COUNT_METHODS, served=served)
    if glmm not in GLMMS or (glmm != GLMMS[0] and method != "GLMM"):
        raise InputError(say("glmm-unknown", glmm=repr(glmm[:20]), known=", ".join(GLMMS)))
    translated = translate(table)
    table, understood = arms_beside(translated.table, measure)
    differ = measure is not None and table.measure is not None and measure != table.measure
    if differ:
        understood += (say("measure-differs", told=table.measure, measure=measure),)
    measure = measure or table.measure
    if glmm == "CM.EL":
        measure = measure or "OR"
    chosen, wanted = choose(table, measure, method)
    told, said_by_rows = measure_of_rows(table, chosen, measure)
    understood += said_by_rows
    if told != measure:
        measure = wanted = told or wanted
    if glmm != GLMMS[0] and (wanted not in ("OR", "IRR") or (glmm == "CM.EL" and wanted != "OR")):
        raise InputError(say("glmm-measure", glmm=glmm, measure=wanted))
    for column in ((by,) if by else ()) + moderators + scale:
        if column not in table.columns:
            names = ", ".join(table.header)
            raise InputError(f"{table.name}, row 1: no column {column!r}; the header has {names}.")
    if method == "GLMM" and len(table.rows) > MOST_FOR_GLMM:
        raise InputError(f"{table.name}: --method GLMM takes at most {MOST_FOR_GLMM:,} studies; use MH or REML.")
    given = numbers(table, chosen, wanted)
    _bound_conditional(table, given, chosen, by, glmm, served=served)
    ask_for_measure(table, given, chosen, measure)
    measure = wanted
    effects = effects_of(given, chosen, measure)
    counted = method in COUNT_METHODS
    warnings = [*translated.told(chosen.columns), *understood, *warn_rows(effects, given, measure, added=not counted)]
    warnings += doubts(table, given, chosen, effects, measure)
    if glmm != GLMMS[0]:
        warnings.append(say("glmm-used", words=say(f"glmm.{glmm}")))
    y, v = effects.yi, effects.vi
    here = np.isfinite(y) & np.isfinite(v)
    if not counted:
        refuse_empty(table.name, given, chosen, measure)
        warnings += one_sided(given, chosen, here)
    if not here.any() and not counted and effects.warnings:
        raise InputError(
            say("nothing-left", name=table.name, why=" ".join(warn_rows(effects, given, measure, added=False)))
        )
    if not here.any() and not counted:
        raise InputError(
            f"{table.name}: no row has usable numbers in {', '.join(chosen.columns)}; fill in at least one."
        )

    if served:
        bound_regression(asked, table, moderators, here)

    def fits(member: Any) -> Fit:
        if counted:
            return _counts(table, given, chosen, measure, method, glmm, test, level, member)
        return pool(
            np.where(member, y, np.nan), np.broadcast_to(v, member.shape), method=method, test=test, level=level
        )

    fit = fits(np.ones((1, len(y)), dtype=bool))
    status = Status(int(fit.status[0]))
    _refuse(table, given, chosen, measure, method, status)
    if status != Status.OK:
        warnings.append(say(f"status.{_STATUS[status]}"))
    if counted:
        share = count_weights(counts_of(given, chosen), measure=measure, method=method)  # type: ignore[arg-type]  # checked in `METHODS`
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = v + float(np.nan_to_num(fit.tau2[0]))
            # Against the smallest, not 1: the inverse of a variance of 1e-308 is no number any more.
            share = np.min(spread[np.isfinite(spread)], initial=np.inf) / spread
            share = 100.0 * share / np.nansum(share)
    every = sizes(given, chosen, measure)
    groups, between = (
        by_groups(table, by, fits, measure, lambda one: size_of(every, one & here), warnings) if by else ((), None)
    )
    regression = (
        on_moderators(table, moderators, y, v, method, fit.test, level, warnings, given.studies) if moderators else None
    )
    size = size_of(every, here)
    common = None
    if model == "both" and method not in (*COUNT_METHODS, *FIXED_METHODS):
        common = common_effect(pool(y[None], v[None], method="FE", level=level), measure, size)
    by_effects, by_test = ("REML", None) if counted else (method, fit.test)
    more = checks(
        also, table, given, chosen, effects, method=by_effects, test=by_test, level=level, order=order,
        counted=method if counted else None,
    )  # fmt: skip
    more = (
        *asked_checks(asked, table, moderators, effects, method=method, test=fit.test, level=level),
        *more,
    )
    return _assemble(
        measure, method, fit, effects, share, size, given, chosen, level, groups, between, regression, common, more,
        group_labels(table, by) if by else None, warnings,
    )  # fmt: skip


def _bound_conditional(
    table: Table, given: Numbers, chosen: ColumnSet, by: str | None, glmm: str, *, served: bool
) -> None:
    """Refuse a sum over counts that takes too long, before any of it is done.

    Raises:
        InputError: use another model.
    """
    arms = two_arms(given, chosen)
    if glmm != "CM.EL" or arms is None:
        return
    if served and by is not None:
        raise InputError(say("glmm-by", name=table.name))
    x, n1, c, n2 = arms.events_t, arms.total_t, arms.events_c, arms.total_c
    here = np.isfinite(x) & np.isfinite(n1) & np.isfinite(c) & np.isfinite(n2)
    most = MOST_COUNTS_SERVED if served else MOST_COUNTS
    if counts_to_sum(np.column_stack([x, c])[here], np.column_stack([n1, n2])[here]) > most:
        raise InputError(say("glmm-large", name=table.name, k=f"{np.count_nonzero(here):,}", most=f"{most:,}"))


def _refuse(table: Table, given: Numbers, chosen: ColumnSet, measure: str, method: str, status: Status) -> None:
    """An answer without a number is a sentence, not a table of dashes."""
    if status in (Status.OK, Status.SINGLE_STUDY, Status.NO_STANDARD_ERROR):
        return
    refuse_empty(table.name, given, chosen, measure)
    found = bound_of(given, chosen)
    if found is not None:
        raise InputError(say(f"{found[0]}-one-group", name=table.name, **found[1]))
    if status == Status.NO_STUDIES:
        raise InputError(
            f"{table.name}: no row has usable numbers in {', '.join(chosen.columns)}; fill in at least one."
        )
    why = say(f"status.{_STATUS[status]}")
    raise InputError(say("not-estimable", name=table.name, why=why, measure=measure, method=method))


def _options(
    method: str, test: str | None, level: float, moderators: tuple[str, ...], model: str
) -> tuple[str, str | None, float]:
    upper = method.upper()
    if model not in MODELS:
        raise InputError(f"--model {model!r} is not known; use one of {', '.join(MODELS)}.")
    if model == "common":
        if upper in COUNT_METHODS:
            raise InputError(
                f"--model common does not go with --method {upper}; MH and PETO are common-effect already."
            )
        upper = upper if upper in FIXED_METHODS else "FE"
    if upper not in METHODS:
        raise InputError(f"--method {method!r} is not known; use one of {', '.join(METHODS)}.")
    if test is not None and test not in TESTS:
        raise InputError(f"--test {test!r} is not known; use one of {', '.join(TESTS)}.")
    usable = {"GLMM": ("t", "z"), "MH": ("z",), "PETO": ("z",), "FE": ("z", "t"), "EE": ("z", "t")}.get(upper, TESTS)
    if test is not None and test not in usable:
        raise InputError(f"--test {test} does not go with --method {upper}; use {' or '.join(usable)}.")
    try:
        level = as_fraction(level)
    except StatsInputError:
        raise InputError("--level must lie between 0 and 100; write 95 or 0.95.") from None
    if moderators and upper in COUNT_METHODS:
        raise InputError(
            f"--moderators does not go with --method {upper}; use an inverse-variance method such as REML."
        )
    return upper, test, level


def _counts(
    table: Table,
    given: Numbers,
    chosen: ColumnSet,
    measure: str,
    method: str,
    glmm: str,
    test: str | None,
    level: float,
    member: Any,
) -> Fit:
    """A count fit for each row of `member`."""
    whole = counts_of(given, chosen)
    parts = [np.where(member, getattr(whole, name), np.nan) for name in whole.__slots__]
    try:
        options: dict[str, Any] = {"method": method, "model": glmm, "test": test, "level": level}
        return pool_counts(type(whole)(*parts), measure=measure, **options)
    except StatsInputError as error:
        raise InputError(f"{table.name}: {str(error).rstrip('.')}.") from None


def _beyond_range(measure: str, intervals: Iterable[tuple[float | None, float | None]]) -> bool:
    """Whether a limit lies outside what the measure can be."""
    least, most = {"PR": (0.0, 1.0), "PLN": (0.0, 1.0), "IR": (0.0, math.inf), "COR": (-1.0, 1.0)}.get(
        measure, (-math.inf, math.inf)
    )
    return any(low < least or high > most for low, high in intervals if low is not None and high is not None)


def _assemble(
    measure: str,
    method: str,
    fit: Fit,
    effects: Effects,
    share: Floats,
    size: float | None,
    given: Numbers,
    chosen: ColumnSet,
    level: float,
    groups: tuple[Group, ...],
    between: Between | None,
    regression: Moderators | None,
    common: Common | None,
    more: tuple[Check, ...],
    labels: tuple[str, ...] | None,
    warnings: list[str],
) -> PooledTable:
    h = fit.heterogeneity
    random = method not in (*COUNT_METHODS, *FIXED_METHODS)
    tau2_ci = None
    if random and int(fit.k[0]) > 1:
        interval = heterogeneity_intervals(effects.yi, effects.vi, level=level).tau2
        tau2_ci = pair(interval.low, interval.high)
    ends = np.array([fit.estimate[0], fit.ci_low[0], fit.ci_high[0], fit.prediction.low[0], fit.prediction.high[0]])
    moved = shown_at(measure, ends, size)
    predicted = math.isfinite(ends[3])
    several = int(fit.k[0]) > 1
    if predicted and int(fit.k[0]) < thresholds().least_to_predict:
        warnings.append(say("few-for-prediction", k=int(fit.k[0])))
    studies = study_rows(given, chosen, effects, measure, share, level, labels)
    if _beyond_range(measure, [*(one.ci_natural or one.ci for one in studies), (ends[1], ends[2])]):
        named = {"what": measure_words(measure).split(",")[0], "measure": measure, "instead": say(f"beyond.{measure}")}
        warnings.append(say("beyond-range", **named))
    # with sparse counts the Wald statistic says little: mixed models give their likelihood ratio test
    q, q_p = (h.q[0], h.q_p[0]) if h.lrt is None or h.lrt_p is None else (h.lrt[0], h.lrt_p[0])
    return PooledTable(
        measure=measure,
        method=method,
        test=fit.test,
        k=int(fit.k[0]),
        estimate=number(ends[0]),
        se=number(fit.se[0]),
        ci=pair(ends[1], ends[2]),
        statistic=number(fit.statistic[0]),
        p=number(fit.p[0]),
        tau2=number(h.tau2[0]),
        tau2_ci=tau2_ci,
        i2=number(h.i2[0]),
        h2=number(h.h2[0]),
        q=number(q),
        q_df=int(h.q_df[0]) if several else None,
        q_p=number(q_p),
        prediction=pair(ends[3], ends[4]) if predicted else None,
        estimate_natural=None if moved is None else moved[0],
        ci_natural=None if moved is None else (moved[1], moved[2]),
        prediction_natural=None if moved is None or not predicted else (moved[3], moved[4]),
        common=common,
        size=size,
        studies=studies,
        subgroups=groups,
        between=between,
        moderators=regression,
        warnings=tuple(dict.fromkeys(warnings)),
        checks=more,
        columns=chosen.columns,
        level=level,
        arms=two_arms(given, chosen),
    )
