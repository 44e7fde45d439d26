"""The command itself, as a process: where it reads, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deqi.people.columns import ndjson
from deqi.people.columns.fhir import read_fhir
from deqi.people.source import sql_path
from deqi.safety.population.columns import reader_for
from deqi.safety.population.workspace import Workspace
from tests.population.engines import AS_OF, engine

_SCREEN = [str(Path(sys.executable).with_name("deqi")), "screen"]


def _patient(folder: Path, number: int) -> None:
    folder.mkdir()
    line = {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": f"Patient/p{number}"}}
    line["code"] = {"text": "diabetic neuropathy"}
    (folder / "Condition.ndjson").write_text(json.dumps(line) + "\n")


@pytest.mark.parametrize("named", ["q[ab]", "a*", "a?", "it's"])
def test_a_name_that_is_a_pattern_means_itself(tmp_path: Path, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "LARGE", 0)
    for number, name in enumerate(("qa", "ab", named)):
        _patient(tmp_path / name, number)
    with Workspace() as space:
        read_fhir(tmp_path / named, space.connection, reader_for(engine().catalog, AS_OF), engine().sites)
        found = space.connection.execute("SELECT DISTINCT resource_id FROM details").fetchall()
    assert found == [("c2",)]


def test_patterns_are_written_out() -> None:
    assert sql_path(Path("/a*b/[c]/it's?")) == "/a[*]b/[[]c]/it''s[?]"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_behind_when_it_is_ended(tmp_path: Path, number: int) -> None:
    export, private = tmp_path / "export", tmp_path / "private"
    private.mkdir()
    _patient(export, 1)
    process = subprocess.Popen(
        [*_SCREEN, str(export)],
        # Without a cache it compiles the rules, which takes seconds.
        env={**os.environ, "TMPDIR": str(private), "DEQI_CACHE": ""}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    for _ in range(600):
        if list(private.iterdir()):
            break
        time.sleep(0.05)
    assert list(private.iterdir()), "it works in a folder of its own"
    time.sleep(0.5)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert list(private.iterdir()) == []
