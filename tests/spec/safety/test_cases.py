"""The shipped cases: all agree, all fit the schema, and none is there twice."""

import datetime as dt
from collections import Counter

import jsonschema
import pytest

from deqi.errors import InputError
from deqi.people.files.source import read_bytes
from deqi.people.files.yaml_text import read_document
from deqi.safety.cases.run import CASES, Case, read_cases, run_case, run_cases
from deqi.safety.engine import Engine
from deqi.safety.schemas import schema

FILES = sorted(CASES.glob("*.yaml"))


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return read_cases()


@pytest.mark.no_cover
def test_all_agree(engine: Engine, cases: tuple[Case, ...]) -> None:
    report = run_cases(engine, cases)
    assert report.disagreements == ()
    assert report.agree == report.cases == len(cases)


def test_most_were_written_without_the_engine(cases: tuple[Case, ...]) -> None:
    assert sum(case.author == "independent" for case in cases) >= 150


def test_every_rule_is_shown_to_fire_and_not_to(engine: Engine, cases: tuple[Case, ...]) -> None:
    shown = Counter((rule, state) for case in cases for rule, state in case.expect.rules.items())
    fires = ("yes", "superseded", "cleared")
    silent = ("no", "unknown")
    rules = [one.rule.id for one in engine.catalog.rules]
    assert [rule for rule in rules if not any(shown[rule, state] for state in fires)] == []
    assert [rule for rule in rules if not any(shown[rule, state] for state in silent)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_file_fits_the_published_schema(file) -> None:
    jsonschema.validate(read_document(read_bytes(file, 2**24), file.name), schema("case"))


def test_a_wrong_expectation_is_told(engine: Engine) -> None:
    case = _case(expect={"rules": {"anticoagulant-any": "no"}, "candidacy": "candidate", "asks": ["takes-warfarin"]})
    told = {(one.what, one.expected, one.found) for one in run_case(engine, case)}
    assert told == {
        ("rule anticoagulant-any", "no", "unknown"),
        ("candidacy", "candidate", "ask-first"),
        ("asks takes-warfarin", "asked", "not asked"),
    }


@pytest.mark.parametrize("expect", [{"rules": {"no-such-rule": "yes"}}, {"asks": ["no-such-question"]}])
def test_names_must_exist(engine: Engine, expect: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"no-such-(rule|question) is no (rule|question)"):
        tuple(run_case(engine, _case(expect=expect)))


def test_an_id_stands_once(tmp_path) -> None:
    text = """cases:
  - {id: a, about: [x], reason: because of this, author: engine, as_of: 2026-11-24, person: {}, expect: {asks: [x]}}
"""
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="stands twice"):
        read_cases(tmp_path)


def _case(expect: dict[str, object]) -> Case:
    import msgspec

    return msgspec.convert(
        {
            "id": "made",
            "about": ["anticoagulant-any"],
            "reason": "made for this test",
            "author": "engine",
            "as_of": dt.date(2026, 11, 24),
            "person": {"sex": "male", "born": 1960},
            "expect": expect,
        },
        Case,
    )
