"""What the evidence tables must say of each other: a design for each comparison, a meaning for each count of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from deqi.knowledge.check.tables import Fault
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables.evidence import (
    Outcome,
    OutcomeContrast,
    OutcomeDefinition,
    OutcomeValue,
    PublishedPool,
    PublishedPoolNote,
    Trial,
    TrialArm,
    TrialComparison,
    TrialResult,
)
from deqi.knowledge.tables.vocabulary import ComparatorKind
from deqi.knowledge.tables.words import EventPart
from deqi.knowledge.words import say

MIXED = ("mixed", "sham_v_none")
"""Comparators of published pools that are no comparator of acupuncture: several kinds together, or pretend v none."""
_DUMMIES = ("sham", "placebo")


def evidence_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Every fault between the evidence tables."""
    yield from _comparison_faults(knowledge)
    yield from _outcome_faults(knowledge)
    yield from _pool_faults(knowledge)
    yield from _part_faults(knowledge)


def _comparison_faults(knowledge: Knowledge) -> Iterator[Fault]:
    arms = {(row.trial, row.comparator) for row in knowledge.rows(TrialArm)}
    results = {(row.trial, row.comparator) for row in knowledge.rows(TrialResult)}
    designs = {(row.trial, row.comparator): row for row in knowledge.rows(TrialComparison)}
    groups = {row.comparator: row.group for row in knowledge.rows(ComparatorKind)}
    trials = {row.trial: row for row in knowledge.rows(Trial)}
    for key in sorted(arms ^ set(designs)) + sorted(results ^ set(designs)):
        yield Fault(f"trial_comparisons.csv, {'/'.join(key)}", say("check.comparisons-differ"))
    for (name, comparator), row in designs.items():
        if name not in trials:
            continue  # a reference that is not there is told by itself
        place = f"trial_comparisons.csv, {name}/{comparator}"
        dummy = groups[comparator] in _DUMMIES
        if dummy == (row.sham == "none"):
            yield Fault(place, say("check.sham-kind"))
        if row.blinded == "yes" and (not dummy or row.sham == "other_kind"):
            yield Fault(place, say("check.not-blinded"))
        if row.allocation == "single_arm" and trials[name].randomised == "yes":
            yield Fault(place, say("check.single-arm"))
        if (row.technique in ("laser", "current", "tapping")) != (trials[name].purpose == "other-technique"):
            yield Fault(place, say("check.technique-purpose", technique=row.technique, purpose=trials[name].purpose))


def _outcome_faults(knowledge: Knowledge) -> Iterator[Fault]:
    defined = {row.outcome for row in knowledge.rows(OutcomeDefinition)}
    counted = {row.outcome for row in knowledge.rows(OutcomeValue) if row.value_type == "events"}
    for row in knowledge.rows(Outcome):
        if (row.outcome in counted or row.domain == "responder") and row.outcome not in defined:
            yield Fault(f"outcomes.csv, {row.outcome}", say("check.count-without-kind"))
    for contrast in knowledge.rows(OutcomeContrast):
        if contrast.measure in ("MD", "SMD") and contrast.estimate is not None and not contrast.score:
            yield Fault(f"outcome_contrasts.csv, {contrast.contrast}", say("check.difference-of-what"))


def _pool_faults(knowledge: Knowledge) -> Iterator[Fault]:
    known = {row.comparator for row in knowledge.rows(ComparatorKind)} | set(MIXED)
    notes = {row.pool: row for row in knowledge.rows(PublishedPoolNote)}
    for row in knowledge.rows(PublishedPool):
        place = f"published_pools.csv, {row.pool}"
        if row.comparator not in known:
            yield Fault(place, say("check.comparator", comparator=row.comparator, others=", ".join(MIXED)))
        if row.pool not in notes:
            yield Fault(place, say("check.pool-without-notes"))
        elif row.estimate is not None and row.measure != "percent" and not notes[row.pool].better:
            yield Fault(place, say("check.better-side"))


def _part_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """An event that is part of itself, at any depth, would be above and below itself."""
    parts: dict[str, set[str]] = defaultdict(set)
    for row in knowledge.rows(EventPart):
        parts[row.whole].add(row.part)
    for whole in parts:
        seen, todo = set[str](), list(parts[whole])
        while todo:
            one = todo.pop()
            if one == whole:
                yield Fault(f"event_parts.csv, {whole}", say("check.part-of-itself"))
                break
            if one not in seen:
                seen.add(one)
                todo += parts.get(one, ())
