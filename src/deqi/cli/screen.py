"""``deqi screen``: the same rules over everybody in a hospital's records."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deqi.errors import InputError

if TYPE_CHECKING:
    from deqi.api.types import SparkRequest


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
    from deqi.api import ScreenRequest, pages, read
    from deqi.api import screen as judge
    from deqi.cli.days import day_of
    from deqi.cli.output import library_of, notice, write, write_json, write_page

    _check_memory(memory)
    spark = _spark(judged_in, master, work)
    day = day_of(as_of)
    library = library_of(settings, value_sets)
    left = read.passed_over(path)
    for name in left[:_NAMED]:
        notice(library.phrases.say("cli.not-read", {"name": name}))
    if len(left) > _NAMED:
        notice(library.phrases.say("cli.not-read.more", {"count": len(left) - _NAMED}))
    with _Bar() as bar:
        request = ScreenRequest(path, day, output, output_format.value, exact, memory, day_of(None), spark, bar.step)
        found = judge(library, request)
    if as_json:
        write_json(found.summary)
    else:
        write_page(pages.screened(found, library))
        for file in found.files:
            write(f"wrote {file}")
    if strict and found.blocking:
        raise typer.Exit(1)


class _Bar:
    """What is going on, on a terminal; nothing where there is none."""

    _STEPS = ("reading", "compiling", "judging", "writing")

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


def _spark(judged_in: Judged, master: str | None, work: Path | None) -> SparkRequest | None:
    from deqi.api.requests import SparkRequest

    if judged_in is Judged.duckdb:
        for option, given in (("--master", master), ("--work", work)):
            if given is not None:
                raise InputError(f"{option}: DuckDB has none; add --engine spark.")
        return None
    return SparkRequest(master or "local[*]", work)
