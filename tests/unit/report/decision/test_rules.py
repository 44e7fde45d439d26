"""What a page says of a rule is never milder than the rule: each word that bars is there too."""

from __future__ import annotations

import re

import pytest

from deqi.knowledge import load
from deqi.knowledge.rules import Rule
from deqi.knowledge.tables.decision import DecisionPart
from deqi.report.blocks import Items, Say
from deqi.report.phrase import Phrases
from tests.support.decisions import TOPICS, decision, paper
from tests.support.decisions import page as page_of
from tests.support.reports import page_on
from tests.unit.report.decision.test_page import seen

KNOWLEDGE = load()
RULES = {rule.id: rule for rule in KNOWLEDGE.rules}
PARTS = KNOWLEDGE.rows(DecisionPart)
SAME = (
    (r"hospital|emergency department|emergency (?:care|hospital)", r"hospital now|emergency"),
    (
        r"\bno electric current|no electroacupuncture|unless your maternity team|no current",
        r"\bno (?:electric )?current|current",
    ),
    (
        r"no needles? (?:over|near|in|on|where|into)|is left out|left out",
        r"not (?:over|there|on)|no needles|left out|nothing on|none",
    ),
    (r"shallow", r"shallow"),
    (r"within a day|within one working day", r"within a day"),
    (r"same day|call them today|call your (?:cancer|care)[^.]*now", r"today|now"),
    (r"no heat", r"no heat"),
    (r"no needles or studs are left|no needle (?:is|may be) left", r"nothing left in"),
    (r"keep taking", r"keep taking"),
    (r"not be left alone|with someone beside|never alone", r"never alone"),
    (r"nothing is done on the arm", r"nothing on it"),
    (r"eat before", r"eat first"),
    (r"blood count", r"blood count"),
    (
        r"ask (?:the person who prescribes|your (?:doctor|cancer))|see a doctor first|specialist first|specialist soon",
        r"ask your|doctor|specialist",
    ),
)


def words(part: DecisionPart) -> str:
    phrases = Phrases(KNOWLEDGE.texts)
    said = phrases.say(f"decision.part.{part.part}")
    if part.kind in ("hospital", "doctor"):
        said += " " + phrases.say(f"decision.may.{part.kind}", {"signs": said})
    return said.casefold()


def milder(part: DecisionPart, said: str) -> list[str]:
    """What a rule of the part asks for and the words of the page do not."""
    return [
        f"{part.part}: {rule.id} says {rule.plain!r}, the page {said!r}"
        for rule in (RULES[name] for name in part.rules)
        for strict, as_strict in SAME
        if re.search(strict, rule.plain, re.IGNORECASE) and not re.search(as_strict, said)
    ]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.part)
def test_a_part_bars_what_each_of_its_rules_bars(part: DecisionPart) -> None:
    assert milder(part, words(part)) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cord-or-spreading", "see a doctor soon: weakness or numbness spreading over days"),
        ("fever", "fever with low defences: mention it next time"),
        ("implant", "tell them of your pacemaker"),
        ("fits", "no electric current. keep taking your medicine."),
        ("cancer", "no needles over a tumour; none in a radiotherapy field, swollen limb, port side; no current."),
        ("pregnancy", "some points are left out"),
        ("wound", "take care there"),
    ],
)
def test_milder_words_are_found(name: str, said: str) -> None:
    """The comparison can fail: each of these takes one demand out of the words as they are."""
    part = next(one for one in PARTS if one.part == name)
    assert milder(part, words(part)) == [] and milder(part, said) != []


@pytest.mark.parametrize("name", TOPICS)
def test_every_page_carries_every_red_flag_as_strictly_as_its_rule(name: str) -> None:
    """On the decision page in the patient's words, on the one-pager and in the full report in the rule's own."""
    page, clinician = " ".join(seen(page_of(name)).words).casefold(), paper(name)
    flags = {one.refs[0].partition(":")[2]: one for one in clinician.flags}
    listed = {say.refs[0]: say for say in _listed(name)}
    red = [part for part in decision(name).parts if part.kind in ("hospital", "doctor")]
    assert len(red) >= 7
    for part in red:
        said = Phrases(KNOWLEDGE.texts).say(f"decision.part.{part.part}").casefold()
        assert said in page, part.part
        for rule in (RULES[one] for one in part.rules):
            assert flags[rule.id].text == rule.instead and flags[rule.id].strong.startswith(rule.title)
            assert listed[f"rule:{rule.id}"].text.startswith(rule.plain)


def _listed(name: str) -> list[Say]:
    section = next(one for one in page_on(name).sections if one.id == "who-should-not")
    return [say for block in section.card if isinstance(block, Items) for say in block.items]


def test_every_emergency_of_the_rules_stands_under_hospital_or_doctor() -> None:
    said = {name for part in PARTS if part.kind in ("hospital", "doctor", "tile") for name in part.rules}
    red = {rule.id for rule in KNOWLEDGE.rules if rule.red_flag}
    assert red <= said


def _now(rule: Rule) -> bool:
    return bool(
        re.search(
            r"emergency department now|go to (?:a|an) \w+ (?:department )?now|hospital now", rule.plain, re.IGNORECASE
        )
    )


def test_what_a_rule_sends_to_hospital_now_stands_under_hospital() -> None:
    sent = {rule.id for rule in KNOWLEDGE.rules if rule.red_flag and _now(rule)}
    assert sent == {"rapid-progression-gbs", "cauda-equina-or-cord"}
    assert sent <= {name for part in PARTS if part.kind == "hospital" for name in part.rules}
    assert "go to hospital now" in words(next(part for part in PARTS if part.part == "cord-or-spreading"))


def test_six_tiles_and_the_notes_of_diabetes() -> None:
    tiles = [part for part in PARTS if part.kind == "tile"]
    assert [part.part for part in sorted(tiles, key=lambda part: part.order)] == [
        "blood-thinner", "implant", "cancer", "pregnancy", "wound", "fits",
    ]  # fmt: skip
    notes = {part.part for part in PARTS if part.kind == "note" and "dpn" in part.conditions}
    assert {"sugar", "feet", "dialysis-arm", "pump"} <= notes


def test_rules_behind_parts_exist() -> None:
    assert {name for part in PARTS for name in part.rules} <= RULES.keys()
