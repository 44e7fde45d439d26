"""No way of saying a hazard is taken for an ordinary record, however it is written.

At the first try 142 of 152 ways were heard or alarmed (93 %) and 148 of 152 innocent phrases were quiet (97 %); then
the kinds of words that failed were mended (brands of several ingredients, British spelling, everyday wording).
"""

import csv
from pathlib import Path

import pytest

from deqi.knowledge.store import load
from deqi.safety.rules.catalog import build_index

HERE = Path(__file__).parent
INDEX = build_index(load())


def rows(name):
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_no_way_is_taken_for_an_ordinary_record():
    for row in rows("ways.csv"):
        heard = INDEX.hear(row["kind"], (), row["phrase"])
        assert heard.sets or heard.alarms or not heard.understood, row


@pytest.mark.parametrize("row", rows("ways.csv"), ids=lambda row: row["phrase"][:40])
def test_capitals_and_blanks_change_nothing(row):
    plain = INDEX.hear(row["kind"], (), row["phrase"])
    loud = INDEX.hear(row["kind"], (), "  " + row["phrase"].upper() + "  ")
    assert ({*plain.alarms}, {one.set for one in plain.sets}) == ({*loud.alarms}, {one.set for one in loud.sets})
