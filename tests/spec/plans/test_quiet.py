"""Twelve ordinary plans from published protocols, for ordinary people who have answered everything, raise no alarm.

Alarm fatigue is a hazard: what a senior acupuncturist would call noise is not printed. The same plans for somebody of
whom nothing is known ask, and say how much in one line.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.spec.surface import all_answered, asked_on_the_day, assess, place_of

HERE = Path(__file__).parent / "quiet"
PLANS: dict[str, dict[str, Any]] = {
    file.stem: yaml.safe_load(file.read_text("utf-8")) for file in sorted(HERE.glob("*.yaml"))
}
EACH = pytest.mark.parametrize("name", PLANS)

MOST_LINES = 40
MOST_LINES_BELOW_THE_TABLE = 3
MOST_LINES_ABOVE_THE_TABLE = 8


def rows_of_the_table(lines: list[str], plan: dict[str, Any]) -> list[int]:
    """Where the rows of the needlings stand; a row begins with its place and holds its status."""
    places = "|".join(sorted({re.escape(place_of(one)) for one in plan["needlings"]}, key=len, reverse=True))
    row = re.compile(rf"^\W*(?:{places})\b.*\b(?:ok|ok-note|ask|change|omit|no-data)\b")
    return [number for number, line in enumerate(lines) if row.search(line)]


def lines_below_the_table(text: str, plan: dict[str, Any]) -> list[str]:
    """What is printed after the last row of the needlings."""
    lines = text.splitlines()
    rows = rows_of_the_table(lines, plan)
    assert rows, f"no row of the needling table in:\n{text}"
    return [line for line in lines[rows[-1] + 1 :] if line.strip()]


def test_there_are_twelve() -> None:
    assert len(PLANS) == 12


@EACH
def test_each_names_its_source_and_gives_every_depth(name: str) -> None:
    plan = PLANS[name]
    assert plan["source"]
    assert all(one.get("depth_mm") and one.get("angle") and one.get("side") for one in plan["plan"]["needlings"])


@EACH
def test_every_needling_is_ok(name: str) -> None:
    quiet = PLANS[name]
    answers = all_answered(quiet["answers"])
    ran = assess(quiet["person"], quiet["plan"], answers, "--json", "--strict")
    assert ran.err == ""
    loud = [one for one in ran.json["plan"] if one["status"] not in ("ok", "ok-note")]
    assert loud == []
    assert ran.json["candidacy"] == quiet["candidacy"]
    assert ran.code == 0


@EACH
def test_the_page_is_short(name: str) -> None:
    quiet = PLANS[name]
    ran = assess(quiet["person"], quiet["plan"], all_answered(quiet["answers"]))
    assert len(ran.out.splitlines()) <= MOST_LINES
    assert len(lines_below_the_table(ran.out, quiet["plan"])) <= MOST_LINES_BELOW_THE_TABLE


@EACH
def test_the_verdict_and_the_needlings_come_first(name: str) -> None:
    quiet = PLANS[name]
    lines = assess(quiet["person"], quiet["plan"], all_answered(quiet["answers"])).out.splitlines()
    assert rows_of_the_table(lines, quiet["plan"])[0] < MOST_LINES_ABOVE_THE_TABLE


@EACH
def test_questions_of_the_day_hold_no_needling_before_it(name: str) -> None:
    quiet = PLANS[name]
    open_ = dict.fromkeys(asked_on_the_day(), "unsure")
    ran = assess(quiet["person"], quiet["plan"], all_answered(quiet["answers"] | open_), "--json", "--strict")
    assert [one for one in ran.json["plan"] if one["status"] not in ("ok", "ok-note")] == []
    assert ran.code == 0


@EACH
def test_of_nobody_everything_is_asked(name: str) -> None:
    plan = PLANS[name]["plan"]
    ran = assess({}, plan, None, "--json", "--strict")
    assert {one["status"] for one in ran.json["plan"]} == {"ask"}
    assert ran.json["candidacy"] == "ask-first"
    assert ran.code == 1


@EACH
def test_of_nobody_the_open_questions_stand_once(name: str) -> None:
    ran = assess({}, PLANS[name]["plan"])
    counted = [line for line in ran.out.splitlines() if re.search(r"\b\d+ (?:open )?questions?\b", line)]
    assert len(counted) == 1
    assert len(ran.out.splitlines()) <= MOST_LINES
