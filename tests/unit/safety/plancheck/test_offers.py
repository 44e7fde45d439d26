"""Alternatives pass the same check; the sheet counts needles in and out; protocols keep what was reported."""

import pytest

from deqi.knowledge import load
from deqi.report.plan_page import sheet_page
from deqi.report.text import as_text
from deqi.safety.evaluate.planned import needle_count
from deqi.safety.needling.plan import Needles, Needling, Plan
from deqi.safety.needling.protocol import protocol_plan
from deqi.safety.plancheck.alternatives import suggest
from deqi.safety.plancheck.sheet import sheet_of
from tests.golden.safety.plancheck.pinned import within_limits
from tests.support.archetypes import ARCHETYPES, AS_OF, engine, person

CATALOG = engine().catalog


@pytest.mark.parametrize("archetype", ARCHETYPES)
def test_every_alternative_passes_for_the_same_person(archetype: str) -> None:
    plan = within_limits(protocol_plan(CATALOG.atlas.protocols["dimitrova-2017"]))
    who = person(archetype)
    offers = suggest(CATALOG, who, engine().check_plan(who, plan, AS_OF))
    for found in offers.values():
        assert 1 <= len(found) <= 3
        for one in found:
            alone = Plan(
                needlings=(one.needling,),
                session_number=plan.session_number,
                minutes=plan.minutes,
                needles=plan.needles,
                practitioner=plan.practitioner,
            )
            assert engine().check_plan(who, alone, AS_OF).needlings[0].status in ("ok", "ok-note")


def test_too_deep_offers_the_same_place_within_its_limit() -> None:
    who = person("plain")
    plan = Plan(
        needlings=(Needling(point="CV12", side="midline", depth_mm=25, angle="perpendicular"),), session_number=2
    )
    (first, *_) = suggest(CATALOG, who, engine().check_plan(who, plan, AS_OF))[0]
    assert first.why == "same-place" and first.needling.depth_mm == 4


def test_current_on_a_numb_foot_offers_the_same_place_by_hand() -> None:
    who = person("hiv")
    plan = Plan(
        needlings=(
            Needling(point="LR3", side="left", depth_mm=5, angle="perpendicular", technique="electroacupuncture"),
        ),
        session_number=2,
    )
    (first, *_) = suggest(CATALOG, who, engine().check_plan(who, plan, AS_OF))[0]
    assert (first.needling.point, first.needling.technique) == ("LR3", "manual-needling")


def test_a_barred_point_offers_points_on_the_same_nerve_and_limb() -> None:
    who = person("apixaban")
    plan = Plan(needlings=(Needling(point="KI3", side="right", depth_mm=8, angle="perpendicular"),), session_number=2)
    offers = suggest(CATALOG, who, engine().check_plan(who, plan, AS_OF))[0]
    assert offers[0].why == "same-nerve"
    for one in offers:
        assert "leg" in CATALOG.point_regions[one.needling.point or ""]
        assert one.needling.side == "right"


def test_the_sheet_counts_what_goes_in() -> None:
    who = person("mastectomy-left")
    plan = within_limits(protocol_plan(CATALOG.atlas.protocols["dimitrova-2017"]))
    check = engine().check_plan(who, plan, AS_OF)
    sheet = sheet_of(check, CATALOG)
    assert sheet.needles_in == sum(row.needles for row in sheet.rows)
    assert sheet.needles_in + sum(row.needles for row in sheet.left_out) == check.needles_in == 32
    assert ("LI4", "left") in {(row.place, row.side) for row in sheet.left_out}
    assert ("LI4", "right") in {(row.place, row.side) for row in sheet.rows}
    text = as_text(sheet_page(sheet, {}, load(), CATALOG), 100)
    assert f"Needles in: {sheet.needles_in}" in text and "counted out: ____" in text


def test_protocols_hold_as_many_needles_as_was_reported() -> None:
    for name, protocol in CATALOG.atlas.protocols.items():
        if protocol.needle_count is not None:
            assert needle_count(protocol_plan(protocol), CATALOG) == protocol.needle_count, name


def test_protocols_keep_what_was_not_reported_open() -> None:
    plan = protocol_plan(CATALOG.atlas.protocols["dimitrova-2017"])
    assert {one.depth_mm for one in plan.needlings} == {None}
    assert plan.minutes is None and plan.needles.sterile is None
    assert [(one.start, one.end, one.start_side) for one in plan.pairs] == [
        ("KI3", "KI1", "left"),
        ("KI3", "KI1", "right"),
        ("ST41", "LR3", "left"),
        ("ST41", "LR3", "right"),
    ]


def test_every_protocol_can_be_checked() -> None:
    empty = []
    for name, protocol in CATALOG.atlas.protocols.items():
        check = engine().check_plan(person("plain"), protocol_plan(protocol), AS_OF)
        if not check.needlings:
            empty.append(name)
            assert [line.id for line in check.session] == ["check:no-points"]
    assert empty == ["acudpn-2021", "schroeder-2007"]


def test_angles_of_protocols_are_of_the_closed_list() -> None:
    known = {"perpendicular", "oblique", "transverse", "oblique-to-spine", None}
    for protocol in CATALOG.atlas.protocols.values():
        assert {one.angle for one in protocol_plan(protocol).needlings} <= known


def test_on_a_blood_thinner_the_same_place_is_offered_shallower() -> None:
    who = person("apixaban")
    fine = Needles(gauge_mm=0.2, length_mm=13, sterile=True, single_use=True, lot="A1", expiry=AS_OF.replace(year=2028))
    plan = Plan(
        needlings=(Needling(point="ST36", side="left", depth_mm=30, angle="perpendicular"),),
        session_number=2,
        minutes=20,
        needles=fine,
    )
    (first, *rest) = suggest(CATALOG, who, engine().check_plan(who, plan, AS_OF))[0]
    assert (first.needling.point, first.needling.depth_mm, first.why) == ("ST36", 5, "same-place")
    assert all(one.why != "same-place" for one in rest)


def test_a_region_offers_itself_within_its_limit_and_points_in_it() -> None:
    who = person("plain")
    plan = Plan(
        needlings=(Needling(site="forearm", side="left", depth_mm=30, angle="perpendicular"),),
        session_number=2,
        minutes=20,
    )
    (first, *rest) = suggest(CATALOG, who, engine().check_plan(who, plan, AS_OF))[0]
    assert first.needling.site == "forearm" and (first.needling.depth_mm or 0) <= 8
    assert {one.why for one in rest} == {"same-region"}
