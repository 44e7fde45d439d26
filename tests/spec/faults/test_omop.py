"""The laws through OMOP: what says less is open, even where every list is declared complete."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.spec.faults.command import run, written

# id: name, vocabulary, code. The ids are made up; the codes are those of our sets, but for LOCAL.
CONCEPTS = {
    8532: ("FEMALE", "Gender", "F"),
    8507: ("MALE", "Gender", "M"),
    1: ("Cardiac pacemaker in situ", "SNOMED", "441509002"),
    2: ("Presence of cardiac pacemaker", "ICD10CM", "Z95.0"),
    3: ("Local code 77", "LOCAL", "77"),
    4: ("Implanted cardiac resynchronisation unit", "LOCAL", "crt1"),
    10: ("warfarin", "RxNorm", "11289"),
    12: ("Mystery drug", "LOCAL", "m1"),
    20: ("Platelets [#/volume] in Blood by Automated count", "LOINC", "777-3"),
    21: ("thousand per microliter", "UCUM", "10*3/uL"),
    22: ("percent", "UCUM", "%"),
    23: ("Low", "LOINC", "LA-low"),
    24: ("<", "Meas Value Operator", "<"),
    40: ("Pregnancy status", "LOINC", "82810-3"),
    41: ("Pregnant", "SNOMED", "77386006"),
    42: ("Possible pregnancy", "SNOMED", "146799005"),
    43: ("Not pregnant", "SNOMED", "60001007"),
    50: ("Deep venous thrombosis", "SNOMED", "128053003"),
    51: ("Malignant neoplasm of breast", "SNOMED", "254837009"),
    60: ("Choriogonadotropin (pregnancy test) [Presence] in Urine", "LOINC", "2106-3"),
    61: ("Detected", "SNOMED", "260373001"),
    62: ("Trace", "SNOMED", "260405006"),
    70: ("Delivery date Estimated", "LOINC", "11778-8"),
    71: ("Last menstrual period start date", "LOINC", "8665-2"),
}
NORMAL = {"concept": 20, "date": "2026-11-18", "value_as_number": 250, "unit_concept_id": 21}
LATER = {"concept": 20, "date": "2026-11-23"}
Row = Mapping[str, object]
# name: table, rows, rule, what is expected.
PEOPLE: Mapping[str, tuple[str, tuple[Row, ...], str, str]] = {
    "standard": ("condition", ({"concept": 1},), "pacemaker-ea", "yes"),
    "source only": ("condition", ({"source": 2},), "pacemaker-ea", "yes"),
    "concept 0": ("condition", ({},), "pacemaker-ea", "unknown"),
    "a local code": ("condition", ({"source": 3},), "pacemaker-ea", "unknown"),
    "local words": ("condition", ({"source": 4},), "pacemaker-ea", "unknown"),
    "an end": ("condition", ({"concept": 1, "start": "2020-01-01", "end": "2020-03-05"},), "pacemaker-ea", "unknown"),
    "no date": ("condition", ({"concept": 50, "start": ""},), "dvt-limb", "unknown"),
    "no day of the calendar": ("condition", ({"concept": 50, "start": "2026-13-45"},), "dvt-limb", "unknown"),
    "a day of no date": ("condition", ({"concept": 50, "start": "1900-01-01"},), "dvt-limb", "unknown"),
    "before birth": ("condition", ({"concept": 50, "start": "1950-01-01"},), "dvt-limb", "unknown"),
    "a later day": ("condition", ({"concept": 51, "start": "2099-01-01"},), "active-cancer-liaison", "unknown"),
    "a medicine": ("drug", ({"concept": 10, "end": "2026-12-31"},), "anticoagulant-any", "yes"),
    "an end before its start": ("drug", ({"concept": 10, "end": "2020-01-01"},), "anticoagulant-any", "yes"),
    "no end": ("drug", ({"concept": 10},), "anticoagulant-any", "yes"),
    "drug 0": ("drug", ({},), "anticoagulant-any", "unknown"),
    "a local drug": ("drug", ({"source": 12},), "anticoagulant-any", "unknown"),
    "a concept of no table": ("drug", ({"concept": 999},), "anticoagulant-any", "unknown"),
    "no unit": ("measurement", (NORMAL, {**LATER, "value_as_number": 12}), "platelets-under-20", "unknown"),
    "a unit in words": (
        "measurement",
        (NORMAL, {**LATER, "value_as_number": 12, "unit_source_value": "K/cumm"}),
        "platelets-under-20",
        "yes",
    ),
    "another unit": (
        "measurement",
        (NORMAL, {**LATER, "value_as_number": 12, "unit_concept_id": 22}),
        "platelets-under-20",
        "unknown",
    ),
    "a word": ("measurement", (NORMAL, {**LATER, "value_as_concept_id": 23}), "platelets-under-20", "unknown"),
    "less than": (
        "measurement",
        (NORMAL, {**LATER, "value_as_number": 100, "unit_concept_id": 21, "operator_concept_id": 24}),
        "platelets-under-20",
        "unknown",
    ),
    "an operator of no table": (
        "measurement",
        (NORMAL, {**LATER, "value_as_number": 100, "unit_concept_id": 21, "operator_concept_id": 777}),
        "platelets-under-20",
        "unknown",
    ),
    "no number": ("measurement", (NORMAL, {**LATER, "value_as_number": "low"}), "platelets-under-20", "unknown"),
    "a tie": (
        "measurement",
        (NORMAL, {**NORMAL, "value_as_number": 12}),
        "platelets-under-20",
        "yes",
    ),
    "pregnant": ("observation", ({"concept": 40, "value_as_concept_id": 41},), "pregnancy-any", "yes"),
    "not pregnant": ("observation", ({"concept": 40, "value_as_concept_id": 43},), "pregnancy-any", "no"),
    "possibly": ("observation", ({"concept": 40, "value_as_concept_id": 42},), "pregnancy-any", "unknown"),
    "in words": ("observation", ({"concept": 40, "value_as_string": "maybe"},), "pregnancy-any", "unknown"),
    "detected": ("measurement", ({"concept": 60, "value_as_concept_id": 61},), "pregnancy-any", "yes"),
    "a trace": ("measurement", ({"concept": 60, "value_as_concept_id": 62},), "pregnancy-any", "unknown"),
    "a due date": ("observation", ({"concept": 70, "value_as_string": "2027-03-01"},), "pregnancy-any", "unknown"),
    "a last period": ("observation", ({"concept": 71, "value_as_string": "2026-09-01"},), "pregnancy-any", "unknown"),
    "a device": ("device", ({"concept": 1},), "pacemaker-ea", "yes"),
    "device 0": ("device", ({},), "pacemaker-ea", "unknown"),
    "well": ("condition", (), "pacemaker-ea", "no"),
}
TABLES = {"condition": "condition_occurrence", "drug": "drug_exposure", "device": "device_exposure"}
BEGINS = {"drug": "drug_exposure_", "device": "device_exposure_", "condition": "condition_"}
MORE = {
    "measurement": ("value_as_number", "unit_concept_id", "unit_source_value", "value_as_concept_id",
                    "operator_concept_id"),
    "observation": ("value_as_number", "value_as_concept_id", "value_as_string"),
}  # fmt: skip


def test_what_says_less_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _folder(tmp_path / "cdm")
    lists = "conditions, medications, procedures, devices, allergies, observations"
    settings = written(tmp_path, "settings.yaml", f"complete: [{lists}]\n")
    output = tmp_path / "out"
    words = ("--as-of", "2026-11-24", "--settings", settings, "-o", str(output), "--format", "ndjson")
    code, printed, errors = run(capsys, "screen", str(folder), *words)
    assert code == 0, printed + errors
    tokens = {row["token"]: int(row["resource_id"]) for row in _rows(output / "persons.ndjson")}
    said: dict[int, dict[str, str]] = defaultdict(dict)
    for row in _rows(output / "questions.ndjson"):
        said[tokens[row["token"]]] |= dict.fromkeys(row["decides"].split(";"), "unknown")
    for row in _rows(output / "findings.ndjson"):
        said[tokens[row["token"]]][row["rule"]] = "yes"
    found = {
        name: said[number].get(rule, "no") for number, (name, (_, _, rule, _)) in enumerate(PEOPLE.items(), start=1)
    }
    assert found == {name: wanted for name, (_, _, _, wanted) in PEOPLE.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _folder(folder: Path) -> Path:
    folder.mkdir()
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    for number, (table, records, rule, _) in enumerate(PEOPLE.values(), start=1):
        woman = rule == "pregnancy-any"
        year = 1994 if woman else 1961
        rows["person"].append(
            {"person_id": number, "gender_concept_id": 8532 if woman else 8507, "year_of_birth": year,
             "month_of_birth": "", "day_of_birth": ""}
        )  # fmt: skip
        rows[TABLES.get(table, table)] += [_row(table, record, number) for record in records]
    for number, (name, vocabulary, code) in CONCEPTS.items():
        rows["concept"].append(
            {"concept_id": number, "concept_name": name, "vocabulary_id": vocabulary,
             "concept_class_id": "Ingredient" if vocabulary == "RxNorm" else "x", "concept_code": code}
        )  # fmt: skip
    rows["concept_ancestor"] = [{"ancestor_concept_id": 10, "descendant_concept_id": 10}]
    for name, lines in rows.items():
        _write(folder / f"{name}.csv", lines)
    return folder


def _row(table: str, record: Row, person: int) -> dict[str, object]:
    row: dict[str, object] = {
        f"{TABLES.get(table, table)}_id": person,
        "person_id": person,
        f"{table}_concept_id": record.get("concept", 0),
        f"{table}_source_concept_id": record.get("source", 0),
    }
    if table in BEGINS:
        return row | {
            f"{BEGINS[table]}start_date": record.get("start", "2026-10-01"),
            f"{BEGINS[table]}end_date": record.get("end", ""),
        }
    row[f"{table}_date"] = record.get("date", "2026-11-20")
    return row | {name: record.get(name, 0 if name.endswith("_id") else "") for name in MORE[table]}


def _write(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    lines = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
