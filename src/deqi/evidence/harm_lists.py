"""Harms as a reader can compare them: one denominator a list, one line an event, what leads and what stands beside it.

Three lists, never mixed and never multiplied into each other: of 1,000 people over a course; of 100 people asked after
one treatment; of treatments counted. A rare event leads with the largest count (or the published pool beside it),
always with its interval and who said so; other reporters stand beside it. One event in all is *seen once*, no rate.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from deqi.evidence.grade import Certainty
from deqi.evidence.harms import HarmRate, SurveyCount, harm_rate, harm_rates, one_per_group, parts_of
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.harms import HarmRow, HarmUse, PublishedHarmPool
from deqi.knowledge.thresholds import thresholds

Listed = Literal["course", "one_treatment", "treatments"]
LISTS: tuple[Listed, ...] = ("course", "one_treatment", "treatments")
PER = {"course": 1000, "one_treatment": 100, "treatments": 10_000}
REPORTERS = ("patient", "mixed", "practitioner", "registry")
"""Who said so, the most telling first: patients notice more than practitioners write down."""
Shape = Literal["rate", "once", "none"]


@dataclasses.dataclass(frozen=True)
class EventHarm:
    """One event in one list.

    ``shape``: a ``rate`` with its interval; ``once``: seen once in ``total``; ``none``: not seen in ``total`` of
    ``surveys`` counts, ``high`` being what that still allows. ``beside`` are rates of the same event by other
    reporters or other times of asking, in their own units; ``published`` are pools of reviews; ``cases`` says that
    case reports tell of it.
    """

    event: str
    listed: Listed
    per: int
    shape: Shape
    counted: bool
    """Events were counted, of which one person or treatment may have several."""
    events: float
    total: float
    surveys: int
    reporters: tuple[str, ...]
    counts: tuple[SurveyCount, ...]
    """What the line counts: one survey, or the surveys of a pool; of two surveys both."""
    rate: float
    low: float
    high: float
    within: tuple[str, ...]
    certainty: Certainty | None
    beside: tuple[HarmRate, ...]
    published: tuple[PublishedHarmPool, ...]
    cases: bool
    rows: tuple[str, ...]
    source: tuple[str, ...]

    @property
    def other(self) -> HarmRate | None:
        """The rate of another reporter to name beside it, the largest count of the same unit: a list has one."""
        people = self.listed != "treatments"
        others = [
            rate
            for rate in self.beside
            if rate.reporter not in self.reporters and not rate.upper_only and (rate.per == "person") == people
        ]
        return max(others, key=lambda rate: rate.total, default=None)

    @property
    def rare(self) -> bool:
        return self.shape != "rate" or self.rate < thresholds().rare_rate


def event_harms(knowledge: Knowledge) -> tuple[EventHarm, ...]:
    """Every counted event, in the list where it is told best, commonest first within a list."""
    rates = harm_rates(knowledge)
    by_event: dict[str, list[HarmRate]] = defaultdict(list)
    for rate in rates:
        by_event[rate.event].append(rate)
    cases = _cases(knowledge)
    pools = _pools(knowledge)
    made = [
        _event(event, found, pools.get(event, ()), event in cases)
        for event, found in by_event.items()
        if any(listed(rate) for rate in found)
    ]
    kept = _no_part_above_its_whole(made, parts_of(knowledge))
    return tuple(
        sorted(kept, key=lambda one: (LISTS.index(one.listed), -(one.high if one.shape == "none" else one.rate)))
    )


def listed(rate: HarmRate) -> Listed | None:
    """The list a rate may stand in; a time of asking that is none of the three stands in no list."""
    if rate.window == "one_treatment":
        return "one_treatment"
    if rate.per == "person":
        return "course" if rate.window == "course" else None
    return "treatments"


def _event(event: str, rates: Sequence[HarmRate], published: tuple[PublishedHarmPool, ...], cases: bool) -> EventHarm:
    place = next(name for name in ("one_treatment", *LISTS) if any(listed(rate) == name for rate in rates))
    here = [rate for rate in rates if listed(rate) == place]
    if all(rate.upper_only for rate in here):
        return _none_seen(event, place, here, rates, published, cases)
    lead = _lead([rate for rate in here if not rate.upper_only] or here, here)
    count = lead.largest
    shown = lead if lead.model != "none" else harm_rate(event, lead.per, lead.window, lead.reporter, [count])
    return EventHarm(
        event=event,
        listed=place,
        per=PER[place],
        shape="once" if shown.once else "rate",
        counted=shown.per == "event-per-treatment",
        events=shown.events,
        total=shown.total,
        surveys=shown.k,
        reporters=(shown.reporter,),
        counts=lead.counts,
        rate=shown.rate,
        low=shown.low,
        high=shown.high,
        within=(),
        certainty=shown.certainty,
        beside=tuple(rate for rate in rates if rate is not lead),
        published=published,
        cases=cases,
        rows=shown.rows,
        source=shown.source,
    )


def _lead(seen: Sequence[HarmRate], here: Sequence[HarmRate]) -> HarmRate:
    """The largest count for a rare event; else what patients say before what others do, the larger count first."""
    largest = max(seen, key=lambda rate: rate.largest.denominator)
    if largest.largest.rate < thresholds().rare_rate:
        return largest
    return min(here, key=lambda rate: (rate.upper_only, rate.reporter != "patient", -rate.largest.denominator))


def _reporter(rate: HarmRate) -> int:
    return REPORTERS.index(rate.reporter) if rate.reporter in REPORTERS else len(REPORTERS)


def _none_seen(
    event: str,
    place: Listed,
    here: Sequence[HarmRate],
    rates: Sequence[HarmRate],
    published: tuple[PublishedHarmPool, ...],
    cases: bool,
) -> EventHarm:
    """All counts that saw none, whoever counted, together: their people or treatments are different ones."""
    counts: list[SurveyCount] = one_per_group(count for rate in here for count in rate.counts)
    whole = harm_rate(event, here[0].per, here[0].window, here[0].reporter, counts)
    return EventHarm(
        event=event,
        listed=place,
        per=PER[place],
        shape="none",
        counted=False,
        events=0.0,
        total=whole.total,
        surveys=whole.k,
        reporters=tuple(dict.fromkeys(rate.reporter for rate in sorted(here, key=_reporter))),
        counts=whole.counts,
        rate=0.0,
        low=0.0,
        high=whole.high,
        within=tuple(dict.fromkeys(count.within for count in whole.counts if count.within)),
        certainty=whole.certainty,
        beside=tuple(rate for rate in rates if listed(rate) != place),
        published=published,
        cases=cases,
        rows=whole.rows,
        source=whole.source,
    )


def _no_part_above_its_whole(found: Sequence[EventHarm], parts: Mapping[str, frozenset[str]]) -> list[EventHarm]:
    """Within a list no part may exceed its whole: surveys that count a part more keenly than another counts the whole
    would say so. Such a part leaves the list; its rates stay in the tables."""
    kept = []
    by = {(one.listed, one.event): one for one in found}
    for one in found:
        wholes = [
            by[one.listed, whole]
            for whole, inside in parts.items()
            if one.event in inside and (one.listed, whole) in by
        ]
        if not any(one.shape == "rate" and whole.shape == "rate" and one.rate > whole.rate for whole in wholes):
            kept.append(one)
    return kept


def _cases(knowledge: Knowledge) -> frozenset[str]:
    rows = {row.harm: row for row in knowledge.rows(HarmRow)}
    return frozenset(rows[use.harm].event for use in knowledge.rows(HarmUse) if use.use == "case")


def _pools(knowledge: Knowledge) -> dict[str, tuple[PublishedHarmPool, ...]]:
    """Published proportions with an interval, by event."""
    found: dict[str, tuple[PublishedHarmPool, ...]] = {}
    for row in knowledge.rows(PublishedHarmPool):
        usable = row.verified != "no" and row.measure == "proportion" and row.per is not None
        if usable and row.estimate is not None and row.ci_low is not None:
            found[row.event] = (*found.get(row.event, ()), row)
    return found
