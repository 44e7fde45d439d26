"""How sure we are, with the reason for every step down, and what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deqi.evidence.grade import Certainty
from deqi.report.blocks import Block, Items, Say, Section, Table, cells, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases, domain
from deqi.report.sections.harms import event_line
from deqi.report.sections.harmwords import event_name


def sure_section(report: Report, phrases: Phrases) -> Section:
    """One line for each question with its level and reasons."""
    rows = [*_benefit_rows(report, phrases), *_harm_rows(report, phrases)]
    head = tuple(phrases.say(f"head.{name}") for name in ("question", "certainty", "why_not"))
    table = Table(phrases.say("sure.heading"), head, tuple(rows))
    lead = (say(phrases.say("sure.lead")), say(phrases.say("sure.bias")))
    items = tuple(_together(_plain_lines(report, phrases)))
    card: tuple[Block, ...] = (Items("", items),) if items else ()
    return Section("how-sure", phrases.say("sure.heading"), lead, card, (table,))


GRADED_HARMS = ("any_ae", "ae_requiring_treatment", "serious_ae", "pneumothorax", "death")
"""The events whose certainty stands on the card; every event has its own in the table."""


def _plain_lines(report: Report, phrases: Phrases) -> Iterator[Say]:
    """One line an outcome that leads its comparison, and one an event, with every reason in plain words."""
    for cell in report.evidence.cells if report.evidence else ():
        if cell.benefits:
            first = cell.benefits[0]
            named = f"{phrases.say(f'group.{cell.group}')}, {first.plain_name}"
            yield Say(_level(first.certainty, phrases), first.rows, named)
    for event in GRADED_HARMS:
        line = event_line(report, event)
        if line is not None and line.harm.certainty is not None:
            named = phrases.say("sure.harm", {"event": event_name(line).lower()})
            yield Say(_level(line.harm.certainty, phrases), line.harm.rows, named)


def _together(lines: Iterable[Say]) -> Iterator[Say]:
    """What is said alike of several is said once."""
    found: dict[str, list[Say]] = {}
    for line in lines:
        found.setdefault(line.text, []).append(line)
    for text, alike in found.items():
        rows = tuple(dict.fromkeys(row for line in alike for row in line.refs))
        yield Say(text, rows, f"{'; '.join(line.strong for line in alike)}:")


def _level(certainty: Certainty, phrases: Phrases) -> str:
    why = " ".join(dict.fromkeys(phrases.say(f"sure.why.{one.domain}") for one in certainty.reasons))
    return phrases.say("sure.line", {"level": phrases.say(f"level.{certainty.level}"), "reasons": why})


def reasons(certainty: Certainty, phrases: Phrases) -> str:
    """Every step down with its reason."""
    found = []
    for one in certainty.reasons:
        why = phrases.say(f"grade.{one.code}", one.fields)
        fields = {"domain": domain(one, phrases), "steps": one.steps, "reason": why}
        found.append(phrases.say("numbers.reason", fields))
    return "; ".join(found) or phrases.say("grade.none")


def _benefit_rows(report: Report, phrases: Phrases) -> list[tuple[Say, ...]]:
    if report.evidence is None:
        return [
            cells(
                Say(f"{use.row.condition}, {use.row.outcome}", (f"indication:{use.row.indication}",)),
                use.detail.certainty.replace("_", " ") or phrases.say("numbers.review.unseen"),
                phrases.say("numbers.review.level", {"review": use.detail.review}),
            )
            for use in report.uses
            if use.detail
        ]
    return [
        cells(
            Say(f"{phrases.say(f'group.{cell.group}')}: {one.outcome}", one.rows),
            one.certainty.level,
            reasons(one.certainty, phrases),
        )
        for cell in report.evidence.cells
        for one in cell.benefits
    ]


def _harm_rows(report: Report, phrases: Phrases) -> list[tuple[Say, ...]]:
    return [
        cells(
            Say(event_name(line), line.harm.rows),
            line.harm.certainty.level,
            reasons(line.harm.certainty, phrases),
        )
        for line in report.harms.events
        if line.harm.certainty
    ]


def unknown_section(report: Report, phrases: Phrases) -> Section:
    """What was looked for and not found."""
    items = [phrases.say("unknown.personal")]
    if report.evidence is not None:
        treatment = [one for cell in report.evidence.cells for one in cell.treatment]
        missing = sum(one.direction == "not_seen" for one in treatment)
        coming = sum(one.direction == "not_finished" for one in treatment)
        if missing:
            items.append(phrases.say("unknown.missing", {"count": missing}))
        if coming:
            items.append(phrases.say("unknown.coming", {"count": coming}))
        numberless = sum(one.numbers_status == "not_available" for one in treatment)
        if numberless:
            items.append(phrases.say("unknown.numbers", {"count": numberless, "all": len(treatment)}))
        seen = {cell.group for cell in report.evidence.cells if cell.seen}
        items += [
            phrases.say("unknown.cells", {"group": phrases.say(f"group.{group}").lower()})
            for group in ("sham", "no_needling", "drug_or_vitamin")
            if group not in seen
        ]
        items.append(phrases.say("unknown.harm"))
    items.append(phrases.say("unknown.sessions"))
    checked = next((gap.count for gap in report.gaps if "clinician" in gap.title), 0)
    if checked:
        items.append(phrases.say("unknown.checked", {"count": checked}))
    rows = tuple(cells(gap.title, f"{gap.count:,}") for gap in report.gaps)
    return Section(
        "not-known",
        phrases.say("unknown.heading"),
        (say(phrases.say("unknown.lead")),),
        (Items("", tuple(say(item) for item in items)),),
        (Table(phrases.say("unknown.table"), (phrases.say("head.gap"), phrases.say("head.rows")), rows, (1,)),),
    )
