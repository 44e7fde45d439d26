"""A person's own nerve damage is taken from their record; what is past, doubtful or only near names none."""

from __future__ import annotations

import pytest

from deqi.knowledge import Knowledge
from deqi.people.read import read_chart
from deqi.report.own_condition import own_condition
from deqi.safety.rules.catalog import build_catalog


@pytest.mark.parametrize(
    ("conditions", "condition"),
    [
        ("{code: icd10cm E11.42}", "dpn"),
        ("diabetic neuropathy", "dpn"),
        ("{code: snomed 424736006}", "dpn"),
        ("type 2 diabetes", ""),
        ("{code: icd10cm G62.0}", "cipn"),
        ("chemotherapy-induced peripheral neuropathy", "cipn"),
        ("hiv", ""),
        ("hiv, peripheral neuropathy", "hiv"),
        ("peripheral neuropathy", ""),
        ("{code: icd10cm G56.01}", "cts"),
        ("carpal tunnel syndrome", "cts"),
        ("{code: icd10cm G51.0}", "bells_palsy"),
        ("idiopathic neuropathy", "idiopathic"),
        ("{code: icd10cm E11.42}, chemo neuropathy", ""),
        ("no diabetic neuropathy", ""),
        ("{name: diabetic neuropathy, until: 2019}", ""),
        ("", ""),
    ],
)
def test_the_record_names_one_kind_or_none(knowledge: Knowledge, conditions: str, condition: str) -> None:
    text = f"sex: male\nborn: 1961\nconditions: [{conditions}]\n".encode()
    (person,) = read_chart([text], index=build_catalog(knowledge).index, name="person.yaml").persons
    assert own_condition(knowledge, person).condition == condition


def test_several_kinds_are_all_named(knowledge: Knowledge) -> None:
    text = b"sex: male\nborn: 1961\nconditions: [diabetic neuropathy, chemo neuropathy]\n"
    (person,) = read_chart([text], index=build_catalog(knowledge).index, name="person.yaml").persons
    assert own_condition(knowledge, person).words == ("diabetic neuropathy", "chemo neuropathy")
