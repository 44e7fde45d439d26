"""What the rules say about each needling of a plan: which of them a restriction hits, on which side, how hard.

Words used: a rule *bars a way* when it restricts only how something is done (a technique, a depth, an angle, current,
time, both sides at once); otherwise it bars the place. An absolute rule means *omit*; so does a relative rule that
bars the place (until a named specialist signs off); a relative rule that bars a way, and a caution, mean *change*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from deqi.knowledge import leaves as kinds
from deqi.knowledge.leaves import PLAN_LEAVES
from deqi.knowledge.rules import Rule
from deqi.safety.evaluate.context import Context
from deqi.safety.evaluate.planned import (
    DETAILS_QUESTION,
    SEATED,
    SESSION_QUESTION,
    fitting,
    has_hazard,
    has_technique,
    sits_up,
)
from deqi.safety.evaluate.reference import deciding, truth_of
from deqi.safety.evaluate.verdict import Verdict
from deqi.safety.findings import Finding
from deqi.safety.needling.anatomy import classes_of, hazard_rows, meets_points, place_of
from deqi.safety.needling.plan import Line, Needling, NeedlingStatus, Plan
from deqi.safety.plancheck.merge import Hit
from deqi.safety.plancheck.place import label_of
from deqi.safety.rules.catalog import Branch, Catalog, CompiledRule, leaf_numbers
from deqi.safety.rules.restricted import Restricted
from deqi.safety.rules.truth import Truth

NEEDLING_TECHNIQUES = ("any", "needling")
"""Techniques that leave no other way to needle a place."""


def rule_hits(finding: Finding, compiled: CompiledRule, context: Context, verdicts: Sequence[Verdict]) -> Iterator[Hit]:
    """Every needling that a finding says something about; ``verdicts`` are those on all leaves."""
    plan, catalog = context.plan, context.catalog
    if plan is None:
        return
    rule = finding.rule
    leaves = _needling_leaves(compiled, catalog)
    fits = [(leaf, fitting(leaf, context, plan)) for leaf in leaves] if finding.needlings else []
    matched = _matched(finding, compiled, context, plan, verdicts)
    cause = frozenset(id(fact) for fact in finding.because)
    classes = _classes(finding, leaves, catalog)
    for restricted in finding.restricts:
        if restricted.advice or restricted.dose:
            continue
        for number, one in enumerate(plan.needlings):
            hit = side_hit(restricted, matched, number, one, context)
            if hit is None:
                continue
            side, sure = hit
            fitted = [leaf for leaf, truths in fits if truths[number] is Truth.YES]
            ways = _all_about_way(fitted) if restricted.matched else _bars_way(restricted)
            line = line_of(rule, _status(rule, ways), side=side, assumed=restricted.assumed, asks=finding.asks)
            if not sure:
                line = msgspec.structs.replace(line, status="ask", asks=line.asks or (DETAILS_QUESTION,))
            depth = not cause and restricted.matched and _all_about_depth(fitted)
            yield Hit(number, line, cause, classes & classes_of(hazard_rows(one, catalog)), depth)


def _needling_leaves(compiled: CompiledRule, catalog: Catalog) -> list[kinds.Needling]:
    leaves = [catalog.leaves[number] for number in leaf_numbers(compiled.trigger)]
    return [leaf for leaf in leaves if isinstance(leaf, kinds.Needling)]


def _matched(
    finding: Finding, compiled: CompiledRule, context: Context, plan: Plan, verdicts: Sequence[Verdict]
) -> Mapping[int, Truth]:
    """The needlings that fit the whole trigger by themselves, and those that may.

    A needling is not hit because another one is too deep. Where the trigger holds only for several together, all that
    decided it are hit.
    """
    if not finding.needlings:
        return {}
    overall = [verdict.truth for verdict in verdicts]
    own = {
        number: fitting(leaf, context, plan)
        for number in leaf_numbers(compiled.trigger)
        if isinstance(leaf := context.catalog.leaves[number], kinds.Needling)
    }
    found: dict[int, Truth] = {}
    for one in range(len(plan.needlings)):
        truths = list(overall)
        for number, fits in own.items():
            truths[number] = min(fits[one], overall[number])
        found[one] = truth_of(compiled.trigger, truths)
    if Truth.YES not in found.values():
        found |= dict.fromkeys(finding.needlings, Truth.YES)
    return {one: truth for one, truth in found.items() if truth is not Truth.NO}


def side_hit(
    restricted: Restricted, matched: Mapping[int, Truth], number: int, one: Needling, context: Context
) -> tuple[str, bool] | None:
    """None: not hit. Else the one side of it that is hit (empty for the needling as written), and whether it surely is:
    a depth or a posture that is not written down, or a region that only may hold the place, leaves it open."""
    if restricted.everything:
        return "", True
    if restricted.matched:
        return ("", matched[number] is Truth.YES) if number in matched else None
    catalog = context.catalog
    truth = min(
        has_technique(restricted.techniques, one, context),
        has_hazard(one, catalog, restricted.hazards, restricted.anticoagulant_avoid or None),
    )
    if truth is Truth.NO:
        return None
    if (restricted.regions or restricted.points) and not any(
        _placed(restricted, end, catalog) for end in (one, *_joined(number, restricted, context))
    ):
        return None
    sure = truth is Truth.YES
    if restricted.side == "both" or one.side in (None, "midline") or restricted.side == one.side:
        return "", sure
    return (restricted.side, sure) if one.side == "both" else None


def _joined(number: int, restricted: Restricted, context: Context) -> Iterator[Needling]:
    """The needlings joined by current to this one, where a restriction is about how it is done.

    Current runs through both ends: a needle beside numb skin is not spared when its partner is in it.
    """
    plan = context.plan
    if plan is None or not _bars_way(restricted):
        return
    one = plan.needlings[number]
    for pair in plan.pairs:
        for near, far in ((pair.start, pair.end), (pair.end, pair.start)):
            if near == one.place and far != near:
                yield from (other for other in plan.needlings if other.place == far)


def _classes(finding: Finding, leaves: Iterable[kinds.Needling], catalog: Catalog) -> frozenset[str]:
    """The hazard classes a finding is about: those its conditions name, and those whose zone it restricts."""
    about: list[kinds.Needling | Restricted] = [*leaves, *finding.restricts]
    named = {name for one in about for name in one.hazards}
    regions = {name for one in about for name in one.regions}
    zones = {name for name, kind in catalog.atlas.kinds.items() if kind.zone in regions}
    return frozenset(name for name in named | zones if catalog.atlas.kinds[name].critical_from)


def _placed(restricted: Restricted, one: Needling, catalog: Catalog) -> bool:
    """Whether a needling lies in one of the regions, or is one of the points."""
    if restricted.points and meets_points(one, restricted.points, catalog) is not Truth.NO:
        return True
    place = place_of(one, catalog)
    if restricted.within is not None and not place.within(restricted.within):
        return False
    return any(place.within(region) or _wider(one, region, catalog) for region in restricted.regions)


def _wider(one: Needling, region: str, catalog: Catalog) -> bool:
    """A free site that is wider than the region (or shares points with it) may lie in it."""
    if one.site is None:
        return False
    points = catalog.region_points.get(one.site, frozenset())
    return not points.isdisjoint(catalog.region_points.get(region, frozenset()))


def _bars_way(restricted: Restricted) -> bool:
    return bool(restricted.techniques) and not set(restricted.techniques) & set(NEEDLING_TECHNIQUES)


def _all_about_way(fitted: Sequence[kinds.Needling]) -> bool:
    """Whether every leaf that a needling fits is about how it is done, not about where."""
    return bool(fitted) and all(_about_way(leaf) for leaf in fitted)


def _about_way(leaf: kinds.Needling) -> bool:
    techniques = leaf.techniques and not set(leaf.techniques) & set(NEEDLING_TECHNIQUES)
    other = (leaf.depth, leaf.over_mm, leaf.angles, leaf.angles_not, leaf.both_sides, leaf.current_crosses)
    return bool(techniques or any(other) or leaf.minutes_over is not None)


def _all_about_depth(fitted: Sequence[kinds.Needling]) -> bool:
    """Whether a needling is hit only for being deeper than a limit: the depth band says how hard."""
    return bool(fitted) and all(leaf.depth == "over-cap" for leaf in fitted)


def _status(rule: Rule, ways: bool) -> NeedlingStatus:
    match rule.severity:
        case "absolute":
            return "omit"
        case "relative":
            return "change" if ways else "omit"
        case "caution":
            return "change"
        case _:
            return "ok-note"


def line_of(
    rule: Rule, status: NeedlingStatus, *, side: str = "", assumed: bool = False, asks: tuple[str, ...] = ()
) -> Line:
    """A rule's words as a line."""
    labels = (
        *(("default",) if rule.basis == "default" else ()),
        *(("unverified",) if rule.verified == "no" else ()),
        *(("place-assumed",) if assumed else ()),
    )
    return Line(
        id=rule.id,
        status=status,
        severity=rule.severity,
        title=rule.title,
        why=rule.why,
        plain=rule.plain,
        instead=rule.instead,
        source=rule.source,
        labels=labels,
        asks=asks,
        side=side,
    )


def open_hits(
    rules: Sequence[CompiledRule], verdicts: Sequence[Verdict], catalog: Catalog
) -> Iterator[tuple[tuple[int, ...], Line]]:
    """Undecided rules about the plan: the needlings they could hit (none: the whole session), and what they ask.

    Their own plain words would tell a person what nobody knows yet: the questions stand there instead.
    """
    truths = [verdict.truth for verdict in verdicts]
    for rule in rules:
        numbers = leaf_numbers(rule.trigger)
        waits = numbers if isinstance(rule.trigger, int) else deciding(rule.trigger, Truth.UNKNOWN, truths)
        asks = tuple(dict.fromkeys(question for number in waits for question in verdicts[number].asks))
        if not asks or rule.rule.severity == "information":
            continue
        about = [number for number in numbers if isinstance(catalog.leaves[number], kinds.Needling)]
        live = _live(rule.trigger, verdicts, truths, catalog) if about else None
        dose = all(one.dose or one.advice for one in rule.rule.restricts)
        line = line_of(rule.rule, "ask", asks=asks)
        asked = " ".join(catalog.questions[question].plain for question in asks)
        yield (() if live is None or dose else tuple(sorted(live))), msgspec.structs.replace(line, plain=asked)


def _live(
    node: Branch | int, verdicts: Sequence[Verdict], truths: list[Truth], catalog: Catalog
) -> frozenset[int] | None:
    """The needlings for which a node may still hold; None where it says nothing about needlings."""
    if isinstance(node, int):
        if not isinstance(catalog.leaves[node], kinds.Needling):
            return None
        return frozenset(verdicts[node].needlings)
    children = [child for child in node.children if truth_of(child, truths) is not Truth.NO]
    found = [live for child in children if (live := _live(child, verdicts, truths, catalog)) is not None]
    if not found:
        return None
    if not node.every:
        return frozenset[int]().union(*found)
    direct = [
        live for child in children if isinstance(child, int) and (live := _live(child, verdicts, truths, catalog))
    ]
    return frozenset.intersection(*direct) if direct else frozenset[int]().union(*found)


def session_lines(finding: Finding, compiled: CompiledRule, plan: Plan, catalog: Catalog) -> Iterator[Line]:
    """What a finding says of the session as a whole: all of it, its dose, its needles, who needles."""
    line = line_of(finding.rule, _status(finding.rule, ways=False), asks=finding.asks)
    about_posture = any(SEATED in one.techniques for one in finding.restricts)
    posture = sits_up(plan) if about_posture else Truth.NO
    if about_posture and posture is Truth.NO and not any(one.everything for one in finding.restricts):
        # Lying down is the change that it asks for.
        return
    needles = _about_needles(compiled, catalog) and not finding.needlings
    told = _about_needles(compiled, catalog) and bool(finding.needlings)
    if told:
        places = ", ".join(dict.fromkeys(label_of(plan.needlings[number]) for number in finding.needlings))
        yield msgspec.structs.replace(line, title=f"{line.title}: {places}")
    if needles or posture is Truth.YES or any(one.everything or one.dose for one in finding.restricts):
        yield line
    if posture is Truth.UNKNOWN:
        yield msgspec.structs.replace(line, status="ask", asks=(SESSION_QUESTION,))


def _about_needles(compiled: CompiledRule, catalog: Catalog) -> bool:
    """Whether a rule is about needles, practitioner or session alone: another needle, and the needling stands."""
    leaves = [catalog.leaves[number] for number in leaf_numbers(compiled.trigger)]
    return all(isinstance(leaf, PLAN_LEAVES) and not isinstance(leaf, kinds.Needling) for leaf in leaves)
