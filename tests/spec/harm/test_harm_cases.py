"""Every preventable published injury is at least warned of, with its mechanism named."""

import pytest

from tests.spec.harm.outcome import MECHANISMS, PAGE, RANK, cases, outcome, page

PREVENTABLE = [case for case in cases() if case["preventable"]]


def test_every_case_is_cited_and_has_a_known_mechanism() -> None:
    assert len(cases()) == 56
    assert len(PREVENTABLE) == 49
    assert all(len(case["citation"]) > 20 and case["mechanism"] in MECHANISMS for case in cases())


@pytest.mark.parametrize("case", PREVENTABLE, ids=lambda case: f"{case['id']}-{case['mechanism']}")
def test_at_least_warned(case) -> None:
    told = outcome(case["id"])
    assert RANK.index(told.verdict) >= RANK.index(case["at_least"]), told


@pytest.mark.parametrize("case", PREVENTABLE, ids=lambda case: case["id"])
def test_none_that_was_prevented_is_only_warned_of_now(case) -> None:
    """H05 and H82 were held up by the licence alone, so they are not counted as prevented by the mechanism."""
    if case["before"]["verdict"] == "prevented" and case["id"] not in ("H05", "H82"):
        assert outcome(case["id"]).verdict == "prevented"


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page()
