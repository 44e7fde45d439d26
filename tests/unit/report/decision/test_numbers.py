"""Every number of the decision page and the one-pager, worked out again from the tables by other means."""

from __future__ import annotations

import math
import re

import pytest

from deqi.report.blocks import Say
from deqi.report.decision.parts import Fold, Lines, Pair, Part
from tests.support.arithmetic import exact, log_rr, table
from tests.support.decisions import TOPICS, decision, sheet


def parts(name: str) -> list[Part]:
    found: list[Part] = []
    for section in sheet(name).sections:
        for part in section.parts:
            found += part.parts if isinstance(part, Fold) else [part]
    return found


def half_up(value: float) -> int:
    return int(value + 0.5)


def test_the_two_hundreds_of_diabetes_from_the_counts() -> None:
    counts = {(row["outcome"], row["arm"]): row for row in table("outcome_values") if row["events"]}
    outcome = next(
        row["outcome"] for row in table("outcomes") if row["trial"] == "shin2018" and row["name"].startswith(">=50")
    )
    a, n = (int(counts[outcome, "acupuncture"][name]) for name in ("events", "total"))
    c, m = (int(counts[outcome, "control"][name]) for name in ("events", "total"))
    assert (a, n, c, m) == (9, 58, 3, 48)
    y, v = log_rr(a, n, c, m)
    risk = c / m
    low, best, high = (
        100 * risk * math.exp(y + z * math.sqrt(v)) for z in (-1.959963984540054, 0.0, 1.959963984540054)
    )
    least, most = exact(c, m)
    pair = next(part for part in parts("diabetic") if isinstance(part, Pair))
    assert [int(one) for one in re.findall(r"\d+", pair.left.caption)] == [
        half_up(best), 100, 100 - half_up(best), half_up(low), half_up(high),
    ]  # fmt: skip
    assert [int(one) for one in re.findall(r"\d+", pair.right.caption)] == [
        half_up(100 * risk), half_up(100 * least), half_up(100 * most),
    ]  # fmt: skip


def test_harm_of_a_thousand_from_the_survey() -> None:
    rows = {row["harm"]: row for row in table("harm_rows")}
    lines = next(part for part in parts("diabetic") if isinstance(part, Lines) and part.narrow == "numbers")
    for name, number, span in lines.rows:
        row = rows[name.refs[0].partition(":")[2]]
        events, total = float(row["events"]) if row["events"] else None, float(row["denominator"])
        if events is None or number.text.startswith("fewer"):
            continue
        assert int(number.text) == half_up(1000 * events / total)
        low, high = exact(events, total)
        assert span.text == f"{half_up(1000 * low)} to {half_up(1000 * high)}"


@pytest.mark.parametrize("name", TOPICS)
def test_options_stand_as_their_rows_print_them(name: str) -> None:
    counts = {row["effect"]: row for row in table("alternative_counts")}
    scores = {row["effect"]: row for row in table("alternative_scores")}
    seen = 0
    for part in parts(name):
        for row in part.rows if isinstance(part, Lines) else ():
            reference = next((one for one in row[1].refs if one.startswith("effect:")), "")
            effect = reference.partition(":")[2]
            if not effect:
                continue
            found = re.match(r"(\d+) (more|fewer)", row[1].text)
            if found is None:
                continue
            seen += 1
            signed = int(found[1]) * (1 if found[2] == "more" else -1)
            printed = counts.get(effect, {}).get("difference")
            wanted = float(printed) if printed else 100 / float(scores[effect]["nnt"])
            assert signed == pytest.approx(wanted, abs=0.51), effect
    assert seen or not decision(name).options or name == "idiopathic"


def test_options_of_a_page_are_of_this_condition_where_it_has_any() -> None:
    for name in TOPICS:
        own = {one.effect.condition for one in decision(name).options}
        assert len(own) <= 1
    assert {one.effect.condition for one in decision("diabetic").options} == {"dpn"}


def test_prevention_never_stands_beside_relief() -> None:
    assert all(one.effect.purpose == "treatment" for name in TOPICS for one in decision(name).options)


@pytest.mark.parametrize("name", TOPICS)
def test_a_sentence_with_a_number_names_its_people_and_its_interval(name: str) -> None:
    """On help and harm: how many people, trials or visits, and the range; or the counts themselves."""
    ranges = re.compile(r"\([\d.,]+( worse| fewer)? to [\d.,]+|Could be [\d.]+ to|\d of \d+ against \d|up to [\d.]+ of")
    people = re.compile(r"[\d,]+ (people|visits)|of [\d,]+")
    told = 0
    for section in sheet(name).sections:
        for part in section.parts if section.id in ("d-help", "d-harm") else ():
            if isinstance(part, Say) and any(one.startswith(("harm:", "value:", "contrast:")) for one in part.refs):
                if not re.search(r"\d", part.text):
                    continue
                told += 1
                assert people.search(part.text), part.text
                assert ranges.search(part.text) or "had no side effect" in part.text, part.text
    assert told >= 5
