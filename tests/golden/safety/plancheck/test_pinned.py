"""Every protocol for every archetype, as reviewed by eye and pinned."""

import json
from typing import Any

import pytest

from tests.golden.safety.plancheck.pinned import GOLDEN, PAGE, all_told, page
from tests.support.archetypes import ARCHETYPES

AGAIN = "run .venv/bin/python -m tests.golden.safety.plancheck.pinned and read the difference"


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    return all_told()


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_protocols_are_checked_as_pinned(found: dict[str, dict[str, Any]], archetype: str) -> None:
    pinned = json.loads((GOLDEN / f"{archetype}.json").read_text(encoding="utf-8"))
    assert found[archetype] == pinned, AGAIN


def test_the_page_shows_the_same(found: dict[str, dict[str, Any]]) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(found), AGAIN


def test_a_textbook_leg_plan_for_a_plain_person_is_no_wall_of_warnings(found: dict[str, dict[str, Any]]) -> None:
    plain = found["plain"]["textbook-leg"]
    assert plain["counts"] == {"ok": 8}
    assert plain["headline"] == [] and plain["session"] == []


@pytest.mark.parametrize("archetype", ["diabetic-ulcer", "paclitaxel-low-platelets", "apixaban", "hiv"])
def test_the_standard_protocol_is_flagged_at_ki27_and_for_current_in_numb_feet(
    found: dict[str, dict[str, Any]], archetype: str
) -> None:
    needlings = found[archetype]["dimitrova-2017 within limits"]["needlings"]
    told = {line.partition(":")[0]: line for line in needlings}
    assert told["KI27 both"].partition(": ")[2].startswith(("change", "omit"))
    for point in ("KI1", "LR3"):
        assert "insensate-limb-heat-current=change" in told[f"{point} both"]


def test_no_headline_is_longer_than_three(found: dict[str, dict[str, Any]]) -> None:
    assert all(len(one["headline"]) <= 3 for plans in found.values() for one in plans.values())
