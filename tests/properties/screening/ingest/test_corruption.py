"""Each element of a record corrupted in turn: both ways of reading an export say the same of it."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deqi.screening.ingest.fhir import large
from deqi.screening.ingest.fhir.export import read_fhir
from deqi.screening.sql.columns import reader_for
from deqi.screening.workspace import Workspace
from tests.support.engines import AS_OF, engine

_SNOMED = "http://snomed.info/sct"
_WRONG: tuple[Any, ...] = (None, True, 7, 1.5, "x", "", [], {}, [None], {"a": 1}, ["x"], "\u202e\x07", {"reference": 3})
RECORDS: dict[str, dict[str, Any]] = {
    "Condition": {
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical",
                                       "code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": _SNOMED, "code": "64572001", "display": "Condition"}], "text": "Condition"},
        "subject": {"reference": "Patient/p", "display": "somebody"},
        "encounter": {"reference": "Encounter/1"},
        "onsetPeriod": {"start": "2020-01-01", "end": "2021"},
        "recordedDate": "2026-01-01T10:00:00+01:00",
        "bodySite": [{"text": "left arm"}],
    },
    "Observation": {
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2", "display": "Body height"}]},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2026-11-01",
        "issued": "2026-11-01T10:00:00Z",
        "valueQuantity": {"value": 170, "unit": "cm", "system": "http://unitsofmeasure.org", "code": "cm"},
        "component": [{"code": {"text": "a part"}, "valueInteger": 3}],
    },
    "MedicationRequest": {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                                                  "code": "161", "display": "Acetaminophen"}]},
        "subject": {"reference": "Patient/p"},
        "authoredOn": "2026-10-01",
    },
    "Procedure": {
        "status": "completed",
        "code": {"coding": [{"system": _SNOMED, "code": "71388002", "display": "Procedure"}]},
        "subject": {"reference": "Patient/p"},
        "performedPeriod": {"start": "2020-01-01", "end": "2020-01-02"},
    },
}  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every element, from the outside in."""
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from _places(one, (*path, key))


def _corrupted(record: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Lines, and whether one has a key twice at the top, for which DuckDB leaves a whole file."""
    for place, path in enumerate(_places(record)):
        for which, wrong in enumerate((*_WRONG, "gone", "twice")):
            one = copy.deepcopy(record) | {"id": f"r{place}-{which}"}
            *outer, last = path
            holder = one
            for key in outer:
                holder = holder[key]
            if wrong == "gone":
                del holder[last]
            elif wrong == "twice" and isinstance(last, str):
                holder["\0"] = holder[last]
            elif wrong != "twice":
                holder[last] = wrong
            line = json.dumps(one).replace('"\\u0000"', json.dumps(last))
            yield line, wrong == "twice" and not outer


def _told(folder: Path) -> dict[str, Any]:
    with Workspace() as space:
        intake = read_fhir(folder, space.connection, reader_for(engine().catalog, AS_OF), engine().sites)
        facts = space.connection.execute(
            "SELECT d.resource_id, f.* EXCLUDE (row, person) FROM facts f JOIN details d USING (row)"
        ).fetchall()
        persons = space.connection.execute("SELECT * EXCLUDE (person, token) FROM persons").fetchall()
    return {
        "unreadable": Counter(map(str, intake.unreadable)),
        "facts": Counter(map(repr, facts)),
        "persons": Counter(map(repr, persons)),
        "records": dict(intake.records),
        "left out": dict(intake.left_out),
        "codings": dict(intake.codings),
    }


@pytest.mark.parametrize("kind", RECORDS)
def test_each_element_corrupted_in_turn(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(_corrupted({"resourceType": kind, **RECORDS[kind]}))
    lines = [line for line, top in found if not top]
    # Enough that are as they should be for DuckDB to look through them all.
    plain = [json.dumps({"resourceType": kind, "id": f"ok{n}", **RECORDS[kind]}) for n in range(3 * len(lines))]
    (tmp_path / f"{kind}.ndjson").write_text("\n".join([*plain, *lines]) + "\n")
    (tmp_path / f"{kind}.2.ndjson").write_text("\n".join(line for line, top in found if top) + "\n")
    (tmp_path / "Patient.ndjson").write_text('{"resourceType": "Patient", "id": "p"}\n')
    monkeypatch.setattr(large, "LARGE", 2**40)
    slow = _told(tmp_path)
    monkeypatch.setattr(large, "LARGE", 0)
    monkeypatch.setattr(large, "MOST_ODD", 1.0)
    looked_through: dict[str, bool] = {}
    load = large.LargeFiles.load

    def watched(self: large.LargeFiles, path: Path) -> bool:
        looked_through[path.name] = load(self, path)
        return looked_through[path.name]

    monkeypatch.setattr(large.LargeFiles, "load", watched)
    quick = _told(tmp_path)
    assert looked_through[f"{kind}.ndjson"] and not looked_through[f"{kind}.2.ndjson"]
    for what, expected in slow.items():
        assert quick[what] == expected, what
    assert len(lines) > 100 and sum(slow["unreadable"].values()) > 50
