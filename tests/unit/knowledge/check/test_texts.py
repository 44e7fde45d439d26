"""A second language says all that English says, or the check names what it lacks."""

from pathlib import Path

import pytest

from deqi.knowledge import Knowledge
from deqi.knowledge.check import check_all
from deqi.knowledge.check.texts import text_faults


@pytest.fixture
def dutch(copy: Path) -> Path:
    """A copy of the shipped knowledge with English words that are called Dutch."""
    text = copy / "text"
    (text / "nl").mkdir()
    for path in (text / "en.yaml", *(text / "en").glob("*.yaml")):
        target = text / "nl.yaml" if path.parent == text else text / "nl" / path.name
        target.write_bytes(path.read_bytes())
    return copy


def change(folder: Path, before: str, after: str) -> list[str]:
    path = folder / "text" / "nl.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")
    return [f"{fault.place}: {fault.problem}" for fault in text_faults(Knowledge(folder))]


def test_a_whole_language_has_no_fault(dutch: Path) -> None:
    assert Knowledge(dutch).languages == ("en", "nl")
    assert list(text_faults(Knowledge(dutch))) == []


def test_a_page_is_in_the_language(dutch: Path) -> None:
    change(dutch, "answer.heading: In short", "answer.heading: In het kort")
    assert Knowledge(dutch, "nl").texts["answer.heading"] == "In het kort"
    assert Knowledge(dutch).texts["answer.heading"] == "In short"


def test_a_key_that_is_missing_or_misspelt_is_named(dutch: Path) -> None:
    assert change(dutch, "answer.heading: In short", "answer.header: In het kort") == [
        "text/nl, answer.heading: has no words in this language",
        "text/nl, answer.header: is no key of text/en",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Acupunctuur bij {aandoening}", "fills in aandoening, and English fills in condition"),
        ("Acupunctuur", "fills in -, and English fills in condition"),
        ("Acupunctuur bij {condition", "fills in ?, and English fills in condition"),
    ],
)
def test_what_is_filled_in_stays_the_same(dutch: Path, words: str, said: str) -> None:
    found = change(dutch, 'title: "Acupuncture for {condition}"', f'title: "{words}"')
    assert found == [f"text/nl, title: {said}"]


def test_words_that_cannot_be_read_are_a_fault(dutch: Path) -> None:
    (dutch / "text" / "nl" / "check.yaml").write_text("check.cap-basis: [1, 2]\n", encoding="utf-8")
    places = {fault.place for fault in check_all(dutch).faults}
    assert places == {"text/nl"}
