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
from deqi.report.phrase import Phrases


def with_rows(report: Report, knowledge: Knowledge, wanted: frozenset[str]) -> Report:
    """The report with the rows whose references (``value:O012``, ``harm:H001``) are wanted, in table order."""
    lines = tuple(line for line in every_row(knowledge) if line.key in wanted)
    cited = {source.source for source in report.sources} | {one for line in lines for one in line.source}
    cited |= {reference.removeprefix("source:") for reference in wanted if reference.startswith("source:")}
    sources = tuple(row for row in knowledge.rows(Source) if row.source in cited)
    return dataclasses.replace(report, rows=lines, sources=sources)


def every_row(knowledge: Knowledge) -> Iterator[RowLine]:
    """Every row that a sentence may rest on, table by table."""
    phrases = Phrases(knowledge.texts)
    outcomes = {row.outcome: row for row in knowledge.rows(Outcome)}
    yield from _trials(knowledge, phrases)
    yield from _outcomes(knowledge, phrases)
    for value in knowledge.rows(OutcomeValue):
        outcome = outcomes[value.outcome]
        fields = {"trial": outcome.trial, "outcome": outcome.name, "type": value.value_type, "arm": value.arm}
        text = phrases.say("numbers.row.value", {**fields, "numbers": _value(value, phrases)})
        yield RowLine(f"value:{value.value}", text, value.source)
    for contrast in knowledge.rows(OutcomeContrast):
        outcome = outcomes[contrast.outcome]
        said = "" if contrast.estimate is None else f": {contrast.measure} {contrast.estimate:g}"
        if contrast.ci_low is not None:
            said += f" ({contrast.ci_low:g} to {contrast.ci_high:g})"
        fields = {"trial": outcome.trial, "outcome": outcome.name, "numbers": said}
        text = phrases.say("numbers.row.contrast", fields)
        yield RowLine(f"contrast:{contrast.contrast}", text, contrast.source)
    for harm in knowledge.rows(HarmRow):
        fields = {"survey": harm.survey, "event": harm.label, "numbers": _harm(harm, phrases)}
        yield RowLine(f"harm:{harm.harm}", phrases.say("numbers.row.harm", fields), harm.source)
    yield from _published(knowledge, phrases)
    for guideline in knowledge.rows(Guideline):
        fields = {"body": guideline.body, "recommendation": guideline.recommendation}
        text = phrases.say("numbers.row.guideline", fields)
        yield RowLine(f"guideline:{guideline.guideline}", text, guideline.source)
    yield from _options(knowledge, phrases)
    for rule in knowledge.rules:
        text = phrases.say("numbers.row.rule", {"title": rule.title, "why": rule.why})
        yield RowLine(f"rule:{rule.id}", text, rule.source)


def _trials(knowledge: Knowledge, phrases: Phrases) -> Iterator[RowLine]:
    """Each trial with what its authors say of every comparison."""
    by_trial: dict[str, list[TrialResult]] = {}
    for result in knowledge.rows(TrialResult):
        by_trial.setdefault(result.trial, []).append(result)
    for trial, results in by_trial.items():
        said = []
        for one in results:
            fields = {"comparator": one.comparator.replace("_", " "), "direction": one.direction.replace("_", " ")}
            said.append(phrases.say("numbers.row.trial", {**fields, "summary": one.summary}).strip())
        sources = tuple(dict.fromkeys(source for one in results for source in one.source))
        yield RowLine(f"trial:{trial}", " ".join(said), sources)


def _published(knowledge: Knowledge, phrases: Phrases) -> Iterator[RowLine]:
    """What reviews and surveys printed: pools, other uses, risk factors."""
    for pool in knowledge.rows(PublishedPool):
        text = _printed(pool.review, pool.outcome, pool.measure, pool, phrases)
        yield RowLine(f"pool:{pool.pool}", text, pool.source)
    for harm_pool in knowledge.rows(PublishedHarmPool):
        text = _printed(harm_pool.review, harm_pool.outcome, harm_pool.measure, harm_pool, phrases)
        yield RowLine(f"harmpool:{harm_pool.pool}", text, harm_pool.source)
    for use in knowledge.rows(Indication):
        text = _printed(use.condition, use.outcome, use.measure, use, phrases)
        yield RowLine(f"indication:{use.indication}", text, use.source)
    for modifier in knowledge.rows(HarmModifier):
        what = f"{modifier.outcome}, {modifier.factor}"
        text = _printed(modifier.survey, what, modifier.measure, modifier, phrases)
        yield RowLine(f"modifier:{modifier.modifier}", text, modifier.source)


def _options(knowledge: Knowledge, phrases: Phrases) -> Iterator[RowLine]:
    """What else there is, and what happens without treatment, each with its numbers in one line."""
    counts = {row.effect: row for row in knowledge.rows(AlternativeCount)}
    scores = {row.effect: row for row in knowledge.rows(AlternativeScore)}
    for effect in knowledge.rows(AlternativeEffect):
        fields = {"treatment": effect.treatment, "outcome": effect.outcome, "comparator": effect.comparator}
        head = phrases.say("numbers.row.option", fields)
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


def _outcomes(knowledge: Knowledge, phrases: Phrases) -> Iterator[RowLine]:
    """Each outcome with all its numbers in one line."""
    found: dict[str, list[str]] = {}
    for value in knowledge.rows(OutcomeValue):
        found.setdefault(value.outcome, []).append(f"{value.arm} {value.value_type} {_value(value, phrases)}")
    for contrast in knowledge.rows(OutcomeContrast):
        if contrast.estimate is not None:
            ends = "" if contrast.ci_low is None else f" ({contrast.ci_low:g} to {contrast.ci_high:g})"
            found.setdefault(contrast.outcome, []).append(f"{contrast.measure} {contrast.estimate:g}{ends}")
    for row in knowledge.rows(Outcome):
        numbers = "; ".join(found.get(row.outcome, [phrases.say("numbers.row.none")]))
        text = phrases.say("numbers.row.outcome", {"trial": row.trial, "outcome": row.name, "numbers": numbers})
        yield RowLine(f"outcome:{row.outcome}", text, row.source)


def _harm(harm: HarmRow, phrases: Phrases) -> str:
    if harm.events is not None and harm.denominator is not None:
        fields = {"events": f"{harm.events:,g}", "total": f"{harm.denominator:,.0f}", "unit": harm.unit}
        return phrases.say("numbers.row.harm.count", fields)
    said = f"{harm.rate_reported} {harm.rate_unit}".strip() or phrases.say("numbers.row.none")
    if harm.denominator is not None:
        fields = {"total": f"{harm.denominator:,.0f}", "unit": harm.unit}
        said += f" {phrases.say('numbers.row.harm.of', fields)}"
    return said


def _value(value: OutcomeValue, phrases: Phrases) -> str:
    if value.events is not None:
        return phrases.say("numbers.row.events", {"events": value.events, "total": value.total})
    parts = [phrases.say("numbers.row.mean", {"mean": f"{value.mean:g}"})] if value.mean is not None else []
    parts += [phrases.say("numbers.row.sd", {"sd": f"{value.sd:g}"})] if value.sd is not None else []
    parts += [phrases.say("numbers.row.n", {"n": value.n})] if value.n is not None else []
    return ", ".join(parts) or phrases.say("numbers.row.none")


def _printed(
    where: str,
    what: str,
    measure: str,
    row: PublishedPool | PublishedHarmPool | Indication | HarmModifier,
    phrases: Phrases,
) -> str:
    text = phrases.say("numbers.row.printed", {"where": where, "what": what})
    if row.estimate is None:
        return text
    interval = "" if row.ci_low is None or row.ci_high is None else f" ({row.ci_low:g} to {row.ci_high:g})"
    return f"{text}: {measure} {row.estimate:g}{interval}"
