"""Paths and devices that are no use: one sentence, exit 2, nothing replaced and nothing left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.run import run

Capture = pytest.CaptureFixture[str]
REPORT = ("report", "--condition", "headache", "--format", "ris", "-o")


def test_a_pipe_or_a_device_named_as_output_is_refused(capsys: Capture, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for named in (str(pipe), "/dev/null"):
        ran = run(capsys, *REPORT, named)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert pipe.is_fifo() and not Path("/dev/null").is_file()


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


def test_a_link_named_as_output_stays_a_link(capsys: Capture, tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    assert run(capsys, *REPORT, str(link)).code == 0
    assert link.is_symlink() and target.read_text(encoding="utf-8").startswith("TY  ")


def test_what_a_person_file_says_cannot_steer_the_terminal(capsys: Capture, tmp_path: Path) -> None:
    person = tmp_path / "person.yaml"
    person.write_text('conditions: ["made up \\u001b[31m\\u009b\\u202e\\u2066"]\n')
    bad = {"\x1b", "\x9b", "\u202e", "\u2066"}
    for more in ((), ("--json",)):
        out = run(capsys, "assess", "--person", str(person), *more).out
        assert out and not bad & set(out)
    odd = tmp_path / "x\x1b]0;title\x07\u202e.yaml"
    odd.write_text("conditions: {\n")
    ran = run(capsys, "assess", "--person", str(odd))
    assert ran.code == 2 and not bad & set(ran.err) and "\x07" not in ran.err
    settings = tmp_path / "s.yaml"
    settings.write_text('"high\\u001b]0;x\\u0007\\u202e": 3\n')
    ran = run(capsys, "assess", "--person", str(person), "--settings", str(settings))
    assert ran.code == 2 and not bad & set(ran.err) and "\x07" not in ran.err


def test_a_terminal_of_few_letters_gets_the_report() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-c", "from deqi.cli.main import run; run()", "points", "ST36"]
    ran = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert ran.returncode == 0 and b"\\u" in ran.stdout and not ran.stderr
