"""Plan rules on plans of one or two needles: what fires, what does not, and that only the matching needle is hit."""

import datetime as dt

import pytest

from deqi.knowledge import load
from deqi.people.dates import DateRange
from deqi.people.facts import Answer, Person
from deqi.safety.findings import assess
from deqi.safety.needling.plan import CurrentPair, Needles, Needling, Plan
from deqi.safety.rules.catalog import Catalog, build_catalog

AS_OF = dt.date(2026, 11, 24)
TODAY = DateRange(AS_OF, AS_OF)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return build_catalog(load())


def fired(catalog: Catalog, plan: Plan, *yes: str, sex: str = "male") -> dict[str, tuple[int, ...]]:
    """The rules that fire, each with the needlings it hits."""
    build = Answer(question="bmi-latest", value=26.0, unit="kg/m2", given=TODAY)
    who = Person(
        token="p1",
        sex=sex,  # type: ignore[arg-type]
        birth=DateRange(dt.date(1970, 1, 1), dt.date(1970, 1, 1)),
        answers=(build, *(Answer(question=name, value="yes", given=TODAY) for name in yes)),
    )
    return {finding.rule.id: finding.needlings for finding in assess(catalog, who, AS_OF, plan).findings}


def one(point: str, depth: float | None = None, angle: str | None = None, technique: str = "manual-needling") -> Plan:
    needling = Needling(point=point, side="left", depth_mm=depth, angle=angle, technique=technique)  # type: ignore[arg-type]
    return Plan(needlings=(needling,))


@pytest.mark.parametrize(
    ("plan", "rule", "fires"),
    [
        (one("BL13", 15, "oblique-to-spine"), "thorax-depth", True),
        (one("BL13", 8, "oblique-to-spine"), "thorax-depth", False),
        (one("CV17", 5, "oblique"), "sternum", True),
        (one("CV17", 5, None), "sternum", True),
        (one("CV17", 10, "transverse"), "sternum", False),
        (one("GV16", 15, "oblique-up"), "suboccipital", True),
        (one("GV16", 15, None), "suboccipital", True),
        (one("GV16", 15, "toward-chin"), "suboccipital", False),
        (one("BL10", 15, "perpendicular"), "suboccipital", True),
        (one("BL52", 20, "oblique-to-spine"), "kidney", True),
        (one("PC6", 25, "perpendicular"), "over-limit-critical", True),
        (one("PC6", 8, "perpendicular"), "over-limit-critical", False),
        (one("CV8", 2), "prohibited-areas", True),
        (one("ST25", 40, "perpendicular"), "abdomen-depth", True),
        (one("GB34", 15, "perpendicular", "lift-thrust"), "nerve-strike", True),
        (one("ST36", 15, "perpendicular", "bee-venom"), "injection-out-of-scope", True),
        (one("ST36", 15, "perpendicular", "bloodletting"), "injection-out-of-scope", False),
    ],
)
def test_what_a_single_needle_fires(catalog: Catalog, plan: Plan, rule: str, fires: bool) -> None:
    assert (rule in fired(catalog, plan)) is fires


@pytest.mark.parametrize(
    ("plan", "answer", "rule"),
    [
        (one("SP6", 15, "perpendicular"), "pregnant", "pregnancy-points"),
        (one("KI1", None, None, "moxibustion"), "numb-or-neuropathy", "moxa-insensate"),
        (one("EX-B2", 30, "perpendicular"), "takes-anticoagulant", "paraspinal-anticoag"),
        (one("BL40", 10, "perpendicular"), "takes-anticoagulant", "anticoag-limb-depth"),
        (one("ST36", 15, None, "cupping"), "takes-anticoagulant", "cupping"),
        (one("SP10", 15, "perpendicular"), "varicose-or-graft-at-site", "varicose-graft-fistula"),
    ],
)
def test_what_a_needle_fires_in_somebody_with_a_fact(catalog: Catalog, plan: Plan, answer: str, rule: str) -> None:
    assert rule in fired(catalog, plan, answer, sex="female")
    assert rule not in fired(catalog, plan, sex="female")


def test_one_deep_chest_needle_bars_itself_alone(catalog: Catalog) -> None:
    plan = Plan(
        needlings=(
            Needling(point="BL13", side="left", depth_mm=15, angle="oblique-to-spine"),
            Needling(point="BL18", side="left", depth_mm=8, angle="oblique-to-spine"),
            Needling(point="GB30", side="left", depth_mm=40, angle="perpendicular"),
        )
    )
    assert fired(catalog, plan)["thorax-depth"] == (0,)


def test_back_points_on_both_sides_are_a_caution_within_their_caps(catalog: Catalog) -> None:
    within = Plan(needlings=(Needling(point="BL18", side="both", depth_mm=8, angle="oblique-to-spine"),))
    beyond = Plan(needlings=(Needling(point="BL18", side="both", depth_mm=20, angle="oblique-to-spine"),))
    assert "thorax-bilateral-within-cap" in fired(catalog, within)
    assert "thorax-bilateral" not in fired(catalog, within)
    assert "thorax-bilateral" in fired(catalog, beyond)
    assert "thorax-bilateral-within-cap" not in fired(catalog, beyond)


def test_current_across_the_chest_is_barred_and_down_a_leg_is_not(catalog: Catalog) -> None:
    def with_current(start: str, end: str, other_side: str) -> Plan:
        return Plan(
            needlings=(
                Needling(point=start, side="left", technique="electroacupuncture"),
                Needling(point=end, side=other_side, technique="electroacupuncture"),  # type: ignore[arg-type]
            ),
            pairs=(CurrentPair(start=start, end=end, start_side="left", end_side=other_side),),  # type: ignore[arg-type]
        )

    assert "ea-across-heart" in fired(catalog, with_current("LI4", "LI11", "right"))
    assert "ea-across-heart" not in fired(catalog, with_current("ST36", "GB34", "left"))


def test_used_needles_bar_needling_and_a_missing_lot_only_tells(catalog: Catalog) -> None:
    plan = Plan(needlings=one("ST36", 15).needlings, needles=Needles(sterile=True, single_use=False))
    found = fired(catalog, plan)
    assert "needle-single-use" in found
    assert "needle-lot" in found
    assert "needle-single-use" not in fired(catalog, one("ST36", 15))
