"""The league table of a network: every pair of treatments, by all the evidence and by direct evidence alone."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.effects.given import LOGS
from metafit.errors import StatsInputError
from metafit.network.consistency import split_evidence
from metafit.network.fit import NetworkFit, critical_value, p_scores
from metafit.results import Floats, Ints, Status


@dataclass(frozen=True, slots=True, repr=False)
class LeagueTable(Shown):
    """Every pair of T treatments as matrices (T, T), row against column, on the natural scale (ratios are ratios).

    estimate, ci_low, ci_high: of the network, all evidence together; NaN between parts that nothing connects. direct,
    direct_low, direct_high: of the trials that compare the two, at the network's tau2; NaN where there is none.
    studies: how many trials that is. p_scores (T,): NaN where the order was given.

    Printed as usual: the network's estimates below the diagonal, column against row, the direct ones above it, row
    against column, so that both triangles compare the treatment that stands first with the one that stands later.
    """

    measure: str
    method: str
    level: float
    status: Status
    treatments: tuple[Hashable, ...]
    p_scores: Floats
    estimate: Floats
    ci_low: Floats
    ci_high: Floats
    direct: Floats
    direct_low: Floats
    direct_high: Floats
    studies: Ints


@asked
def league_table(
    fit: NetworkFit, *, small_is_good: bool | None = None, order: Sequence[Hashable] | None = None
) -> LeagueTable:
    """Network estimates of every pair beside direct ones, the treatments in the order of their P-scores.

    Direct estimates are the pools of the trials with both arms at the network's tau2 (König et al. 2013,
    doi:10.1002/sim.6001); intervals are of the fit's test and level.

    Parameters
    ----------
    fit
        A fit of a network.
    small_is_good
        Whether smaller effects are better: the best treatment by P-score stands first. None keeps the order of the fit,
        as do networks in several parts, which have no P-scores.
    order
        All treatments, in the order to show them; instead of small_is_good.

    Returns
    -------
    LeagueTable
        Both kinds of estimates on the natural scale, (T, T).

    Raises
    ------
    StatsInputError
        An order that does not name every treatment once, or an order and a direction together.
    """
    scores = np.full(len(fit.treatments), np.nan)
    places = list(range(len(fit.treatments)))
    if order is not None:
        if small_is_good is not None:
            raise StatsInputError("order: give the order or small_is_good, not both.")
        places = [fit.index(one) for one in order]
        if sorted(places) != list(range(len(fit.treatments))):
            raise StatsInputError(f"order: name each of {', '.join(map(str, fit.treatments))} once.")
    elif small_is_good is not None:
        scores = p_scores(fit, small_is_good=small_is_good)
        if np.isfinite(scores).all():
            places.sort(key=lambda i: -scores[i])
    size = len(places)
    direct, spread, studies = np.full((size, size), np.nan), np.full((size, size), np.nan), np.zeros((size, size))
    for one in split_evidence(fit):
        i, j = fit.index(one.treatment), fit.index(one.control)
        direct[i, j], direct[j, i] = one.direct, -one.direct
        spread[i, j] = spread[j, i] = one.direct_se
        studies[i, j] = studies[j, i] = one.studies
    reach = critical_value(fit.test, fit.level, fit.q_df) * spread
    chosen = np.ix_(places, places)

    def shown(values: Floats) -> Floats:
        return np.exp(values[chosen]) if fit.measure in LOGS else values[chosen]

    return LeagueTable(
        measure=fit.measure,
        method=fit.method,
        level=fit.level,
        status=fit.status,
        treatments=tuple(fit.treatments[i] for i in places),
        p_scores=scores[places],
        estimate=shown(fit.estimate),
        ci_low=shown(fit.ci_low),
        ci_high=shown(fit.ci_high),
        direct=shown(direct),
        direct_low=shown(direct - reach),
        direct_high=shown(direct + reach),
        studies=studies[chosen].astype(np.int64),
    )
