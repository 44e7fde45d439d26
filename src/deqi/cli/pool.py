"""``deqi pool``: a meta-analysis of anybody's table of studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deqi.evidence.table.pooled import PooledTable

Pair = tuple[float | None, float | None]


def pool(
    table: Annotated[Path, typer.Argument(help="A CSV file: a header row, then one row per study; - reads the input.")],
    measure: Annotated[str | None, typer.Option("--measure", help="RR, OR, RD, MD, SMD, PLO, IRR, IRLN ...")] = None,
    method: Annotated[str, typer.Option("--method", help="REML, DL, PM, ML, FE ..., or GLMM, MH, PETO.")] = "REML",
    test: Annotated[str | None, typer.Option("--test", help="adhoc, knha, t or z.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="A column of subgroups.")] = None,
    moderators: Annotated[str | None, typer.Option("--moderators", help="Columns, separated by commas.")] = None,
    forest: Annotated[Path | None, typer.Option("--forest", help="Write a forest plot (SVG) here.")] = None,
    funnel: Annotated[Path | None, typer.Option("--funnel", help="Write a funnel plot (SVG) here.")] = None,
    level: Annotated[float, typer.Option("--level", help="Level of the intervals, in percent.")] = 95.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Pool the studies of a CSV table.

    Columns: yi,vi | yi,sei | estimate,ci_low,ci_high | events_t,total_t,events_c,total_c |
    mean_t,sd_t,n_t,mean_c,sd_c,n_c | events_t,time_t,events_c,time_c | events,total | events,time |
    mean_pre,sd_pre,mean_post,sd_post,n,correlation; and study. yi is on the analysis scale (logarithms of ratios);
    estimate,ci_low,ci_high are ratios as printed when --measure names a ratio, and 95 % intervals.
    """
    import sys

    from deqi.cli.output import write_json
    from deqi.cli.pool_draw import draw_forest, draw_funnel, save
    from deqi.evidence.table.pooled import parse_table, pool_table, read_table
    from deqi.evidence.table.reading import read_limited

    piped = str(table) == "-"
    read = parse_table(read_limited(sys.stdin.buffer, "input"), "input") if piped else read_table(table)
    columns = tuple(_column(name) for name in (moderators or "").split(",") if name.strip())
    pooled = pool_table(
        read,
        measure=measure.upper() if measure else None,
        method=method,
        test=test.lower() if test else None,
        level=level / 100.0,
        by=_column(by) if by else None,
        moderators=columns,
    )
    # both are drawn before either is written
    wanted = [("--forest", forest, draw_forest), ("--funnel", funnel, draw_funnel)]
    drawn = [(option, path, draw(pooled)) for option, path, draw in wanted if path is not None]
    for option, path, drawing in drawn:
        save(path, drawing, option)
    if as_json:
        write_json(pooled.as_json())
    else:
        _print(pooled, read.name)


def _column(written: str) -> str:
    import re

    return re.sub(r"[\s.\-]+", "_", written.strip().casefold())


def _print(pooled: PooledTable, name: str) -> None:
    from deqi.cli.output import write, write_wrapped
    from deqi.evidence.table.words import MEASURE_WORDS, study_interval

    words = MEASURE_WORDS.get(pooled.measure, pooled.measure)
    write_wrapped(f"{name}: {words} ({pooled.measure}) from {', '.join(pooled.columns)}; method {pooled.method}.")
    write()
    wide = min(max((len(s.study) for s in pooled.studies), default=5), 36)
    for study in pooled.studies:
        numbers = study_interval(study)
        shown = "not used" if numbers is None else _interval(pooled, *numbers)
        weight = "" if study.weight is None else f"{study.weight:6.1f} %"
        write(f"  {_short(study.study, wide):<{wide}}  {shown:<32}{weight}".rstrip())
    write()
    _whole(pooled)
    for group in pooled.subgroups:
        shown = _answer(pooled, group.estimate, group.ci, group.estimate_natural, group.ci_natural)
        write_wrapped(f"{group.group} (k = {group.k}): {shown}", "  ", "    ")
    if pooled.between is not None and pooled.between.q is not None:
        b = pooled.between
        write_wrapped(f"Between {b.by}: Q = {_plain(b.q)} on {b.df} df, p {_p(b.p)}.", "  ", "    ")
    _regression(pooled)
    for warning in pooled.warnings:
        write_wrapped(f"Note: {warning}", "", "  ")


def _whole(pooled: PooledTable) -> None:
    from deqi.cli.output import write_wrapped
    from deqi.evidence.table.words import ONE_GROUP

    level = f"{100 * pooled.level:g} %"
    shown = _answer(pooled, pooled.estimate, pooled.ci, pooled.estimate_natural, pooled.ci_natural)
    # a test that a proportion is one half, or a rate 1, answers no question
    tested = "" if pooled.measure in ONE_GROUP else f", p {_p(pooled.p)}"
    write_wrapped(f"Pooled (k = {pooled.k}): {shown}; {level} interval, test {pooled.test}{tested}.", "", "  ")
    if pooled.prediction is not None:
        low, high = pooled.prediction_natural or pooled.prediction
        span = f"{_value(pooled, low)} to {_value(pooled, high)}"
        write_wrapped(f"Prediction interval, for the true effect in a new study: {span}.", "", "  ")
    if pooled.i2 is not None:
        span = ""
        if pooled.tau2_ci is not None and None not in pooled.tau2_ci:
            span = f" ({_plain(pooled.tau2_ci[0])} to {_plain(pooled.tau2_ci[1])})"
        name = "likelihood ratio" if pooled.method == "GLMM" else "Q"
        tau2 = "" if pooled.method in ("FE", "EE", "MH", "PETO") else f"tau2 {_plain(pooled.tau2)}{span}, "
        tested = f"{name} {_plain(pooled.q)} on {pooled.q_df} df, p {_p(pooled.q_p)}"
        write_wrapped(f"Heterogeneity: {tau2}I2 {pooled.i2:.0f} %, {tested}.", "", "  ")


def _regression(pooled: PooledTable) -> None:
    from deqi.cli.output import write_wrapped

    found = pooled.moderators
    if found is None:
        return
    write_wrapped(f"Meta-regression (k = {found.k}), analysis scale:", "", "  ")
    for one in found.coefficients:
        low, high = one.ci
        span = f"{_plain(one.estimate)} ({_plain(low)} to {_plain(high)})"
        write_wrapped(f"{one.name}: {span}, p {_p(one.p)}", "  ", "    ")
    kind = f"F({found.qm_df}, {found.df:g})" if found.df is not None else f"chi2({found.qm_df})"
    r2 = "" if found.r2 is None else f"; R2 {found.r2:.0f} %"
    write_wrapped(f"All moderators: {kind} = {_plain(found.qm)}, p {_p(found.qm_p)}{r2}.", "  ", "    ")


def _answer(
    pooled: PooledTable, estimate: float | None, ci: Pair, natural: float | None, ci_natural: Pair | None
) -> str:
    if natural is not None and ci_natural is not None:
        return _interval(pooled, natural, *ci_natural)
    return _interval(pooled, estimate, *ci)


def _interval(pooled: PooledTable, value: float | None, low: float | None, high: float | None) -> str:
    return f"{_value(pooled, value)} ({_value(pooled, low)} to {_value(pooled, high)})"


def _value(pooled: PooledTable, x: float | None) -> str:
    from deqi.evidence.table.words import PROPORTIONS

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
