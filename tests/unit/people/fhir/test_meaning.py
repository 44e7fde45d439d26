"""A key that stands twice makes a record unreadable; a record is the same by what it says, not by its bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deqi.people.fhir.meaning import entries_that_say_twice, says_twice
from deqi.people.read import read_chart
from deqi.people.reading import Reading
from tests.support.resources import condition, patient
from tests.support.terminology import AS_OF, INDEX, SITES

READ = frozenset({"id", "code", "status", "meta"})


@pytest.mark.parametrize(
    ("written", "twice"),
    [
        ('{"id": "a", "status": "x"}', False),
        ('{"id": "a", "status": "x", "status": "y"}', True),
        ('{"code": {"text": "a", "coding": [{"code": "1", "code": "2"}]}}', True),
        ('{"code": {"text": "a\\u0301", "coding": [{"code": "1.0"}]}, "n": 1.10}', False),
        ('{"note": "x", "note": "y", "id": "a"}', False),
        ('{"meta": {"a": 1, "a": 2}, "id": "a"}', False),
        ('{"id": 1.10, "id": 1.1}', True),
    ],
)
def test_keys_that_stand_twice(written: str, twice: bool) -> None:
    assert says_twice(written.encode(), READ) is twice


def test_entries_that_have_two_resources() -> None:
    bundle = b'{"entry": [{"resource": {}}, {"resource": {}, "resource": {}}, {"fullUrl": "x"}]}'
    assert entries_that_say_twice(bundle) == (False, frozenset({1}))
    assert entries_that_say_twice(b'{"entry": [], "entry": []}')[0]


def _read(*files: Path) -> Reading:
    return read_chart(files, index=INDEX, sites=SITES, as_of=AS_OF)


def _write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_doubled_key_makes_the_record_unreadable_alone_and_in_a_bundle(tmp_path: Path) -> None:
    doubled = json.dumps(condition(id="c"))[:-1] + ', "id": "d"}'
    reading = _read(_write(tmp_path / "a.ndjson", json.dumps(patient()), doubled))
    (person,) = reading.persons
    assert not person.facts and person.unreadable == {"condition"}
    assert "a key that stands twice" in str(reading.unreadable[0])
    one, two = json.dumps(condition(id="c")), json.dumps(condition(id="d"))
    entries = f'{{"resource": {json.dumps(patient())}}}, {{"resource": {one}, "resource": {two}}}'
    reading = _read(_write(tmp_path / "b.json", f'{{"resourceType": "Bundle", "entry": [{entries}]}}'))
    (person,) = reading.persons
    assert not person.facts and "condition" in person.unreadable


def test_the_same_record_written_otherwise_is_the_same(tmp_path: Path) -> None:
    one = condition(id="c") | {"meta": {"lastUpdated": "2026-01-01"}, "note": [{"text": "a"}]}
    other = dict(reversed(one.items())) | {"meta": {"lastUpdated": "2026-02-02"}}
    first = _write(tmp_path / "a.ndjson", json.dumps(patient()), json.dumps(one))
    second = tmp_path / "b.json"
    second.write_text(json.dumps(other, indent=3))
    reading = _read(first, second)
    (person,) = reading.persons
    assert len(person.facts) == 1 and not reading.unreadable
    assert reading.left_out["the same record again"] == 1
    second.write_text(json.dumps(other | {"recordedDate": "2020-01-01"}))
    assert len(_read(first, second).unreadable) == 1
