"""What every estimator returns: frozen values, one for a single analysis or a whole batch of them.

A batch has the shape of the input without its last (study) axis. For a single analysis every field is a scalar;
for a batch, an array. A number that could not be estimated is NaN and `status` says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from metafit.display.shown import Shown
from metafit.quantiles import chi2_upper, two_sided

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Status(IntEnum):
    """Why the numbers of an analysis are what they are.

    Only OK and SINGLE_STUDY carry an estimate with its interval; NO_STANDARD_ERROR carries an estimate without one.
    """

    OK = 0
    SINGLE_STUDY = 1
    """One study: the estimate is that study, tau2 is 0 by definition, there is no prediction interval."""
    NO_STUDIES = 2
    NOT_ESTIMABLE = 3
    """The model has no finite answer for these numbers (more moderators than studies, a quantity beyond what
    floating point can hold)."""
    BAD_INPUT = 4
    """A study has a negative or infinite number where none can be, for example a variance of -1."""
    ZERO_VARIANCE = 5
    """A study has a variance of exactly 0: it would take all the weight."""
    NOT_CONVERGED = 6
    """An iterative fit stopped early. The bracketed searches of this package never give it."""
    NO_STANDARD_ERROR = 7
    """The effects are identical, or on the plane of a regression, so that Knapp-Hartung's standard error is 0, which is
    none: estimate, tau2 and Q are there; interval and p are NaN. Use test z, t or adhoc. Of a location-scale model: the
    scale coefficients have no finite value."""


@dataclass(frozen=True, slots=True, repr=False)
class Heterogeneity(Shown):
    """How much the studies differ.

    tau2 is on the squared scale of the effects; i2 is in percent; h2 is a ratio; q is Cochran's Q (for mixed
    models on counts, the Wald statistic) on q_df degrees of freedom, and q_p its p value. lrt and lrt_p are the
    likelihood ratio test, for models that have one.
    """

    tau2: Floats
    se_tau2: Floats
    i2: Floats
    h2: Floats
    q: Floats
    q_df: Ints
    lrt: Floats | None = None
    lrt_p: Floats | None = None

    DERIVED: ClassVar[tuple[str, ...]] = ("q_p",)
    """What is computed from the fields when it is asked for, and belongs to the result like these."""

    @property
    def q_p(self) -> Floats:
        """p of q, which is chi-square on q_df degrees of freedom where the studies do not differ."""
        return chi2_upper(self.q, self.q_df)


@dataclass(frozen=True, slots=True, repr=False)
class Prediction(Shown):
    """Interval for the true effect of a new study, on the analysis scale; NaN where the model has none."""

    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, repr=False)
class Interval(Shown):
    """A confidence interval: low and high, on the scale of whatever it belongs to."""

    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, repr=False)
class StudyData(Shown):
    """The studies of one analysis: effects and variances (k,), names and sizes where they are known."""

    yi: Floats
    vi: Floats
    names: tuple[str, ...] | None = None
    size: Floats | None = None

    def name(self, i: int) -> str:
        """The name of a study, or its number."""
        return self.names[i] if self.names is not None else f"study {i + 1}"


@dataclass(frozen=True, slots=True, repr=False)
class Fit(Shown):
    """A pooled effect, one or a batch.

    estimate, se, ci_low, ci_high: analysis scale (log for ratios). statistic: z or t, and p its p value. df: degrees of
    freedom of the t distribution, NaN where the test is z. k: studies used. level: of every interval, as a fraction.
    measure: what the effects are. studies: what a single analysis was given. labels: names of the analyses of a batch.
    sizes: people or time with which each analysis of a batch goes back to the natural scale, where that needs it.
    """

    method: str
    test: str
    level: float
    status: Ints
    k: Ints
    estimate: Floats
    se: Floats
    statistic: Floats
    df: Floats
    ci_low: Floats
    ci_high: Floats
    heterogeneity: Heterogeneity
    prediction: Prediction
    measure: str = field(default="GEN", kw_only=True)
    studies: StudyData | None = field(default=None, kw_only=True, compare=False)
    labels: tuple[str, ...] | None = field(default=None, kw_only=True)
    sizes: Floats | None = field(default=None, kw_only=True)

    DERIVED: ClassVar[tuple[str, ...]] = ("p",)

    @property
    def p(self) -> Floats:
        """Two-sided p of the statistic."""
        return two_sided(self.statistic, self.df)

    @property
    def tau2(self) -> Floats:
        """Between-study variance; short for heterogeneity.tau2."""
        return self.heterogeneity.tau2

    @property
    def ok(self) -> Bools:
        """True where there is an estimate with its interval."""
        usable: Bools = np.asarray(self.status) <= Status.SINGLE_STUDY
        return usable
