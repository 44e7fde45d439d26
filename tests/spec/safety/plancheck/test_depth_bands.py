"""Depth bands by hand: limit, textbook, measured distance, body size, flat needles, nothing known."""

import pytest

from deqi.safety.needling.plan import Needles, Needling, Plan, Practitioner
from tests.support.archetypes import AS_OF, engine, nobody, person

WHO = Practitioner(licence_valid_until=AS_OF, competences=("restricted-points",))
SHORT = Needles(sterile=True, single_use=True, lot="A1", expiry=AS_OF, length_mm=5)


def check(needling: Needling, who: str = "plain"):  # type: ignore[no-untyped-def]
    plan = Plan(needlings=(needling,), session_number=2, minutes=20, needles=SHORT, practitioner=WHO)
    return engine().check_plan(person(who), plan, AS_OF).needlings[0]


def at(point: str, depth: float | None, angle: str | None = "perpendicular", **more: str):  # type: ignore[no-untyped-def]
    side = "midline" if point.startswith(("CV", "GV")) else "left"
    return check(Needling(point=point, side=side, depth_mm=depth, angle=angle, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("point", "depth", "angle", "status"),
    [
        ("ST36", 25, "perpendicular", "ok"),  # limit 25
        ("ST36", 25.5, "perpendicular", "ok-note"),  # textbooks 30
        ("ST36", 30, "perpendicular", "ok-note"),
        ("ST36", 30.5, "perpendicular", "omit"),
        ("PC6", 12, "perpendicular", "ok-note"),  # limit 10, textbooks 20, a nerve below
        ("CV12", 4, "perpendicular", "ok"),  # limit 4
        ("CV12", 15, "perpendicular", "change"),  # bowel below, textbooks 30
        ("CV12", 18.2, "perpendicular", "omit"),  # the wall of women of normal weight, on average
        ("CV12", 31, "perpendicular", "omit"),
        ("BL40", 16, "perpendicular", "change"),  # limit 15, textbooks 25, popliteal vessels
        ("KI27", 8, "oblique", "ok"),
        ("KI27", 10, "oblique", "change"),  # limit 8, textbooks 12.5, lung
        ("BL43", 8, "oblique-to-spine", "ok"),  # 6.9 mm deep at 60 degrees; limit 7
        ("BL43", 9.3, "oblique-to-spine", "change"),  # 8.1 mm deep; textbooks 12.5 along the needle, lung
        ("BL43", 10.9, "oblique-to-spine", "omit"),  # 9.4 mm deep: the thinnest back wall of 187 adults
        ("CV8", 1, "perpendicular", "omit"),  # limit 0
        ("ST11", 1, "perpendicular", "omit"),
        ("ST36", None, "perpendicular", "ask"),
        ("KI27", 8, None, "ask"),  # only some angles are accepted over the lung
        ("KI27", 8, "perpendicular", "change"),
        ("ST36", 20, "oblique", "ok-note"),  # another angle, nothing critical below
        ("GB29", 10, "perpendicular", "no-data"),  # no hazard row
        ("GB29", None, "perpendicular", "ask"),
        ("GV20", 12, "transverse", "ok"),  # its limit for flat needles is 12.5
        ("GV20", 15, "transverse", "omit"),
        ("BL13", 12, "transverse", "ok"),  # 5.1 mm deep at 25 degrees; limit 9
        ("BL13", 30, "transverse", "change"),  # 12.7 mm deep
        ("BL13", 40, "transverse", "omit"),  # 16.9 mm deep; textbooks 17.5 mm of an oblique needle, 15.2 mm deep
        ("BL13", 8, "oblique", "ask"),  # slanted which way?
    ],
)
def test_a_needle_in_a_plain_person(point: str, depth: float | None, angle: str | None, status: str) -> None:
    assert at(point, depth, angle).status == status


def test_a_measured_distance_is_named() -> None:
    (line,) = at("BL43", 11, "oblique-to-spine").lines
    assert "check:over-measured" in line.also
    assert "9.4 mm" in line.why


def test_limits_shrink_in_a_very_thin_person() -> None:
    assert (
        check(Needling(point="ST36", side="left", depth_mm=17.5, angle="perpendicular"), "thin-emphysema").status
        == "ok"
    )
    thin = check(Needling(point="ST36", side="left", depth_mm=18, angle="perpendicular"), "thin-emphysema")
    assert thin.status == "ok-note"
    assert "17.5 mm" in thin.lines[0].why


def test_a_paraspinal_point_without_a_level_is_held_to_the_thoracic_limit() -> None:
    assert at("EX-B2", 13).status == "change"
    assert at("EX-B2", 13, segment="lumbar").status == "ok"
    assert at("EX-B2", 13, segment="thoracic").status == "change"


def test_a_web_that_is_a_channel_point_has_both_hazards() -> None:
    web = at("EX-LE10", 8, "oblique", segment="web-1")
    assert web.status == "ok"
    both = Plan(
        needlings=(
            Needling(point="ST44", side="left", depth_mm=5, angle="perpendicular"),
            Needling(point="EX-LE10", segment="web-2", side="both", depth_mm=5, angle="oblique"),
            Needling(point="EX-LE10", segment="web-3", side="both", depth_mm=5, angle="oblique"),
        ),
        session_number=2,
        minutes=20,
        needles=SHORT,
        practitioner=WHO,
    )
    first, twin, other = engine().check_plan(person("plain"), both, AS_OF).needlings
    assert "check:same-place" in twin.findings
    assert "check:same-place" not in (*first.findings, *other.findings)


def test_no_data_prints_what_the_atlas_knows() -> None:
    (line,) = at("GB29", 10).lines
    assert line.id == "check:no-row"
    assert "What the atlas knows" in line.why and not line.why.endswith("knows: ")
    assert "does not mean that it is safe" in line.plain


def test_a_region_is_held_to_the_lowest_limit_of_its_points() -> None:
    within = check(Needling(site="forearm", side="left", depth_mm=7, angle="perpendicular"))
    assert (within.status, within.limit_mm, within.lines[0].labels) == ("ok-note", 7, ("default",))
    assert "no measured depth is known" in within.lines[0].why
    over = check(Needling(site="upper-back", side="left", depth_mm=9, angle="oblique"))
    assert over.status == "change" and "pneumothorax" in over.hazards


def test_a_region_without_depth_and_angle_names_what_lies_below_and_asks() -> None:
    one = check(Needling(site="upper-back", side="left"))
    assert one.status == "ask"
    assert "lung" in " ".join(line.title for line in one.lines)


def test_a_parent_region_asks_which_part() -> None:
    one = check(Needling(site="leg", side="left", depth_mm=5, angle="oblique"))
    assert one.status == "ask" and one.lines[0].id == "check:which-part"
    assert "calf" in one.lines[0].instead


def test_degrees_are_better_than_a_word() -> None:
    slanted = Needling(point="ST35", side="left", depth_mm=20, angle="oblique", degrees=30)
    assert check(slanted).depth_mm == 10 and check(slanted).status == "ok"
    assert check(Needling(point="ST35", side="left", depth_mm=20, angle="oblique")).status == "ok-note"


def test_men_are_held_to_the_distances_of_men() -> None:
    nape = Needling(point="GV16", side="midline", depth_mm=32, angle="toward-chin")
    (woman,) = (line for line in check(nape).lines if "check:over-measured" in (line.id, *line.also))
    assert "30.02" in woman.why
    man = check(nape, "hiv")
    assert not any("30.02" in line.why for line in man.lines)


def test_a_side_that_is_not_given_is_asked() -> None:
    one = check(Needling(point="ST36", depth_mm=10, angle="perpendicular"))
    assert one.status == "ask" and one.lines[0].asks == ("plan-sides",)


def test_nothing_about_depth_is_asked_of_what_is_not_a_needle() -> None:
    assert check(Needling(point="CV12", side="midline", technique="moxibustion")).status == "ok"
    assert check(Needling(point="BL17", side="both", technique="moxibustion")).status == "ok"


def test_an_unknown_person_leaves_nothing_ok_that_hangs_on_the_person() -> None:
    plan = Plan(needlings=(Needling(point="SP6", side="left", depth_mm=10, angle="perpendicular"),))
    (one,) = engine().check_plan(nobody(), plan, AS_OF).needlings
    assert one.status == "ask"
    assert {question for line in one.lines for question in line.asks} >= {
        "blood-thinning-medicine",
        "could-be-pregnant",
    }
    told = " ".join(line.plain for line in one.lines)
    assert "your blood thinner" not in told and "Are you pregnant, or could you be?" in told
