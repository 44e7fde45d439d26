"""Paths and devices that are no use: one sentence, exit 2, nothing replaced and nothing left behind."""

import os
from pathlib import Path

import pytest

from tests.cli.run import run

Capture = pytest.CaptureFixture[str]
REPORT = ("report", "--condition", "headache", "--format", "ris", "-o")


def test_a_pipe_named_as_output_is_written_to_and_never_replaced(capsys: Capture, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run(capsys, *REPORT, str(pipe)).code == 0
        assert os.read(reader, 4) == b"TY  "
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_failed_write_leaves_nothing_behind(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    assert run(capsys, *REPORT, str(tmp_path / "taken")).code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize("named", ["a" * 300, "/dev/null", "/dev/zero"])
def test_a_path_that_holds_no_person(capsys: Capture, named: str) -> None:
    ran = run(capsys, "assess", "--person", named)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("command", ["check", "gaps"])
def test_a_folder_that_is_no_edition(capsys: Capture, tmp_path: Path, command: str) -> None:
    ran = run(capsys, "knowledge", command, "--folder", str(tmp_path))
    assert (ran.code, ran.out) == (2, "") and "edition.yaml" in ran.err


def test_made_up_people_of_the_first_century(capsys: Capture, tmp_path: Path) -> None:
    ran = run(capsys, "demo", "population", "2", "-o", str(tmp_path / "new"), "--as-of", "0001-01-01")
    assert ran.code == 2 and "1900" in ran.err and not (tmp_path / "new").exists()
