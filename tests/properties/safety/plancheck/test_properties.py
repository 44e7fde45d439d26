"""What must hold for every point, depth and person: deeper is never milder, order does not matter, sides add up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deqi.safety.needling.plan import STATUSES, Needling, NeedlingStatus, Plan, Practitioner
from deqi.safety.plancheck.check import check_plan
from tests.support.archetypes import ARCHETYPES, AS_OF, engine, person

CATALOG = engine().catalog
POINTS = sorted(CATALOG.atlas.points)
PAIRED = [code for code in POINTS if CATALOG.atlas.points[code].laterality == "bilateral"]
ANGLES = ["perpendicular", "oblique", "transverse", "oblique-to-spine", None]
WHO = Practitioner(licence_valid_until=AS_OF, competences=("restricted-points",))
WOMEN = ["paclitaxel-low-platelets", "pregnant-14-weeks", "mastectomy-left", "thin-emphysema"]  # as the plain person
PEOPLE = {name: person(name) for name in ARCHETYPES}

points = st.sampled_from(POINTS)
depths = st.floats(1, 60).map(lambda depth: round(depth * 2) / 2)
people = st.sampled_from(sorted(PEOPLE))
angles = st.sampled_from(ANGLES)
techniques = st.sampled_from(["manual-needling", "electroacupuncture", "moxibustion", "indwelling", "cupping"])


def statuses(who: str, *needlings: Needling) -> list[NeedlingStatus]:
    plan = Plan(needlings=needlings, session_number=2, minutes=20, practitioner=WHO)
    return [one.status for one in check_plan(CATALOG, PEOPLE[who], plan, AS_OF).needlings]


def natural_side(point: str) -> str | None:
    return "midline" if CATALOG.atlas.points[point].laterality == "midline" else "left"


@settings(max_examples=150, deadline=None)
@given(people, points, depths, depths, angles)
def test_deeper_is_never_milder(who: str, point: str, one: float, other: float, angle: str | None) -> None:
    shallow, deep = sorted((one, other))
    found = [
        statuses(who, Needling(point=point, side=natural_side(point), depth_mm=depth, angle=angle))[0]  # type: ignore[arg-type]
        for depth in (shallow, deep)
    ]
    assert STATUSES.index(found[1]) <= STATUSES.index(found[0])


@settings(max_examples=60, deadline=None)
@given(people, st.lists(points, min_size=2, max_size=6, unique=True), st.randoms(use_true_random=False), techniques)
def test_the_order_of_needlings_does_not_matter(who: str, chosen: list[str], random: object, technique: str) -> None:
    plan = [
        Needling(point=point, side=natural_side(point), depth_mm=8, angle="oblique", technique=technique)  # type: ignore[arg-type]
        for point in chosen
    ]
    mixed = list(plan)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    as_written = dict(zip(plan, statuses(who, *plan), strict=True))
    assert as_written == dict(zip(mixed, statuses(who, *mixed), strict=True))


@settings(max_examples=100, deadline=None)
@given(people, st.sampled_from(PAIRED), depths, angles, techniques)
def test_a_needling_on_both_sides_says_what_its_sides_say(
    who: str, point: str, depth: float, angle: str | None, technique: str
) -> None:
    def at(side: str) -> Needling:
        return Needling(point=point, side=side, depth_mm=depth, angle=angle, technique=technique)  # type: ignore[arg-type]

    plan = Plan(needlings=(at("both"),), session_number=2, minutes=20, practitioner=WHO)
    (both,) = check_plan(CATALOG, PEOPLE[who], plan, AS_OF).needlings
    apart = statuses(who, at("left"), at("right"))
    assert [both.by_side.get(side, both.status) for side in ("left", "right")] == apart
    assert both.status == min(apart, key=STATUSES.index)


@settings(max_examples=100, deadline=None)
@given(people, points, st.none() | depths, angles, techniques)
def test_a_status_is_that_of_its_worst_line(
    who: str, point: str, depth: float | None, angle: str | None, technique: str
) -> None:
    one = Needling(point=point, side=natural_side(point), depth_mm=depth, angle=angle, technique=technique)  # type: ignore[arg-type]
    plan = Plan(needlings=(one,), session_number=2, minutes=20, practitioner=WHO)
    check = check_plan(CATALOG, PEOPLE[who], plan, AS_OF)
    (checked,) = check.needlings
    assert checked.status == min((line.status for line in checked.lines), key=STATUSES.index, default="ok")
    assert all(line.plain and line.instead and line.why for line in checked.lines)
    assert set(check.without.needlings) <= {one}
    assert (check.without.needlings == ()) == (checked.status in ("omit", "change"))


@pytest.mark.parametrize("archetype", WOMEN)
def test_what_is_known_of_a_person_never_makes_a_needling_milder(archetype: str) -> None:
    needlings = tuple(
        Needling(point=point, side=natural_side(point), depth_mm=8, angle="oblique", technique=technique)  # type: ignore[arg-type]
        for point in POINTS
        for technique in ("electroacupuncture", "moxibustion")
    )
    for plain, known in zip(statuses("plain", *needlings), statuses(archetype, *needlings), strict=True):
        assert STATUSES.index(known) <= STATUSES.index(plain)
