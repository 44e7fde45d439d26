# ruff: noqa: E501
"""An OMOP folder judged: codes by concept, medicines by ingredient, dates, units, and what cannot be read."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from deqi.errors import InputError
from deqi.people.facts import KINDS
from deqi.screening.ingest.omop.tables import read_omop
from deqi.screening.ingest.tables import Intake
from deqi.screening.screen import screen
from deqi.screening.sql.columns import reader_for
from deqi.screening.sql.judging import STATES, state_column
from deqi.screening.workspace import Workspace
from tests.support.engines import AS_OF, engine

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


def _add(folder: Path, table: str, *rows: str) -> Path:
    with (folder / f"{table}.csv").open("a") as file:
        file.writelines(f"{row}\n" for row in rows)
    return folder


def _read(folder: Path, columns: str) -> tuple[dict[str, tuple[object, ...]], list[tuple[str, str, int | None]]]:
    """Columns of ``persons`` by person_id, and what was unreadable beside the one row that always is."""
    with Workspace() as space:
        intake = read_omop(folder, space.connection, reader_for(engine().catalog, AS_OF))
        rows = space.connection.execute(f"SELECT resource_id, {columns} FROM persons").fetchall()
    listed = [(one.type, one.reason, one.origin.line) for one in intake.unreadable if one.origin.resource_id != "103"]
    return {who: tuple(rest) for who, *rest in rows}, listed


def _refused(folder: Path, match: str) -> None:
    with pytest.raises(InputError, match=match) as refused, Workspace() as space:
        read_omop(folder, space.connection, reader_for(engine().catalog, AS_OF))
    assert str(folder) in str(refused.value)


def test_a_concept_with_two_contents_is_refused(tmp_path: Path) -> None:
    folder = _add(_folder(tmp_path), "concept", "20,Diabetes mellitus,SNOMED,Clinical Finding,73211009")
    _refused(folder, "concept.csv: concept_id 20 stands there twice")


def test_the_same_concept_twice_is_one(tmp_path: Path) -> None:
    def counts() -> list[tuple[int, ...]]:
        with Workspace() as space:
            read_omop(tmp_path, space.connection, reader_for(engine().catalog, AS_OF))
            return space.connection.execute(
                "SELECT (SELECT count(*) FROM persons), (SELECT count(*) FROM facts)"
            ).fetchall()

    _folder(tmp_path)
    once = counts()
    _add(tmp_path, "concept", "1,FEMALE,Gender,Gender,F", "31,thousand per microliter,UCUM,Unit,10*3/uL")
    assert counts() == once


@pytest.mark.parametrize("written", ["", "x", "1.5", "99999999999999999999999"])
def test_a_person_without_a_number_is_listed(tmp_path: Path, written: str) -> None:
    people, listed = _read(_add(_folder(tmp_path), "person", f"{written},2,1980,1,1"), "sex")
    assert people.keys() == {"1", "2", "3", "4"}
    assert listed == [("person", "no person_id, or one that is no whole number", 6)]


def test_a_row_of_no_whole_number_is_nobody_elses(tmp_path: Path) -> None:
    _, listed = _read(_add(_folder(tmp_path), "condition_occurrence", "104,1.5,20,2019-01-05,"), "sex")
    assert listed == [("condition_occurrence", "no person, or one that is no number", 6)]


def test_a_person_twice_keeps_what_both_rows_say(tmp_path: Path) -> None:
    folder = _add(_folder(tmp_path), "person", "1,2,1960,4,2", "2,2,1951,,", "3,1,1940,1,")
    unread = ", ".join(f"unreadable_{kind}" for kind in KINDS)
    people, listed = _read(folder, f"sex, birth_first, {unread}")
    all_of_them, born = (True,) * len(KINDS), dt.date(1960, 4, 2)
    assert people["1"] == (None, born, *all_of_them)
    assert people["2"] == ("male", None, *all_of_them)
    assert people["3"][:2] == ("female", dt.date(1940, 1, 1))  # the same row again is the same person
    assert not any(people["3"][2:])
    assert [(kind, line) for kind, reason, line in listed if reason.startswith("another birth date or sex")] == [
        ("person", 6),
        ("person", 7),
    ]


@pytest.mark.parametrize(
    "born", ["abc,1,1", "1899,1,1", "0,0,0", "-1,1,1", "99999,1,1", "1980,2,31", "1980,13,", "2026,12,1"]
)
def test_a_birth_that_cannot_be_is_none(tmp_path: Path, born: str) -> None:
    people, listed = _read(_add(_folder(tmp_path), "person", f"7,2,{born}"), "birth_first, birth_last")
    assert people["7"] == (None, None)
    assert listed == [("person", "a date of birth that is none, before 1900 or after the day", 6)]


def test_a_birth_that_is_not_recorded_is_no_fault(tmp_path: Path) -> None:
    people, listed = _read(_add(_folder(tmp_path), "person", "7,2,,,", "8,2,2026,,"), "birth_first")
    assert (people["7"], people["8"], listed) == ((None,), (dt.date(2026, 1, 1),), [])


@pytest.mark.parametrize("number", ["abc", "nan", "inf", "1e999", '"1,5"'])
def test_a_result_that_is_no_number_is_listed(tmp_path: Path, number: str) -> None:
    folder = _add(_folder(tmp_path), "measurement", f"304,1,30,2026-11-23,{number},31,", "305,3,30,2026-11-23,,31,")
    people, listed = _read(folder, "unreadable_observation, unreadable_allergy")
    assert (people["1"], people["3"]) == ((True, False), (False, False))
    assert listed == [("measurement", "a value_as_number that is no number", 5)]


def test_an_unreadable_observation_may_have_been_an_allergy(tmp_path: Path) -> None:
    (tmp_path / "observation.csv").write_text(
        "observation_id,person_id,observation_concept_id,observation_date\n1,1,40,soon\n"
    )
    people, _ = _read(_folder(tmp_path), "unreadable_allergy, unreadable_condition, unreadable_medication")
    assert people["1"] == (True, True, False)


def test_a_death_on_no_date_is_a_death(tmp_path: Path) -> None:
    folder = _add(_folder(tmp_path), "death", "2,xx", "3,20261301", "x,2026-01-01", "9,2026-01-01")
    people, listed = _read(folder, "deceased, died_first")
    assert people["2"] == people["3"] == (True, None)  # 3: the other date is later than the day, this one may not be
    assert listed == [
        ("death", "a date that cannot be read", 4),
        ("death", "a date that cannot be read", 5),
        ("death", "no person_id, or one that is no whole number", 6),
    ]


def test_a_table_in_two_files_is_refused(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "measurement.csv.gz").write_bytes(gzip.compress((folder / "measurement.csv").read_bytes()))
    _refused(folder, "measurement stands in measurement.csv and measurement.csv.gz")


@pytest.mark.parametrize("rows", ["", "x,1,1980\n"])
def test_nobody_is_refused(tmp_path: Path, rows: str) -> None:
    (_folder(tmp_path) / "person.csv").write_text(f"person_id,gender_concept_id,year_of_birth\n{rows}")
    _refused(tmp_path, "person.csv: nothing about a person")


def test_a_line_is_told_only_where_a_row_is_one(tmp_path: Path) -> None:
    folder = _add(_folder(tmp_path), "person", '"7\n",2,1980,1,1', "x,2,1980,1,1")
    _, listed = _read(folder, "sex")
    assert listed[-1] == ("person", "no person_id, or one that is no whole number", None)


def test_what_no_concept_stands_for_is_heard_by_its_own_words(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    (folder / "condition_occurrence.csv").write_text(
        """condition_occurrence_id,person_id,condition_concept_id,condition_start_date,condition_source_value
100,1,0,2026-11-01,Cardiac pacemaker in situ
101,2,0,2026-11-01,pacemakr
102,3,0,2026-11-01,tension headache
103,4,0,2026-11-01,qwrtz
"""
    )
    with Workspace() as space:
        done = screen(engine(), folder, AS_OF, space)
        rows = done.runner.rows(
            """SELECT p.resource_id, how, string_agg("set", ' ' ORDER BY "set")
            FROM facts f JOIN persons p USING (person) JOIN details d ON d.row = f.row
            WHERE d.path = 'condition_occurrence' GROUP BY 1, 2 ORDER BY 1, 2"""
        )
    assert [(who, how) for who, how, _ in rows] == [("1", "name"), ("2", "alarm"), ("2", "unknown"), ("4", "unknown")]
    assert "pacemaker" in rows[0][2] and "pacemaker" in rows[1][2]


def _packed(folder: Path, table: str, data: bytes) -> Path:
    (folder / f"{table}.csv").unlink()
    (folder / f"{table}.csv.gz").write_bytes(data)
    return folder


def _refusal(folder: Path) -> str:
    with Workspace() as space, pytest.raises(InputError) as refused:
        read_omop(folder, space.connection, reader_for(engine().catalog, AS_OF))
    return str(refused.value)


def test_packed_tables_have_the_guards_of_charts(tmp_path: Path) -> None:
    table = TABLES["condition_occurrence"].encode()
    whole = gzip.compress(table)
    folder = _folder(tmp_path)
    assert "too early" in _refusal(_packed(folder, "condition_occurrence", whole[:-12]))
    path = folder / "condition_occurrence.csv.gz"
    path.write_bytes(whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:])
    assert "broken gzip" in _refusal(folder)
    path.write_bytes(whole[:20] + b"\xff" * 10 + whole[30:])
    assert "broken gzip" in _refusal(folder)
    path.write_bytes(gzip.compress(table + b"0" * 20_000_000))
    assert "far more than charts do" in _refusal(folder)
    path.write_bytes(whole)
    with Workspace() as space:
        read_omop(folder, space.connection, reader_for(engine().catalog, AS_OF))


def test_the_name_of_a_folder_is_no_data(tmp_path: Path) -> None:
    folder = tmp_path / "person_id=7"
    folder.mkdir()
    states, _, _ = _states(_folder(folder, "parquet"), "anticoagulant-any")
    assert set(states) == {"1", "2", "3", "4"}
    for file in folder.iterdir():
        file.unlink()
    states, _, _ = _states(_folder(folder), "anticoagulant-any")
    assert set(states) == {"1", "2", "3", "4"}


def test_a_table_in_another_form_is_refused(tmp_path: Path) -> None:
    (_folder(tmp_path) / "drug_exposure.csv.bz2").write_bytes(b"x")
    assert "drug_exposure.csv.bz2: a table in a form that is not read" in _refusal(tmp_path)
