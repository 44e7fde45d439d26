"""A checked plan as a page: verdict, needlings, what to change, what was met, one line for the rest; and the sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from deqi.knowledge import Knowledge
from deqi.knowledge.tables.words import Event
from deqi.report.blocks import Entry, Page, Say, Section, Table, cells, say, sheet
from deqi.report.phrase import Phrases
from deqi.safety.needling.plan import STATUSES, CheckedNeedling, Line, Needling, NeedlingStatus
from deqi.safety.plancheck.check import PlanCheck
from deqi.safety.plancheck.place import OWN
from deqi.safety.plancheck.sheet import Sheet, SheetRow, how, is_of_the_visit
from deqi.safety.rules.catalog import Catalog

_BOX = "[\N{NO-BREAK SPACE}]"
_EVENT_KEY = "sheet.if."
_TOLD: tuple[NeedlingStatus, ...] = ("omit", "change", "no-data")
MOST_QUESTIONS = 3
"""Questions named in the line that counts them all."""


def plan_headline(check: PlanCheck, phrases: Phrases) -> Iterator[str]:
    """The headline of a plan: its worst needling, how many of each sort, and what is not answered yet."""
    statuses = [one.status for one in check.needlings] + [line.status for line in check.session]
    worst = min(statuses, key=STATUSES.index, default="no-data")
    counts = ", ".join(f"{check.counts[one]} {one}" for one in STATUSES if check.counts.get(one))
    words = phrases.say("plan.counts", {"count": len(check.needlings), "counts": counts})
    yield f"{phrases.say(f'plan.verdict.{worst}')} {words}"
    if waiting := unanswered(check, phrases):
        yield waiting


def unanswered(check: PlanCheck, phrases: Phrases) -> str:
    """The open questions about the person in one line, with how many needlings they hold; empty for none."""
    if not check.open:
        return ""
    holding = [one for one in check.open if one.needlings]
    named = ", ".join(
        phrases.say("plan.holds", {"question": one.question, "count": len(one.needlings)})
        for one in holding[:MOST_QUESTIONS]
    )
    key = "plan.unanswered.one" if len(check.open) == 1 else "plan.unanswered"
    words = phrases.say(key, {"count": len(check.open)})
    return f"{words} {named}." if named else words


def plan_sections(check: PlanCheck, catalog: Catalog, phrases: Phrases, *, full: bool) -> Iterator[Section]:
    """The needlings first, then what to change with what passes instead, then what else a needling met."""
    yield Section("needlings", phrases.say("plan.heading"), card=(_needlings(check, phrases),))
    changes = tuple(_changes(check, phrases, catalog))
    yield Section("changes", phrases.say("plan.changes") if changes else "", card=changes)
    details = tuple(_to_write(check, phrases))
    yield Section("details", phrases.say("plan.details") if details else "", card=details)
    shown = [line for line in check.session if is_of_the_visit(line, catalog)]
    session = tuple(_line(line, phrases.say("plan.session"), phrases) for line in shown)
    yield Section("session", phrases.say("plan.session.heading") if session else "", card=session)
    yield Section("rest", "", lead=tuple(say(words) for words in _rest(check, phrases, full)))


def _needlings(check: PlanCheck, phrases: Phrases) -> Table:
    head = tuple(phrases.say(f"plan.column.{name}") for name in ("place", "side", "depth", "limit", "status"))
    rows = tuple(
        cells(
            _place(written),
            one.side or "?",
            _mm(written.depth_mm),
            _mm(one.limit_mm),
            one.status if not one.by_side else ", ".join(f"{side} {status}" for side, status in one.by_side.items()),
        )
        for one, written in zip(check.needlings, check.plan.needlings, strict=True)
    )
    return Table("", head, rows, narrow=True)


def _place(one: Needling) -> str:
    return " ".join(part for part in (one.point or one.site or "?", one.segment) if part)


def _mm(value: float | None) -> str:
    return "" if value is None else f"{value:.4g} mm"


def _changes(check: PlanCheck, phrases: Phrases, catalog: Catalog) -> Iterator[Entry]:
    """Each thing to leave out, to change or to be noted, once, with the needlings it is about."""
    offered: set[int] = set()
    for (_, status), (line, numbers) in _grouped(check, _TOLD).items():
        fresh = [number for number in numbers if number not in offered]
        offered.update(fresh)
        offers = [words for number in fresh for words in _offer(check, number, phrases, catalog)]
        places = ", ".join(label(check.needlings[number]) for number in numbers)
        yield _line(line, places, phrases, status, offers if status in ("omit", "change") else ())
    for (_, status), (line, numbers) in _grouped(check, ("ok-note",)).items():
        places = ", ".join(label(check.needlings[number]) for number in numbers)
        yield Entry(say(f"{places}: {status}. {line.title}{_ids(line)}{_labels(line, phrases)}"))


def _offer(check: PlanCheck, number: int, phrases: Phrases, catalog: Catalog) -> Iterator[str]:
    """What passes in place of one needling, told at the first line about it."""
    place = label(check.needlings[number])
    found = check.alternatives.get(number, ())
    if found:
        others = "; ".join(how(one.needling, catalog) for one in found)
        yield phrases.say("plan.instead", {"place": place, "others": others})
    else:
        yield phrases.say("plan.instead.none", {"place": place})


def _to_write(check: PlanCheck, phrases: Phrases) -> Iterator[Say]:
    """What is only to be written down, in a line each; questions about the person stand in the headline."""
    for (_, _), (line, numbers) in _grouped(check, ("ask",)).items():
        if line.id.startswith(OWN):
            places = ", ".join(label(check.needlings[number]) for number in numbers)
            yield say(f"{places}: {line.title}. {line.instead}")


def _grouped(
    check: PlanCheck, wanted: Iterable[NeedlingStatus]
) -> Mapping[tuple[str, NeedlingStatus], tuple[Line, list[int]]]:
    """Lines of these statuses over the whole plan, the worst first, each with its needlings."""
    found: dict[tuple[str, NeedlingStatus], tuple[Line, list[int]]] = {}
    told = set(wanted)
    for one in check.needlings:
        for line in one.lines:
            # What is left out anyway needs no second reason.
            if line.status in told and (line.status == one.status or one.status not in ("omit",)):
                found.setdefault((line.title, line.status), (line, []))[1].append(one.number)
    return dict(sorted(found.items(), key=lambda item: STATUSES.index(item[0][1])))


def _line(
    line: Line, where: str, phrases: Phrases, status: NeedlingStatus | None = None, offers: Iterable[str] = ()
) -> Entry:
    below = [line.plain]
    if line.instead:
        below.append(phrases.say("plan.do", {"instead": line.instead}))
    below += dict.fromkeys(offers)
    title = f"{where}: {status or line.status}. {line.title}{_ids(line)}{_labels(line, phrases)}"
    return Entry(say(title), tuple(say(text) for text in below))


def _ids(line: Line) -> str:
    names = [name for name in (line.id, *line.also) if not name.startswith(OWN)]
    return "".join(f" [{name}]" for name in names)


def _labels(line: Line, phrases: Phrases) -> str:
    return "".join(f" ({phrases.say(f'plan.label.{name}')})" for name in line.labels)


def _rest(check: PlanCheck, phrases: Phrases, full: bool) -> Iterator[str]:
    key = "plan.needles" if check.needles_in == check.needles_in_without else "plan.needles.without"
    yield phrases.say(key, {"count": check.needles_in, "without": check.needles_in_without})
    met = {name for one in check.needlings for name in one.findings}
    met |= {name for line in check.session for name in (line.id, *line.also)}
    others = [finding for finding in check.assessment.findings if finding.rule.id not in met]
    if others and not full:
        yield phrases.say("plan.others.one" if len(others) == 1 else "plan.others", {"count": len(others)})


def label(one: CheckedNeedling | Needling) -> str:
    """Point (or free site), its part, and side."""
    place = one.point or (one.site if isinstance(one, Needling) else None) or "?"
    return " ".join(part for part in (place, one.segment, one.side or "") if part)


def sheet_page(one: Sheet, words: Mapping[str, str], knowledge: Knowledge, catalog: Catalog) -> Page:
    """The sheet to print: what goes in where, that as many needles come out, what to ask, what to do if."""
    phrases = Phrases(knowledge.texts)
    warnings = [phrases.say("sheet.open", {"count": one.open_questions})] if one.open_questions else []
    warnings += list(one.session)
    counted = [phrases.say("sheet.counted", {"count": one.needles_in})]
    if one.current:
        counted.append(phrases.say("sheet.current", {"pairs": "; ".join(one.current)}))
    left = tuple(say(text) for text in _left_out(one, phrases))
    title = one.title or phrases.say("sheet.title")
    return sheet(
        phrases.say("sheet.heading", {"title": title, "as_of": one.as_of, "edition": one.knowledge}),
        words,
        Section("warnings", "", lead=tuple(say(text) for text in warnings)),
        Section("needles", "", card=(_sheet_table(one.rows, phrases),) if one.rows else ()),
        Section("counted", "", lead=tuple(say(text) for text in counted)),
        Section("left-out", phrases.say("sheet.left") if left else "", lead=left),
        Section("today", phrases.say("sheet.today"), lead=(say(_today(catalog)),)),
        Section("if", phrases.say("sheet.if"), lead=tuple(_what_to_do(knowledge, phrases))),
        Section("medicines", "", lead=(say(phrases.say("plan.medicines")),)),
    )


def _sheet_table(rows: Iterable[SheetRow], phrases: Phrases) -> Table:
    names = ("in", "out", "place", "side", "depth", "angle", "technique", "needles", "status")
    head = ("", *(phrases.say(f"plan.column.{name}") for name in names))
    lines = tuple(
        cells(
            str(number), _BOX, _BOX, row.place, row.side, row.depth, row.angle, row.technique, str(row.needles),
            row.status,
        )
        for number, row in enumerate(rows, 1)
    )  # fmt: skip
    return Table("", head, lines, narrow=True)


def _today(catalog: Catalog) -> str:
    """The day's questions in a paragraph of boxes."""
    rules = sorted((one for one in catalog.rules if one.rule.stage == "session"), key=lambda one: one.sort_key)
    return "  ".join(f"{_BOX} {one.rule.title}" for one in rules)


def _what_to_do(knowledge: Knowledge, phrases: Phrases) -> Iterator[Say]:
    events = {row.event: row for row in knowledge.rows(Event)}
    for key in knowledge.texts:
        row = events.get(key.removeprefix(_EVENT_KEY)) if key.startswith(_EVENT_KEY) else None
        if row is not None:
            yield Say(row.do_now, strong=phrases.say(key))


def _left_out(one: Sheet, phrases: Phrases) -> Iterator[str]:
    for (status, why), places in _by_reason(one.left_out).items():
        yield f"{status}: {', '.join(places)}. {why}".rstrip()
    for place, others in one.instead.items():
        yield phrases.say("plan.instead", {"place": place, "others": "; ".join(others)})
    if one.without_instead:
        yield phrases.say("plan.instead.none", {"place": ", ".join(one.without_instead)})


def _by_reason(rows: Iterable[SheetRow]) -> Mapping[tuple[str, str], list[str]]:
    """Places by what is to be done with them and why."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row.status, row.mind[0] if row.mind else ""), []).append(f"{row.place} {row.side}")
    return found
