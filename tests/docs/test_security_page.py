"""What the page on security promises: its limits are those of the code, and no command opens a connection."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest

from deqi import __version__
from deqi.evidence.table import reading
from deqi.people.fhir import documents
from deqi.people.files import source, yaml_text
from deqi.people.read import read_chart
from deqi.people.terminology import value_sets
from deqi.safety.needling import plan_file
from deqi.screening.workspace import Workspace
from tests.cli.run import run
from tests.support.resources import condition, patient
from tests.support.terminology import INDEX

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "SECURITY.md").read_text(encoding="utf-8").split())


def test_the_limits_are_those_of_the_code() -> None:
    for said in (
        f"a hand-written file {yaml_text.MAX_BYTES // 2**20} MB and {yaml_text.MAX_DEPTH} levels",
        f"{reading.MAX_BYTES // 10**6} MB, {reading.MAX_ROWS:,} rows, {reading.MAX_COLUMNS} columns",
        f"value sets {value_sets.MAX_BYTES // 2**20} MB",
        f"a chart {source.MAX_BYTES // 2**30} GB",
        f"a plan {plan_file.MAX_NEEDLINGS} needlings",
        f"grows more than {source.MAX_GZIP_RATIO} times",
    ):
        assert said in PAGE


@pytest.mark.parametrize("inside", [3, 4])
def test_bundles_are_read_three_deep(inside: int) -> None:
    chart: dict[str, object] = condition("D69.6")
    for _ in range(1 + inside):
        chart = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": patient()}, {"resource": chart}],
        }
    reading = read_chart([json.dumps(chart).encode()], index=INDEX)
    assert bool(reading.unreadable) == (inside > documents.MAX_NESTED_BUNDLES) and "three deep" in PAGE


def test_files_and_versions_are_there() -> None:
    named = re.findall(r"`((?:src|tests|requirements)\b[\w./-]*)`", PAGE)
    assert len(named) > 20 and [path for path in named if not (ROOT / path).exists()] == []
    assert f"| {__version__.rpartition('.')[0]}, the newest |" in PAGE


@pytest.mark.parametrize(
    "words",
    [
        ("report", "--condition", "diabetic", "--json"),
        ("assess", "--person", "examples/person.yaml", "--plan", "examples/plan.yaml", "--as-of", "2026-11-24"),
        ("pool", "examples/bcg.csv", "--by", "allocation"),
        ("evidence", "schroeder2007"),
        ("screen", "people", "--as-of", "2026-11-24"),
    ],
    ids=lambda words: words[0],
)
def test_no_command_opens_a_connection(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "Patient.ndjson").write_text('{"resourceType": "Patient", "id": "p"}\n')
    monkeypatch.chdir(tmp_path)
    asked: list[object] = []

    def refuse(*given: object) -> None:
        asked.append(given)
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert run(capsys, *words).code == 0
    assert asked == []


def test_duckdb_fetches_no_extension() -> None:
    """It connects from C, where no Python can look."""
    with Workspace() as space:
        (found,) = space.connection.execute("SELECT current_setting('autoinstall_known_extensions')").fetchall()
    assert found == (False,)
