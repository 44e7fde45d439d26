"""How sure we are, with the reason for every step down, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from deqi.evidence.grade import Certainty
from deqi.report.blocks import Block, Items, Say, Section, Table, cells, say
from deqi.report.model import Report
from deqi.report.phrase import Phrases, number, span
from deqi.report.sections.harms import chosen_line
from deqi.report.sections.harmwords import event_name, how_often


def sure_section(report: Report, phrases: Phrases) -> Section:
    """One line for each question with its level and reasons."""
    rows = [*_benefit_rows(report, phrases), *_harm_rows(report, phrases)]
    table = Table(
        phrases.say("sure.heading"), ("Question", "What was found", "Certainty", "Why not higher"), tuple(rows)
    )
    lead = (say(phrases.say("sure.lead")), say(phrases.say("sure.bias")))
    items = tuple(_plain_lines(report, phrases))
    card: tuple[Block, ...] = (Items("", items),) if items else ()
    return Section("how-sure", phrases.say("sure.heading"), lead, card, (table,))


def _plain_lines(report: Report, phrases: Phrases) -> Iterator[Say]:
    """One line a comparison, with every reason in plain words."""
    for cell in report.evidence.cells if report.evidence else ():
        if cell.certainty:
            why = " ".join(phrases.say(f"sure.why.{one.domain}") for one in cell.certainty.reasons)
            fields = {"level": phrases.say(f"level.{cell.certainty.level}"), "reasons": why}
            rows = tuple(f"trial:{one.trial.trial}" for one in cell.treatment)
            yield Say(phrases.say("sure.line", fields), rows, phrases.say(f"group.{cell.group}"))
    line = chosen_line(report, "any_ae")
    if line and line.rate.certainty:
        fields = {
            "level": phrases.say(f"level.{line.rate.certainty.level}"),
            "reasons": phrases.say("sure.harm.why"),
        }
        yield Say(phrases.say("sure.line", fields), line.rate.rows, phrases.say("sure.harm"))


def reasons(certainty: Certainty) -> str:
    """Every step down with its reason."""
    found = "; ".join(f"{one.domain} (down {one.steps}): {one.why}" for one in certainty.reasons)
    return found or "nothing lowers it"


def _benefit_rows(report: Report, phrases: Phrases) -> list[tuple[Say, ...]]:
    if report.evidence is None:
        return [
            cells(
                Say(f"{use.row.condition}, {use.row.outcome}", (f"indication:{use.row.indication}",)),
                (use.row.favours or "–").replace("_", " "),
                use.detail.certainty.replace("_", " ") or "not seen",
                f"as graded in {use.detail.review}",
            )
            for use in report.uses
            if use.detail
        ]
    rows = []
    for cell in report.evidence.cells:
        group = phrases.say(f"group.{cell.group}")
        if cell.certainty:
            found = f"{cell.sign.favour} of {cell.sign.seen} results favour acupuncture"
            rows.append(
                cells(
                    Say(
                        f"{group}: which way the trials went",
                        tuple(f"trial:{one.trial.trial}" for one in cell.treatment),
                    ),
                    found,
                    cell.certainty.level,
                    reasons(cell.certainty),
                )
            )
        for synthesis in cell.syntheses:
            estimate = synthesis.estimate
            if estimate is None:
                continue
            rows.append(
                cells(
                    Say(f"{group}: {synthesis.name}", estimate.rows),
                    f"{estimate.measure} {number(estimate.value)} ({span(estimate.low, estimate.high)})",
                    estimate.certainty.level,
                    reasons(estimate.certainty),
                )
            )
    return rows


def _harm_rows(report: Report, phrases: Phrases) -> list[tuple[Say, ...]]:
    return [
        cells(
            Say(event_name(line), line.rate.rows),
            how_often(line, report.harms, phrases),
            line.rate.certainty.level,
            reasons(line.rate.certainty),
        )
        for line in report.harms.lines
        if line.chosen and line.rate.certainty
    ]


def unknown_section(report: Report, phrases: Phrases) -> Section:
    """What was looked for and not found."""
    items = [phrases.say("unknown.personal")]
    if report.evidence is not None:
        treatment = [one for cell in report.evidence.cells for one in cell.treatment]
        missing = sum(one.direction == "not_seen" for one in treatment)
        if missing:
            items.append(phrases.say("unknown.missing", {"count": missing}))
        numberless = sum(one.numbers_status == "not_available" for one in treatment)
        if numberless:
            items.append(phrases.say("unknown.numbers", {"count": numberless, "all": len(treatment)}))
        seen = {cell.group for cell in report.evidence.cells if cell.sign.seen}
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
        (Table(phrases.say("unknown.table"), ("Gap", "Rows"), rows, (1,)),),
    )
