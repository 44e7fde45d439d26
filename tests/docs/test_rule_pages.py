"""The pages about the rules say what the rules and cases say."""

import pytest
from docs.generate import FOLDER, pages

from deqi.knowledge import load

FRESH = pages(load())


def test_there_is_a_page_for_every_theme_and_no_other() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.md")) == sorted(FRESH)


@pytest.mark.parametrize("name", sorted(FRESH))
def test_a_page_is_fresh(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8") if (FOLDER / name).exists() else ""
    assert written == FRESH[name], "stale: run `python -m docs.generate`"


def test_every_rule_has_its_heading() -> None:
    text = "\n".join(FRESH.values())
    assert [rule.id for rule in load().rules if f"\n## {rule.id}\n" not in text] == []
