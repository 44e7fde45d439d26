"""``deqi screen``: what it counts, hides, writes and refuses."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from deqi.cli.main import app
from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.screening.demo.people import Demo, Resource
from tests.support.engines import AS_OF, engine

if "screen" not in {one.name for one in app.registered_commands}:
    from deqi.cli import screen

    app.command("screen")(screen.screen)


def _people(number: int) -> list[list[Resource]]:
    return list(Demo(engine().catalog, load().rows(Code), AS_OF, 3).people(number))


def _write(people: list[list[Resource]], path: Path) -> Path:
    lines = [msgspec.json.encode(resource) for person in people for resource in person]
    path.write_bytes(gzip.compress(b"\n".join(lines)) if path.suffix == ".gz" else b"\n".join(lines))
    return path


def _screen(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["screen", *map(str, arguments), "--as-of", AS_OF.isoformat()])
    return done.exit_code, done.stdout, str(done.exception or "")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("screen")
    people = _people(60)
    people[0][0]["deceasedDateTime"] = "2026-01-01"
    people[1][0]["deceasedDateTime"] = "2026-12-24"
    people[2][0]["id"] = "=1+1"
    for resource in people[2][1:]:
        del resource["subject" if "subject" in resource else "patient"]
    file = _write(people, folder / "people.ndjson.gz")
    code, out, _ = _screen(file, "--json", "-o", folder / "out", "--format", "csv")
    assert code == 0
    return folder / "out", json.loads(out)


def test_the_dead_are_left_out_from_their_day(export: tuple[Path, dict[str, object]]) -> None:
    _, summary = export
    assert summary["persons"] == 60, "59, rounded"
    steps = {step["what"]: step["persons"] for step in summary["attrition"]}  # type: ignore[attr-defined, index]
    assert steps["judged"] == 60
    assert steps["dead"] == "<8"
    assert steps["in-files"] == 60


def test_no_small_count_is_told(export: tuple[Path, dict[str, object]]) -> None:
    _, summary = export
    for name in ("by_candidacy", "by_candidacy_if_clear", "by_rule", "questions_by_rule"):
        for count in summary[name].values():  # type: ignore[attr-defined]
            assert count == "<8" or (count >= 10 and count % 5 == 0)
    assert "<8" in summary["by_rule"].values()  # type: ignore[attr-defined]


def test_unreadable_records_are_counted_and_listed(export: tuple[Path, dict[str, object]]) -> None:
    _, summary = export
    assert summary["unreadable_records"] == len(summary["unreadable"]) > 0  # type: ignore[arg-type]
    assert all("=1+1" not in line for line in summary["unreadable"])  # type: ignore[attr-defined]


def test_tables_are_private_and_harmless(export: tuple[Path, dict[str, object]]) -> None:
    folder, _ = export
    assert {path.name for path in folder.iterdir()} == {
        "persons.csv",
        "findings.csv",
        "questions.csv",
        "unclear.csv",
        "unreadable.csv",
    }
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    rows = _rows(folder / "persons.csv")
    assert len(rows) == 60
    assert [row["resource_id"] for row in rows][2] == "'=1+1"


def test_findings_hold_the_facts_that_decided(export: tuple[Path, dict[str, object]]) -> None:
    folder, _ = export
    rows = _rows(folder / "findings.csv")
    assert {row["kind"] for row in rows} >= {"condition", "medication", "observation", "answer"}
    assert all(row["line"] for row in rows if row["kind"])


def test_the_tables_and_the_counts_agree(tmp_path: Path) -> None:
    file = _write(_people(40), tmp_path / "people.ndjson")
    code, out, _ = _screen(file, "--json", "--exact", "-o", tmp_path / "out")
    summary = json.loads(out)
    assert code == 0
    persons = pyarrow.parquet.read_table(tmp_path / "out" / "persons.parquet").to_pylist()
    for name, count in summary["by_candidacy"].items():
        assert count == sum(row["candidacy"] == name for row in persons)
    findings = pyarrow.parquet.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    for rule, count in summary["by_rule"].items():
        assert count == len({row["token"] for row in findings if row["rule"] == rule})


def test_strict_and_bad_input(tmp_path: Path) -> None:
    file = _write(_people(40), tmp_path / "people.ndjson")
    assert _screen(file, "--strict")[0] == 1
    for arguments, said in (
        ((tmp_path / "nothing",), "does not exist"),
        ((file, "--memory", "lots"), "--memory"),
    ):
        code, _, error = _screen(*arguments)
        assert code != 0
        assert said in error


def test_the_number_of_records_does_not_tell_who_died(tmp_path: Path) -> None:
    people = _people(30)
    people[0][0]["deceasedBoolean"] = True
    people[1] = people[1][:1]
    _, out, _ = _screen(_write(people, tmp_path / "people.ndjson"), "--json")
    summary = json.loads(out)
    assert summary["records"]["Patient"] == 30
    assert {step["what"]: step["persons"] for step in summary["attrition"]}["judged"] == 30, "29, rounded"
    for count in [
        *summary["records"].values(),
        *(one[what] for of in summary["coverage"].values() for one in of.values() for what in ("persons", "facts")),
    ]:
        assert count == "<8" or count % 5 == 0
    _, out, _ = _screen(_write(people, tmp_path / "people.ndjson"), "--json", "--exact")
    assert json.loads(out)["records"]["Patient"] == 30


def test_a_result_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, out = _write(_people(10), tmp_path / "people.ndjson"), tmp_path / "out"
    assert _screen(file, "-o", out)[0] == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    copied: list[object] = []

    def full(source: Any, target: Any) -> None:
        copied.append(source)
        if len(copied) == 3:
            raise OSError(28, "No space left on device")
        Path(target).write_bytes(b"half")

    monkeypatch.setattr("shutil.copyfile", full)
    code, _, error = _screen(file, "-o", out)
    assert code != 0
    assert "cannot be written (No space left on device)" in error
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
