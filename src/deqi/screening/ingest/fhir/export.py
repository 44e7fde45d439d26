"""The people in FHIR files, as columns in DuckDB.

Two ways of reading that agree: DuckDB looks through large NDJSON and leaves to the reader of charts what a rule may
look at or what is out of the ordinary; everything else the reader of charts reads by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from deqi.errors import InputError
from deqi.people.facts import Kind
from deqi.people.fhir.chart import ChartReader
from deqi.people.files.source import read_bytes
from deqi.people.terminology.sites import SiteFinder
from deqi.screening import collector
from deqi.screening.ingest.fhir.files import export_at, is_ndjson, lines_of, size_of
from deqi.screening.ingest.fhir.large import LargeFiles
from deqi.screening.ingest.tables import Intake, Reader
from deqi.screening.ingest.target import Counting, FactRows

Progress = Callable[[float], None]


def read_fhir(
    path: Path,
    connection: duckdb.DuckDBPyConnection,
    reader: Reader,
    sites: SiteFinder,
    *,
    complete: frozenset[Kind] = frozenset(),
    counting: Counting = lambda answers: answers,
    progress: Progress = lambda share: None,
) -> Intake:
    """Make the tables ``persons facts details answers`` of a FHIR file or a folder of them.

    ``complete`` are the lists complete for everybody; ``counting`` gives the answers of a person that count.

    Raises:
        InputError: a file cannot be read, is of another FHIR version, or nothing in them is about a person.
    """
    found = export_at(path)
    files = list(found.files)
    before = {file: _stamp(file) for file in files}
    target = FactRows(connection, reader)
    chart = ChartReader(reader.index, sites, target)
    for file, kind in found.unread:
        chart.pass_over(str(file), kind)
    try:
        with collector.paused():
            _read_all(files, connection, chart, target, progress)
            reading = chart.finish(reader.as_of)
            if not reading.persons:
                raise InputError(f"{path}: nothing about a person; give a Patient and the records about them")
            made = target.finish(reading, chart.number_of, complete, counting)
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: went away while it was read; copy the export first") from None
    for file, stamp in before.items():
        if _stamp(file) != stamp:
            raise InputError(f"{file}: changed while it was read; copy the export first")
    return made


def _read_all(
    files: list[Path], connection: duckdb.DuckDBPyConnection, chart: ChartReader, target: FactRows, progress: Progress
) -> None:
    total, done = max(1, sum(map(size_of, files))), 0
    with LargeFiles(connection, chart, target) as large:
        # Large files last: what stands in one of the others and there again is then known.
        for file in files:
            if is_ndjson(file) and large.load(file):
                continue
            if is_ndjson(file):
                chart.add_lines(lines_of(file), str(file))
            else:
                chart.add(read_bytes(file), str(file))
            done += size_of(file)
            progress(done / total)
        for file in large.read():
            done += size_of(file)
            progress(done / total)


def _stamp(file: Path) -> tuple[int, int] | None:
    """What changes when a file does; None for one that is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
