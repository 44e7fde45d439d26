"""A folder: what is read, what is named, and what makes the record incomplete because it was not read."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from deqi.errors import InputError
from deqi.people.fhir.folder import look_into
from deqi.people.files import source
from deqi.people.read import read_chart
from deqi.screening.ingest.fhir.export import read_fhir
from deqi.screening.sql.columns import reader_for
from deqi.screening.workspace import Workspace
from tests.support.engines import engine
from tests.support.resources import condition, patient
from tests.support.terminology import AS_OF, INDEX, SITES


def _folder(path: Path) -> Path:
    (path / "Patient.ndjson").write_text(json.dumps(patient()) + "\n")
    (path / "x.ndjson.gz").write_bytes(gzip.compress(json.dumps(condition(id="c")).encode()))
    (path / "log.ndjson").write_text('{"level": "info", "message": "export done"}\n')
    (path / "notes.txt").write_text("nothing")
    (path / "inside").mkdir()
    (path / "gone.ndjson").symlink_to(path / "nowhere")
    return path


def test_what_holds_no_resource_is_passed_over_by_name(tmp_path: Path) -> None:
    found = look_into(_folder(tmp_path))
    assert [one.name for one in found.files] == ["Patient.ndjson", "x.ndjson.gz"]
    assert found.passed_over == ("gone.ndjson", "inside", "log.ndjson", "notes.txt")
    assert not found.unread
    reading = read_chart([tmp_path], index=INDEX, sites=SITES, as_of=AS_OF)
    assert not reading.persons[0].unreadable and len(reading.passed_over) == 4


@pytest.mark.parametrize(
    ("name", "content", "kinds"),
    [
        ("Condition.ndjson.txt", "anything", {"condition"}),
        ("Observation.csv", "a,b", {"observation"}),
        ("x.ndjson.txt", json.dumps(condition()), {"condition", "medication", "procedure", "device", "allergy",
                                                   "observation"}),
        ("Encounter.parquet", "PAR1", set()),
    ],
)  # fmt: skip
def test_what_says_fhir_and_is_not_read_makes_its_kind_unreadable(
    tmp_path: Path, name: str, content: str, kinds: set[str]
) -> None:
    (_folder(tmp_path) / name).write_text(content)
    reading = read_chart([tmp_path], index=INDEX, sites=SITES, as_of=AS_OF)
    assert reading.persons[0].unreadable == kinds and name in reading.passed_over
    with Workspace() as space:
        intake = read_fhir(tmp_path, space.connection, reader_for(engine().catalog, AS_OF), engine().sites)
        columns = ", ".join(f"unreadable_{kind}" for kind in sorted(kinds)) or "true"
        assert all(space.connection.execute(f"SELECT {columns} FROM persons").fetchall()[0])
    assert len(intake.unreadable) == bool(kinds)


def test_a_folder_that_may_not_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(InputError, match="cannot be opened"):
        look_into(tmp_path)
    monkeypatch.setattr(Path, "stat", denied)
    with pytest.raises(InputError, match=r"cannot be opened|does not exist"):
        source.read_bytes(tmp_path / "a.json")
    with pytest.raises(InputError, match="does not exist"):
        source.read_bytes(Path("a\0b"))
