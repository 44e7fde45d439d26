"""``deqi pool``: a meta-analysis of anybody's table of studies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


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

    from deqi.api import Library, PoolRequest, pages, read
    from deqi.api import pool as pool_studies
    from deqi.api import write as writing
    from deqi.cli.output import write_json, write_page
    from deqi.errors import InputError

    studies = read.table(sys.stdin.buffer if str(table) == "-" else table)
    wanted = tuple((moderators or "").split(","))
    pooled = pool_studies(PoolRequest(studies, measure, method, test, level, by, wanted))
    # both are drawn before either is written
    drawn = [
        (option, path, draw(pooled))
        for option, path, draw in (("--forest", forest, pages.forest), ("--funnel", funnel, pages.funnel))
        if path is not None
    ]
    for option, path, drawing in drawn:
        try:
            writing.file(path, drawing)
        except InputError as error:
            raise InputError(f"{option} {error}") from None
    if as_json:
        write_json(pooled.as_json())
    else:
        write_page(pages.pooled(pooled, studies.name, Library.load()))
