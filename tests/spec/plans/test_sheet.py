"""The sheet for the treatment room: one A4 with places, depths, and what to do if something happens."""

import pytest

from tests.spec.plans.test_quiet import EACH, PLANS
from tests.spec.surface import all_answered, assess, rows

LINES_OF_AN_A4 = 66
# Sharp pain, breathlessness, lasting swelling, an odd turn: the rows of the table `events` that they mean.
WATCHED_FOR = ("pneumothorax", "nerve_injury", "bruise_haematoma", "vasovagal_syncope")


def sheet(name: str) -> str:
    quiet = PLANS[name]
    ran = assess(quiet["person"], quiet["plan"], all_answered(quiet["answers"]), "--sheet")
    assert ran.err == ""
    return ran.out


@EACH
def test_it_fits_one_page(name: str) -> None:
    assert len(sheet(name).splitlines()) <= LINES_OF_AN_A4


@EACH
def test_every_place_with_its_depth(name: str) -> None:
    lines = sheet(name).splitlines()
    for one in PLANS[name]["plan"]["needlings"]:
        assert any(one["point"] in line and f"{one['depth_mm']}" in line for line in lines), one


@pytest.mark.parametrize("event", WATCHED_FOR)
def test_what_to_do_if(event: str) -> None:
    """The first sentence at least, in the words of the table."""
    (row,) = (row for row in rows("events") if row["event"] == event)
    first = row["do_now"].split(". ")[0]
    assert first in " ".join(sheet("garrow-2014").split())


def test_every_medicine_goes_on_and_insulin_is_named() -> None:
    quiet = PLANS["garrow-2014"]
    person = quiet["person"] | {"medications": ["metformin", "insulin"]}
    answers = all_answered(quiet["answers"] | {"insulin-or-sulfonylurea": "yes"})
    assert "insulin" in assess(person, quiet["plan"], answers, "--sheet").out.lower()
