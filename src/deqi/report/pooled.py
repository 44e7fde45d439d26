"""A pooled table of studies: what was pooled from what, each study, the whole, its parts, and the figures."""

from __future__ import annotations

import math
from collections.abc import Iterator

from deqi.evidence.table.also import Check
from deqi.evidence.table.columns import ONE_GROUP
from deqi.evidence.table.parts import Moderators
from deqi.evidence.table.pooled import PooledTable
from deqi.evidence.table.words import PROPORTIONS, measure_words, study_interval
from deqi.report.blocks import Block, Figure, Items, Page, Say, Section, Table, cells, say, sheet
from deqi.report.phrase import Phrases, labels
from deqi.report.pooled_figures import forest_of
from metafit import Summary

Pair = tuple[float | None, float | None]
_ROUNDING = 1e-12
_LONGEST = 36
"""Letters of a study's name in plain text."""


def pooled_page(
    pooled: PooledTable,
    name: str,
    phrases: Phrases,
    *,
    figures: bool = False,
    notes: bool = True,
    favours: str | None = None,
) -> Page:
    """The page of a pooled table; ``figures`` adds the forest plot, ``notes`` what was noticed in the table.

    favours: words left and right of the null in the plot.
    """
    # each stands apart
    more = (Section(f"check-{check.name}", "", card=tuple(check_blocks(check))) for check in pooled.checks)
    drawn = (Figure("", lambda width: forest_of(pooled, phrases, width, favours=favours)),) if figures else ()
    whole = tuple(say(line) for line in _whole(pooled, phrases))
    return sheet(
        "",
        labels(phrases),
        Section("pooled", "", lead=(say(phrases.say("pool.page.lead", _about(pooled, name))),)),
        Section("studies", "", card=(_studies(pooled, phrases), *drawn)),
        Section("whole", "", lead=whole, card=tuple(_parts(pooled, phrases))),
        *((_notes(pooled, phrases),) if notes else ()),
        *more,
    )


def _about(pooled: PooledTable, name: str) -> dict[str, str]:
    measure = measure_words(pooled.measure)
    columns = ", ".join(pooled.columns)
    return {"name": name, "measure": measure, "code": pooled.measure, "columns": columns, "method": pooled.method}


def _notes(pooled: PooledTable, phrases: Phrases) -> Section:
    """What was noticed in the table, never folded away."""
    notes = (say(phrases.say("pool.page.note", {"words": warning})) for warning in pooled.warnings)
    return Section("notes", "", lead=tuple(notes))


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
        numeric = tuple(range(1, len(block.columns)))
        yield Table(block.heading, head, rows, numeric=numeric, narrow=True, of=summary.title)
    for note in summary.notes:
        yield Say(note)


def effects_page(pooled: PooledTable, name: str, phrases: Phrases) -> Page:
    """The effects of the studies: analysis scale, natural scale, and why a row has none."""
    measure = measure_words(pooled.measure)
    rows = []
    for one in pooled.studies:
        numbers = study_interval(one)
        shown = one.reason or "" if numbers is None else _interval(pooled, *numbers, phrases)
        sei = None if one.vi is None else math.sqrt(one.vi)
        rows.append(cells(_short(one.study, _LONGEST), _plain(one.yi), _plain(one.vi), _plain(sei), shown))
    lead = phrases.say("pool.page.effects", _about(pooled, name))
    head = (phrases.say("pool.page.study"), "yi", "vi", "sei", measure)
    table = Table("", head, tuple(rows), numeric=(1, 2, 3, 4), narrow=True)
    section = Section("effects", "", lead=(say(lead),), card=(table,))
    return sheet("", labels(phrases), section, _notes(pooled, phrases))


def _studies(pooled: PooledTable, phrases: Phrases) -> Table:
    rows = []
    for study in pooled.studies:
        numbers = study_interval(study)
        unused = phrases.say("pool.page.unused", {"reason": study.reason})
        shown = unused if numbers is None else _interval(pooled, *numbers, phrases)
        weight = "" if study.weight is None else f"{study.weight:.1f} %"
        rows.append(cells(_short(study.study, _LONGEST), shown, weight))
    return Table("", ("", "", ""), tuple(rows), numeric=(2,), narrow=True)


def _whole(pooled: PooledTable, phrases: Phrases) -> Iterator[str]:
    shown = _answer(pooled, pooled.estimate, pooled.ci, pooled.estimate_natural, pooled.ci_natural, phrases)
    # a test that a proportion is one half, or a rate 1, answers no question
    tested = "" if pooled.measure in ONE_GROUP else f", p {_p(pooled.p)}"
    fields = {"k": pooled.k, "shown": shown, "test": pooled.test, "tested": tested}
    yield phrases.say("pool.page.pooled", {**fields, "level": f"{100 * pooled.level:g} %"})
    if pooled.common is not None:
        c = pooled.common
        shown = _answer(pooled, c.estimate, c.ci, c.estimate_natural, c.ci_natural, phrases)
        tested = "" if pooled.measure in ONE_GROUP else f", p {_p(c.p)}"
        yield phrases.say("pool.page.common", {"shown": shown, "tested": tested})
    if pooled.prediction is not None:
        low, high = pooled.prediction_natural or pooled.prediction
        yield phrases.say("pool.page.predicted", {"low": _value(pooled, low), "high": _value(pooled, high)})
    if pooled.i2 is not None and pooled.q_df is not None:
        span = ""
        if pooled.tau2_ci is not None and None not in pooled.tau2_ci:
            span = f" ({_plain(pooled.tau2_ci[0])} to {_plain(pooled.tau2_ci[1])})"
        tau2 = "" if pooled.method in ("FE", "EE", "MH", "PETO") else f"tau2 {_plain(pooled.tau2)}{span}, "
        test = phrases.say(f"pool.page.q.{'likelihood' if pooled.method == 'GLMM' else 'q'}")
        numbers = {"q": _plain(pooled.q), "df": pooled.q_df, "p": _p(pooled.q_p)}
        yield phrases.say("pool.page.differ", {**numbers, "tau2": tau2, "i2": f"{pooled.i2:.0f}", "test": test})


def _parts(pooled: PooledTable, phrases: Phrases) -> Iterator[Items]:
    groups: list[Say] = []
    for group in pooled.subgroups:
        shown = _answer(pooled, group.estimate, group.ci, group.estimate_natural, group.ci_natural, phrases)
        groups.append(say(phrases.say("pool.page.group", {"group": group.group, "k": group.k, "shown": shown})))
    if pooled.between is not None and pooled.between.q is not None:
        b = pooled.between
        tested = {"by": b.by, "q": _plain(b.q), "df": b.df, "p": _p(b.p)}
        groups.append(say(phrases.say("pool.page.between", tested)))
    if groups:
        yield Items("", tuple(groups))
    found = pooled.moderators
    if found is None:
        return
    lines = []
    for one in found.coefficients:
        low, high = one.ci
        numbers = {"value": _plain(one.estimate), "low": _plain(low), "high": _plain(high), "p": _p(one.p)}
        lines.append(say(phrases.say("pool.page.coefficient", {"name": one.name, **numbers})))
    r2 = "" if found.r2 is None else f"; R2 {found.r2:.0f} %"
    fields = {"test": _wald(found.qm_df, found.df), "value": _plain(found.qm), "p": _p(found.qm_p), "r2": r2}
    lines.append(say(phrases.say("pool.page.moderators", fields)))
    lines += [say(one) for one in _moderator_lines(found, phrases)]
    yield Items(phrases.say("pool.page.regression", {"k": found.k}), tuple(lines))


def _wald(numerator: int, df: float | None) -> str:
    return f"chi2({numerator})" if df is None else f"F({numerator}, {df:g})"


def _moderator_lines(found: Moderators, phrases: Phrases) -> Iterator[str]:
    """What the coefficients do not say: each moderator as a whole, differences between words, inflation."""
    for term in found.terms:
        if len(found.terms) > 1 and term.differences:
            fields = {"name": term.name, "test": _wald(term.df, found.df), "value": _plain(term.statistic)}
            yield phrases.say("pool.page.term", {**fields, "p": _p(term.p)})
        for one in term.differences:
            low, high = one.ci
            numbers = {"value": _plain(one.estimate), "low": _plain(low), "high": _plain(high), "p": _p(one.p)}
            yield phrases.say("pool.page.difference", {"name": one.name, **numbers})
    inflated = ", ".join(f"{term.name} {_plain(term.vif)}" for term in found.terms if term.vif is not None)
    if inflated:
        yield phrases.say("pool.page.inflation", {"terms": inflated})


def _answer(
    pooled: PooledTable,
    estimate: float | None,
    ci: Pair,
    natural: float | None,
    ci_natural: Pair | None,
    phrases: Phrases,
) -> str:
    if natural is not None and ci_natural is not None:
        return _interval(pooled, natural, *ci_natural, phrases)
    return _interval(pooled, estimate, *ci, phrases)


def _interval(pooled: PooledTable, value: float | None, low: float | None, high: float | None, phrases: Phrases) -> str:
    numbers = {"value": value, "low": low, "high": high}
    # what an interval is worked out from leaves a rounding, 2.8e-17, where a limit is 0
    least = _ROUNDING * max((abs(x) for x in numbers.values() if x is not None), default=0.0)
    ends = {name: _value(pooled, 0.0 if x is not None and abs(x) < least else x) for name, x in numbers.items()}
    return phrases.say("pool.page.interval", ends)


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
