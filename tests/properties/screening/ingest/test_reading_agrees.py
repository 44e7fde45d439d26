"""Both ways of reading an export give the facts that reading it as one chart gives."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.knowledge.thresholds import thresholds
from deqi.people.files import source
from deqi.people.read import read_chart
from deqi.people.terminology.coverage import coverage
from deqi.screening.ingest import target
from deqi.screening.ingest.fhir import large
from deqi.screening.ingest.fhir.export import read_fhir
from deqi.screening.ingest.tables import FACTS, PERSONS, TableMaker
from deqi.screening.sql.columns import counting, reader_for
from deqi.screening.workspace import Workspace
from tests.support.engines import AS_OF, engine
from tests.support.exports import Export, Resource, as_bundles, as_ndjson, as_one_file

Write = Callable[[list[Resource], Path], None]
Told = dict[str, Counter[Any]]
_BORDER = AS_OF - dt.timedelta(days=thresholds().stale_active_days)
_SHOWN = ("system", "code", "display", "text", "value_text", "status", "file", "line", "path", "resource_id")
WAYS: dict[str, list[tuple[Any, str, Any]]] = {
    "by the reader of charts": [(source, "BLOCK", 7_000), (target, "TOGETHER", 7), (large, "LARGE", 2**40)],
    "by DuckDB": [(large, "LARGE", 0), (large, "MOST_ODD", 1.0), (large, "_STEP", 500), (large, "_ALIKE", 1)],
}


def _told(connection: Any) -> Told:
    """The tables, as what can be compared: numbers of rows and persons are left out."""
    facts = [f'f."{name}"' for name in FACTS.names if name not in ("row", "person", "stale")]
    stale = (
        f"f.stale OR (f.kind = 'medication' AND f.state = 'present' AND "
        f"coalesce(f.recorded_last < DATE '{_BORDER}', false))"
    )
    whose = "p.resource_id, p.file, p.line, p.path"
    shown = ", ".join(f"d.{name}" for name in _SHOWN)
    rows = connection.execute(
        f"SELECT {whose}, {stale}, {', '.join(facts)}, {shown} FROM facts f JOIN persons p USING (person) "
        "JOIN details d USING (row)"
    ).fetchall()
    persons = [name for name in PERSONS.names if name not in ("person", "token")]
    return {
        "facts": Counter(repr(row) for row in rows),
        "persons": Counter(connection.execute(f"SELECT {', '.join(persons)} FROM persons").fetchall()),
    }


def _quickly(folder: Path) -> Told:
    with Workspace() as space:
        intake = read_fhir(folder, space.connection, reader_for(engine().catalog, AS_OF), engine().sites)
        return _told(space.connection) | {
            "resources": Counter(intake.records),
            "left out": Counter(intake.left_out),
            "unreadable": Counter(map(str, intake.unreadable)),
            "codings": Counter(dict(intake.codings)),
        }


def _one_by_one(folder: Path) -> Told:
    reading = read_chart([folder], index=engine().index, sites=engine().sites, as_of=AS_OF)
    maker = TableMaker(reader_for(engine().catalog, AS_OF))
    for person in reading.persons:
        maker.add(person, counting(engine().catalog, person.answers, AS_OF))
    tables = maker.take()
    with Workspace() as space:
        for name in ("persons", "facts", "details"):
            space.connection.register(name, getattr(tables, name))
        told = _told(space.connection)
    found = coverage(reading.persons, engine().index)
    return told | {
        "resources": Counter(reading.resources),
        "left out": Counter(reading.left_out),
        "unreadable": Counter(map(str, reading.unreadable)),
        "codings": Counter({(one.kind, one.system): (one.facts, one.matched) for one in found}),
    }


@pytest.mark.parametrize("write", [as_ndjson, as_one_file, as_bundles])
@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), odd=st.sampled_from((0.0, 0.1, 0.5)))
def test_both_ways_give_the_same(way: str, write: Write, seed: int, odd: float) -> None:
    resources = Export(list(load().rows(Code)), seed, odd).resources(persons=3, each=4)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        for module, attribute, value in WAYS[way]:
            stack.enter_context(mock.patch.object(module, attribute, value))
        folder = Path(name)
        write(resources, folder)
        slow, quick = _one_by_one(folder), _quickly(folder)
    for what, expected in slow.items():
        assert quick[what] == expected, (what, quick[what] - expected, expected - quick[what])
