"""Prior distributions of a Bayesian random-effects analysis."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import Protocol

import numpy as np

from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.results import Floats


class TauPrior(Protocol):
    """What the integration asks of a prior on tau, the standard deviation between studies."""

    @property
    def tail(self) -> float:
        """The density falls as tau to minus this power; inf for anything faster."""

    @property
    def upper(self) -> float:
        """End of the support."""

    @property
    def proper(self) -> bool:
        """Whether the density integrates to 1."""

    @property
    def size(self) -> float:
        """The scale on which the density changes; NaN for none."""

    def log_density(self, tau: Floats) -> Floats:
        """Log of the density for 0 <= tau <= upper."""

    def slope(self, tau: Floats) -> Floats:
        """Derivative of the log density."""


def _check_positive(name: str, value: float) -> None:
    if not (np.isfinite(value) and value > 0.0):
        raise StatsInputError(f"{name}: {value!r} must be a positive number, in the units of the effects.")


@dataclass(frozen=True, slots=True, repr=False)
class HalfNormal(Shown):
    """|x| of a normal x with mean 0 and this standard deviation."""

    scale: float

    tail = float("inf")
    upper = float("inf")
    proper = True

    def __post_init__(self) -> None:
        _check_positive("HalfNormal scale", self.scale)

    @property
    def size(self) -> float:
        return self.scale

    def log_density(self, tau: Floats) -> Floats:
        value: Floats = 0.5 * log(2.0 / pi) - log(self.scale) - 0.5 * (tau / self.scale) ** 2
        return value

    def slope(self, tau: Floats) -> Floats:
        value: Floats = -tau / self.scale / self.scale
        return value


@dataclass(frozen=True, slots=True, repr=False)
class HalfCauchy(Shown):
    """|x| of a Cauchy x around 0 with this scale, its median."""

    scale: float

    tail = 2.0
    upper = float("inf")
    proper = True

    def __post_init__(self) -> None:
        _check_positive("HalfCauchy scale", self.scale)

    @property
    def size(self) -> float:
        return self.scale

    def log_density(self, tau: Floats) -> Floats:
        value: Floats = log(2.0 / pi) - log(self.scale) - np.log1p((tau / self.scale) ** 2)
        return value

    def slope(self, tau: Floats) -> Floats:
        ratio = tau / self.scale
        value: Floats = -2.0 * ratio / (1.0 + ratio * ratio) / self.scale
        return value


@dataclass(frozen=True, slots=True, repr=False)
class Uniform(Shown):
    """Flat from 0 to upper. Without an upper end it is improper and needs at least three studies."""

    upper: float = float("inf")

    tail = 0.0

    def __post_init__(self) -> None:
        if not self.upper > 0.0:
            raise StatsInputError(f"Uniform upper: {self.upper!r} must be a positive number, or inf for no end.")

    @property
    def proper(self) -> bool:
        return bool(np.isfinite(self.upper))

    @property
    def size(self) -> float:
        return self.upper if self.proper else float("nan")

    def log_density(self, tau: Floats) -> Floats:
        return np.full_like(tau, -log(self.upper) if self.proper else 0.0)

    def slope(self, tau: Floats) -> Floats:
        return np.zeros_like(tau)


@dataclass(frozen=True, slots=True, repr=False)
class NormalPrior(Shown):
    """A normal prior on the mean effect, on the analysis scale."""

    mean: float
    sd: float

    def __post_init__(self) -> None:
        _check_positive("NormalPrior sd", self.sd)
        if not np.isfinite(self.mean):
            raise StatsInputError(f"NormalPrior mean: {self.mean!r} must be a finite number.")
