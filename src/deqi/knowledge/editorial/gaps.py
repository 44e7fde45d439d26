"""What is not known, not checked, or due."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

from deqi.knowledge.store import Knowledge
from deqi.knowledge.tables import TABLES, Row
from deqi.knowledge.tables.atlas import Hazard, Point
from deqi.knowledge.tables.evidence import TrialResult
from deqi.knowledge.tables.sources import Source
from deqi.knowledge.words import say


@dataclasses.dataclass(frozen=True)
class Gap:
    """One kind of gap, how many rows, and which (the first hundred)."""

    title: str
    count: int
    rows: tuple[str, ...]


MOST_NAMED = 100


def find_gaps(knowledge: Knowledge) -> tuple[Gap, ...]:
    """All gaps of an edition, as at its release date."""
    return tuple(gap for gap in _gaps(knowledge) if gap.count)


def _gaps(knowledge: Knowledge) -> Iterator[Gap]:
    released = dt.date.fromisoformat(knowledge.edition.released)
    yield _gap(say("gaps.numbers"), [
        f"{row.trial} v {row.comparator}: {row.numbers_reason}"
        for row in knowledge.rows(TrialResult)
        if row.numbers_status == "not_available"
    ])  # fmt: skip
    hazards = {row.point for row in knowledge.rows(Hazard)}
    yield _gap(say("gaps.hazards"), [row.code for row in knowledge.rows(Point) if row.code not in hazards])
    yield _gap(say("gaps.limits"), [row.hazard for row in knowledge.rows(Hazard) if row.cap_mm is None])
    yield _gap(say("gaps.limits.default"), [
        row.hazard for row in knowledge.rows(Hazard) if row.cap_basis == "house"
    ])  # fmt: skip
    yield _gap(say("gaps.rules.default"), [rule.id for rule in knowledge.rules if rule.basis == "default"])
    yield _gap(say("gaps.rules.unverified"), [rule.id for rule in knowledge.rules if rule.verified == "no"])
    yield _gap(say("gaps.rules.unchecked"), [rule.id for rule in knowledge.rules if not rule.checked_by])
    yield _gap(say("gaps.sources"), [
        row.source
        for row in knowledge.rows(Source)
        if not (row.doi or row.pmid or row.pmcid or row.url or row.registry) and row.kind != "default"
    ])  # fmt: skip
    for name, spec in TABLES.items():
        if issubclass(spec.row, Row):
            rows = knowledge.rows(spec.row)
            yield Gap(say("gaps.table.unverified", name=name), sum(row.verified == "no" for row in rows), ())
            yield _gap(say("gaps.table.overdue", name=name), [
                str(getattr(row, spec.key[0])) for row in rows if row.review_by < released
            ])  # fmt: skip


def _gap(title: str, rows: list[str]) -> Gap:
    return Gap(title, len(rows), tuple(rows[:MOST_NAMED]))
