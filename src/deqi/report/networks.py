"""A network of treatments as a page: every treatment against the reference, ranks, and whether designs agree."""

from __future__ import annotations

from collections.abc import Mapping

from deqi.evidence.table.contrasts import NetworkTable
from deqi.report.blocks import Page, Say, Section, Table, cells, say, sheet
from deqi.report.pooled import summary_blocks
from metafit.display.summary import number, p_value


def network_page(found: NetworkTable, name: str, words: Mapping[str, str]) -> Page:
    """The page of a network."""
    ranks = [(str(treatment), score) for treatment, score in zip(found.fit.treatments, found.scores, strict=True)]
    blocks = list(summary_blocks(found.fit.summary()))
    if all(score is not None for _, score in ranks):
        best = sorted(ranks, key=lambda one: -(one[1] or 0.0))
        rows = tuple(cells(treatment, number(score, 3)) for treatment, score in best)
        direction = "smaller" if found.small_is_good else "larger"
        blocks.append(Table(f"P-scores ({direction} is better)", ("treatment", "P-score"), rows, (1,), narrow=True))
    tail: list[Say] = []
    if found.design_q is not None:
        q, df, p = found.design_q
        if df > 0 and q is not None and p is not None:
            tail.append(say(f"Do designs agree (random effects)? Q = {number(q)} on {df} df, p {p_value(p)}."))
    tail += [say(f"Note: {warning}") for warning in found.warnings]
    return sheet("", words, Section("network", "", lead=(say(f"{name}:"),), card=tuple(blocks), full=tuple(tail)))
