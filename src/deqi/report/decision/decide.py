"""Choosing what a person weighs: which benefit, which harm, which other treatments, by orders stated here."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Iterable, Iterator

from deqi.evidence.benefits import BenefitCell, conditions_inside
from deqi.evidence.effects import every_effect
from deqi.evidence.options import MEASURES, Option, natural_course, options
from deqi.evidence.outcomes import Benefit
from deqi.knowledge import Knowledge
from deqi.knowledge.tables.decision import DecisionPart
from deqi.knowledge.tables.evidence import Trial, TrialArm
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.vocabulary import Condition
from deqi.report.decision.model import Compared, Counted, Decision, Hundred, Visits
from deqi.report.model import EventLine, Report
from deqi.report.sections.harms import event_line
from metafit.counts.exact import exact_proportion

GROUPS = ("no_needling", "sham", "placebo")
"""The comparisons of the page: what people would otherwise have, then pretend needles."""
COMMON = ("any_ae", "bleeding_haematoma_combined", "ae_requiring_treatment", "pain", "infection")
AT_ONCE = ("negative_reaction", "tired_or_sleepy")
FEELING = ("sensory_test", "nerve_conduction")
KINDS = ("placebo", "placebo_or_nothing", "usual_or_nothing", "active", "none")
MOST_OPTIONS = 4
"""Treatments on the page; every other effect is a tap away."""


def decide(knowledge: Knowledge, report: Report) -> Decision:
    """The decision of a report's topic.

    Raises:
        ValueError: the topic rests on published reviews, so there is no decision page.
    """
    if report.evidence is None:
        raise ValueError(f"{report.topic.id} rests on published reviews: no decision page")
    condition = report.topic.id
    cells = {cell.group: cell for cell in report.evidence.cells}
    trials = {row.trial: row for row in knowledge.rows(Trial)}
    inside = conditions_inside(condition, knowledge.rows(Condition))
    parts = [row for row in knowledge.rows(DecisionPart) if not row.conditions or condition in row.conditions]
    held = options(knowledge, condition)
    shown = _shown(held, condition)
    arms = [row for row in knowledge.rows(TrialArm) if trials[row.trial].condition in inside]
    made = Decision(
        topic=report.topic,
        as_of=report.as_of,
        edition=report.edition,
        review_by=min(row.review_by for row in parts),
        checked=all(row.checked_by for row in parts),
        trials=report.evidence.trials,
        conditions={row.condition: row.plain_name for row in knowledge.rows(Condition)},
        compared=tuple(_compared(knowledge, cells[group], trials) for group in GROUPS if group in cells),
        feeling=tuple(one for one in report.evidence.benefits if one.domain in FEELING),
        common=_lines(report, COMMON, "course"),
        at_once=_lines(report, AT_ONCE, "one_treatment"),
        worse=event_line(report, "aggravation"),
        serious=event_line(report, "serious_ae"),
        lung=event_line(report, "pneumothorax"),
        death=event_line(report, "death"),
        parts=tuple(sorted(parts, key=lambda row: (row.kind, row.order))),
        options=shown,
        others=tuple(one for one in held if one not in shown),
        course=natural_course(knowledge, condition),
        guidelines=report.guidelines,
        sessions=_visits(row.sessions for row in arms),
        minutes=_visits(row.minutes for row in arms),
        sources=(),
        personal=report.personal,
    )
    cited = set(_cited(made))
    return dataclasses.replace(made, sources=tuple(row for row in knowledge.rows(Source) if row.source in cited))


def _cited(made: Decision) -> Iterator[str]:
    for compared in made.compared:
        for benefit in compared.cell.benefits:
            yield from benefit.source
    for line in (*made.common, *made.at_once, made.worse, made.serious, made.lung, made.death):
        if line is not None:
            yield from line.harm.source
    for option in made.options:
        yield from option.effect.source
    for course in made.course:
        yield from course.source


def _compared(knowledge: Knowledge, cell: BenefitCell, trials: dict[str, Trial]) -> Compared:
    """One comparison. The benefit in people is the one patients reported, of most people: benefits come ranked."""
    counted = next((one for one in cell.benefits if one.per_hundred and one.reporter == "patient"), None)
    return Compared(
        cell=cell,
        counted=None if counted is None else _counted(knowledge, counted, trials),
        others=tuple(one for one in cell.benefits if one is not counted),
        without_numbers=len(cell.treatment) - cell.trials_with_numbers,
    )


def _counted(knowledge: Knowledge, benefit: Benefit, trials: dict[str, Trial]) -> Counted:
    found = benefit.per_hundred
    assert found is not None
    ends = exact_proportion(found.baseline_events, found.baseline_total)
    effect = next(
        (
            one
            for one in every_effect(knowledge)
            if one.trial.trial == found.trial and one.outcome.name == benefit.outcome
        ),
        None,
    )
    events = effect.events if effect is not None and benefit.basis == "trial" else None
    arm = next(row for row in knowledge.rows(TrialArm) if row.trial == found.trial)
    return Counted(
        benefit,
        Hundred(found.treated, found.treated_low, found.treated_high),
        Hundred(found.control, 100 * float(ends.low), 100 * float(ends.high)),
        trials[found.trial],
        arm,
        None if events is None else events[0],
        None if events is None else int(events[1]),
    )


def _lines(report: Report, events: Iterable[str], listed: str) -> tuple[EventLine, ...]:
    found = (event_line(report, event) for event in events)
    return tuple(line for line in found if line is not None and line.harm.listed == listed)


def _shown(held: Iterable[Option], condition: str) -> tuple[Option, ...]:
    """The treatments on the page: relief with numbers, those compared with a placebo first, then by measure.

    The condition's own come alone where there are any. Each study of a treatment stands there once, on its best
    measure: not the study that looks best.
    """
    relief = [one for one in held if one.effect.purpose == "treatment" and one.told and one.treatment.on_page]
    own = [one for one in relief if one.effect.condition == condition] or relief
    own.sort(key=lambda one: (KINDS.index(one.effect.comparator_kind), MEASURES.index(one.effect.measure)))
    most = MOST_OPTIONS if own and own[0].effect.measure == MEASURES[0] else MOST_OPTIONS - 1
    chosen = list(dict.fromkeys(one.treatment.treatment for one in own))[:most]
    found: dict[tuple[str, str, str], Option] = {}
    for one in own:
        if one.treatment.treatment in chosen:
            source = one.effect.source[0] if one.effect.source else one.effect.effect
            found.setdefault((one.treatment.treatment, source, one.effect.comparator_kind), one)
    return tuple(sorted(found.values(), key=lambda one: chosen.index(one.treatment.treatment)))


def _visits(cells: Iterable[str]) -> Visits | None:
    """Cells that hold one whole number; others (ranges, remarks) say nothing here."""
    found = [int(cell) for cell in cells if cell.isdigit()]
    if not found:
        return None
    return Visits(min(found), round(statistics.median(found)), max(found), len(found))
