"""``deqi report`` from the command line."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deqi.cli.main import app
from deqi.errors import InputError
from deqi.knowledge import load
from tests.cli.run import run as run_as_typed

PERSON = "sex: male\nborn: 1961-04\nconditions: [type 2 diabetes]\nmedications: [warfarin]\n"
DAY = ("--as-of", "2026-11-24")


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["report", *DAY, *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_default_is_text_on_neuropathy() -> None:
    assert run("--full").startswith("ACUPUNCTURE FOR PERIPHERAL NEUROPATHY\n")


@pytest.mark.parametrize("name", ["neuropathy", "diabetes", "chemo", "diabetic neuropathy", "type 2", "headache"])
def test_a_terminal_shows_forty_lines_and_names_the_rest(name: str) -> None:
    lines = run("--condition", name).splitlines()
    assert len(lines) <= 40
    assert "--full" in " ".join(lines[-3:])


def test_a_file_is_written_by_its_ending(tmp_path: Path) -> None:
    for ending, start in (("html", "<!DOCTYPE html>"), ("md", "# "), ("json", "{"), ("bib", "@")):
        path = tmp_path / f"x.{ending}"
        run("--condition", "hiv", "-o", str(path))
        assert path.read_text(encoding="utf-8").lstrip().startswith(start)
    result = CliRunner().invoke(app, ["report", *DAY, "-o", str(tmp_path / "x.docx")])
    assert isinstance(result.exception, InputError) and "no format goes by that ending" in str(result.exception)


def test_the_html_is_the_decision_page_with_the_full_report_behind_a_tap(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    run("--condition", "diabetes", "-o", str(path))
    html = path.read_text(encoding="utf-8")
    assert html.index('id="d-help"') < html.index('<details class="full-report">') < html.index('id="benefits"')
    assert html.count("<h1>") == 1


def test_every_format_is_written_to_a_file(tmp_path: Path) -> None:
    for name, start in (("md", "# "), ("html", "<!DOCTYPE html>"), ("json", "{"), ("ris", "TY  - "), ("bib", "@")):
        path = tmp_path / f"report.{name}"
        assert f"wrote {path}" in run("--condition", "hiv", "--format", name, "-o", str(path))
        assert path.read_text(encoding="utf-8").lstrip().startswith(start)


def test_json_says_which_knowledge_and_day() -> None:
    found = json.loads(run("--condition", "constipation", "--json"))
    assert (
        found["edition"] == load().edition.version
        and found["as_of"] == "2026-11-24"
        and found["topic"]["kind"] == "reviews"
    )


def test_a_person_and_a_plan(tmp_path: Path) -> None:
    person, out = tmp_path / "p.yaml", tmp_path / "report.html"
    person.write_text(PERSON, encoding="utf-8")
    text = run("--condition", "diabetic", "--person", str(person))
    assert "FOR YOU" in text and "On an anticoagulant" in text and "point by point" not in text
    assert "FOR THIS PERSON" in run("--condition", "diabetic", "--person", str(person), "--full")
    run("--person", str(person), "--plan", "protocol:dimitrova-2017", "--format", "html", "-o", str(out))
    assert "The plan, point by point" in out.read_text(encoding="utf-8")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--condition", "gout"), "--condition 'gout' is not known; write one of neuropathy"),
        (("--format", "pdf"), "name a file with -o"),
        (("--summary", "--json"), "leave out --summary"),
        (("--summary", "--compare", "hiv", "diabetic"), "one at a time"),
        (("--plan", "protocol:x"), "Name the person with --person"),
        (("--person", "p.yaml", "--summary"), "only the whole report is for a person"),
        (("--format", "html", "-o", "/no/such/folder/r.html"), "cannot be written"),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(app, ["report", *DAY, *arguments])
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception) and "\n" not in str(result.exception)


def test_an_answer_to_no_question_is_refused_as_in_assess(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    person, answers = tmp_path / "person.yaml", tmp_path / "answers.yaml"
    person.write_text("{sex: male, born: 1960}", encoding="utf-8")
    answers.write_text("answers: {cancer-noww: 'yes'}", encoding="utf-8")
    ran = run_as_typed(capsys, "report", "--person", str(person), "--answers", str(answers), "--as-of", "2026-11-24")
    assert (ran.code, ran.out) == (2, "")
    assert "no question of deqi" in ran.err
