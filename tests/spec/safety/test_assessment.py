"""From rules to an assessment: candidacy, what replaces and clears what, unreadable charts, the order of questions."""

import dataclasses
import datetime as dt

import msgspec
import pytest

from deqi.errors import InputError
from deqi.knowledge import load
from deqi.knowledge.tables.vocabulary import Setting
from deqi.people.dates import day
from deqi.people.facts import Answer
from deqi.safety.engine import Engine
from deqi.safety.findings import candidacy
from deqi.safety.rules.thresholds import _settings_of
from tests.support.someone import AS_OF, Someone

LOW = [{"set": "platelet-count", "value": 15, "unit": "10*3/uL", "date": "2026-11-22"}]
GBS = {"conditions": [{"set": "gbs", "since": "2026-11-01"}]}


def test_red_flags_come_first_then_the_worst(engine: Engine, someone: Someone) -> None:
    answers = {"emergency-signs-now": "yes", "driving-after": "yes"}
    result = engine.assess(someone(answers, medications=["warfarin"], observations=LOW), AS_OF)
    ranks = ["absolute", "relative", "caution", "information"]
    order = [(not one.rule.red_flag, ranks.index(one.rule.severity)) for one in result.findings]
    assert order == sorted(order)
    assert result.findings[0].rule.id == "acute-emergency"


def test_a_finding_names_its_facts_and_what_speaks_against_them(engine: Engine, someone: Someone) -> None:
    person = someone({"electronic-implant": "yes", "pacemaker": "no"}, devices=["pacemaker"])
    (finding,) = [one for one in engine.assess(person, AS_OF).findings if one.rule.id == "pacemaker-ea"]
    assert [fact.text for fact in finding.because] == ["pacemaker"]
    assert [answer.question for answer in finding.disputed] == ["pacemaker"]


@pytest.mark.parametrize(("verified", "expected"), [("yes", "not-a-candidate"), ("no", "sign-off")])
def test_an_unverified_absolute_rule_bars_nobody_by_itself(
    engine: Engine, someone: Someone, verified: str, expected: str
) -> None:
    (finding,) = [
        one for one in engine.assess(someone(observations=LOW), AS_OF).findings if one.rule.id == "platelets-under-20"
    ]
    rule = msgspec.structs.replace(finding.rule, verified=verified)
    assert candidacy([dataclasses.replace(finding, rule=rule)], ()) == expected


def test_a_replaced_rule_is_not_told(engine: Engine, someone: Someone) -> None:
    person = someone(
        medications=["paclitaxel"],
        observations=[{"set": "body-temperature", "value": 38.6, "unit": "Cel", "date": "2026-11-24"}],
    )
    result = engine.assess(person, AS_OF)
    assert result.states["fever-low-defences"] == "yes"
    assert result.states["fever-unexplained"] == "superseded"
    assert "fever-unexplained" not in [one.rule.id for one in result.findings]
    assert not any("fever-unexplained" in one.decides for one in result.questions)


@pytest.mark.parametrize(("days", "state"), [(0, "cleared"), (30, "cleared"), (31, "yes")])
def test_a_clearance_holds_for_its_days(engine: Engine, someone: Someone, days: int, state: str) -> None:
    given = AS_OF - dt.timedelta(days=days)
    person = someone(conditions=[{"set": "gbs", "since": "2026-10-10"}])
    cleared = Answer("cleared-rapid-progression", "yes", given=day(given))
    result = engine.assess(msgspec.structs.replace(person, answers=(cleared,)), AS_OF)
    assert result.states["rapid-progression-gbs"] == state
    assert ("rapid-progression-gbs" in result.cleared) == (state == "cleared")


def test_a_clearance_without_a_date_clears_nothing(engine: Engine, someone: Someone) -> None:
    person = msgspec.structs.replace(someone(**GBS), answers=(Answer("cleared-rapid-progression", "yes"),))
    assert engine.assess(person, AS_OF).candidacy == "not-a-candidate"


def test_a_rule_that_can_be_cleared_asks_for_it(engine: Engine, someone: Someone) -> None:
    result = engine.assess(someone(**GBS), AS_OF)
    question = next(one for one in result.questions if one.question == "cleared-rapid-progression")
    assert question.decides == ("rapid-progression-gbs",)
    asked = engine.assess(someone({"cleared-rapid-progression": "no"}, **GBS), AS_OF)
    assert "cleared-rapid-progression" not in [one.question for one in asked.questions]


@pytest.mark.parametrize("denial", [{"status": "refuted", "date": "2026-11-01"}, {"status": "past", "until": "2020"}])
def test_an_unreadable_chart_proves_no_absence(engine: Engine, someone: Someone, denial: dict[str, str]) -> None:
    taken = {"medications": [{"code": "rxnorm 1191", **denial}, {"code": "rxnorm 32968", "date": "2026-10-01"}]}
    person = someone(**taken)
    assert engine.assess(person, AS_OF).states["dual-antiplatelet"] == "no"
    torn = msgspec.structs.replace(person, unreadable=frozenset({"medication"}))
    result = engine.assess(torn, AS_OF)
    assert result.states["dual-antiplatelet"] == "unknown"
    assert result.unreadable == ("medication",)


def test_an_unreadable_result_may_be_the_latest(engine: Engine, someone: Someone) -> None:
    person = someone(observations=[{"set": "platelet-count", "value": 200, "unit": "10*3/uL", "date": "2026-11-23"}])
    torn = msgspec.structs.replace(person, unreadable=frozenset({"observation"}))
    assert engine.assess(person, AS_OF).states["platelets-under-20"] == "no"
    assert engine.assess(torn, AS_OF).states["platelets-under-20"] == "unknown"


def test_an_unreadable_list_is_not_complete(engine: Engine, someone: Someone) -> None:
    person = someone(complete=["medications"])
    torn = msgspec.structs.replace(person, unreadable=frozenset({"medication"}))
    assert engine.assess(person, AS_OF).states["antiplatelet-only"] == "no"
    assert engine.assess(torn, AS_OF).states["antiplatelet-only"] == "unknown"


def test_what_could_be_read_of_an_unreadable_chart_still_fires(engine: Engine, someone: Someone) -> None:
    torn = msgspec.structs.replace(someone(medications=["warfarin"]), unreadable=frozenset({"medication"}))
    assert engine.assess(torn, AS_OF).states["anticoagulant-any"] == "yes"


def test_an_answer_settles_what_could_not_be_read(engine: Engine, someone: Someone) -> None:
    torn = msgspec.structs.replace(
        someone({"blood-thinning-medicine": "no"}), unreadable=frozenset({"medication", "condition"})
    )
    assert engine.assess(torn, AS_OF).states["anticoagulant-any"] == "no"


def test_a_plan_rule_without_a_plan_does_not_apply(engine: Engine, someone: Someone) -> None:
    result = engine.assess(someone(), AS_OF)
    plan_rules = {one.rule.id for one in engine.catalog.rules if one.rule.stage == "plan"}
    assert {result.states[rule] for rule in plan_rules} == {"not-applicable"}
    assert not any(rule in plan_rules for one in result.questions for rule in one.decides)


def test_what_could_bar_somebody_is_asked_before_what_could_change_the_treatment(
    engine: Engine, someone: Someone
) -> None:
    blocking = {one.rule.id for one in engine.catalog.rules if one.precludes and one.rule.stage == "booking"} | {
        one.rule.id for one in engine.catalog.rules if one.rule.red_flag
    }
    result = engine.assess(someone(), AS_OF)
    could_bar = [not blocking.isdisjoint(one.decides) for one in result.questions]
    assert could_bar == sorted(could_bar, reverse=True)


def test_a_stricter_threshold_of_the_clinic_counts(someone: Someone) -> None:
    strict = Engine.load(load(), {"platelets-stop": 30})
    person = someone(observations=[{"set": "platelet-count", "value": 25, "unit": "10*3/uL", "date": "2026-11-22"}])
    assert strict.assess(person, AS_OF).states["platelets-under-20"] == "yes"
    (override,) = strict.catalog.settings.overrides
    assert (override.default, override.value) == (20, 30)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"platelets-stop": 10}, "outside 20 to 50"),
        ({"no-such": 1}, "no such setting"),
        ({"bmi-window-days": 5}, "outside"),
    ],
)
def test_bad_thresholds_are_refused(chosen: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Engine.load(load(), chosen)


def test_no_threshold_loosens_an_absolute_rule(engine: Engine) -> None:
    used = {
        name for one in engine.catalog.rules if one.rule.severity == "absolute" for name in _settings_of(one.rule.when)
    }
    rows = [row for row in load().rows(Setting) if row.setting in used]
    assert rows
    for row in rows:
        looser = row.low if row.safer == "higher" else row.high
        if looser != row.default_value:
            with pytest.raises(InputError, match="loosen the absolute rule"):
                Engine.load(load(), {row.setting: looser})
