"""The findings that ``deqi screen`` writes say what is restricted in the words of ``deqi assess --json``."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.people.read import read_chart
from deqi.safety.document import document
from deqi.screening.demo.people import Demo
from deqi.screening.demo.write import write_ndjson
from deqi.screening.export import Format, write_tables
from deqi.screening.screen import screen
from deqi.screening.workspace import Workspace
from tests.support.engines import AS_OF, engine

PEOPLE = 150


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    write_ndjson(Demo(engine().catalog, load().rows(Code), AS_OF, 5).people(PEOPLE), folder)
    return folder


def _expected(export: Path) -> dict[tuple[str, str], Any]:
    reading = read_chart([export], index=engine().index, sites=engine().sites, as_of=AS_OF)
    return {
        (person.token, finding.rule): json.loads(msgspec.json.encode(finding.restricts))
        for person in reading.persons
        for finding in document(engine().assess(person, AS_OF), engine().catalog).findings
    }


def _written(export: Path, form: Format, folder: Path) -> dict[tuple[str, str], Any]:
    with Workspace() as space:
        done = screen(engine(), export, AS_OF, space)
        write_tables(space, done.program.layout, folder, form)
    with (folder / f"findings.{form}").open(newline="") as file:
        rows = list(csv.DictReader(file)) if form == "csv" else [json.loads(line) for line in file]
    return {(row["token"], row["rule"]): row["restricts"] for row in rows}


def test_the_words_of_assess(export: Path, tmp_path: Path) -> None:
    expected = _expected(export)
    assert any(part.get("assumed") for parts in expected.values() for part in parts)
    assert any(part.get("side") in ("left", "right") for parts in expected.values() for part in parts)
    found = _written(export, "ndjson", tmp_path)
    assert found.keys() == expected.keys()
    for key, restricts in expected.items():
        assert sorted(found[key], key=repr) == sorted(restricts, key=repr), key


def test_as_text_in_a_csv(export: Path, tmp_path: Path) -> None:
    nested, text = _written(export, "ndjson", tmp_path / "a"), _written(export, "csv", tmp_path / "b")
    assert {key: json.loads(cell) for key, cell in text.items()} == nested
