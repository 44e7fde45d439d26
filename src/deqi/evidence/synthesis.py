"""Synthesis without meta-analysis: which way every comparison went, those without numbers included.

Reporting follows SWiM (Campbell 2020, BMJ 368:l6890): the standardised metric is the direction of the effect, never
its p value. A comparison whose effect cannot be read has the direction its authors claim, and is marked so. The sign
test takes directions of effects only, at least five of them; one exactly level counts as not favouring acupuncture.
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

from deqi.evidence.comparisons import Comparison, Key, comparisons
from deqi.evidence.effects import TrialEffect, every_effect, leaning
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import Outcome, OutcomeContrast, OutcomeValue, TrialResult
from deqi.knowledge.tables.vocabulary import Domain
from deqi.knowledge.thresholds import thresholds

SEEN = ("favours_acupuncture", "favours_control", "no_difference", "mixed")
OUT_OF_REACH = ("not_seen", "not_finished")
_UNFIT = ("baseline_only", "within_arm_only", "single_arm", "unit_is_limb", "misprint")
"""Why an outcome's numbers tell no direction between groups of people."""
Known = Literal["interval", "size", "claim", "none"]


@dataclasses.dataclass(frozen=True)
class TrialDirection:
    """One comparison's direction. ``known`` says from what: an effect with its interval, a size without one, the
    authors' claim (``claim``), or nothing.

    ``report_of`` is the trial this is a further report of; it is shown beside that trial and never counted.
    """

    comparison: Comparison
    direction: str
    known: Known
    claim: str
    summary: str
    numbers_status: str
    numbers_reason: str
    report_of: str
    rows: tuple[str, ...]
    source: tuple[str, ...]

    @property
    def trial(self) -> str:
        return self.comparison.trial.trial

    @property
    def people(self) -> int | None:
        return self.comparison.design.people


@dataclasses.dataclass(frozen=True)
class SignTest:
    """How the directions fell: of effects (``favour`` of ``seen``), by the authors' claim alone (``claimed`` of
    ``claims``), and how many results are out of reach. ``p`` two-sided over effects, or None below five of them.
    """

    favour: int
    seen: int
    claimed: int
    claims: int
    not_seen: int
    not_finished: int
    p: float | None


def directions(knowledge: Knowledge) -> tuple[TrialDirection, ...]:
    """Every comparison's direction, the largest first."""
    effects: dict[Key, TrialEffect] = {}
    for effect in every_effect(knowledge):
        effects.setdefault((effect.trial.trial, effect.comparator), effect)
    bare = _sizes(knowledge)
    compared = comparisons(knowledge)
    found = [
        _direction(compared[key], row, effects.get(key), bare.get(key))
        for row in knowledge.rows(TrialResult)
        for key in [(row.trial, row.comparator)]
    ]
    return tuple(sorted(found, key=lambda one: (-(one.people or 0), one.trial)))


_SIDES = {"acupuncture": "favours_acupuncture", "control": "favours_control", "neither": "no_difference"}


def _direction(
    comparison: Comparison, row: TrialResult, effect: TrialEffect | None, bare: tuple[float, tuple[str, ...]] | None
) -> TrialDirection:
    direction: str = row.direction
    known: Known = "claim"
    rows: tuple[str, ...] = ()
    if row.direction in ("within_arm_only", "not_applicable", *OUT_OF_REACH):
        known = "none"
    elif effect is not None:
        direction, known, rows = _SIDES[leaning(effect)], "interval", effect.rows
    elif bare is not None:
        side = "acupuncture" if bare[0] > 0 else "control" if bare[0] < 0 else "neither"
        direction, known, rows = _SIDES[side], "size", bare[1]
    return TrialDirection(
        comparison,
        direction,
        known,
        row.direction,
        row.summary,
        row.numbers_status,
        row.numbers_reason,
        row.report_of,
        rows,
        row.source,
    )


def _sizes(knowledge: Knowledge) -> Mapping[Key, tuple[float, tuple[str, ...]]]:
    """For each comparison the first readable gap without an interval, positive where it favours acupuncture.

    A gap too small to tell on its scale is level; one that can be told, at another time or on another scale, goes
    before it.
    """
    contrasts: dict[str, list[OutcomeContrast]] = defaultdict(list)
    values: dict[str, list[OutcomeValue]] = defaultdict(list)
    for contrast in knowledge.rows(OutcomeContrast):
        if contrast.verified != "no":
            contrasts[contrast.outcome].append(contrast)
    for value in knowledge.rows(OutcomeValue):
        if value.verified != "no":
            values[value.outcome].append(value)
    order = {row.domain: row.order for row in knowledge.rows(Domain)}
    reporters = ("patient", "clinician", "instrument", "")
    fit = [
        row
        for row in knowledge.rows(Outcome)
        if row.lower_is_better is not None and row.verified != "no" and row.poolable_reason not in _UNFIT
    ]
    fit.sort(key=lambda row: (reporters.index(row.reporter), order.get(row.domain, 99), row.weeks or 1e9, row.outcome))
    found: dict[Key, tuple[float, tuple[str, ...]]] = {}
    for outcome in fit:
        key = (outcome.trial, outcome.comparator)
        gap = _gap(contrasts[outcome.outcome], values[outcome.outcome])
        if gap is None or (key in found and found[key][0] != 0):
            continue
        turned = -gap[0] if outcome.lower_is_better else gap[0]
        width = (
            None if outcome.scale_low is None or outcome.scale_high is None else outcome.scale_high - outcome.scale_low
        )
        if width and abs(turned) < thresholds().level_share * width:
            turned = 0.0
        if key not in found or turned != 0:
            found[key] = (turned, gap[1])
    return found


def _gap(contrasts: Iterable[OutcomeContrast], values: Iterable[OutcomeValue]) -> tuple[float, tuple[str, ...]] | None:
    """Acupuncture less control: as printed, or of the arms' changes, ends or shares; none for arms that stand twice."""
    for contrast in contrasts:
        if contrast.estimate is not None:
            nothing = 0.0 if contrast.measure in ("MD", "SMD") else 1.0
            return contrast.estimate - nothing, (f"contrast:{contrast.contrast}",)
    by: dict[tuple[str, str], list[OutcomeValue]] = defaultdict(list)
    for value in values:
        by[value.value_type, value.arm].append(value)
    for value_type in ("change", "final", "events"):
        first, second = by[value_type, "acupuncture"], by[value_type, "control"]
        if len(first) == len(second) == 1:
            pair = (_number(first[0]), _number(second[0]))
            if pair[0] is not None and pair[1] is not None:
                return pair[0] - pair[1], (f"value:{first[0].value}", f"value:{second[0].value}")
    return None


def _number(value: OutcomeValue) -> float | None:
    if value.value_type == "events":
        return None if value.events is None or not value.total else value.events / value.total
    return value.mean


def sign_test(found: Iterable[TrialDirection]) -> SignTest:
    """The directions counted. A companion report has no voice of its own."""
    every = [one for one in found if not one.report_of]
    effects = [one for one in every if one.known in ("interval", "size")]
    claims = [one for one in every if one.known == "claim" and one.direction in SEEN]
    favour = sum(one.direction == "favours_acupuncture" for one in effects)
    return SignTest(
        favour,
        len(effects),
        sum(one.direction == "favours_acupuncture" for one in claims),
        len(claims),
        sum(one.direction == "not_seen" for one in every),
        sum(one.direction == "not_finished" for one in every),
        _two_sided(favour, len(effects)) if len(effects) >= thresholds().least_for_sign_test else None,
    )


def _two_sided(favour: int, seen: int) -> float:
    """Exact two-sided p of so many of so many at even odds: twice the smaller tail, the two being alike."""
    tail = sum(math.comb(seen, count) for count in range(min(favour, seen - favour) + 1))
    return min(1.0, 2 * tail / 2.0**seen)
