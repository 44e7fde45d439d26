"""Treatments made of parts: additive component network meta-analysis.

The frequentist model of Rücker, Petropoulou & Schwarzer 2020 (doi:10.1002/bimj.201800167): the effect of a combination
is the sum of the effects of its components, so that common components cancel out. Components can connect networks that
trials leave in parts.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from metafit.asked import asked
from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.multilevel.model import NotPositiveDefinite
from metafit.network.consistency import QTest, chi_square_test
from metafit.network.fit import NetworkFit, critical_value, estimate_tau2, weighted
from metafit.quantiles import t_two_sided, z_two_sided
from metafit.results import Floats, Status

_NAN = float("nan")
_APART = 1e-8
"""How far a direction may lie outside of what the trials span and still be taken for rounding."""


@dataclass(frozen=True, slots=True, repr=False)
class ComponentFit(Shown):
    """What each of c components adds, on the analysis scale, and what follows for each of T treatments.

    estimate, se, p, ci_low, ci_high (c,): of a component; NaN where the trials cannot tell it from others. pairs,
    pairs_se, pairs_low, pairs_high (T, T): treatments under additivity, row minus column; NaN where the trials cannot
    tell. design (T, c): which components a treatment has. tau2: of the additive model. i2 in percent. additive: Q of
    the additive model; standard: Q of the network in which every combination is a treatment of its own; difference:
    whether the combinations are more, or less, than the sums of their parts.
    """

    method: str
    test: str
    level: float
    status: Status
    treatments: tuple[Hashable, ...]
    components: tuple[str, ...]
    inactive: str | None
    design: Floats = field(repr=False)
    estimate: Floats
    se: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats
    pairs: Floats
    pairs_se: Floats
    pairs_low: Floats
    pairs_high: Floats
    tau2: float
    i2: float
    additive: QTest
    standard: QTest
    difference: QTest
    measure: str = "GEN"


@asked
def component_network(
    fit: NetworkFit,
    *,
    separator: str = "+",
    inactive: str | None = None,
    design: Mapping[str, npt.ArrayLike] | None = None,
) -> ComponentFit:
    """Additive effects of the components of a network's treatments (Rücker et al. 2020, doi:10.1002/bimj.201800167).

    tau2 is estimated anew for the additive model, by the method of the fit; test, level and measure are the fit's. A
    network in parts is taken as it is: components that several parts have in common connect them.

    Parameters
    ----------
    fit
        A fit of a network whose treatments are named by their components, as `"A"`, `"B"` and `"A + B"`.
    separator
        What stands between components in a name; blanks around it do not count.
    inactive
        The component without effect, for example placebo; None estimates each one.
    design
        Instead of names: by component the numbers (T,) of the treatments in the order of the fit, 1 where a treatment
        has it and 0 where not; products make interactions.

    Returns
    -------
    ComponentFit
        Components (c,), and every pair of treatments (T, T) as the sum of its parts.

    Raises
    ------
    StatsInputError
        An inactive component that no treatment has, a name with an empty or a repeated component, a design that is not
        one number for each treatment.
    """
    names, matrix = _design(fit.treatments, separator, inactive) if design is None else _given(fit, design, inactive)
    data, status = fit.data, fit.data.status
    x = data.contrast @ matrix
    span = _row_space(x)
    if status == Status.OK and span.shape[1] == 0:
        status = Status.NOT_ESTIMABLE
    beta, cov = np.full(len(names), np.nan), np.full((len(names), len(names)), np.nan)
    tau2 = i2 = q = _NAN
    df = max(x.shape[0] - span.shape[1], 0)
    if status == Status.OK:
        free = x @ span
        try:
            tau2, converged = estimate_tau2(data, free, fit.method)
            model, q = weighted(data, free, tau2), max(weighted(data, free, 0.0).q, 0.0)
        except (np.linalg.LinAlgError, NotPositiveDefinite):
            status, converged = Status.NOT_ESTIMABLE, False
        if status == Status.OK and not converged:
            status = Status.NOT_CONVERGED
        if status == Status.OK:
            beta, cov = span @ model.beta, span @ model.cov @ span.T
            i2 = 100.0 * max(0.0, 1.0 - df / q) if df > 0 and q > 0.0 else 0.0
        else:
            tau2 = q = _NAN
    apart = matrix[:, None, :] - matrix[None, :, :]
    estimate, se = _linear(np.eye(len(names)), beta, cov, span)
    pairs, pairs_se = _linear(apart, beta, cov, span)
    reach = critical_value(fit.test, fit.level, df)
    with np.errstate(all="ignore"):
        statistic = estimate / se
    p = z_two_sided(statistic) if fit.test == "z" else t_two_sided(statistic, np.array(float(df) if df else _NAN))
    additive, standard = chi_square_test(q, df), chi_square_test(fit.q, fit.q_df)
    return ComponentFit(
        method=fit.method,
        test=fit.test,
        level=fit.level,
        status=status,
        treatments=fit.treatments,
        components=names,
        inactive=inactive,
        design=matrix,
        estimate=estimate,
        se=se,
        p=p,
        ci_low=estimate - reach * se,
        ci_high=estimate + reach * se,
        pairs=pairs,
        pairs_se=pairs_se,
        pairs_low=pairs - reach * pairs_se,
        pairs_high=pairs + reach * pairs_se,
        tau2=tau2,
        i2=i2,
        additive=additive,
        standard=standard,
        difference=chi_square_test(additive.q - standard.q, df - fit.q_df),
        measure=fit.measure,
    )


def _design(treatments: Sequence[Hashable], separator: str, inactive: str | None) -> tuple[tuple[str, ...], Floats]:
    """Components in the order of their names, without the inactive one, and who has them."""
    if not separator.strip():
        raise StatsInputError("separator: give the character that stands between components, such as '+'.")
    parts = [[one.strip() for one in str(name).split(separator.strip())] for name in treatments]
    for name, found in zip(treatments, parts, strict=True):
        if "" in found:
            raise StatsInputError(f"treatment {name!r}: a component is empty beside {separator.strip()!r}.")
        if len(set(found)) < len(found):
            raise StatsInputError(f"treatment {name!r}: a component is named twice.")
    every = sorted({one for found in parts for one in found})
    if inactive is not None and inactive not in every:
        raise StatsInputError(f"inactive: {inactive!r} is not one of the components {', '.join(every)}.")
    names = tuple(one for one in every if one != inactive)
    return names, np.array([[float(one in found) for one in names] for found in parts]).reshape(-1, len(names))


def _given(
    fit: NetworkFit, design: Mapping[str, npt.ArrayLike], inactive: str | None
) -> tuple[tuple[str, ...], Floats]:
    if inactive is not None:
        raise StatsInputError("inactive: a design leaves the inactive component out instead; give one of the two.")
    columns = [np.asarray(column, dtype=np.float64) for column in design.values()]
    size = len(fit.treatments)
    if not columns or any(column.shape != (size,) or not np.isfinite(column).all() for column in columns):
        raise StatsInputError(f"design: give each component one number for each of the {size} treatments.")
    return tuple(design), np.column_stack(columns)


def _row_space(x: Floats) -> Floats:
    """Orthonormal directions (c, r) of the components that the trials can tell apart."""
    if not x.size:
        return np.zeros((x.shape[1], 0))
    _, size, directions = np.linalg.svd(x, full_matrices=False)
    kept = size > max(x.shape) * np.finfo(np.float64).eps * size[0]
    found: Floats = directions[kept].T
    return found


def _linear(wanted: Floats, beta: Floats, cov: Floats, span: Floats) -> tuple[Floats, Floats]:
    """Sums of components (..., c) with their standard errors; NaN where a sum is outside of what the trials span."""
    outside = wanted - wanted @ span @ span.T
    known = np.sqrt((outside**2).sum(-1)) <= _APART * np.maximum(1.0, np.sqrt((wanted**2).sum(-1)))
    variance = np.einsum("...i,ij,...j->...", wanted, cov, wanted)
    return np.where(known, wanted @ beta, np.nan), np.where(known, np.sqrt(np.maximum(variance, 0.0)), np.nan)
