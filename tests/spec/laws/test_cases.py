"""Every case of the laws, one test each, through the public verbs."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import jsonschema
import pytest

from tests.properties.doubt import engines
from tests.spec.laws import cases

CASES = tuple(cases.read())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    as_of = dt.date.fromisoformat(case["as_of"])
    person = cases.person_of(case, as_of)
    expect = case["expect"]
    found = engines.judge(person, as_of, json.dumps(case["plan"]) if "plan" in case else "")
    wrong = [
        f"{rule}: expected {wanted}, found {found.states[rule]}"
        for rule, wanted in expect.get("rules", {}).items()
        if not _agrees(found.states[rule], wanted)
    ]
    wrong += [f"{name} is not asked" for name in expect.get("asks", ()) if name not in found.questions]
    wrong += [f"{name} is asked" for name in expect.get("asks_not", ()) if name in found.questions]
    for name, status in expect.get("needlings", {}).items():
        if found.needlings[name] != status:
            wrong.append(f"{name}: expected {status}, found {found.needlings[name]}")
    for part in ("candidacy", "if_clear"):
        if part in expect and expect[part] != getattr(found, part):
            wrong.append(f"{part}: expected {expect[part]}, found {getattr(found, part)}")
    assert wrong == [], case["reason"]
    _lists(case, person, as_of)


def test_ids_are_unique_and_reasons_name_their_law() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) >= 200
    assert [case["id"] for case in CASES if not case["reason"].startswith(("Law ", "Laws "))] == []


@pytest.mark.parametrize("path", sorted((cases.FOLDER / "laws").glob("*.yaml")), ids=lambda path: path.stem)
def test_file_fits_the_published_schema(path: Any) -> None:
    schema = json.loads((cases.FOLDER.parent / "schemas" / "case.json").read_text(encoding="utf-8"))
    jsonschema.validate(cases.yaml.safe_load(path.read_text(encoding="utf-8")), schema)


def _agrees(state: str, wanted: str) -> bool:
    return state in {"yes", "unknown", "superseded"} if wanted == "not-no" else state == wanted


def _lists(case: dict[str, Any], person: Any, as_of: dt.date) -> None:
    expect = case["expect"]
    if expect.keys() & {"possible", "possible_not"}:
        names = engines.possible(person, as_of)
        assert set(expect.get("possible", ())) <= names, case["reason"]
        assert not set(expect.get("possible_not", ())) & names, case["reason"]
    if expect.keys() & {"not_understood", "understood"}:
        listed, unclear = engines.not_understood(person, as_of), engines.unclear(person, as_of)
        assert [words for words in expect.get("not_understood", ()) if words not in listed] == [], case["reason"]
        assert [words for words in expect.get("understood", ()) if words in unclear] == [], case["reason"]
