"""Summaries and tables of networks of treatments."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from metafit.display.columns import Column, Rows, interval, on_natural_scale, table
from metafit.display.natural import WORDS, natural
from metafit.display.summaries import noted, scale_heading
from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.results import Status
from metafit.text import say

if TYPE_CHECKING:
    from metafit.network.consistency import DesignTest, Geometry, NodeSplits, QTest, Split, Splits
    from metafit.network.fit import NetworkFit


def network_rows(fit: NetworkFit) -> Rows:
    """A row a pair of treatments, each once."""
    pairs = [(i, j) for i in range(len(fit.treatments)) for j in range(i)]
    at = tuple(np.array(pairs, dtype=int).reshape(-1, 2).T)
    estimate, low, high = fit.estimate[at], fit.ci_low[at], fit.ci_high[at]
    columns = [
        Column("treatment", {"treatment": [fit.treatments[i] for i, _ in pairs]}, str),
        Column("control", {"control": [fit.treatments[j] for _, j in pairs]}, str),
        Column("estimate", {"estimate": estimate}),
        Column("se", {"se": fit.se[at]}),
        Column("p", {"p": fit.p[at]}, p_value),
        interval(fit.level, low, high),
        interval(fit.level, fit.prediction_low[at], fit.prediction_high[at], "prediction"),
        *on_natural_scale(fit.measure, fit.level, estimate, low, high),
    ]
    return table(columns, [""] * len(pairs))


def network(fit: NetworkFit) -> Summary:
    """Every treatment against the first, and heterogeneity."""
    names = [str(t) for t in fit.treatments]
    level = say("interval-of", level=percent(fit.level))
    columns: tuple[str, ...] = ("", "estimate", "se", "p", level)
    moved = natural(fit.measure, np.stack([fit.estimate[:, 0], fit.ci_low[:, 0], fit.ci_high[:, 0]]))
    columns += () if moved is None else (WORDS[fit.measure], level)
    rows = []
    for i in range(1, len(names)):
        row = [names[i], number(fit.estimate[i, 0]), number(fit.se[i, 0]), p_value(fit.p[i, 0])]
        row.append(span(fit.ci_low[i, 0], fit.ci_high[i, 0]))
        rows.append((*row, *(() if moved is None else (number(moved[0][i]), span(moved[1][i], moved[2][i])))))
    left = [("tau2", number(fit.tau2)), ("tau", number(np.sqrt(fit.tau2))), ("I2 %", number(fit.i2, 2))]
    left += [(f"Q({fit.q_df})", number(fit.q)), (say("p-of-q"), p_value(fit.q_p))]
    title = say(
        "title.NetworkFit", count=len(names), studies=fit.studies, method=fit.method, test=fit.test
    )  # fmt: skip
    heading = scale_heading(fit.measure)
    first = say("against", heading=heading, control=names[0]) if names else ""
    blocks = (
        Block(first, columns, tuple(rows)),
        *_predicted(fit),
        Block(say("heterogeneity"), ("", "value"), tuple(left)),
    )
    spare = fit.status != Status.OK or fit.method == "FE" or fit.q_df > 0
    return Summary(title, blocks, (*noted(fit.status), *(() if spare else (say("nothing-left-over"),))))


def _predicted(fit: NetworkFit) -> tuple[Block, ...]:
    """Prediction intervals against the first treatment, and how they were made; none where there are none."""
    low, high = fit.prediction_low[1:, 0], fit.prediction_high[1:, 0]
    if not np.isfinite(low).any():
        return ()
    moved = natural(fit.measure, np.stack([low, high]))
    low, high = (low, high) if moved is None else moved
    how = say(f"predicted.{fit.prediction}", df=fit.q_df - (fit.prediction == "HTS"))
    scale = WORDS.get(fit.measure, say("effect"))
    rows = tuple((str(t), span(a, b)) for t, a, b in zip(fit.treatments[1:], low, high, strict=True))
    level = say("interval-of", level=percent(fit.level))
    return (Block(say("predicted", scale=scale, control=fit.treatments[0], how=how), ("", level), rows),)


def splits_rows(found: Splits | tuple[Split, ...]) -> Rows:
    """A row a pair of treatments."""

    def of(name: str) -> list[float]:
        return [getattr(one, name) for one in found]

    pairs = [say("versus", treatment=one.treatment, control=one.control) for one in found]
    columns = [
        Column("studies", {"studies": of("studies")}, lambda k: number(k, 0)),
        Column(say("direct-share"), {"share": of("share")}, lambda share: number(100.0 * share, 1)),
        Column("direct", {"direct": of("direct")}),
        Column("se", {"direct_se": of("direct_se")}),
        Column("indirect", {"indirect": of("indirect")}),
        Column("se", {"indirect_se": of("indirect_se")}),
        Column("difference", {"difference": of("difference")}),
        Column("se", {"difference_se": of("difference_se")}),
        Column("p", {"p": of("p")}, p_value),
    ]
    return table(columns, pairs)


def split_rows(found: Split) -> Rows:
    """One pair as one row."""
    return splits_rows((found,))


def split(found: Split) -> Summary:
    """One pair."""
    brief = say(
        "brief.split",
        pair=say("versus", treatment=found.treatment, control=found.control),
        direct=number(found.direct),
        indirect=number(found.indirect),
        p=p_value(found.p),
    )
    return split_rows(found).summary(say("title.Split"), line=brief)


def splits(found: Splits) -> Summary:
    """Every pair, at the tau2 of the network."""
    return _pairs(splits_rows(found), say("title.Split"), (say("splits.note"),), len(found))


def node_splits_rows(found: NodeSplits) -> Rows:
    """A row a pair of treatments, with the tau2 of its model."""
    rows = splits_rows(found)
    return rows._replace(columns=(*rows.columns, Column("tau2", {"tau2": [one.tau2 for one in found]})))


def node_splits(found: NodeSplits) -> Summary:
    """Every pair that has direct and indirect evidence."""
    note = say("node-splits.note" if found else "node-splits.none")
    return _pairs(node_splits_rows(found), say("title.NodeSplits"), (note,), len(found))


def _pairs(rows: Rows, title: str, notes: tuple[str, ...], count: int) -> Summary:
    block = dataclasses.replace(rows.block(), folds=True)
    told = (*rows.left_out(), *notes)
    return Summary(title, (block,) if count else (), told, say("brief.splits", count=count))


def q_test(found: QTest) -> Summary:
    """One line."""
    return Summary(_tested(found))


def _tested(test: QTest) -> str:
    return say("q-test", q=number(test.q), df=test.df, p=p_value(test.p))


def designs_rows(found: DesignTest) -> Rows:
    """A row a part of Q."""
    parts = [(say("q.total"), found.total), (say("q.within"), found.within), (say("q.between"), found.between)]
    parts.append((say("q.between-random", tau2=number(found.tau2_within)), found.between_random))
    parts += [
        (say("q.design", design=", ".join(map(str, names)), count=count), test) for names, count, test in found.designs
    ]
    tests = [test for _, test in parts]
    columns = [
        Column("Q", {"q": [test.q for test in tests]}),
        Column("df", {"df": [test.df for test in tests]}, lambda df: number(df, 0)),
        Column("p", {"p": [test.p for test in tests]}, p_value),
    ]
    return table(columns, [name for name, _ in parts])


def designs(found: DesignTest) -> Summary:
    """The disagreement within designs and between them."""
    brief = say("brief.designs", within=_tested(found.within), between=_tested(found.between))
    return designs_rows(found).summary(say("title.DesignTest"), line=brief)


def shape_rows(found: Geometry) -> Rows:
    """A row a pair of treatments that trials compare."""
    pairs = [say("versus", treatment=one.treatment, control=one.control) for one in found.edges]
    columns = [
        Column("studies", {"studies": [one.studies for one in found.edges]}, lambda k: number(k, 0)),
        Column("precision", {"precision": [one.precision for one in found.edges]}),
    ]
    return table(columns, pairs)


def shape(found: Geometry) -> Summary:
    """Which treatments are compared, by how many studies."""
    nodes = Block(
        say("treatments"),
        ("", "studies"),
        tuple((str(one.treatment), str(one.studies)) for one in found.nodes),
    )
    title = say(
        "title.Geometry", nodes=len(found.nodes), edges=len(found.edges), parts=found.parts, loops=found.loops
    )  # fmt: skip
    notes = () if found.loops else (say("no-loops"),)
    if found.several_arms:
        several = "; ".join(", ".join(map(str, one)) for one in found.several_arms)
        notes = (say("several-arms", designs=several), *notes)
    return Summary(title, (shape_rows(found).block(say("comparisons")), nodes), notes, title)
