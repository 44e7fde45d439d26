"""A network of treatments as a page: every treatment against the reference, ranks, and whether designs agree."""

from __future__ import annotations

from deqi.evidence.table.contrasts import NetworkTable
from deqi.report.blocks import Page, Section, Table, cells, say, sheet
from deqi.report.phrase import Phrases, labels
from deqi.report.pooled import summary_blocks
from metafit.display.summary import number, p_value


def network_page(found: NetworkTable, name: str, phrases: Phrases, *, notes: bool = True) -> Page:
    """The page of a network; ``notes`` adds what was noticed in the table."""
    ranks = [(str(treatment), score) for treatment, score in zip(found.fit.treatments, found.scores, strict=True)]
    blocks = list(summary_blocks(found.fit.summary()))
    if all(score is not None for _, score in ranks):
        best = sorted(ranks, key=lambda one: -(one[1] or 0.0))
        rows = tuple(cells(treatment, number(score, 3)) for treatment, score in best)
        title = phrases.say(f"pool.network.scores.{'smaller' if found.small_is_good else 'larger'}")
        head = (phrases.say("pool.network.treatment"), phrases.say("pool.network.score"))
        blocks.append(Table(title, head, rows, (1,), narrow=True))
    for made in (found.league, found.ranks, found.splits, found.node_splits, found.designs, found.components):
        blocks += [] if made is None else summary_blocks(made.summary())
    if found.design_q is not None:
        q, df, p = found.design_q
        if df > 0 and q is not None and p is not None:
            tested = {"q": number(q), "df": df, "p": p_value(p)}
            blocks.append(say(phrases.say("pool.network.designs", tested)))
    section = Section("network", "", lead=(say(f"{name}:"),), card=tuple(blocks))
    told = tuple(say(phrases.say("pool.page.note", {"words": warning})) for warning in found.warnings)
    # never folded away
    return sheet("", labels(phrases), section, *((Section("notes", "", lead=told),) if notes and told else ()))
