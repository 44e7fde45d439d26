"""ValueSets of an organisation join our sets by a mapping file or by their name."""

import json

import pytest

from deqi.errors import InputError
from deqi.people.facts import Coding
from deqi.people.terminology.value_sets import read_value_sets

SNOMED = "http://snomed.info/sct"
KNOWN = {"diabetes": None, "active-malignancy": None}


def listed(*codes):
    return {"compose": {"include": [{"system": SNOMED, "concept": [{"code": code} for code in codes]}]}}


def write(folder, file, /, **fields):
    (folder / file).write_text(json.dumps({"resourceType": "ValueSet"} | fields))


def test_a_value_set_named_like_a_set_joins_it(tmp_path):
    write(tmp_path, "a.json", name="Diabetes", **listed("1", "2"))
    write(tmp_path, "b.json", title="Active Malignancy", **listed("3"))
    write(tmp_path, "c.json", name="ActiveMalignancy", **listed("4"))
    write(tmp_path, "d.json", name="Frailty", **listed("5"))
    found = read_value_sets(tmp_path, KNOWN)
    assert found.members["diabetes"] == (Coding("snomed", "1"), Coding("snomed", "2"))
    assert [one.code for one in found.members["active-malignancy"]] == ["3", "4"]
    assert found.unused == ("d.json",)


def test_an_expansion_is_read_with_what_it_contains(tmp_path):
    inner = {"system": SNOMED, "code": "2", "display": "inner"}
    expansion = {
        "contains": [{"system": SNOMED, "abstract": True, "contains": [inner]}, {"system": SNOMED, "code": "1"}]
    }
    write(tmp_path, "a.json", id="diabetes", expansion=expansion)
    assert [one.code for one in read_value_sets(tmp_path, KNOWN).members["diabetes"]] == ["2", "1"]


@pytest.mark.parametrize("key", ["2.16.840.1", "urn:oid:2.16.840.1", "http://vs.example/dm", "DM value set"])
def test_a_mapping_names_them_by_oid_address_or_title(tmp_path, key):
    (tmp_path / "sets.csv").write_text(f"value_set,set\n{key},diabetes\n")
    names = {"url": "http://vs.example/dm", "title": "DM value set"}
    write(tmp_path, "a.json", **names, identifier=[{"value": "urn:oid:2.16.840.1"}], **listed("1"))
    assert list(read_value_sets(tmp_path, KNOWN).members) == ["diabetes"]


def test_what_is_excluded_is_left_out(tmp_path):
    compose = listed("1", "2")["compose"] | {"exclude": listed("2")["compose"]["include"]}
    write(tmp_path, "a.json", name="Diabetes", compose=compose)
    assert [one.code for one in read_value_sets(tmp_path, KNOWN).members["diabetes"]] == ["1"]


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({}, "no listed codes"),
        ({"compose": {"include": [{"system": SNOMED, "filter": [{"property": "x"}]}]}}, "no listed codes"),
        ({"expansion": {"total": 9, "contains": [{"system": SNOMED, "code": "1"}]}}, "lists 1 of 9"),
        ({"expansion": 5}, "not a FHIR ValueSet"),
        ({"resourceType": "Patient"}, "another FHIR resource"),
    ],
)
def test_a_value_set_without_its_codes_is_refused(tmp_path, fields, advice):
    write(tmp_path, "a.json", **({"name": "Diabetes"} | fields))
    with pytest.raises(InputError, match=advice):
        read_value_sets(tmp_path, KNOWN)


@pytest.mark.parametrize(
    ("text", "advice"),
    [("value_set,set\nx,nothing\n", "line 2, column set"), ("a,b\n", "the first line"), ("", "the first line")],
)
def test_a_mapping_that_names_no_set_is_refused(tmp_path, text, advice):
    (tmp_path / "sets.csv").write_text(text)
    with pytest.raises(InputError, match=advice):
        read_value_sets(tmp_path, KNOWN)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a folder"):
        read_value_sets(tmp_path / "none", KNOWN)
