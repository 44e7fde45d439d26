"""A person in five lines, and a sentence for each way to write one wrong."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deqi.errors import InputError
from deqi.people.read import read_chart, with_complete
from tests.support.terminology import INDEX, SITES

FIVE_LINES = b"""
sex: female
born: 1961-04
conditions: [type 2 diabetes, {code: icd10cm I89.0, site: hand, side: left, since: 2019}]
medications: [warfarin]
complete: [medications]
"""


def person(text, as_of=None):
    data = text if isinstance(text, bytes) else text.encode()
    return read_chart([data], index=INDEX, sites=SITES, as_of=as_of).persons[0]


def fact(text):
    return person(text).facts[0]


def test_a_person_in_five_lines():
    one = person(FIVE_LINES)
    assert (one.sex, one.birth.latest, one.complete) == ("female", dt.date(1961, 4, 30), {"medication"})
    diabetes, swelling, warfarin = one.facts
    assert (diabetes.kind, diabetes.match("diabetes").how) == ("condition", "name")
    assert (swelling.site, swelling.side, swelling.match("lymphoedema").how) == ("hand", "left", "code")
    assert swelling.display == "Lymphedema, not elsewhere classified"
    assert swelling.start.earliest == dt.date(2019, 1, 1)
    assert (warfarin.state, warfarin.match("anticoagulant").how) == ("present", "name")
    assert warfarin.origin.path == "medications[0]"


def test_json_is_the_same():
    assert person(b'{"sex":"female","medications":["warfarin"]}').facts[0].match("anticoagulant")


def test_a_set_may_be_named():
    assert fact("medications: [anticoagulant]").match("anticoagulant").how == "set"
    assert fact("conditions: [{set: no-words}]").match("no-words").how == "set"
    assert fact("conditions: [anticoagulant]").sets == ()


def test_an_observation_has_a_value_unit_and_date():
    one = fact("observations: [{name: platelet count, value: 45, unit: 10*9/L, date: 2026-11-20, comparator: <}]")
    assert (one.value, one.unit, one.comparator, one.start.latest.day) == (45.0, "10*9/L", "<", 20)
    assert one.match("platelet-count")


def test_an_observation_may_be_a_word():
    one = fact("observations: [{code: loinc 82810-3, value: pregnant}]")
    assert [found.set for found in one.value_sets] == ["positive-pregnancy"]
    assert fact("observations: [{set: platelet-count}]").value_missing


@pytest.mark.parametrize(
    ("item", "state"),
    [
        ("{name: epilepsy}", "present"),
        ("{name: epilepsy, until: 2015}", "past"),
        ("{name: epilepsy, status: refuted}", "refuted"),
        ("{name: epilepsy, status: current, until: 2015}", "present"),
    ],
)
def test_the_state_of_an_item(item, state):
    assert fact(f"conditions: [{item}]").state == state


def test_an_age_needs_its_day():
    assert person("age: 65\ndate: 2026-11-24").birth.latest == dt.date(1961, 11, 24)
    assert person("age: 65", dt.date(2026, 11, 24)).birth.earliest == dt.date(1960, 11, 25)
    with pytest.raises(InputError, match="add the day"):
        person("age: 65")


def test_answers_stand_in_the_file():
    given_answers = person("date: 2026-11-24\nanswers: {takes-blood-thinner: no, last-inr: 2.5}").answers
    assert [(one.question, one.value) for one in given_answers] == [("takes-blood-thinner", "no"), ("last-inr", 2.5)]
    assert given_answers[0].given.latest == dt.date(2026, 11, 24)


def test_settings_may_declare_more_lists_complete():
    (one,) = with_complete([person("complete: [devices]")], frozenset({"medication"}))
    assert one.complete == {"device", "medication"}


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ("sex: F", "sex", "female, male"),
        ("colour: red", "person", "not known here"),
        ("born: 24/11/1961", "born", "write a date such as"),
        ("born: 1961\nage: 65", "person", "keep one"),
        ("age: old", "age", "whole years"),
        ("age: true\ndate: 2026", "age", "whole years"),
        ("conditions: diabetes", "conditions", "write a list"),
        ("conditions: [5]", "conditions[0]", "write a name"),
        ("conditions: [{since: 2019}]", "conditions[0]", "add name, code or set"),
        ("conditions: [{name: x, sinse: 2019}]", "conditions[0]", "not known here"),
        ("conditions: [{name: x}, {name: y, since: soon}]", "conditions[1].since", "write a date"),
        ("conditions: [{set: diabtes}]", "conditions[0].set", "not one of deqi's code sets"),
        ("conditions: [{code: E11.42}]", "conditions[0].code", "write system and code"),
        ("conditions: [{name: x, site: elbo}]", "conditions[0].site", "not a region"),
        ("conditions: [{name: x, side: west}]", "conditions[0].side", "left, right or both"),
        ("conditions: [{name: x, status: bad}]", "conditions[0].status", "write one of"),
        ("conditions: [{name: x, value: 5}]", "conditions[0].value", "only observations"),
        ("observations: [{name: x, value: .inf}]", "observations[0].value", "finite"),
        ("observations: [{name: x, value: [1]}]", "observations[0].value", "finite number or a word"),
        ("complete: medications", "complete", "write a list"),
        ("complete: [pills]", "complete", "write a list"),
        ("deceased: perhaps", "deceased", "yes or no"),
        ("answers: [a]", "answers", "write a mapping"),
        ("answers: {Not Lower: yes}", "answers, answer 1", "lower case"),
        ("answers: {fever-today: [1]}", "answers, answer 1", "write yes, no"),
        ("- a\n- b", "person", "not a mapping"),
        ("sex: female\nsex: male", "line 2", "stands twice"),
        ('{"sex": "female", "sex": "male"}', "person", "stands twice"),
        ("5: a", "line 1", "no word"),
        ("a: &x 1\nb: *x", "line 1", "alias or anchor"),
        ("sex: !!python/object:os.system x", "line 1", "a tag"),
        ("sex: !secret x", "line 1", "a tag"),
        ("a: " + "[" * 50 + "]" * 50, "line 1", "nested more than"),
        ("sex: female\n---\nsex: male", "line 2", "a second document"),
        ("sex: [female", "line", "not YAML"),
        ("", "person", "not a mapping"),
    ],
)
def test_a_fault_says_where_and_what_to_write(text, place, advice):
    with pytest.raises(InputError) as caught:
        person(text)
    said = str(caught.value)
    assert place in said
    assert advice in said
    assert "\n" not in said


def test_a_fault_quotes_no_value():
    for text in (
        "sex: Zebulon",
        "conditions: [{name: x, since: Zebulon}]",
        "age: Zebulon",
        "Zebulon: 1",
        "a: [Zebulon",
    ):
        with pytest.raises(InputError) as caught:
            person(text)
        assert "Zebulon" not in str(caught.value)


def test_a_large_file_and_bytes_that_are_no_utf8_are_refused():
    with pytest.raises(InputError, match="larger than 1 MB"):
        person(b"a: " + b"x" * 2**20)
    with pytest.raises(InputError, match="not UTF-8"):
        person(b"sex: \xff\xfe")


def test_a_person_file_is_read_alone():
    with pytest.raises(InputError, match="read alone"):
        read_chart([b"sex: female", b"sex: male"], index=INDEX)


WORDS = st.sampled_from(
    ["sex", "born", "age", "date", "conditions", "observations", "answers", "complete", "name", "value"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**400), 10**400) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(WORDS, VALUES, max_size=5))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_values_give_a_person_or_one_sentence(document):
    import json

    try:
        person(json.dumps(document))
    except InputError as error:
        assert "\n" not in str(error)


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_gives_a_person_or_one_sentence(text):
    try:
        person(text.encode("utf-8", "replace"))
    except InputError as error:
        assert "\n" not in str(error)
