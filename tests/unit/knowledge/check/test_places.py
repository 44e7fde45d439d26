"""Faults of the body map that the check must find."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from deqi.knowledge.check.places import place_faults
from deqi.knowledge.store import DATA, Knowledge


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("point_places", "ST36,,lower-leg,3,,34,text", "ST36,,lower-leg,3,1,34,text", "either"),
        ("point_places", "ST36,,lower-leg,3,,34,text", "ST36,,lower-leg,3,1,,text", "midline"),
        ("point_places", "ST36,,lower-leg,3,,34,text", "ST36,,lower-leg,30,,34,text", "30 cun"),
        ("point_places", "ST36,,lower-leg", "ST37,x,lower-leg", "says where it lies"),
        ("segments", ",leg,19,none", ",lag,19,none", "lag"),
        ("body_marks", "0/-3.2", "0:-3.2", "0:-3.2"),
    ],
)
def test_a_fault_of_the_map_is_named(tmp_path: Path, table: str, old: str, new: str, words: str) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    assert list(place_faults(Knowledge(folder))) == []
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    (fault,) = place_faults(Knowledge(folder))
    assert words in fault.problem
