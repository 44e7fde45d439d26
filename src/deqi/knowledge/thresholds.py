"""The thresholds and durations that no clinic sets: ``thresholds.csv``, each with its source or its label, by name.

Those a clinic may set within a range are in ``settings.csv``; how long an answer counts is in ``question_days.csv``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

import msgspec

from deqi.knowledge.csvtable import TableError
from deqi.knowledge.store import load
from deqi.knowledge.tables.vocabulary import Threshold


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field a row; what each decides is said in the table."""

    longest_pregnancy_days: int
    last_period_to_due_date_days: int
    alarm_days: int
    stale_active_days: int
    longest_supply_days: int
    oldest_age: int
    lasting_answer_days: int
    renewable_lives: int
    flat_degrees: int
    upright_degrees: int
    most_parts_needled: int
    least_to_pool: int
    least_to_predict: int
    optimal_information_size: int
    very_few_people: int
    substantial_i2: float
    many_missing: float
    least_for_sign_test: int
    level_share: float
    rare_rate: float
    rare_per_treatment: float
    course_sessions: int
    few_events: int
    wide_interval: float
    differing_p: float
    agreeing_studies: int
    agreeing_p: float
    off_middle_share: float
    closer_on_logs: float
    sizes_differ_times: float
    strong_z: float
    far_z: float
    copied_digits: int
    unsure_p: float
    percent_ratio: float
    same_sum: float
    errors_apart: float
    other_units_times: float
    contradicting_i2: float
    like_se_times: float
    effects_apart: float
    least_told_p: float
    same_level: float
    least_to_select: int


@functools.cache
def thresholds() -> Thresholds:
    """Those of the shipped knowledge."""
    return typed(load().rows(Threshold))


def typed(rows: Iterable[Threshold]) -> Thresholds:
    """The rows as numbers by name.

    Raises:
        TableError: a row that nothing reads, one that is missing, or a part of what is counted in wholes.
    """
    values = {row.threshold.replace("-", "_"): int(row.value) if row.value.is_integer() else row.value for row in rows}
    try:
        return msgspec.convert(values, Thresholds)
    except msgspec.ValidationError as error:
        raise TableError(f"thresholds.csv: {error}") from None
