"""Code sets by code, product, ValueSet and name; a code of one system never stands for another's."""

import pytest

from deqi.people.facts import Coding, Fact, SetMatch
from tests.support.terminology import INDEX


def sets_of(kind, *codes, text=""):
    fact = Fact(kind=kind, codes=tuple(Coding(*one) for one in codes), text=text)
    return {found.set: found.how for found in INDEX.match(fact)}


@pytest.mark.parametrize("written", ["E11", "E11.42", "e11.42", "E1142", " E11.9 ", "E11.42†"])
def test_a_category_takes_its_subdivisions(written):
    assert sets_of("condition", ("icd10cm", written)) == {"diabetes": "code"}


@pytest.mark.parametrize("written", ["E1", "E10.9", "E12", "I89.01", "G40"])
def test_a_neighbour_is_not_in_the_set(written):
    assert sets_of("condition", ("icd10cm", written)) == {}


def test_icd10_is_read_through_icd10cm_but_not_the_other_way_round():
    assert sets_of("condition", ("icd10", "E11.4")) == {"diabetes": "code"}
    assert INDEX.covers("diabetes", "icd10")
    assert not INDEX.covers("diabetes", "atc")


def test_a_code_counts_only_in_its_own_system():
    assert sets_of("condition", ("loinc", "44054006")) == {}
    assert sets_of("condition", ("http://example.org/codes", "44054006")) == {}


def test_a_product_is_followed_to_its_ingredient():
    assert sets_of("medication", ("rxnorm", "855332")) == {"anticoagulant": "product"}
    assert sets_of("medication", ("rxnorm", "11289")) == {"anticoagulant": "code"}
    assert sets_of("medication", ("atc", "B01AA03")) == {"anticoagulant": "code"}


def test_a_name_is_tried_where_no_code_can_tell():
    assert sets_of("condition", text="Type 2 diabetes") == {"diabetes": "name"}
    assert sets_of("condition", ("local", "DM2"), text="Type 2 diabetes") == {"diabetes": "name"}


def test_the_words_of_a_code_that_no_list_knows_speak():
    assert sets_of("condition", ("snomed", "1234", "Type 2 diabetes")) == {"diabetes": "name"}
    assert sets_of("condition", ("snomed", "1234"), text="diabetes") == {"diabetes": "name"}


def test_a_name_never_overrules_a_code_that_a_list_knows():
    assert sets_of("condition", ("icd10cm", "E11.9", "Diabetes"), text="diabetes") == {"diabetes": "code"}


def test_an_unknown_product_is_matched_by_its_name_and_a_known_one_is_not():
    assert sets_of("medication", ("rxnorm", "999", "warfarin sodium 9 MG")) == {"anticoagulant": "name"}
    assert sets_of("medication", ("rxnorm", "1736776", "oxaliplatin instead of warfarin")) == {"platinum": "product"}


def test_an_allergy_to_a_medicine_is_not_taking_it():
    assert sets_of("allergy", text="warfarin") == {}
    assert sets_of("allergy", text="latex") == {"latex-allergy": "name"}
    assert sets_of("condition", text="warfarin") == {}


def test_a_procedure_can_name_a_device():
    assert sets_of("procedure", text="Insertion of pacemaker") == {"pacemaker": "name"}
    assert sets_of("procedure", text="Removal of pacemaker") == {}


def test_a_value_set_adds_codes_and_says_so():
    index = INDEX.with_value_sets({"diabetes": [Coding("snomed", "73211009"), Coding("snomed", "44054006")]})
    added = Fact(kind="condition", codes=(Coding("snomed", "73211009"),))
    assert index.match(added) == (SetMatch("diabetes", "valueset", "snomed", "73211009"),)
    assert index.match(Fact(kind="condition", codes=(Coding("snomed", "44054006"),)))[0].how == "code"
    assert INDEX.match(added) == ()


def test_a_value_is_in_a_value_set_by_code_or_word():
    assert [one.how for one in INDEX.match_value((Coding("snomed", "77386006"),), "")] == ["code"]
    assert [one.set for one in INDEX.match_value((), "Pregnant")] == ["positive-pregnancy"]
    assert INDEX.match_value((), "not pregnant") == ()
