"""The answers file."""

import pytest

from deqi.errors import InputError
from deqi.people.files.answers import read_answers


def test_answers_are_yes_no_a_choice_a_number_or_a_date():
    text = b"""
date: 2026-11-24
answers:
  takes-blood-thinner: no
  numb-feet: yes
  device-kind: pacemaker
  last-inr: {value: 2.5, unit: "{INR}", date: 2026-11-20}
  last-period: 2026-11-01
"""
    found = {one.question: one for one in read_answers(text)}
    assert [one.value for one in found.values()] == ["no", "yes", "pacemaker", 2.5, "2026-11-01"]
    assert (found["numb-feet"].given.latest.day, found["last-inr"].given.latest.day) == (24, 20)
    assert found["last-inr"].unit == "{INR}"


def test_a_file_is_read_by_its_path(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text('{"answers": {"numb-feet": true}}')
    (answer,) = read_answers(path)
    assert (answer.value, answer.origin.file) == ("yes", str(path))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("numb-feet: yes", "the keys are answers and date"),
        ("answers: yes", "write a mapping"),
        ("answers: {numb-feet: {unit: cm}}", "write value"),
        ("answers: {numb-feet: {value: 1, unit: 5}}", "UCUM"),
        ("answers: {numb-feet: null}", "write yes, no"),
        ("answers: {numb-feet: yes}\ndate: today", "write a date"),
    ],
)
def test_a_fault_says_what_to_write(text, advice):
    with pytest.raises(InputError, match=advice):
        read_answers(text.encode())
