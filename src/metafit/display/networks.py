"""Summaries of what is made of a network: league table, ranks, components."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metafit.display.columns import Column, Rows, on_natural_scale, table
from metafit.display.columns import interval as interval_column
from metafit.display.natural import WORDS
from metafit.display.summaries import noted, scale_heading
from metafit.display.summary import Block, Summary, number, p_value, percent
from metafit.effects.given import LOGS
from metafit.results import Status
from metafit.text import say

if TYPE_CHECKING:
    from metafit.network.arms import ArmContrasts
    from metafit.network.components import ComponentFit
    from metafit.network.league import LeagueTable
    from metafit.network.ranks import Rankogram

MOST_RANKS = 12
"""Treatments up to which every rank is printed."""


def contrasts_rows(found: ArmContrasts) -> Rows:
    """A row a contrast."""
    pairs = [say("versus", treatment=t, control=c) for t, c in zip(found.treatment, found.control, strict=True)]
    columns = [
        Column(say("contrast"), {"contrast": pairs}, str),
        Column("yi", {"yi": found.yi}),
        Column("se", {"se": np.sqrt(np.diag(found.v))}),
    ]
    return table(columns, found.study)


def contrasts(found: ArmContrasts) -> Summary:
    """Every contrast, and what was done to studies with empty cells."""
    told = (("arms.adjusted", found.adjusted), ("arms.no-events", found.no_events), ("arms.alone", found.alone))
    notes = tuple(say(key, studies=", ".join(map(str, studies))) for key, studies in told if studies)
    title = say("arms", measure=WORDS.get(found.measure, say("effect")), k=found.yi.size)
    return contrasts_rows(found).summary(title, notes=notes, line=title)


def league(found: LeagueTable) -> Summary:
    """The square: network below the diagonal, direct above it."""
    names = tuple(str(one) for one in found.treatments)
    rows = tuple((name, *(_cell(found, i, j) for j in range(len(names)))) for i, name in enumerate(names))
    scale = WORDS.get(found.measure, say("effect"))
    title = say("league", measure=scale, level=percent(found.level), method=found.method)
    notes = (say("league.read"), *((say("league.order"),) if names and np.isfinite(found.p_scores).all() else ()))
    return Summary(title, (Block("", ("", *names), rows, folds=True),), (*noted(found.status), *notes), title)


def league_rows(found: LeagueTable) -> Rows:
    """A row a pair, the treatment that stands first against the one that stands later."""
    upper = np.triu_indices(len(found.treatments), 1)
    fields = ("estimate", "ci_low", "ci_high", "direct", "direct_low", "direct_high", "studies")
    names = {
        "treatment": [found.treatments[i] for i in upper[0]],
        "control": [found.treatments[j] for j in upper[1]],
    }
    columns = [Column(name, {name: values}, str) for name, values in names.items()]
    columns.append(Column("measure", {"measure": found.measure}, str))
    columns += [Column(name, {name: getattr(found, name)[upper]}) for name in fields]
    return table(columns, [""] * upper[0].size)


def _cell(found: LeagueTable, i: int, j: int) -> str:
    if i == j:
        return str(found.treatments[i])
    digits = _digits(found)
    if i > j:  # column against row
        return interval(found.estimate[j, i], found.ci_low[j, i], found.ci_high[j, i], digits)
    return interval(found.direct[i, j], found.direct_low[i, j], found.direct_high[i, j], digits)


def _digits(found: LeagueTable) -> int | None:
    """Decimals of differences: two, and one more for each power of ten by which intervals are narrower than 0.2."""
    if found.measure in LOGS:
        return None
    widths = (found.ci_high - found.ci_low)[np.triu_indices(len(found.treatments), 1)]
    widths = widths[np.isfinite(widths) & (widths > 0.0)]
    return min(max(2, 2 - int(np.floor(np.log10(5.0 * np.median(widths))))), 6) if widths.size else 2


def interval(middle: float, low: float, high: float, digits: int | None) -> str:
    """An estimate with its interval, a full stop where there is none; digits None: a ratio."""
    if np.isnan(middle):
        return "."

    def shown(x: float) -> str:
        return number(x, 2) if digits is None else f"{round(x, digits) + 0.0:.{digits}f}"  # no minus before 0

    return f"{shown(middle)} ({shown(low)} to {shown(high)})"


def share(value: float) -> str:
    """A probability to three decimals."""
    return "-" if np.isnan(value) else "<0.001" if value < 0.0005 else f"{value:.3f}"


def _best_first(found: Rankogram) -> list[int]:
    size = len(found.treatments)
    return list(range(size)) if np.isnan(found.sucra).any() else sorted(range(size), key=lambda i: -found.sucra[i])


def ranks_rows(found: Rankogram) -> Rows:
    """A row a treatment, the best first: SUCRA, P-score, mean rank, and the probability of every rank."""
    order = _best_first(found)
    columns = [
        Column("SUCRA", {"sucra": found.sucra[order]}, share),
        Column("P-score", {"p_score": found.p_scores[order]}, share),
        Column(say("ranks.mean"), {"mean_rank": found.mean_rank[order]}, lambda rank: number(rank, 2)),
    ]
    each = found.probability[order]
    columns += [Column(str(r + 1), {f"rank_{r + 1}": each[:, r]}, share) for r in range(each.shape[1])]
    return table(columns, [str(found.treatments[i]) for i in order])


def ranks(found: Rankogram) -> Summary:
    """SUCRA and P-score of each treatment, and the probability of every rank where they are few."""
    whole = ranks_rows(found)
    blocks = [whole._replace(columns=whole.columns[:3]).block()]
    if len(whole.labels) <= MOST_RANKS:
        blocks.append(whole._replace(columns=whole.columns[3:]).block(say("ranks.each")))
    unknown = bool(np.isnan(found.sucra).any())
    drawn = say("ranks.drawn", draws=f"{found.draws:,}", seed=found.seed, error=f"{found.error:.2g}")
    how = say("ranks.none") if unknown else drawn if found.draws else say("ranks.exact")
    title = say("ranks.small" if found.small_is_good else "ranks.large")
    best = "" if unknown or not whole.labels else say("ranks.best", title=title, treatment=whole.labels[0])
    return Summary(title, tuple(blocks), (*noted(found.status), how, say("ranks.note")), best)


def components_rows(fit: ComponentFit) -> Rows:
    """A row a component."""
    columns = [
        Column("estimate", {"estimate": fit.estimate}),
        Column("se", {"se": fit.se}),
        Column("p", {"p": fit.p}, p_value),
        interval_column(fit.level, fit.ci_low, fit.ci_high),
        *on_natural_scale(fit.measure, fit.level, fit.estimate, fit.ci_low, fit.ci_high),
    ]
    return table(columns, fit.components)


def components(fit: ComponentFit) -> Summary:
    """What each component adds, whether that is enough, and heterogeneity."""
    left = [("tau2", number(fit.tau2)), ("I2 %", number(fit.i2, 2))]
    for key, test in (("additive", fit.additive), ("standard", fit.standard), ("difference", fit.difference)):
        left += [(say(f"components.{key}", df=test.df), number(test.q)), ("p", p_value(test.p))]
    notes = [] if fit.inactive is None else [say("components.inactive", name=fit.inactive)]
    unknown = [name for i, name in enumerate(fit.components) if np.isnan(fit.estimate[i])]
    notes += [say("components.unknown", names=", ".join(unknown))] if unknown and fit.status == Status.OK else []
    title = say("components", components=len(fit.components), treatments=len(fit.treatments), method=fit.method)
    blocks = (components_rows(fit).block(scale_heading(fit.measure)), Block("", ("", "value"), tuple(left)))
    return Summary(title, blocks, (*noted(fit.status), *notes), title)
