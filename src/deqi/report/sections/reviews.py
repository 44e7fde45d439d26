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
    return (Items(phrases.say("benefit.reviews.card"), items, folded=True),) if items else ()


def review_blocks(report: Report, phrases: Phrases) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Card and full depth: the checked sentences on this use, then every review result."""
    return own_claims(report, phrases), (uses_table(report.uses, phrases),)


def uses_table(uses: tuple[OtherUse, ...], phrases: Phrases) -> Table:
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
                _result(use, phrases),
                (row.favours or "–").replace("_", " "),
                plain(detail.n_participants) if detail and detail.n_participants else "–",
                (detail.certainty if detail else "").replace("_", " "),
            )
        )
    names = ("use", "condition", "against", "outcome", "result", "favours", "people", "graded")
    head = tuple(phrases.say(f"head.{name}") for name in names)
    return Table(phrases.say("uses.table"), head, tuple(rows), (4, 6))


def _result(use: OtherUse, phrases: Phrases) -> str:
    row, detail = use.row, use.detail
    if row.estimate is not None:
        interval = "" if row.ci_low is None else f" ({span(row.ci_low, row.ci_high)})"
        sign = phrases.say("numbers.use.sign", {"side": row.better_sign}) if row.better_sign else ""
        fields = {"measure": row.measure, "value": number(row.estimate), "interval": interval, "sign": sign}
        return phrases.say("numbers.use.result", fields)
    if detail and detail.arm_acupuncture and detail.arm_control:
        arms = {"treated": detail.arm_acupuncture, "control": detail.arm_control}
        return phrases.say("numbers.use.arms", arms)
    return phrases.say("numbers.none")
