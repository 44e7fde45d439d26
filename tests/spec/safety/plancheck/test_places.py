"""Restrictions of the person meet the plan's needlings by place, side, technique and flag; never more than those."""

from typing import Any

import pytest

from deqi.people.facts import Answer, Person
from deqi.safety.needling.plan import Needles, Needling, Plan
from deqi.safety.plancheck.check import PlanCheck
from tests.support.archetypes import AS_OF, engine, person


def check(who: str, *needlings: Needling, answers: dict[str, Any] | None = None, **more: Any) -> PlanCheck:
    plan = Plan(needlings=needlings, session_number=2, minutes=20, **more)
    return engine().check_plan(person(who, **(answers or {})), plan, AS_OF)


def needle(point: str, side: str = "both", depth: float = 5, **more: Any) -> Needling:
    return Needling(point=point, side=side, depth_mm=depth, **{"angle": "perpendicular", **more})  # type: ignore[arg-type]


def test_only_the_arm_named_is_to_be_changed_after_node_surgery() -> None:
    hand, leg, chest = check(
        "mastectomy-left", needle("LI4"), needle("ST36"), needle("KI27", "right", angle="oblique")
    ).needlings
    assert hand.by_side == {"left": "change", "right": "ok"}
    assert leg.status == "ok" and chest.status != "omit"


def test_a_side_that_is_not_recorded_bars_both_and_asks() -> None:
    swollen = Person(token="p1", facts=person("plain").facts, answers=(Answer("lymphoedema", "yes"),))
    plan = Plan(needlings=(needle("LI4", "right"), needle("GB41", "left")), session_number=2, minutes=20)
    found = engine().check_plan(swollen, plan, AS_OF)
    for one in found.needlings:
        line = next(line for line in one.lines if line.id == "lymphoedema-limb")
        assert (line.status, line.asks, line.labels) == ("omit", ("lymphoedema-limb",), ("place-assumed",))


def test_an_answer_frees_the_other_limbs() -> None:
    answers = {"limb-swelling-nodes-clot": "yes", "lymphoedema": "yes", "lymphoedema-limb": "left-arm"}
    left, right, leg = check(
        "plain", needle("LI4", "left"), needle("LI4", "right"), needle("GB41"), answers=answers
    ).needlings
    assert (left.status, right.status, leg.status) == ("omit", "ok", "ok")


def test_a_fistula_arm_takes_nothing_at_all() -> None:
    answers = {"implant-or-operation": "yes", "dialysis-fistula": "yes", "dialysis-arm": "left"}
    pads, other = check(
        "plain",
        Needling(point="LI11", side="left", technique="tens"),
        Needling(point="LI11", side="right", technique="tens"),
        answers=answers,
    ).needlings
    assert (pads.status, pads.findings[0]) == ("omit", "dialysis-access-arm")
    assert other.status != "omit"


def test_sore_skin_bars_its_own_region_only() -> None:
    answers = {"skin-problem-at-site": "yes", "skin-problem-where": "left-foot"}
    foot, other, knee = check(
        "plain", needle("GB41", "left"), needle("GB41", "right"), needle("ST36"), answers=answers
    ).needlings
    assert (foot.status, other.status, knee.status) == ("omit", "ok", "ok")


def test_a_numb_area_that_is_not_mapped_is_the_widest_place() -> None:
    answers = {"numb-or-neuropathy": "yes", "numb-where": "several"}
    foot, hand, leg = check(
        "plain",
        *(Needling(point=point, side="left", technique="moxibustion") for point in ("KI1", "LI4", "ST36")),
        answers=answers,
    ).needlings
    assert {foot.status, hand.status, leg.status} == {"omit"}
    mapped = {"numb-or-neuropathy": "yes", "numb-where": "both-foot"}
    foot, leg = check(
        "plain",
        *(Needling(point=point, side="left", technique="moxibustion") for point in ("KI1", "ST36")),
        answers=mapped,
    ).needlings
    assert (foot.status, leg.status) == ("omit", "ok")


def test_a_blood_thinner_is_a_limit_of_depth() -> None:
    fine = Needles(gauge_mm=0.2, length_mm=13)
    shallow, middle, over, deep, lung = check(
        "apixaban",
        needle("SP6", depth=4),
        needle("PC6", depth=8),
        needle("KI3", depth=11),
        needle("LI11", depth=24),
        needle("KI27", depth=4, angle="oblique"),
        needles=fine,
    ).needlings
    assert [one.status for one in (shallow, middle, over, deep, lung)] == [
        "ok-note",
        "change",
        "omit",
        "change",
        "omit",
    ]
    assert "eep taking" in " ".join(line.plain for line in middle.lines)
    thick = check("apixaban", needle("SP6", depth=4), needles=Needles(gauge_mm=0.25, length_mm=13)).needlings[0]
    assert thick.status == "change" and "anticoag-limb-needle" in thick.findings


def test_a_defibrillator_bars_current_anywhere_and_needles_beside_it() -> None:
    current, hand, near, far = check(
        "icd",
        needle("ST36", "left", technique="electroacupuncture"),
        needle("LI4", "left"),
        needle("KI27", "left", angle="oblique"),
        needle("KI27", "right", angle="oblique"),
    ).needlings
    assert (current.status, hand.status, near.status) == ("omit", "ok", "omit")
    assert far.status in ("change", "ask")


def test_everything_is_left_out_for_somebody_who_must_not_be_needled() -> None:
    found = check("plain", needle("LI4"), needle("ST36"), answers={"intoxicated-now": "yes"})
    assert [one.status for one in found.needlings] == ["omit", "omit"]
    assert found.headline[0].line.id == "intoxicated" and found.without.needlings == ()
    assert found.session[0].id == "intoxicated"


def test_needles_that_are_not_sterile_bar_needling_and_not_moxibustion() -> None:
    found = check(
        "plain",
        needle("ST36"),
        Needling(point="ST25", side="both", technique="moxibustion"),
        needles=Needles(sterile=False, single_use=True, lot="A1", expiry=AS_OF),
    )
    assert [one.status for one in found.needlings] == ["omit", "ok"]
    assert found.session[0].id == "needle-single-use"


@pytest.mark.parametrize("technique", ["warm-needle", "wet-cupping"])
def test_whatever_pierces_is_held_to_the_rules_of_needling(technique: str) -> None:
    (one,) = check("thin-emphysema", needle("BL13", angle="oblique-to-spine", technique=technique)).needlings
    assert one.status == "omit" and "lung-hyperinflation" in one.findings


def test_one_hazard_gives_one_line() -> None:
    (one,) = check("thin-emphysema", needle("BL13", depth=12, angle="perpendicular")).needlings
    lung = [line for line in one.lines if line.id in ("lung-hyperinflation", "thin-thorax", "thorax-depth")]
    assert len(lung) == 1
    assert {"thin-thorax", "thorax-depth"} <= set(lung[0].also)


def test_labels_say_what_is_default_and_what_could_not_be_verified() -> None:
    (one,) = check("diabetic-ulcer", needle("AUR-CG", technique="indwelling")).needlings
    line = next(line for line in one.lines if line.id == "indwelling-numb-or-diabetes")
    assert line.labels == ("unverified",)
    deep = check("plain", needle("ST36", depth=28)).needlings[0].lines[0]
    assert set(deep.labels) == {"default", "unverified"}


def test_a_first_visit_is_told_beside_the_needlings_and_marks_none() -> None:
    needlings = (needle("ST36", depth=20), *(needle(f"GB{number}") for number in range(36, 42)))
    found = engine().check_plan(person("plain"), Plan(needlings=needlings, session_number=1, minutes=45), AS_OF)
    assert {"first-session", "first-session-dose"} <= {line.id for line in found.session if line.status == "change"}
    assert all(one.status != "change" for one in found.needlings)


def test_a_long_needle_is_told_beside_the_needlings_with_their_points() -> None:
    lung = needle("BL13", "left", angle="oblique-to-spine")
    found = check("plain", needle("KI3"), lung, needle("ST36"), needles=Needles(length_mm=40))
    (line,) = [line for line in found.session if line.id == "needle-length"]
    assert line.status == "ok-note" and line.title.endswith(": BL13 left")


def test_a_plan_without_the_unsafe_passes_its_own_check() -> None:
    plan = Plan(needlings=(needle("LI4"), needle("GB41"), needle("SP6")), session_number=2, minutes=20)
    for who in ("mastectomy-left", "apixaban", "pregnant-14-weeks", "diabetic-ulcer"):
        first = engine().check_plan(person(who), plan, AS_OF)
        again = engine().check_plan(person(who), first.without, AS_OF)
        assert not {"omit", "change"} & {one.status for one in again.needlings}
