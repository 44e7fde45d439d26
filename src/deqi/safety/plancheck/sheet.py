"""The sheet for the treatment room: what goes in where, and that as many needles come out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import msgspec

from deqi.safety.evaluate.planned import needles_of
from deqi.safety.needling.plan import CurrentPair, Line, Needling, NeedlingStatus
from deqi.safety.plancheck.check import PlanCheck
from deqi.safety.plancheck.place import label_of
from deqi.safety.rules.catalog import Catalog


@dataclasses.dataclass(frozen=True)
class SheetRow:
    """One line to tick: place, how, how many needles, and what to mind (rule and line ids with their plain words)."""

    place: str
    side: str
    depth: str
    angle: str
    technique: str
    needles: int
    status: NeedlingStatus
    mind: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Sheet:
    """What is printed. ``rows`` hold the needlings that may be done or still ask; ``left_out`` the others.

    ``open_questions`` is how many questions about the person are open: the sheet holds once they are answered.
    """

    title: str
    as_of: str
    knowledge: str
    rows: tuple[SheetRow, ...]
    left_out: tuple[SheetRow, ...]
    instead: Mapping[str, tuple[str, ...]]
    without_instead: tuple[str, ...]
    current: tuple[str, ...]
    session: tuple[str, ...]
    needles_in: int
    open_questions: int


def sheet_of(check: PlanCheck, catalog: Catalog) -> Sheet:
    """The sheet of a checked plan."""
    rows: list[SheetRow] = []
    left_out: list[SheetRow] = []
    for one, checked in zip(check.plan.needlings, check.needlings, strict=True):
        by_side = checked.by_side or {one.side or "": checked.status}
        for side, status in by_side.items():
            written = _on(one, side) if checked.by_side else one
            mind = tuple(line.plain for line in checked.lines if line.side in ("", side))
            row = _row(written, status, mind, needles_of(written, catalog))
            (left_out if status in ("omit", "change") else rows).append(row)
    instead = {
        label_of(check.plan.needlings[number]): tuple(how(one.needling, catalog) for one in found)
        for number, found in check.alternatives.items()
    }
    return Sheet(
        title=check.plan.title,
        as_of=check.as_of.isoformat(),
        knowledge=check.edition,
        rows=tuple(rows),
        left_out=tuple(left_out),
        instead=instead,
        without_instead=tuple(
            label_of(check.plan.needlings[one.number])
            for one in check.needlings
            if one.status in ("omit", "change") and one.number not in check.alternatives
        ),
        current=tuple(_joined(pair) for pair in check.without.pairs),
        session=tuple(dict.fromkeys(line.plain for line in check.session if is_of_the_visit(line, catalog))),
        needles_in=sum(row.needles for row in rows),
        open_questions=len(check.open),
    )


def is_of_the_visit(line: Line, catalog: Catalog) -> bool:
    """Open questions about the person are counted in the headline; the rest of the session is told."""
    return line.status != "ask" or any(catalog.questions[one].stage == "plan" for one in line.asks)


def _on(one: Needling, side: str) -> Needling:
    return msgspec.structs.replace(one, side=side)


def _row(one: Needling, status: NeedlingStatus, mind: tuple[str, ...], needles: int) -> SheetRow:
    return SheetRow(
        place=" ".join(part for part in (one.point or one.site or "", one.segment) if part),
        side=one.side or "?",
        depth="?" if one.depth_mm is None else f"{one.depth_mm:g} mm",
        angle=one.angle or "?",
        technique=one.technique,
        needles=needles,
        status=status,
        mind=mind,
    )


def how(one: Needling, catalog: Catalog) -> str:
    """A needling in a few words: place, side, angle, depth, technique."""
    angle = one.angle or catalog.atlas.words("plan.any-angle")
    depth = "" if one.depth_mm is None else f", {catalog.atlas.words('plan.to-mm', {'mm': f'{one.depth_mm:g}'})}"
    return f"{label_of(one)} ({angle}{depth}, {one.technique})"


def _joined(pair: CurrentPair) -> str:
    ends = ((pair.start, pair.start_side), (pair.end, pair.end_side))
    return " to ".join(" ".join(part for part in end if part) for end in ends)
