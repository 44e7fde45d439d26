"""Whatever is done to a file, each reader reads it or refuses it in a sentence: no other error, no hang, no quoting."""

from __future__ import annotations

import gzip
import json
import os
import random
import warnings
from collections.abc import Callable, Iterator

import pytest

from deqi.errors import InputError
from deqi.evidence.table.pooled import pool_table
from deqi.evidence.table.reading import parse_table
from deqi.people.files.answers import read_answers
from deqi.people.files.settings import read_settings
from deqi.people.read import read_chart
from deqi.people.terminology.value_sets import read_value_sets
from deqi.safety.needling.plan_file import read_plan
from deqi.screening.ingest.omop.tables import read_omop
from deqi.screening.sql.columns import reader_for
from deqi.screening.workspace import Workspace
from tests.support.engines import AS_OF, engine
from tests.support.mutating import mutated
from tests.support.steps import no_hang
from tests.support.valid_files import ANSWERS, PERSON, PLAN, PLANTED, SETTINGS, TABLE, resources

TIMES = int(os.environ.get("DEQI_FUZZ", "300"))
Read = Callable[[bytes], str]
"""Reads some bytes; gives all that was said of them."""

_VALUE_SET = json.dumps(
    {
        "resourceType": "ValueSet",
        "id": "pacemaker",
        "expansion": {"total": 1, "contains": [{"system": "http://snomed.info/sct", "code": "1", "display": PLANTED}]},
    }
)
_OMOP = {
    "person": f"person_id,gender_concept_id,year_of_birth,person_source_value\n1,1,1960,{PLANTED}\n2,2,1950,x\n",
    "concept": f"concept_id,concept_name,vocabulary_id,concept_class_id,concept_code\n1,FEMALE,Gender,Gender,F\n"
    f"20,{PLANTED},SNOMED,Clinical Finding,441509002\n",
    "condition_occurrence": "condition_occurrence_id,person_id,condition_concept_id,condition_start_date\n"
    "100,1,20,2019-01-05\n101,2,20,2019-01-05\n",
}


def _chart(name: str) -> Read:
    def read(data: bytes) -> str:
        reading = read_chart([data], index=engine().index, sites=engine().sites, as_of=AS_OF, name=name)
        for person in reading.persons:
            engine().assess(person, AS_OF)
        return " ".join(map(str, (*reading.unreadable, *reading.left_out)))

    return read


def _quiet(read: Callable[[bytes], object]) -> Read:
    def quietly(data: bytes) -> str:
        read(data)
        return ""

    return quietly


def _pool(data: bytes) -> None:
    pool_table(parse_table(data, "table"), also=("all",))


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[bytes, Read]]]:
    """Each reader with a valid example."""
    folder, omop = tmp_path_factory.mktemp("sets"), tmp_path_factory.mktemp("omop")
    for table, text in _OMOP.items():
        (omop / f"{table}.csv").write_text(text)

    def value_sets(data: bytes) -> None:
        (folder / "pacemaker.json").write_bytes(data)
        read_value_sets(folder, engine().index.sets)

    lines = "\n".join(map(json.dumps, resources())).encode()
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources()]}
    with Workspace() as space:

        def omop_table(table: str) -> Read:
            def read(data: bytes) -> str:
                try:
                    (omop / f"{table}.csv").write_bytes(data)
                    found = read_omop(omop, space.connection, reader_for(engine().catalog, AS_OF))
                    return " ".join(map(str, (*found.unreadable, *found.left_out)))
                finally:
                    (omop / f"{table}.csv").write_text(_OMOP[table])

            return read

        yield {
            "person": (PERSON.encode(), _chart("person")),
            "answers": (ANSWERS.encode(), _quiet(read_answers)),
            "settings": (SETTINGS.encode(), _quiet(read_settings)),
            "plan": (PLAN.encode(), _quiet(read_plan)),
            "resource": (json.dumps(resources()[1], indent=1).encode(), _chart("chart.json")),
            "ndjson": (lines, _chart("chart.ndjson")),
            "packed": (gzip.compress(lines), _chart("chart.ndjson.gz")),
            "bundle": (json.dumps(bundle).encode(), _chart("chart.json")),
            "value sets": (_VALUE_SET.encode(), _quiet(value_sets)),
            "pool": (TABLE.encode(), _quiet(_pool)),
            **{f"omop {table}": (text.encode(), omop_table(table)) for table, text in _OMOP.items()},
        }


NAMES = ("person", "answers", "settings", "plan", "resource", "ndjson", "packed", "bundle", "value sets", "pool",
         *(f"omop {table}" for table in _OMOP))  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_a_reader(readers: dict[str, tuple[bytes, Read]], name: str) -> None:
    data, read = readers[name]
    read(data)  # as it is, it can be read
    draw = random.Random(f"{name} {TIMES}")
    times = TIMES // len(_OMOP) if name.startswith("omop") else TIMES
    refused = 0
    for _ in range(times):
        spoilt = mutated(data, draw)
        try:
            with warnings.catch_warnings(), no_hang():
                warnings.simplefilter("ignore")
                said = read(spoilt)
        except InputError as error:
            said = str(error)
            refused += 1
            assert said and "\n" not in said, spoilt[:2000]
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error}\n{spoilt[:2000]!r}")
        # Cells of a table of studies are no person's, and a key that nobody knows is named.
        if name != "pool" and "no field is called" not in said:
            assert PLANTED[:9] not in said, (said, spoilt[:2000])
    assert refused
