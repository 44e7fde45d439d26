"""Reading and judging populations, beside DuckDB reading the same columns and nothing more.

Sizes: DEQI_BENCH_RESOURCES (default 1000000) resources in NDJSON, then four times as many; as many in Bundles.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import resource
import statistics
import tempfile
import time
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.people.fhir import types as fhir
from deqi.people.terminology.systems import SYSTEMS
from deqi.safety.engine import Engine
from deqi.screening.ingest.fhir.export import read_fhir
from deqi.screening.screen import screen
from deqi.screening.sql.columns import counting, reader_for
from deqi.screening.workspace import Workspace

AS_OF = dt.date(2026, 11, 24)
RESOURCES = int(os.environ.get("DEQI_BENCH_RESOURCES", "1000000"))
PER_PERSON = 100
TIMES = 3
"""Each measurement is the middle one of so many."""
IN_A_SET = 0.2
"""Share of resources whose code is in a set; of a Synthea export it is 0.2 to 0.3."""

CONCEPT = "STRUCT(coding STRUCT(system VARCHAR, code VARCHAR, display VARCHAR)[], text VARCHAR)"
PLAIN = {"resourceType": "VARCHAR", "id": "VARCHAR", "subject": "STRUCT(reference VARCHAR)"}
COLUMNS: dict[str, dict[str, str]] = {
    "Condition": {
        "clinicalStatus": CONCEPT, "verificationStatus": CONCEPT, "code": CONCEPT, "onsetDateTime": "VARCHAR",
        "abatementDateTime": "VARCHAR", "recordedDate": "VARCHAR",
    },
    "MedicationRequest": {
        "status": "VARCHAR", "intent": "VARCHAR", "medicationCodeableConcept": CONCEPT, "authoredOn": "VARCHAR",
    },
    "Observation": {
        "status": "VARCHAR", "code": CONCEPT, "effectiveDateTime": "VARCHAR", "issued": "VARCHAR",
        "valueQuantity": "STRUCT(value DOUBLE, unit VARCHAR, system VARCHAR, code VARCHAR)",
    },
}  # fmt: skip


class Chart:
    """Resources of about the size and wordiness of an export."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        codes = load().rows(Code)
        addresses = {short: address for address, short in reversed(SYSTEMS.items())}
        self._codes = {
            kind: [(addresses[one.system], one.code, one.display) for one in codes if one.system == system]
            for kind, system in (("Condition", "snomed"), ("MedicationRequest", "rxnorm"), ("Observation", "loinc"))
        }

    def resources(self, kind: str, number: int, first: int) -> Iterator[dict[str, Any]]:
        """So many of one kind."""
        pick = self._random
        for index in range(first, first + number):
            if pick.random() < IN_A_SET:
                system, code, display = pick.choice(self._codes[kind])
            else:
                other = pick.randint(1, 400)
                system, code, display = "http://snomed.info/sct", f"99{other:05d}108", f"Something else, number {other}"
            day = AS_OF - dt.timedelta(days=pick.randint(0, 4000))
            at = f"{day}T{pick.randint(8, 18):02d}:{pick.randint(0, 59):02d}:00+01:00"
            concept = {"coding": [{"system": system, "code": code, "display": display}], "text": display}
            yield {
                "resourceType": kind,
                "id": f"{index:08x}-0000-4000-8000-{index:012x}",
                "meta": {"profile": [f"http://hl7.org/fhir/us/core/StructureDefinition/us-core-{kind.lower()}"]},
                **self._own(kind, concept, at),
                "subject": {"reference": f"Patient/p{index // PER_PERSON}"},
                "encounter": {"reference": f"Encounter/{index // 4:08x}-0000-4000-8000-{index:012x}"},
            }

    def _own(self, kind: str, concept: dict[str, Any], at: str) -> dict[str, Any]:
        if kind == "Condition":
            status = "http://terminology.hl7.org/CodeSystem/condition-clinical"
            verified = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
            return {
                "clinicalStatus": {"coding": [{"system": status, "code": "active"}]},
                "verificationStatus": {"coding": [{"system": verified, "code": "confirmed"}]},
                "code": concept,
                "onsetDateTime": at,
                "recordedDate": at,
            }
        if kind == "MedicationRequest":
            return {"status": "active", "intent": "order", "medicationCodeableConcept": concept, "authoredOn": at}
        value = {"value": round(self._random.uniform(1, 200), 1), "unit": "10*3/uL", "code": "10*3/uL"}
        quantity = {**value, "system": "http://unitsofmeasure.org"}
        return {"status": "final", "code": concept, "effectiveDateTime": at, "issued": at, "valueQuantity": quantity}


def write_ndjson(folder: Path, number: int) -> int:
    """An export of so many resources; gives its bytes."""
    chart, size = Chart(1), 0
    share = number // len(COLUMNS)
    for kind in COLUMNS:
        with (folder / f"{kind}.ndjson").open("w") as file:
            for one in chart.resources(kind, share, 0):
                size += file.write(json.dumps(one, separators=(",", ":")) + "\n")
    with (folder / "Patient.ndjson").open("w") as file:
        for person in range(share // PER_PERSON + 1):
            one = {"resourceType": "Patient", "id": f"p{person}", "gender": "female", "birthDate": "1961-04-02"}
            size += file.write(json.dumps(one, separators=(",", ":")) + "\n")
    return size


def write_bundles(folder: Path, number: int) -> int:
    """The same resources as a compact Bundle for each ten persons; gives the bytes."""
    chart, size = Chart(2), 0
    for index in range(0, number, 1000):
        entries = [
            {"fullUrl": f"urn:uuid:{one['id']}", "resource": one}
            for kind in COLUMNS
            for one in chart.resources(kind, 1000 // len(COLUMNS), index)
        ]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        size += (folder / f"{index}.json").write_text(json.dumps(bundle, separators=(",", ":")))
    return size


def duckdb_reads(folder: Path) -> float:
    """Seconds in which DuckDB reads the columns into tables."""
    with duckdb.connect() as connection:
        start = time.perf_counter()
        for kind, columns in COLUMNS.items():
            connection.execute(
                f"CREATE TABLE {kind} AS SELECT * FROM read_json('{folder / kind}.ndjson', "
                f"format = 'newline_delimited', columns = {PLAIN | columns})"
            )
        return time.perf_counter() - start


def read_into(space: Workspace, folder: Path, engine: Engine) -> None:
    """Read the files of a folder into tables, ready to be judged."""
    read_fhir(
        folder,
        space.connection,
        reader_for(engine.catalog, AS_OF),
        engine.sites,
        counting=lambda answers: counting(engine.catalog, answers, AS_OF),
    )


def deqi_reads(folder: Path, engine: Engine) -> float:
    """Seconds in which deqi reads the same files."""
    with Workspace() as space:
        start = time.perf_counter()
        read_into(space, folder, engine)
        return time.perf_counter() - start


def duckdb_reads_all(folder: Path) -> float:
    """The same with every column that deqi looks at, most of which are nowhere filled."""
    with duckdb.connect() as connection:
        start = time.perf_counter()
        for kind in COLUMNS:
            fields = msgspec.structs.fields(fhir.TYPES[kind])
            columns = {"resourceType": "VARCHAR", **{field.name: _sql_type(field.type) for field in fields}}
            connection.execute(
                f"CREATE TABLE {kind} AS SELECT * FROM read_json('{folder / kind}.ndjson', "
                f"format = 'newline_delimited', columns = {columns})"
            )
        return time.perf_counter() - start


def _sql_type(of: Any) -> str:
    """DuckDB's type for an element that is decoded; JSON for what is left as it is."""
    if of in (str | None, bool | None, int | None):
        return {str | None: "VARCHAR", bool | None: "BOOLEAN", int | None: "BIGINT"}[of]
    struct = of if isinstance(of, type) else next((one for one in typing.get_args(of) if one is not type(None)), None)
    if struct is None or not issubclass(struct, msgspec.Struct):
        return "JSON"
    types = {float | None: "DOUBLE"}
    parts = [f'"{field.name}" {types.get(field.type, "VARCHAR")}' for field in msgspec.structs.fields(struct)]
    return f"STRUCT({', '.join(parts)})"


def deqi_screens(folder: Path, engine: Engine) -> float:
    """Seconds for everything, from files to judged."""
    with Workspace() as space:
        start = time.perf_counter()
        screen(engine, folder, AS_OF, space)
        return time.perf_counter() - start


def peak() -> str:
    """The most memory so far, of this process and of the largest beside it."""
    here, beside = (
        resource.getrusage(who).ru_maxrss / 2**20 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return f"peak memory {here:.2f} GB, of the largest process that read beside it {beside:.2f} GB"


def main() -> None:
    """Print one line a measurement."""
    engine = Engine.load(load())
    with tempfile.TemporaryDirectory() as name:
        for number in (RESOURCES, 4 * RESOURCES):
            folder = Path(name) / str(number)
            folder.mkdir()
            size = write_ndjson(folder, number) / 1e6
            # By turns, so that what else the machine does falls on all of them.
            turns = [(duckdb_reads(folder), duckdb_reads_all(folder), deqi_reads(folder, engine)) for _ in range(TIMES)]
            theirs, all_columns, ours = (statistics.median(times) for times in zip(*turns, strict=True))
            print(f"  NDJSON, {number:,} resources, {size:,.0f} MB, read in {ours:.2f} s")
            for what, seconds in (("the columns deqi looks at", all_columns), ("those that are filled here", theirs)):
                print(f"    DuckDB, {what}: {seconds:.2f} s; deqi {ours / seconds:.2f} times as long")
            whole = deqi_screens(folder, engine)
            print(f"    screened in {whole:.2f} s, {whole / number * 1e6:.2f} s a million; {peak()}")
        folder = Path(name) / "bundles"
        folder.mkdir()
        size = write_bundles(folder, RESOURCES) / 1e6
        ours = statistics.median(deqi_reads(folder, engine) for _ in range(TIMES))
        whole = deqi_screens(folder, engine)
        print(f"  Bundles, {size:,.0f} MB: {size / ours:.0f} MB a second to read, {size / whole:.0f} to read and judge")
        print(f"    {peak()}")


if __name__ == "__main__":
    main()
