"""``deqi pool``, ``deqi escalc`` and ``deqi network``: meta-analyses of anybody's table of studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deqi.cli.output import OUTPUT, Format, TableFormat

if TYPE_CHECKING:
    from deqi.api.types import Table

TABLE = Annotated[Path, typer.Argument(help="A CSV file: a header row, then one row per study; - reads the input.")]
MEASURE = Annotated[
    str | None,
    typer.Option(
        "--measure",
        help="Two arms: RR, OR, RD, AS, PETO; MD, SMD, SMDH, ROM, CVR, VR; IRR, IRD, IRSD. One group: PLO, PLN, PAS, "
        "PFT, PR; IRLN, IR, IRS, IRFT; MN, MNLN. Before and after: MC, SMCC, SMCR. Correlations: ZCOR, COR. "
        "As given: HR, GEN.",
    ),
]
LEVEL = Annotated[float, typer.Option("--level", help="Level of the intervals: 95 or 0.95.")]
MAYBE_FORMAT = Annotated[
    Format | None, typer.Option("--format", help="How to write it; text, or what the ending of -o says.")
]
AS_JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def pool(
    table: TABLE,
    measure: MEASURE = None,
    method: Annotated[str, typer.Option("--method", help="REML, DL, PM, ML, FE ..., or GLMM, MH, PETO.")] = "REML",
    model: Annotated[str, typer.Option("--model", help="random, common, or both side by side.")] = "random",
    glmm: Annotated[
        str, typer.Option("--glmm", help="The mixed model of GLMM: UM.FS, UM.RS, or CM.EL for odds ratios.")
    ] = "UM.FS",
    test: Annotated[str | None, typer.Option("--test", help="adhoc, knha, t or z.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="A column of subgroups.")] = None,
    moderators: Annotated[str | None, typer.Option("--moderators", help="Columns, separated by commas.")] = None,
    permutations: Annotated[
        int | None,
        typer.Option("--permutations", help="Also test by so many permutations (all, where there are no more)."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Which permutations are drawn; 1 unless said.")] = None,
    scale: Annotated[
        str | None, typer.Option("--scale", help="Columns on which the spread may depend: a location-scale model.")
    ] = None,
    also: Annotated[
        str | None,
        typer.Option(
            "--also",
            help="egger, peters, trim-and-fill, pet-peese, selection, leave-one-out, cumulative, influence; or all.",
        ),
    ] = None,
    order: Annotated[str | None, typer.Option("--order", help="The column that cumulative pooling follows.")] = None,
    forest: Annotated[Path | None, typer.Option("--forest", help="Write a forest plot here: .svg, .png, .pdf.")] = None,
    funnel: Annotated[Path | None, typer.Option("--funnel", help="Write a funnel plot here: .svg, .png, .pdf.")] = None,
    bubble: Annotated[Path | None, typer.Option("--bubble", help="Write the regression on one moderator here.")] = None,
    left_out: Annotated[Path | None, typer.Option("--leave-one-out-plot", help="Write leave-one-out here.")] = None,
    cumulated: Annotated[Path | None, typer.Option("--cumulative-plot", help="Write cumulative pooling here.")] = None,
    influenced: Annotated[
        Path | None, typer.Option("--influence-plot", help="Write what each study changes here.")
    ] = None,
    baujat: Annotated[
        Path | None, typer.Option("--baujat", help="Write each study's heterogeneity and influence here.")
    ] = None,
    radial: Annotated[Path | None, typer.Option("--radial", help="Write a radial (Galbraith) plot here.")] = None,
    labbe: Annotated[Path | None, typer.Option("--labbe", help="Write the risks of two arms (L'Abbé) here.")] = None,
    gosh: Annotated[Path | None, typer.Option("--gosh", help="Write a plot of all subsets here.")] = None,
    favours: Annotated[
        str | None, typer.Option("--favours", help="Words left and right of the null: LEFT|RIGHT.")
    ] = None,
    level: LEVEL = 95.0,
    output_format: MAYBE_FORMAT = None,
    as_json: AS_JSON = False,
    output: OUTPUT = None,
) -> None:
    """Pool the studies of a CSV table.

    Columns: yi,vi | yi,sei | estimate,ci_low,ci_high | estimate,p | events_t,total_t,events_c,total_c |
    mean_t,sd_t,n_t,mean_c,sd_c,n_c (or median, q1, q3, min, max; for sd also se, or ci_low_t, ci_high_t) |
    events_t,time_t,events_c,time_c | events,total | events,time | mean,sd,n | correlation,n |
    mean_pre,sd_pre,mean_post,sd_post,n,correlation; and study. The names of metafor, meta and RevMan are
    understood. yi is on the analysis scale (logarithms of ratios); estimate,ci_low,ci_high are ratios as printed
    when --measure names a ratio, and 95 % intervals.
    """
    from deqi.api import Library, PoolRequest, pages, pooling
    from deqi.api import pool as pool_studies
    from deqi.api import write as writing
    from deqi.cli.output import page_text, wanted_format, write_answer

    wanted_as = "json" if as_json else wanted_format(output_format, output, Format)
    studies, library = _read(table), Library.load()
    wanted = tuple((moderators or "").split(","))
    named = {
        "forest": forest,
        "funnel": funnel,
        "bubble": bubble,
        "leave-one-out-plot": left_out,
        "cumulative-plot": cumulated,
        "influence-plot": influenced,
        "baujat": baujat,
        "radial": radial,
        "labbe": labbe,
        "gosh": gosh,
    }
    asked = {kind: path for kind, path in named.items() if path is not None}
    further = pooling.with_checks_of(asked, (also or "").split(","))
    request = PoolRequest(
        studies, measure, method, test, level, by, wanted, model, glmm, further, order,
        permutations, seed, tuple((scale or "").split(",")),
    )  # fmt: skip
    pooled = pool_studies(request)
    # all are drawn before any is written
    drawn = [
        (f"--{kind}", path, writing.rendered(pages.figure(kind, pooled, library, favours=favours), path, f"--{kind}"))
        for kind, path in asked.items()
    ]
    if wanted_as == "json":
        answer = writing.json(pooled.as_json())
    else:
        answer = page_text(pages.pooled(pooled, studies.name, library), wanted_as)
    _write_figures(drawn)
    write_answer(answer, output)


def escalc(
    table: TABLE,
    measure: MEASURE = None,
    level: LEVEL = 95.0,
    output_format: Annotated[
        TableFormat | None,
        typer.Option("--format", help="How to write it; csv can be pooled again. Text, or what the ending of -o says."),
    ] = None,
    as_json: AS_JSON = False,
    output: OUTPUT = None,
) -> None:
    """Effects and variances of the studies of a CSV table, not pooled. Columns as for pool (deqi pool --help)."""
    from deqi.api import Library, PoolRequest, pages, pooling
    from deqi.api import pool as pool_studies
    from deqi.api import write as writing
    from deqi.cli.output import page_text, wanted_format, write_answer

    wanted_as = "json" if as_json else wanted_format(output_format, output, TableFormat)
    studies = _read(table)
    pooled = pool_studies(PoolRequest(studies, measure, "FE", None, level))
    if wanted_as == "json":
        document = pooled.as_json()
        answer = writing.json({name: document[name] for name in ("measure", "studies", "warnings")})
    elif wanted_as == "csv":
        answer = pooling.studies_csv(pooled)
    else:
        answer = page_text(pages.effects(pooled, studies.name, Library.load()), wanted_as)
    write_answer(answer, output)


def network(
    table: TABLE,
    measure: MEASURE = None,
    method: Annotated[str, typer.Option("--method", help="REML, ML, DL or FE.")] = "REML",
    test: Annotated[str, typer.Option("--test", help="z or t.")] = "z",
    prediction: Annotated[
        str,
        typer.Option(
            "--prediction",
            help="Prediction intervals: V (t with the degrees of freedom of Q, as netmeta), HTS (one less), S (z).",
        ),
    ] = "V",
    reference: Annotated[
        str | None, typer.Option("--reference", help="Compare the others with this treatment.")
    ] = None,
    small_is_good: Annotated[bool, typer.Option("--small-is-good", help="For the ranks: smaller effects win.")] = False,
    also: Annotated[
        str | None,
        typer.Option(
            "--also",
            help="league (table), ranks (rankograms, SUCRA), splits (direct and indirect evidence), node-splits (each "
            "pair by a model of its own), designs (do they agree?), components; or all.",
        ),
    ] = None,
    inactive: Annotated[
        str | None, typer.Option("--inactive", help="For components: the one without effect, such as placebo.")
    ] = None,
    separator: Annotated[str, typer.Option("--separator", help="For components: what stands between them.")] = "+",
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw the network here: .svg, .png, .pdf.")] = None,
    rank_plot: Annotated[
        Path | None, typer.Option("--rank-plot", help="Draw the rankograms here: .svg, .png, .pdf.")
    ] = None,
    level: LEVEL = 95.0,
    output_format: MAYBE_FORMAT = None,
    as_json: AS_JSON = False,
    output: OUTPUT = None,
) -> None:
    """Compare several treatments at once.

    One row a comparison: study, treatment, control and an effect (treatment minus control) with its error, as yi,vi |
    yi,sei | estimate,ci_low,ci_high | the counts of two arms. One row an arm: study, treatment and events,total |
    events,time | mean,sd,n | yi,sei. One row a study: treat1, treat2, ... and the numbers of each arm, events1, n1 and
    so on. The names of netmeta, gemtc, multinma and metafor are understood.
    """
    from deqi.api import Library, NetworkRequest, pages
    from deqi.api import network as pool_network
    from deqi.api import write as writing
    from deqi.cli.output import page_text, wanted_format, write_answer
    from deqi.errors import InputError

    wanted_as = "json" if as_json else wanted_format(output_format, output, Format)
    studies = _read(table)
    further = tuple((also or "").split(","))
    found = pool_network(
        NetworkRequest(
            studies, measure, method, test, level, reference, small_is_good, further, inactive, separator, prediction
        )
    )
    drawn = []
    if plot is not None:
        drawn.append(("--plot", plot, writing.rendered(pages.network_figure(found), plot, "--plot")))
    if rank_plot is not None:
        try:
            figure = pages.rank_figure(found)
        except InputError as error:
            raise InputError(f"--rank-plot: {error}") from None
        drawn.append(("--rank-plot", rank_plot, writing.rendered(figure, rank_plot, "--rank-plot")))
    if wanted_as == "json":
        answer = writing.json(found.as_json())
    else:
        answer = page_text(pages.network(found, studies.name, Library.load()), wanted_as)
    _write_figures(drawn)
    write_answer(answer, output)


def _write_figures(drawn: list[tuple[str, Path, Any]]) -> None:
    """Finished figures to their files; a fault names the option that asked for the file."""
    from deqi.api import write as writing
    from deqi.errors import InputError

    for option, path, content in drawn:
        try:
            writing.file(path, content)
        except InputError as error:
            raise InputError(f"{option} {error}") from None


def _read(table: Path) -> Table:
    import sys

    from deqi.api import read

    return read.table(sys.stdin.buffer if str(table) == "-" else table)
