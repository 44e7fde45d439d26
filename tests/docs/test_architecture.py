"""ARCHITECTURE draws the folders that there are, with the arrows that are held."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROOMS = {path.parent.name for path in (ROOT / "src" / "deqi").glob("*/__init__.py")}


def arrows() -> list[set[str]]:
    """The layers of the page, lowest first."""
    (line,) = re.findall(r"^`(metafit .+)`\.$", PAGE, re.MULTILINE)
    return [set(layer.split(" | ")) for layer in line.split(" < ")]


def test_the_arrows_are_those_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = [one for one in project["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    held = [
        {name.strip(" ()").removeprefix("deqi.") for name in layer.split("|")} for layer in reversed(contract["layers"])
    ]
    assert arrows() == held
    assert set().union(*held) == ROOMS | {"metafit"}
    assert contract["name"].partition(": ")[2].split(" < ")[-1] == "cli"


def test_every_room_is_drawn_and_in_the_table() -> None:
    drawing = PAGE.split("```")[1]
    assert [room for room in sorted(ROOMS | {"metafit"}) if f"{room}/" not in drawing] == []
    table = {name for line in re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)}
    assert table == ROOMS


def test_the_glossary_says_each_word_once() -> None:
    words = re.findall(r"^\| ([^|]+) \|", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(words) > 50 and sorted(words) == sorted(set(words))
