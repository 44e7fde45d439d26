"""Names count as whole words, and not where the text says no, formerly, or somebody else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.people.terminology.names import NameFinder

FINDER = NameFinder(
    [
        ("diabetes", ["diabetes", "type 2 diabetes"], ["insipidus"]),
        ("epilepsy", ["epilepsy", "seizures"], []),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "Diabetes",
        "TYPE-2 DIABETES, with neuropathy",
        "no seizures. Diabetes since 2010",
        "denies seizures but has diabetes",
        "poorly controlled diabetes",
    ],
)
def test_a_name_is_found(text):
    assert "diabetes" in FINDER.find(text)


@pytest.mark.parametrize(
    "text",
    [
        "no diabetes",
        "No history of diabetes or epilepsy",
        "denies chest pain, diabetes",
        "diabetes ruled out",
        "diabetes mellitus was excluded",
        "family history of diabetes",
        "mother with diabetes",
        "history of diabetes",
        "h/o diabetes",
        "risk of diabetes",
        "diabetes screening",
        "Measurement of diabetes antibody",
        "Urine test for diabetes",
        "diabetes insipidus",
        "prediabetes",
        "diabetesclinic",
    ],
)
def test_a_name_that_does_not_hold_is_not_found(text):
    assert "diabetes" not in FINDER.find(text)


def test_negation_ends_with_its_sentence():
    assert FINDER.find("No diabetes. Epilepsy") == {"epilepsy"}


def test_a_test_is_the_thing_itself_where_the_name_is_a_result():
    finder = NameFinder([("platelet-count", ["platelet count"], [])], results=True)
    assert finder.find("Platelet count measurement") == {"platelet-count"}


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_survived(text):
    assert FINDER.find(text) <= {"diabetes", "epilepsy"}
