"""Names of any script stand in columns, and nothing in them is obeyed by a terminal."""

from __future__ import annotations

import pytest

import metafit
from metafit.display.width import padded, printable, wide

NAMES = ["李明 2004", "Mu\u0308ller-Lüdenscheidt 2009", "e\u0301 2001", "A\u200bB\x1b[31m", "Wu\n2020"]


@pytest.mark.parametrize(
    ("text", "places"), [("Li 2004", 7), ("李明", 4), ("e\u0301", 1), ("ﾊﾝ", 2), ("－", 2), ("", 0), ("ü", 1)]
)
def test_places_on_a_terminal(text: str, places: int) -> None:
    assert wide(text) == places
    assert wide(padded(text, 9)) == wide(padded(text, 9, right=True)) == 9


def test_what_a_terminal_would_obey_is_taken_out() -> None:
    assert printable("A\x1b[31m\u202eB\nC\tD\u00a0E") == "A[31mB C D E"
    assert printable("Müller  2004") == "Müller  2004"


def test_tables_of_any_names_are_aligned() -> None:
    data = {"a": [12, 8, 30, 5, 18], "n1": [48, 40, 120, 33, 75], "c": [20, 15, 41, 9, 22], "n2": [50, 41, 118, 30, 77]}
    effects = metafit.escalc("RR", ("a", "n1", "c", "n2"), {**data, "name": NAMES}, names="name")
    for shown in (effects, metafit.leave_one_out(effects), metafit.blups(effects)):
        lines = str(shown).splitlines()[-len(NAMES) :]
        assert len({wide(line) for line in lines}) == 1
        assert all(line.isprintable() for line in lines)
        assert "\x1b" not in shown.summary().html() + repr(shown)
