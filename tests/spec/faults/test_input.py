"""Doubled keys, numbers that are not JSON's, files that are passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deqi.people.read import read_chart
from tests.properties.doubt import engines
from tests.spec.faults.command import run, written

PATIENT = '{"resourceType":"Patient","id":"p","gender":"female","birthDate":"1961-04-01"}'
_CM = "http://hl7.org/fhir/sid/icd-10-cm"
DOUBLED = [
    '{"coding":[{"system":"CM","code":"Z95.0"}]},"code":{"coding":[{"system":"CM","code":"E11.9"}]}',
    '{"coding":[{"system":"CM","code":"Z95.0","code":"E11.9"}]}',
    '{"coding":[{"system":"CM","code":"Z95.0"}],"coding":[]}',
]


@pytest.mark.parametrize("code", DOUBLED)
def test_a_doubled_key_in_a_chart_is_no_silence(code: str) -> None:
    line = (
        '{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":'
        + code.replace("CM", _CM)
        + "}"
    )
    reading = read_chart([f"{PATIENT}\n{line}".encode()], index=engines.engine().index)
    assert len(reading.unreadable) == 1
    [person] = reading.persons
    assert engines.judge(person).states["pacemaker-ea"] == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "sex: female\nborn: 1961\nsex: male\n",
        "sex: female\nanswers: {diabetes: yes, diabetes: no}\n",
        "sex: female\nobservations: [{name: platelet count, value: 070, unit: 10*9/L, date: 2026-11-20}]\n",
        "sex: female\nobservations: [{name: platelet count, value: 1:30, unit: 10*9/L, date: 2026-11-20}]\n",
        "sex: female\nobservations: [{name: platelet count, value: 0x1F, unit: 10*9/L, date: 2026-11-20}]\n",
        "sex: female\nobservations: [{name: platelet count, value: 1_0, unit: 10*9/L, date: 2026-11-20}]\n",
        "sex: female\nobservations: [{name: platelet count, value: .inf, unit: 10*9/L, date: 2026-11-20}]\n",
    ],
)
def test_a_person_file_with_them_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "assess", "--person", written(tmp_path, "p.yaml", text), "--json")
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) <= 3
    assert "p.yaml" in err


@pytest.mark.parametrize("depth", ["012", "0o12", "1:30", "1_2", "+12"])
def test_a_plan_with_them_is_refused(depth: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = f"needlings: [{{point: ST36, side: left, depth_mm: {depth}, angle: perpendicular}}]\n"
    person = written(tmp_path, "p.yaml", "sex: male\nborn: 1970\n")
    code, _, err = run(capsys, "assess", "--person", person, "--plan", written(tmp_path, "plan.yaml", plan), "--json")
    assert code == 2
    assert "depth" in err


def test_files_that_were_passed_over_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart = tmp_path / "chart"
    written(chart, "patient.ndjson", PATIENT)
    written(chart, "x.ndjson.txt", json.dumps({"resourceType": "Condition"}))
    written(chart, "older/more.ndjson", PATIENT.replace('"p"', '"q"'))
    (chart / "gone.ndjson").symlink_to(tmp_path / "nowhere.ndjson")
    _, out, err = run(capsys, "assess", "--person", str(chart), "--as-of", "2026-11-24", "--answers", _empty(tmp_path))
    for name in ("x.ndjson.txt", "older", "gone.ndjson"):
        assert name in out + err


def test_a_file_without_resources_makes_nobody_partly_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "export"
    written(export, "patient.ndjson", PATIENT)
    written(export, "log.ndjson", '{"level": "info", "message": "export began"}\n{"level": "info"}')
    screened = engines.screen(export, tmp_path / "out")
    rows = [json.loads(line) for line in (tmp_path / "out" / "persons.ndjson").read_text().splitlines()]
    assert list(screened) == ["p"]
    assert [row["unreadable"] for row in rows] == [""]


def _empty(folder: Path) -> str:
    return written(folder, "answers.yaml", "date: 2026-11-24\nanswers: {diabetes: no}\n")
