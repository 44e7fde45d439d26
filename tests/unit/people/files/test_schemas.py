"""The published schemas and the readers take and refuse the same files."""

import json

import jsonschema
import pytest

from deqi.errors import InputError
from deqi.people.files import person as personfile
from deqi.people.files.answers import read_answers
from deqi.people.files.schemas import schema
from deqi.people.files.settings import read_settings
from deqi.people.read import read_chart
from tests.support.terminology import AS_OF, INDEX, SITES

PERSONS = [
    ({}, True),
    ({"sex": "female", "born": "1961-04", "complete": ["medications"]}, True),
    ({"born": 1961, "date": "2026-11-24", "deceased": False}, True),
    (
        {"conditions": ["epilepsy", {"code": ["icd10cm E11.42", "snomed 44054006"], "since": 2019, "side": "left"}]},
        True,
    ),
    ({"observations": [{"name": "platelets", "value": 45, "unit": "10*9/L", "comparator": "<"}]}, True),
    ({"answers": {"numb-feet": True, "last-inr": {"value": 2.5, "date": "2026-11"}}}, True),
    ({"sex": "F"}, False),
    ({"age": 200}, False),
    ({"age": 60, "born": 1961}, False),
    ({"name": "somebody"}, False),
    ({"conditions": "epilepsy"}, False),
    ({"conditions": [{"since": 2019}]}, False),
    ({"conditions": [{"name": "epilepsy", "value": 5}]}, False),
    ({"conditions": [{"code": "E11.42"}]}, False),
    ({"conditions": [{"name": "epilepsy", "side": "west"}]}, False),
    ({"observations": [{"name": "platelets", "value": [1]}]}, False),
    ({"born": "yesterday"}, False),
    ({"complete": ["pills"]}, False),
    ({"answers": {"Numb Feet": True}}, False),
    ({"answers": {"numb-feet": {"unit": "cm"}}}, False),
]
ANSWERS = [
    ({"answers": {"numb-feet": "no"}, "date": "2026-11-24"}, True),
    ({"answers": {}}, True),
    ({}, False),
    ({"answers": {"numb-feet": []}}, False),
    ({"answers": {"numb-feet": None}}, False),
    ({"numb-feet": True}, False),
]
SETTINGS = [
    ({"settings": {"platelets-stop": 25}, "complete": ["devices"]}, True),
    ({}, True),
    ({"settings": {"platelets-stop": "25"}}, False),
    ({"complete": ["pills"]}, False),
    ({"threshold": 1}, False),
]


def fits(name, document):
    return jsonschema.Draft202012Validator(schema(name)).is_valid(document)


def is_read(reader, document):
    try:
        reader(json.dumps(document).encode())
    except InputError:
        return False
    return True


@pytest.mark.parametrize("name", ["person", "answers", "settings"])
def test_each_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize(("document", "good"), PERSONS)
def test_persons(document, good):
    assert fits("person", document) is good
    assert is_read(lambda data: read_chart([data], index=INDEX, sites=SITES, as_of=AS_OF).persons, document) is good


@pytest.mark.parametrize(("document", "good"), ANSWERS)
def test_answers(document, good):
    assert fits("answers", document) is good
    assert is_read(read_answers, document) is good


@pytest.mark.parametrize(("document", "good"), SETTINGS)
def test_settings(document, good):
    assert fits("settings", document) is good
    assert is_read(read_settings, document) is good


def test_the_schema_knows_every_key_and_no_other():
    person = schema("person")
    assert set(person["properties"]) == personfile.KEYS
    assert set(person["$defs"]["observation"]["properties"]) == personfile.ITEM_KEYS
    assert set(person["$defs"]["item"]["properties"]) == personfile.ITEM_KEYS - {"value", "unit", "comparator"}
    assert person["$defs"]["item"]["properties"]["status"]["enum"] == list(personfile.STATUSES)
