"""Doubt never clears a needling: what is left out of a plan or an answer makes nothing milder; nor do regions."""

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deqi.people.facts import Person
from deqi.safety.needling.plan import STATUSES, Needles, Needling, NeedlingStatus, Plan, Practitioner
from deqi.safety.plancheck.check import check_plan
from tests.support.archetypes import ARCHETYPES, AS_OF, engine, person

CATALOG = engine().catalog
PEOPLE = {name: person(name) for name in ARCHETYPES}
REGIONS = sorted(CATALOG.atlas.regions)
POINTS = sorted(CATALOG.atlas.points)
PASSES = ("ok", "ok-note")
APART = {"hand": "fingers", "foot": "toes"}
"""Parts that are said by their own name: a needle "in the foot" is not one in a toe."""
FULL = Plan(
    needlings=(),
    session_number=2,
    minutes=20,
    posture="supine",
    needles=Needles(
        gauge_mm=0.2, length_mm=13, sterile=True, single_use=True, lot="A1", expiry=AS_OF.replace(year=2028)
    ),
    practitioner=Practitioner(licence_valid_until=AS_OF.replace(year=2028), competences=("restricted-points",)),
)

people = st.sampled_from(sorted(PEOPLE))
depths = st.floats(1, 40).map(lambda depth: round(depth * 2) / 2)
angles = st.sampled_from(["perpendicular", "oblique", "transverse", "oblique-to-spine"])
techniques = st.sampled_from(["manual-needling", "electroacupuncture", "indwelling", "bloodletting", "warm-needle"])


def status(who: Person, one: Needling, plan: Plan = FULL) -> NeedlingStatus:
    (checked,) = check_plan(CATALOG, who, msgspec.structs.replace(plan, needlings=(one,)), AS_OF).needlings
    return checked.status


def side_of(point: str) -> str:
    return "midline" if CATALOG.atlas.points[point].laterality == "midline" else "left"


@settings(max_examples=80, deadline=None)
@given(people, st.sampled_from(POINTS), depths, angles, techniques, st.sampled_from(["depth_mm", "side"]))
def test_a_needling_that_says_less_never_passes(
    who: str, point: str, depth: float, angle: str, technique: str, left_out: str
) -> None:
    one = Needling(point=point, side=side_of(point), depth_mm=depth, angle=angle, technique=technique)  # type: ignore[arg-type]
    less = msgspec.structs.replace(one, **{left_out: None})
    paired = CATALOG.atlas.points[point].laterality == "bilateral"
    if left_out == "depth_mm" or paired:
        assert status(PEOPLE[who], less) not in PASSES


@settings(max_examples=60, deadline=None)
@given(people, st.sampled_from(REGIONS), depths | st.none(), st.none() | angles)
def test_a_region_is_never_plainly_ok(who: str, region: str, depth: float | None, angle: str | None) -> None:
    found = status(PEOPLE[who], Needling(site=region, side="left", depth_mm=depth, angle=angle))  # type: ignore[arg-type]
    assert found != "ok"
    if depth is None or angle is None:
        assert found not in PASSES


@settings(max_examples=80, deadline=None)
@given(people, st.sampled_from(REGIONS), depths, angles)
@example("apixaban", "foot", 3.0, "perpendicular")
def test_a_region_that_passes_is_deep_at_none_of_its_points(who: str, region: str, depth: float, angle: str) -> None:
    if status(PEOPLE[who], Needling(site=region, side="left", depth_mm=depth, angle=angle)) in PASSES:  # type: ignore[arg-type]
        for point in CATALOG.region_points[region] - CATALOG.region_points.get(APART.get(region, ""), frozenset()):
            rows = CATALOG.hazards.get(point, ())
            if any(row.cap_mm and angle in row.angles for row in rows):
                one = Needling(point=point, side=side_of(point), depth_mm=depth, angle=angle)  # type: ignore[arg-type]
                (checked,) = check_plan(
                    CATALOG, PEOPLE[who], msgspec.structs.replace(FULL, needlings=(one,)), AS_OF
                ).needlings
                assert not {"check:over-cap-critical", "check:over-measured", "check:over-textbook"} & set(
                    checked.findings
                )


@settings(max_examples=80, deadline=None)
@given(people, st.sampled_from(POINTS), st.floats(1, 8), techniques, st.data())
def test_an_answer_taken_away_never_clears_a_needling(
    who: str, point: str, depth: float, technique: str, data: st.DataObject
) -> None:
    """Of the answers that say no; the new status is at least *ask* wherever the old one was not *ok*."""
    known = PEOPLE[who]
    one = Needling(point=point, side=side_of(point), depth_mm=depth, angle="perpendicular", technique=technique)  # type: ignore[arg-type]
    denials = [answer for answer in known.answers if answer.value == "no"]
    gone = data.draw(st.sampled_from(denials))
    fewer = msgspec.structs.replace(known, answers=tuple(answer for answer in known.answers if answer is not gone))
    before, after = status(known, one), status(fewer, one)
    assert STATUSES.index(after) <= STATUSES.index(before)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(POINTS), st.floats(1, 8), techniques)
def test_of_nobody_no_needling_passes(point: str, depth: float, technique: str) -> None:
    one = Needling(point=point, side=side_of(point), depth_mm=depth, angle="perpendicular", technique=technique)  # type: ignore[arg-type]
    assert status(Person(token="p1"), one) not in PASSES
