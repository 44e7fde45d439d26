"""The pages of metafit are what its docstrings say, and every function says what it takes and gives."""

from __future__ import annotations

import inspect
import re

import pytest
from docs.metafit_api import FOLDER, named, pages

import metafit
import metafit.plots

NAMES = [*metafit.__all__, *metafit.plots.__all__]
FUNCTIONS = [name for name in NAMES if inspect.isfunction(named(name))]


def test_the_pages_are_fresh() -> None:
    found = pages()
    assert {path.name for path in FOLDER.glob("*.md")} == set(found)
    stale = [name for name, text in found.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m docs.metafit_api"


def test_every_name_has_a_page() -> None:
    text = "\n".join(pages().values())
    assert [name for name in NAMES if f"## {name}\n" not in text] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_names_every_argument_and_what_comes_back(name: str) -> None:
    function = named(name)
    doc = inspect.getdoc(function) or ""
    assert "\nParameters\n----------\n" in doc and "\nReturns\n-------\n" in doc
    section = doc.split("Parameters\n----------\n")[1].split("\nReturns\n")[0]
    told = [one.strip() for line in re.findall(r"^(\S.*)$", section, re.MULTILINE) for one in line.split(",")]
    assert [p for p in inspect.signature(function).parameters if p not in told] == []
