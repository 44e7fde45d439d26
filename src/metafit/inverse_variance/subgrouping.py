"""Pools within subgroups and the test between them."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inputs import Values, take
from metafit.inverse_variance.layout import as_floats
from metafit.inverse_variance.pooling import pool
from metafit.quantiles import chi2_upper
from metafit.regression.fit import regress
from metafit.results import Fit, Floats


@dataclass(frozen=True, slots=True, repr=False)
class Subgroups(Shown):
    """A fit for each level, as a batch in the order of `levels`, and the test that the levels are equal.

    q_between is chi-square on q_df with separate tau2 (or a z test); with a common tau2 and a t test it is F on q_df
    and f_df. NaN where fewer than two levels have an estimate.
    """

    levels: tuple[Hashable, ...]
    fit: Fit
    common_tau2: bool
    q_between: Floats
    q_df: int
    f_df: float
    p: Floats


@asked
def subgroups(
    yi: Values,
    vi: npt.ArrayLike | None = None,
    groups: Sequence[Hashable] = (),
    *,
    method: str = "REML",
    test: str | None = None,
    level: float = 0.95,
    common_tau2: bool = False,
) -> Subgroups:
    """Pool each subgroup of one analysis; levels in order of first appearance.

    With common_tau2 the between-group test is the omnibus test of a meta-regression on the groups; the
    fits of the levels keep their own tau2 either way.

    Parameters
    ----------
    yi
        Effects on the analysis scale, (..., k), NaN where a study is absent; or what an effect function gives.
    vi
        Sampling variances, of the shape of `yi`; left out where `yi` holds them.
    groups
        Label of the subgroup of each study, (k,).
    method
        Estimator of the variance between studies, as for `pool`.
    test
        Test and interval, as for `pool`.
    level
        Confidence level; 95 and 0.95 are the same.
    common_tau2
        Whether all subgroups share one variance between studies.

    Returns
    -------
    Subgroups
        A fit a subgroup, and the test between them.

    Raises
    ------
    StatsInputError
        Arguments without meaning: unknown words, or shapes that do not match.
    """
    given = take(yi, vi)
    y, v = as_floats("yi", given.yi), as_floats("vi", given.vi)
    if y.ndim != 1 or y.shape != v.shape or len(groups) != y.size:
        raise StatsInputError("groups: give one analysis and one group for each study.")
    levels = tuple(dict.fromkeys(groups))
    member = np.array([[group == level_ for group in groups] for level_ in levels], dtype=bool)
    member = member.reshape(len(levels), y.size)
    each = pool(np.where(member, y, np.nan), np.broadcast_to(v, member.shape), method=method, test=test, level=level)
    each = dataclasses.replace(each, measure=given.measure, labels=tuple(str(one) for one in levels))
    usable = np.asarray(each.ok)
    count = int(usable.sum())
    nothing: Floats = np.float64(np.nan)  # type: ignore[assignment]  # a scalar, as every single result
    if count < 2:
        return Subgroups(levels, each, common_tau2, nothing, max(count - 1, 0), float("nan"), nothing)
    if common_tau2:
        dummies = member[usable][1:].T.astype(np.float64)
        kept = np.where(member[usable].any(0), y, np.nan)
        joint = regress(kept, v, dummies, method=method, test=test, level=level)
        f_df = float("nan") if joint.test == "z" else float(joint.df)
        return Subgroups(levels, each, True, joint.qm, count - 1, f_df, joint.qm_p)
    estimate, se = each.estimate[usable], each.se[usable]
    between = pool(estimate, se**2, method="FE").heterogeneity.q
    p = chi2_upper(between, np.asarray(count - 1))[()]
    return Subgroups(levels, each, False, between, count - 1, float("nan"), p)
