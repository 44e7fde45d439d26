"""Killed at any moment, a command leaves nothing half and nothing behind; asked to stop, it ends with 130."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deqi import writing
from deqi.errors import InputError
from deqi.writing import new_folder, replacing, write_file

SENTENCE = "stopped before it was done."
# Like a real one it has helpers that go on for a while, a profile, and files of its own where temporary files go.
_BROWSER = """#!/bin/sh
mkdir -p "$TMPDIR/org.chromium.own"
(for i in 1 2 3 4 5 6 7 8 9 10; do mkdir -p "$TMPDIR/profile/$i"; echo x > "$TMPDIR/profile/$i/lock"; sleep 0.1; done) &
for word in "$@"; do case "$word" in --print-to-pdf=*) out="${word#--print-to-pdf=}";; esac; done
printf '%%PDF-1.4 ' > "$out"; sleep 0.3; printf 'whole' >> "$out"
"""
PATIENCE = 600
"""Seconds: what never ends is told all the same."""
_TABLE = "study,yi,vi\na,0.1,0.02\nb,0.3,0.03\nc,0.2,0.01\n"
_START = """
import sys
from deqi.cli import main, stopping
listen = stopping.Stopping.__enter__
def begin(self):
    listen(self)
    print("", file=sys.stderr, flush=True)
    sys.stdin.readline()
    return self
main.Stopping.__enter__ = begin
main.run()
"""


def _commands(folder: Path) -> dict[str, tuple[list[str], dict[str, bytes]]]:
    """Commands, and what the files they write begin and end with when they are whole."""
    (folder / "people").mkdir()
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-01-01"}
    (folder / "people" / "Patient.ndjson").write_text(json.dumps(patient) + "\n")
    (folder / "table.csv").write_text(_TABLE)
    browser = folder / "bin" / "chromium"
    browser.parent.mkdir()
    browser.write_text(_BROWSER)
    browser.chmod(0o755)
    out = folder / "out"
    tables = {f"{name}.parquet": b"PAR1" for name in ("persons", "findings", "questions", "unclear", "unreadable")}
    return {
        "screen": (["screen", str(folder / "people"), "-o", str(out)], tables),
        "report": (["report", "--format", "html", "-o", str(out / "r.html")], {"r.html": b"</html>"}),
        "pool": (["pool", str(folder / "table.csv"), "--forest", str(out / "f.svg")], {"f.svg": b"</svg>"}),
        "pdf": (["report", "--format", "pdf", "-o", str(out / "r.pdf")], {"r.pdf": b"whole"}),
    }


def _start(words: list[str], folder: Path) -> subprocess.Popen[str]:
    """A command that has begun to listen, and waits for a line: before that, Python itself is still starting."""
    env = {**os.environ, "TMPDIR": str(folder / "tmp"), "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    process = subprocess.Popen(
        [sys.executable, "-c", _START, *words],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    process.stderr.readline()
    return process


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def _end(process: subprocess.Popen[str]) -> str:
    """What the command says until its end."""
    return process.communicate(timeout=PATIENCE)[1]


@pytest.mark.parametrize("name", ["screen", "report", "pool", "pdf"])
def test_stopped_or_killed_at_any_moment(tmp_path: Path, name: str) -> None:
    words, whole = _commands(tmp_path)[name]
    out, tmp = tmp_path / "out", tmp_path / "tmp"
    out.mkdir()
    tmp.mkdir()
    first = _start(words, tmp_path)
    began = time.perf_counter()
    said = _end(first)
    assert first.returncode == 0, said
    lasts = time.perf_counter() - began
    draw = random.Random(name)
    ways = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
    # Where this test is kept waiting, all that go on may come to their end; the last one waits as well.
    for how, goes_on in (*((one, True) for one in ways), (signal.SIGTERM, False)):
        process = _start(words, tmp_path)
        if goes_on:
            _go(process)
            time.sleep(draw.uniform(0.0, 0.8) * lasts)
        process.send_signal(how)
        said = _end(process)
        assert goes_on or process.returncode == 130, said
        for file, end in whole.items():
            assert (out / file).read_bytes().rstrip().endswith(end), (file, how)
        if how == signal.SIGKILL:
            continue
        assert process.returncode in (0, 130), said
        assert said.count("\n") <= 1 and (process.returncode == 0 or SENTENCE in said), said
    # What killed runs left is swept by the next one that comes to its end.
    said = _end(_start(words, tmp_path))
    assert said == "" or "wrote" in said, said
    assert {one.name for one in out.iterdir()} == whole.keys()
    assert not [one.name for one in tmp.iterdir()]


def test_what_was_there_stays_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "good"
    path.write_text("good")

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "_to_disk", full)
    with pytest.raises(InputError, match=r"cannot be written \(No space left"):
        write_file(path, "better")
    with pytest.raises(InputError, match="cannot be written"), replacing([path, tmp_path / "b"], private=True) as two:
        for one in two:
            one.write_text("better")
    assert path.read_text() == "good" and [one.name for one in tmp_path.iterdir()] == ["good"]


def test_private_files_are_private_from_their_first_byte(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with replacing([tmp_path / "a"], private=True) as (neighbour,):
            assert stat.S_IMODE(neighbour.stat().st_mode) == 0o600
        write_file(tmp_path / "open", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o666


def test_only_our_own_leftovers_are_swept(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    mine = tmp_path / f".deqi-{writing._HOST}-{dead.pid}-0123456789abcdef"
    kept = [
        tmp_path / f".deqi-{writing._HOST}-{os.getpid()}-0123456789abcdef",
        tmp_path / f".deqi-00000000-{dead.pid}-0123456789abcdef",
        tmp_path / ".deqi-notes",
    ]
    for one in (mine, *kept):
        one.write_text("x")
    write_file(tmp_path / "new", "x")
    assert not mine.exists() and all(one.exists() for one in kept)


def test_a_folder_is_whole_or_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError), new_folder(tmp_path / "a") as inside:
        (inside / "x").write_text("half")
        raise ValueError
    assert not list(tmp_path.iterdir())
    with new_folder(tmp_path / "a") as inside:
        (inside / "x").write_text("whole")
    assert (tmp_path / "a" / "x").read_text() == "whole"
    with pytest.raises(InputError, match="is there already"), new_folder(tmp_path / "a"):
        pass
