"""A plan as people jot it down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deqi.knowledge import load
from deqi.safety.needling.plan_file import plan_of
from deqi.safety.needling.shorthand import Jotted, Shorthand, as_mapping, written

READER = Shorthand(load())


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("ST36 L/R 15mm", Jotted("ST36", side="both", depth="15")),
        ("st 36 left 15 mm oblique", Jotted("st 36", side="left", depth="15", angle="oblique")),
        ("SP6 r perp EA 20min 10mm", Jotted("SP6", "right", "10", "perpendicular", "electroacupuncture", "", "20")),
        ("Zusanli 45° L press needle", Jotted("Zusanli", side="left", angle="45", technique="indwelling")),
        ("Bafeng 2 left 8mm", Jotted("Bafeng 2", side="left", depth="8")),
        ("EX-LE10 web-2 both", Jotted("EX-LE10", side="both", segment="web-2")),
        ("BL13, left, 6,5mm, oblique-to-spine", Jotted("BL13", side="left", depth="6.5", angle="oblique-to-spine")),
        ("sole of the foot right", Jotted("sole of the foot", side="right")),
        ("LI4", Jotted("LI4")),
        ("足三里 L", Jotted("足三里", side="left")),
    ],
)
def test_a_line_is_read(line: str, wanted: Jotted) -> None:
    assert READER.read(line) == ((wanted,), ())


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("ST36 left 1cun", "1cun"),
        ("ST36 left hello 15mm", "hello"),
        ("ST36 left right", "right"),
        ("ST36 15mm 20mm", "20mm"),
        ("left ST36", "left"),
        ("15mm", "15mm"),
        ("ST36 left 1500mm", "1500mm"),
    ],
)
def test_a_word_that_is_not_understood_is_said_and_its_line_gives_nothing(line: str, word: str) -> None:
    needles, refused = READER.read(f"LI4 both\n{line}")
    assert [one.place for one in needles] == ["LI4"]
    assert word in [one.word for one in refused]
    assert {(one.line, one.text) for one in refused} == {(2, line)}


def test_a_side_is_never_guessed() -> None:
    (one,), refused = READER.read("ST36 15mm")
    assert (one.side, one.angle, one.technique, refused) == ("", "", "", ())


NEEDLES = st.builds(
    Jotted,
    place=st.sampled_from(["ST36", "LI 4", "Taichong", "calf", "KI3"]),
    side=st.sampled_from(["", "left", "right", "both"]),
    depth=st.sampled_from(["", "5", "12.5", "30"]),
    angle=st.sampled_from(["", "oblique", "transverse", "30", "oblique-down"]),
    technique=st.sampled_from(["", "electroacupuncture", "manual-needling", "warm-needle"]),
    segment=st.just(""),
    minutes=st.sampled_from(["", "20"]),
)


@given(st.lists(NEEDLES, max_size=6))
def test_what_is_written_is_read_again(needles: list[Jotted]) -> None:
    assert READER.read("\n".join(written(needles))) == (tuple(needles), ())


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    needles, refused = READER.read(text)
    assert all(one.place for one in needles)
    assert all(len(one.word) <= 40 for one in refused)


def test_a_jotted_needle_is_a_needle_of_a_plan_file() -> None:
    (one,), _ = READER.read("ST36 left 15mm 30° EA 20min")
    plan = plan_of({"needlings": [{"point": one.place, **as_mapping(one)}]}, "plan")
    (needle,) = plan.needlings
    assert (needle.side, needle.depth_mm, needle.degrees, needle.retention_min) == ("left", 15.0, 30.0, 20.0)
    assert (needle.angle, needle.technique) == ("oblique", "electroacupuncture")
