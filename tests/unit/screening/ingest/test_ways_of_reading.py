"""Reading many charts gives the people that reading one chart at a time gives, whatever is wrong with the files."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.people.files import source
from deqi.people.read import read_chart
from deqi.screening.demo.people import Demo, Resource
from deqi.screening.ingest.fhir import large
from deqi.screening.screen import screen
from deqi.screening.sql.judging import STATES, state_column
from deqi.screening.workspace import Workspace
from tests.support.engines import AS_OF, engine

PEOPLE = 30
STU3 = "http://hl7.org/fhir/3.0/StructureDefinition/x"


def _people(seed: int = 5) -> list[list[Resource]]:
    return list(Demo(engine().catalog, load().rows(Code), AS_OF, seed).people(PEOPLE))


def _ndjson(people: list[list[Resource]], folder: Path) -> None:
    files: dict[str, list[bytes]] = {}
    for resource in (resource for person in people for resource in person):
        files.setdefault(str(resource["resourceType"]), []).append(msgspec.json.encode(resource))
    for kind, lines in files.items():
        (folder / f"{kind}.ndjson").write_bytes(b"\n".join(lines) + b"\n")


def _packed(people: list[list[Resource]], folder: Path) -> None:
    lines = [msgspec.json.encode(resource) for person in people for resource in person]
    (folder / "everything.ndjson.gz").write_bytes(gzip.compress(b"\n\n".join(lines)))


def _bundles(people: list[list[Resource]], folder: Path) -> None:
    for number, person in enumerate(people):
        entries = [
            {"fullUrl": f"http://example.org/fhir/{one['resourceType']}/{one['id']}", "resource": one} for one in person
        ]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        (folder / f"{number}.json").write_text(json.dumps(bundle, indent=1))


def _spoil(people: list[list[Resource]]) -> list[list[Resource]]:
    """All sorts of faults and oddities, one a person."""
    faults: list[Callable[[Resource], object]] = [
        lambda one: one.update(status=5, clinicalStatus="active"),
        lambda one: one.pop("subject", None),
        lambda one: one.update(code={"coding": "x"}, medicationCodeableConcept={"coding": "x"}),
        lambda one: one.update(modifierExtension=[{"url": "x"}]),
        lambda one: one.update(contained=[{"resourceType": "Patient", "id": "p"}], subject={"reference": "#p"}),
        lambda one: one.update(id="the-same-id"),
        lambda one: one.update(recordedDate=5, effectiveDateTime=[], authoredOn={}),
        lambda one: one.update(onsetPeriod="x", effectivePeriod=[], performedPeriod=1),
        lambda one: one.update(valueQuantity={"value": "x"}),
        lambda one: one.update(subject={"reference": "Group/1"}),
        lambda one: one["id"].endswith("-0") and one.update(meta={"profile": [STU3]}),
        lambda one: one.update(
            verificationStatus={"coding": [{"code": "entered-in-error"}]}, status="entered-in-error"
        ),
        lambda one: one.update(abatementDateTime="2020", status="stopped"),
        lambda one: one.update(id="another-same-id", abatementString="gone"),
        lambda one: one.update(id="another-same-id", abatementString="gone"),
        lambda one: one.update(component=[{"code": {"text": "systolic blood pressure"}, "valueInteger": 200}]),
    ]
    for fault, person in zip(faults, people, strict=False):
        for resource in person[1:]:
            if resource["resourceType"] in ("Condition", "MedicationRequest", "Observation", "Procedure"):
                fault(resource)
    return people


def _quickly(folder: Path) -> tuple[dict[str, object], int]:
    with Workspace() as space:
        done = screen(engine(), folder, AS_OF, space)
        rules = done.program.layout.rules
        columns = ", ".join(f'"{state_column(rule)}"' for rule in rules)
        found: dict[str, object] = {}
        for who, candidacy, *states in done.runner.rows(
            f"SELECT p.resource_id, r.candidacy, {columns} FROM results r JOIN persons p USING (person)"
        ):
            found[who] = (candidacy, {rule.rule.id: STATES[one] for rule, one in zip(rules, states, strict=True)})
        why = done.runner.rows(
            """SELECT p.resource_id, k.rule, b.role, d.resource_id, d.line, d.path FROM because b JOIN persons p USING
            (person) JOIN k_rules k USING (rule_index) JOIN details d USING (row)"""
        )
        for who, *reason in why:
            found.setdefault(f"{who}: facts", set()).add(tuple(reason))  # type: ignore[attr-defined]
        return found, len(done.intake.unreadable)


def _one_by_one(folder: Path) -> tuple[dict[str, object], int]:
    reading = read_chart([folder], index=engine().index, sites=engine().sites, as_of=AS_OF)
    found: dict[str, object] = {}
    for person in reading.persons:
        who = person.origin.resource_id
        result = engine().assess(person, AS_OF)
        states = {rule: state for rule, state in result.states.items() if state != "not-applicable"}
        found[who] = (result.candidacy, states)
        for one in result.findings:
            for role, facts in (("because", one.because), ("disputed", one.disputed)):
                for fact in facts:
                    if hasattr(fact, "codes"):
                        at = fact.origin
                        found.setdefault(f"{who}: facts", set()).add(  # type: ignore[attr-defined]
                            (one.rule.id, role, at.resource_id, at.line, at.path)
                        )
    return found, len(reading.unreadable)


@pytest.fixture(params=["by the reader of charts", "by DuckDB"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The ways of reading; DuckDB is otherwise for large files only. Gives what it looked through or left."""
    monkeypatch.setattr(source, "BLOCK", 5_000)
    tries: list[tuple[str, bool]] = []
    if request.param == "by DuckDB":
        monkeypatch.setattr(large, "LARGE", 0)
        monkeypatch.setattr(large, "MOST_ODD", 1.0)
        monkeypatch.setattr(large, "_STEP", 300)
        load_file = large.LargeFiles.load

        def watched(self: large.LargeFiles, path: Path) -> bool:
            tries.append((path.name, load_file(self, path)))
            return tries[-1][1]

        monkeypatch.setattr(large.LargeFiles, "load", watched)
    return tries


@pytest.mark.parametrize("spoilt", [False, True], ids=["whole", "spoilt"])
@pytest.mark.parametrize("write", [_ndjson, _packed, _bundles])
def test_the_same_people(
    tmp_path: Path,
    write: Callable[[list[list[Resource]], Path], None],
    spoilt: bool,
    way: list[tuple[str, bool]],
) -> None:
    people = _people()
    write(_spoil(people) if spoilt else people, tmp_path)
    if spoilt and write is _ndjson:
        with (tmp_path / "Condition.ndjson").open("ab") as file:
            file.write(b'not json\n{"resourceType": "Condition", "subject": {"reference": "Patient/demo-0000003"}\n')
    quick, slow = _quickly(tmp_path), _one_by_one(tmp_path)
    if way and write is _ndjson:
        read = {name for name, was_read in way if was_read}
        # A line that is no JSON leaves the file to the other way.
        assert {"MedicationRequest.ndjson"} <= read if spoilt else {"Condition.ndjson", "Observation.ndjson"} <= read
        assert not spoilt or "Condition.ndjson" not in read
    assert quick[1] == slow[1]
    for who in slow[0].keys() | quick[0].keys():
        assert quick[0].get(who) == slow[0].get(who), who
