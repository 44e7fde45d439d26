# ruff: noqa: E501
"""An OMOP folder judged: codes by concept, medicines by ingredient, dates, units, and what cannot be read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from deqi.errors import InputError
from deqi.people.columns.tables import Intake
from deqi.safety.population.judging import STATES, state_column
from deqi.safety.population.screen import screen
from deqi.safety.population.workspace import Workspace
from tests.population.engines import AS_OF, engine

# The concept ids are made up; the codes are those of our sets.
CONCEPTS = """concept_id,concept_name,vocabulary_id,concept_class_id,concept_code
1,FEMALE,Gender,Gender,F
2,MALE,Gender,Gender,M
10,warfarin,RxNorm,Ingredient,11289
11,a product that no table of ours knows,RxNorm,Clinical Drug,9999999
20,Pacemaker in place,SNOMED,Clinical Finding,441509002
30,Platelets,LOINC,Lab Test,777-3
31,thousand per microliter,UCUM,Unit,10*3/uL
32,<,Meas Value Operator,Meas Value Operator,<
40,something local,Local,Local,x1
"""
TABLES = {
    "person": """person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth
1,1,1960,4,2
2,2,1950,,
3,1,1940,1,
4,2,1970,,
""",
    "condition_occurrence": """condition_occurrence_id,person_id,condition_concept_id,condition_start_date,condition_end_date
100,2,20,2019-01-05,
101,1,20,2019-01-05,2019-03-01
102,9,20,2019-01-05,
103,2,40,not-a-date,
""",
    "drug_exposure": """drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_end_date
200,1,11,2026-10-01,2026-12-31
201,3,11,2024-01-01,2024-02-01
""",
    "measurement": """measurement_id,person_id,measurement_concept_id,measurement_date,value_as_number,unit_concept_id,operator_concept_id
300,1,30,20261120,18,31,
301,2,30,2026-11-20,15,31,32
302,3,30,2026-11-20,15,,
""",
    "death": """person_id,death_date
4,2026-01-01
3,2026-12-01
""",
    "concept_ancestor": """ancestor_concept_id,descendant_concept_id
10,11
""",
}  # fmt: skip


def _folder(path: Path, form: str = "csv", leave_out: tuple[str, ...] = ()) -> Path:
    for name, text in {**TABLES, "concept": CONCEPTS}.items():
        if name in leave_out:
            continue
        if form == "csv":
            (path / f"{name}.csv").write_text(text)
        elif form == "tabs":
            (path / f"{name.upper()}.csv").write_text(text.replace(",", "\t"))
        else:
            table = pa.csv.read_csv(pa.BufferReader(text.encode()))
            pa.parquet.write_table(table, path / f"{name}.parquet")
    return path


def _states(folder: Path, rule: str) -> tuple[dict[str, str], Intake, dict[str, bool]]:
    with Workspace() as space:
        done = screen(engine(), folder, AS_OF, space)
        column = next(state_column(one) for one in done.program.layout.rules if one.rule.id == rule)
        rows = done.runner.rows(f'SELECT resource_id, "{column}", dead FROM results JOIN persons USING (person)')
        return {who: STATES[state] for who, state, _ in rows}, done.intake, {who: dead for who, _, dead in rows}


@pytest.mark.parametrize("form", ["csv", "tabs", "parquet"])
def test_a_medicine_is_followed_to_its_ingredient(tmp_path: Path, form: str) -> None:
    states, _, dead = _states(_folder(tmp_path, form), "anticoagulant-any")
    assert states["1"] == "yes"
    assert states["3"] == "unknown"  # stopped long ago: nothing is known of other anticoagulants
    assert dead == {"1": False, "2": False, "3": False, "4": True}


def test_without_ancestors_that_is_not_known_and_said(tmp_path: Path) -> None:
    states, intake, _ = _states(_folder(tmp_path, leave_out=("concept_ancestor",)), "anticoagulant-any")
    assert states["1"] == "unknown"
    assert any("concept_ancestor" in why for why in intake.left_out)


def test_measurements_have_units_and_operators(tmp_path: Path) -> None:
    states, _, _ = _states(_folder(tmp_path), "platelets-under-20")
    assert states == {"1": "yes", "2": "yes", "3": "unknown", "4": "unknown"}  # 3: no unit, so no number


def test_what_ended_may_still_be_there(tmp_path: Path) -> None:
    states, _, _ = _states(_folder(tmp_path), "pacemaker-ea")
    assert states["2"] == "yes"
    assert states["1"] == "unknown"


def test_bad_rows_are_counted_and_listed(tmp_path: Path) -> None:
    _, intake, _ = _states(_folder(tmp_path), "pacemaker-ea")
    (bad,) = intake.unreadable
    assert (bad.type, bad.reason, bad.origin.resource_id) == (
        "condition_occurrence",
        "a date that cannot be read",
        "103",
    )
    assert intake.left_out == {"of a person who is not in the table person": 1}


def test_birth_is_as_vague_as_recorded(tmp_path: Path) -> None:
    with Workspace() as space:
        done = screen(engine(), _folder(tmp_path), AS_OF, space)
        rows = done.runner.rows("SELECT birth_first, birth_last, sex FROM persons ORDER BY person")
    assert rows[:3] == [
        (dt.date(1960, 4, 2), dt.date(1960, 4, 2), "female"),
        (dt.date(1950, 1, 1), dt.date(1950, 12, 31), "male"),
        (dt.date(1940, 1, 1), dt.date(1940, 1, 31), "female"),
    ]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no table concept"), Workspace() as space:
        screen(engine(), _folder(tmp_path, leave_out=("concept",)), AS_OF, space)


def test_a_row_that_is_no_csv_is_refused_without_quoting_it(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "death.csv").write_text('person_id,death_date\n4,2026-01-01\n3,"secret,,,\n')
    with pytest.raises(InputError, match="CSV") as refused, Workspace() as space:
        screen(engine(), folder, AS_OF, space)
    assert "secret" not in str(refused.value)
