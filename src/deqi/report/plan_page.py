"""A checked plan: its part of an assessment, and the sheet for the treatment room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deqi.report.blocks import Entry, Items, Page, Say, Section, Table, cells, say, sheet
from deqi.safety.needling.plan import CheckedNeedling, Line, Needling
from deqi.safety.plancheck.check import PlanCheck
from deqi.safety.plancheck.sheet import Sheet, SheetRow, how

_BOX = "[ ]"


def plan_sections(check: PlanCheck) -> Iterator[Section]:
    """The headline, every needling, what is left of the plan without the unsafe, and what passes instead."""
    headline = [
        _line(told.line, ", ".join(label(check.needlings[number]) for number in told.needlings) or "the session")
        for told in check.headline
    ]
    more = (say(f"and {check.left_out} more below"),) if check.left_out else ()
    yield Section("plan", "The plan", card=(*headline, *more, Items("", tuple(_needlings(check)))))


def _needlings(check: PlanCheck) -> Iterator[Say]:
    for one in check.needlings:
        also = ", ".join(one.findings)
        yield say(f"{label(one):12} {one.status}{': ' + also if also else ''}")
    for line in check.session:
        yield say(f"{'session':12} {line.status}: {line.id}")
    left = ", ".join(label(one) for one in check.without.needlings) or "nothing"
    words = f"Needles in: {check.needles_in}. Without what must be left out or changed"
    yield say(f"{words} {check.needles_in_without}: {left}.")
    for number, found in check.alternatives.items():
        places = "; ".join(how(one.needling) for one in found)
        yield say(f"Passes instead of {label(check.needlings[number])}: {places}.")


def label(one: CheckedNeedling | Needling) -> str:
    """Point (or free site), its part, and side."""
    place = one.point or (one.site if isinstance(one, Needling) else None) or "?"
    return " ".join(part for part in (place, one.segment, one.side or "side not given") if part)


def _line(line: Line, where: str) -> Entry:
    labels = f" [{', '.join(line.labels)}]" if line.labels else ""
    below = [line.plain, *([f"Instead: {line.instead}"] if line.instead else [])]
    return Entry(say(f"{where}: {line.status}. {line.title}{labels}"), tuple(say(text) for text in below))


def sheet_page(one: Sheet, words: Mapping[str, str]) -> Page:
    """The sheet to print: what goes in where, that as many needles come out, what is not done as planned."""
    asked = f"! Open questions about the person: {one.open_questions}. The sheet holds only once they are answered."
    warnings = [*([asked] if one.open_questions else []), *(f"! {text}" for text in one.session)]
    counted = f"Needles in: {one.needles_in}   counted in: ____   counted out: ____   both the same: {_BOX}"
    below = [counted, *([f"Current: {'; '.join(one.current)}"] if one.current else [])]
    left = tuple(_left_out(one)) if one.left_out else ()
    return sheet(
        f"{one.title or 'Needling plan'}   {one.as_of}   knowledge {one.knowledge}",
        words,
        Section("warnings", "", lead=tuple(say(text) for text in warnings)),
        Section("needles", "", card=(_table(one.rows),)),
        Section("counted", "", lead=tuple(say(text) for text in below)),
        Section(
            "left-out", "", card=(Items("Not done as planned", tuple(say(text) for text in left)),) if left else ()
        ),
    )


def _table(rows: Iterable[SheetRow]) -> Table:
    head = ("", "in", "out", "place", "side", "depth", "angle", "technique", "needles", "check")
    lines = tuple(
        cells(
            str(number),
            _BOX,
            _BOX,
            row.place,
            row.side,
            row.depth,
            row.angle,
            row.technique,
            str(row.needles),
            row.status,
        )
        for number, row in enumerate(rows, 1)
    )
    return Table("", head, lines, narrow=True)


def _left_out(one: Sheet) -> Iterator[str]:
    for (status, why), places in _by_reason(one.left_out).items():
        yield f"{status}: {', '.join(places)}. {why}".rstrip()
    for place, others in one.instead.items():
        yield f"Instead of {place}: {'; '.join(others)}"


def _by_reason(rows: Iterable[SheetRow]) -> Mapping[tuple[str, str], list[str]]:
    """Places by what is to be done with them and why."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row.status, row.mind[0] if row.mind else ""), []).append(f"{row.place} {row.side}")
    return found
