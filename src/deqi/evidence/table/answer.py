"""What the pool of a table gives: studies, the pool, and where everything lies on the scale that is shown."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from deqi.evidence.table.also import Check
from deqi.evidence.table.columns import ColumnSet, Floats, Numbers
from deqi.evidence.table.effects import SIZED, natural, why_nothing
from deqi.evidence.table.parts import Between, Group, Moderators
from deqi.evidence.table.sentences import say
from metafit import Effects, Fit, harmonic_mean
from metafit.counts.data import TwoArms

Ends = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One row of the table.

    yi, vi: on the analysis scale; None where the row gives no effect, and reason says why. weight: in percent, None
    where the method gives none. ci: of the study alone, by z. size: people or time, for measures whose way back needs
    it. counts: what was counted, as people write it (`5/30 v 4/31`); empty where nothing was. group: its
    subgroup, where the pool has any.
    """

    study: str
    yi: float | None
    vi: float | None
    weight: float | None
    row: int
    ci: Ends
    estimate_natural: float | None
    ci_natural: Ends | None
    size: float | None
    counts: str
    reason: str | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Common:
    """The pool under the common-effect model, beside the random-effects one."""

    estimate: float | None
    ci: Ends
    p: float | None
    estimate_natural: float | None
    ci_natural: Ends | None


@dataclass(frozen=True, slots=True)
class PooledTable:
    """The answer. Fields are the JSON keys, except the last three; None where a number does not exist.

    q, q_p: Cochran's Q; for GLMM the likelihood ratio test. columns: those used. level: of the intervals, a fraction.
    size: what a pool of PFT or IRFT was turned back with. arms: events and people of two arms, for figures.
    """

    measure: str
    method: str
    test: str
    k: int
    estimate: float | None
    se: float | None
    ci: Ends
    statistic: float | None
    p: float | None
    tau2: float | None
    tau2_ci: Ends | None
    i2: float | None
    h2: float | None
    q: float | None
    q_df: int | None
    q_p: float | None
    prediction: Ends | None
    estimate_natural: float | None
    ci_natural: Ends | None
    prediction_natural: Ends | None
    common: Common | None
    size: float | None
    studies: tuple[StudyRow, ...]
    subgroups: tuple[Group, ...]
    between: Between | None
    moderators: Moderators | None
    warnings: tuple[str, ...]
    checks: tuple[Check, ...]
    columns: tuple[str, ...]
    level: float
    arms: TwoArms | None

    def as_json(self) -> dict[str, Any]:
        """The document `deqi pool --json` prints."""
        document = asdict(replace(self, checks=(), arms=None))
        del document["columns"], document["level"], document["arms"]
        document["checks"] = {one.name: one.numbers or {"note": one.note} for one in self.checks}
        return document


def number(x: Any) -> float | None:
    """A finite number, or None."""
    value = float(x)
    return value if math.isfinite(value) else None


def pair(low: Any, high: Any) -> Ends:
    """Two ends."""
    return number(low), number(high)


def shown_at(measure: str, values: Floats, size: float | None) -> list[float | None] | None:
    """Values on the natural scale; None where the measure has none."""
    moved = natural(measure, values, size)
    return None if moved is None else [number(one) for one in moved]


def sizes(given: Numbers, chosen: ColumnSet, measure: str) -> Floats | None:
    """Each row's people or time, for the measures whose way back needs one."""
    return given.columns[chosen.columns[1]] if measure in SIZED else None


def size_of(every: Floats | None, member: Any) -> float | None:
    """The size at which a pool of some of the rows is turned back: their harmonic mean."""
    if every is None:
        return None
    here = every[np.asarray(member, dtype=np.bool_) & np.isfinite(every)]
    return float(harmonic_mean(here)) if here.size else None


def study_rows(
    given: Numbers,
    chosen: ColumnSet,
    effects: Effects,
    measure: str,
    share: Floats,
    level: float,
    groups: tuple[str, ...] | None,
) -> tuple[StudyRow, ...]:
    """Every row of the table, each turned back with its own size."""
    reach = NormalDist().inv_cdf(0.5 + level / 2) * np.sqrt(effects.vi)
    every = sizes(given, chosen, measure)
    missing = {i: say("reason.missing", columns=", ".join(columns)) for i, columns in given.absent}
    found = []
    for i, name in enumerate(given.studies):
        ends = np.array([effects.yi[i], effects.yi[i] - reach[i], effects.yi[i] + reach[i]])
        size = None if every is None else number(every[i])
        moved = shown_at(measure, ends, size) if math.isfinite(ends[0]) and (every is None or size) else None
        reason = None if math.isfinite(ends[0]) else missing.get(i)
        if reason is None and (why := why_nothing(effects, given, i)) is not None:
            reason = say(f"reason.{why}")
        found.append(
            StudyRow(
                study=name,
                yi=number(ends[0]),
                vi=number(effects.vi[i]),
                weight=number(share[i]),
                row=given.rows[i],
                ci=pair(ends[1], ends[2]),
                estimate_natural=None if moved is None else moved[0],
                ci_natural=None if moved is None else (moved[1], moved[2]),
                size=size,
                counts=_counts(given, chosen, i),
                reason=reason,
                group=None if groups is None else groups[i],
            )
        )
    return tuple(found)


def _counts(given: Numbers, chosen: ColumnSet, i: int) -> str:
    c = given.columns
    if chosen.kind in ("binary", "cells"):
        pairs = [(c["events_t"][i], c["total_t"][i]), (c["events_c"][i], c["total_c"][i])]
    elif chosen.kind == "rates":
        pairs = [(c["events_t"][i], c["time_t"][i]), (c["events_c"][i], c["time_c"][i])]
    elif chosen.kind in ("proportion", "rate"):
        pairs = [(c["events"][i], c[chosen.columns[1]][i])]
    else:
        return ""
    if not all(math.isfinite(x) for one in pairs for x in one):
        return ""
    return " v ".join(f"{events:g}/{total:g}" for events, total in pairs)


def common_effect(fit: Fit, measure: str, size: float | None) -> Common:
    """A common-effect fit of one analysis (a batch of one), with the natural scale."""
    ends = np.array([fit.estimate[0], fit.ci_low[0], fit.ci_high[0]])
    moved = shown_at(measure, ends, size)
    return Common(
        number(ends[0]),
        pair(ends[1], ends[2]),
        number(fit.p[0]),
        None if moved is None else moved[0],
        None if moved is None else (moved[1], moved[2]),
    )
