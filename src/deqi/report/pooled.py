"""A pooled table of studies: what was pooled from what, each study, the whole, its parts, and the figures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from deqi.evidence.table.also import Check
from deqi.evidence.table.pooled import PooledTable
from deqi.evidence.table.words import ONE_GROUP, PROPORTIONS, measure_words, study_interval
from deqi.report.blocks import Block, Figure, Items, Page, Say, Section, Table, cells, say, sheet
from deqi.report.pooled_figures import forest_of
from metafit import Summary

Pair = tuple[float | None, float | None]
_LONGEST = 36
"""Letters of a study's name in plain text."""


def pooled_page(pooled: PooledTable, name: str, words: Mapping[str, str], *, figures: bool = False) -> Page:
    """The page of a pooled table; ``figures`` adds the forest plot."""
    measure = measure_words(pooled.measure)
    lead = f"{name}: {measure} ({pooled.measure}) from {', '.join(pooled.columns)}; method {pooled.method}."
    notes = tuple(say(f"Note: {warning}") for warning in pooled.warnings)
    more = tuple(block for check in pooled.checks for block in check_blocks(check))
    drawn = (Figure("", lambda width: forest_of(pooled, width)),) if figures else ()
    return sheet(
        "",
        words,
        Section("pooled", "", lead=(say(lead),)),
        Section("studies", "", card=(_studies(pooled), *drawn)),
        Section("whole", "", lead=tuple(say(line) for line in _whole(pooled)), card=tuple(_parts(pooled)), full=notes),
        Section("checks", "", card=more),
    )


def check_blocks(check: Check) -> Iterator[Block]:
    """A further check: its tables and what is said of it."""
    if check.summary is not None:
        yield from summary_blocks(check.summary)
    if check.note is not None:
        yield say(check.note)


def summary_blocks(summary: Summary) -> Iterator[Block]:
    """A statistical summary as the tables and words of a page."""
    yield Say(summary.title)
    for block in summary.blocks:
        head = tuple(name or " " for name in block.columns)
        rows = tuple(cells(*(cell or " " for cell in row)) for row in block.rows)
        yield Table(block.heading, head, rows, numeric=tuple(range(1, len(block.columns))), narrow=True)
    for note in summary.notes:
        yield Say(note)


def effects_page(pooled: PooledTable, name: str, words: Mapping[str, str]) -> Page:
    """The effects of the studies: analysis scale, natural scale, and why a row has none."""
    measure = measure_words(pooled.measure)
    rows = []
    for one in pooled.studies:
        numbers = study_interval(one)
        shown = one.reason or "" if numbers is None else _interval(pooled, *numbers)
        sei = None if one.vi is None else math.sqrt(one.vi)
        rows.append(cells(_short(one.study, _LONGEST), _plain(one.yi), _plain(one.vi), _plain(sei), shown))
    lead = f"{name}: {measure} ({pooled.measure}) from {', '.join(pooled.columns)}."
    table = Table("", ("study", "yi", "vi", "sei", measure), tuple(rows), numeric=(1, 2, 3, 4), narrow=True)
    notes = tuple(say(f"Note: {warning}") for warning in pooled.warnings)
    return sheet("", words, Section("effects", "", lead=(say(lead),), card=(table,), full=notes))


def _studies(pooled: PooledTable) -> Table:
    rows = []
    for study in pooled.studies:
        numbers = study_interval(study)
        shown = f"not used: {study.reason}" if numbers is None else _interval(pooled, *numbers)
        weight = "" if study.weight is None else f"{study.weight:.1f} %"
        rows.append(cells(_short(study.study, _LONGEST), shown, weight))
    return Table("", ("", "", ""), tuple(rows), numeric=(2,), narrow=True)


def _whole(pooled: PooledTable) -> Iterator[str]:
    level = f"{100 * pooled.level:g} %"
    shown = _answer(pooled, pooled.estimate, pooled.ci, pooled.estimate_natural, pooled.ci_natural)
    # a test that a proportion is one half, or a rate 1, answers no question
    tested = "" if pooled.measure in ONE_GROUP else f", p {_p(pooled.p)}"
    yield f"Pooled (k = {pooled.k}): {shown}; {level} interval, test {pooled.test}{tested}."
    if pooled.common is not None:
        c = pooled.common
        shown = _answer(pooled, c.estimate, c.ci, c.estimate_natural, c.ci_natural)
        yield f"Common-effect model beside it: {shown}{'' if pooled.measure in ONE_GROUP else f', p {_p(c.p)}'}."
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
