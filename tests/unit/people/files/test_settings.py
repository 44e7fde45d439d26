"""The settings file; its ranges are tested with the rules."""

import pytest

from deqi.errors import InputError
from deqi.people.files.settings import read_settings


def test_thresholds_and_complete_lists():
    found = read_settings(b"settings: {platelets-stop: 25, inr-stop: 3.5}\ncomplete: [medications, devices]")
    assert found.chosen == {"platelets-stop": 25.0, "inr-stop": 3.5}
    assert found.complete == {"medication", "device"}


def test_a_file_is_read_by_its_path_and_may_be_short(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("complete: [allergies]\n")
    assert (read_settings(path).chosen, read_settings(path).complete) == ({}, {"allergy"})


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("settings: {platelets-stop: yes}", "entry 1: write a number"),
        ("settings: {platelets-stop: .nan}", "entry 1: write a number"),
        ("settings: [1]", "write a mapping"),
        ("threshold: 5", "the keys are settings and complete"),
        ("complete: [everything]", "write a list of"),
    ],
)
def test_a_fault_says_what_to_write(text, advice):
    with pytest.raises(InputError, match=advice):
        read_settings(text.encode())
