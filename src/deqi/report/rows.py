"""The rows behind a report's numbers, as they stand in the tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import (
    Indication,
    Outcome,
    OutcomeContrast,
    OutcomeValue,
    PublishedPool,
    TrialResult,
)
from deqi.knowledge.tables.harms import HarmModifier, HarmRow, PublishedHarmPool
from deqi.knowledge.tables.options import AlternativeCount, AlternativeEffect, AlternativeScore, NaturalCourse
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.tables.words import Guideline
from deqi.report.model import Report, RowLine


def with_rows(report: Report, knowledge: Knowledge, wanted: frozenset[str]) -> Report:
    """The report with the rows whose references (``value:O012``, ``harm:H001``) are wanted, in table order."""
    lines = tuple(line for line in every_row(knowledge) if line.key in wanted)
    cited = {source.source for source in report.sources} | {one for line in lines for one in line.source}
    cited |= {reference.removeprefix("source:") for reference in wanted if reference.startswith("source:")}
    sources = tuple(row for row in knowledge.rows(Source) if row.source in cited)
    return dataclasses.replace(report, rows=lines, sources=sources)


def every_row(knowledge: Knowledge) -> Iterator[RowLine]:
    """Every row that a sentence may rest on, table by table."""
    outcomes = {row.outcome: row for row in knowledge.rows(Outcome)}
    by_trial: dict[str, list[TrialResult]] = {}
    for result in knowledge.rows(TrialResult):
        by_trial.setdefault(result.trial, []).append(result)
    for trial, results in by_trial.items():
        text = " ".join(
            f"Against {one.comparator.replace('_', ' ')}: {one.direction.replace('_', ' ')}. {one.summary}".strip()
            for one in results
        )
        yield RowLine(f"trial:{trial}", text, tuple(dict.fromkeys(source for one in results for source in one.source)))
    yield from _outcomes(knowledge)
    for value in knowledge.rows(OutcomeValue):
        outcome = outcomes[value.outcome]
        head = f"{outcome.trial}, {outcome.name}, {value.value_type}, {value.arm}: "
        yield RowLine(f"value:{value.value}", head + _value(value), value.source)
    for contrast in knowledge.rows(OutcomeContrast):
        outcome = outcomes[contrast.outcome]
        head = f"{outcome.trial}, {outcome.name}, acupuncture against control"
        text = head if contrast.estimate is None else f"{head}: {contrast.measure} {contrast.estimate:g}"
        if contrast.ci_low is not None:
            text += f" ({contrast.ci_low:g} to {contrast.ci_high:g})"
        yield RowLine(f"contrast:{contrast.contrast}", text, contrast.source)
    for harm in knowledge.rows(HarmRow):
        text = f"{harm.survey}, {harm.label}: "
        if harm.events is not None and harm.denominator is not None:
            text += f"{harm.events:,g} of {harm.denominator:,.0f} {harm.unit}"
        else:
            text += f"{harm.rate_reported} {harm.rate_unit}".strip() or "no number"
            text += f" of {harm.denominator:,.0f} {harm.unit}" if harm.denominator is not None else ""
        yield RowLine(f"harm:{harm.harm}", text, harm.source)
    for pool in knowledge.rows(PublishedPool):
        yield RowLine(f"pool:{pool.pool}", _printed(pool.review, pool.outcome, pool.measure, pool), pool.source)
    for harm_pool in knowledge.rows(PublishedHarmPool):
        text = _printed(harm_pool.review, harm_pool.outcome, harm_pool.measure, harm_pool)
        yield RowLine(f"harmpool:{harm_pool.pool}", text, harm_pool.source)
    for use in knowledge.rows(Indication):
        yield RowLine(
            f"indication:{use.indication}", _printed(use.condition, use.outcome, use.measure, use), use.source
        )
    for modifier in knowledge.rows(HarmModifier):
        text = _printed(modifier.survey, f"{modifier.outcome}, {modifier.factor}", modifier.measure, modifier)
        yield RowLine(f"modifier:{modifier.modifier}", text, modifier.source)
    for guideline in knowledge.rows(Guideline):
        yield RowLine(
            f"guideline:{guideline.guideline}", f"{guideline.body}: {guideline.recommendation}", guideline.source
        )
    yield from _options(knowledge)
    for rule in knowledge.rules:
        yield RowLine(f"rule:{rule.id}", f"{rule.title}. {rule.why}", rule.source)


def _options(knowledge: Knowledge) -> Iterator[RowLine]:
    """What else there is, and what happens without treatment, each with its numbers in one line."""
    counts = {row.effect: row for row in knowledge.rows(AlternativeCount)}
    scores = {row.effect: row for row in knowledge.rows(AlternativeScore)}
    for effect in knowledge.rows(AlternativeEffect):
        head = f"{effect.treatment}, {effect.outcome}, against {effect.comparator}"
        numbers = (_filled(counts.get(effect.effect)), _filled(scores.get(effect.effect)))
        yield RowLine(f"effect:{effect.effect}", "; ".join((head, *filter(None, numbers))), effect.source)
    for course in knowledge.rows(NaturalCourse):
        yield RowLine(f"course:{course.course}", f"{course.who}, {course.outcome}: {_filled(course)}", course.source)


def _filled(row: AlternativeCount | AlternativeScore | NaturalCourse | None) -> str:
    """The numbers that a row has, each with the name of its column."""
    if row is None:
        return ""
    numbers = ((name, getattr(row, name)) for name in row.__struct_fields__)
    return ", ".join(f"{name} {value:g}" for name, value in numbers if isinstance(value, int | float))


def _outcomes(knowledge: Knowledge) -> Iterator[RowLine]:
    """Each outcome with all its numbers in one line."""
    found: dict[str, list[str]] = {}
    for value in knowledge.rows(OutcomeValue):
        found.setdefault(value.outcome, []).append(f"{value.arm} {value.value_type} {_value(value)}")
    for contrast in knowledge.rows(OutcomeContrast):
        if contrast.estimate is not None:
            ends = "" if contrast.ci_low is None else f" ({contrast.ci_low:g} to {contrast.ci_high:g})"
            found.setdefault(contrast.outcome, []).append(f"{contrast.measure} {contrast.estimate:g}{ends}")
    for row in knowledge.rows(Outcome):
        numbers = "; ".join(found.get(row.outcome, ["no number"]))
        yield RowLine(f"outcome:{row.outcome}", f"{row.trial}, {row.name}: {numbers}", row.source)


def _value(value: OutcomeValue) -> str:
    if value.events is not None:
        return f"{value.events} of {value.total}"
    parts = [f"mean {value.mean:g}"] if value.mean is not None else []
    parts += [f"SD {value.sd:g}"] if value.sd is not None else []
    parts += [f"n {value.n}"] if value.n is not None else []
    return ", ".join(parts) or "no number"


def _printed(
    where: str, what: str, measure: str, row: PublishedPool | PublishedHarmPool | Indication | HarmModifier
) -> str:
    text = f"{where}, {what}"
    if row.estimate is None:
        return text
    interval = "" if row.ci_low is None or row.ci_high is None else f" ({row.ci_low:g} to {row.ci_high:g})"
    return f"{text}: {measure} {row.estimate:g}{interval}"
