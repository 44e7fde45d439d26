"""The command itself, as a process: where it reads, and what it leaves behind."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deqi.errors import InputError
from deqi.people.files.source import sql_path
from deqi.screening.ingest.fhir import files, large
from deqi.screening.ingest.fhir.export import read_fhir
from deqi.screening.sql.columns import reader_for
from deqi.screening.workspace import Workspace
from tests.support.engines import AS_OF, engine

_SCREEN = [str(Path(sys.executable).with_name("deqi")), "screen"]


def _patient(folder: Path, number: int) -> None:
    folder.mkdir()
    line = {"resourceType": "Condition", "id": f"c{number}", "subject": {"reference": f"Patient/p{number}"}}
    line["code"] = {"text": "diabetic neuropathy"}
    (folder / "Condition.ndjson").write_text(json.dumps(line) + "\n")


@pytest.mark.parametrize("named", ["q[ab]", "a*", "a?", "it's"])
def test_a_name_that_is_a_pattern_means_itself(tmp_path: Path, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "LARGE", 0)
    for number, name in enumerate(("qa", "ab", named)):
        _patient(tmp_path / name, number)
    with Workspace() as space:
        read_fhir(tmp_path / named, space.connection, reader_for(engine().catalog, AS_OF), engine().sites)
        found = space.connection.execute("SELECT DISTINCT resource_id FROM details").fetchall()
    assert found == [("c2",)]


def test_patterns_are_written_out() -> None:
    assert sql_path(Path("/a*b/[c]/it's?")) == "/a[*]b/[[]c]/it''s[?]"


_HELD = """
import sys
from deqi.cli import main
from deqi.screening.workspace import Workspace
def work(self):
    print("", file=sys.stderr, flush=True)
    sys.stdin.readline()
    return self
Workspace.__enter__ = work
main.run()
"""
"""A command that waits for a line as soon as it works in a folder of its own."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_behind_when_it_is_ended(tmp_path: Path, number: int) -> None:
    export, private = tmp_path / "export", tmp_path / "private"
    private.mkdir()
    _patient(export, 1)
    # Where this test is kept waiting, the command may have come to its end before it is told to; the second one waits.
    for goes_on in (True, False):
        process = subprocess.Popen(
            [sys.executable, "-c", _HELD, "screen", str(export)],
            # Without a cache it compiles the rules, which takes seconds.
            env={**os.environ, "TMPDIR": str(private), "DEQI_CACHE": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        assert process.stdin is not None and process.stderr is not None
        process.stderr.readline()
        assert list(private.iterdir()), "it works in a folder of its own"
        if goes_on:
            process.stdin.write(b"go\n")
            time.sleep(0.5)
        process.send_signal(number)
        process.communicate(timeout=600)
        assert list(private.iterdir()) == []
        assert process.returncode != 0 or goes_on


def _screen(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*_SCREEN, *map(str, words)], capture_output=True, text=True, check=False)


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    _patient(tmp_path / "x", 1)
    (tmp_path / "x" / "Observation.ndjson.bz2").write_bytes(b"x")
    (tmp_path / "x" / "more").mkdir()
    done = _screen(tmp_path / "x", "--as-of", "2026-11-24")
    assert done.returncode == 0
    assert "'Observation.ndjson.bz2': not read" in done.stderr
    assert "'more': not read" in done.stderr


def test_an_ending_in_capitals_is_an_ending(tmp_path: Path) -> None:
    _patient(tmp_path / "x", 1)
    (tmp_path / "x" / "Condition.ndjson").rename(tmp_path / "x" / "Condition.NDJSON.GZ")
    data = (tmp_path / "x" / "Condition.NDJSON.GZ").read_bytes()
    (tmp_path / "x" / "Condition.NDJSON.GZ").write_bytes(gzip.compress(data))
    assert [one.name for one in files.export_at(tmp_path / "x").files] == ["Condition.NDJSON.GZ"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as-of", "0001-01-01"), "years 1900 to 2200"),
        (("-o", ""), "name a folder"),
        (("-o", "x"), "the folder that is read"),
    ],
)
def test_a_place_or_day_that_cannot_be_is_refused(
    tmp_path: Path, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _patient(tmp_path / "x", 1)
    done = _screen("x", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert [one.name for one in (tmp_path / "x").iterdir()] == ["Condition.ndjson"]


def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"b\xff.ndjson")).write_text("{}")
    with pytest.raises(InputError, match="not UTF-8"):
        files.export_at(tmp_path)


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    _patient(tmp_path / "x", 1)

    def change(share: float) -> None:
        with (tmp_path / "x" / "Condition.ndjson").open("a") as file:
            file.write("\n")

    with Workspace() as space, pytest.raises(InputError, match="changed while it was read"):
        read_fhir(
            tmp_path / "x", space.connection, reader_for(engine().catalog, AS_OF), engine().sites, progress=change
        )
