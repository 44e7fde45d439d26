"""The pages about the rules say what the rules and cases say."""

import functools

import pytest
from docs.generate import FOLDER, pages

from deqi.knowledge import load

NAMES = sorted(path.name for path in FOLDER.glob("*.md"))


@functools.cache
def fresh() -> dict[str, str]:
    return dict(pages(load()))


def test_there_is_a_page_for_every_theme_and_no_other() -> None:
    assert sorted(fresh()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == fresh().get(name), "stale: run `python -m docs.generate`"


def test_every_rule_has_its_heading() -> None:
    text = "\n".join(fresh().values())
    assert [rule.id for rule in load().rules if f"\n## {rule.id}\n" not in text] == []
