"""Words stand out from what they lie on, by day, by night and on paper: 4.5 to one, as WCAG 2.2 asks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import deqi
from tests.unit.report.draw.test_draw import luminance

TEMPLATES = Path(deqi.__file__).parent / "report" / "templates"
WORDS_ON = {
    "report.css": (("ink", ("paper", "soft")), ("link", ("paper", "soft"))),
    "decision.css": (("d-ink", ("d-paper", "d-soft", "d-stop-soft")), ("d-link", ("d-paper", "d-soft"))),
}


def schemes(name: str) -> list[tuple[str, dict[str, str]]]:
    """The colours of a style sheet by their names: in the light, in the dark, on paper."""
    found, css = [], (TEMPLATES / name).read_text(encoding="utf-8")
    for block in re.findall(r"\{([^{}]*--(?:d-)?ink:[^{}]*)\}", css):
        colours = dict(re.findall(r"--([\w-]+):(#[0-9a-fA-F]{3,6})", block))
        found.append({key: _long(value) for key, value in colours.items()})
    assert len(found) == 3
    return list(zip(("light", "dark", "print"), found, strict=True))


def _long(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(2 * letter for letter in colour[1:])


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


CASES = [
    (name, scheme, words, under)
    for name, pairs in WORDS_ON.items()
    for scheme, _ in schemes(name)
    for words, papers in pairs
    for under in papers
]


@pytest.mark.parametrize(("name", "scheme", "words", "under"), CASES)
def test_words_can_be_read(name: str, scheme: str, words: str, under: str) -> None:
    colours = dict(schemes(name))[scheme]
    assert contrast(colours[words], colours[under]) >= 4.5


def test_the_measure_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
