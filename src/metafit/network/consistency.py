"""Do direct and indirect comparisons agree? Splits by pair, by design, and the shape of the network."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.multilevel.model import NotPositiveDefinite
from metafit.network.data import NetworkData
from metafit.network.fit import NetworkFit, estimate_tau2, moment_tau2, weighted
from metafit.quantiles import chi2_upper, z_two_sided
from metafit.results import Status

_NAN = float("nan")


@dataclass(frozen=True, slots=True, repr=False)
class Split(Shown):
    """One pair of treatments: what trials of both say, what all the others say, and whether that is the same.

    Effects are treatment minus control. share: of the direct evidence in the network estimate, 0 to 1. difference is
    direct minus indirect, with its p. NaN where there is no evidence of a kind. tau2: of the model behind it.
    """

    treatment: Hashable
    control: Hashable
    studies: int
    share: float
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    difference_se: float
    p: float
    tau2: float


class Splits(Shown, tuple[Split, ...]):
    """A pair after the other; prints as one table."""

    __slots__ = ()


class NodeSplits(Splits):
    """A pair after the other, each by a model of its own with its own tau2."""

    __slots__ = ()


@asked
def split_evidence(fit: NetworkFit) -> Splits:
    """Every pair of a fit by back-calculation (König et al. 2013; Dias et al. 2010), at the network's tau2.

    Direct is the pool of the trials with both arms; the indirect is what must be added to it to give the network's
    estimate. The two are uncorrelated also with trials of several arms, because the network estimate is the best
    linear one.

    Parameters
    ----------
    fit
        A fit of a network.

    Returns
    -------
    Splits
        Direct and indirect evidence of each pair.
    """
    if fit.status != Status.OK:
        return Splits()
    found = []
    size = len(fit.treatments)
    for i in range(size):
        for j in range(i + 1, size):
            if np.isnan(fit.estimate[i, j]):
                continue
            direct, variance, studies = _direct(fit.data, i, j, fit.tau2)
            whole, total = float(fit.estimate[i, j]), float(fit.se[i, j]) ** 2
            share = total / variance if studies else 0.0
            indirect, rest = _NAN, _NAN
            if share < 1.0 - 1e-9:
                rest = 1.0 / (1.0 / total - (1.0 / variance if studies else 0.0))
                indirect = rest * (whole / total - (direct / variance if studies else 0.0))
            found.append(_split(fit, i, j, studies, share, (direct, variance), (indirect, rest), fit.tau2))
    return Splits(found)


def _direct(data: NetworkData, i: int, j: int, tau2: float) -> tuple[float, float, int]:
    """Inverse-variance pool of i minus j over the studies with both arms: effect, variance, studies."""
    weights, sums, studies = 0.0, 0.0, 0
    for study in range(len(data.studies)):
        rows = np.flatnonzero(data.study == study)
        wanted = np.zeros(len(data.treatments))
        wanted[i], wanted[j] = 1.0, -1.0
        arms = data.arms(study)
        if i not in arms or j not in arms:
            continue
        combine = np.linalg.lstsq(data.contrast[rows].T, wanted, rcond=None)[0]
        block = np.ix_(rows, rows)
        variance = float(combine @ (data.v[block] + tau2 * data.heterogeneity[block]) @ combine)
        weights += 1.0 / variance
        sums += float(combine @ data.y[rows]) / variance
        studies += 1
    return (sums / weights, 1.0 / weights, studies) if studies else (_NAN, _NAN, 0)


def _split(
    fit: NetworkFit,
    i: int,
    j: int,
    studies: int,
    share: float,
    direct: tuple[float, float],
    indirect: tuple[float, float],
    tau2: float,
) -> Split:
    difference, spread = direct[0] - indirect[0], np.sqrt(direct[1] + indirect[1])
    return Split(
        treatment=fit.treatments[i],
        control=fit.treatments[j],
        studies=studies,
        share=share,
        direct=direct[0],
        direct_se=float(np.sqrt(direct[1])),
        indirect=indirect[0],
        indirect_se=float(np.sqrt(indirect[1])),
        difference=difference,
        difference_se=float(spread),
        p=float(z_two_sided(np.array(difference / spread))),
        tau2=tau2,
    )


@asked
def node_split(fit: NetworkFit, treatment: Hashable, control: Hashable) -> Split:
    """One pair by a model in which the trials with both arms have their own effect, tau2 estimated anew.

    In trials with further arms the extra effect is half on either arm (White 2015's symmetrical side-splitting). NaN
    where the pair has no direct or no indirect evidence.

    Parameters
    ----------
    fit
        A fit of a network.
    treatment
        Treatment of each contrast (treatment minus control), (k,).
    control
        Control of each contrast, (k,).

    Returns
    -------
    Split
        Direct and indirect evidence and their difference.
    """
    i, j = fit.index(treatment), fit.index(control)
    data = fit.data
    both = [s for s in range(len(data.studies)) if {i, j} <= set(data.arms(s))] if fit.status == Status.OK else []
    nothing = _split(fit, i, j, len(both), _NAN, (_NAN, _NAN), (_NAN, _NAN), _NAN)
    if not both or i == j:
        return nothing
    x, back = data.basis()
    half = np.zeros(len(data.treatments))
    half[i], half[j] = 0.5, -0.5
    extra = np.where(np.isin(data.study, both), data.contrast @ half, 0.0)
    x = np.column_stack([x, extra])
    if x.shape[0] < x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        return nothing
    try:
        tau2, converged = estimate_tau2(data, x, fit.method)
        model = weighted(data, x, tau2)
    except (np.linalg.LinAlgError, NotPositiveDefinite):
        return nothing
    if not converged:
        return nothing
    pair = np.append(back[i] - back[j], 0.0)
    own = np.append(back[i] - back[j], 1.0)
    difference, spread = float(model.beta[-1]), float(np.sqrt(model.cov[-1, -1]))
    return Split(
        treatment=treatment,
        control=control,
        studies=len(both),
        share=_NAN,
        direct=float(own @ model.beta),
        direct_se=float(np.sqrt(own @ model.cov @ own)),
        indirect=float(pair @ model.beta),
        indirect_se=float(np.sqrt(pair @ model.cov @ pair)),
        difference=difference,
        difference_se=spread,
        p=float(z_two_sided(np.array(difference / spread))),
        tau2=tau2,
    )


@asked
def node_splits(fit: NetworkFit) -> NodeSplits:
    """Every pair that has direct and indirect evidence, each by `node_split`: a model of its own, with its own tau2.

    One pair in twenty has p below 0.05 where nothing disagrees, and the pairs share their trials: read the table beside
    `design_test`, which asks once.

    Parameters
    ----------
    fit
        A fit of a network.

    Returns
    -------
    NodeSplits
        Direct and indirect evidence of each pair that has both, and the share of the direct in the network.
    """
    found = []
    for one in split_evidence(fit):
        if not np.isfinite(one.difference):
            continue
        split = node_split(fit, one.treatment, one.control)
        if np.isfinite(split.difference):
            found.append(dataclasses.replace(split, share=one.share))
    return NodeSplits(found)


@dataclass(frozen=True, slots=True, repr=False)
class QTest(Shown):
    """A chi-square test; p is 1 on 0 degrees of freedom."""

    q: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, repr=False)
class DesignTest(Shown):
    """Q of the whole network as disagreement within designs and between them (Krahn et al. 2013).

    designs: for each set of treatments compared, the studies and their disagreement. between: inconsistency with
    tau2 = 0. between_random: the same with the tau2 of the full design-by-treatment interaction model (method of
    moments; Higgins et al. 2012; Jackson et al. 2012), the one to look at when trials of one design disagree too.
    """

    total: QTest
    within: QTest
    between: QTest
    designs: tuple[tuple[tuple[Hashable, ...], int, QTest], ...]
    between_random: QTest
    tau2_within: float


@asked
def design_test(fit: NetworkFit) -> DesignTest | None:
    """The decomposition of Q by design; None for a network that could not be fitted.

    Parameters
    ----------
    fit
        A fit of a network.

    Returns
    -------
    DesignTest | None
        Q within and between designs.
    """
    if fit.status != Status.OK:
        return None
    data = fit.data
    x, _ = data.basis()
    columns, rows_of, parts = [], [], []
    for arms, studies in data.designs().items():
        rows = np.isin(data.study, studies)
        own = np.zeros((data.y.size, len(arms) - 1))
        own[rows] = data.contrast[np.ix_(np.flatnonzero(rows), np.array(arms[1:]))]
        columns.append(own)
        rows_of.append(rows)
        parts.append((tuple(data.treatments[t] for t in arms), len(studies)))
    full = np.concatenate(columns, axis=1)
    saturated, total = weighted(data, full, 0.0), weighted(data, x, 0.0)
    inside = []
    residual = data.y - full @ saturated.beta
    for (names, count), rows, own in zip(parts, rows_of, columns, strict=True):
        q = float(residual[rows] @ np.linalg.solve(data.v[np.ix_(rows, rows)], residual[rows]))
        inside.append((names, count, chi_square_test(q, int(rows.sum()) - own.shape[1])))
    df = full.shape[1] - x.shape[1]
    tau2 = moment_tau2(data, full, saturated.q)
    random = weighted(data, x, tau2).q - weighted(data, full, tau2).q
    return DesignTest(
        total=chi_square_test(total.q, data.y.size - x.shape[1]),
        within=chi_square_test(saturated.q, data.y.size - full.shape[1]),
        between=chi_square_test(total.q - saturated.q, df),
        designs=tuple(inside),
        between_random=chi_square_test(random, df),
        tau2_within=tau2,
    )


def chi_square_test(q: float, df: int) -> QTest:
    """A Q on its degrees of freedom."""
    # Without degrees of freedom what is left is rounding.
    value = max(q, 0.0) if df > 0 else 0.0
    return QTest(value, df, float(chi2_upper(np.array(value), np.array(df))))


@dataclass(frozen=True, slots=True, repr=False)
class Node(Shown):
    """A treatment on a circle of radius 1 around 0, the first at the top, clockwise; y points up, nine digits."""

    treatment: Hashable
    x: float
    y: float
    studies: int


@dataclass(frozen=True, slots=True, repr=False)
class Edge(Shown):
    """Two treatments that trials compare directly; precision: 1 / variance of their common-effect pool."""

    treatment: Hashable
    control: Hashable
    studies: int
    precision: float


@dataclass(frozen=True, slots=True, repr=False)
class Geometry(Shown):
    """What a drawing of the network needs.

    several_arms: the sets of treatments of trials with more than two arms. loops: how many edges could be dropped
    without disconnecting anything; with 0, no comparison can be checked against another.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    several_arms: tuple[tuple[Hashable, ...], ...]
    parts: int
    loops: int


@asked
def geometry(fit: NetworkFit) -> Geometry:
    """Nodes, edges and coordinates of a network.

    Parameters
    ----------
    fit
        A fit of a network.

    Returns
    -------
    Geometry
        Nodes and edges with coordinates.
    """
    data = fit.data
    size = len(data.treatments)
    arms = [data.arms(study) for study in range(len(data.studies))]
    angle = 2.0 * np.pi * np.arange(size) / max(size, 1)
    nodes = [
        Node(t, round(float(np.sin(angle[i])), 9), round(float(np.cos(angle[i])), 9), sum(i in one for one in arms))
        for i, t in enumerate(data.treatments)
    ]
    edges = []
    for i in range(size):
        for j in range(i + 1, size):
            studies = sum(i in one and j in one for one in arms)
            if studies:
                variance = _direct(data, i, j, 0.0)[1] if data.status == Status.OK else _NAN
                edges.append(Edge(data.treatments[i], data.treatments[j], studies, 1.0 / variance))
    several = tuple(dict.fromkeys(tuple(data.treatments[t] for t in one) for one in arms if len(one) > 2))
    return Geometry(tuple(nodes), tuple(edges), several, len(fit.parts), len(edges) - size + len(fit.parts))
