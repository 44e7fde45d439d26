"""A clinic's thresholds stay within their listed ranges, and an override is known as one."""

import pytest

from deqi.errors import InputError
from deqi.people.settings import Settings, read_settings
from tests.people.tables import setting

ROWS = (setting("platelets-stop", 20, 10, 50), setting("inr-stop", 3.5, 2, 4, safer="lower", unit="{INR}"))


def test_the_defaults():
    assert Settings.default(ROWS).values == {"platelets-stop": 20, "inr-stop": 3.5}


@pytest.mark.parametrize(
    ("name", "value", "looser"),
    [("platelets-stop", 30, False), ("platelets-stop", 10, True), ("inr-stop", 3, False), ("inr-stop", 4, True)],
)
def test_an_override_says_whether_it_is_looser(name, value, looser):
    found = read_settings(f"settings: {{{name}: {value}}}".encode(), ROWS)
    (override,) = found.overrides
    assert (override.value, override.looser, found.values[name]) == (value, looser, value)


def test_the_default_written_out_is_no_override():
    assert read_settings(b"settings: {inr-stop: 3.5}", ROWS).overrides == ()


def test_lists_may_be_declared_complete_for_everybody():
    assert read_settings(b"complete: [medications, devices]", ROWS).complete == {"medication", "device"}


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("settings: {platelets-stop: 9}", "from 10 to 50"),
        ("settings: {platelets-stop: 51}", "from 10 to 50"),
        ("settings: {platelets-stop: yes}", "from 10 to 50"),
        ("settings: {platelets: 20}", "the settings are inr-stop, platelets-stop"),
        ("settings: [1]", "write a mapping"),
        ("threshold: 5", "the keys are settings and complete"),
        ("complete: [everything]", "write a list of"),
    ],
)
def test_a_fault_says_what_to_write(text, advice):
    with pytest.raises(InputError, match=advice):
        read_settings(text.encode(), ROWS)
