"""Rows of OMOP as conversions write them, and the ways in which they come to say less."""

from __future__ import annotations

import copy
import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.properties.doubt import vocabulary as v

Row = dict[str, Any]
Record = tuple[str, Row]
"""A table and a row of it, without its person."""

_VOCABULARIES = {"snomed": "SNOMED", "icd10cm": "ICD10CM", "rxnorm": "RxNorm", "loinc": "LOINC", "local": "Local"}
_FEMALE, _MALE, _LESS_THAN, _WORD, _NOWHERE = 1, 2, 3, 4, 999_999
_CODES = {
    (system, code, words): 100 + number
    for number, (system, code, words) in enumerate(
        dict.fromkeys(
            (system, code, words)
            for system, code, words in (*v.CONDITIONS, *v.MEDICATIONS, *v.PROCEDURES, *v.DEVICES)
            if code
        )
    )
}
_TESTS = {code: 500 + number for number, code in enumerate(dict.fromkeys(row[0] for row in v.RESULTS))}
_UNITS = {unit: 600 + number for number, unit in enumerate(dict.fromkeys(row[1] for row in v.RESULTS))}
_TABLES: Mapping[str, tuple[str, str, Sequence[tuple[str, str, str]]]] = {
    "condition_occurrence": ("condition", "condition_", v.CONDITIONS),
    "drug_exposure": ("drug", "drug_exposure_", v.MEDICATIONS),
    "procedure_occurrence": ("procedure", "procedure_", v.PROCEDURES),
    "device_exposure": ("device", "device_exposure_", v.DEVICES),
}
_DAYS = (*v.DAYS, "")


@st.composite
def _entries(draw: st.DrawFn) -> Record:
    table = draw(st.sampled_from(tuple(_TABLES)))
    name, begins, words = _TABLES[table]
    found = draw(st.sampled_from(words))
    concept = _CODES.get(found, 0)
    of = draw(st.sampled_from(("concept", "source", "both")))
    row: Row = {
        f"{name}_concept_id": concept if of != "source" else 0,
        f"{name}_source_concept_id": concept if of != "concept" else 0,
        f"{name}_source_value": found[2],
    }
    if table == "procedure_occurrence":
        return table, row | {"procedure_date": draw(st.sampled_from(_DAYS))}
    end = draw(st.sampled_from(("", "", *v.DAYS)))
    return table, row | {f"{begins}start_date": draw(st.sampled_from(_DAYS)), f"{begins}end_date": end}


@st.composite
def _results(draw: st.DrawFn) -> Record:
    code, unit, hazardous, safe = draw(st.sampled_from(v.RESULTS))
    return "measurement", {
        "measurement_concept_id": _TESTS[code],
        "measurement_date": draw(st.sampled_from(_DAYS)),
        "value_as_number": draw(st.sampled_from((safe, safe, hazardous))),
        "unit_concept_id": draw(st.sampled_from((_UNITS[unit], _UNITS[unit], 0))),
        "unit_source_value": "",
        "value_as_concept_id": 0,
        "operator_concept_id": draw(st.sampled_from((0, 0, 0, _LESS_THAN))),
    }


records = st.lists(st.one_of(_entries(), _entries(), _results()), min_size=1, max_size=6)


def _of(found: list[Record], draw: st.DrawFn) -> Record:
    return draw(st.sampled_from(found))


def no_concept(draw: st.DrawFn, found: list[Record]) -> None:
    """The concept goes; what the source wrote stays."""
    table, row = _of(found, draw)
    for key in row:
        if table != "measurement" and key.endswith("concept_id"):
            row[key] = 0


def unknown_concept(draw: st.DrawFn, found: list[Record]) -> None:
    """A concept that is not in the vocabulary that came along."""
    table, row = _of(found, draw)
    for key in row:
        if table != "measurement" and key.endswith("concept_id"):
            row[key] = _NOWHERE


def no_date(draw: st.DrawFn, found: list[Record]) -> None:
    row = _of(found, draw)[1]
    for key in row:
        if key.endswith("_date") and not key.endswith("end_date"):
            row[key] = draw(st.sampled_from(("", "1900-01-01", "2026-13-45")))


def no_unit(draw: st.DrawFn, found: list[Record]) -> None:
    for table, row in found:
        if table == "measurement":
            row["unit_concept_id"] = 0
            row["unit_source_value"] = draw(st.sampled_from(("", *v.UNREAD_UNITS)))


def no_value(draw: st.DrawFn, found: list[Record]) -> None:
    table, row = _of(found, draw)
    if table == "measurement":
        row["value_as_number"] = draw(st.sampled_from(("", "low", "1,5")))
        row["value_as_concept_id"] = draw(st.sampled_from((0, _WORD)))


def unread_operator(draw: st.DrawFn, found: list[Record]) -> None:
    table, row = _of(found, draw)
    if table == "measurement":
        row["operator_concept_id"] = _NOWHERE


def duplicate(draw: st.DrawFn, found: list[Record]) -> None:
    found.append(copy.deepcopy(_of(found, draw)))


def remove_safe(draw: st.DrawFn, found: list[Record]) -> None:
    """Takes away a normal result."""
    safe = {row[3] for row in v.RESULTS if row[0] != v.WEEKS}
    for place, (table, row) in enumerate(found):
        if table == "measurement" and row["value_as_number"] in safe and not row["operator_concept_id"]:
            del found[place]
            return


def turn(draw: st.DrawFn, found: list[Record]) -> None:
    found.reverse()


BLURS: tuple[Callable[[st.DrawFn, list[Record]], None], ...] = (
    no_concept, unknown_concept, no_date, no_unit, no_value, unread_operator, duplicate, remove_safe, turn,
)  # fmt: skip


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, list[Record], list[Record]]:
    """What was done, a person's rows, and the same rows saying less."""
    before = draw(records)
    after = copy.deepcopy(before)
    blur = draw(st.sampled_from(BLURS))
    blur(draw, after)
    return blur.__name__, before, after


def write(folder: Path, people: Sequence[list[Record]]) -> Path:
    """A folder of tables, in which the people are numbered from 1."""
    folder.mkdir()
    rows: dict[str, list[Row]] = defaultdict(list)
    for person, found in enumerate(people, start=1):
        rows["person"].append(
            {"person_id": person, "gender_concept_id": _FEMALE, "year_of_birth": 1980, "month_of_birth": 5,
             "day_of_birth": 1}
        )  # fmt: skip
        for table, row in found:
            rows[table].append({f"{table}_id": len(rows[table]) + 1, "person_id": person} | row)
    rows["concept"] = list(_concepts())
    rows["concept_ancestor"] = [
        {"ancestor_concept_id": number, "descendant_concept_id": number}
        for (system, _, _), number in _CODES.items()
        if system == "rxnorm"
    ]
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
    return folder


def _concepts() -> Iterable[Row]:
    named = [(_FEMALE, "FEMALE", "Gender", "F"), (_MALE, "MALE", "Gender", "M"),
             (_LESS_THAN, "<", "Meas Value Operator", "<"), (_WORD, "Low", "LOINC", "LA-low")]  # fmt: skip
    named += [(number, words, _VOCABULARIES[system], code) for (system, code, words), number in _CODES.items()]
    named += [(number, code, "LOINC", code) for code, number in _TESTS.items()]
    named += [(number, unit, "UCUM", unit) for unit, number in _UNITS.items()]
    for number, words, vocabulary, code in named:
        kind = "Ingredient" if vocabulary == "RxNorm" else "x"
        yield {"concept_id": number, "concept_name": words, "vocabulary_id": vocabulary, "concept_class_id": kind,
               "concept_code": code}  # fmt: skip
