"""Leaves about the plan. A property that the plan leaves out is unknown, never satisfied."""

from __future__ import annotations

from deqi.knowledge.leaves import Needle, Needling, Practitioner, Session
from deqi.knowledge.thresholds import thresholds
from deqi.safety.evaluate.applies import compare
from deqi.safety.evaluate.context import Context, yes_or_no
from deqi.safety.evaluate.verdict import NOT_APPLICABLE, Verdict
from deqi.safety.needling.anatomy import classes_of, crossed, hazard_rows, is_parent, meets_points, meets_regions
from deqi.safety.needling.depth import (
    ANYBODY,
    BUILD_QUESTION,
    Body,
    body_of,
    cap_of,
    over_cap,
    over_textbook,
    vertical_mm,
)
from deqi.safety.needling.plan import UPRIGHT_POSTURES, Needles, Plan
from deqi.safety.needling.plan import Needling as Planned
from deqi.safety.rules.catalog import Catalog
from deqi.safety.rules.truth import Truth

DETAILS_QUESTION = "plan-details"
SESSION_QUESTION = "session-details"
NEEDLES_QUESTION = "needles-details"
PRACTITIONER_QUESTION = "practitioner-details"
SIDES_QUESTION = "plan-sides"
PAIRS_QUESTION = "plan-current-pairs"
SEATED = "seated-treatment"
"""The technique that stands for a session given sitting up: posture belongs to the session."""


def needling(leaf: Needling, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Needling`."""
    plan = context.plan
    if plan is None:
        return NOT_APPLICABLE
    truths = fitting(leaf, context, plan)
    truth = max(truths, default=Truth.NO)
    asks = (_question(leaf, context, plan),) if truth is Truth.UNKNOWN else ()
    if leaf.both_sides and truth is Truth.YES:
        truth = _on_both_sides([one for one, fits in zip(plan.needlings, truths, strict=True) if fits is Truth.YES])
        asks = (SIDES_QUESTION,)
    best = max(truths, default=Truth.NO)
    matched = tuple(number for number, fits in enumerate(truths) if fits is best and truth is not Truth.NO)
    return Verdict(truth, needlings=matched, asks=asks if truth is Truth.UNKNOWN else ())


def fitting(leaf: Needling, context: Context, plan: Plan) -> list[Truth]:
    """For each needling of the plan, whether it has every stated property."""
    body = body_of(context) if leaf.depth == "over-cap" else ANYBODY
    truths = [_fits(leaf, one, context, body) for one in plan.needlings]
    if leaf.current_crosses:
        return [min(truth, _crosses(leaf, plan, number, context.catalog)) for number, truth in enumerate(truths)]
    return truths


def _question(leaf: Needling, context: Context, plan: Plan) -> str:
    """What would settle a leaf: the plan's own details, or the build where a written depth waits for it."""
    if leaf.current_crosses:
        return PAIRS_QUESTION
    if leaf.depth == "over-cap" and not body_of(context).known:
        waits = [
            one
            for one, fits in zip(plan.needlings, fitting(leaf, context, plan), strict=True)
            if fits is Truth.UNKNOWN and (one.depth_mm is None or is_parent(one, context.catalog))
        ]
        return DETAILS_QUESTION if waits else BUILD_QUESTION
    return DETAILS_QUESTION


def _fits(leaf: Needling, one: Planned, context: Context, body: Body) -> Truth:
    """Whether one needling has every stated property; what is certain is looked at first."""
    catalog = context.catalog
    place = Truth.YES
    if leaf.points:
        place = meets_points(one, leaf.points, catalog)
    if leaf.regions and place is not Truth.NO:
        place = min(place, meets_regions(one, leaf.regions, catalog))
    if place is not Truth.NO:
        place = min(place, has_hazard(one, catalog, leaf.hazards, leaf.anticoagulant_avoid))
    if place is Truth.NO:
        return place
    technique = has_technique(leaf.techniques, one, context)
    if technique is Truth.NO:
        return technique
    return min(
        place, technique, _angle(leaf, one, catalog), _depth(leaf, one, context, body), _minutes(leaf, one, context)
    )


def has_hazard(one: Planned, catalog: Catalog, classes: tuple[str, ...], avoid: bool | None) -> Truth:
    """Whether a needling meets one of these hazard classes, and the blood thinner flag if one is asked for.

    Hazards are what a needle can injure: what does not go through the skin meets none. A parent region may meet them.
    """
    if not classes and avoid is None:
        return Truth.YES
    rows = hazard_rows(one, catalog) if one.technique in catalog.atlas.invasive else ()
    if classes and classes_of(rows).isdisjoint(classes):
        return Truth.NO
    if avoid is not None and avoid != any(row.anticoagulant_avoid for row in rows):
        return Truth.NO
    return Truth.UNKNOWN if is_parent(one, catalog) else Truth.YES


def has_technique(wanted: tuple[str, ...], one: Planned, context: Context) -> Truth:
    """Whether a needling is done with one of these techniques (or one below them); none named: yes.

    Every technique that takes a needle through the skin counts as needling. Deep and long are read off the needling;
    sitting up belongs to the session (see ``sits_up``).
    """
    catalog = context.catalog
    if not wanted or any(one.technique in catalog.technique_below[technique] for technique in wanted):
        return Truth.YES
    if one.technique not in catalog.atlas.invasive:
        return Truth.NO
    if "needling" in wanted:
        return Truth.YES
    truth = Truth.NO
    if "deep-needling" in wanted:
        truth = is_deep(one, context)
    if "long-retention" in wanted:
        truth = max(truth, _stays_over(one, context, context.catalog.value("@long-retention-minutes")))
    return truth


def sits_up(plan: Plan | None) -> Truth:
    """Whether the session is given sitting up or standing."""
    if plan is not None and any(one.technique == SEATED for one in plan.needlings):
        return Truth.YES
    if plan is None or plan.posture is None:
        return Truth.UNKNOWN
    return yes_or_no(plan.posture in UPRIGHT_POSTURES)


def is_deep(one: Planned, context: Context) -> Truth:
    """Whether a needling is deep for its place: past the depth its hazard classes give (a joint, a place that is hard
    to press on), else past the ``@deep-mm`` setting; unknown while no depth is given."""
    catalog = context.catalog
    depth = vertical_mm(one, catalog)
    if depth is None:
        return Truth.UNKNOWN
    kinds = (catalog.atlas.kinds[name] for name in classes_of(hazard_rows(one, catalog)))
    limits = [kind.deep_from_mm for kind in kinds if kind.deep_from_mm is not None]
    return yes_or_no(depth > min((*limits, catalog.value("@deep-mm"))))


def _angle(leaf: Needling, one: Planned, catalog: Catalog) -> Truth:
    if (leaf.angles or leaf.angles_not) and one.technique not in catalog.atlas.invasive:
        return Truth.NO
    if leaf.angles_not:
        if one.angle is None and one.site is not None:
            return Truth.UNKNOWN
        return yes_or_no(one.angle not in leaf.angles_not)
    if leaf.angles:
        return Truth.UNKNOWN if one.angle is None else yes_or_no(one.angle in leaf.angles)
    return Truth.YES


def _depth(leaf: Needling, one: Planned, context: Context, body: Body) -> Truth:
    if (leaf.depth or leaf.over_mm is not None) and one.technique not in context.catalog.atlas.invasive:
        return Truth.NO
    truth = Truth.YES
    if leaf.depth == "not-given":
        truth = yes_or_no(one.depth_mm is None)
    elif leaf.depth == "over-cap":
        truth = over_cap(one, context.catalog, body)
    elif leaf.depth == "over-textbook":
        truth = over_textbook(one, context.catalog)
    if leaf.over_mm is not None:
        limit, depth = context.catalog.value(leaf.over_mm), vertical_mm(one, context.catalog)
        truth = min(truth, Truth.UNKNOWN if depth is None else yes_or_no(depth > limit))
    return truth


def _minutes(leaf: Needling, one: Planned, context: Context) -> Truth:
    if leaf.minutes_over is None:
        return Truth.YES
    return _stays_over(one, context, context.catalog.value(leaf.minutes_over))


def _stays_over(one: Planned, context: Context, limit: float) -> Truth:
    minutes = one.retention_min if one.retention_min is not None else context.plan.minutes if context.plan else None
    return Truth.UNKNOWN if minutes is None else yes_or_no(minutes > limit)


def _crosses(leaf: Needling, plan: Plan, number: int, catalog: Catalog) -> Truth:
    """Whether current from this needling passes through a region; without stated pairs that is not known."""
    one = plan.needlings[number]
    paths = [pair for pair in plan.pairs if _joined(one, pair.start, pair.start_side, pair.end, pair.end_side)]
    if not paths:
        return Truth.UNKNOWN
    return max(crossed(pair, leaf.current_crosses, catalog) for pair in paths)


def _joined(one: Planned, start: str, start_side: str | None, end: str, end_side: str | None) -> bool:
    """Whether a pair of points joined by current has an end at this needling."""
    return any(
        point == one.place and (one.side == "both" or None in (side, one.side) or side == one.side)
        for point, side in ((start, start_side), (end, end_side))
    )


def _on_both_sides(matching: list[Planned]) -> Truth:
    sides = {one.side for one in matching}
    if "both" in sides or {"left", "right"} <= sides:
        return Truth.YES
    return Truth.UNKNOWN if None in sides else Truth.NO


def needle(leaf: Needle, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Needle`."""
    plan = context.plan
    if plan is None:
        return NOT_APPLICABLE
    needles = plan.needles
    match leaf.fault:
        case "not-sterile":
            truth = Truth.UNKNOWN if needles.sterile is None else yes_or_no(not needles.sterile)
        case "not-single-use":
            truth = Truth.UNKNOWN if needles.single_use is None else yes_or_no(not needles.single_use)
        case "expired":
            truth = Truth.UNKNOWN if needles.expiry is None else yes_or_no(needles.expiry < context.as_of)
        case "no-lot":
            truth = Truth.UNKNOWN if needles == Needles() else yes_or_no(not needles.lot)
        case "longer-than-safe":
            return _too_long(plan, context)
        case "thicker-than-fine":
            gauge, fine = needles.gauge_mm, context.catalog.value("@fine-gauge-mm")
            truth = Truth.UNKNOWN if gauge is None else yes_or_no(gauge > fine)
        case _:
            electric = context.catalog.technique_below["electroacupuncture"]
            current = any(one.technique in electric for one in plan.needlings)
            thin = None if needles.gauge_mm is None else needles.gauge_mm < context.catalog.value("@current-gauge-mm")
            truth = yes_or_no(False) if not current else Truth.UNKNOWN if thin is None else yes_or_no(thin)
    return Verdict(truth, asks=(NEEDLES_QUESTION,) if truth is Truth.UNKNOWN else ())


def _too_long(plan: Plan, context: Context) -> Verdict:
    """A needle that could reach past the cap even with some shaft left outside, where what lies below is an organ, a
    great vessel, the dura or the eye. Elsewhere the written depth is what holds it."""
    atlas, body = context.catalog.atlas, body_of(context)
    caps: dict[int, float] = {}
    waits: list[int] = []
    for number, one in enumerate(plan.needlings):
        rows = hazard_rows(one, context.catalog)
        if one.technique in atlas.invasive and one.angle != "transverse" and any(atlas.critical(row) for row in rows):
            cap = cap_of(rows)
            if cap is not None and one.depth_mm is not None:
                caps[number] = cap * body.most
            elif cap is not None:
                waits.append(number)
    if not caps:
        return Verdict(
            Truth.UNKNOWN if waits else Truth.NO, asks=(DETAILS_QUESTION,) if waits else (), needlings=tuple(waits)
        )
    if plan.needles.length_mm is None:
        return Verdict(Truth.UNKNOWN, asks=(NEEDLES_QUESTION,), needlings=tuple(caps))
    spare = context.catalog.value("@needle-spare-mm")
    long = tuple(number for number, cap in caps.items() if plan.needles.length_mm > cap + spare)
    return Verdict(yes_or_no(bool(long)), needlings=long)


def practitioner(leaf: Practitioner, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Practitioner`."""
    if context.plan is None:
        return NOT_APPLICABLE
    who = context.plan.practitioner
    if leaf.lacks == "licence":
        until = who.licence_valid_until
        truth = Truth.UNKNOWN if until is None else yes_or_no(until < context.as_of)
    else:
        truth = Truth.UNKNOWN if who.competences is None else yes_or_no(leaf.competence not in who.competences)
    return Verdict(truth, asks=(PRACTITIONER_QUESTION,) if truth is Truth.UNKNOWN else ())


def session(leaf: Session, context: Context) -> Verdict:
    """See :class:`deqi.knowledge.leaves.Session`."""
    plan = context.plan
    if plan is None:
        return NOT_APPLICABLE
    match leaf.what:
        case "number":
            amount: float | None = plan.session_number
        case "needles":
            amount = needle_count(plan, context.catalog)
        case "minutes":
            times = [one.retention_min for one in plan.needlings if one.retention_min is not None]
            amount = plan.minutes if plan.minutes is not None else max(times, default=None)
        case _:
            amount = None if plan.needles_out is None else abs(needle_count(plan, context.catalog) - plan.needles_out)
    if amount is None:
        # Before the session ends the count out is open, and there is nothing to ask.
        return Verdict(Truth.UNKNOWN, asks=() if leaf.what == "needles-unaccounted" else (SESSION_QUESTION,))
    return Verdict(yes_or_no(compare(leaf.op, amount, context.catalog.value(leaf.value))))


def needle_count(plan: Plan, catalog: Catalog) -> int:
    """Needles in, for techniques that take a needle through the skin: one for each side and each part of the point."""
    return sum(needles_of(one, catalog) for one in plan.needlings)


def needles_of(one: Planned, catalog: Catalog) -> int:
    """The needles of one needling. An extra point with parts, none of them named, takes a needle in each."""
    if one.technique not in catalog.atlas.invasive:
        return 0
    row = catalog.atlas.points.get(one.point or "")
    sites = int(row.sites) if row is not None and row.sites.isdigit() and not one.segment else 1
    if row is not None and row.laterality == "mixed":
        return sites
    a_side = sites // 2 if 2 < sites <= thresholds().most_parts_needled else 1
    return a_side * (2 if one.side == "both" else 1)
