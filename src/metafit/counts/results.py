"""What the count estimators return: a Fit with what only counts have."""

from __future__ import annotations

from dataclasses import dataclass

from metafit.display.shown import Shown
from metafit.results import Fit, Floats


@dataclass(frozen=True, slots=True, repr=False)
class Association(Shown):
    """A test of no effect in any study: chi-square with 1 degree of freedom, and its p value."""

    statistic: Floats
    p: Floats


@dataclass(frozen=True, slots=True, repr=False)
class CountFit(Fit):
    """A pooled count measure, on the analysis scale of its measure (log for OR, RR, IRR, IRLN; logit for PLO).

    model: "" or, for mixed models of two arms, UM.FS, UM.RS or CM.EL. nagq: quadrature points (0 where none are used).
    sigma2: variance of the study levels (UM.RS; NaN else). loglik: of the fitted model. association: Cochran,
    Mantel and Haenszel's test (Peto's own where the method is Peto), None where there is none. tarone: the
    Breslow-Day statistic with Tarone's correction for homogeneity of odds ratios.
    """

    measure: str
    model: str
    nagq: int
    sigma2: Floats
    loglik: Floats
    association: Association | None
    tarone: Association | None
