"""Benefits for other uses: what published reviews found, never pooled again here."""

from __future__ import annotations

from deqi.report.blocks import Block, Items, Say, Table, cells
from deqi.report.model import OtherUse, Report
from deqi.report.phrase import Phrases, capital, number, plain, span


def own_claims(report: Report, phrases: Phrases) -> tuple[Block, ...]:
    """The checked sentences on this topic alone, each with its verdict."""
    items = tuple(
        Say(
            claim.says_instead,
            tuple(dict.fromkeys((*claim.rows, *(f"source:{one}" for one in claim.source)))),
            f"“{claim.sentence}” {capital(phrases.say(f'verdict.{claim.verdict}'))}",
        )
        for claim in report.claims
        if claim.claim in report.own_claims
    )
    return (Items(phrases.say("benefit.reviews.card"), items),) if items else ()


def review_blocks(report: Report, phrases: Phrases) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Card and full depth: the checked sentences on this use, then every review result."""
    return own_claims(report, phrases), (uses_table(report.uses, phrases.say("uses.table")),)


def uses_table(uses: tuple[OtherUse, ...], caption: str) -> Table:
    """What reviews found, each line with its direction."""
    rows = []
    for use in uses:
        row, detail = use.row, use.detail
        rows.append(
            cells(
                Say(row.title, (f"indication:{row.indication}", *(f"source:{one}" for one in row.source))),
                row.condition,
                row.comparator_detail or row.comparator.replace("_", " "),
                row.outcome,
                _result(use),
                (row.favours or "–").replace("_", " "),
                plain(detail.n_participants) if detail and detail.n_participants else "–",
                (detail.certainty if detail else "").replace("_", " "),
            )
        )
    head = ("Use", "Condition", "Against", "Outcome", "Result", "Favours", "People", "Certainty as graded")
    return Table(caption, head, tuple(rows), (4, 6))


def _result(use: OtherUse) -> str:
    row, detail = use.row, use.detail
    if row.estimate is not None:
        interval = "" if row.ci_low is None else f" ({span(row.ci_low, row.ci_high)})"
        sign = f", {row.better_sign} favours acupuncture" if row.better_sign else ""
        return f"{row.measure} {number(row.estimate)}{interval}{sign}"
    if detail and detail.arm_acupuncture and detail.arm_control:
        return f"{detail.arm_acupuncture} v {detail.arm_control}"
    return "no number seen"
