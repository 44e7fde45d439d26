"""Studies of a network that lie far from what all others say of their pair, and among it with their arms exchanged."""

from __future__ import annotations

import math
from collections import Counter
from typing import Final

import numpy as np

from deqi.evidence.table.comparisons import NetworkRows
from deqi.evidence.table.sentences import say, some
from deqi.knowledge.thresholds import thresholds
from metafit import Status, pool_network

#: Each study that is looked at costs a fit without it.
_MOST_STUDIES: Final = 60


def turned_round(rows: NetworkRows) -> list[str]:
    """A sentence about the one study of two arms that seems to be written the wrong way round."""
    variances = rows.v if rows.v.ndim == 1 else np.diag(rows.v)
    used = [i for i in range(len(rows.study)) if np.isfinite(rows.yi[i]) and variances[i] > 0]
    times = Counter(rows.study[i] for i in used)
    if not thresholds().agreeing_studies - 1 <= len(times) <= _MOST_STUDIES:
        return []
    found = []
    for i in used:
        y, error = float(rows.yi[i]), math.sqrt(float(variances[i]))
        if times[rows.study[i]] > 1 or abs(y) <= thresholds().strong_z * error:
            continue
        others = [j for j in used if j != i]
        told = _without(rows, others, rows.treatment[i], rows.control[i])
        if told is None:
            continue
        expected, spread = told[0], math.hypot(error, told[1])
        clear = abs(expected) > thresholds().strong_z * told[2]
        if clear and abs(y - expected) > thresholds().far_z * spread and abs(-y - expected) < spread:
            found.append(rows.study[i])
    return [say("row.turned-round", studies=some(found))] if len(found) == 1 else []


def _without(rows: NetworkRows, keep: list[int], one: str, other: str) -> tuple[float, float, float] | None:
    """What the other studies say of a pair: its effect, that effect's spread from study to study, and its error."""
    v = rows.v[keep] if rows.v.ndim == 1 else rows.v[np.ix_(keep, keep)]
    study, treated, control = ([names[i] for i in keep] for names in (rows.study, rows.treatment, rows.control))
    if not {one, other} <= {*treated, *control}:
        return None
    fit = pool_network(study, treated, control, rows.yi[keep], v, method="DL", measure=rows.measure)
    if fit.status != Status.OK:
        return None
    at = fit.index(one), fit.index(other)
    estimate, se = float(fit.estimate[at]), float(fit.se[at])
    return (estimate, math.sqrt(se**2 + fit.tau2), se) if math.isfinite(estimate) else None
