"""What a current passes through, and that both its ends count."""

import pytest

from deqi.safety.needling.anatomy import crossed
from deqi.safety.needling.plan import CurrentPair, Needling, Plan
from deqi.safety.needling.plan_file import plan_of
from deqi.safety.rules.truth import Truth
from tests.support.archetypes import AS_OF, engine, person


def path(start: str, end: str, start_side: str | None, end_side: str | None) -> CurrentPair:
    return CurrentPair(start=start, end=end, start_side=start_side, end_side=end_side)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pair", "region", "truth"),
    [
        (path("LI4", "LI11", "left", "left"), "thorax", Truth.NO),
        (path("LI4", "LI11", "left", "right"), "thorax", Truth.YES),
        (path("LI4", "LI11", None, "left"), "thorax", Truth.UNKNOWN),
        (path("LI4", "ST36", "left", "left"), "thorax", Truth.YES),
        (path("ST36", "LI4", "left", "left"), "thorax", Truth.YES),
        (path("ST36", "ST36", "left", "right"), "thorax", Truth.NO),
        (path("ST36", "ST36", "left", "right"), "abdomen", Truth.YES),
        (path("ST36", "GB34", "right", "right"), "abdomen", Truth.NO),
        (path("BL23", "BL40", "left", "left"), "thorax", Truth.NO),
        (path("BL13", "BL40", "left", "left"), "thorax", Truth.YES),
        (path("ST4", "ST6", "left", "left"), "orbit", Truth.NO),
        (path("ST6", "ST6", "left", "right"), "orbit", Truth.YES),
        (path("ST6", "LI4", "left", "left"), "neck-front", Truth.YES),
    ],
)
def test_what_lies_between_two_needles(pair: CurrentPair, region: str, truth: Truth) -> None:
    assert crossed(pair, (region,), engine().catalog) is truth


def test_every_two_parts_of_the_body_have_a_path() -> None:
    ends = {"arm": "LI4", "leg": "ST36", "trunk": "BL23", "neck": "GV14", "head": "ST6"}
    for one in ends.values():
        for other in ends.values():
            assert crossed(path(one, other, "left", "right"), ("thorax",), engine().catalog) is not Truth.UNKNOWN


def electric(*needles: tuple[str, str], pairs: tuple[CurrentPair, ...] = ()) -> Plan:
    return Plan(
        needlings=tuple(
            Needling(point=point, side=side, depth_mm=5, angle="perpendicular", technique="electroacupuncture")  # type: ignore[arg-type]
            for point, side in needles
        ),
        pairs=pairs,
        session_number=2,
    )


def test_current_across_the_chest_is_left_out() -> None:
    plan = electric(("LI4", "both"), ("ST36", "left"), pairs=(path("LI4", "LI4", "left", "right"),))
    hand, leg = engine().check_plan(person("plain"), plan, AS_OF).needlings
    assert hand.status == "omit" and hand.findings[0] == "ea-across-heart"
    assert leg.status == "ask"  # its partner is not written


def test_both_ends_of_a_current_into_a_numb_foot_must_change() -> None:
    plan = electric(("KI3", "left"), ("KI1", "left"), pairs=(path("KI3", "KI1", "left", "left"),))
    checked = engine().check_plan(person("hiv"), plan, AS_OF)
    assert [one.status for one in checked.needlings] == ["change", "change"]
    assert checked.without.needlings == () and checked.without.pairs == ()


def test_a_needle_whose_partner_goes_is_done_by_hand() -> None:
    plan = electric(("ST36", "left"), ("CV12", "midline"), pairs=(path("ST36", "CV12", "left", None),))
    deep = Plan(
        needlings=(
            plan.needlings[0],
            Needling(point="CV12", side="midline", depth_mm=40, technique="electroacupuncture"),
        ),
        pairs=plan.pairs,
        session_number=2,
    )
    without = engine().check_plan(person("plain"), deep, AS_OF).without
    assert [(one.point, one.technique) for one in without.needlings] == [("ST36", "manual-needling")]


def test_current_may_join_regions() -> None:
    """A region is the end of a current as its points are: over the chest it must not run."""
    plan = plan_of(
        {
            "needlings": [
                {"region": "upper-back", "side": "left", "technique": "electroacupuncture"},
                {"region": "forearm", "side": "left", "technique": "electroacupuncture"},
            ],
            "pairs": [{"start": "upper-back", "end": "forearm", "start_side": "left", "end_side": "left"}],
        },
        "plan",
    )
    back, arm = engine().check_plan(person("plain"), plan, AS_OF).needlings
    assert "ea-across-heart" in back.findings and "ea-across-heart" in arm.findings
    assert (back.status, arm.status) == ("omit", "omit")
