"""A pooled table of studies: what was pooled from what, each study, the whole, its parts, and the figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from deqi.errors import InputError
from deqi.evidence.table.pooled import PooledTable
from deqi.evidence.table.words import LOG_RATIOS, MEASURE_WORDS, ONE_GROUP, PROPORTIONS, study_interval
from deqi.report.blocks import Figure, Items, Page, Say, Section, Table, cells, say, sheet
from deqi.report.draw import ForestRow, FunnelPoint, forest, funnel

Pair = tuple[float | None, float | None]
_LONGEST = 36
"""Letters of a study's name in plain text."""


def pooled_page(pooled: PooledTable, name: str, words: Mapping[str, str], *, figures: bool = False) -> Page:
    """The page of a pooled table; ``figures`` adds the forest plot."""
    measure = MEASURE_WORDS.get(pooled.measure, pooled.measure)
    lead = f"{name}: {measure} ({pooled.measure}) from {', '.join(pooled.columns)}; method {pooled.method}."
    notes = tuple(say(f"Note: {warning}") for warning in pooled.warnings)
    drawn = (Figure("", lambda width: forest_of(pooled, width)),) if figures else ()
    return sheet(
        "",
        words,
        Section("pooled", "", lead=(say(lead),)),
        Section("studies", "", card=(_studies(pooled), *drawn)),
        Section("whole", "", lead=tuple(say(line) for line in _whole(pooled)), card=tuple(_parts(pooled)), full=notes),
    )


def _studies(pooled: PooledTable) -> Table:
    rows = []
    for study in pooled.studies:
        numbers = study_interval(study)
        shown = "not used" if numbers is None else _interval(pooled, *numbers)
        weight = "" if study.weight is None else f"{study.weight:.1f} %"
        rows.append(cells(_short(study.study, _LONGEST), shown, weight))
    return Table("", ("", "", ""), tuple(rows), numeric=(2,), narrow=True)


def _whole(pooled: PooledTable) -> Iterator[str]:
    level = f"{100 * pooled.level:g} %"
    shown = _answer(pooled, pooled.estimate, pooled.ci, pooled.estimate_natural, pooled.ci_natural)
    # a test that a proportion is one half, or a rate 1, answers no question
    tested = "" if pooled.measure in ONE_GROUP else f", p {_p(pooled.p)}"
    yield f"Pooled (k = {pooled.k}): {shown}; {level} interval, test {pooled.test}{tested}."
    if pooled.prediction is not None:
        low, high = pooled.prediction_natural or pooled.prediction
        span = f"{_value(pooled, low)} to {_value(pooled, high)}"
        yield f"Prediction interval, for the true effect in a new study: {span}."
    if pooled.i2 is not None:
        span = ""
        if pooled.tau2_ci is not None and None not in pooled.tau2_ci:
            span = f" ({_plain(pooled.tau2_ci[0])} to {_plain(pooled.tau2_ci[1])})"
        name = "likelihood ratio" if pooled.method == "GLMM" else "Q"
        tau2 = "" if pooled.method in ("FE", "EE", "MH", "PETO") else f"tau2 {_plain(pooled.tau2)}{span}, "
        tested = f"{name} {_plain(pooled.q)} on {pooled.q_df} df, p {_p(pooled.q_p)}"
        yield f"Heterogeneity: {tau2}I2 {pooled.i2:.0f} %, {tested}."


def _parts(pooled: PooledTable) -> Iterator[Items]:
    groups: list[Say] = []
    for group in pooled.subgroups:
        shown = _answer(pooled, group.estimate, group.ci, group.estimate_natural, group.ci_natural)
        groups.append(say(f"{group.group} (k = {group.k}): {shown}"))
    if pooled.between is not None and pooled.between.q is not None:
        b = pooled.between
        groups.append(say(f"Between {b.by}: Q = {_plain(b.q)} on {b.df} df, p {_p(b.p)}."))
    if groups:
        yield Items("", tuple(groups))
    found = pooled.moderators
    if found is None:
        return
    lines = []
    for one in found.coefficients:
        low, high = one.ci
        lines.append(say(f"{one.name}: {_plain(one.estimate)} ({_plain(low)} to {_plain(high)}), p {_p(one.p)}"))
    kind = f"F({found.qm_df}, {found.df:g})" if found.df is not None else f"chi2({found.qm_df})"
    r2 = "" if found.r2 is None else f"; R2 {found.r2:.0f} %"
    lines.append(say(f"All moderators: {kind} = {_plain(found.qm)}, p {_p(found.qm_p)}{r2}."))
    yield Items(f"Meta-regression (k = {found.k}), analysis scale", tuple(lines))


def _answer(
    pooled: PooledTable, estimate: float | None, ci: Pair, natural: float | None, ci_natural: Pair | None
) -> str:
    if natural is not None and ci_natural is not None:
        return _interval(pooled, natural, *ci_natural)
    return _interval(pooled, estimate, *ci)


def _interval(pooled: PooledTable, value: float | None, low: float | None, high: float | None) -> str:
    return f"{_value(pooled, value)} ({_value(pooled, low)} to {_value(pooled, high)})"


def _value(pooled: PooledTable, x: float | None) -> str:
    if x is None:
        return "-"
    return f"{100 * x:.4g} %" if pooled.measure in PROPORTIONS else f"{x:.4g}"


def _plain(x: float | None) -> str:
    return "-" if x is None else f"{x:.4g}"


def _p(p: float | None) -> str:
    if p is None:
        return "-"
    return "< 0.0001" if p < 0.0001 else f"= {p:.4f}"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def forest_of(pooled: PooledTable, width: float = 720) -> str:
    """A forest plot of the studies, the subgroups and the pool."""
    rows = []
    for study in pooled.studies:
        numbers = study_interval(study)
        if numbers is not None:
            rows.append(ForestRow(study.study, *numbers, weight=study.weight))
    for group in pooled.subgroups:
        ends = _ends(group.estimate, group.ci, group.estimate_natural, group.ci_natural)
        rows.append(ForestRow(f"{group.group} (k = {group.k})", *ends, kind="subgroup"))
    ends = _ends(pooled.estimate, pooled.ci, pooled.estimate_natural, pooled.ci_natural)
    low, high = (pooled.prediction_natural or pooled.prediction) or (None, None)
    whole = ForestRow(
        f"Pooled, {pooled.method} (k = {pooled.k})",
        *ends,
        kind="pooled",
        prediction_low=_known(low),
        prediction_high=_known(high),
    )
    words = MEASURE_WORDS.get(pooled.measure, pooled.measure)
    ratio = pooled.measure in LOG_RATIOS
    null = None if pooled.measure in ONE_GROUP else (1.0 if ratio else 0.0)
    try:
        return forest(
            [*rows, whole],
            title=f"Forest plot: {words}",
            axis=words[0].upper() + words[1:],
            null=null,
            log=ratio,
            width=width,
        )
    except ValueError:
        raise InputError("--forest: no study has a finite estimate, so there is nothing to draw.") from None


def funnel_of(pooled: PooledTable) -> str:
    """A funnel plot of the studies around the pool."""
    if pooled.estimate is None:
        raise InputError("--funnel: there is no pooled estimate to draw around.")
    words = MEASURE_WORDS.get(pooled.measure, pooled.measure)
    points = [FunnelPoint(s.study, s.yi, math.sqrt(s.vi)) for s in pooled.studies if s.yi is not None and s.vi]
    ratio = pooled.measure in LOG_RATIOS
    try:
        return funnel(
            points, pooled.estimate, title=f"Funnel plot: {words}", axis=words, level=pooled.level, natural_log=ratio
        )
    except ValueError:
        raise InputError("--funnel: no study has a finite estimate, so there is nothing to draw.") from None


def _ends(
    estimate: float | None,
    ci: tuple[float | None, float | None],
    natural: float | None,
    ci_natural: tuple[float | None, float | None] | None,
) -> tuple[float, float, float]:
    if natural is not None and ci_natural is not None:
        return _known(natural), _known(ci_natural[0]), _known(ci_natural[1])
    return _known(estimate), _known(ci[0]), _known(ci[1])


def _known(x: float | None) -> float:
    return math.nan if x is None else x
