"""One trial as a card: design, results, tables, and what can be computed from its counts."""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Iterable

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.evidence import (
    Outcome,
    OutcomeContrast,
    OutcomeValue,
    Trial,
    TrialArm,
    TrialComparison,
    TrialResult,
)
from metafit import binary_effects


@dataclasses.dataclass(frozen=True)
class CountTable:
    """Counts of one comparison at one time: outcome names by arms."""

    comparator: str
    weeks: float | None
    categories: tuple[str, ...]
    acupuncture: tuple[int, ...]
    control: tuple[int, ...]
    total_acupuncture: int
    total_control: int


@dataclasses.dataclass(frozen=True)
class BinaryResult:
    """What a 2 x 2 table says: ratio and difference of risks with 95 % intervals, number needed to treat, Fisher's p.

    ``nnt`` is for the difference as counted (negative: acupuncture had the event more often where that is worse);
    its interval is None where the difference may be zero.
    """

    outcome: Outcome
    events: tuple[int, int, int, int]
    risk_ratio: float
    rr_low: float
    rr_high: float
    risk_difference: float
    rd_low: float
    rd_high: float
    nnt: float
    nnt_low: float | None
    nnt_high: float | None
    fisher_p: float
    rows: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class TrialCard:
    """Everything held about one trial."""

    trial: Trial
    arms: tuple[TrialArm, ...]
    comparisons: tuple[TrialComparison, ...]
    results: tuple[TrialResult, ...]
    outcomes: tuple[Outcome, ...]
    values: tuple[OutcomeValue, ...]
    contrasts: tuple[OutcomeContrast, ...]
    tables: tuple[CountTable, ...]
    binary: tuple[BinaryResult, ...]


def trial_card(knowledge: Knowledge, trial: str) -> TrialCard | None:
    """The card of a trial id; None when there is no such trial."""
    row = next((one for one in knowledge.rows(Trial) if one.trial == trial), None)
    if row is None:
        return None
    outcomes = tuple(one for one in knowledge.rows(Outcome) if one.trial == trial)
    ids = {one.outcome for one in outcomes}
    values = tuple(one for one in knowledge.rows(OutcomeValue) if one.outcome in ids)
    return TrialCard(
        trial=row,
        arms=tuple(one for one in knowledge.rows(TrialArm) if one.trial == trial),
        comparisons=tuple(one for one in knowledge.rows(TrialComparison) if one.trial == trial),
        results=tuple(one for one in knowledge.rows(TrialResult) if one.trial == trial),
        outcomes=outcomes,
        values=values,
        contrasts=tuple(one for one in knowledge.rows(OutcomeContrast) if one.outcome in ids),
        tables=tuple(_tables(outcomes, values)),
        binary=tuple(_binary(outcomes, values)),
    )


def _pairs(
    outcomes: Iterable[Outcome], values: Iterable[OutcomeValue]
) -> Iterable[tuple[Outcome, OutcomeValue, OutcomeValue]]:
    by_outcome: dict[str, list[OutcomeValue]] = defaultdict(list)
    for value in values:
        if value.value_type == "events" and value.events is not None and value.total:
            by_outcome[value.outcome].append(value)
    for outcome in outcomes:
        acupuncture = [one for one in by_outcome[outcome.outcome] if one.arm == "acupuncture"]
        control = [one for one in by_outcome[outcome.outcome] if one.arm == "control"]
        if len(acupuncture) == len(control) == 1:
            yield outcome, acupuncture[0], control[0]


def _tables(outcomes: Iterable[Outcome], values: Iterable[OutcomeValue]) -> Iterable[CountTable]:
    """Outcomes that together count every person once form one table."""
    groups = defaultdict(list)
    for outcome, acupuncture, control in _pairs(outcomes, values):
        groups[outcome.comparator, outcome.weeks, acupuncture.total, control.total].append(
            (outcome.name, acupuncture.events or 0, control.events or 0)
        )
    for (comparator, weeks, total_acupuncture, total_control), rows in groups.items():
        names, acupuncture_counts, control_counts = zip(*rows, strict=True)
        if sum(acupuncture_counts) == total_acupuncture and sum(control_counts) == total_control:
            yield CountTable(
                comparator, weeks, names, acupuncture_counts, control_counts, total_acupuncture or 0, total_control or 0
            )


def _binary(outcomes: Iterable[Outcome], values: Iterable[OutcomeValue]) -> Iterable[BinaryResult]:
    from scipy.special import ndtri
    from scipy.stats import fisher_exact

    z = float(ndtri(0.975))
    for outcome, acupuncture, control in _pairs(outcomes, values):
        a, n1, c, n2 = acupuncture.events or 0, acupuncture.total or 0, control.events or 0, control.total or 0
        ratio = binary_effects("RR", a, n1, c, n2)
        difference = binary_effects("RD", a, n1, c, n2, add=0.0)
        log_rr, half_rr = float(ratio.yi), z * float(ratio.vi) ** 0.5
        rd, half_rd = float(difference.yi), z * float(difference.vi) ** 0.5
        low, high = rd - half_rd, rd + half_rd
        certain = low * high > 0
        yield BinaryResult(
            outcome=outcome,
            events=(a, n1, c, n2),
            risk_ratio=math.exp(log_rr),
            rr_low=math.exp(log_rr - half_rr),
            rr_high=math.exp(log_rr + half_rr),
            risk_difference=rd,
            rd_low=low,
            rd_high=high,
            nnt=1 / rd if rd else float("inf"),
            nnt_low=1 / (high if rd > 0 else low) if certain else None,
            nnt_high=1 / (low if rd > 0 else high) if certain else None,
            fisher_p=float(fisher_exact([[a, n1 - a], [c, n2 - c]]).pvalue),
            rows=(f"value:{acupuncture.value}", f"value:{control.value}"),
        )
