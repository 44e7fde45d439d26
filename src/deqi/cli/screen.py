"""``deqi screen``: the same rules over everybody in a hospital's records."""

from __future__ import annotations

import contextlib
import enum
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.people.files.settings import ClinicSettings
    from deqi.safety.engine import Engine
    from deqi.screening.sql.spark import Spark
    from deqi.screening.summary import Summary


class Format(enum.StrEnum):
    """How the result tables are written."""

    parquet = "parquet"
    csv = "csv"
    ndjson = "ndjson"


_NAMED = 10
"""Files that are not read, named one by one."""


class Judged(enum.StrEnum):
    """What runs the rules."""

    duckdb = "duckdb"
    spark = "spark"


def screen(
    path: Annotated[
        Path, typer.Argument(help="FHIR Bundles, bulk NDJSON or an OMOP folder: a file, or the folder of an export.")
    ],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="The day it is for, as 2026-11-24; today if left out.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="The clinic's own thresholds and complete lists.")
    ] = None,
    value_sets: Annotated[Path | None, typer.Option("--value-sets", help="A folder of FHIR ValueSets.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the result tables into this folder.")
    ] = None,
    output_format: Annotated[Format, typer.Option("--format", help="How to write them.")] = Format.parquet,
    exact: Annotated[bool, typer.Option("--exact", help="Print every count as it is, small ones too.")] = False,
    memory: Annotated[str, typer.Option("--memory", help="Memory before work is spilled to disk.")] = "2GB",
    judged_in: Annotated[Judged, typer.Option("--engine", help="What runs the rules.")] = Judged.duckdb,
    master: Annotated[
        str | None, typer.Option("--master", help="With --engine spark: local[2], spark://host:7077, yarn, k8s://...")
    ] = None,
    work: Annotated[
        Path | None, typer.Option("--work", help="With --engine spark: a folder that all its machines see.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when anybody must not go on as planned.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Judge every safety rule for everybody in the records, and count.

    With -o, who is who is written to files that only you can read: persons, findings with the facts that decided, and
    open questions.
    """
    import time

    from deqi.cli.days import day_of
    from deqi.cli.output import write, write_json

    _check_memory(memory)
    _check_packages()
    from deqi.screening.export import write_tables
    from deqi.screening.screen import screen as screen_population
    from deqi.screening.summary import summarise
    from deqi.screening.workspace import Workspace

    day = day_of(as_of)
    chosen = _settings(settings)
    engine = _engine(chosen, value_sets)
    begun = time.perf_counter()
    _end_in_order()
    with _spark(judged_in, master, work) as spark, Workspace(memory) as space, _Bar() as bar:
        _check_places(path, output)
        done = screen_population(engine, path, day, space, complete=chosen.complete, progress=bar.step, spark=spark)
        files: tuple[Path, ...] = ()
        if output is not None:
            bar.step("writing", 0.0)
            files = write_tables(space, done.program.layout, output, output_format.value, done.intake.unreadable)
        barred = strict and done.anybody_barred
        summary = summarise(
            done.runner,
            done.program.layout,
            done.intake,
            edition=engine.catalog.edition,
            seconds=time.perf_counter() - begun,
            exact=exact,
        )
    if as_json:
        write_json(summary)
    else:
        _write(summary)
        for file in files:
            write(f"wrote {file}")
    if barred:
        raise typer.Exit(1)


def _end_in_order() -> None:
    """Asked to end, remove the private folders before."""
    import signal

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, leave)


class _Bar:
    """What is going on, on a terminal; nothing where there is none."""

    _STEPS = ("reading", "compiling the rules", "judging", "writing")

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")

    def step(self, name: str, share: float) -> None:
        """Say what begins, and how much of it is done."""
        if self._shown:
            width = 24
            at = self._STEPS.index(name) if name in self._STEPS else 0
            full = round(width * (at + share) / len(self._STEPS))
            sys.stderr.write(f"\r\033[K[{'#' * full}{'.' * (width - full)}] {name}")
            sys.stderr.flush()


def _check_memory(memory: str) -> None:
    number, unit = memory[:-2], memory[-2:].upper()
    if unit not in ("MB", "GB") or not number.isdigit() or int(number) == 0:
        raise InputError("--memory: not an amount of memory; write it as 2GB or 800MB.")


def _check_places(path: Path, output: Path | None) -> None:
    """Where to read and to write; names what stands among the files and is not read."""
    from deqi.screening.ingest.fhir.files import passed_over
    from deqi.screening.ingest.omop.files import is_omop

    if output is not None and not output.name:
        raise InputError("-o: name a folder for the results.")
    if output is not None and path.is_dir() and output.resolve() == path.resolve():
        raise InputError(f"-o {output}: the folder that is read; name another, or the results would be read next time.")
    if path.is_dir() and not is_omop(path):
        left = passed_over(path)
        for name in left[:_NAMED]:
            sys.stderr.write(f"deqi: {name!r}: not read; FHIR ends in .json, .ndjson or .jsonl, or these with .gz.\n")
        if len(left) > _NAMED:
            sys.stderr.write(f"deqi: and {len(left) - _NAMED} more that are not read.\n")


def _check_packages() -> None:
    try:
        import duckdb  # noqa: F401
        import ibis  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError as missing:
        raise InputError(f"deqi screen needs the package {missing.name}; install deqi[screen].") from None


def _spark(judged_in: Judged, master: str | None, work: Path | None) -> contextlib.AbstractContextManager[Spark | None]:
    if judged_in is Judged.duckdb:
        for option, given in (("--master", master), ("--work", work)):
            if given is not None:
                raise InputError(f"{option}: DuckDB has none; add --engine spark.")
        return contextlib.nullcontext()
    from deqi.screening.sql.spark import Spark

    return Spark(master or "local[*]", work)


def _settings(path: Path | None) -> ClinicSettings:
    from deqi.people.files.settings import ClinicSettings, read_settings

    return ClinicSettings({}) if path is None else read_settings(path)


def _engine(settings: ClinicSettings, value_sets: Path | None) -> Engine:
    from deqi.knowledge import load
    from deqi.safety.engine import Engine

    engine = Engine.load(load(), settings.chosen, value_sets)
    for name in engine.unused_value_sets:
        sys.stderr.write(f"deqi: {value_sets}/{name}: belongs to no code set of deqi and is not used.\n")
    return engine


def _write(summary: Summary) -> None:
    from deqi.cli.output import write, write_wrapped
    from deqi.knowledge import load

    write(f"{summary.persons} persons judged for {summary.as_of}, knowledge {summary.knowledge}")
    write()
    write(f"{'candidacy':<20}{'now':>10}{'if clear':>10}")
    for name, count in summary.by_candidacy.items():
        write(f"{name:<20}{count:>10}{summary.by_candidacy_if_clear.get(name, ''):>10}")
    write()
    titles = {rule.id: rule.title for rule in load().rules}
    write(f"{'persons':>8}{'undecided':>10}  rule")
    for rule in sorted(
        summary.by_rule.keys() | summary.questions_by_rule.keys(),
        key=lambda name: (-_size(summary.by_rule.get(name, 0)), -_size(summary.questions_by_rule.get(name, 0)), name),
    ):
        counts = f"{summary.by_rule.get(rule, 0):>8}{summary.questions_by_rule.get(rule, 0):>10}"
        write_wrapped(f"{titles[rule]} ({rule})", indent=f"{counts}  ", hanging=" " * 20)
    write()
    for step in summary.attrition:
        write(f"{step.persons:>8}  {step.what}")
    write()
    for kind, systems in summary.coverage.items():
        for system, one in systems.items():
            blind = f"; {len(one.sets_without_codes)} sets list none" if one.sets_without_codes else ""
            write_wrapped(
                f"{one.persons} persons have {system} {kind} records, {one.facts} in all, {one.in_a_set} in a code "
                f"set; the sets of that kind list {one.codes_listed} {system} codes{blind}.",
                hanging="  ",
            )
    if summary.unreadable_records:
        write()
        write(f"{summary.unreadable_records} records could not be read")
        for line in summary.unreadable[:20]:
            write_wrapped(line, indent="  ", hanging="    ")
        if summary.unreadable_records > 20:
            write("  ... all of them are in the table `unreadable` that -o writes")


def _size(count: int | str) -> int:
    return count if isinstance(count, int) else 0
