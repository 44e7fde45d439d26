"""Restrictions filled in for a person: site and side from the fact or the answer, the widest place without."""

import pytest

from deqi.safety.engine import Engine
from deqi.safety.findings import Finding
from tests.support.someone import AS_OF, Someone


def found(engine: Engine, someone: Someone, rule: str, answers=None, **person) -> Finding:
    result = engine.assess(someone(answers, **person), AS_OF)
    return next(one for one in result.findings if one.rule.id == rule)


def places(finding: Finding) -> set[tuple[tuple[str, ...], str, bool]]:
    return {(one.regions, one.side, one.assumed) for one in finding.restricts}


def test_site_and_side_of_the_fact(engine: Engine, someone: Someone) -> None:
    finding = found(
        engine, someone, "lymphoedema-limb", conditions=[{"name": "lymphoedema", "site": "arm", "side": "left"}]
    )
    assert (("arm",), "left", False) in places(finding)
    assert finding.asks == ()


def test_a_part_stands_for_the_whole_limb(engine: Engine, someone: Someone) -> None:
    finding = found(
        engine, someone, "lymphoedema-limb", conditions=[{"name": "lymphoedema", "site": "forearm", "side": "right"}]
    )
    assert (("arm",), "right", False) in places(finding)


def test_nothing_recorded_means_both_sides_and_a_question(engine: Engine, someone: Someone) -> None:
    finding = found(engine, someone, "lymphoedema-limb", conditions=["lymphoedema"])
    assert (("arm", "leg"), "both", True) in places(finding)
    assert finding.asks == ("lymphoedema-limb",)


def test_the_side_alone_still_asks_for_the_limb(engine: Engine, someone: Someone) -> None:
    finding = found(engine, someone, "lymphoedema-limb", conditions=[{"name": "lymphoedema", "side": "left"}])
    assert (("arm", "leg"), "left", True) in places(finding)
    assert finding.asks == ("lymphoedema-limb",)


def test_the_answer_fills_in_what_the_record_leaves_out(engine: Engine, someone: Someone) -> None:
    finding = found(engine, someone, "lymphoedema-limb", {"lymphoedema-limb": "left-arm"}, conditions=["lymphoedema"])
    assert (("arm",), "left", False) in places(finding)
    assert all(side == "left" for _, side, _ in places(finding))


def test_record_and_answer_that_differ_both_count(engine: Engine, someone: Someone) -> None:
    finding = found(
        engine,
        someone,
        "lymphoedema-limb",
        {"lymphoedema-limb": "left-arm"},
        conditions=[{"name": "lymphoedema", "site": "leg", "side": "right"}],
    )
    assert {(("arm",), "left", False), (("leg",), "right", False)} <= places(finding)


def test_several_places_are_not_asked_for_again(engine: Engine, someone: Someone) -> None:
    person = {"tumour-at-site": "yes", "tumour-where": "several"}
    finding = found(engine, someone, "tumour-at-site", person, conditions=["breast cancer"])
    assert places(finding) == {(("body",), "both", True)}
    assert "tumour-where" not in finding.asks


@pytest.mark.parametrize(
    ("answer", "regions", "side"),
    [("head", ("head",), "both"), ("left-leg", ("leg",), "left"), ("both-arm", ("arm",), "both")],
)
def test_whole_body_places_narrow_to_the_answer(
    engine: Engine, someone: Someone, answer: str, regions: tuple[str, ...], side: str
) -> None:
    person = {"tumour-at-site": "yes", "tumour-where": answer}
    finding = found(engine, someone, "tumour-at-site", person, conditions=["breast cancer"])
    assert places(finding) == {(regions, side, False)}


def test_the_spine_narrows_to_a_level(engine: Engine, someone: Someone) -> None:
    answers = {"spine-problem": "yes", "spine-told-unstable": "yes", "spine-where": "lower-back"}
    finding = found(engine, someone, "unstable-spine", answers)
    (one,) = finding.restricts
    assert (one.regions, one.within, one.assumed) == (("paraspinal", "spine-midline"), "lower-back", False)


def test_a_rule_about_no_place_asks_for_none(engine: Engine, someone: Someone) -> None:
    finding = found(engine, someone, "anticoagulant-any", medications=["warfarin"])
    assert finding.asks == ()
    assert all(one.side == "both" and not one.assumed for one in finding.restricts)
