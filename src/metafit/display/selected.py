"""Summaries and tables of what small studies and selection may have done to a pool."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from metafit.display.columns import Column, Rows, interval, on_natural_scale, table
from metafit.display.natural import WORDS, natural
from metafit.display.summaries import fit_summary, noted, scale_heading
from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.text import say

if TYPE_CHECKING:
    from metafit.bias.asymmetry import Asymmetry, TrimFill
    from metafit.bias.selection import PetPeese, Selection


def asymmetry_rows(found: Asymmetry) -> Rows:
    """The slope with its test, and the effect at the limit with its interval."""
    gap = np.nan
    kind = "z" if np.isnan(found.df) else f"t({number(found.df, 0)})"
    limit = found.limit_interval
    columns = [
        Column("estimate", {"estimate": [found.slope, found.limit]}),
        Column("se", {"se": [found.se, gap]}),
        Column(kind, {"statistic": [found.statistic, gap]}),
        Column("p", {"p": [found.p, gap]}, p_value),
        interval(found.level, [gap, float(limit.low)], [gap, float(limit.high)]),
    ]
    return table(columns, ("slope", "limit"))


def asymmetry(found: Asymmetry) -> Summary:
    """The slope, its test, and the effect at the limit."""
    kind = "z" if np.isnan(found.df) else f"t({number(found.df, 0)})"
    limit = found.limit_interval
    columns = ["", "estimate", "se", kind, "p", say("interval-of", level=percent(found.level))]
    slope = ["slope", number(found.slope), number(found.se), number(found.statistic), p_value(found.p), ""]
    end = ["limit", number(found.limit), "", "", "", span(limit.low, limit.high)]
    moved = natural(found.measure, [found.limit, float(limit.low), float(limit.high)])
    if moved is not None:
        columns += [WORDS[found.measure], columns[-1]]
        slope += ["", ""]
        end += [number(moved[0]), span(moved[1], moved[2])]
    block = Block(scale_heading(found.measure), tuple(columns), (tuple(slope), tuple(end)))
    title = say("title.Asymmetry", name=say(f"asymmetry.{found.name}"), k=found.k)
    return Summary(title, (block,), (say("asymmetry.note"),))


def trim_fill_rows(found: TrimFill) -> Rows:
    """A row a study, the imputed ones marked."""
    columns = [
        Column("yi", {"yi": found.yi}),
        Column("vi", {"vi": found.vi}),
        Column("filled", {"filled": found.filled}, str),
    ]
    return table(columns, None, "study")


def trim_fill(found: TrimFill) -> Summary:
    """How many studies seem missing, and the pool with them."""
    title = say(
        "trim-and-fill",
        estimator=found.estimator,
        missing=found.missing,
        side=found.side,
        se=number(found.se_missing, 2),
    )
    filled = fit_summary(found.fit)
    brief = f"{title}; {filled.brief}"
    return dataclasses.replace(filled, title=title, notes=(*noted(found.status), *filled.notes), brief=brief)


def pet_peese_rows(found: PetPeese) -> Rows:
    """Both regressions, the chosen one marked."""
    lines = (("PET", found.pet), ("PEESE", found.peese))
    limit = [line.limit for _, line in lines]
    low = [float(line.limit_interval.low) for _, line in lines]
    high = [float(line.limit_interval.high) for _, line in lines]
    columns = [
        Column("limit", {"limit": limit}),
        interval(found.level, low, high, "limit"),
        Column("slope", {"slope": [line.slope for _, line in lines]}),
        Column(say("p-of-slope"), {"p": [line.p for _, line in lines]}, p_value),
        *on_natural_scale(found.measure, found.level, limit, low, high),
        Column("", {"chosen": [found.chosen == name.lower() for name, _ in lines]}, _chosen),
    ]
    return table(columns, [name for name, _ in lines])


def _chosen(flag: object) -> str:
    return say("chosen") if flag else ""


def pet_peese(found: PetPeese) -> Summary:
    """Both regressions, the chosen one marked."""
    title = say("title.PetPeese", k=found.pet.k)
    return pet_peese_rows(found).summary(title, scale_heading(found.measure))


def selection_rows(found: Selection) -> Rows:
    """A row an interval of p values."""
    lows = (0.0, *found.steps[:-1])
    labels = [say("selection.step", low=f"{a:g}", high=f"{b:g}") for a, b in zip(lows, found.steps, strict=True)]
    columns = [
        Column("studies", {"studies": found.counts}, lambda k: number(k, 0)),
        Column("relative", {"delta": found.delta}),
        Column("se", {"se": found.se_delta}),
    ]
    return table(columns, labels)


def selection(found: Selection) -> Summary:
    """The pool with selection, and how likely studies appear."""
    level = say("interval-of", level=percent(found.level))
    columns = ["", "estimate", "se", "p", level, "tau2"]
    row = ["pooled", number(found.estimate), number(found.se), p_value(found.p), span(found.ci_low, found.ci_high)]
    row.append(number(found.tau2))
    moved = natural(found.measure, (found.estimate, found.ci_low, found.ci_high))
    if moved is not None:
        columns += [WORDS[found.measure], level]
        row += [number(moved[0]), span(moved[1], moved[2])]
    tests = ((say("likelihood-ratio"), number(found.lrt)), ("p", p_value(found.lrt_p)))
    blocks = (
        Block(scale_heading(found.measure), tuple(columns), (tuple(row),)),
        selection_rows(found).block(say("selection.weights")),
        Block(say("selection.against"), ("", "value"), tests),
    )
    return Summary(say("selection", k=found.k), blocks, noted(found.status))
