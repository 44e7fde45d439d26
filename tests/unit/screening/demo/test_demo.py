"""The made-up people fire every rule that needs no plan, and are read without a fault."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Code
from deqi.people.read import read_chart
from deqi.screening.demo.people import Demo
from deqi.screening.demo.write import write_bundles, write_ndjson
from tests.support.engines import AS_OF, engine


def _demo(seed: int = 1) -> Demo:
    return Demo(engine().catalog, load().rows(Code), AS_OF, seed)


def test_every_rule_fires(tmp_path: Path) -> None:
    demo = _demo()
    write_ndjson(demo.people(demo.rules), tmp_path)
    reading = read_chart([tmp_path], index=engine().index, sites=engine().sites, as_of=AS_OF)
    assert not reading.unreadable
    assert len(reading.persons) == demo.rules
    fired: set[str] = set()
    for person in reading.persons:
        states = engine().assess(person, AS_OF).states
        fired.update(rule for rule, state in states.items() if state in ("yes", "superseded", "cleared"))
    wanted = {one.rule.id for one in engine().catalog.rules if one.rule.stage != "plan" and not one.needs_plan}
    assert wanted <= fired


def test_the_same_seed_makes_the_same_people() -> None:
    assert list(_demo(7).people(20)) == list(_demo(7).people(20))
    assert list(_demo(7).people(20)) != list(_demo(8).people(20))


def test_bundles_hold_the_same_people(tmp_path: Path) -> None:
    write_bundles(_demo().people(5), tmp_path)
    reading = read_chart([tmp_path], index=engine().index, sites=engine().sites, as_of=AS_OF)
    assert len(reading.persons) == 5
    assert not reading.unreadable


def test_nothing_is_impossible() -> None:
    demo = _demo(2)
    pregnant = 0
    for patient, *resources in demo.people(2 * demo.rules):
        birth, woman = patient["birthDate"], patient["gender"] == "female"
        for resource in resources:
            days = [value for name, value in resource.items() if name.endswith(("DateTime", "Date", "authoredOn"))]
            assert all(birth <= day <= AS_OF.isoformat() for day in days), resource
            words = json.dumps(resource).casefold()
            assert not (woman and "prostate" in words)
            if "pregnan" in words and resource["resourceType"] != "MedicationRequest":
                pregnant += 1
                years = (AS_OF - dt.date.fromisoformat(birth)).days / 365.25
                assert woman
                assert 18 <= years < 50
    assert pregnant
