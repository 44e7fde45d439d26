"""The examples of the manual page, run as they stand."""

from __future__ import annotations

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "coming-from-metafor.md"


def test_the_examples_of_the_manual_hold() -> None:
    text = PAGE.read_text().replace("```", "")
    examples = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    told: list[str] = []
    doctest.DocTestRunner(verbose=False).run(examples, out=told.append)
    assert len(examples.examples) > 15
    assert not told, "".join(told)
