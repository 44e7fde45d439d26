"""Numbers that cannot be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from deqi.knowledge.check.tables import Fault, key_of
from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES, Row
from deqi.knowledge.tables.atlas import Hazard, PointDepth
from deqi.knowledge.tables.harms import HarmRow, HarmUse
from deqi.knowledge.tables.options import AlternativeCount
from deqi.knowledge.tables.vocabulary import ObservationKind, Setting, Unit
from deqi.knowledge.words import say

_ORDERED = (
    ("ci_low", "ci_high"),
    ("ci_low", "estimate"),
    ("estimate", "ci_high"),
    ("scale_low", "scale_high"),
    ("cun_low", "cun_high"),
    ("mm_low", "mm_high"),
    ("plausible_low", "plausible_high"),
    ("low", "high"),
    ("implied_low", "implied_high"),
    ("events", "total"),
    ("events_treated", "n_treated"),
    ("events_control", "n_control"),
    ("difference_low", "difference"),
    ("difference", "difference_high"),
    ("mean_low", "mean_difference"),
    ("mean_difference", "mean_high"),
    ("ratio_low", "risk_ratio"),
    ("risk_ratio", "ratio_high"),
    ("nnt_low", "nnt"),
    ("nnt", "nnt_high"),
    ("nnh_low", "nnh"),
    ("nnh", "nnh_high"),
    ("ci_low", "per100"),
    ("per100", "ci_high"),
)
_NOT_NEGATIVE = (
    "sd", "events", "total", "denominator", "k", "review_k", "weeks", "cap_mm", "transverse_mm", "value_mm", "mm_low",
    "mm_high", "cun_low", "cun_high", "n_randomised", "n_acupuncture", "n_control", "analysed_acupuncture",
    "analysed_control", "n_trials", "n_participants",
)  # fmt: skip
_POSITIVE = ("n", "total", "denominator", "factor")
_ROUNDED = 0.6
"""Papers print whole people, not always rounded by the rule."""
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2100


def number_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Every impossible number of every table."""
    for name, spec in TABLES.items():
        columns = {field.name for field in msgspec.structs.fields(spec.row)}
        for row in knowledge.rows(spec.row):
            for problem in (*_row_problems(row, columns), *_date_problems(row)):
                yield Fault(f"{name}.csv, {key_of(row, spec.key)}", problem)
    yield from _harm_faults(knowledge)
    yield from _option_faults(knowledge)
    yield from _cap_faults(knowledge)
    yield from _setting_faults(knowledge)


def _row_problems(row: Any, columns: set[str]) -> Iterator[str]:
    for column in columns:
        value = getattr(row, column)
        if isinstance(value, float) and not math.isfinite(value):
            yield say("check.not-finite", column=column)
        if value is None or isinstance(value, str | bool | tuple):
            continue
        if column in _NOT_NEGATIVE and value < 0:
            yield say("check.negative", column=column, value=value)
        if column in _POSITIVE and value == 0:
            yield say("check.zero", column=column)
        if column == "year" and not _EARLIEST_YEAR <= value <= _LATEST_YEAR:
            yield say("check.year", value=value, earliest=_EARLIEST_YEAR, latest=_LATEST_YEAR)
    for low, high in _ORDERED:
        if low in columns and high in columns:
            least, most = getattr(row, low), getattr(row, high)
            if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
                yield say("check.order", low=low, least=least, high=high, most=most)


def _date_problems(row: Any) -> Iterator[str]:
    if isinstance(row, Row) and row.review_by < row.reviewed_on:
        yield say("check.review-order", by=row.review_by, on=row.reviewed_on)


def _harm_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """More persons or treatments with an event than there are; a printed percentage that its counts deny."""
    uses = {use.harm: use for use in knowledge.rows(HarmUse)}
    for row in knowledge.rows(HarmRow):
        if row.events is None or row.denominator is None:
            continue
        place = f"harm_rows.csv, {row.harm}"
        if row.counts in ("patients_with_event", "treatments_with_event") and row.events > row.denominator:
            yield Fault(place, say("check.more-than-all", events=row.events, counts=row.counts, all=row.denominator))
        use = uses.get(row.harm)
        printed = _number(row.rate_reported)
        if printed is None or row.rate_unit != "%" or (use is not None and use.known_error):
            continue
        computed = 100 * row.events / row.denominator
        if abs(computed - printed) > _printed_tolerance(row.rate_reported):
            yield Fault(
                place,
                say("check.printed-percent", printed=row.rate_reported, computed=computed),
            )
    for use in uses.values():
        if bool(use.known_error) != bool(use.correction):
            yield Fault(f"harm_uses.csv, {use.harm}", say("check.correction"))


def _option_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Per hundreds that the counts deny, and differences that are not treated less control."""
    for row in knowledge.rows(AlternativeCount):
        place = f"alternative_counts.csv, {row.effect}"
        for events, total, printed in (
            (row.events_treated, row.n_treated, row.treated),
            (row.events_control, row.n_control, row.control),
        ):
            if events is not None and total and printed is not None and abs(100 * events / total - printed) > _ROUNDED:
                yield Fault(place, say("check.per-hundred", printed=printed, computed=100 * events / total))
        if row.treated is None or row.control is None or row.difference is None:
            continue
        if abs(row.treated - row.control - row.difference) > 2 * _ROUNDED:
            yield Fault(
                place, say("check.difference", difference=row.difference, treated=row.treated, control=row.control)
            )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _printed_tolerance(text: str) -> float:
    """One unit of the last printed digit: papers round half up, half even, or cut."""
    decimals = len(text.partition(".")[2])
    return float(10**-decimals) * 1.001


def _cap_faults(knowledge: Knowledge) -> Iterator[Fault]:
    """Caps above the lowest textbook maximum would permit more than any book does."""
    textbook = {row.point: row.mm_high_lowest for row in knowledge.rows(PointDepth)}
    for row in knowledge.rows(Hazard):
        limit = textbook.get(row.point)
        if row.cap_mm is not None and limit is not None and row.cap_mm > limit:
            yield Fault(f"hazards.csv, {row.hazard}", say("check.cap-above-books", cap=row.cap_mm, limit=limit))
        if (row.cap_mm is None) != (row.cap_basis == ""):
            yield Fault(f"hazards.csv, {row.hazard}", say("check.cap-basis"))


def _setting_faults(knowledge: Knowledge) -> Iterator[Fault]:
    for row in knowledge.rows(Setting):
        if not row.low <= row.default_value <= row.high:
            yield Fault(f"settings.csv, {row.setting}", say("check.default-range", value=row.default_value))
    units = {unit for row in knowledge.rows(Unit) for unit in (row.code, row.to)}
    for kind in knowledge.rows(ObservationKind):
        if kind.unit and kind.unit not in units:
            yield Fault(f"observations.csv, {kind.observation}", say("check.unit-unknown", unit=kind.unit))
