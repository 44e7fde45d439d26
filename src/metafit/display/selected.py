"""Summaries of what selection may have done to a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metafit.display.natural import WORDS, natural
from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.results import Status
from metafit.text import say

if TYPE_CHECKING:
    from metafit.bias.selection import PetPeese, Selection


def _beside(measure: str, ends: tuple[float, float, float], level: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    moved = natural(measure, ends)
    if moved is None:
        return (), ()
    return (WORDS[measure], f"{percent(level)} interval"), (number(moved[0]), span(moved[1], moved[2]))


def pet_peese(found: PetPeese) -> Summary:
    """Both regressions, the chosen one marked."""
    rows: list[tuple[str, ...]] = []
    more: tuple[str, ...] = ()
    for name, line in (("PET", found.pet), ("PEESE", found.peese)):
        low, high = float(line.limit_interval.low), float(line.limit_interval.high)
        more, cells = _beside(found.measure, (line.limit, low, high), found.level)
        chosen = "chosen" if found.chosen == name.lower() else ""
        slope = (number(line.slope), p_value(line.p))
        rows.append((name, number(line.limit), span(low, high), *slope, *cells, chosen))
    columns = ("", "limit", f"{percent(found.level)} interval", "slope", "p of slope", *more, "")
    return Summary(f"PET-PEESE (k = {found.pet.k})", (Block("", columns, tuple(rows)),))


def selection(found: Selection) -> Summary:
    """The pool with selection, and how likely studies appear."""
    from metafit.display.summaries import STATUS_WORDS

    more, cells = _beside(found.measure, (found.estimate, found.ci_low, found.ci_high), found.level)
    columns = ("", "estimate", "se", "p", f"{percent(found.level)} interval", "tau2", *more)
    row = ("pooled", number(found.estimate), number(found.se), p_value(found.p), span(found.ci_low, found.ci_high))
    lows = (0.0, *found.steps[:-1])
    steps = tuple(
        (f"p from {low:g} to {high:g}", str(count), number(delta), number(se))
        for low, high, count, delta, se in zip(
            lows, found.steps, found.counts, found.delta, found.se_delta, strict=True
        )
    )
    tests = (("likelihood ratio", number(found.lrt)), ("p", p_value(found.lrt_p)))
    blocks = (
        Block("", columns, ((*row, number(found.tau2), *cells),)),
        Block(say("selection.weights"), ("", "studies", "relative", "se"), steps),
        Block(say("selection.against"), ("", "value"), tests),
    )
    notes = () if found.status == Status.OK else (STATUS_WORDS[found.status],)
    return Summary(say("selection", k=found.k), blocks, notes)
